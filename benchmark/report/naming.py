"""The printed forms of statistics, directions and numbers."""

from __future__ import annotations

import math

from benchmark.statistics.catalogue import find

UP, DOWN, MISSING, MINUS = "↑", "↓", "–", "−"
CHECK = "✓"


def title(statistic: str) -> str:
    """The heading of a statistic's column."""
    return find(statistic).title


def meaning(statistic: str) -> str:
    """A short description of a statistic; its title where there is none."""
    return find(statistic).meaning


def higher_is_better(statistic: str) -> bool:
    """Whether a higher value of a statistic means a better method."""
    return find(statistic).higher_is_better


def is_correlation(statistic: str) -> bool:
    """Whether a statistic is a correlation, whose sign shows whether method and labels agree."""
    return find(statistic).correlation


def option(value: str) -> str:
    """An option's value as tables print it: a check mark, a dash for what is off or absent, else the value."""
    return {"true": CHECK, "false": MISSING, "none": MISSING}.get(value, value)


def arrow(higher: bool) -> str:
    """An upward arrow where higher is better, else a downward one."""
    return UP if higher else DOWN


def labels(*, simulated: bool, lower_is_better: bool) -> str:
    """The title of the labels' axis."""
    kind = "Simulated label" if simulated else "Label (MOS)"
    return f"{kind}, lower is better" if lower_is_better else kind


def number(value: float, digits: int, *, minus: str = "-") -> str:
    """A number with a fixed number of decimals; never ``-0.000``.

    Args:
        value: the number; NaN gives an empty text.
        digits: number of decimals.
        minus: the minus sign to print.
    """
    if math.isnan(value):
        return ""
    text = f"{value:.{digits}f}"
    if text.startswith("-") and float(text) == 0:
        text = text[1:]
    return text.replace("-", minus)


def percent(share: float) -> str:
    """A share as a percentage without unneeded decimals, for example ``95 %``."""
    return f"{share * 100:.4g} %"


def count(n: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 pair``, ``2 pairs``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def join(items: list[str]) -> str:
    """Items as an enumeration: ``a``, ``a and b``, ``a, b and c``."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
