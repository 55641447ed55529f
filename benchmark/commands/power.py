"""``power``: how large a study must be to detect a difference. Pandas; the arithmetic is in ``statistics.power``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from benchmark.commands import front
from benchmark.core.errors import UserError
from benchmark.report.stored_runs import read
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
    """Lines of text on how likely a difference in SRCC is detected with this many references.

    Args:
        references: number of photographs.
        conditions: number of enhanced images of each.
        srcc: SRCC of the better method.
        difference: how much lower the SRCC of the other method is.
        reference_share: share of the variance that images of one reference have in common.
        common_noise: share of the methods' error that they have in common.
        studies: number of simulated studies.
        seed: same seed, same answer.

    Raises:
        UserError: there can't be such a study.
    """
    try:
        model = Model(
            references=references, conditions=conditions, reference_share=reference_share, common_noise=common_noise
        )
        rng = np.random.default_rng(seed)
        estimate = simulate_power(model, srcc=srcc, difference=difference, rng=rng, studies=studies)
    except ValueError as error:
        raise UserError(str(error)) from None
    return (
        f"{references} references x {conditions} conditions: SRCC {srcc:g} against {srcc - difference:g} is found in "
        f"{estimate.detected:.0%} of studies ({estimate.low:.0%} to {estimate.high:.0%}; {estimate.studies} simulated).\n"
        f"A difference of {estimate.detectable:.3f} would be found in 80 %; the observed difference varies by "
        f"{estimate.spread:.4f} (standard deviation).\n"
        f"Model: normal labels and errors; images of one reference share {reference_share:.0%} of the variance, methods "
        f"share {common_noise:.0%} of the error. One difference, not corrected for others."
    )


def smallest_differences(comparisons: pd.DataFrame, settings: StatisticsSettings | None = None) -> pd.DataFrame:
    """The smallest differences that a finished run's data would have shown in 80 % of such studies, level ``pair``.

    Args:
        comparisons: the content of ``comparisons.csv``.
        settings: the run's settings; only the confidence is used.

    Returns:
        A row for each data set, split and statistic: ``least``, ``median`` and ``most`` over the pairs of methods.
    """
    confidence = (settings or StatisticsSettings()).confidence
    rows = comparisons[(comparisons["level"] == "pair") & comparisons["statistic"].isin(STATISTICS)]
    jackknife = rows["test"].astype(str).str.startswith("jackknife")
    freedom = np.where(jackknife, np.maximum(rows["n_clusters"].to_numpy(float) - 1, 1), np.inf)
    low, high = rows["ci_low"].to_numpy(float), rows["ci_high"].to_numpy(float)
    # Student's intervals are symmetric, except where one end was clipped to the statistic's range; the other end counts
    middle = rows.reindex(columns=["difference"])["difference"].to_numpy(float)
    reach = np.fmax((high - low) / 2, np.where(jackknife, np.fmax(high - middle, middle - low), np.nan))
    smallest = rows.assign(smallest=smallest_difference(-reach, reach, confidence, freedom=freedom))
    groups = smallest.groupby(["dataset", "split", "statistic"], sort=False, dropna=False)["smallest"]
    return groups.agg(least="min", median="median", most="max").reset_index()


@front.guarded
def command(
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A finished run: what it could show.")
    ] = None,
    references: Annotated[
        int, typer.Option(parser=front.whole_number(2), metavar="N", help="Number of photographs.")
    ] = 300,
    conditions: Annotated[
        int, typer.Option(parser=front.whole_number(1), metavar="N", help="Enhanced images of each.")
    ] = 6,
    srcc: Annotated[float, typer.Option(parser=front.number, metavar="R", help="SRCC of the better method.")] = 0.8,
    difference: Annotated[
        float, typer.Option(parser=front.number, metavar="D", help="How much lower the other one's is.")
    ] = 0.02,
    seed: Annotated[int, typer.Option(parser=front.whole_number(0), metavar="S", help="Same seed, same answer.")] = 0,
) -> int:
    """How likely a difference is to be found with so many references; or what a finished run could have shown."""
    if directory is not None:
        table = smallest_differences(read(directory).comparisons)
        print(
            "smallest differences that would be found in 80 % of such studies (least, median, most over pairs of methods)"
        )
        print(table.to_string(index=False))
    else:
        text = plan(references=references, conditions=conditions, srcc=srcc, difference=difference, seed=seed)
        print(text)
    return 0
