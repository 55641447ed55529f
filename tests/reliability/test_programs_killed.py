"""Runs and workers that are killed while a program of theirs runs: nothing of it is left, and no row but its own suffers."""

import contextlib
import csv
import functools
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.long import with_long

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked for in Linux's /proc"),
]

CONFIG = """
dataset: {name: table, file: pairs.csv}
methods:
  - psnr
  - {name: command, label: Hangs, command: "./hangs {reference} {enhanced}", higher_is_better: true, time_limit: 300}
workers: 1
statistics: {replicates: 20}
report: {plots: []}
"""
SLEEPERS = 3
"""The program, a child in a session of its own, and one without its environment."""
MOST_KILLS = 6
"""More than the engine bears of one method; a death while images are read ahead is not counted."""
HANGS = "#!/bin/sh\nsetsid sleep {nap} &\nenv -i sleep {nap} &\ntrap '' TERM INT\nsleep {nap}\n"


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Whatever started these tests may ignore Ctrl-C, and so would the runs that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def place(tiny_set: Path) -> Path:
    folder = tiny_set.parent
    (folder / "c.yaml").write_text(CONFIG)
    nap = f"{1000 + secrets.randbelow(10**8)}.5"  # for which no other process sleeps
    (folder / "nap").write_text(nap)
    (folder / "hangs").write_text(HANGS.format(nap=nap))
    (folder / "hangs").chmod(0o755)
    (folder / "temporary").mkdir()
    return folder


def processes(*words: bytes) -> list[int]:
    """Living processes whose command line has all of these words."""
    found = []
    for item in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (item / "cmdline").read_bytes().split(b"\0")
            if all(word in line for word in words):
                found.append(int(item.name))
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(condition())


def sleeping(place: Path) -> list[int]:
    return processes(b"sleep", (place / "nap").read_bytes())


def are_gone(place: Path, sleepers: list[int]) -> bool:
    return not set(sleepers) & set(sleeping(place))


def begin(root: Path, place: Path) -> subprocess.Popen[str]:
    """Start a run, and wait until its program hangs."""
    process = subprocess.Popen(
        [sys.executable, str(root / "run_benchmark.py"), "run", "c.yaml"],
        cwd=place,
        env={**os.environ, "TMPDIR": str(place / "temporary")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if not wait_for(lambda: len(sleeping(place)) == SLEEPERS):
        process.kill()
        pytest.fail(f"the program did not start: {process.communicate()}")
    return process


def is_clear(place: Path) -> bool:
    """Nothing runs any more, and no temporary file is left."""
    return not sleeping(place) and not [item for item in (place / "temporary").iterdir() if "bench" in item.name]


@pytest.mark.parametrize(
    ("end", "status"), with_long([(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)], {(signal.SIGINT, 130)})
)
def test_a_killed_run_leaves_no_program(root: Path, place: Path, end: signal.Signals, status: int) -> None:
    run = begin(root, place)
    run.send_signal(end)
    run.communicate(timeout=60)
    assert run.returncode == status
    assert wait_for(lambda: is_clear(place), 20)


@pytest.mark.long
def test_a_killed_worker_costs_its_pairs(root: Path, place: Path) -> None:
    """As of any method: it is started anew, and the method is given up where it dies again and again."""
    run = begin(root, place)
    try:
        kills = 0
        while run.poll() is None and kills < MOST_KILLS:
            kills += 1
            before = sleeping(place)
            (worker,) = [pid for pid in processes(b"benchmark.scoring.worker") if _started_by(pid, run.pid)]
            os.kill(worker, signal.SIGKILL)
            assert wait_for(functools.partial(are_gone, place, before), 20)
            assert wait_for(lambda: run.poll() is not None or len(sleeping(place)) == SLEEPERS)
        run.communicate(timeout=60)
    finally:
        run.kill()
        run.communicate()
    assert run.returncode == 3
    with open(place / "results" / "c" / "failures.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["method"] for row in rows} == {"Hangs"}
    assert len(rows) == 4
    assert all("killed by SIGKILL" in row["reason"] for row in rows)
    assert wait_for(lambda: is_clear(place), 20)


def _started_by(pid: int, parent: int) -> bool:
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) == parent
    return False
