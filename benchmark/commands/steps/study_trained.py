"""What a study's trainings mean for the run of each data set: rows by partition, columns, what is lacking, what was seen.

A method that is trained by partition has a row with scores by partition. One whose checkpoints score all tested pairs
(trained on other data sets, or on published splits) has a column in the data set's run for each seed, and one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmark.commands.steps.planned_training import Planned, TrainingPlan
from benchmark.commands.steps.score_trained import TrainedRow, digests_of, refuse_seen
from benchmark.commands.steps.training_state import State, state_of
from benchmark.config.study import StudyPart
from benchmark.config.study_training import TrainedMethod
from benchmark.core.hashes import FileHashes
from benchmark.data.image_facts import ImageFacts
from benchmark.plugins import checkpoints
from benchmark.plugins.options import plain_options
from benchmark.results.scored import ScoredMethod
from benchmark.results.study_columns import StudyColumns
from benchmark.training import course, study_parts

SEVERAL = "{label}: the mean over {count} training seeds in each partition."
SEEN = "trained on this data set, so that none of it is left to test"
SHARED = "trained on pairs of the same references, which its partitions do not keep apart"


@dataclass(slots=True)
class TrainedHere:
    """What the study's trainings mean for one data set.

    Attributes:
        rows: those that are scored by partition.
        columns: methods of its run.
        studied: which rows these columns make.
        lacking: methods without a checkpoint for it.
        missing: why trainings of columns have no checkpoint.
        without: labels of those that were trained on it as a whole, so that nothing is left to test.
        seen: why the references of this data set, if tested, are no test of a method, by its label.
        notes: what the study must say.
    """

    rows: list[TrainedRow] = field(default_factory=list)
    columns: list[TrainedRow] = field(default_factory=list)
    studied: list[StudyColumns] = field(default_factory=list)
    lacking: list[ScoredMethod] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    without: set[str] = field(default_factory=set)
    seen: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def part(self, part: StudyPart) -> StudyPart:
        """The data set's configuration with its columns among the methods."""
        entries = tuple(row.entry(row.label) for row in self.columns)
        return replace(part, config=part.config.model_copy(update={"methods": (*part.config.methods, *entries)}))


def here(plan: TrainingPlan, methods: Sequence[TrainedMethod], label: str, states: Mapping[str, State]) -> TrainedHere:
    """What the trainings mean for a data set.

    Args:
        plan: all trainings.
        methods: those methods that are reported.
        label: of the data set.
        states: how far each training is, by its place.
    """
    found = TrainedHere()
    for method in methods:
        own = [item for item in plan.trainings if item.method is method]
        if method.entry.own:
            own = [item for item in own if item.on[0].label == label]
        elif label in method.entry.train_on:
            found.without.add(method.label)
            found.seen[method.label] = SEEN
            found.notes.append(f"{method.label} was trained on {label}, so that it has no score there.")
            continue
        rows = [row for item in own for row in _rows(item, states[item.where], plan.command)]
        by_partition = method.entry.own and bool(own) and not own[0].on[0].published
        if by_partition:
            if len(method.entry.seeds) > 1:
                found.notes.append(SEVERAL.format(label=method.label, count=len(method.entry.seeds)))
            found.rows += rows
            shared = own[0].on[0].shared_by_parts
            found.seen |= dict.fromkeys((row.label for row in rows), SHARED) if shared else {}
            continue
        _add_columns(found, method, rows)
        if not own:
            reasons = "; ".join(f"{name} can't be used" for name in method.entry.train_on if name in plan.unusable)
            found.missing += [reasons] if reasons else []
            found.lacking += [_lacking(method, method.label, [reasons])] if reasons else []
    return found


def _add_columns(found: TrainedHere, method: TrainedMethod, rows: Sequence[TrainedRow]) -> None:
    """Add a method's trainings as columns of a data set's run, and the rows that these make; a row without any lacks all."""
    several = len(method.entry.seeds) > 1
    for label in dict.fromkeys(row.label for row in rows):
        own = [row for row in rows if row.label == label]
        columns = [
            replace(row, label=f"{label}, seed {row.planned.seed}" if several else label)
            for row in own
            if row.checkpoint is not None
        ]
        reasons = [row.reason for row in own if row.checkpoint is None]
        found.columns += columns
        found.missing += reasons
        if columns:
            names = tuple(row.label for row in columns)
            item = StudyColumns(label, names, method.entry.train_on, own[0].recipe, tuple(reasons))
            found.studied.append(item)
            found.notes += [item.note] if item.note else []
        else:
            found.lacking.append(_lacking(method, label, reasons, own[0].recipe))


def _rows(planned: Planned, state: State, command: str) -> list[TrainedRow]:
    """The rows that a training fills: its own, and where it is selected on the test part the one that is not."""
    method = planned.method
    files = {method.label: planned.file(method.entry.select)}
    if method.entry.select == "test":
        files[method.beside] = course.BEST
    if state.kind == "done":
        return [TrainedRow(label, planned, planned.directory / file) for label, file in files.items()]
    wanted = method.entry.train.n_epoch
    words = {
        "missing": f"{planned.where} is not trained: `efid-bench {command}` trains it",
        "begun": f"{planned.where}: {state.epochs} of {wanted} epochs are trained: `efid-bench {command}` goes on",
    }
    return [
        TrainedRow(label, planned, None, words.get(state.kind, f"{planned.where}: {state.reason}")) for label in files
    ]


def _lacking(
    method: TrainedMethod, label: str, reasons: Sequence[str], recipe: Mapping[str, str] | None = None
) -> ScoredMethod:
    """A method none of whose trainings can be scored."""
    more = f" (and {len(reasons) - 1} more of {len(reasons)} trainings)" if len(reasons) > 1 else ""
    return ScoredMethod(
        label=label,
        name=method.entry.name,
        title=label,
        higher_is_better=True,
        status="unavailable",
        reason=f"{reasons[0]}{more}",
        train_on=method.entry.train_on,
        recipe=recipe or {},
    )


def refuse_all_seen(
    plan: TrainingPlan, found: Mapping[str, TrainedHere], store: Path, *, remember: bool = True
) -> None:
    """Refuse checkpoints that have seen what they are to be scored on, before anything is scored.

    Args:
        plan: all trainings.
        found: what they mean for each data set, by label.
        store: keeps hashes of files and pixels.
        remember: whether what is found out is kept there.

    Raises:
        benchmark.core.errors.ConfigError: names both files.
    """
    memory, facts = FileHashes(store / "files.json"), ImageFacts(store / "images.json")
    for label, one in found.items():
        rows = [row for row in (*one.rows, *one.columns) if row.checkpoint is not None]
        if not rows:
            continue
        data = plan.data[label]
        hashes = digests_of(data.table, memory)
        pixels = facts.pixels(hashes, max_pixels=data.data.sizes.max_pixels)
        for row in rows:
            assert row.checkpoint is not None
            partition = row.planned.partition
            tested = row.planned.tested if partition is not None else data.data.chosen
            assert tested is not None
            paths = set(tested["reference_path"].astype(str))
            trained = checkpoints.summary(row.checkpoint).get("training_pixels") or {}
            refuse_seen(
                row.label,
                {path: digest for path, digest in pixels.items() if path in paths},
                trained,
                _files_of(row.planned),
                allowed=partition is not None and partition.by == "pair",
            )
    if remember:
        facts.save()


def _files_of(planned: Planned) -> dict[str, str]:
    """The files of references by the names under which a checkpoint states them."""
    if planned.partition is None:
        return study_parts.paths_of({one.label: one.table for one in planned.on})
    table = planned.on[0].table
    return {str(name): str(path) for name, path in zip(table["reference"], table["reference_path"], strict=True)}


def states_of(plan: TrainingPlan, methods: Sequence[TrainedMethod]) -> dict[str, State]:
    """How far each training of some methods is, by its place.

    Raises:
        benchmark.core.errors.UserError: a method can't be built, or its pairs can't be used.
    """
    return {item.where: state_of(item) for item in plan.trainings if item.method in methods}


def written(plan: TrainingPlan, methods: Sequence[TrainedMethod]) -> list[dict[str, object]]:
    """The trained methods as a configuration has them, with absolute paths, to repeat the study from anywhere."""
    entries = []
    for method in methods:
        first = next((item for item in plan.trainings if item.method is method), None)
        options = plain_options(first.prepared().options) if first is not None else method.entry.options
        own = method.entry.model_dump(mode="json", by_alias=True, exclude_unset=True)
        entries.append({**own, **{key: value for key, value in options.items() if key in method.entry.options}})
    return entries
