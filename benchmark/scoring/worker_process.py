"""Starts one worker process, exchanges messages with it, and ends it with everything that its methods started.

A worker leads a session of its own. A method may fork, start MATLAB, or close every file descriptor; so the process itself
is watched and not only its pipe, its whole session is killed when it ends, and every wait has a limit. Standard library
only.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import Any

from benchmark.core import children, leftovers
from benchmark.scoring.messages import decode, is_sound

LONGEST_LINE = 16 * 2**20
SURELY_FITS = 16 * 2**10
"""Bytes that an empty pipe accepts without a reader, on Linux and macOS."""
END_LIMIT_S = 10.0
EOF_LIMIT_S = 2.0

Heard = Callable[[int, dict[str, Any] | None], None]


def _nobody(number: int, message: dict[str, Any] | None) -> None:
    """Nobody hears a worker that rests."""


class WorkerProcess:
    """A running worker.

    Args:
        number: identifies the worker in calls of ``heard``.
        environment: the environment of the process.
        heard: called by another thread with each message, and with ``None`` when no more can come.
    """

    def __init__(self, number: int, environment: Mapping[str, str], heard: Heard) -> None:
        self._number = number
        self._heard = heard
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker has ended
        self._token = secrets.token_hex(16)
        self._process = subprocess.Popen(
            children.command("benchmark.scoring.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**environment, leftovers.WORKER: self._token},
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError), self._process.stdout as pipe:
            for line in iter(lambda: pipe.readline(LONGEST_LINE), b""):
                with contextlib.suppress(ValueError, RecursionError):
                    message = decode(line)
                    if is_sound(message):
                        self._heard(self._number, message)
        self._heard(self._number, None)

    def rest(self) -> bool:
        """Be without work until ``go_on``; what it says meanwhile is not heard. Returns whether it can be: always."""
        self._heard = _nobody
        return True

    def go_on(self, number: int, heard: Heard) -> None:
        """Take up work again, which begins with another setup, under another number."""
        self._number, self._heard = number, heard

    def send(self, data: bytes) -> None:
        """Write a message; one that might not fit into the pipe is written by a thread, so that nothing waits here."""
        if len(data) <= SURELY_FITS:
            self._write(data)
        else:
            threading.Thread(target=self._write, args=(data,), daemon=True).start()

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        left = memoryview(data)
        with contextlib.suppress(OSError, ValueError):  # its death is noticed elsewhere
            while left:
                left = left[os.write(self._process.stdin.fileno(), left) :]

    def has_ended(self) -> bool:
        """Whether the process is dead; it is not reaped yet, so that its number still identifies its session."""
        if not hasattr(os, "waitid") or self._process.returncode is not None:  # macOS before Python 3.13
            return self._process.poll() is not None
        with contextlib.suppress(ChildProcessError):
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return self._process.poll() is not None

    def kill(self) -> None:
        """Kill the process and all that it started."""
        if self._process.returncode is None:
            leftovers.kill(self._process.pid, f"{leftovers.WORKER}={self._token}")

    def end(self) -> int:
        """Wait for its death and return its exit status; a process that goes on without its pipe is killed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if not self._wait_for_death(EOF_LIMIT_S):
                self.kill()
                return self._process.wait(END_LIMIT_S)
            self.kill()  # what it left behind
            return self._process.wait(END_LIMIT_S)
        return -signal.SIGKILL

    def release(self, limit: float = END_LIMIT_S) -> None:
        """Let the process end for lack of work, and kill it if it doesn't within the limit; this returns at once."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        threading.Thread(target=self._see_it_end, args=(limit,)).start()

    def _see_it_end(self, limit: float) -> None:
        self._wait_for_death(limit)
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_LIMIT_S)
        self._log.close()

    def _wait_for_death(self, limit: float) -> bool:
        pause = threading.Event()
        step = 0.02
        for _ in range(max(1, round(limit / step))):
            if self.has_ended():
                return True
            pause.wait(step)
        return self.has_ended()

    def last_words(self) -> str:
        """The last line that it wrote to standard error."""
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 4096))
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip()[:200] if lines else ""
