"""Reports methods that correlate with the labels against their declared direction. Pandas.

This is only a hint: in EFID the reference is the degraded photograph, and a negative correlation may be the result. No
direction is changed here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from benchmark.results.scored import ScoredMethod

CLEARLY = 0.3  # without an interval
SHOWN = 5
NOTHING_TURNED = "nothing was turned, and it may be the result."


def of_table(
    summary: pd.DataFrame, methods: Sequence[ScoredMethod], *, lower_better: Sequence[str], lower_mos_better: bool
) -> list[str]:
    """What users of ``evaluate`` should check where signs and declared directions disagree; empty where they agree.

    Args:
        summary: the statistics (``summary.csv``), whose signs follow the declared directions.
        methods: those whose direction the user declares.
        lower_better: those of them in which lower was declared better.
        lower_mos_better: whether lower labels were declared better.
    """
    against = _against(summary, methods)
    if not against:
        return []
    scores = f"given: {', '.join(lower_better)}" if lower_better else "not given"
    labels = "given" if lower_mos_better else "not given"
    return [f"{against}. Check --lower-better ({scores}) and --lower-mos-better ({labels}); {NOTHING_TURNED}"]


def of_data_set(summary: pd.DataFrame, methods: Sequence[ScoredMethod]) -> list[str]:
    """The same for a data set of unstated direction; methods declare their own, so that most of them must disagree."""
    against = _against(summary, methods, most=True)
    if not against:
        return []
    return [
        f"{against}. If lower labels mean better quality, say `lower_mos_better: true`; if not, `false` ends this note; "
        f"{NOTHING_TURNED}"
    ]


def _against(summary: pd.DataFrame, methods: Sequence[ScoredMethod], *, most: bool = False) -> str:
    """The methods that disagree with the labels: all that do where they are the majority, else those that clearly do."""
    signs = {method.label: _sign(summary, method.label) for method in methods}
    known = {label: sign for label, sign in signs.items() if not math.isnan(sign[0])}
    negative = [label for label, (value, _) in known.items() if value < 0]
    clear = [label for label in negative if known[label][1]]
    if 2 * len(negative) <= len(known):
        negative = [] if most else clear
    if not negative or (most and not clear):
        return ""
    shown = ", ".join(f"{label} {known[label][0]:.2f}" for label in negative[:SHOWN])
    more = ", …" if len(negative) > SHOWN else ""
    return f"{len(negative)} of {len(known)} methods have a negative SRCC in the direction declared ({shown}{more})"


def _sign(summary: pd.DataFrame, label: str) -> tuple[float, bool]:
    """A method's SRCC over all pairs, and whether it is clearly negative; NaN where there is none."""
    rows = summary[(summary["level"] == "pair") & (summary["statistic"] == "srcc") & (summary["method"] == label)]
    values = rows.dropna(subset=["value"])
    if values.empty:
        return math.nan, False
    worst = int(values["value"].to_numpy(dtype=float).argmin())
    value, high = float(values["value"].iloc[worst]), float(values["ci_high"].iloc[worst])
    return value, high < 0 if not math.isnan(high) else value < -CLEARLY
