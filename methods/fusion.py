"""The floor of fusion: what a plain regression makes of other methods' scores, out of fold by reference. NumPy, pandas.

scikit-learn fits it (``_crossfit.py``). It looks at no image.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from benchmark import LearnsFromColumns, MethodInfo, ScoreSource, UserError
from benchmark.statistics import srcc

from . import _crossfit

if TYPE_CHECKING:
    import pandas as pd

SHUFFLES = 20
"""How often each feature is shuffled to find what it matters."""
SHOWN = 5


class Fusion(ScoreSource, LearnsFromColumns):
    """Labels predicted from other methods' scores of the same pair; a learned method ought to top it.

    In a run, and beside columns in ``evaluate``, the scored pairs are divided into folds by reference (``cluster``); each
    fold is predicted by a model fitted to labels and scores of all other references. In a study of score tables, with
    ``features``, it learns in each partition as any method that learns from columns.

    Args:
        features: labels of the methods whose scores it sees; by default all that have a score for every pair.
        without: labels of methods whose scores it must not see, for example that of the method which has to top it.
        learner: ``ridge`` on standardised features, or ``boosting``: scikit-learn's gradient boosting, default settings.
        penalty: of the ridge regression; by default chosen within each training part, by reference too.
        folds: how many; references themselves where there are fewer.
        seed: decides which reference falls into which fold, and boosting's ties.

    Raises:
        UserError: an option is out of range.
    """

    info = MethodInfo(
        name="fusion",
        title="Fusion",
        higher_is_better=True,
        group="floor",
        trained_on="labels of the other references",
        citation="Cross-fitted regression on the other methods' scores (F. Pedregosa et al., Scikit-learn: machine "
        "learning in Python, JMLR 12, 2011); no image is read.",
        licence="Apache-2.0",
        source="efid-bench",
        libraries=("scikit-learn",),
    )
    predicts_label: ClassVar[bool] = True
    """Scores are in the labels' own scale and direction: where a lower label is better, so is a lower score."""

    def __init__(
        self,
        *,
        features: list[str] | None = None,
        without: list[str] | None = None,
        learner: Literal["ridge", "boosting"] = "ridge",
        penalty: float | None = None,
        folds: int = 10,
        seed: int = 0,
    ) -> None:
        for name, holds, rule in (
            ("penalty", penalty is None or 0 <= penalty < float("inf"), "a number of at least 0"),
            ("folds", folds >= 2, "at least 2"),
            ("seed", seed >= 0, "at least 0"),
            (
                "features",
                features is None or (len(features) > 0 and len(set(features)) == len(features)),
                "names, each once",
            ),
        ):
            if not holds:
                raise UserError(f"fusion: `{name}` must be {rule}")
        self.features, self.without = features, without or []
        self.learner, self.penalty, self.folds, self.seed = learner, penalty, folds, seed
        self._others: pd.DataFrame | None = None
        self._found: dict[str, str] = {}
        self._model: _crossfit.Model | None = None

    def unavailable(self) -> str | None:
        return None

    def settings(self) -> Mapping[str, str]:
        """The learner; once ``scores`` was called also what it learnt from, and which features mattered."""
        penalty = "penalty chosen in training" if self.penalty is None else f"penalty {self.penalty:g}"
        ridge = f"ridge, {penalty}, standardised features"
        return {"learner": ridge if self.learner == "ridge" else "gradient boosting", **self._found}

    def _fitted(self, x: _crossfit.Values, labels: _crossfit.Values, clusters: np.ndarray[Any, Any]) -> _crossfit.Model:
        if self.learner == "ridge":
            return _crossfit.ridge(self.penalty, x, labels, clusters)
        from sklearn.ensemble import GradientBoostingRegressor  # noqa: PLC0415 - takes a second

        model: _crossfit.Model = GradientBoostingRegressor(random_state=self.seed).fit(x, labels)
        return model

    # over all pairs, out of fold

    def use(self, scores: pd.DataFrame) -> None:
        """Take the other methods' scores; see ``UsesScores``."""
        self._others = scores

    def scores(self, pairs: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Predicted labels of ``rows``; see ``ScoreSource.scores``.

        Raises:
            UserError: there are no labels, no other scores, a feature is not there or has gaps, or there is one reference.
        """
        if rows["mos"].isna().all():
            raise UserError("fusion: there are no labels of pairs to learn from; leave this method out")
        chosen, gaps = self._chosen(rows)
        x = chosen.to_numpy(dtype=float)
        parts = _crossfit.parts(rows, (rows, x), self._fitted, folds=self.folds, seed=self.seed, who="fusion")
        values = _crossfit.predicted(parts, x)
        self._found = {
            "features": ", ".join(map(str, chosen.columns)),
            **({"left out, without a score for every pair": ", ".join(gaps)} if gaps else {}),
            "out of fold": f"{len(parts)} folds by reference; it has seen labels of the split that is scored",
            f"fall of SRCC when shuffled, the first {SHOWN}": self._what_mattered(parts, chosen, rows, values),
        }
        return values

    def _chosen(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
        """The features, and the names of those left out since they have gaps."""
        others = self._others
        if others is None or others.shape[1] == 0:
            raise UserError("fusion: there are no other methods' scores to learn from; name some beside it")
        for option, names in (("features", self.features or []), ("without", self.without)):
            unknown = [name for name in names if name not in others.columns]
            if unknown:
                known = ", ".join(map(str, others.columns))
                raise UserError(
                    f"fusion: `{option}`: there are no scores of {unknown[0]!r}; there are those of {known}"
                )
        wanted = others[self.features] if self.features is not None else others
        wanted = wanted.drop(columns=[name for name in self.without if name in wanted.columns])
        if wanted.shape[1] == 0:
            raise UserError("fusion: `without` names every method; there is nothing to learn from")
        finite = np.isfinite(wanted.to_numpy(dtype=float))
        gaps = [str(name) for name, whole in zip(wanted.columns, finite.all(axis=0), strict=True) if not whole]
        if gaps and (self.features is not None or len(gaps) == wanted.shape[1]):
            count = int((~finite[:, list(wanted.columns).index(gaps[0])]).sum())
            raise UserError(f"fusion: {gaps[0]!r} has no score for {count:,} of {len(rows):,} pairs; leave it out")
        return wanted.drop(columns=gaps), gaps

    def _what_mattered(
        self, parts: list[_crossfit.Part], chosen: pd.DataFrame, rows: pd.DataFrame, values: np.ndarray[Any, Any]
    ) -> str:
        """Each feature's fall of SRCC when its values are shuffled among the pairs, largest first."""
        labels, x = rows["mos"].to_numpy(dtype=float), chosen.to_numpy(dtype=float)
        known = np.isfinite(labels)
        whole = srcc(values[known], labels[known])
        rng = np.random.default_rng([self.seed, 5])
        order = np.argsort(rows["pair"].astype(str).to_numpy(), kind="stable")
        falls: list[tuple[float, str]] = []
        for at, name in enumerate(chosen.columns):
            shuffled: list[float] = []
            for _ in range(SHUFFLES):
                other = x.copy()
                other[order, at] = x[order[rng.permutation(len(x))], at]
                shuffled.append(srcc(_crossfit.predicted(parts, other)[known], labels[known]))
            falls.append((whole - float(np.mean(shuffled)), str(name)))
        first = sorted(falls, key=lambda fall: (-fall[0], fall[1]))[:SHOWN]
        return ", ".join(f"{name} {fall:.3f}" for fall, name in first)

    # in each partition of a study

    def fit(self, features: pd.DataFrame, labels: np.ndarray[Any, Any], about: pd.DataFrame) -> None:
        order = np.argsort(about["pair"].astype(str).to_numpy(), kind="stable")
        clusters = about["cluster"].to_numpy()[order]
        self._model = self._fitted(features.to_numpy(dtype=float)[order], labels[order], clusters)

    def predict(self, features: pd.DataFrame, about: pd.DataFrame) -> np.ndarray[Any, Any]:
        if self._model is None:
            raise RuntimeError("fusion: call `fit` first")
        return self._model.predict(features.to_numpy(dtype=float))
