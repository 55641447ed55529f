"""Planning: the power to detect a difference with some number of references, and the smallest one that data could show.

The model is that of ``simulated``; the test is the one that ``run`` uses. numpy, scipy.special.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmark.statistics.design import make_design
from benchmark.statistics.inference import compute, infer
from benchmark.statistics.intervals import choose
from benchmark.statistics.measures import Correlations
from benchmark.statistics.resampling import FloatArray, Resamples
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.simulated import Model, pearson_for_srcc, simulate


@dataclass(frozen=True, slots=True)
class Power:
    """The result of simulated studies.

    Attributes:
        detected: share of studies in which the difference was significant with the right sign.
        low, high: 95 % interval of that share (Wilson), for the number of studies.
        studies: their number.
        spread: standard deviation of the observed difference over studies.
        detectable: the difference that four in five studies of this size would detect.
    """

    detected: float
    low: float
    high: float
    studies: int
    spread: float
    detectable: float


def simulate_power(
    model: Model,
    *,
    srcc: float,
    difference: float,
    rng: np.random.Generator,
    studies: int = 400,
    settings: StatisticsSettings | None = None,
) -> Power:
    """The power to detect a difference in SRCC between two methods.

    Args:
        model: references, conditions, and what images and methods have in common.
        srcc: of the better method, in (-1, 1).
        difference: how much lower the other one's is, above 0.
        rng: random generator.
        studies: number of simulated studies.
        settings: of the test; by default percentile or jackknife by the number of references, 1,000 resamples, 95 %.

    Raises:
        ValueError: correlations outside (-1, 1), or a difference that is not above 0.
    """
    if not (-1 < srcc < 1 and -1 < srcc - difference < 1 and difference > 0):
        raise ValueError(
            f"srcc {srcc} and difference {difference} must give two SRCCs in (-1, 1), the second one lower"
        )
    settings = settings or StatisticsSettings(replicates=1000)
    kind = choose(settings.interval, model.references)
    correlations = (pearson_for_srcc(srcc), pearson_for_srcc(srcc - difference))
    observed, detected = np.empty(studies), 0
    for study in range(studies):
        measure = Correlations(make_design(simulate(model, correlations, rng)), krcc=False, threads=settings.threads)
        seed = int(rng.integers(2**32))
        values = compute(measure, Resamples(model.references, settings.replicates, (seed,)), kind)
        result = infer(measure, values, kind, settings, names=("srcc",))[0].differences[0]
        observed[study] = result.value
        detected += result.p_value < settings.alpha and result.value > 0
    share = detected / studies
    low, high = wilson(detected, studies)
    spread = float(observed.std(ddof=1)) if studies > 1 else float("nan")
    reach = float(_quantile((1 + settings.confidence) / 2) + _quantile(0.8))
    return Power(share, low, high, studies, spread, reach * spread)


def smallest_difference(
    low: ArrayLike, high: ArrayLike, confidence: float, power: float = 0.8, freedom: ArrayLike = np.inf
) -> FloatArray:
    """The smallest true differences that finished data would have shown with a given probability.

    From the width of the differences' intervals: standard error times the sum of both quantiles.

    Args:
        low: lower ends of the intervals of differences, any shape; NaN where there is none.
        high: their upper ends.
        confidence: of those intervals.
        power: the probability of detecting the difference, in (0, 1).
        freedom: degrees of freedom of the intervals: clusters less one for the jackknife, else infinite (normal).

    Returns:
        Same shape; NaN where there is no interval.
    """
    width = np.asarray(high, dtype=np.float64) - np.asarray(low, dtype=np.float64)
    reach = _quantile((1 + confidence) / 2, freedom)
    return np.asarray(width / (2 * reach) * (reach + _quantile(power, freedom)))


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    z = 1.959963984540054
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    reach = z / (1 + z * z / trials) * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return float(centre - reach), float(centre + reach)


def _quantile(share: float, freedom: ArrayLike = np.inf) -> FloatArray:
    """Quantile of Student's t, which is the standard normal for infinite degrees of freedom."""
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415 - slow to import

    degrees = np.asarray(freedom, dtype=np.float64)
    finite = np.where(np.isfinite(degrees), degrees, 1.0)
    return np.asarray(np.where(np.isfinite(degrees), stdtrit(finite, share), ndtri(share)))
