"""The record of each statistic; records are collected from the folder ``kinds``, one file each.

Configuration, tables, plots, page and terminal read from here; nothing about a statistic is written anywhere else.
"""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from benchmark.statistics import kinds
from benchmark.statistics.intervals import RANGES, Range, Scale
from benchmark.statistics.resampling import FloatArray

Level = Literal["pair", "condition", "range", "reference", "system", "choice"]
Compute = Callable[[FloatArray, FloatArray, FloatArray], float]
"""Maps oriented scores (n,), labels (n,) and weights (n,), whole numbers from 0, to a value; NaN where undefined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One statistic.

    Attributes:
        name: in configurations and files.
        title: in print.
        meaning: what it is, in a few words.
        place: its place among the others in print; lower comes first.
        levels: where it is computed: over all pairs, within each condition, within ranges of the labels, within references,
            over conditions' means, over choices between two images.
        scale: on which its interval is made; decides its range (``intervals.RANGES``).
        limits: the least and largest value that it can have, where the scale does not say.
        higher_is_better: whether a higher value means a better method.
        correlation: whether its sign says whether method and labels agree.
        turns: whether dropping the sign turns a bad rank into a good one; then differences of magnitudes are tested, too.
        fitted_sign: whether its sign is that of a fitted curve, which of a weak relation points either way.
        needs: what labels must have: the standard deviation and number of their opinions (choices: the number of votes), or
            95 % intervals from these.
        effective: degrees of freedom of its interval's jackknife for each of the clusters that carry its error
            (``intervals.effective_freedom``), as the coverage grid found best; 0 for one less than clusters. Differences
            always have one less than clusters: with fewer, tests of many methods would find next to nothing.
        far_values: whether a single pair far from the others can move it without limit: heavy tails are remarked on.
        ceiling: the correlation whose noise ceiling bounds it; empty where none does.
        explained: whether tables say what it is.
        usual: whether tables and terminal show it by default.
        compute: its value on weighted arrays; ``None`` if a measure computes it together with others.
    """

    name: str
    title: str
    meaning: str
    place: int
    levels: frozenset[Level]
    scale: Scale = "plain"
    limits: Range | None = None
    higher_is_better: bool = True
    correlation: bool = False
    turns: bool = False
    fitted_sign: bool = False
    needs: Literal["", "opinions", "label intervals"] = ""
    effective: float = 0.0
    far_values: bool = False
    ceiling: Literal["", "srcc", "plcc", "krcc"] = ""
    explained: bool = True
    usual: bool = False
    compute: Compute | None = None

    @property
    def range(self) -> Range:
        """The values that it can have."""
        return self.limits or RANGES[self.scale]


@functools.cache
def catalogue() -> dict[str, Statistic]:
    """All statistics by name, in printing order.

    Raises:
        ValueError: two files name the same statistic.
    """
    modules = [import_module(f"{kinds.__name__}.{info.name}") for info in pkgutil.iter_modules(kinds.__path__)]
    records: list[Statistic] = sorted(
        (module.STATISTIC for module in modules), key=lambda item: (item.place, item.name)
    )
    named = {record.name: record for record in records}
    if len(named) < len(records):
        raise ValueError("two files in benchmark/statistics/kinds name the same statistic")
    return named


def names(level: Level | None = None) -> tuple[str, ...]:
    """The names of all statistics, or of those of a level."""
    return tuple(name for name, item in catalogue().items() if level is None or level in item.levels)


def usual(level: Level) -> tuple[str, ...]:
    """The statistics of a level that tables and terminal show by default."""
    return tuple(name for name, item in catalogue().items() if item.usual and level in item.levels)


def computed_alone(level: Level) -> tuple[Statistic, ...]:
    """The statistics of a level that are computed by themselves."""
    return tuple(item for item in catalogue().values() if item.compute is not None and level in item.levels)


def find(name: str) -> Statistic:
    """The record of a statistic; for an unknown one from an older run, a record with only its name."""
    known = catalogue().get(name)
    title = name.replace("_", " ")
    return known or Statistic(name=name, title=title, meaning=title, place=0, levels=frozenset(), explained=False)
