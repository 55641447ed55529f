"""Starts a module of this engine as a process of its own, which ends with its parent. Standard library only.

``ask`` is for helpers that answer once. They run code from elsewhere, so they may die or hang; nothing else suffers then.
``running`` is for several helpers at a time. Workers that score need more care, which ``scoring.supervisor`` takes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

_PARENT = "EFID_BENCH_PARENT"
"""Environment variable with the number of the process that started this one."""
_GIVEN_PATH = "EFID_BENCH_GIVEN_PYTHONPATH"
"""Environment variable with the user's own ``PYTHONPATH``."""
_PR_SET_PDEATHSIG = 1  # Linux's prctl.h
_LAST_WORDS_S = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A helper's answer and how it ended.

    Attributes:
        text: what it wrote by ``take_output``, perhaps cut short.
        code: its exit status; below zero, the signal that killed it.
        hung: whether it was killed because it took too long.
    """

    text: str
    code: int
    hung: bool


def command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module, whatever the current folder holds."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """This process's environment for a child, with this engine importable."""
    home = str(Path(__file__).resolve().parents[2])
    given = os.environ.get(_GIVEN_PATH, os.environ.get("PYTHONPATH", ""))
    path = os.pathsep.join(item for item in (home, given) if item)
    return {**os.environ, "PYTHONPATH": path, _GIVEN_PATH: given, _PARENT: str(os.getpid())}


def users_environment() -> dict[str, str]:
    """The environment for somebody else's program: as the user had it, whatever was added for a child of this engine."""
    given = os.environ.get(_GIVEN_PATH)
    found = {name: value for name, value in os.environ.items() if name not in (_PARENT, _GIVEN_PATH)}
    if given is not None:
        found.pop("PYTHONPATH", None)
        found |= {"PYTHONPATH": given} if given else {}
    return found


@contextlib.contextmanager
def running(module: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module as a helper process with pipes to and from it; at the end it is killed with all that it started.

    Raises:
        OSError: it can't be started.
    """
    process = subprocess.Popen(
        command(module),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)  # it and all that it started


def ask(module: str, request: bytes, limit: float) -> Answer:
    """Run a module in a helper process, and kill it with all that it started once it has answered or its time is up.

    Args:
        module: it must call ``die_with_parent`` and ``take_output`` when run.
        request: what it reads from its standard input.
        limit: seconds that it may take.
    """
    out, hung = b"", False
    with running(module) as process:
        try:
            out, _ = process.communicate(request, timeout=limit)
        except subprocess.TimeoutExpired:
            hung = True
            _kill(process)
            with contextlib.suppress(subprocess.TimeoutExpired):
                out, _ = process.communicate(timeout=_LAST_WORDS_S)
    return Answer(out.decode(errors="replace"), process.returncode, hung)


def take_output() -> TextIO:
    """The stream for a helper's answer; whatever code from elsewhere prints goes to standard error instead."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent is killed (Linux only); end now if the parent is gone already."""
    parent = os.environ.pop(_PARENT, "")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent and int(parent) != os.getppid():
        os._exit(1)


def end_with_torchrun() -> None:
    """End this process when the torchrun that started it is killed, which would leave its ranks running."""
    if "TORCHELASTIC_RUN_ID" in os.environ:
        die_with_parent()
