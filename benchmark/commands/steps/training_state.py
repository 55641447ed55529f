"""How far a training of a study is, from what its latest checkpoint states. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmark.commands.steps.one_training import PreparedTraining
from benchmark.commands.steps.planned_training import Planned
from benchmark.plugins import checkpoints
from benchmark.plugins.checkpoint_content import CheckpointContent
from benchmark.training import agreement, course, statement

SHOWN = 2


@dataclass(frozen=True, slots=True)
class State:
    """How far a training is.

    Attributes:
        kind: ``done``, ``begun``, ``missing``, or ``other`` where what is there is no such training.
        epochs: how many are done.
        reason: why it is another.
    """

    kind: Literal["done", "begun", "missing", "other"]
    epochs: int = 0
    reason: str = ""


def state_of(planned: Planned) -> State:
    """How far a training is, from what its latest checkpoint states; reads no images.

    Raises:
        UserError: the method, the device or the pairs can't be used.
    """
    last = planned.directory / course.LAST
    if not last.exists():
        return State("missing")
    before = checkpoints.summary(last)
    if not before:
        return State("other", 0, f"{last} is cut off or damaged: remove {planned.directory} to train anew")
    done = int(before.get("epoch") or 0)
    reason = _why_other(planned, before, done)
    if reason:
        return State("other", done, reason)
    return State("done" if done == planned.method.entry.train.n_epoch else "begun", done)


def _why_other(planned: Planned, before: CheckpointContent, done: int) -> str:
    """Why a checkpoint is not of this training; empty if it is."""
    last, wanted = planned.directory / course.LAST, planned.method.entry.train.n_epoch
    changes = agreement.differences(before, _now(planned.prepared()))
    if changes:
        shown = "; ".join(changes[:SHOWN]) + (f"; and {len(changes) - SHOWN} more" if len(changes) > SHOWN else "")
        return f"{last} was made otherwise: {shown}; put that back, or remove {planned.directory} to train anew"
    if done > wanted:
        return f"{last} was trained for {done} epochs, train.n_epoch is {wanted}; name another checkpoints_dir"
    if planned.method.entry.select == "test" and len(before.get("tested") or ()) != done:
        return f"{last} was trained without select: test; remove {planned.directory} to train anew"
    lost = next((name for name in _wanted_files(planned) if not (planned.directory / name).exists()), "")
    return f"{planned.directory / lost} is missing: remove that folder to train anew" if lost else ""


def _wanted_files(planned: Planned) -> list[str]:
    files = [course.BEST, course.LAST]
    return [*files, course.BEST_TEST] if planned.method.entry.select == "test" else files


def _now(prepared: PreparedTraining) -> CheckpointContent:
    """What a checkpoint would state now, as far as no file of images or weights must be read for it."""
    scaling = prepared.division.scaling
    return {
        "identity": dict(prepared.method.identity()),
        "settings": statement.settings(prepared.config, prepared.method, prepared.options, prepared.data),
        "pairs_sha256": prepared.division.sha256,
        "label_scaling": {
            "low": scaling.low,
            "high": scaling.high,
            "lower_mos_better": scaling.lower_mos_better,
        },
    }
