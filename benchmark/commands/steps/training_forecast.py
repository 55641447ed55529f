"""``train STUDY.yaml --dry-run``: how many trainings are to do, how long they take and how much disk. Writes nothing.

Time and disk are measured from trainings of the same method that are done or begun; without any, from two steps of one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmark.commands.steps import planned_training
from benchmark.commands.steps.forecast import duration, size
from benchmark.commands.steps.measure_training import Measured, measure
from benchmark.commands.steps.planned_training import Planned, TrainingPlan
from benchmark.commands.steps.training_state import State, state_of
from benchmark.core.errors import UserError
from benchmark.results import csv_files
from benchmark.training import course


@dataclass(slots=True)
class OfMethod:
    """What is to be trained of one method.

    Attributes:
        counts: how many trainings are ``done``, ``begun``, ``missing`` or ``other``.
        left: pairs that are still to be trained on, over all epochs.
        unfinished: number of trainings that are not done.
        seconds: measured seconds for a pair and epoch; NaN if they are not known.
        bytes: measured size of a training's folder; NaN if it is not known.
        source: what was measured; or why nothing was.
        reasons: why trainings can't be gone on with.
    """

    counts: Counter[str] = field(default_factory=Counter)
    left: int = 0
    unfinished: int = 0
    seconds: float = math.nan
    bytes: float = math.nan
    source: str = ""
    reasons: list[str] = field(default_factory=list)

    @property
    def time(self) -> float:
        """Seconds that one process takes for what is left."""
        return self.left * self.seconds if self.left else 0.0

    @property
    def disk(self) -> float:
        """Bytes that are still to be written."""
        return self.unfinished * self.bytes if self.unfinished else 0.0


def show(plan: TrainingPlan, only: tuple[int, int] | None, console: Console) -> int:
    """Print what a share of a study's trainings would be; return the exit status that is to be expected.

    Raises:
        UserError: a method or its pairs can't be used.
    """
    chosen = planned_training.chosen(plan.trainings, only)
    found = forecast(chosen)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for title in ("Method", "trainings", "done", "begun", "to begin", "time", "disk"):
        table.add_column(title, justify="left" if title == "Method" else "right", no_wrap=title != "Method")
    for label, one in found.items():
        table.add_row(label, *_row([one]))
    if len(found) > 1:
        table.add_row("total", *_row(list(found.values())))
    console.print(table)
    for label, one in found.items():
        if one.source:
            _say(console, f"{label}: {one.source}")
        for reason in one.reasons:
            _say(console, f"{label}: {reason}")
    for label, reason in plan.unusable.items():
        _say(console, f"{label} can't be used: {reason}")
    if only is not None:
        _say(console, f"share {only[0]} of {only[1]}: {len(chosen)} of {len(plan.trainings)} trainings")
    _say(console, "time is that of one process; nothing was written (--dry-run)")
    return 3 if plan.unusable or any(one.reasons for one in found.values()) else 0


def forecast(trainings: Sequence[Planned]) -> dict[str, OfMethod]:
    """What is to be trained of each method, by label."""
    found: dict[str, OfMethod] = {}
    known: dict[str, list[tuple[Planned, State]]] = {}
    for planned in trainings:
        one = found.setdefault(planned.method.label, OfMethod())
        state = state_of(planned)
        known.setdefault(planned.method.label, []).append((planned, state))
        one.counts[state.kind] += 1
        if state.kind == "other":
            one.reasons.append(f"{planned.where}: {state.reason}")
        elif state.kind != "done":
            one.unfinished += 1
            one.left += (planned.method.entry.train.n_epoch - state.epochs) * len(planned.division.train)
    for label, one in found.items():
        if one.unfinished:
            _measure(one, known[label])
    return found


def _measure(one: OfMethod, trainings: Sequence[tuple[Planned, State]]) -> None:
    """Find out how long a pair takes and how large a training is."""
    begun = [planned for planned, state in trainings if state.epochs and state.kind != "other"]
    for planned in begun:
        seconds = _seconds_of(planned)
        if math.isfinite(seconds):
            folder = planned.directory
            last = folder / course.LAST
            checkpoints = len({course.LAST, *_kept(planned)}) + 1
            one.seconds, one.bytes = seconds, float(last.stat().st_size * checkpoints)
            one.source = f"time and disk as measured in {planned.where} (history.csv, last.pt)"
            return
    planned = next(planned for planned, state in trainings if state.kind == "missing")
    try:
        step: Measured = measure(planned)
    except UserError as error:
        one.source = f"not measured: no training of it is done, and a step of one fails: {error}"
        return
    one.seconds, one.bytes = step.seconds, float(step.bytes * (len(_kept(planned)) + 2))
    one.source = f"time and disk as measured in {step.steps} steps of {planned.where}, without its validation"


def _kept(planned: Planned) -> list[str]:
    """The names of the further checkpoints that a training keeps beside the best and the last one."""
    section = planned.method.entry.train
    every = section.save_interval if "save_interval" in section.model_fields_set else section.n_epoch
    numbers = {*range(every, section.n_epoch + 1, every), section.n_epoch}
    test = [course.BEST_TEST] if planned.method.entry.select == "test" else []
    return [*(f"epoch_{number}.pt" for number in sorted(numbers)), *test]


def _seconds_of(planned: Planned) -> float:
    """Seconds for a pair in an epoch, from a training's history, with its validation; the first epoch alone starts up."""
    path: Path = planned.directory / course.HISTORY
    try:
        table = pd.read_csv(path, **csv_files.EXACT)
        return float(table["seconds"].median()) / max(1, len(planned.division.train))
    except (OSError, ValueError, KeyError):
        return math.nan


def _row(items: Sequence[OfMethod]) -> list[str]:
    counts: Counter[str] = sum((one.counts for one in items), Counter())
    numbers = [counts.total(), counts["done"], counts["begun"], counts["missing"]]
    return [*(f"{number:,}" for number in numbers), *_ends(items)]


def _ends(items: Sequence[OfMethod]) -> list[str]:
    """Time and disk in words; a lower bound where some methods were not measured."""
    shown = []
    for values, words in (([one.time for one in items], duration), ([one.disk for one in items], _bytes)):
        known = [value for value in values if math.isfinite(value)]
        unknown = len(known) < len(values)
        total = math.fsum(known)
        shown.append("not measured" if unknown and not total else f"{'at least ' if unknown else ''}{words(total)}")
    return shown


def _bytes(count: float) -> str:
    return size(round(count)) or "0 MB"


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
