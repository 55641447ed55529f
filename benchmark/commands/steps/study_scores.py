"""The scores of a study's trained methods: what the run of each data set asks of them, and gets. Pandas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmark.commands.steps import planned_training, score_trained, study_trained
from benchmark.commands.steps.forecast import Apart, Forecast
from benchmark.commands.steps.planned_training import TrainingPlan
from benchmark.commands.steps.score_trained import Filled
from benchmark.commands.steps.study_trained import TrainedHere
from benchmark.config.overrides import Overrides
from benchmark.config.source import Source
from benchmark.config.study import Study, StudyPart
from benchmark.core import keywords
from benchmark.core.errors import ConfigError
from benchmark.core.words import did_you_mean
from benchmark.evaluation.trained_scores import TestedPart
from benchmark.report import naming
from benchmark.results import csv_files
from benchmark.results.scored import ScoredMethod
from benchmark.results.study_columns import StudyColumns
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import Prepared

PARTITIONS = "partitions.csv"
OPTIMISM = (
    "{label}: its epochs are selected on the test part; SRCC is {value:+.4f} from that of {beside}, on average over {count} "
    "trainings."
)


@dataclass(slots=True)
class ScoresHere:
    """What a study's trained methods have for one data set.

    Attributes:
        found: what each row by partition got.
        methods: all rows that are no columns of its run.
        without: labels that have no score here by design.
        seen: why this data set is no test of a method, by its label.
        marks: what every table must say.
    """

    found: dict[str, Filled] = field(default_factory=dict)
    methods: tuple[ScoredMethod, ...] = ()
    without: frozenset[str] = frozenset()
    seen: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()

    def tested(self, parts: Sequence[TestedPart]) -> tuple[TestedPart, ...]:
        """The test parts with the scores of each seed."""
        return tuple(replace(part, trained=score_trained.trainings(self.found, part.number)) for part in parts)

    def write(self, file: Path, label: str) -> None:
        """Write ``partitions.csv``; where nothing was trained by partition there is none."""
        table = score_trained.table_of(label, self.found)
        if len(table):
            csv_files.write_table(file, table)
        else:
            file.unlink(missing_ok=True)


@dataclass(slots=True)
class Trainings:
    """The trainings of a study and what they mean for its data sets.

    Attributes:
        study: the study.
        plan: its trainings; ``None`` where it trains nothing.
        here: what they mean for each data set, by label.
        notes: what the study must say, known once its data sets are scored.
    """

    study: Study
    plan: TrainingPlan | None = None
    here: Mapping[str, TrainedHere] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, study: Study, source: Source, config: object, store: Path, *, remember: bool = True) -> Trainings:
        """The trainings of a study, none of which has seen what it is to be scored on.

        Args:
            study, source, config: the study, as read and as given.
            store: keeps hashes of files and pixels.
            remember: whether what is found out is kept there.

        Raises:
            ConfigError: one has, or its configuration can't be used.
        """
        if not study.trained:
            return cls(study)
        plan = planned_training.plan(study, source, config)
        states = study_trained.states_of(plan, study.trained)
        here = {label: study_trained.here(plan, study.trained, label, states) for label in plan.data}
        study_trained.refuse_all_seen(plan, here, store, remember=remember)
        notes = list(dict.fromkeys(note for one in here.values() for note in one.notes))
        return cls(study, plan, here, notes)

    def part(self, part: StudyPart) -> StudyPart:
        """A data set's configuration with those trained methods that are columns of its run."""
        return self.here[part.label].part(part) if part.label in self.here else part

    def studied(self, label: str) -> tuple[StudyColumns, ...]:
        """The methods among a data set's columns that the study trains."""
        return tuple(self.here[label].studied) if label in self.here else ()

    def apart(self, label: str, prepared: Prepared) -> list[Apart]:
        """The test parts of a data set that a run would score with checkpoints of their own."""
        rows = self.here[label].rows if label in self.here else ()
        parts = [score_trained.prepare_test_part(some, prepared) for _, some in score_trained.parts_of(rows)]
        return [Apart(part, {name: row.label for name, row in labels.items()}) for part, labels in parts]

    def lacking(self, label: str) -> list[tuple[str, str]]:
        """What is missing of the checkpoints that a data set needs: reasons, each after the row that lacks all its own."""
        if label not in self.here:
            return []
        one = self.here[label]
        missing = [(row.label, row.reason) for row in one.rows if row.checkpoint is None]
        missing += [(item.label, item.reason) for item in one.lacking]
        told = {reason for _, reason in missing}
        return missing + [("", reason) for reason in one.missing if reason not in told]

    def foretell(self, found: Forecast) -> None:
        """Say in a data set's forecast which checkpoints are missing; the others are counted in it already."""
        lacking = self.lacking(found.label)
        found.unusable += len({name for name, _ in lacking if name})
        if lacking:
            found.notes.append(
                f"{naming.count(len(lacking), 'checkpoint is', 'checkpoints are')} missing; the first: {lacking[0][1]}"
            )

    def score(
        self, label: str, prepared: Prepared, group: ScoringRanks, console: Console, *, fresh: bool
    ) -> ScoresHere:
        """Score the test parts of a data set, each with its own checkpoints."""
        if label not in self.here:
            return ScoresHere()
        one = self.here[label]
        found = score_trained.score_rows(one.rows, prepared, group, console, fresh=fresh)
        methods = (*(own.scored() for own in found.values()), *one.lacking)
        partly = [f"{item.label}: scored in part: {item.reason}." for item in methods if item.status == "partial"]
        marks = (*partly, *self._optimism(found, prepared))
        return ScoresHere(found, methods, frozenset(one.without), one.seen, marks)

    def _optimism(self, found: Mapping[str, Filled], prepared: Prepared) -> list[str]:
        """How much selecting on the test part flatters, in sentences."""
        chosen = prepared.data.chosen
        labels = {str(pair): float(mos) for pair, mos in zip(chosen["pair"], chosen["mos"], strict=True)}
        sentences = []
        for method in self.study.trained:
            if method.entry.select != "test" or method.label not in found:
                continue
            own = found[method.label].scored()
            sign = (1.0 if own.higher_is_better else -1.0) * (-1.0 if prepared.data.lower_mos_better else 1.0)
            value = score_trained.optimism(found, method.label, method.beside, labels, sign)
            if math.isfinite(value):
                count = len(found[method.label].scores)
                sentences.append(OPTIMISM.format(label=method.label, value=value, count=count, beside=method.beside))
        return sentences

    def written(self) -> list[dict[str, Any]]:
        """The trained methods as a configuration has them, to repeat the study from anywhere."""
        return study_trained.written(self.plan, self.study.trained) if self.plan is not None else []


def named(study: Study, asked: Overrides) -> tuple[Study, Overrides]:
    """A study with those of its trained methods that ``--methods`` names, and the option with the others.

    Raises:
        ConfigError: it names a method that the study does not have.
    """
    if asked.methods is None or not study.trained:
        return study, asked
    wanted = keywords.names(asked.methods)
    trained = tuple(item for item in study.trained if {item.label, item.entry.name} & set(wanted))
    plain = study.parts[0].config.methods
    known = {name for entry in plain for name in (entry.label or entry.name, entry.name)}
    names = {name for item in study.trained for name in (item.label, item.entry.name)}
    unknown = next((name for name in wanted if name not in known | names), None)
    if unknown is not None or not wanted:
        shown = ", ".join([*(entry.label or entry.name for entry in plain), *(item.label for item in study.trained)])
        near = did_you_mean(unknown or "", sorted(known | names))
        raise ConfigError(f"--methods: {unknown!r} is not in this configuration (it has {shown}){near}")
    kept = [entry for entry in plain if {entry.label or entry.name, entry.name} & set(wanted)]
    parts = tuple(replace(part, config=part.config.model_copy(update={"methods": tuple(kept)})) for part in study.parts)
    return replace(study, parts=parts, trained=trained), replace(asked, methods=None)
