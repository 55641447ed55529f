"""The columns of the ranked table for a terminal: what stands in them, and which of them a terminal has room for. Rich."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from benchmark.core.fitting import GAP, RULED_GAP, fitting, left_out, widest
from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, TableEstimate
from benchmark.report.ranking import Standing
from benchmark.report.text import one_line
from benchmark.statistics.catalogue import usual

NARROW = 30
LONG_NAME = 26
"""Characters that a method's name has at least before intervals give way to it."""
INTERVALS = "intervals"
"""What the column of intervals is called until it is joined to that of the values."""
ELSEWHERE = "report.html and summary.csv"


def ranked_columns(
    numbers: Numbers,
    block: Block,
    ranked: Sequence[Standing],
    confidence: float,
    count: str,
    width: int,
    *,
    plain: bool,
) -> tuple[Table | None, str]:
    """The table of a block's ranked methods, and a line on the columns that it has no room for.

    Args:
        numbers: all numbers.
        block: the data set and split.
        ranked: the ranked methods, best first; without any there is no table.
        confidence: confidence level of the intervals.
        count: the number of pairs or choices, as the heading says it.
        width: columns of the terminal.
        plain: whether there is no rule below the heading.
    """
    if not ranked:
        return None, ""
    scope, statistic = numbers.headline(block)
    further = [naming.title(name) for name in shown(scope)[1:]]
    arrows = {naming.title(name): naming.arrow(naming.higher_is_better(name)) for name in shown(scope)[1:]}
    names = ["", "Method", naming.title(statistic), INTERVALS, *further, "n"]
    rows = [_row(numbers, block, item) for item in ranked]
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    percent = naming.percent(confidence)
    headings = {name: f"{name} {arrows.get(name, '')}".rstrip() for name in names}
    kept, note = _fitting(columns, headings, further, width, GAP if plain else RULED_GAP, percent, count)
    if INTERVALS in kept:
        value = naming.title(statistic)
        kept.remove(INTERVALS)
        headings[value] = f"{value} [{percent}]"
        both = zip(columns[value], columns[INTERVALS], strict=True)
        columns[value] = [f"{one} {other}".rstrip() for one, other in both]
    table = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, GAP, 0, 0), show_edge=False)
    for name in kept:
        text = name == "Method"
        table.add_column(
            headings[name],
            justify="left" if text else "right",
            overflow="fold",
            no_wrap=not text and width >= NARROW,
            header_style="bold",
        )
    for index, item in enumerate(ranked):
        table.add_row(*(Text(columns[name][index]) for name in kept), style="bold" if item.best else "")
    return table, note


def with_interval(estimate: TableEstimate) -> str:
    """A value with its interval in brackets, where it has one."""
    return f"{_number(estimate.value)} {_ends(estimate)}".rstrip()


def shown(scope: Scope) -> tuple[str, ...]:
    """The statistics that are printed, the one of the ranking first."""
    return usual("choice" if scope.level == "choice" else "pair")


def _row(numbers: Numbers, block: Block, item: Standing) -> list[str]:
    (scope, statistic), label = numbers.headline(block), item.method.label
    estimate = numbers.get(scope, label, statistic)
    assert estimate is not None  # a ranked method has a value
    return [
        f"{item.rank}{'*' if item.best else ''}",
        f"{one_line(item.method.title)} {naming.arrow(item.method.higher_is_better)}",
        _number(estimate.value),
        _ends(estimate),
        *(_number(numbers.value(scope, label, name)) for name in shown(scope)[1:]),
        str(estimate.n),
    ]


def _ends(estimate: TableEstimate) -> str:
    """The interval in brackets; empty where there is none."""
    return f"[{_number(estimate.low)}, {_number(estimate.high)}]" if estimate.has_interval else ""


def _number(value: float) -> str:
    return naming.number(value, 3) if not math.isnan(value) else ""


def _fitting(
    columns: Mapping[str, Sequence[str]],
    headings: Mapping[str, str],
    further: Sequence[str],
    width: int,
    gap: int,
    percent: str,
    count: str,
) -> tuple[list[str], str]:
    """The columns that fit, in their order, and a line on those that don't.

    Rank, method and the value that ranks always stay. Of the rest, from what matters most to what matters least: the
    intervals of that value, the number of pairs where it is not the heading's, the further statistics from the left, and the
    number of pairs where the heading says it. A name is folded only where it is longer than ``LONG_NAME`` and the intervals
    would be lost otherwise. A column without any value is no column.
    """
    filled = [name for name in columns if any(columns[name])]
    widths = {name: widest([headings[name], *columns[name]]) for name in filled}
    rank, method, value = filled[:3]
    if INTERVALS in widths:  # beside their value: one blank instead of a gap between columns
        both = [f"{one} {other}" for one, other in zip(columns[value], columns[INTERVALS], strict=True)]
        widths[INTERVALS] = widest([f"{value} [{percent}]", *both]) - widths[value] - gap
    as_said = set(columns["n"]) == {count}
    wanted = [INTERVALS, *([] if as_said else ["n"]), *further, *(["n"] if as_said else [])]
    needed = [rank, method, value]
    least = widths[rank] + min(widths[method], LONG_NAME) + widths[value] + 2 * gap
    if INTERVALS in widths and least + gap + widths[INTERVALS] <= width:
        needed.append(INTERVALS)
    kept = fitting(widths, [name for name in wanted if name in widths], needed, width, gap)
    dropped = [f"intervals of {value}" if name == INTERVALS else name for name in filled if name not in kept]
    everything = sum(widths[name] + gap for name in filled) - gap
    return [name for name in filled if name in kept], left_out(dropped, width, everything, ELSEWHERE)
