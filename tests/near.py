"""Workers as threads of this process, for tests that are about what becomes of scores and not about processes.

A worker process takes two to three seconds to start, nearly all of it to import torch, and each plug-in from elsewhere is
first tried in a helper process. Here the same code serves the same messages in this process, where torch is imported once.
What processes are there for (a method that ends, hangs or spoils its process, or prints into its pipe) needs real ones:
``tests/scoring``, ``tests/reliability`` and ``tests/plugins/test_trial.py`` start them.
"""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

import pytest

from benchmark import plugins
from benchmark.plugins import trial
from benchmark.scoring import supervisor
from benchmark.scoring.messages import decode, decode_setup, is_sound
from benchmark.scoring.worker import serve
from benchmark.scoring.worker_process import Heard

LIMIT_S = 120.0


class NearWorker:
    """A thread in the place of a ``WorkerProcess``; it can't be killed, only asked to end after its group.

    Args:
        number: identifies the worker in calls of ``heard``.
        environment: not used: a thread has no environment of its own.
        heard: called with each message, and with ``None`` when no more can come.
    """

    def __init__(self, number: int, environment: Mapping[str, str], heard: Heard) -> None:
        self._number, self._heard = number, heard
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._fault = ""
        self._thread = threading.Thread(target=self._work, name="near worker", daemon=True)
        if any(thread.name == self._thread.name for thread in threading.enumerate()):
            raise RuntimeError("workers near by would share one generator of random numbers: set workers to 1")
        self._thread.start()

    def _work(self) -> None:
        import torch

        try:
            setup = decode_setup(decode(self._lines.get()))
            torch.set_num_threads(setup.threads)
            with anew():
                serve(setup, iter(self._lines.get, b""), cast(Any, self))
        except BaseException as error:
            self._fault = repr(error)
        self._heard(self._number, None)

    def write(self, line: bytes) -> None:
        """What the worker writes into its pipe, a message at a time."""
        message = decode(line)
        if is_sound(message):
            self._heard(self._number, message)

    def flush(self) -> None:
        """Nothing is kept back."""

    def send(self, data: bytes) -> None:
        """Hand over a message."""
        self._lines.put(data)

    def rest(self) -> bool:
        """Whether it can wait for other work: it can't, since a thread that waits would be in the way of the next."""
        return False

    def has_ended(self) -> bool:
        """Whether the thread is done."""
        return not self._thread.is_alive()

    def kill(self) -> None:
        """Ask it to end."""
        self._lines.put(b"")

    def end(self) -> int:
        """Wait for its end and return its exit status."""
        self.kill()
        self._thread.join(LIMIT_S)
        return int(bool(self._fault))

    def release(self, limit: float = LIMIT_S) -> None:
        """Let it end for lack of work; wait for that, so that no thread outlives its test."""
        self.kill()
        self._thread.join(limit)

    def last_words(self) -> str:
        """Why it ended by itself."""
        return self._fault


@contextmanager
def anew() -> Iterator[None]:
    """Plug-ins from elsewhere are imported anew in the body, as by a new process, and are as before after it."""
    before = {name: sys.modules.pop(name) for name in _foreign()}
    try:
        yield
    finally:
        for name in _foreign():
            del sys.modules[name]
        sys.modules.update(before)


def _foreign() -> list[str]:
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.startswith(("benchmark.plugins.methods.", "benchmark.plugins.datasets.")) and file:
            found += [name] if trial.is_foreign(Path(file)) else []
    return found


@contextmanager
def no_processes() -> Iterator[None]:
    """Score in this process, trust plug-ins not to end it, and forget those that are found meanwhile."""
    import torch

    threads = torch.get_num_threads()
    known, paths = set(_foreign()), {kind: list(plugins.package(kind).__path__) for kind in plugins.KINDS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervisor, "WorkerProcess", NearWorker)
        patch.setattr(trial, "_try", lambda task, limit: "")
        yield
    torch.set_num_threads(threads)
    for kind, path in paths.items():
        plugins.package(kind).__path__[:] = path
    for name in set(_foreign()) - known:
        del sys.modules[name]


@pytest.fixture
def near() -> Iterator[None]:
    """No worker processes in this test."""
    with no_processes():
        yield


@pytest.fixture(scope="module")
def near_module() -> Iterator[None]:
    """No worker processes in this module, its own fixtures included."""
    with no_processes():
        yield
