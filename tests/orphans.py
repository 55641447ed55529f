"""No test leaves a process behind: fixtures for every test and module, which find, name and kill what outlives them.

Processes of this pytest process are known by a mark in the environment, which they and whatever they start inherit also
when their parent is gone, and as its descendants where something was forked or started with an environment of its own.
Looked for in Linux's ``/proc``; elsewhere nothing is found.
"""

import os
import secrets
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

MARK = "EFID_BENCH_TESTED_BY"
TOKEN = secrets.token_hex(16)
GRACE_S = 20.0
"""The engine itself ends a worker that goes on without work after ten seconds; only what outlives that is an orphan."""
ALLOWED = (b"from multiprocessing.resource_tracker import main", b"from multiprocessing.forkserver import main")
"""Python starts one of each at first need, for as long as the process that needs it lives."""

Process = tuple[int, str]
"""Number and start in the machine's own count: numbers are used again."""


def living(parents: dict[int, int] | None = None) -> dict[Process, str]:
    """The processes that descend from this one or bear its mark, with their command lines.

    Args:
        parents: filled with the parent of every process of this user.
    """
    parents = {} if parents is None else parents
    mark, owner = f"{MARK}={TOKEN}".encode(), os.getuid()
    born: dict[int, str] = {}
    mine = {os.getpid()}
    with suppress(FileNotFoundError), os.scandir("/proc") as places:
        for place in places:
            with suppress(OSError, ValueError, IndexError):
                if not place.name.isdecimal() or place.stat().st_uid != owner:
                    continue
                pid, here = int(place.name), Path(place.path)
                fields = (here / "stat").read_text(errors="replace").rpartition(")")[2].split()
                parents[pid] = int(fields[1])
                if fields[0] not in "ZX":
                    born[pid] = fields[19]
                    if mark in (here / "environ").read_bytes().split(b"\0"):
                        mine.add(pid)
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    words = {pid: _command(pid) for pid in mine & born.keys() - {os.getpid()}}
    return {(pid, born[pid]): text for pid, text in words.items() if text is not None}


def _command(pid: int) -> str | None:
    """How a process was started; ``None`` for one that may go on, or is gone."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None
    allowed = any(text in words for text in ALLOWED)
    return None if allowed else words.replace(b"\0", b" ").decode(errors="replace").strip()


def left(before: Collection[Process], grace: float | None = None) -> dict[Process, str]:
    """What was started since and goes on in spite of a time of grace."""
    end, pause = time.monotonic() + (GRACE_S if grace is None else grace), 0.01
    while True:
        parents: dict[int, int] = {}
        found = {process: words for process, words in living(parents).items() if process not in before}
        kept = {pid for pid, _ in before} & parents.keys()
        found = {process: words for process, words in found.items() if not _descends(process[0], kept, parents)}
        if not found or time.monotonic() > end:
            return found
        time.sleep(pause)
        pause = min(2 * pause, 0.2)


def _descends(pid: int, kept: Collection[int], parents: dict[int, int]) -> bool:
    """Whether a process belongs to one that was there before: a browser that a module keeps starts more of its own."""
    while pid in parents:
        pid = parents[pid]
        if pid in kept:
            return True
    return False


def end(before: Collection[Process], whose: str) -> None:
    """Kill what was left behind, and fail."""
    found = left(before)
    for pid, _ in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if found:
        told = "; ".join(f"process {pid}: {words[:300]}" for (pid, _), words in found.items())
        pytest.fail(f"{whose} leaves behind: {told}", pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def marked() -> Iterator[None]:
    """Whatever the tests start bears the mark of this process."""
    os.environ[MARK] = TOKEN
    yield
    end((), "the session")


@pytest.fixture(scope="module", autouse=True)
def no_orphans_of_a_module(marked: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """What a module's own fixtures start ends with it."""
    before = living()
    yield
    end(before, request.node.name)


@pytest.fixture(autouse=True)
def no_orphans(no_orphans_of_a_module: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test starts ends with it."""
    before = living()
    yield
    end(before, request.node.name)
