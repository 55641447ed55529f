"""Planning a study: what ``power`` prints. Pandas; the arithmetic is in ``benchmark.statistics.power``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmark.core.errors import UserError
from benchmark.statistics.power import simulate_power, smallest_difference
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.simulated import Model

if TYPE_CHECKING:
    import pandas as pd

STATISTICS = ("srcc", "plcc", "krcc")


def plan(
    *,
    references: int,
    conditions: int,
    srcc: float,
    difference: float,
    reference_share: float = 0.5,
    common_noise: float = 0.5,
    studies: int = 400,
    seed: int = 0,
) -> str:
    """How likely a difference in SRCC is found with this many references; some lines of text.

    Args:
        references: number of photographs.
        conditions: enhanced images of each.
        srcc: of the better method.
        difference: how much lower the other one's is.
        reference_share: share of the variance that images of one reference have in common.
        common_noise: share of the methods' error that they have in common.
        studies: number of simulated studies.
        seed: same seed, same answer.

    Raises:
        UserError: an impossible study.
    """
    try:
        model = Model(
            references=references, conditions=conditions, reference_share=reference_share, common_noise=common_noise
        )
        rng = np.random.default_rng(seed)
        found = simulate_power(model, srcc=srcc, difference=difference, rng=rng, studies=studies)
    except ValueError as error:
        raise UserError(str(error)) from None
    return (
        f"{references} references x {conditions} conditions: SRCC {srcc:g} against {srcc - difference:g} is found in "
        f"{found.found:.0%} of studies ({found.low:.0%} to {found.high:.0%}; {found.studies} simulated).\n"
        f"A difference of {found.detectable:.3f} would be found in 80 %; the observed difference varies by "
        f"{found.spread:.4f} (standard deviation).\n"
        f"Model: normal labels and errors; images of one reference share {reference_share:.0%} of the variance, methods "
        f"share {common_noise:.0%} of the error. One difference, not corrected for others."
    )


def smallest_differences(comparisons: pd.DataFrame, settings: StatisticsSettings | None = None) -> pd.DataFrame:
    """The smallest differences that a finished run's data would have shown in 80 % of such studies, level ``pair``.

    Args:
        comparisons: the content of ``comparisons.csv``.
        settings: those of the run; only the confidence is used.

    Returns:
        A row for each data set, split and statistic: ``least``, ``median`` and ``most`` over the pairs of methods.
    """
    confidence = (settings or StatisticsSettings()).confidence
    rows = comparisons[(comparisons["level"] == "pair") & comparisons["statistic"].isin(STATISTICS)]
    jackknife = rows["test"].astype(str).str.startswith("jackknife")
    freedom = np.where(jackknife, np.maximum(rows["n_clusters"].to_numpy(float) - 1, 1), np.inf)
    low, high = rows["ci_low"].to_numpy(float), rows["ci_high"].to_numpy(float)
    # Student's intervals are symmetric, but for an end that was drawn in at the statistic's range: the other one tells
    middle = rows.reindex(columns=["difference"])["difference"].to_numpy(float)
    reach = np.fmax((high - low) / 2, np.where(jackknife, np.fmax(high - middle, middle - low), np.nan))
    smallest = rows.assign(smallest=smallest_difference(-reach, reach, confidence, freedom=freedom))
    groups = smallest.groupby(["dataset", "split", "statistic"], sort=False, dropna=False)["smallest"]
    return groups.agg(least="min", median="median", most="max").reset_index()
