"""Logistic mapping of scores to labels (VQEG), four and five parameters, with what is known about each fit. NumPy, SciPy.

Scores are standardised before fitting; several signed starts; the best converged fit wins. The mapped correlation carries
the direction of the fitted curve, since a free mapping would hide it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from benchmark.statistics.correlation import is_constant, plcc

Vector = NDArray[np.float64]
STEEPEST = 20.0
_STARTS = (0.5, 1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A fitted curve from scores to labels.

    Attributes:
        parameters: of the curve on standardised scores and labels.
        centre: mean of the scores.
        spread: standard deviation of the scores.
        label_centre: mean of the labels.
        label_spread: standard deviation of the labels.
        converged: whether the best fit met the optimiser's tolerance.
        at_bound: whether its slope is at the bound that keeps the curve a curve.
        monotone: whether it goes one way over the scores.
        direction: +1 where it rises over the scores, -1 where it falls.
        rmse: root of the mean squared error, in the labels' unit.
    """

    parameters: tuple[float, ...]
    centre: float
    spread: float
    label_centre: float
    label_spread: float
    converged: bool
    at_bound: bool
    monotone: bool
    direction: int
    rmse: float

    def predict(self, scores: NDArray[np.float64]) -> Vector:
        """Mapped scores, in the labels' unit, any shape."""
        standard = (np.asarray(scores, dtype=np.float64) - self.centre) / self.spread
        return self.label_centre + self.label_spread * _curve(np.asarray(self.parameters), standard)


def fit(scores: Vector, labels: Vector, parameters: Literal[4, 5] = 4) -> Mapping | None:
    """Fit a logistic curve by least squares.

    Four parameters: b2 + (b1 - b2) / (1 + exp(-(x - b3) / |b4|)). Five (Sheikh et al. 2006): b1 (1/2 - 1 / (1 + exp(b2 (x -
    b3)))) + b4 x + b5, its slope bounded.

    Args:
        scores: (n,), finite.
        labels: (n,), finite.
        parameters: 4 or 5.

    Returns:
        The best fit, or ``None`` where none can exist: too few pairs, or a constant vector.
    """
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    if x.size <= parameters or is_constant(x) or is_constant(y):
        return None
    standard, target = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    lowest, highest = _bounds(parameters, standard)
    best: optimize.OptimizeResult | None = None
    for start in _starts(parameters, standard, target):
        inside = np.clip(start, lowest + 1e-9, highest - 1e-9)
        result = optimize.least_squares(
            lambda p: _curve(p, standard) - target, inside, bounds=(lowest, highest), xtol=1e-12, ftol=1e-12, gtol=1e-12
        )
        if best is None or (result.status > 0, -result.cost) > (best.status > 0, -best.cost):
            best = result
    assert best is not None
    values = np.asarray(best.x)
    slope = values[2] if parameters == 4 else values[1]
    steps = np.diff(_curve(values, np.unique(standard)))
    rising, falling = bool(np.all(steps >= -1e-9)), bool(np.all(steps <= 1e-9))
    ends = _curve(values, np.array([standard.min(), standard.max()]))
    return Mapping(
        parameters=tuple(float(value) for value in values),
        centre=float(x.mean()),
        spread=float(x.std()),
        label_centre=float(y.mean()),
        label_spread=float(y.std()),
        converged=best.status > 0,
        at_bound=bool(abs(slope) >= STEEPEST * (1 - 1e-6)),
        monotone=rising or falling,
        direction=1 if ends[1] >= ends[0] else -1,
        rmse=float(y.std() * np.sqrt(2 * best.cost / x.size)),
    )


def mapped_plcc(mapping: Mapping | None, scores: Vector, labels: Vector) -> float:
    """Pearson's correlation after mapping, with the sign of the curve's direction; NaN where there is no fit."""
    if mapping is None or not mapping.converged:
        return float("nan")
    return mapping.direction * abs(plcc(mapping.predict(scores), labels))


def _curve(p: Vector, x: Vector) -> Vector:
    """The four-parameter curve as (low, high, steepness, place), the five-parameter one as (b1, b2, b3, b4, b5)."""
    if p.size == 4:
        return np.asarray(p[0] + (p[1] - p[0]) * special.expit(p[2] * (x - p[3])))
    return np.asarray(p[0] * (special.expit(p[1] * (x - p[2])) - 0.5) + p[3] * x + p[4])


def _bounds(parameters: int, x: Vector) -> tuple[Vector, Vector]:
    far = 10.0
    edge = 2 * float(np.abs(x).max()) + 1
    if parameters == 4:
        low, high = [-far, -far, 1e-6, -edge], [far, far, STEEPEST, edge]
    else:
        low, high = [-2 * far, -STEEPEST, -edge, -far, -2 * far], [2 * far, STEEPEST, edge, far, 2 * far]
    return np.array(low), np.array(high)


def _starts(parameters: int, x: Vector, y: Vector) -> list[Vector]:
    low, high = float(y.min()), float(y.max())
    middle = float(np.median(x))
    starts = []
    for steep in _STARTS:
        for first, last in ((low, high), (high, low)):
            if parameters == 4:
                starts.append(np.array([first, last, steep, middle]))
            else:
                starts.append(np.array([last - first, steep, middle, 0.0, 0.0]))
    return starts
