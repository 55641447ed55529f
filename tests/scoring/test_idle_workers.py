"""Workers go on from one scoring to the next with another setup; one that died meanwhile is replaced. Real processes."""

import os
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.scoring.idle_workers import IdleWorkers
from benchmark.scoring.messages import MethodTask, PairTask, ReferenceGroup, Setup
from benchmark.scoring.supervisor import Event, Scored, Supervisor

pytestmark = pytest.mark.heavy

METHOD = """
import os
from benchmark import Method, MethodInfo


class Who(Method):
    info = MethodInfo(name="who", title="Who", higher_is_better=True)

    def __init__(self, *, add: int = 0):
        self.add = add

    def score(self, enhanced, reference):
        return enhanced.new_full((1,), float(os.getpid() % 100_000)) * 2 + self.add
"""


@pytest.fixture
def setup(plugin_folder: Path) -> Setup:
    (plugin_folder / "methods" / "who.py").write_text(METHOD)
    return Setup((MethodTask("who", "who", {}),), (str(plugin_folder),), {}, "cpu", 1, 0)


@pytest.fixture
def work(tiny_set: Path) -> list[ReferenceGroup]:
    images = tiny_set.parent
    return [
        ReferenceGroup(
            number, str(images / f"{number}.png"), "",
            (PairTask(str(number), str(images / f"{number}_soft.png"), ""),), {"who": (str(number),)},
        )
        for number in range(2)
    ]  # fmt: skip


def processes(events: Iterable[Event], add: int = 0) -> list[float]:
    """The process that scored each pair, as the method tells it."""
    return [(event.value - add) / 2 for event in events if isinstance(event, Scored)]


def test_a_worker_goes_on_with_another_setup(setup: Setup, work: list[ReferenceGroup]) -> None:
    other = replace(setup, methods=(MethodTask("who", "who", {"add": 1}),), seed=5)
    with IdleWorkers() as idle:
        first = processes(Supervisor(setup, 1, 60.0, idle).run(work))
        again = processes(Supervisor(other, 1, 60.0, idle).run(work), add=1)
        assert len({*first, *again}) == 1
        assert len(first) == len(again) == 2
        threads = replace(setup, threads=2)  # in the environment, which a process keeps
        assert {*processes(Supervisor(threads, 1, 60.0, idle).run(work))}.isdisjoint(first)
    assert {*processes(Supervisor(setup, 1, 60.0).run(work))}.isdisjoint(first)


@pytest.mark.parametrize("seen", [True, False])
def test_a_worker_that_died_without_work_is_replaced(setup: Setup, work: list[ReferenceGroup], seen: bool) -> None:
    """Whether or not its death is seen before it is given work."""
    with IdleWorkers() as idle:
        (one, _) = processes(Supervisor(setup, 1, 60.0, idle).run(work))
        (process,) = idle._kept
        pid = process._process.pid
        if seen:
            os.kill(pid, signal.SIGKILL)
            while not process.has_ended():
                time.sleep(0.01)
        else:
            os.kill(pid, signal.SIGSTOP)
            threading.Timer(1.0, os.kill, (pid, signal.SIGKILL)).start()
        found = processes(Supervisor(setup, 1, 60.0, idle).run(work))
    assert len(found) == 2
    assert one not in found
