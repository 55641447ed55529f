"""Scores what a plan says is missing and writes it into the store as it becomes known. No torch."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from benchmark.results.scored import Failure
from benchmark.scoring import cost_memory
from benchmark.scoring.idle_workers import IdleWorkers
from benchmark.scoring.keeping import Keeper
from benchmark.scoring.lanes import Lane
from benchmark.scoring.messages import ReferenceGroup, Setup
from benchmark.scoring.method_building import CHANGED, changed_in_words
from benchmark.scoring.plan import Plan
from benchmark.scoring.progress import ScoringProgress
from benchmark.scoring.store import Producer, Store, StoredScore
from benchmark.scoring.supervisor import Broken, Cost, Event, Failed, GroupDone, Scored, Supervisor
from benchmark.statistics.weighted import processors

WRITE_EVERY_S = 5.0
MEMORY_A_WORKER = 3 * 2**30
MEMORY_A_PIXEL = 1500
"""Bytes per pixel that the most demanding of the usual methods needs (docs/performance.md, large photographs)."""


@dataclass(slots=True)
class Outcome:
    """What scoring left: scores and seconds by (label, pair), failures, unusable methods, and what methods cost.

    ``flat`` holds the (label, pair) of scores with an image of one colour, ``same`` the pairs whose enhanced image is its
    reference, pixel by pixel. ``changed`` names images that, when they were read, were no longer the planned ones.
    """

    scores: dict[tuple[str, str], float] = field(default_factory=dict)
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    broken: dict[str, tuple[str, str]] = field(default_factory=dict)
    costs: dict[str, dict[str, float]] = field(default_factory=dict)
    computed: int = 0
    flat: set[tuple[str, str]] = field(default_factory=set)
    same: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)


def default_workers(pixels: int = 0) -> int:
    """One single-threaded worker per core, as far as memory allows (measured to be faster than one of many threads).

    Args:
        pixels: the number of pixels of an image.
    """
    cores = processors()
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return cores
    return max(1, min(cores, memory // max(MEMORY_A_WORKER, MEMORY_A_PIXEL * pixels)))


@dataclass(frozen=True, slots=True)
class Crew:
    """The processes that score, and how they share the work.

    Attributes:
        workers: number of processes.
        time_limit: seconds that one pair may take.
        lanes: the methods that share processes, one lane after the other. By default all methods share.
        share: selects from the references of all pairs, missing or not, those that this process scores in a lane
            (``ScoringRanks.share``).
        early: whether a reference of a lane may be taken before a worker is free for it (``ScoringRanks.plenty``).
        idle: workers without work that a lane of the engine's own methods may use, and where its own go.
    """

    workers: int
    time_limit: float
    lanes: Sequence[Lane] | None = None
    share: Callable[[Sequence[str], int], Iterable[str]] = lambda references, _: references
    early: Callable[[int], bool] = lambda _: True
    idle: IdleWorkers | None = None


def score_missing(
    plan: Plan,
    setup: Setup,
    producers: Mapping[str, Producer],
    store: Store,
    progress: ScoringProgress,
    crew: Crew,
) -> Outcome:
    """Compute the plan's groups; whatever is known when this ends, even by an interruption, is in the store.

    Args:
        plan: what is missing.
        setup: what workers need to know.
        producers: what produces each method's scores, by label.
        store: where scores go.
        progress: shows how far scoring is.
        crew: the processes that score, and how they share the work.

    Raises:
        OSError: scores can't be written.
        benchmark.scoring.supervisor.WorkerStartError: a worker could not start.
    """
    outcome = Outcome(
        dict(plan.known), dict(plan.seconds), list(plan.failures), flat=set(plan.flat), same=set(plan.same)
    )
    waiting: list[StoredScore] = []
    keeper = Keeper(store, producers, setup.methods)
    written = time.monotonic()
    open_pairs: set[tuple[str, str]] = set()
    taken: list[ReferenceGroup] = []
    try:
        for number, lane in enumerate([Lane(list(producers))] if crew.lanes is None else crew.lanes):
            groups = _of_lane(plan.groups, lane.labels)
            workers = crew.workers if lane.workers is None else lane.workers
            limit = max(crew.time_limit, lane.at_least)
            idle = crew.idle if lane.own else None
            supervisor = Supervisor(_setup_of_lane(setup, lane), min(workers, len(groups)), limit, idle)
            source = _take(groups, crew.share(plan.references, number), open_pairs, taken)
            with closing(supervisor.run(source, partial(crew.early, number))) as events:  # type: ignore[type-var]
                for event in events:
                    _note(event, outcome, open_pairs, producers, waiting, progress)
                    if isinstance(event, Cost):  # kept at once: what is interrupted later is not measured again
                        cost_memory.merge(store.directory, producers, outcome.costs)
                    due = isinstance(event, GroupDone) or time.monotonic() - written > WRITE_EVERY_S
                    if due and waiting:
                        keeper.write(waiting)
                        waiting.clear()
                        written = time.monotonic()
                        for label, path in keeper.changed.items():
                            supervisor.give_up(label, changed_in_words(path))
    finally:
        if waiting:
            keeper.write(waiting)
    keeper.look()
    outcome.broken |= {label: (CHANGED, changed_in_words(path)) for label, path in keeper.changed.items()}
    _fail_rest(outcome, open_pairs, taken)
    return outcome


def _of_lane(groups: Sequence[ReferenceGroup], labels: Collection[str]) -> list[ReferenceGroup]:
    """The groups with what some of the methods still have to score."""
    lane_groups = []
    for group in groups:
        wanted = {label: names for label, names in group.wanted.items() if label in labels}
        needed = {name for names in wanted.values() for name in names}
        if wanted:
            lane_groups.append(
                replace(group, wanted=wanted, pairs=tuple(task for task in group.pairs if task.pair in needed))
            )
    return lane_groups


def _setup_of_lane(setup: Setup, lane: Lane) -> Setup:
    """What workers of a lane need to know: its own methods and no others."""
    methods = tuple(task for task in setup.methods if task.label in lane.labels)
    measure = tuple(label for label in setup.measure if label in lane.labels)
    lane_setup = replace(setup, methods=methods, measure=measure)
    return replace(lane_setup, device=lane.device, autocast="") if lane.device else lane_setup


def _take(
    groups: Sequence[ReferenceGroup],
    references: Iterable[str],
    open_pairs: set[tuple[str, str]],
    taken: list[ReferenceGroup],
) -> Iterator[ReferenceGroup]:
    """The groups of the references that this process takes; they are noted in ``open_pairs`` and ``taken``."""
    by_reference = {group.reference: group for group in groups}
    for reference in references:
        group = by_reference.get(reference)
        if group is not None:
            taken.append(group)
            open_pairs |= {(label, pair) for label, names in group.wanted.items() for pair in names}
            yield group


def _note(
    event: Event,
    outcome: Outcome,
    open_pairs: set[tuple[str, str]],
    producers: Mapping[str, Producer],
    waiting: list[StoredScore],
    progress: ScoringProgress,
) -> None:
    """Enter one event into the outcome; scores to be written go to ``waiting``."""
    if isinstance(event, Scored):
        key = (event.label, event.pair)
        if key in open_pairs:
            open_pairs.discard(key)
            outcome.scores[key], outcome.seconds[key] = event.value, event.seconds
            outcome.computed += 1
            if event.flat:
                outcome.flat.add(key)
            if event.same:
                outcome.same.add(event.pair)
            score = _stored(event, producers[event.label])
            waiting.append(score)
            outcome.changed |= _exchanged(event.group, score)
            progress.advance(event.label)
    elif isinstance(event, Failed):
        if (event.label, event.pair) in open_pairs:
            open_pairs.discard((event.label, event.pair))
            outcome.failures.append(Failure(event.pair, event.label, event.reason))
            progress.advance(event.label, failed=True)
    elif isinstance(event, Cost):
        outcome.costs[event.label] = {str(key): float(value) for key, value in event.costs.items()}
    elif isinstance(event, GroupDone):
        progress.group_done()
    elif isinstance(event, Broken):
        outcome.broken[event.label] = (event.status, event.reason)


def _stored(event: Scored, producer: Producer) -> StoredScore:
    """The score as a fact about the images that were read, whichever were planned."""
    seen = (event.flat, event.same)
    return StoredScore(producer.key, *event.images, event.label, event.pair, event.value, event.seconds, *seen)


def _exchanged(group: ReferenceGroup, score: StoredScore) -> set[str]:
    """The images of a score that are not the planned ones."""
    task = next(task for task in group.pairs if task.pair == score.pair)
    planned = {group.reference: (group.reference_sha256, score.reference), task.path: (task.sha256, score.enhanced)}
    return {path for path, (expected, read) in planned.items() if expected != read}


def _fail_rest(outcome: Outcome, open_pairs: set[tuple[str, str]], taken: Sequence[ReferenceGroup]) -> None:
    """Pairs of methods that were stopped fail with the method's reason, in the plan's order."""
    for group in taken:
        for label, names in group.wanted.items():
            for pair in names:
                if (label, pair) in open_pairs:
                    reason = outcome.broken.get(label, ("failed", "it was not scored"))[1]
                    outcome.failures.append(Failure(pair, label, reason))
