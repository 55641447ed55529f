"""Cross-validation: one fold of the references becomes the test split, the others the training split. Pandas; no images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmark.core.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd


def divide(table: pd.DataFrame, folds: int | None, seed: int) -> pd.DataFrame:
    """Number the folds from 1: the data set's own, or ``folds`` new ones of equally many clusters, drawn by ``seed``.

    Args:
        table: all pairs; those of a cluster (a reference, or a patient) stay together, splits are ignored.
        folds: how many; ``None`` for the data set's own.
        seed: decides which cluster falls into which fold.

    Raises:
        ConfigError: there are fewer clusters than folds, or the data set has no folds of its own.
    """
    if folds is None:
        if table["fold"].isna().any():
            raise ConfigError(
                "dataset.test_fold: this data set has no folds of its own; say how many with dataset.folds"
            )
        return table
    clusters = sorted(table["cluster"].unique())
    if len(clusters) < folds:
        raise ConfigError(f"dataset.folds: {len(clusters)} references can't be divided into {folds} folds")
    order = np.random.default_rng([seed, 4]).permutation(len(clusters))
    number = {clusters[place]: float(index % folds + 1) for index, place in enumerate(order)}
    return table.assign(fold=table["cluster"].map(number))


def leave_out(table: pd.DataFrame, fold: int) -> pd.DataFrame:
    """The same pairs in the splits ``test`` (this fold) and ``train`` (the others).

    Raises:
        ConfigError: no pair is in that fold.
    """
    inside = table["fold"] == fold
    if not inside.any():
        present = ", ".join(f"{number:g}" for number in sorted(table["fold"].dropna().unique()))
        raise ConfigError(f"dataset.test_fold: there is no fold {fold} (there are {present})")
    return table.assign(split=np.where(inside, "test", "train"))
