"""Logistic mapping of scores to labels (VQEG) with four or five parameters, and the facts about each fit. numpy.

- four: b2 + (b1 - b2) / (1 + exp(-(x - b3) / |b4|))
- five: b1 (1/2 - 1 / (1 + exp(b2 (x - b3)))) + b4 x + b5 (Sheikh, Sabir and Bovik 2006)

Scores and labels are standardised; the search runs from a grid of places and slopes. It covers both signs of the curve,
since its height is solved in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from benchmark.statistics.correlation import plcc
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import constant

Parameters = Literal[4, 5]
# Bounds of the slope, per standard deviation of the scores: at the upper one the curve rises from 10 to 90 % within 0.22 of
# it, a step on the scale of the data; at the lower one it is a line (four parameters) or a polynomial (five).
STEEPEST = 20.0
FLATTEST = {4: 1e-4, 5: 0.05}
_SLOPES = np.geomspace(0.06, STEEPEST, 12)
_MOST_STEPS, _TOLERANCE = 300, 1e-15
_STEEP, _MOST_PLACES, _KEPT = (
    4.0,
    400,
    3,
)  # from which slope on places are searched densely, how many, and how many starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A fitted curve from scores to labels.

    With u = steepness (x - centre) / spread - shift, it is offset + height / (1 + exp(-u)) + line (x - centre) / spread,
    less the curve's value and, with five parameters, its tangent at the centre, so that far-off curves keep their digits.

    Attributes:
        parameters: 4 or 5.
        steepness: above zero, per standard deviation of the scores.
        shift: place of the turning point, times steepness.
        height: from one end of the sigmoid to the other, signed, in the labels' unit.
        line: slope of the linear term and tangent, in the labels' unit per standard deviation.
        offset: the constant term, which absorbs the mean of the other parts, in the labels' unit.
        centre, spread: mean and standard deviation of the scores.
        converged: whether the search ended where no step promised any gain.
        at_bound: ``steep`` if the slope is at its upper bound, ``flat`` if the curve is almost a line; else empty.
        monotone: whether it rises or falls throughout the scores.
        direction: +1 where it rises over the scores, -1 where it falls (on the whole, if it turns), 0 where it is level.
        rmse: root of the mean squared error over N, in the labels' unit.
        n: number of pairs.
    """

    parameters: Parameters
    steepness: float
    shift: float
    height: float
    line: float
    offset: float
    centre: float
    spread: float
    converged: bool
    at_bound: str
    monotone: bool
    direction: int
    rmse: float
    n: int

    def predict(self, scores: ArrayLike) -> FloatArray:
        """Mapped scores, in the labels' unit, any shape."""
        x = (np.asarray(scores, dtype=np.float64) - self.centre) / self.spread
        tangent = self.steepness * x if self.parameters == 5 else None
        curve = sigmoid_part(self.steepness * x, self.shift, tangent)
        return np.asarray(self.offset + self.height * curve + self.line * x)

    @property
    def rmse_corrected(self) -> float:
        """The RMSE with N - d in place of N for d fitted parameters (ITU-T P.1401)."""
        freedom = self.n - self.parameters
        return self.rmse * float(np.sqrt(self.n / freedom)) if freedom > 0 else float("nan")


def sigmoid_part(slanted: FloatArray, shift: float, tangent: FloatArray | None = None) -> FloatArray:
    """f(u) - f(u0) with u = slanted - shift, u0 = -shift, less ``tangent`` times f'(u0) if given; exact in the tails."""
    at = np.exp(np.clip(slanted - shift, -700, 700))
    at_zero = np.exp(np.clip(-shift, -700, 700))
    curve = (at - at_zero) / (1 + at) / (1 + at_zero)
    if tangent is not None:
        curve = curve - at_zero / (1 + at_zero) ** 2 * tangent
    return np.asarray(curve)


def fit(scores: ArrayLike, labels: ArrayLike, parameters: Parameters = 4) -> Mapping | None:
    """Fit a logistic curve by least squares.

    Args:
        scores: (n,), finite.
        labels: (n,), finite.
        parameters: 4 or 5.

    Returns:
        The best fit, or ``None`` if none can exist: see ``unfit``.
    """
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    if unfit(x, y, parameters):
        return None
    data = _Standardised.of(x, y)
    return _mapping(data, _search(data.scores, data.labels, parameters), parameters)


def fit_again(curve: Mapping, scores: ArrayLike, labels: ArrayLike) -> Mapping | None:
    """Fit a curve to almost the same pairs by searching from the curve of all of them, to the last digits.

    Args:
        curve: the fit of all pairs.
        scores: (n,), finite.
        labels: (n,), finite.

    Returns:
        The fit next to that curve, or ``None`` if none can exist: see ``unfit``.
    """
    from benchmark.statistics.mapping_kernels import refine  # noqa: PLC0415 - numba is slow to import

    x, y, parameters = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64), curve.parameters
    if unfit(x, y, parameters):
        return None
    data, fitted = _Standardised.of(x, y), np.empty(7)
    slope = curve.steepness / curve.spread
    start = slope * data.spread, curve.shift - slope * (data.centre - curve.centre)
    bounds = FLATTEST[parameters], STEEPEST
    weights = np.ones_like(data.scores)
    refine(data.scores, data.labels, weights, *start, *bounds, parameters == 5, _MOST_STEPS, _TOLERANCE, fitted)
    return _mapping(data, fitted, parameters)


@dataclass(frozen=True, slots=True)
class _Standardised:
    """Pairs in the order of their scores, standardised, with means and standard deviations of both."""

    scores: FloatArray
    labels: FloatArray
    centre: float
    spread: float
    label_centre: float
    label_spread: float

    @classmethod
    def of(cls, x: FloatArray, y: FloatArray) -> _Standardised:
        order = np.argsort(x, kind="stable")
        centre, spread, scores = standardise(x[order])
        label_centre, label_spread, labels = standardise(y[order])
        return cls(scores, labels, centre, spread, label_centre, label_spread)


def _mapping(data: _Standardised, fitted: FloatArray, parameters: Parameters) -> Mapping:
    """The curve that a search found."""
    standard, target, label_spread = data.scores, data.labels, data.label_spread
    steepness, shift, slope, error = (float(value) for value in fitted[:4])
    tangent = steepness * standard if parameters == 5 else None
    curve = sigmoid_part(steepness * standard, shift, tangent)
    rest = target - slope * curve
    line = float(rest @ standard / (standard @ standard)) if parameters == 5 else 0.0
    monotone = _monotone(standard, steepness, shift, slope, line) if parameters == 5 else True
    # with the line in the basis, the curve's covariance with the scores is the labels' own
    direction = np.sign(target @ standard) if parameters == 5 else np.sign(slope)
    return Mapping(
        parameters=parameters,
        steepness=steepness,
        shift=shift,
        height=slope * label_spread,
        line=line * label_spread,
        offset=data.label_centre + label_spread * float(np.mean(rest - line * standard)),
        centre=data.centre,
        spread=data.spread,
        converged=bool(fitted[4]),
        at_bound=bound_word(steepness, parameters),
        monotone=monotone,
        direction=int(direction),
        rmse=float(label_spread * np.sqrt(error / len(standard))),
        n=len(standard),
    )


def unfit(scores: FloatArray, labels: FloatArray, parameters: Parameters) -> str:
    """Why no curve can be fitted; empty if one can."""
    if len(scores) <= parameters:
        return f"{len(scores)} pairs are too few for {parameters} parameters"
    if constant(labels):
        return "all labels are equal"
    if constant(scores):
        return "all scores are equal"
    distinct = len(np.unique(scores))
    return f"{distinct} distinct scores are too few for {parameters} parameters" if distinct < parameters else ""


def bound_word(steepness: float, parameters: Parameters) -> str:
    """``steep`` or ``flat`` if the steepness is at a bound, else empty."""
    if steepness >= STEEPEST * (1 - 1e-6):
        return "steep"
    return "flat" if steepness <= FLATTEST[parameters] * (1 + 1e-6) else ""


def mapped_plcc(mapping: Mapping | None, scores: ArrayLike, labels: ArrayLike) -> float:
    """Pearson's correlation after mapping, with the sign of the curve's direction; NaN where there is no fit."""
    if mapping is None or not mapping.converged:
        return float("nan")
    value = plcc(mapping.predict(scores), labels)
    return float(mapping.direction * abs(value))


def standardise(values: FloatArray) -> tuple[float, float, FloatArray]:
    """Mean, standard deviation (over N) and standardised values of a vector that is not constant."""
    largest = float(np.abs(values).max())
    scaled = values / largest
    centre = float(scaled.mean())
    deviation = scaled - centre
    spread = float(np.sqrt(np.mean(deviation**2)))
    return centre * largest, spread * largest, deviation / spread


def _search(x: FloatArray, y: FloatArray, parameters: Parameters) -> FloatArray:
    """The best of the searches from all local minima of a grid of slopes and places; preferably one that converged.

    ``x`` ascends.
    """
    from benchmark.statistics.mapping_kernels import refine  # noqa: PLC0415 - numba is slow to import

    weights, five, lowest = np.ones_like(x), parameters == 5, FLATTEST[parameters]
    inside = np.quantile(x, np.linspace(0, 1, 25))
    places = [np.r_[x[0] - 15 / s, x[0] - 4 / s, inside, x[-1] + 4 / s, x[-1] + 15 / s] for s in _SLOPES]
    fitted = np.empty(7)
    errors = np.empty((len(_SLOPES), len(places[0])))
    for i, s in enumerate(_SLOPES):
        for j, place in enumerate(places[i]):
            refine(x, y, weights, s, s * place, lowest, STEEPEST, five, 0, 0.0, fitted)
            errors[i, j] = fitted[3]
    best, best_key = fitted, (1.0, np.inf)
    coarse = [(_SLOPES[i], places[i][j]) for i, j in zip(*np.nonzero(_local_minima(errors)), strict=True)]
    for s, place in [*coarse, *_steep_starts(x, y, five=five, lowest=lowest)]:
        trial = np.empty(7)
        refine(x, y, weights, s, s * place, lowest, STEEPEST, five, _MOST_STEPS, _TOLERANCE, trial)
        key = (-trial[4], trial[3])
        if key < best_key:
            best, best_key = trial, key
    return best


def _steep_starts(x: FloatArray, y: FloatArray, *, five: bool, lowest: float) -> list[tuple[float, float]]:
    """Steep curves that fit best among their neighbours, the best few of each slope.

    A steep curve sees only the scores beside its place, so that its minima lie as close as 1 / slope; among the few far
    scores of a skewed method the grid of quantiles has no place.
    """
    from benchmark.statistics.mapping_kernels import refine  # noqa: PLC0415 - numba is slow to import

    weights, fitted, starts = np.ones_like(x), np.empty(7), []
    for s in _SLOPES[_SLOPES >= _STEEP]:
        places = np.linspace(x[0], x[-1], min(int(np.ceil((x[-1] - x[0]) * s)) + 1, _MOST_PLACES))
        errors = np.empty(len(places))
        for j, place in enumerate(places):
            refine(x, y, weights, s, s * place, lowest, STEEPEST, five, 0, 0.0, fitted)
            errors[j] = fitted[3]
        wide = np.pad(errors, 1, constant_values=np.inf)
        minima = np.flatnonzero((errors <= wide[:-2]) & (errors <= wide[2:]))
        best = minima[np.argsort(errors[minima], kind="stable")][:_KEPT]
        starts += [(float(s), float(places[place])) for place in best]
    return starts


def _local_minima(values: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """The cells of a grid that are not larger than any of their eight neighbours."""
    wide = np.pad(values, 1, constant_values=np.inf)
    rows, columns = values.shape
    neighbours = [
        wide[1 + i : 1 + i + rows, 1 + j : 1 + j + columns] for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)
    ]
    return np.asarray(values <= np.min(neighbours, axis=0))


def _monotone(x: FloatArray, steepness: float, shift: float, slope: float, line: float) -> bool:
    """Whether the five-parameter curve rises or falls throughout from the lowest to the highest score."""
    u = steepness * x[[0, -1]] - shift
    rise = 1 / (2 + 2 * np.cosh(np.clip([*u, 0.0 if u[0] < 0 < u[1] else u[0], -shift], -700, 700)))
    slopes = slope * steepness * (rise[:3] - rise[3]) + line
    return bool((slopes >= 0).all() or (slopes <= 0).all())
