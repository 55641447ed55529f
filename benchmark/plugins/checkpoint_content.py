"""Types of a checkpoint's content. ``training`` writes it; scoring, tables and plug-ins read it. Standard library only.

Every key may be missing: checkpoints of earlier versions hold less, and another tool's file may hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class LabelScale(TypedDict):
    """The labels that became 0 and 1 in training, and whether lower labels mean better images."""

    low: float
    high: float
    lower_mos_better: bool


class SelectedOn(TypedDict):
    """The validation part that chose the best epoch: SHA-256 of its references' files and pixels, by name."""

    split: str
    references: Mapping[str, str]
    pixels: Mapping[str, str]


class FoldLeftOut(TypedDict):
    """The fold left out for testing, and their number; ``seed`` is ``None`` where the data set published its folds."""

    count: int
    left_out: int
    seed: int | None


class TrainingData(TypedDict):
    """The data set trained on; ``fingerprint`` is the SHA-256 over its pairs' names, labels and images."""

    name: str
    title: str
    split: str
    folds: FoldLeftOut | None
    fingerprint: str


class StudyTraining(TypedDict):
    """Which of a study's trainings it is: the method's label, the data sets, the partition (0 for none), the seed."""

    label: str
    trained_on: Sequence[str]
    partition: int
    seed: int


class EpochRecord(TypedDict):
    """One epoch of the history; NaN where there was no validation or a value is undefined."""

    epoch: int
    train_loss: float
    learning_rate: float
    val_srcc: float
    val_plcc: float
    val_krcc: float
    seconds: float


class Circumstances(TypedDict):
    """Where a training ran: these values may differ when it continues, which is then noted."""

    device: str
    processes: int
    threads: int
    code: str


class CheckpointContent(TypedDict, total=False):
    """The whole content.

    ``state``, ``optimizer`` and ``scheduler`` hold tensors, each of which a summary replaces with ``None``.
    ``settings`` is the whole configuration by dotted keys, ``train`` its section of that name as written. File hashes are
    SHA-256: ``training_references`` and ``training_pixels`` by reference, ``images`` by pair, ``weights`` by file.
    ``tested_on`` is the test part of a study's partition, ``tested`` SRCC on it by epoch where the study selects on it.
    """

    format: str
    method: str
    identity: Mapping[str, str]
    label_scaling: LabelScale
    pairs_sha256: str
    train: Mapping[str, Any]
    method_options: Mapping[str, Any]
    settings: Mapping[str, Any]
    dataset: str
    data: TrainingData
    simulated_labels: bool
    training_references: Mapping[str, str]
    training_pixels: Mapping[str, str]
    selected_on: SelectedOn
    tested_on: SelectedOn
    tested: Sequence[float]
    study: StudyTraining
    images: Mapping[str, str]
    weights: Mapping[str, str]
    versions: Mapping[str, str]
    code: str
    commit: str
    begun: int
    circumstances: Circumstances
    changes: Sequence[str]
    epoch: int
    history: Sequence[EpochRecord]
    state: Mapping[str, Any]
    optimizer: dict[str, Any]
    scheduler: dict[str, Any]
