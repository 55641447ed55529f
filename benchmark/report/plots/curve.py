"""The fitted four-parameter curve as points to draw, with a bootstrap band over references. NumPy; refits in one batch.

The fit itself is ``benchmark.statistics.mapping``'s; its resamples start from it and need no search of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics import mapping

Vector = NDArray[np.float64]
POINTS = 80
STEPS = 25
STEEPEST = 20.0
FEWEST_CLUSTERS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve over the range of the scores, and its band where it has one; all (K,)."""

    x: Vector
    y: Vector
    low: Vector | None = None
    high: Vector | None = None


def fitted_curve(scores: Vector, labels: Vector, clusters: Sequence[str], confidence: float) -> Curve | None:
    """Fit the curve and its band.

    Args:
        scores: (n,), finite.
        labels: (n,), finite.
        clusters: what is resampled, (n,).
        confidence: of the band, pointwise.

    Returns:
        The curve; without a band where there are fewer than four clusters; ``None`` where the fit failed.
    """
    found = mapping.fit(scores, labels, 4)
    if found is None or not found.converged:
        return None
    x = np.linspace(scores.min(), scores.max(), POINTS)
    y = np.asarray(found.predict(x), dtype=float)
    names, members = np.unique(np.asarray(clusters, dtype=object).astype(str), return_inverse=True)
    if len(names) < FEWEST_CLUSTERS:
        return Curve(x, y)
    spread, centre = float(scores.std()), float(scores.mean())
    scale = float(labels.std())
    replicates = 200 if len(scores) <= 1000 else 100
    rng = np.random.default_rng(0)
    draws = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=replicates)
    start = _parameters(x, y, (x - centre) / spread, scale)
    refits = _refit((scores - centre) / spread, labels / scale, draws[:, members].astype(float), start)
    curves = _values(refits, (x - centre) / spread)[0] * scale
    tail = (1 - confidence) / 2
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
    return Curve(x, y, np.minimum(low, y), np.maximum(high, y))


def _parameters(x: Vector, y: Vector, standard: Vector, scale: float) -> Vector:
    """Level at both ends, log steepness and place of a drawn curve, to start refits from."""
    steps = np.gradient(y / scale, standard)
    steepest = int(np.argmax(np.abs(steps)))
    span = (y[-1] - y[0]) / scale
    low, high = y[0] / scale - 0.05 * span, y[-1] / scale + 0.05 * span
    steepness = np.clip(4 * abs(steps[steepest]) / max(abs(high - low), 1e-6), 0.1, STEEPEST)
    return np.array([low, high, np.log(steepness), standard[steepest]])


def _values(parameters: Vector, x: Vector) -> tuple[Vector, Vector]:
    """Curves (B, n) of parameters (B, 4), and the logistic part alone."""
    low, high, steepness, place = (parameters[:, index, None] for index in range(4))
    logistic = 1 / (1 + np.exp(-np.clip(np.exp(steepness) * (x - place), -60, 60)))
    return low + (high - low) * logistic, logistic


def _refit(x: Vector, y: Vector, weights: Vector, start: Vector) -> Vector:
    """Weighted least squares for each row of ``weights`` (B, n) at once, by Levenberg-Marquardt; parameters (B, 4)."""
    parameters = np.tile(start, (len(weights), 1))
    damping = np.full(len(weights), 1e-2)
    error = _error(parameters, x, y, weights)
    reach = np.abs(x).max() + 1
    for _ in range(STEPS):
        values, logistic = _values(parameters, x)
        slope = (parameters[:, 1] - parameters[:, 0])[:, None] * logistic * (1 - logistic)
        steepness = np.exp(parameters[:, 2, None])
        place = parameters[:, 3, None]
        jacobian = np.stack([1 - logistic, logistic, slope * steepness * (x - place), -slope * steepness], axis=1)
        weighted = jacobian * weights[:, None, :]
        normal = weighted @ jacobian.transpose(0, 2, 1)
        gradient = np.einsum("bpn,bn->bp", weighted, y - values)
        diagonal = np.einsum("bpp->bp", normal) + 1e-6
        step = np.linalg.solve(
            normal + np.einsum("b,bp,pq->bpq", damping, diagonal, np.eye(4)) + 1e-9 * np.eye(4), gradient[:, :, None]
        )
        trial = parameters + np.clip(step[:, :, 0], -2, 2)
        trial[:, 2] = np.clip(trial[:, 2], np.log(0.05), np.log(STEEPEST))
        trial[:, 3] = np.clip(trial[:, 3], -reach, reach)
        after = _error(trial, x, y, weights)
        better = after < error
        parameters = np.where(better[:, None], trial, parameters)
        error = np.where(better, after, error)
        damping = np.where(better, damping / 5, np.minimum(damping * 5, 1e6))
    return parameters


def _error(parameters: Vector, x: Vector, y: Vector, weights: Vector) -> Vector:
    residual = _values(parameters, x)[0] - y
    return np.asarray(np.einsum("bn,bn->b", weights, residual * residual), dtype=np.float64)
