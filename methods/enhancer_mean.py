"""The floor: the scores of a method that sees no image and only knows which enhancement algorithm made it. NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from benchmark import MethodInfo, ScoreSource, UserError

if TYPE_CHECKING:
    import pandas as pd

FROM_TRAINING = "mean label of the condition's training pairs"
LEFT_OUT = (
    "mean label of the condition's pairs of the other references (no training split apart from the scored pairs); "
    "within a condition it is negatively tied to the pair's own label"
)


class EnhancerMean(ScoreSource):
    """The mean training label of the pair's condition; NaN where the condition has no training pair.

    A scored pair of the training split, and every pair where there is no training split, gets the mean over the pairs
    of its condition that belong to other references (other ``cluster`` s, where patients are known). Such a value sinks
    when the pair's own label rises, so correlations within a condition are then negative by construction.

    Args:
        train: name of the training split.
    """

    info = MethodInfo(
        name="enhancer-mean",
        title="Enhancer mean",
        higher_is_better=True,
        group="floor",
        trained_on="training labels",
        citation="The mean training label of each enhancement algorithm; no image is read.",
        licence="Apache-2.0",
        source="efid-bench",
    )
    predicts_label: ClassVar[bool] = True
    """Scores are in the labels' own scale and direction: where a lower label is better, so is a lower score."""

    def __init__(self, *, train: str = "train") -> None:
        self._train = train
        self._rules: tuple[str, ...] = (FROM_TRAINING, LEFT_OUT)

    def settings(self) -> Mapping[str, str]:
        """The rule behind the scores, known once ``scores`` was called."""
        return {"score": "; or ".join(self._rules)}

    def scores(self, pairs: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Predicted labels of ``rows``; see ``ScoreSource.scores``.

        Raises:
            UserError: the data set names no conditions, or has no labels.
        """
        if pairs["mos"].isna().all():
            raise UserError(
                "enhancer-mean: this data set has choices between two images and no labels to average; leave this method out"
            )
        if (rows["condition"] == "").all():
            raise UserError(
                "enhancer-mean: the data set doesn't say which algorithm enhanced which image; "
                "give `condition_pattern` or a condition column, or leave this method out"
            )
        in_training = pairs["split"] == self._train
        known = pairs[in_training] if in_training.any() else pairs
        left_out = rows["pair"].isin(known["pair"]).to_numpy()
        self._rules = tuple(
            rule for rule, used in ((FROM_TRAINING, not left_out.all()), (LEFT_OUT, left_out.any())) if used
        )
        total, count = _sum_and_count(known, ["condition"], rows)
        own_total, own_count = _sum_and_count(known, ["condition", "cluster"], rows)
        total = total - np.where(left_out, own_total, 0.0)
        count = count - np.where(left_out, own_count, 0.0)
        usable = (count > 0) & (rows["condition"] != "").to_numpy()
        means = np.full(len(rows), np.nan)
        means[usable] = total[usable] / count[usable]
        return means


def _sum_and_count(
    known: pd.DataFrame, keys: list[str], rows: pd.DataFrame
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """For each row, the sum and the number of the known labels with the same keys; 0 and 0 where there are none."""
    groups = known.groupby(keys)["mos"].agg(["sum", "count"])
    matched = rows[keys].merge(groups, how="left", left_on=keys, right_index=True)
    return matched["sum"].fillna(0.0).to_numpy(), matched["count"].fillna(0.0).to_numpy()
