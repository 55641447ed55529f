"""Plans what is missing: which method has to score which pair, grouped by reference, and why. No torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.core.hashes import FileHashes
from benchmark.results.scored import Failure
from benchmark.scoring.messages import PairTask, ReferenceGroup
from benchmark.scoring.store import Producer, Store


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair of the data set as scoring needs it."""

    pair: str
    reference_path: str
    enhanced_path: str


@dataclass(slots=True)
class Plan:
    """The outcome of planning.

    Attributes:
        known: scores at hand, by (label, pair).
        seconds: time each of them took.
        groups: the work that is left.
        references: files of all references, whether or not work is left on them, in the data set's order.
        flat: (label, pair) of known scores with an image of one colour.
        same: pairs with a known score whose enhanced image is its reference, pixel by pixel.
        failures: pairs whose files can't be read, or whose stored score breaks what the method declares.
        reasons: for each label, how many pairs have to be scored, by reason.
        hashes: SHA-256 of each file read, by path.
    """

    known: dict[tuple[str, str], float] = field(default_factory=dict)
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    flat: set[tuple[str, str]] = field(default_factory=set)
    same: set[str] = field(default_factory=set)
    groups: list[ReferenceGroup] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """How many scores are to be computed."""
        return sum(len(names) for group in self.groups for names in group.wanted.values())


def make_plan(
    pairs: Sequence[ScoredPair],
    producers: Mapping[str, Producer],
    store: Store,
    hashes: FileHashes,
    fault: Callable[[str, float], str] = lambda label, value: "",
) -> Plan:
    """Compare what is wanted with what the store holds.

    Args:
        pairs: the pairs to be scored, in the data set's order.
        producers: for each method's label, what would produce its scores now.
        store: read beforehand.
        hashes: hashes files and remembers the digests.
        fault: why a value is not a valid score of a method, by its label; empty where it is one (``promise``).
    """
    references = list(dict.fromkeys(pair.reference_path for pair in pairs))
    plan = Plan(references=references, reasons={label: Counter() for label in producers})
    unreadable: dict[str, str] = {}
    for pair in pairs:
        for path in (pair.reference_path, pair.enhanced_path):
            if path not in plan.hashes and path not in unreadable:
                try:
                    plan.hashes[path] = hashes.sha256(Path(path))
                except OSError as error:
                    unreadable[path] = f"{path}: can't be read ({error.strerror or error})"
    members: dict[str, list[tuple[PairTask, list[str]]]] = {}
    for pair in pairs:
        bad = unreadable.get(pair.reference_path) or unreadable.get(pair.enhanced_path)
        if bad is not None:
            plan.failures += [Failure(pair.pair, label, bad) for label in producers]
            continue
        wanted = _look_up(plan, pair, producers, store, fault)
        if wanted:
            task = PairTask(pair.pair, pair.enhanced_path, plan.hashes[pair.enhanced_path])
            members.setdefault(pair.reference_path, []).append((task, wanted))
    for number, (reference, items) in enumerate(members.items()):
        plan.groups.append(_group(number, reference, plan.hashes[reference], items, list(producers)))
    return plan


def _look_up(
    plan: Plan, pair: ScoredPair, producers: Mapping[str, Producer], store: Store, fault: Callable[[str, float], str]
) -> list[str]:
    """Note the known scores of one pair; return the labels whose scores are missing."""
    enhanced, reference = plan.hashes[pair.enhanced_path], plan.hashes[pair.reference_path]
    wanted: list[str] = []
    for label, producer in producers.items():
        score = store.get(producer, enhanced, reference)
        if score is None:
            wanted.append(label)
            plan.reasons[label][store.why(producer, label, pair.pair, enhanced, reference)] += 1
        elif reason := fault(label, score.value):
            plan.failures.append(Failure(pair.pair, label, reason))
        else:
            plan.known[label, pair.pair] = score.value
            plan.seconds[label, pair.pair] = score.seconds
            if score.flat:
                plan.flat.add((label, pair.pair))
            if score.same:
                plan.same.add(pair.pair)
    return wanted


def _group(
    number: int, reference: str, sha256: str, items: Sequence[tuple[PairTask, list[str]]], labels: Sequence[str]
) -> ReferenceGroup:
    wanted = {label: tuple(task.pair for task, names in items if label in names) for label in labels}
    return ReferenceGroup(
        number=number,
        reference=reference,
        reference_sha256=sha256,
        pairs=tuple(task for task, _ in items),
        wanted={label: names for label, names in wanted.items() if names},
    )
