"""Brings scores to the labels' unit by a curve, and tells what it becomes without each cluster. numpy.

Beside the logistic curves of ``mapping`` there is a line of least squares, and nothing at all for scores that are predicted
labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmark.statistics.mapping import Mapping, fit, fit_again, unfit
from benchmark.statistics.resampling import FloatArray, IntArray, leave_one_out
from benchmark.statistics.rounding import constant
from benchmark.statistics.settings import MappingResamples
from benchmark.statistics.vocabulary import NOT_MONOTONE, REVERSED

Curve = Literal["logistic4", "logistic5", "linear", "none"]


class NoCurveError(ValueError):
    """Scores can't be brought to the labels' unit; the text says why."""


@dataclass(frozen=True, slots=True)
class InLabelUnits:
    """Scores in the labels' unit.

    Attributes:
        values: (n,) mapped scores.
        order: (n,) what sorts the pairs as the mapped scores do; where the curve is strictly monotone the scores themselves,
            turned by its direction, which know ties exactly.
        remark: what readers must know of the curve; empty if nothing.
    """

    values: FloatArray
    order: FloatArray
    remark: str
    _scores: FloatArray
    _labels: FloatArray
    _curve: Mapping | None
    _line: bool

    def left_out(
        self, clusters: IntArray, n_clusters: int, resamples: MappingResamples
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Mapped scores without each cluster.

        Args:
            clusters: (n,) cluster of each pair, in [0, K).
            n_clusters: K.
            resamples: ``refit`` the curve without each cluster, or keep that of all pairs (``once``).

        Yields:
            Blocks of the jackknife's counts (B, K) with the mapped scores (B, n), or (1, n) where these are the same
            throughout; NaN where no curve could be fitted.
        """
        for counts in leave_one_out(n_clusters):
            for begin in range(0, len(counts), 64):  # bounds memory
                part = counts[begin : begin + 64]
                if resamples == "once" or (self._curve is None and not self._line):
                    yield part, self.values[None]
                elif self._curve is not None:
                    yield part, np.stack([self._without(self._curve, kept) for kept in part[:, clusters] > 0])
                else:
                    yield part, _lines(self._scores, self._labels, part[:, clusters])

    def _without(self, curve: Mapping, kept: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
        """All scores mapped by the curve of some pairs; NaN where it can't be fitted."""
        again = fit_again(curve, self._scores[kept], self._labels[kept])
        if again is None or not again.converged:
            return np.full(len(self._scores), np.nan)
        return again.predict(self._scores)


def in_label_units(scores: FloatArray, labels: FloatArray, curve: Curve, expected: int) -> InLabelUnits:
    """Bring scores to the labels' unit.

    Args:
        scores: (n,), finite.
        labels: (n,), finite, as they are given.
        curve: how.
        expected: 1 where higher scores should go with higher labels, -1 where with lower ones.

    Raises:
        NoCurveError: the curve can't be fitted, or points the other way.
    """
    if not len(scores):
        raise NoCurveError("no scored pairs")
    if curve == "none":
        return InLabelUnits(scores, scores, "", scores, labels, None, False)
    if curve == "linear":
        if len(scores) < 3 or constant(scores):
            raise NoCurveError("all scores are equal" if constant(scores) else "fewer than 3 pairs")
        values = _lines(scores, labels, np.ones((1, len(scores))))[0]
        direction = int(np.sign((scores - scores.mean()) @ (labels - labels.mean())))
        _check_direction(direction, expected)
        return InLabelUnits(values, direction * scores, "", scores, labels, None, True)
    fitted = fit(scores, labels, 5 if curve == "logistic5" else 4)
    if fitted is None:
        raise NoCurveError(unfit(scores, labels, 5 if curve == "logistic5" else 4))
    if not fitted.converged:
        raise NoCurveError("the fit did not converge")
    _check_direction(fitted.direction, expected)
    values = fitted.predict(scores)
    words = ["the slope is at its bound"] if fitted.at_bound == "steep" else []
    words += [] if fitted.monotone else [NOT_MONOTONE]
    order = fitted.direction * scores if fitted.monotone else values
    return InLabelUnits(values, order, "; ".join(words), scores, labels, fitted, False)


def _check_direction(direction: int, expected: int) -> None:
    if direction == 0:
        raise NoCurveError("the curve is level")
    if direction != expected:
        raise NoCurveError(REVERSED if expected > 0 else "the curve rises where lower is better: reversed")


def _lines(scores: FloatArray, labels: FloatArray, weights: FloatArray) -> FloatArray:
    """Lines of least squares under weights (B, n), at all scores: (B, n); NaN where the scores are all equal."""
    total = weights.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = (weights @ scores)[:, None] / total, (weights @ labels)[:, None] / total
        from_x, from_y = scores - x, labels - y
        slope = (weights * from_x * from_y).sum(axis=1, keepdims=True)
        slope /= (weights * from_x**2).sum(axis=1, keepdims=True)
        return np.asarray(y + slope * from_x)
