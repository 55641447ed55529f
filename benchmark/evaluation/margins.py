"""Verdicts on differences whose standard errors are known by themselves: of averages, and of methods trained by partition.

Those of pairs, which have resamples in common, are made where these are (``benchmark.statistics.differences``).
"""

from __future__ import annotations

import numpy as np

from benchmark.statistics.catalogue import find
from benchmark.statistics.equivalence import bonferroni_half_widths, verdict
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.vocabulary import magnitude

MAGNITUDE = magnitude("")


def inner_of_family(
    statistic: str,
    values: FloatArray,
    errors: FloatArray,
    freedom: FloatArray,
    p_adjusted: FloatArray,
    settings: StatisticsSettings,
) -> list[tuple[object, ...]]:
    """The cells of ``EQUIVALENCE_COLUMNS`` for the differences of one family; of none where no margin was asked for.

    Args:
        statistic: its name in ``comparisons.csv``.
        values, errors: (m,) differences and their standard errors.
        freedom: (m,) degrees of freedom; infinite for the normal distribution.
        p_adjusted: (m,) of the differences; those without a test get no verdict.
        settings: margins, confidence, multiplicity (``none``, or any other for Bonferroni's correction).
    """
    if settings.equivalence is None:
        return [() for _ in values]
    base = statistic.removesuffix(MAGNITUDE)
    record = find(base)
    margin = settings.margin(base, on_a_common_scale=record.correlation or record.scale == "logit")
    tested = np.isfinite(p_adjusted) & (margin > 0)
    half = bonferroni_half_widths(
        np.where(tested, errors, np.nan), freedom, alpha=settings.alpha, corrected=settings.multiplicity != "none"
    )
    half = np.where(tested & (values == 0) & (errors == 0), 0.0, half)
    higher = statistic != base or record.higher_is_better
    return [
        (
            value - reach,
            value + reach,
            verdict(
                value, value - reach, value + reach, margin, significant=p < settings.alpha, higher_is_better=higher
            ),
        )
        for value, reach, p in zip(values.tolist(), half.tolist(), p_adjusted.tolist(), strict=True)
    ]
