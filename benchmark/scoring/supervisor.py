"""Hands reference groups to worker processes and survives whatever a method does to them. No torch.

When a worker dies or hangs, the pair that it was scoring fails; a method that causes this repeatedly is stopped, and the
others go on.
"""

from __future__ import annotations

import os
import queue
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from benchmark.core import children
from benchmark.scoring.idle_workers import IdleWorkers
from benchmark.scoring.messages import ReferenceGroup, Setup, encode_group, encode_setup
from benchmark.scoring.read_ahead import Turns
from benchmark.scoring.worker_process import EOF_LIMIT_S, WorkerProcess

START_LIMIT_S = 300.0
LOAD_LIMIT_S = 1800.0
LOOK_EVERY_S = 1.0
MOST_DEATHS = 3
MOST_HANGS = 1


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair has been scored.

    ``images`` holds the SHA-256 of the enhanced image and of the reference as they were read. ``flat`` says that one of
    them is of one colour, ``same`` that both are the same.
    """

    label: str
    pair: str
    value: float
    seconds: float
    group: ReferenceGroup
    images: tuple[str, str]
    flat: bool = False
    same: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """A pair has failed, with the reason."""

    label: str
    pair: str
    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A method can't be used any more; each of its open pairs fails with the reason."""

    label: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a method needs beside time (``measure_cost``)."""

    label: str
    costs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class GroupDone:
    """All that can be scored of a group has been scored."""

    group: ReferenceGroup


Event = Scored | Failed | Broken | Cost | GroupDone


class WorkerStartError(RuntimeError):
    """A worker could not start: a defect of the installation, not of a method."""


@dataclass(slots=True)
class _Worker:
    number: int
    process: WorkerProcess
    deadline: float
    ready: bool = False
    group: ReferenceGroup | None = None
    open: set[tuple[str, str]] = field(default_factory=set)
    doing: tuple[str, str] | None = None
    loading: str | None = None
    hung: bool = False
    reading: bool = False
    ended: float | None = None
    went_on: bool = False


class Supervisor:
    """Distributes groups over worker processes.

    Args:
        setup: what each worker receives at its start.
        workers: number of processes.
        time_limit: seconds that a method may take for one pair.
        idle: workers that are used before others are started, and where those that have ended their work go.
    """

    def __init__(self, setup: Setup, workers: int, time_limit: float, idle: IdleWorkers | None = None) -> None:
        self._setup = setup
        self._environment = _environment(setup)
        self._idle = idle
        self._count = workers
        self._time_limit = time_limit
        self._messages: queue.Queue[tuple[int, dict[str, Any] | None]] = queue.Queue()
        self._workers: dict[int, _Worker] = {}
        self._turns = Turns(())
        self._broken: dict[str, str] = {}
        self._deaths: Counter[str] = Counter()
        self._decode_deaths: Counter[int] = Counter()
        self._started = 0
        self._seen = time.monotonic()

    def run(self, groups: Iterable[ReferenceGroup], early: Callable[[], bool] = lambda: True) -> Iterator[Event]:
        """Score the groups and yield events as they happen. Closing the iterator ends the workers.

        Args:
            groups: the groups, taken one at a time: when a worker is free, or before, so that its images can be read ahead.
            early: whether a group may be taken before a worker is free.

        Raises:
            WorkerStartError: a worker could not start.
        """
        self._turns = Turns(groups, early)
        try:
            for _ in range(self._count):
                self._start()
            while self._workers:
                yield from self._step()
        finally:
            self._end_all()

    def give_up(self, label: str, reason: str) -> None:
        """Hand out no more of a method's work; workers go on with what they have."""
        self._broken.setdefault(label, reason)

    def _start(self) -> None:
        self._started += 1
        number = self._started
        process, went_on = self._process(number)
        self._workers[number] = _Worker(number, process, time.monotonic() + START_LIMIT_S, went_on=went_on)
        process.send(encode_setup(self._setup if number == 1 else replace(self._setup, measure=())))

    def _process(self, number: int) -> tuple[WorkerProcess, bool]:
        """A process for a worker, and whether it is one that had no work, instead of a new one."""

        def heard(who: int, what: dict[str, Any] | None) -> None:
            self._messages.put((who, what))

        process = self._idle.take(self._environment) if self._idle is not None else None
        if process is None:
            return WorkerProcess(number, self._environment, heard), False
        process.go_on(number, heard)
        return process, True

    def _step(self) -> Iterator[Event]:
        try:
            number, message = self._messages.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            number, message = 0, None
        self._forgive_pause()
        self._look_after_workers()
        worker = self._workers.get(number)
        if worker is None:
            return
        if message is None:
            yield from self._on_death(worker)
        else:
            yield from self._on_message(worker, message)

    def _forgive_pause(self) -> None:
        """Extend all time limits by a time in which this process itself was stopped, as a container or a job may be."""
        now = time.monotonic()
        missed = now - self._seen - LOOK_EVERY_S
        self._seen = now
        if missed > LOOK_EVERY_S:
            for worker in self._workers.values():
                worker.deadline += missed

    def _look_after_workers(self) -> None:
        """End workers that took too long, and notice dead ones whose pipe another process still holds open."""
        now = time.monotonic()
        for worker in self._workers.values():
            if worker.ended is None and worker.process.has_ended():
                worker.ended = now
                worker.process.kill()  # also what it started and left behind, so that its pipe closes
            elif worker.ended is not None and now - worker.ended > EOF_LIMIT_S:
                worker.ended = now
                self._messages.put((worker.number, None))
            elif now > worker.deadline and not worker.hung:
                worker.hung = True
                worker.process.kill()

    def _on_message(self, worker: _Worker, message: Mapping[str, Any]) -> Iterator[Event]:
        worker.deadline = time.monotonic() + self._time_limit
        worker.reading = bool(message.get("reading"))
        kind = message["kind"]
        if kind in ("ready", "done"):
            worker.ready, worker.doing, worker.loading = True, None, None
            if worker.group is not None:
                yield GroupDone(worker.group)
            self._give_work(worker)
        elif kind == "loading":
            worker.loading = message["label"]
            worker.deadline = time.monotonic() + LOAD_LIMIT_S
        elif kind == "loaded":
            worker.loading = None
        elif kind == "broken":
            worker.loading = None
            yield from self._break(message["label"], message["status"], message["reason"])
        elif kind == "cost":
            yield Cost(message["label"], message["costs"])
        elif kind == "started":
            worker.doing = (message["label"], message["pair"])
        elif kind == "score" and worker.group is not None:
            worker.doing = None
            worker.open.discard((message["label"], message["pair"]))
            key = message["label"], message["pair"]
            seen = (bool(message.get("flat")), bool(message.get("same")))
            enhanced, reference = message["images"]
            yield Scored(*key, message["value"], message["seconds"], worker.group, (enhanced, reference), *seen)
        elif kind == "failure":
            worker.doing = None
            worker.open.discard((message["label"], message["pair"]))
            yield Failed(message["label"], message["pair"], message["reason"])

    def _give_work(self, worker: _Worker) -> None:
        worker.group, worker.open = None, set()
        while (group := self._turns.take(worker.number)) is not None:
            wanted = {label: names for label, names in group.wanted.items() if label not in self._broken}
            if wanted:
                worker.group = replace(group, wanted=wanted, next_files=self._turns.foresee(worker.number))
                worker.open = {(label, pair) for label, names in wanted.items() for pair in names}
                worker.deadline = time.monotonic() + self._time_limit
                worker.process.send(encode_group(worker.group))
                return
        self._let_go(worker)

    def _break(self, label: str, status: str, reason: str) -> Iterator[Event]:
        if label not in self._broken:
            self._broken[label] = reason
            yield Broken(label, status, reason)

    def _on_death(self, worker: _Worker) -> Iterator[Event]:
        code, last_words = worker.process.end(), worker.process.last_words()
        group, doing, loading = worker.group, worker.doing, worker.loading
        self._end(worker)
        if not worker.ready and worker.went_on:  # it may have died while it had no work
            self._start()
            return
        if not worker.ready:
            raise WorkerStartError(f"a worker process could not start (exit {code}): {last_words}")
        if group is None:
            return
        how = f"took longer than {self._time_limit:g} s" if worker.hung else _death(code, last_words)
        if loading is not None:
            yield from self._break(loading, "failed", f"can't be loaded: its process {how}")
        elif worker.reading and not worker.hung:
            self._turns.stop_foreseeing()  # a method or a decoder: the next death, without reading ahead, shows which
        elif doing is not None:
            yield Failed(*doing, reason=f"{'it' if worker.hung else 'its process'} {how}")
            worker.open.discard(doing)
            self._deaths[doing[0]] += 1
            most = MOST_HANGS if worker.hung else MOST_DEATHS
            if self._deaths[doing[0]] >= most:
                yield from self._break(doing[0], "failed", f"stopped: it {how} on {doing[1]}")
        else:
            self._decode_deaths[group.number] += 1
        if self._decode_deaths[group.number] >= 2:
            for label, pair in sorted(worker.open):
                yield Failed(label, pair, f"reading the images of {group.reference}: the process {how}")
            yield GroupDone(group)
        else:
            self._turns.put_back(_rest(group, worker.open))
        if self._turns.more:
            self._start()

    def _let_go(self, worker: _Worker) -> None:
        """End a worker without work, or keep it for other work."""
        if self._idle is None:
            self._end(worker)
            return
        self._forget(worker)
        self._idle.put(worker.process, self._environment)

    def _end(self, worker: _Worker) -> None:
        self._forget(worker)
        worker.process.release()

    def _forget(self, worker: _Worker) -> None:
        self._workers.pop(worker.number, None)
        self._turns.dismiss(worker.number)

    def _end_all(self) -> None:
        for worker in list(self._workers.values()):
            worker.process.kill()
            self._end(worker)


def _rest(group: ReferenceGroup, still_open: set[tuple[str, str]]) -> ReferenceGroup:
    """The part of a group that is still open."""
    wanted = {
        label: tuple(pair for pair in names if (label, pair) in still_open) for label, names in group.wanted.items()
    }
    return replace(group, wanted={label: names for label, names in wanted.items() if names})


def _death(code: int, last_words: str) -> str:
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit status {code}"
    return f"{how}{f' ({last_words})' if last_words else ''}"


def _environment(setup: Setup) -> dict[str, str]:
    """The worker's environment; it limits threads before any library starts its pool."""
    threads = str(setup.threads)
    return {
        **children.environment(),
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "TORCH_FORCE_WEIGHTS_ONLY_LOAD": os.environ.get("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1"),
        **setup.environment,
    }
