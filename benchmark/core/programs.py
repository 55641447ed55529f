"""Runs somebody else's program once: no shell, no input, bounded output, a time limit, and nothing left of it afterwards.

Standard library only. ``leftovers`` kills what it started, ``warden`` does so when this process itself is killed.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmark.core import leftovers

MOST_BYTES = 2**20
"""Most that a program may write into a stream that is read; more ends it."""
LAST_BYTES = 8 * 2**10
"""How much is kept of a stream that is not read, for messages."""
SHELLS_SIGNAL = 128
"""A shell's exit status for a program that a signal killed is this and the signal's number."""
_CHUNK = 64 * 2**10
_LOOK_EVERY_S = 0.02
_DRAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended, and what it wrote.

    Attributes:
        code: exit status; below zero, the signal that killed it.
        out: what it wrote to standard output; of a stream that is not read only the end.
        err: the same of standard error.
        hung: whether it was killed because its time was up.
        flooded: the stream, in words, of which it wrote more than ``MOST_BYTES``, for which it was killed; else empty.
    """

    code: int
    out: bytes
    err: bytes
    hung: bool = False
    flooded: str = ""


@dataclass(slots=True)
class _Stream:
    """What was read of one of a program's streams."""

    name: str
    read: bool
    content: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> bool:
        """Add data; returns whether they are too many."""
        self.content += data
        if self.read:
            return len(self.content) > MOST_BYTES
        del self.content[:-LAST_BYTES]
        return False


def run(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    mark: str,
    limit: float,
    read: Collection[str] = ("stdout",),
    leads: Callable[[int], object] = lambda leader: None,
) -> Ended:
    """Run a program to its end, and kill whatever it leaves behind.

    Args:
        arguments: the program's file and its arguments.
        folder: its working directory.
        environment: its environment.
        mark: what ``leftovers.PROGRAM`` is in its environment: by this the processes that it started are known.
        limit: seconds that it may take.
        read: which of ``stdout`` and ``stderr`` are wanted whole.
        leads: told the number of the process that leads the program's group while it runs, and 0 afterwards.

    Raises:
        OSError: it can't be started.
    """
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        env={**environment, leftovers.PROGRAM: mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    streams = {
        process.stdout: _Stream("standard output", "stdout" in read),
        process.stderr: _Stream("standard error", "stderr" in read),
    }
    with process:
        try:
            leads(process.pid)
            hung, flooded = _attend(process, streams, time.monotonic() + limit)
        finally:
            leftovers.kill(process.pid, f"{leftovers.PROGRAM}={mark}")
        if not flooded:
            flooded = _drain(streams)
        leads(0)
        code = process.wait()
    out, err = (bytes(stream.content) for stream in streams.values())
    return Ended(code, out, err, hung, flooded)


def _attend(
    process: subprocess.Popen[bytes], streams: Mapping[IO[bytes] | None, _Stream], end: float
) -> tuple[bool, str]:
    """Read until the program has ended, its time is up, or it has written too much; whether it hung, and which stream."""
    with selectors.DefaultSelector() as selector, _end_of(process) as ended:
        for pipe in streams:
            assert pipe is not None
            selector.register(pipe, selectors.EVENT_READ)
        if ended is not None:
            selector.register(ended, selectors.EVENT_READ)
        while not _has_ended(process):
            left = end - time.monotonic()
            if left <= 0:
                return True, ""
            for key, _ in selector.select(left if ended is not None else min(left, _LOOK_EVERY_S)):
                if isinstance(key.fileobj, int):
                    continue
                data = os.read(key.fd, _CHUNK)
                if not data:
                    selector.unregister(key.fileobj)
                elif streams[key.fileobj].take(data):  # type: ignore[index] # only pipes are no numbers
                    return False, streams[key.fileobj].name  # type: ignore[index]
            if ended is None and len(selector.get_map()) == 0:
                time.sleep(min(_LOOK_EVERY_S, max(0.0, end - time.monotonic())))
    return False, ""


@contextlib.contextmanager
def _end_of(process: subprocess.Popen[bytes]) -> Iterator[int | None]:
    """A descriptor that becomes readable when the process ends; ``None`` where the system has none (macOS)."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it is dead; it is not reaped yet, so that its number still identifies its group and session."""
    if hasattr(os, "waitid"):
        with contextlib.suppress(ChildProcessError):
            return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return process.poll() is not None


def _drain(streams: Mapping[IO[bytes] | None, _Stream]) -> str:
    """Read what the pipes still hold, now that nobody writes; the name of a stream that held too much.

    Who has hidden from being killed may still hold a pipe open, so that its end may never come.
    """
    end = time.monotonic() + _DRAIN_S
    for pipe, stream in streams.items():
        assert pipe is not None
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while selector.select(max(0.0, end - time.monotonic())) and (data := os.read(pipe.fileno(), _CHUNK)):
                if stream.take(data):
                    return stream.name
                if time.monotonic() > end:
                    break
    return ""


def death(code: int) -> str:
    """How a program ended, in words: ``exit status 1``, ``killed by SIGSEGV``."""
    if code < 0:
        return f"killed by {_signal(-code)}"
    shells = _signal(code - SHELLS_SIGNAL) if code > SHELLS_SIGNAL else ""
    return f"exit status {code}" + (f" (as shells say {shells})" if shells.startswith("SIG") else "")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
