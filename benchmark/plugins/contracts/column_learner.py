"""The contract of methods that learn from columns of a table of scores, anew in each partition of a study.

It imports neither pandas nor numpy when it is imported.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from benchmark.plugins.contracts.method import Method

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class LearnsFromColumns(Method):
    """A method that is fitted to columns of a table (features, or scores of other methods) and predicts labels.

    ``evaluate STUDY.yaml`` builds it anew for each partition, calls ``fit`` with the pairs that are trained on and then
    ``predict`` with those that are tested: it never sees the label of a tested pair. Pairs that validate are in neither.

    Labels are in their own unit, and higher means better quality: where lower labels do, they arrive negated. So a higher
    prediction is better on every data set, and ``info`` says ``higher_is_better=True``.

    What it draws at random it draws from a generator with a fixed seed (or an option ``seed``), so that the same study
    gives the same numbers.

    ``label_units`` says whether predictions are labels in their own unit. A method whose predictions have a level or a scale
    of their own (ranks, say) sets it to ``False``: then it predicts the pairs that validate, too, to find the line from its
    predictions to labels.
    """

    label_units: ClassVar[bool] = True

    @abstractmethod
    def fit(self, features: pd.DataFrame, labels: np.ndarray[Any, Any], about: pd.DataFrame) -> None:
        """Learn from the pairs that are trained on.

        Args:
            features: the columns that the configuration names under ``features``, in that order; finite numbers.
            labels: the labels of these pairs, float64.
            about: the names of the same pairs: columns ``pair``, ``reference``, ``cluster`` and ``condition``.
        """

    @abstractmethod
    def predict(self, features: pd.DataFrame, about: pd.DataFrame) -> Sequence[float] | np.ndarray[Any, Any]:
        """A score for each tested pair, NaN where there is none.

        Args:
            features: as in ``fit``, of the pairs that are tested.
            about: their names, likewise.
        """

    def unavailable(self) -> str | None:
        """Why ``run`` and ``score`` can't use it: they have images, not columns."""
        return "it learns from columns of a table of scores: evaluate STUDY.yaml with a protocol"
