"""Scores each partition's test part with the partition's own checkpoints, never a reference that they have seen. Pandas."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from benchmark.commands.steps import recipes
from benchmark.commands.steps.planned_training import Planned
from benchmark.config.models import MethodEntry
from benchmark.core.errors import ConfigError
from benchmark.core.hashes import FileHashes
from benchmark.data.image_facts import ImageFacts
from benchmark.evaluation.column_learning import BY_PARTITION
from benchmark.evaluation.trained_scores import PARTITION_COLUMNS, TrainedScores
from benchmark.plugins import checkpoints
from benchmark.results.scored import Failure, ScoredMethod, Status
from benchmark.scoring import lineup, stated_training
from benchmark.scoring.idle_workers import IdleWorkers
from benchmark.scoring.lineup import Entrant
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import Prepared, find_machine, plan_work, score
from benchmark.statistics import srcc

AT_A_TIME = 8
"""Most checkpoints that a worker holds at a time."""
SHOWN = 2


@dataclass(frozen=True, slots=True)
class TrainedRow:
    """A method's row of a study, as one of its trainings fills it.

    Attributes:
        label: of the row.
        planned: the training.
        checkpoint: the file that is scored; ``None`` if there is none.
        reason: why not.
    """

    label: str
    planned: Planned
    checkpoint: Path | None
    reason: str = ""

    @property
    def recipe(self) -> dict[str, str]:
        """What decides the training beside data and seed, and the epoch that the row shows."""
        beside = self.label == self.planned.method.beside
        return recipes.of_training(self.planned, recipes.USUAL if beside else "")

    @property
    def number(self) -> int:
        """The partition's number; 0 for none."""
        return self.planned.partition.number if self.planned.partition is not None else 0

    def entry(self, label: str) -> MethodEntry:
        """The method with its checkpoint, as a run would have it."""
        entry = self.planned.method.entry
        given = {**entry.options, "name": entry.name, "label": label, "checkpoint": str(self.checkpoint)}
        return MethodEntry.model_validate(given)


@dataclass(slots=True)
class Filled:
    """What the trainings of one row gave.

    Attributes:
        rows: the trainings.
        scores: of each partition and seed, the tested pairs' scores by their names.
        method: how tables show it, from the first training that could be scored.
        reasons: why others could not be, or lack pairs.
        marks: what tables must say.
    """

    rows: list[TrainedRow] = field(default_factory=list)
    scores: dict[tuple[int, int], dict[str, float]] = field(default_factory=dict)
    method: ScoredMethod | None = None
    reasons: list[str] = field(default_factory=list)
    marks: dict[str, None] = field(default_factory=dict)

    def scored(self) -> ScoredMethod:
        """The row as tables show it."""
        first = self.rows[0]
        entry = first.planned.method.entry
        gaps = sum(math.isnan(value) for values in self.scores.values() for value in values.values())
        known = any(not all(map(math.isnan, values.values())) for values in self.scores.values())
        status: Status = "scored" if not self.reasons and not gaps else "partial" if known else "unavailable"
        more = f" (and {len(self.reasons) - 1} more of {len(self.rows)} trainings)" if len(self.reasons) > 1 else ""
        reason = f"{self.reasons[0]}{more}" if self.reasons else "no score for some pairs" if gaps else ""
        about = {"trained_on": BY_PARTITION, "status": status, "reason": reason, "by_partition": True}
        about |= {"train_on": entry.train_on, "recipe": first.recipe}
        if self.method is None:
            return ScoredMethod(label=first.label, name=entry.name, title=first.label, higher_is_better=True, **about)  # type: ignore[arg-type]
        title = self.method.title if first.label == entry.name else first.label
        settings = {key: value for key, value in self.method.settings.items() if key != "checkpoint"}
        marks = tuple(self.marks)
        changed = replace(self.method, label=first.label, title=title, settings=settings, marks=marks, training={})
        return replace(changed, **about)  # type: ignore[arg-type]


def score_rows(
    rows: Sequence[TrainedRow], prepared: Prepared, group: ScoringRanks, console: Console, *, fresh: bool
) -> dict[str, Filled]:
    """Score the test parts of one data set, each with its own checkpoints; what is stored is not scored again.

    Args:
        rows: the trainings of each row.
        prepared: the data set's run.
        group: this process among those of its job.
        console: where progress is shown.
        fresh: hash every file again instead of trusting size and time.

    Returns:
        What became of each row, by its label; complete in the first process.
    """
    found: dict[str, Filled] = {}
    for row in rows:
        own = found.setdefault(row.label, Filled())
        own.rows.append(row)
        if row.checkpoint is None:
            own.reasons.append(row.reason)
    with IdleWorkers() as idle:
        for name, some in parts_of(rows):
            _score_some(some, prepared, group.within(name), console, found, idle, fresh=fresh)
    return found


def parts_of(rows: Sequence[TrainedRow]) -> Iterator[tuple[str, list[TrainedRow]]]:
    """The rows that have a checkpoint, a few of one partition at a time, each time under another name."""
    ready = [row for row in rows if row.checkpoint is not None]
    for number in dict.fromkeys(row.number for row in ready):
        of_part = [row for row in ready if row.number == number]
        for begin in range(0, len(of_part), AT_A_TIME):
            yield f"trained/{number}/{begin}", of_part[begin : begin + AT_A_TIME]


def prepare_test_part(rows: Sequence[TrainedRow], prepared: Prepared) -> tuple[Prepared, dict[str, TrainedRow]]:
    """One test part with a few checkpoints as a run of its own, and the rows by their labels there."""
    planned = rows[0].planned
    tested = planned.tested
    assert tested is not None
    there = set(tested["pair"].astype(str))
    chosen = prepared.data.chosen
    chosen = chosen[chosen["pair"].astype(str).isin(there)]
    labels = {f"{row.label}, seed {row.planned.seed}, {planned.where}": row for row in rows}
    entrants = lineup.line_up([row.entry(label) for label, row in labels.items()], planned.method.source)
    return replace(prepared, data=replace(prepared.data, chosen=chosen), entrants=entrants), labels


def _score_some(
    rows: Sequence[TrainedRow],
    prepared: Prepared,
    group: ScoringRanks,
    console: Console,
    found: Mapping[str, Filled],
    idle: IdleWorkers,
    *,
    fresh: bool,
) -> None:
    """Score one test part with a few checkpoints."""
    planned = rows[0].planned
    part, labels = prepare_test_part(rows, prepared)
    entrants, chosen = part.entrants, part.data.chosen
    with group.first_goes_first("prepared"):
        memory = FileHashes(part.store / "files.json", fresh=fresh)
        config, machine = part.config, find_machine(part, group)
        lineup.find_weights(
            entrants, memory, config.weights_dir, offline=config.offline, unpublished=config.unpublished_weights
        )
        _judge(entrants, part, planned, memory)
        work = plan_work(part, machine, memory, group, console)
    if group.first or work.plan.groups:
        console.print(f"partition {planned.where}:", highlight=False, markup=False, soft_wrap=True)
    scored = score(part, work, group, console, idle)
    first: dict[str, Failure] = {}
    for failure in scored.failures:
        first.setdefault(failure.label, failure)
    for entrant in entrants:
        row, own = labels[entrant.label], found[labels[entrant.label].label]
        pairs = [str(pair) for pair in chosen["pair"]]
        values = {pair: scored.scores.get((entrant.label, pair), math.nan) for pair in pairs}
        own.scores[row.number, row.planned.seed] = values
        missing = sum(map(math.isnan, values.values()))
        reason = first[entrant.label].reason if entrant.label in first else ""
        method = lineup.scored_method(entrant, missing, len(pairs), reason)
        if method.status != "scored":
            own.reasons.append(f"{row.planned.where}: {method.reason}")
        own.method = own.method or replace(method, title=entrant.info.title)
        own.marks |= dict.fromkeys(method.marks)


def _judge(entrants: Sequence[Entrant], part: Prepared, planned: Planned, memory: FileHashes) -> None:
    """Refuse checkpoints that have seen what is scored, and mark those that were selected on it."""
    references = digests_of(part.data.chosen, memory)
    facts = ImageFacts(part.store / "images.json")
    pixels = partial(facts.pixels, references, max_pixels=part.data.sizes.max_pixels)
    trained = dict(zip(planned.division.train["reference"], planned.division.train["reference_path"], strict=True))
    both = {str(trained[name]) for name in part.data.chosen["reference"] if name in trained}
    stated_training.judge_checkpoints(entrants, references, pixels, by_design=both)
    facts.save()


def digests_of(pairs: pd.DataFrame, memory: FileHashes) -> dict[str, str]:
    """SHA-256 of each reference's file by its path; unreadable ones are left to scoring."""
    digests: dict[str, str] = {}
    for path in dict.fromkeys(pairs["reference_path"].astype(str)):
        with contextlib.suppress(OSError):
            digests[path] = memory.sha256(Path(path))
    return digests


def refuse_seen(
    label: str, tested: Mapping[str, str], trained: Mapping[str, str], where: Mapping[str, str], allowed: bool
) -> None:
    """Refuse a checkpoint that has seen the pixels of a tested reference, in whatever data set.

    Args:
        label: the method's.
        tested: SHA-256 of the pixels of each tested reference, by its path.
        trained: the same of each training reference, by its name.
        where: the files of training references, by name.
        allowed: whether the same file may be on both sides, as a partition by pairs wants it.

    Raises:
        ConfigError: names both files.
    """
    by_pixels = {digest: name for name, digest in trained.items()}
    for path, digest in sorted(tested.items()):
        if digest not in by_pixels:
            continue
        other = where.get(by_pixels[digest], by_pixels[digest])
        if not (allowed and other == path):
            raise ConfigError(
                f"methods: {label}: {path} is to be scored and has the same pixels as {other}, which its checkpoint was "
                "trained on: leave one of them out"
            )


def table_of(dataset: str, found: Mapping[str, Filled]) -> pd.DataFrame:
    """The content of ``partitions.csv``: a row for each partition, seed, tested pair and method."""
    rows = [
        (dataset, number, seed, pair, label, value)
        for label, own in found.items()
        for (number, seed), values in sorted(own.scores.items())
        for pair, value in values.items()
    ]
    return pd.DataFrame(rows, columns=list(PARTITION_COLUMNS))


def trainings(found: Mapping[str, Filled], number: int) -> dict[str, list[TrainedScores]]:
    """What the trainings of a partition gave, by the label of their row, in the order of their seeds."""
    of_rows: dict[str, list[TrainedScores]] = {}
    for label, own in found.items():
        of_seed = {row.planned.seed: row for row in own.rows if row.number == number}
        for (part, seed), values in sorted(own.scores.items()):
            if part == number:
                of_rows.setdefault(label, []).append(TrainedScores(seed, values, scaling=_scaling(of_seed[seed])))
    return of_rows


def _scaling(row: TrainedRow) -> tuple[float, float] | None:
    """The labels that became 0 and 1 in a training whose scores are on that scale; those of other losses are on none."""
    loss = row.planned.method.entry.train.loss
    if row.checkpoint is None or "mse" not in ({loss} if isinstance(loss, str) else loss):
        return None
    scaling = checkpoints.summary(row.checkpoint).get("label_scaling")
    return (float(scaling["low"]), float(scaling["high"])) if scaling else None


def optimism(found: Mapping[str, Filled], label: str, beside: str, labels: Mapping[str, float], sign: float) -> float:
    """How much higher SRCC is where the epoch was selected on the test part: the mean over partitions and seeds.

    Args:
        found: what each row gave.
        label: the row that was selected on the test part.
        beside: the row of the same trainings that was not.
        labels: of pairs, by name.
        sign: -1 where the scores' direction is not that of the labels.
    """

    def values(key: tuple[int, int], row: str) -> float:
        scores = found[row].scores[key]
        return srcc(sign * np.array(list(scores.values())), np.array([labels[pair] for pair in scores]))

    both = [key for key in found[label].scores if key in found[beside].scores]
    differences = [values(key, label) - values(key, beside) for key in both]
    known = [value for value in differences if math.isfinite(value)]
    return math.fsum(known) / len(known) if known else math.nan
