"""Divides pairs by reference into training and validation pairs, and scales labels. Pandas and NumPy; no torch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmark.core.errors import ConfigError
from benchmark.data import pairs


@dataclass(frozen=True, slots=True)
class LabelScaling:
    """A linear map of labels to [0, 1], higher is better, fitted on the training pairs alone.

    Attributes:
        low: lowest training label.
        high: highest training label.
        lower_mos_better: whether the map reverses labels.
    """

    low: float
    high: float
    lower_mos_better: bool

    def scale(self, labels: pd.Series[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Scaled labels; those of other splits may lie outside [0, 1]."""
        unit = (labels.to_numpy(dtype=np.float64) - self.low) / (self.high - self.low)
        return np.asarray(1 - unit if self.lower_mos_better else unit)


@dataclass(frozen=True, slots=True)
class Division:
    """The pairs of a training run.

    Attributes:
        train: the pairs that are trained on.
        validation: the pairs that select the checkpoint; their references are not in ``train``.
        scaling: the map of labels, fitted on ``train``.
        selected_on: the split that selects the checkpoint, or empty for a share of the training references.
    """

    train: pd.DataFrame
    validation: pd.DataFrame
    scaling: LabelScaling
    selected_on: str

    @property
    def sha256(self) -> str:
        """Hash of the pairs and labels: a training run resumes only with the same ones."""
        digest = hashlib.sha256()
        for part in (self.train, self.validation):
            for row in part.itertuples():
                digest.update(f"{row.pair}\0{row.reference}\0{row.mos!r}\n".encode())
            digest.update(b"\n")
        return digest.hexdigest()


def divide(table: pd.DataFrame, split: str, validate: float | str, seed: int, *, lower_mos_better: bool) -> Division:
    """Choose training and validation pairs, in the order of their names, so that the label file's order changes nothing.

    Args:
        table: all pairs (columns: ``benchmark.data.pairs``).
        split: the split to train on; where the data set has none, all pairs.
        validate: share of its references, drawn by ``seed``, or the name of another split.
        seed: decides which references validate.
        lower_mos_better: direction of the labels.

    Raises:
        ConfigError: there is no such split, there are too few references, both parts share some, or labels are constant.
    """
    table = table[table["mos"].notna()].sort_values("pair", ignore_index=True)
    if table.empty:
        raise ConfigError("dataset: its pairs have no labels, only choices between images: training needs labels")
    unsplit = set(table["split"]) == {""}
    rows = table if unsplit else pairs.choose_splits(table, [split], "train.split")
    if isinstance(validate, str):
        train, validation = rows, pairs.choose_splits(table, [validate], "train.validate")
        shared = sorted(set(train["reference"]) & set(validation["reference"]))
        if shared:
            raise ConfigError(
                f"train.validate: {len(shared)} references of {validate!r} are trained on ({shared[0]} …)"
            )
        selected_on = validate
    else:
        train, validation = take_share(rows, validate, seed)
        selected_on = ""
    return Division(train, validation, scaling_of(train, lower_mos_better=lower_mos_better), selected_on)


def scaling_of(train: pd.DataFrame, *, lower_mos_better: bool) -> LabelScaling:
    """The map that makes training labels 0 to 1.

    Raises:
        ConfigError: they are all equal.
    """
    low, high = float(train["mos"].min()), float(train["mos"].max())
    if low == high:
        raise ConfigError(f"every training label is {low:g}: there is nothing to learn")
    return LabelScaling(low, high, lower_mos_better)


def take_share(rows: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take out a share of whole clusters: references, or patients where the data set names them.

    Raises:
        ConfigError: there are too few.
    """
    clusters = sorted(rows["cluster"].unique())
    count = max(1, round(share * len(clusters))) if share > 0 else 0
    if len(clusters) - count < 1:
        raise ConfigError(f"train.validate: {len(clusters)} references are too few to take {share:g} of them out")
    order = np.random.default_rng([seed, 1]).permutation(len(clusters))
    chosen = {clusters[index] for index in order[:count]}
    inside = rows["cluster"].isin(chosen)
    return rows[~inside].reset_index(drop=True), rows[inside].reset_index(drop=True)
