"""What becomes of pairs whose images, and of methods whose files, changed while they were scored. No torch.

A score is stored as a fact about the bytes that were read. This module decides which of these facts belong to a run: those
of the images as they are at its end, and only of methods whose files have not changed by then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from benchmark.results.scored import Failure
from benchmark.scoring.engine import Outcome
from benchmark.scoring.messages import ReferenceGroup
from benchmark.scoring.plan import Plan


def changed_in_words(path: str) -> str:
    """The sentence that an image was exchanged."""
    return f"{path}: changed while it was being scored"


def restricted(plan: Plan, changed: Collection[str], without: Iterable[str]) -> Plan:
    """A plan for the pairs with an exchanged image only: what failed for the others would fail again.

    Args:
        plan: what is missing, by the images as they are now.
        changed: images that were exchanged.
        without: labels of methods that can't be used.
    """
    groups = [_touched(group, changed, set(without)) for group in plan.groups]
    left = [group for group in groups if group.wanted]
    counts = {label: sum(len(group.wanted.get(label, ())) for group in left) for label in plan.reasons}
    reasons = {label: type(counter)({"new": counts[label]}) for label, counter in plan.reasons.items()}
    return replace(plan, groups=left, reasons=reasons)


def _touched(group: ReferenceGroup, changed: Collection[str], without: set[str]) -> ReferenceGroup:
    kept = {task.pair for task in group.pairs if group.reference in changed or task.path in changed}
    wanted = {label: tuple(pair for pair in names if pair in kept) for label, names in group.wanted.items()}
    tasks = tuple(task for task in group.pairs if task.pair in kept)
    return replace(
        group, pairs=tasks, wanted={label: names for label, names in wanted.items() if names and label not in without}
    )


def outcome_of(plan: Plan) -> Outcome:
    """The outcome that consists of what a plan knows already."""
    return Outcome(dict(plan.known), dict(plan.seconds), list(plan.failures), flat=set(plan.flat), same=set(plan.same))


def merged(earlier: Outcome, later: Outcome, left: Plan, given_up: Collection[str]) -> Outcome:
    """Merge the outcomes of two rounds.

    Args:
        earlier: that of the first round; its scores count only where the store has them for the images as they are now.
        later: that of the second round, which begins with all of these scores.
        left: what was to be scored in the second round.
        given_up: images that change too often: their pairs fail.
    """
    failed = {(item.label, item.pair): item for item in earlier.failures}
    failed |= {(item.label, item.pair): item for item in lost(left, given_up)}
    failed |= {(item.label, item.pair): item for item in later.failures}
    return Outcome(
        later.scores,
        later.seconds,
        [item for key, item in failed.items() if key not in later.scores],
        {**earlier.broken, **later.broken},
        {**earlier.costs, **later.costs},
        earlier.computed + later.computed,
        later.flat,
        later.same,
        later.changed,
    )


def lost(left: Plan, changed: Collection[str]) -> list[Failure]:
    """The failures of what is left of a plan because images were exchanged."""
    failures = []
    for group in left.groups:
        paths = {task.pair: task.path for task in group.pairs}
        for label, names in group.wanted.items():
            for pair in names:
                path = next((path for path in (paths[pair], group.reference) if path in changed), None)
                if path is not None:
                    failures.append(Failure(pair, label, f"{changed_in_words(path)}: run again"))
    return failures


def without(outcome: Outcome, label: str, reason: str, pairs: Sequence[str]) -> None:
    """Take a method whose files have changed out of an outcome: all its pairs fail."""
    for pair in pairs:
        outcome.scores.pop((label, pair), None)
        outcome.seconds.pop((label, pair), None)
        outcome.flat.discard((label, pair))
    outcome.costs.pop(label, None)
    kept = [item for item in outcome.failures if item.label != label]
    outcome.failures[:] = [*kept, *(Failure(pair, label, reason) for pair in pairs)]
