"""How statistics, directions and numbers are called in print. Imports nothing."""

from __future__ import annotations

import math

TITLES = {
    "srcc": "SRCC",
    "plcc": "PLCC",
    "krcc": "KRCC",
    "plcc_logistic4": "PLCC (4-par.)",
    "plcc_logistic5": "PLCC (5-par.)",
    "rmse": "RMSE",
    "outlier_ratio": "Outlier ratio",
    "auc_ds": "AUC (diff./sim.)",
    "auc_bw": "AUC (better/worse)",
    "cc_0": "Right signs",
    "pairs_ordered": "Pairs ordered",
}
MEANINGS = {
    "srcc": "Spearman's rank correlation",
    "plcc": "Pearson's correlation, without a mapping",
    "krcc": "Kendall's tau-b",
    "plcc_logistic4": "Pearson's correlation after a four-parameter logistic mapping",
    "plcc_logistic5": "Pearson's correlation after a five-parameter logistic mapping",
    "rmse": "root mean squared error after the four-parameter logistic mapping",
    "outlier_ratio": "share of pairs whose error exceeds their label's 95 % interval",
    "auc_ds": "area under the curve, different against similar pairs",
    "auc_bw": "area under the curve, better against worse",
    "cc_0": "share of differing pairs whose better one is told rightly",
    "pairs_ordered": "share of a reference's label-distinct pairs that are ordered rightly",
}
LOWER_IS_BETTER = frozenset({"rmse", "outlier_ratio"})
CORRELATIONS = frozenset({"srcc", "plcc", "krcc", "plcc_logistic4", "plcc_logistic5"})
UP, DOWN, MISSING, MINUS = "↑", "↓", "–", "−"


def title(statistic: str) -> str:
    """The heading of a statistic's column."""
    return TITLES.get(statistic, statistic.replace("_", " "))


def meaning(statistic: str) -> str:
    """What a statistic is, in a few words; its title where nothing more is known."""
    return MEANINGS.get(statistic, title(statistic))


def higher_is_better(statistic: str) -> bool:
    """Whether a higher value of a statistic means a better method."""
    return statistic not in LOWER_IS_BETTER


def arrow(higher: bool) -> str:
    """An upward arrow where higher is better, else a downward one."""
    return UP if higher else DOWN


def labels(*, simulated: bool, lower_is_better: bool) -> str:
    """What the labels' axis is called."""
    kind = "Simulated label" if simulated else "Label (MOS)"
    return f"{kind}, lower is better" if lower_is_better else kind


def number(value: float, digits: int, *, minus: str = "-") -> str:
    """A number at fixed digits; never ``-0.000``.

    Args:
        value: what to print; NaN gives an empty text.
        digits: decimals.
        minus: the sign that is printed.
    """
    if math.isnan(value):
        return ""
    text = f"{value:.{digits}f}"
    if text.startswith("-") and float(text) == 0:
        text = text[1:]
    return text.replace("-", minus)


def percent(share: float) -> str:
    """A share as a percentage without needless decimals, for example ``95 %``."""
    return f"{share * 100:.4g} %"


def count(n: int, one: str, many: str = "") -> str:
    """``1 pair``, ``2 pairs``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def join(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
