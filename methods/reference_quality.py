"""The floor of the reference: what a method can know that never looks at the enhanced image. NumPy, pandas, OpenCV.

Five plain measures of the reference photograph are mapped to labels by ridge regression (``_crossfit.py``), out of fold.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from benchmark import MethodInfo, ScoreSource, UserError
from benchmark.images.fov import field_of_view
from benchmark.images.read import Image, ImageError, read_image

from . import _crossfit

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("brightness", "contrast", "sharpness", "colourfulness", "entropy")
_WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)


class ReferenceQuality(ScoreSource):
    """The label that the reference alone suggests: the same score for all enhanced images of a reference.

    It can tell easy photographs from hard ones, and no enhancement from another: a method that does not top it has learnt
    nothing about enhancement. Inside the reference's field of view it measures mean and standard deviation of luminance,
    the logarithm of the variance of its Laplacian, colourfulness (Hasler and Süsstrunk, 2003) and the entropy of
    luminance. Ridge regression maps them to labels: of the training split where there is one, and always of other
    references than the one that is scored.

    Args:
        train: name of the training split.
        penalty: of the ridge regression on standardised measures.
        folds: how many; references themselves where there are fewer.
        seed: decides which reference falls into which fold.

    Raises:
        UserError: an option is out of range.
    """

    info = MethodInfo(
        name="reference-quality",
        title="Reference quality",
        higher_is_better=True,
        group="floor",
        trained_on="labels of other references",
        citation="Ridge regression on five measures of the reference; the enhanced image is not read.",
        licence="Apache-2.0",
        source="efid-bench",
        libraries=("scikit-learn",),
    )
    predicts_label: ClassVar[bool] = True
    """Scores are in the labels' own scale and direction: where a lower label is better, so is a lower score."""

    def __init__(self, *, train: str = "train", penalty: float = 1.0, folds: int = 10, seed: int = 0) -> None:
        for name, holds, rule in (
            ("penalty", 0 <= penalty < float("inf"), "a number of at least 0"),
            ("folds", folds >= 2, "at least 2"),
            ("seed", seed >= 0, "at least 0"),
        ):
            if not holds:
                raise UserError(f"reference-quality: `{name}` must be {rule}")
        self._train, self._penalty, self._folds, self._seed = train, penalty, folds, seed
        self._known = ""

    def settings(self) -> Mapping[str, str]:
        """The measures, and, once ``scores`` was called, what they were fitted to."""
        fitted = {"fitted to": self._known} if self._known else {}
        return {"measures of the reference": ", ".join(MEASURES), **fitted}

    def scores(self, pairs: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Predicted labels of ``rows``; see ``ScoreSource.scores``.

        Raises:
            UserError: there are no labels or images, an image can't be read, or there is one reference.
        """
        if pairs["mos"].isna().all():
            raise UserError("reference-quality: there are no labels of pairs to learn from; leave this method out")
        if "reference_path" not in pairs or (rows["reference_path"] == "").any():
            raise UserError(
                "reference-quality: it measures the reference photographs, and a table of scores has none: leave it out, "
                "or name it among the methods of a run"
            )
        in_training = pairs["split"] == self._train
        known = pairs[in_training] if in_training.any() else pairs
        self._known = "the training split, out of fold" if in_training.any() else "all pairs, out of fold by reference"
        measured: dict[str, _crossfit.Values] = {}
        for path in sorted({*known["reference_path"], *rows["reference_path"]}):
            measured[path] = self._measures(Path(path))
        features = {name: _table(table, measured) for name, table in (("known", known), ("rows", rows))}
        parts = _crossfit.parts(
            rows,
            (known, features["known"]),
            partial(_crossfit.ridge, self._penalty),
            folds=self._folds,
            seed=self._seed,
            who="reference-quality",
        )
        return _crossfit.predicted(parts, features["rows"])

    def _measures(self, path: Path) -> _crossfit.Values:
        try:
            return measures(read_image(path))
        except ImageError as error:
            raise UserError(f"reference-quality: {error}") from None


def _table(rows: pd.DataFrame, measured: Mapping[str, _crossfit.Values]) -> _crossfit.Values:
    return np.array([measured[path] for path in rows["reference_path"]])


def measures(reference: Image) -> _crossfit.Values:
    """The five measures, in the order of ``MEASURES``, of RGB in [0, 1], (3, H, W), inside its field of view."""
    import cv2  # noqa: PLC0415 - takes 0.15 s

    inside = field_of_view(reference)
    luma = np.tensordot(_WEIGHTS, reference, axes=1)
    red, green, blue = (channel[inside].astype(np.float64) for channel in reference)
    first, second = red - green, (red + green) / 2 - blue
    colourfulness = np.hypot(first.std(), second.std()) + 0.3 * np.hypot(first.mean(), second.mean())
    laplacian = cv2.Laplacian(luma, cv2.CV_32F)[inside].astype(np.float64)
    within = luma[inside].astype(np.float64)
    counts = np.histogram(within, bins=256, range=(0, 1))[0]
    shares = counts[counts > 0] / counts.sum()
    entropy = -float((shares * np.log2(shares)).sum())
    return np.array([within.mean(), within.std(), np.log(laplacian.var() + 1e-8), colourfulness, entropy])
