"""Trains what is missing of a study: whole trainings, shared over processes, jobs and machines. No torch before the first.

Each training has its folder and its lock, so that any number of jobs may work on one study; what another job is at is left
to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from benchmark.commands.steps import planned_training
from benchmark.commands.steps.one_training import draw, possession, train_owned
from benchmark.commands.steps.planned_training import Planned, TrainingPlan
from benchmark.commands.steps.training_state import state_of
from benchmark.config.source import Source
from benchmark.config.study import study_of
from benchmark.core import atomic, places
from benchmark.core.errors import ConfigError, UserError
from benchmark.core.owner import InUseError
from benchmark.scoring import torchrun
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.training import course

Share = tuple[int, int]
SHOWN = 3


@dataclass(slots=True)
class TrainedCount:
    """What became of the trainings of a share.

    Attributes:
        root: the folder of all checkpoints.
        total: how many trainings the share has.
        unusable: how many data sets can't be used.
        before: how many were done already.
        now: how many were finished.
        elsewhere: those that other jobs are at.
        failed: the reason of each that failed, by its place below ``checkpoints_dir``.
    """

    root: Path
    total: int
    unusable: int
    before: int = 0
    now: int = 0
    elsewhere: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """0 if nothing failed, 2 if nothing could be trained, 3 if a part."""
        if not self.failed and not self.unusable:
            return 0
        return 2 if len(self.failed) == self.total else 3

    @property
    def lines(self) -> list[str]:
        """What was done, for people."""
        lines = [f"{self.before + self.now} of {self.total} trainings are done ({self.now} now): {self.root}"]
        if self.elsewhere:
            shown = ", ".join(self.elsewhere[:SHOWN]) + (", …" if len(self.elsewhere) > SHOWN else "")
            lines.append(f"{len(self.elsewhere)} left to other jobs, which are at them: {shown}")
        if self.failed:
            where, reason = next(iter(self.failed.items()))
            lines.append(f"{len(self.failed)} failed; the first, {where}: {reason}")
        return lines

    def add(self, other: list[object]) -> None:
        """Take in what another rank tells."""
        before, now, elsewhere, failed = other
        self.before += int(str(before))
        self.now += int(str(now))
        self.elsewhere += elsewhere if isinstance(elsewhere, list) else []
        self.failed |= failed if isinstance(failed, dict) else {}


def plan_of(source: Source, config: object) -> TrainingPlan:
    """The trainings of a study.

    Raises:
        UserError: the configuration can't be used, it trains nothing, or none of its data sets can be read.
    """
    study = study_of(source)
    if not study.trained:
        raise ConfigError(
            f"{source.name}: nothing to train: no method has `train_on` (for one training alone write `method` and `train`)"
        )
    plan = planned_training.plan(study, source, config)
    if not plan.trainings:
        reasons = [f"{label}: {reason}" for label, reason in plan.unusable.items()]
        raise UserError(f"none of its trainings has all its data sets; the first: {reasons[0]}")
    closed = places.why_no_temporary() or places.why_no_output(plan.root, (), ())
    if closed:
        raise ConfigError(f"{source.named(('checkpoints_dir',))}: {closed}")
    return plan


def train_study(source: Source, config: object, console: Console, only: Share | None = None) -> TrainedCount:
    """Train what is missing of a study.

    Under ``torchrun`` each process takes whole trainings, one after the other, until none is left.

    Args:
        source: its configuration.
        config: the same as given, for messages.
        console: where progress is shown.
        only: one share of how many.

    Returns:
        What was done: by all processes in the first one, else by this one.

    Raises:
        UserError: the configuration can't be used.
    """
    group = torchrun.join()
    with group.first_goes_first("planned"):
        plan = plan_of(source, config)
        if group.first:
            atomic.clear_abandoned(plan.root)
    for label, reason in plan.unusable.items() if group.first else ():
        _say(console, f"{label} can't be used: {reason}")
    share = planned_training.chosen(plan.trainings, only)
    result = TrainedCount(plan.root, len(share), len(plan.unusable))
    _train_all(share, group, console, result)
    group.tell([result.before, result.now, result.elsewhere, result.failed])
    for other in group.hear() if group.first else ():
        result.add(other)
    return result


def _train_all(share: Sequence[Planned], group: ScoringRanks, console: Console, result: TrainedCount) -> None:
    count = len(share)
    for place in group.share(range(count)):
        planned = share[place]
        try:
            if state_of(planned).kind == "done" and course.is_drawn(planned.directory):
                result.before += 1
                continue
            _say(console, f"training {place + 1} of {count}: {planned.where}")
            if _train_one(planned, console):
                result.now += 1
            else:
                result.before += 1
        except InUseError as error:
            result.elsewhere.append(planned.where)
            _say(console, f"{planned.where}: left to another job: {error}")
        except UserError as error:  # the others may be sound
            result.failed[planned.where] = str(error)
            _say(console, f"{planned.where}: failed: {error}")


def _train_one(planned: Planned, console: Console) -> bool:
    """Begin a training or go on with it; return whether there was anything left to do.

    Raises:
        InUseError: another job is at it.
        UserError: it can't be done.
    """
    prepared = planned.prepared()
    with possession(planned.directory, f"train of {planned.where}", alone=True) as own:
        state = state_of(planned)  # another job may have finished it meanwhile
        if state.kind == "done":
            draw(planned.directory, prepared.method.info.title)  # it may have been killed before this
            return False
        if state.kind == "other":
            raise UserError(state.reason)
        train_owned(prepared, console, own, alone=True)
    return True


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
