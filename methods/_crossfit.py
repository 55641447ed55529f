"""Predictions out of fold: each reference's pairs are predicted by a model that never saw it. NumPy; scikit-learn when used.

A helper, not a plug-in: the floors ``fusion`` and ``reference-quality`` use it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark import UserError
from benchmark.data import folds as divisions

if TYPE_CHECKING:
    import pandas as pd

Values = NDArray[np.float64]


class Model(Protocol):
    """What scikit-learn's regressors have."""

    def predict(self, x: Values) -> Values: ...


Fit = Callable[[Values, Values, NDArray[Any]], Model]
"""Fits a model to features, (N, K), and labels, (N,), of pairs whose references (or patients) are given, (N,)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One fold: the rows that it predicts, and the model that was fitted without their references.

    Attributes:
        rows: places in the table that is predicted.
        model: the model.
    """

    rows: NDArray[np.intp]
    model: Model


PENALTIES = np.logspace(-2, 4, 13)
"""From which a penalty is chosen."""
INNER = 5
"""Folds of what a model is fitted to, in which its penalty is chosen."""


def ridge(penalty: float | None, x: Values, labels: Values, clusters: NDArray[Any]) -> Model:
    """Ridge regression on features standardised by what it is fitted to.

    Args:
        penalty: ``None``: the one of ``PENALTIES`` with the least squared error in inner folds, by cluster as well.
        x: features, (N, K).
        labels: (N,).
        clusters: the reference or patient of each pair, (N,).

    Raises:
        UserError: a penalty is to be chosen, and there is one cluster.
    """
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - takes a second
    from sklearn.model_selection import GridSearchCV, GroupKFold  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    model: Any = make_pipeline(StandardScaler(), Ridge(1.0 if penalty is None else penalty))
    if penalty is None:
        count = min(INNER, len(set(clusters)))
        if count < 2:
            raise UserError("a penalty can't be chosen from the pairs of one reference: give `penalty`")
        grid = {"ridge__alpha": PENALTIES}
        model = GridSearchCV(model, grid, cv=GroupKFold(count), scoring="neg_mean_squared_error")
        model.fit(x, labels, groups=clusters)
    else:
        model.fit(x, labels)
    fitted: Model = model
    return fitted


def parts(
    rows: pd.DataFrame,
    known: tuple[pd.DataFrame, Values],
    fit: Fit,
    *,
    folds: int,
    seed: int,
    who: str,
) -> list[Part]:
    """Fit a model for each fold of the rows' clusters to the known pairs of other clusters.

    Args:
        rows: the pairs to be predicted (columns ``cluster``).
        known: pairs with labels (columns ``pair``, ``cluster``, ``mos``), and their features, row by row. Pairs without a
            label are left out.
        fit: fits a model to some of the known pairs.
        folds: how many, at most; one for each cluster where there are fewer.
        seed: decides which cluster falls into which fold.
        who: the method, for messages.

    Raises:
        UserError: there are fewer than two clusters with labels.
    """
    table, x = known
    count = min(folds, rows["cluster"].nunique())
    labels = table["mos"].to_numpy(dtype=float)
    clusters = table["cluster"].to_numpy()
    # sums of floats depend on the order; that of a label file must change nothing
    order = np.argsort(table["pair"].astype(str).to_numpy(), kind="stable")
    number = divisions.divide(rows, count, seed)["fold"].to_numpy()
    found: list[Part] = []
    for fold in range(1, count + 1):
        held = np.flatnonzero(number == fold)
        inside = set(rows["cluster"].to_numpy()[held])
        fitted = [at for at in order if clusters[at] not in inside and np.isfinite(labels[at])]
        if len(fitted) < 2:
            raise UserError(f"{who}: needs labelled pairs of at least two references, to predict each from the others")
        found.append(Part(held, fit(x[fitted], labels[fitted], clusters[fitted])))
    return found


def predicted(found: list[Part], x: Values) -> Values:
    """What each row's own model says, (N,), of features, (N, K)."""
    values = np.full(len(x), np.nan)
    for part in found:
        values[part.rows] = part.model.predict(x[part.rows])
    return values
