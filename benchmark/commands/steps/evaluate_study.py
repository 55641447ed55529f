"""A study of tables of scores: each evaluated as one table is, methods that learn fitted by partition, then the whole.

Pandas; no images.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark.commands.steps.dividing import SPLITS, Divided, divide, tested_parts
from benchmark.commands.steps.evaluate_table import evaluate_columns
from benchmark.config.score_tables import ScoresEntry, TableEntry, TableMethod
from benchmark.config.source import KeyPath, Source, absolute, home_of
from benchmark.config.table_study import TablePart, TableStudy, table_study_of
from benchmark.config.vote_files import OpinionsEntry
from benchmark.core.announce import Announce
from benchmark.core.errors import ConfigError, UserError, in_words
from benchmark.data import split_files
from benchmark.evaluation import column_learning, foresight, group_columns, joined_scores
from benchmark.evaluation.column_learning import Learned, Learner
from benchmark.evaluation.trained_scores import TestedPart, read_partitions, trained_parts
from benchmark.plugins import contract_check, named_folders, registry
from benchmark.plugins.options import check_options
from benchmark.report.evaluation import Evaluation
from benchmark.report.study import DataSetResult, StudyRequest, combine
from benchmark.results import belongings, claims, csv_files
from benchmark.results.claims import Claim

PARTITIONS = "partitions.csv"
OF_A_TABLE = ("file", "label", "methods", "lower_better", "partitions")
"""Keys of an entry that are no columns of its table."""


@dataclass(frozen=True, slots=True)
class PartOfStudy:
    """The results of one table, for its own folder.

    Attributes:
        folder: the folder's name in the study's.
        evaluation: its results.
        divided: its partitions.
        scores: content of ``partitions.csv``; without rows where nothing was trained.
    """

    folder: str
    evaluation: Evaluation
    divided: Divided
    scores: pd.DataFrame

    def write(self, study: Path, *, redo: bool, overwrite: bool) -> None:
        """Write the table's own folder."""
        place = self.evaluation.save(study / self.folder, redo=redo, overwrite=overwrite).parent
        if self.divided.partitions is not None:
            split_files.write(place / SPLITS, self.divided.partitions, overwrite=True)
        if len(self.scores):
            csv_files.write_table(place / PARTITIONS, self.scores)
        else:
            (place / PARTITIONS).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class StudyEvaluation(Evaluation):
    """Several tables side by side; saving it writes each table's folder, too.

    Attributes:
        parts: the results of each table.
    """

    parts: tuple[PartOfStudy, ...] = ()

    def save(self, directory: str | Path | None = None, *, redo: bool = True, overwrite: bool = False) -> Path:
        """Write all files of the study and of its tables; see ``Evaluation.save``."""
        place = self.directory if directory is None else home_of(Path(directory))
        with belongings.possession(place, self.claim, inputs=self.inputs, overwrite=overwrite) as holding:
            holding.note()
            for part in self.parts:
                part.write(place, redo=redo, overwrite=overwrite)
            return self.write(holding, redo=redo)


@dataclass(frozen=True, slots=True)
class PreparedStudy:
    """A study of tables that is checked and not computed.

    Attributes:
        study: the configuration.
        source: the configuration as read.
        folder: where results go.
        claim: what they are of.
        files: the table of each part.
        learners: the methods that learn, by the place of their table.
        partition_files: the ``partitions.csv`` of tables that have one, by their place.
        scores: further files of scores with absolute paths, by the place of their table.
        opinions: single votes, likewise.
    """

    study: TableStudy
    source: Source
    folder: Path
    claim: Claim
    files: Sequence[Path]
    learners: Mapping[int, Sequence[Learner]]
    partition_files: Mapping[int, Path] = field(default_factory=dict)
    scores: Mapping[int, Sequence[ScoresEntry]] = field(default_factory=dict)
    opinions: Mapping[int, OpinionsEntry] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that are read."""
        config = () if self.claim.by != "path" else (Path(self.source.name),)
        further = [entry.file for entries in self.scores.values() for entry in entries]
        votes = [entry.file for entry in self.opinions.values() if entry.file is not None]
        return (*config, *self.files, *self.partition_files.values(), *further, *votes)


def prepare(source: Source, sha256: str, output: Path | None) -> PreparedStudy:
    """Check a study of tables before anything is read.

    Args:
        source: the configuration as read.
        sha256: its hash, where it is a mapping; empty for a file.
        output: where results go, instead of the configuration's place.

    Raises:
        UserError: the configuration or a plug-in can't be used.
    """
    scores: dict[int, list[ScoresEntry]] = {}

    def joined_labels(place: int, entry: TableEntry) -> tuple[str, ...] | None:
        scores[place] = _with_paths(entry.scores, ("tables", place, "scores"), source)
        with contextlib.suppress(UserError):  # it costs that table its own column, later
            return joined_scores.labels_of(scores[place])
        return None

    study = table_study_of(source, joined_labels)
    named_folders.use(named_folders.absolute(study.keys.plugins, source))
    files = [absolute(part.entry.file, source, ("tables", part.place, "file")) for part in study.parts]
    further = {
        part.place: absolute(part.entry.partitions, source, ("tables", part.place, "partitions"))
        for part in study.parts
        if part.entry.partitions is not None
    }
    opinions = {
        part.place: _beside(part.entry.opinions, ("tables", part.place, "opinions"), source)
        for part in study.parts
        if part.entry.opinions is not None
    }
    learners = {
        part.place: [_learner(method, key, source) for key, method in part.learners.items()] for part in study.parts
    }
    if output is None and study.keys.output is not None:
        output = absolute(study.keys.output, source, ("output",))
    if sha256:
        claim = claims.of_content("evaluate", "evaluate of a study in Python", sha256)
    else:
        claim = claims.of_file("evaluate", Path(source.name))
    folder = output or Path("results", "study" if sha256 else Path(source.name).stem)
    return PreparedStudy(study, source, folder, claim, files, learners, further, scores, opinions)


def _with_paths(entries: Sequence[ScoresEntry], key: KeyPath, source: Source) -> list[ScoresEntry]:
    """Files of scores with paths relative to the configuration made absolute."""
    return [
        entry.model_copy(update={"file": absolute(entry.file, source, (*key, place, "file"))})
        for place, entry in enumerate(entries)
    ]


def _beside(entry: OpinionsEntry, key: KeyPath, source: Source) -> OpinionsEntry:
    """Votes whose file's path, relative to the configuration, is made absolute."""
    if entry.file is None:
        return entry
    return entry.model_copy(update={"file": absolute(entry.file, source, (*key, "file"))})


def refuse_output_of_study(prepared: PreparedStudy, *, overwrite: bool) -> None:
    """Refuse a folder that ``save`` would refuse after computing.

    Raises:
        UserError: the folder can't be written to, or holds other files or a table itself.
    """
    foresight.refuse_output(prepared.folder, prepared.source)
    belongings.refuse(prepared.folder, prepared.claim, inputs=prepared.inputs, overwrite=overwrite)


def evaluate_study(prepared: PreparedStudy, announce: Announce) -> StudyEvaluation:
    """Evaluate every table of a study, then the whole; a table that can't be used costs its own column only.

    Raises:
        UserError: none of the tables can be used.
    """
    results: list[DataSetResult] = []
    parts: list[PartOfStudy] = []
    for part in prepared.study.parts:
        try:
            result, own = _part(part, prepared, announce)
        except UserError as error:
            results.append(DataSetResult(part.label, part.folder, None, str(error)))
            continue
        results.append(result)
        parts.append(own)
    if not parts:
        raise UserError(f"no table of this study can be used; the first: {results[0].reason}")
    announce("the study's partitions and averages")
    keys = prepared.study.keys
    configuration = {key: value for key, value in prepared.source.values.items() if key != "output"}
    data = combine(results, StudyRequest(keys.statistics, keys.report, dict(keys.published), configuration))
    return StudyEvaluation(data, prepared.folder, prepared.claim, prepared.inputs, tuple(parts))


def _part(part: TablePart, prepared: PreparedStudy, announce: Announce) -> tuple[DataSetResult, PartOfStudy]:
    """The results of one table.

    Raises:
        UserError: it can't be used.
    """
    keys, source = prepared.study.keys, prepared.source
    file = prepared.files[part.place]
    learners = prepared.learners[part.place]
    columns: dict[str, Any] = {
        key: getattr(part.entry, key) for key in type(part.entry).model_fields if key not in OF_A_TABLE
    }
    columns |= {"methods": part.columns, "lower_better": part.lower_better, "output": prepared.folder / part.folder}
    columns |= {"scores": prepared.scores.get(part.place, ()), "opinions": prepared.opinions.get(part.place)}
    report = group_columns.with_paths(part.report, source)
    with source.placing():
        evaluation, features = evaluate_columns(
            file,
            columns,
            {"statistics": keys.statistics, "report": report, "published": dict(part.published)},
            lambda text, *more: announce(f"{part.label}: {text}", *more),
            features=list(dict.fromkeys(name for learner in learners for name in learner.features)),
            title=part.label,
            scores_named=source.named(("tables", part.place, "scores")),
        )
        divided = divide(evaluation.scores, prepared.study.protocol, part.label, source)
        parts = tested_parts(divided, evaluation.scores)
        imported = _imported(part, prepared, parts)
    learned = _learned(learners, part, evaluation, features, divided, announce)
    tested = [
        replace(
            test,
            trained={
                **(imported[place].trained if imported else {}),
                **{item.method.label: [item.scores[test.number]] for item in learned if test.number in item.scores},
            },
        )
        for place, test in enumerate(parts)
    ]
    methods = [item.method for item in learned] + column_learning.imported_methods(imported)
    result = DataSetResult(part.label, part.folder, evaluation, "", tested, divided.marks, methods)
    evaluation = replace(evaluation, claim=prepared.claim)
    scores = column_learning.partition_scores(part.label, tested)
    return result, PartOfStudy(part.folder, evaluation, divided, scores)


def _imported(part: TablePart, prepared: PreparedStudy, parts: Sequence[TestedPart]) -> list[TestedPart]:
    """The test parts with the scores of a table's ``partitions.csv``; none where it has no such file.

    Raises:
        benchmark.core.errors.DataError: it can't be read, or does not fit the partitions.
    """
    file = prepared.partition_files.get(part.place)
    if file is None:
        return []
    taken = [*part.columns, *(part.joined or ()), *(learner.label for learner in prepared.learners[part.place])]
    return trained_parts(read_partitions(file), parts, part.label, str(file), taken)


def _learned(
    learners: Sequence[Learner],
    part: TablePart,
    evaluation: Evaluation,
    features: pd.DataFrame,
    divided: Divided,
    announce: Announce,
) -> list[Learned]:
    """What the methods that learn did with a table."""
    found = []
    for learner in learners if divided.partitions is not None else ():
        assert divided.partitions is not None
        announce(f"{part.label}: {learner.label} in {len(divided.partitions.partitions):,} partitions")
        lower = part.entry.lower_mos_better
        found.append(
            column_learning.learn(learner, evaluation.scores, features, divided.partitions, lower_mos_better=lower)
        )
    return found


def _learner(method: TableMethod, key: KeyPath, source: Source) -> Learner:
    """A plug-in that learns from columns, with its options checked.

    Raises:
        UserError: there is none of this name, or it or its options are wrong.
    """
    try:
        kind = column_learning.check_learner(registry.methods().load(method.name), method.name)
    except UserError as error:
        raise ConfigError(f"{source.named(key)}: {error}") from None
    options = check_options(kind, method.options, source, key)
    try:
        built = kind(**options)
        contract_check.check_method(built)
        settings = contract_check.settings_of(built)
    except UserError as error:
        raise ConfigError(f"{source.named(key)}: {method.name}: {error}") from None
    except Exception as error:  # whatever a plug-in raises, its user gets a sentence
        raise ConfigError(f"{source.named(key)}: {method.name}: can't be built: {in_words(error)}") from None
    features = tuple(name.strip() for name in method.features)
    return Learner(method.shown, method.name, features, built.info, settings, lambda: kind(**options))
