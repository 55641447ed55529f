"""The pairs of a study's training: the parts of a partition, or whole data sets joined. Pandas and NumPy; no torch.

Which references validate follows from the partition, or from the protocol's seed, never from the training's own seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from benchmark.core.errors import ConfigError
from benchmark.training.splits import Division, LabelScaling, scaling_of, take_share

NAMES = ("pair", "reference", "cluster")


@dataclass(frozen=True, slots=True)
class Whole:
    """A data set that is trained on as a whole.

    Attributes:
        label: what the study calls it.
        table: its pairs.
        lower_mos_better: direction of its labels.
    """

    label: str
    table: pd.DataFrame
    lower_mos_better: bool


def of_partition(
    train: pd.DataFrame, validation: pd.DataFrame, *, lower_mos_better: bool, share: float = 0.0, seed: int = 0
) -> Division:
    """The pairs of a partition, in the order of their names.

    Args:
        train: the pairs that are trained on.
        validation: the pairs that validate; may be none.
        lower_mos_better: direction of the labels.
        share: without validation pairs, the share of the training clusters that validates.
        seed: decides which.

    Raises:
        ConfigError: there is nothing to train on, or nothing to learn.
    """
    train, validation = _labelled(train), _labelled(validation)
    if train.empty:
        raise ConfigError("there is nothing to train on: the training part has no labelled pairs")
    if validation.empty and share > 0:
        train, validation = take_share(train, share, seed)
    return Division(train, validation, scaling_of(train, lower_mos_better=lower_mos_better), "")


def joined(wholes: Sequence[Whole], share: float, seed: int) -> Division:
    """Whole data sets as one, each with its labels scaled to [0, 1] (higher is better) and its names marked by its label.

    Args:
        wholes: the data sets.
        share: the share of each one's clusters that validates.
        seed: decides which.

    Raises:
        ConfigError: one of them has no labels, or nothing to learn.
    """
    trains, validations = [], []
    for whole in wholes:
        rows = _labelled(whole.table)
        if rows.empty:
            raise ConfigError(f"{whole.label}: its pairs have no labels: training needs labels")
        train, validation = take_share(rows, share, seed)
        scaling = scaling_of(train, lower_mos_better=whole.lower_mos_better)
        trains.append(_marked(train, whole.label, scaling))
        validations.append(_marked(validation, whole.label, scaling))
    return Division(
        pd.concat(trains, ignore_index=True),
        pd.concat(validations, ignore_index=True),
        LabelScaling(0.0, 1.0, lower_mos_better=False),
        "",
    )


def _labelled(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["mos"].notna()].sort_values("pair", ignore_index=True)


def _marked(table: pd.DataFrame, label: str, scaling: LabelScaling) -> pd.DataFrame:
    """A data set's pairs under names of their own, with scaled labels."""
    changed = {name: f"{label}/" + table[name].astype(str) for name in NAMES}
    return table.assign(**changed, mos=scaling.scale(table["mos"]), split="")


def paths_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The files of references by the names that ``joined`` gives them.

    Args:
        tables: the pairs of each data set, by its label.
    """
    return {
        f"{label}/{name}": str(path)
        for label, table in tables.items()
        for name, path in zip(table["reference"], table["reference_path"], strict=True)
    }
