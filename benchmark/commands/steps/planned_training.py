"""All trainings of a study, in one order: what each trains on, and where its checkpoints are. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import pandas as pd

from benchmark.commands.steps.dividing import divide
from benchmark.commands.steps.one_training import PreparedTraining, build_method, usable_device
from benchmark.config.source import Source, absolute
from benchmark.config.study import Study, StudyPart
from benchmark.config.study_training import TrainedMethod
from benchmark.config.training import TrainConfig
from benchmark.core.errors import ConfigError, UserError
from benchmark.data import load, partitions, protocols
from benchmark.data.load import Data
from benchmark.data.partitions import Partition, Partitions
from benchmark.evaluation import foresight
from benchmark.plugins import named_folders
from benchmark.plugins.checkpoint_content import CheckpointContent
from benchmark.training import course, study_parts
from benchmark.training.splits import Division
from benchmark.training.study_parts import Whole

ALL = "all"
"""The folder of trainings on whole data sets, where others have a partition's number."""


@dataclass(frozen=True)
class StudyData:
    """A data set of a study, read and divided.

    Attributes:
        part: its configuration.
        data: its pairs.
        partitions: how they are divided; the published splits are one partition.
        published: whether they are.
    """

    part: StudyPart
    data: Data
    partitions: Partitions
    published: bool

    @property
    def label(self) -> str:
        """What it is called."""
        return self.part.label

    @cached_property
    def table(self) -> pd.DataFrame:
        """The pairs that are divided."""
        return self.data.table if self.published else self.data.chosen

    @cached_property
    def shared_by_parts(self) -> bool:
        """Whether a partition tests pairs of references that it trains on, as one by pairs may."""
        by_pair = [self.rows(partition) for partition in self.partitions.partitions if partition.by == "pair"]
        return any(set(rows["test"]["reference"]) & set(rows["train"]["reference"]) for rows in by_pair)

    def rows(self, partition: Partition) -> dict[str, pd.DataFrame]:
        """The pairs of each part of a partition."""
        ((_, rows),) = partitions.rows_of_each(self.table, replace(self.partitions, partitions=(partition,)))
        return {part: self.table[inside] for part, inside in rows.items()}


@dataclass(frozen=True)
class Planned:
    """One training of a study.

    Attributes:
        method: what is trained.
        on: the data sets that it is trained on.
        partition: the partition whose training part that is; ``None`` for whole data sets.
        seed: its seed.
        root: the folder of all checkpoints.
        study: the study.
    """

    method: TrainedMethod
    on: tuple[StudyData, ...]
    partition: Partition | None
    seed: int
    root: Path
    study: Study

    @property
    def where(self) -> str:
        """Data sets, partition, label and seed as a relative path: the folder below ``checkpoints_dir``."""
        part = ALL if self.partition is None else str(self.partition.number)
        data = "+".join(one.part.folder for one in self.on)
        return f"{data}/{part}/{self.method.stem}/{self.seed}"

    @property
    def directory(self) -> Path:
        """Where its checkpoints go."""
        return self.root / self.where

    @cached_property
    def division(self) -> Division:
        """Its training and validation pairs.

        Raises:
            ConfigError: there is nothing to train on, or nothing validates where something must.
        """
        entry, protocol, (first, *_) = self.method.entry, self.study.protocol, self.on
        where = self.method.source.named(("train",))
        try:
            if self.partition is None:
                wholes = [Whole(one.label, one.table, one.data.lower_mos_better) for one in self.on]
                division = study_parts.joined(wholes, self._share, protocol.seed)
            else:
                rows = first.rows(self.partition)
                share = self._share if first.published else 0.0
                lower = first.data.lower_mos_better
                division = study_parts.of_partition(
                    rows["train"], rows["validation"], lower_mos_better=lower, share=share, seed=protocol.seed
                )
        except ConfigError as error:
            raise ConfigError(f"{where}: {self.where}: {error}") from None
        if entry.select == "validation" and division.validation.empty:
            raise ConfigError(
                f"{self.method.source.named(('method', 'select'))}: {self.where}: nothing validates: give the protocol a "
                "`validate`, or select the last epoch"
            )
        return division

    @property
    def _share(self) -> float:
        """The share that validates where the protocol does not say which references do."""
        protocol, section = self.study.protocol, self.method.entry.train
        if protocol.validate_ is not None:
            return protocol.validate_
        if isinstance(section.validate_, str):
            named = self.method.source.named(("train", "validate"))
            raise ConfigError(f"{named}: in a study a share, or left out: the protocol says which references validate")
        return section.validate_

    @property
    def tested(self) -> pd.DataFrame | None:
        """The pairs of its partition's test part."""
        return None if self.partition is None else self.on[0].rows(self.partition)["test"]

    @property
    def checkpoint(self) -> Path:
        """The checkpoint that the study reports: as ``select`` says."""
        return self.directory / self.file(self.method.entry.select)

    def file(self, select: Literal["last", "validation", "test"] | None) -> str:
        """The name of the checkpoint that a selection means; without one, by validation where references validate."""
        return {"last": course.LAST, "test": course.BEST_TEST}.get(select or "", course.BEST)

    def prepared(self) -> PreparedTraining:
        """The training, with its method built and everything checked that can be before weights are located.

        Raises:
            UserError: the method, the device or the pairs can't be used.
        """
        first, source = self.on[0], self.method.source
        config = self._config()
        method, options = build_method(config, source)
        device = usable_device(config, source)
        data = first.data
        if self.partition is None:
            data = replace(data, table=self.division.train, chosen=self.division.train)
        weights_dir = config.weights_dir
        foresight.refuse_weights_dir(weights_dir, [method], source)
        return PreparedTraining(
            config,
            method,
            options,
            data,
            self.division,
            self.directory,
            weights_dir,
            device,
            self.tested,
            self.method.entry.select == "test",
            self._stated(),
            self.root,
        )

    def _config(self) -> TrainConfig:
        """The configuration that ``train`` would have for this training alone."""
        entry, run = self.method.entry, self.on[0].part.config
        changes: dict[str, object] = {"seed": self.seed}
        if self.partition is not None and not self.on[0].published:
            changes["validate_"] = self.study.protocol.validation
        if "save_interval" not in entry.train.model_fields_set:
            changes["save_interval"] = entry.train.n_epoch  # a study keeps the best and the last epoch
        return TrainConfig.model_construct(
            dataset=run.dataset,
            method=self.method.plain,
            train=entry.train.model_copy(update=changes),
            checkpoints_dir=self.directory,
            weights_dir=run.weights_dir and absolute(run.weights_dir, self.method.source, ("weights_dir",)),
            offline=run.offline,
            unpublished_weights=run.unpublished_weights,
            plugins=(),
            device=run.device,
            threads=run.threads,
        )

    def _stated(self) -> CheckpointContent:
        """What its checkpoints state of the study, and of several data sets."""
        number = 0 if self.partition is None else self.partition.number
        labels = [one.label for one in self.on]
        content: CheckpointContent = {
            "study": {"label": self.method.label, "trained_on": labels, "partition": number, "seed": self.seed}
        }
        if self.partition is None:
            titles = [one.data.dataset.info.title for one in self.on]
            content["dataset"] = "+".join(labels)
            content["simulated_labels"] = any(one.data.simulated for one in self.on)
            content["data"] = {
                "name": "+".join(labels),
                "title": " + ".join(titles if len(set(titles)) == len(titles) else labels),
                "split": "",
                "folds": None,
                "fingerprint": self.division.sha256,
            }
        return content


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """The trainings of a study.

    Attributes:
        trainings: all of them, always in this order.
        data: the data sets that can be used, by label.
        unusable: why the others can't be.
        root: the folder of all checkpoints.
        command: what trains them.
    """

    trainings: tuple[Planned, ...]
    data: dict[str, StudyData]
    unusable: dict[str, str]
    root: Path
    command: str


def plan(study: Study, source: Source, config: object) -> TrainingPlan:
    """The trainings of a study; its data sets are read, no images.

    Args:
        study: the study.
        source: its configuration as read.
        config: the same as it was given, for messages.

    Raises:
        ConfigError: a data set that is trained on can't be divided so, or data sets that are trained on together differ in
            how their images are prepared.
    """
    first = study.parts[0]
    named_folders.use(named_folders.absolute(first.config.plugins, first.source))
    assert study.checkpoints_dir is not None
    root = absolute(study.checkpoints_dir, source, ("checkpoints_dir",))
    data: dict[str, StudyData] = {}
    unusable: dict[str, str] = {}
    for part in study.parts:
        try:
            data[part.label] = read_part(part, study)
        except UserError as error:
            unusable[part.label] = str(error)
    command = f"train {config if isinstance(config, (str, Path)) else 'STUDY.yaml'}"
    found = [item for method in study.trained for item in _of_method(method, study, data, root)]
    return TrainingPlan(tuple(found), data, unusable, root, command)


def read_part(part: StudyPart, study: Study) -> StudyData:
    """One data set, read and divided.

    Raises:
        UserError: it can't be used.
    """
    published = study.protocol.form == "published"
    config = part.config
    data = load.load(config.dataset, part.source, config.limit, offline=config.offline, pooled=not published)
    if not published:
        divided = divide(data.chosen, study.protocol, part.label, part.source).partitions
        assert divided is not None
        return StudyData(part, data, divided, published=False)
    with part.source.placing():
        divided = protocols.make(data.table, study.protocol, part.label)
    return StudyData(part, data, divided, published=True)


def _of_method(method: TrainedMethod, study: Study, data: dict[str, StudyData], root: Path) -> Iterator[Planned]:
    """The trainings of one method: by data set and partition, or on whole data sets; then by seed."""
    if method.entry.own:
        _refuse_validate(method, study)
        for one in data.values():
            for partition in one.partitions.partitions:
                for seed in method.entry.seeds:
                    yield Planned(method, (one,), partition, seed, root, study)
        return
    if all(label in data for label in method.entry.train_on):
        on = tuple(data[label] for label in method.entry.train_on)
        sizes = [replace(one.data.sizes, max_pixels=1) for one in on]
        if any(size != sizes[0] for size in sizes):
            named = method.source.named(("method", "train_on"))
            raise ConfigError(f"{named}: {' and '.join(one.label for one in on)} prepare their images differently")
        for seed in method.entry.seeds:
            yield Planned(method, on, None, seed, root, study)


def _refuse_validate(method: TrainedMethod, study: Study) -> None:
    """Refuse a share that validates where the protocol decides it."""
    if study.protocol.form != "published" and "validate_" in method.entry.train.model_fields_set:
        named = method.source.named(("train", "validate"))
        raise ConfigError(
            f"{named}: the protocol says which references validate: {{repeat: 10, test: 0.2, validate: 0.1}}"
        )


def chosen(trainings: Sequence[Planned], share: tuple[int, int] | None) -> list[Planned]:
    """One share of several: every N-th training from the K-th on, so that shares are alike in size and kind."""
    return list(trainings) if share is None else list(trainings[share[0] - 1 :: share[1]])
