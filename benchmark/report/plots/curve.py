"""The fitted four-parameter curve as points to draw, with a bootstrap band over references. NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics import mapping
from benchmark.statistics.mapped import resampled_curves

Vector = NDArray[np.float64]
POINTS = 80
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
        scores: finite scores, (n,).
        labels: finite labels, (n,).
        clusters: what is resampled, (n,).
        confidence: pointwise confidence level of the band.

    Returns:
        The curve; without a band where there are fewer than four clusters; ``None`` where the fit failed.
    """
    fit = mapping.fit(scores, labels, 4)
    if fit is None or not fit.converged:
        return None
    x = np.linspace(scores.min(), scores.max(), POINTS)
    y = np.asarray(fit.predict(x), dtype=float)
    names, members = np.unique(np.asarray(clusters, dtype=object).astype(str), return_inverse=True)
    if len(names) < FEWEST_CLUSTERS:
        return Curve(x, y)
    replicates = 200 if len(scores) <= 1000 else 100
    rng = np.random.default_rng(0)
    draws = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=replicates).astype(float)
    curves = resampled_curves(fit, scores, labels, members, draws, x)
    curves = curves[np.isfinite(curves[:, 0])]
    if len(curves) < replicates / 2:
        return Curve(x, y)
    tail = (1 - confidence) / 2
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
    return Curve(x, y, np.minimum(low, y), np.maximum(high, y))
