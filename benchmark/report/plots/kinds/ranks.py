"""The ranking, with lines that join methods without a significant difference.

It is a critical-difference diagram, drawn upright so that thirty names fit; its lines come from the comparisons' adjusted
p-values, not from Friedman's and Nemenyi's tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from matplotlib.figure import Figure

from benchmark.report import naming
from benchmark.report.plots.kind import PlotKind, View, how_tested
from benchmark.report.plots.lettering import wrap
from benchmark.report.plots.look import PAPER, Appearance
from benchmark.report.plots.row_names import row_names
from benchmark.report.plots.style import FAINT, INK, Plot, figure

MOST_GROUPS = 14
JOINED = "Dots on one line: methods that can't be told apart"


def joined(count: int, told_apart: Callable[[int, int], bool]) -> list[tuple[int, ...]]:
    """The largest groups of ranked methods of which no two differ, each as sorted places; without groups of one.

    These are maximal cliques (Bron and Kerbosch 1973). Members need not be adjacent in the ranking: a wide interval can
    join a method to others on both sides that differ from each other. Beyond ``MOST_GROUPS`` only unbroken runs are kept.
    """
    friends = [{j for j in range(count) if j != i and not told_apart(min(i, j), max(i, j))} for i in range(count)]
    cliques: list[tuple[int, ...]] = []

    def grow(group: set[int], open_: set[int], closed: set[int]) -> None:
        if not open_ and not closed and len(group) > 1:
            cliques.append(tuple(sorted(group)))
        if len(cliques) > MOST_GROUPS or not open_:
            return
        pivot = max(sorted(open_ | closed), key=lambda place: len(friends[place] & open_))
        for place in sorted(open_ - friends[pivot]):
            grow(group | {place}, open_ & friends[place], closed & friends[place])
            open_, closed = open_ - {place}, closed | {place}

    grow(set(), set(range(count)), set())
    return sorted(cliques) if len(cliques) <= MOST_GROUPS else _runs(friends)


def _runs(friends: Sequence[set[int]]) -> list[tuple[int, ...]]:
    """The longest runs of adjacent methods in the ranking of which no two differ."""
    runs: list[tuple[int, ...]] = []
    for first in range(len(friends)):
        last = first
        while last + 1 < len(friends) and all(last + 1 in friends[place] for place in range(first, last + 1)):
            last += 1
        if last > first and not (runs and runs[-1][-1] >= last):
            runs.append(tuple(range(first, last + 1)))
    return runs


def draw(
    titles: Sequence[str],
    values: Sequence[float],
    statistic: str,
    groups: Sequence[tuple[int, ...]],
    heading: str = JOINED,
    look: Appearance = PAPER,
) -> Figure:
    """Draw methods, the best on top, with values as dots, and each group as a line on the right with dots at its members.

    Args:
        titles: titles of the methods.
        values: their values.
        statistic: the statistic of the values.
        groups: places of methods without a significant difference.
        heading: what the lines mean, or why there are none.
    """
    placed = _lanes(groups)
    lanes = max((lane for lane, _ in placed), default=-1) + 1
    names = row_names(titles, look, beside=0.065 * lanes)
    drawn = figure(names.width, 0.75 + names.height * max(len(titles), 3))
    left, right = drawn.subplots(1, 2, sharey=True, width_ratios=[1, max(0.065 * lanes, 0.03)])
    for place, value in enumerate(values):
        left.axhline(-place, color=FAINT, linewidth=0.4, zorder=0)
        left.plot([value], [-place], color=INK, marker="o", markersize=3.6, linestyle="none")
    left.set_yticks([-place for place in range(len(titles))], names.texts)
    left.tick_params(axis="y", length=0)
    left.set_ylim(-len(titles) + 0.5, 0.5)
    left.spines["left"].set_visible(False)
    left.set_xlabel(naming.title(statistic))
    left.margins(x=0.08)
    for lane, group in placed:
        right.plot([lane, lane], [-group[0], -group[-1]], color=look.better, linewidth=1.2)
        right.plot(
            [lane] * len(group),
            [-place for place in group],
            color=look.better,
            marker="o",
            markersize=3.6,
            linestyle="none",
        )
    right.set_xlim(-0.7, max(lanes, 1) - 0.3)
    right.axis("off")
    lines = [part for line in heading.split("\n") for part in wrap(line, names.width - 0.1, 7, look)]
    drawn.suptitle("\n".join(lines), fontsize=7)
    return drawn


def _lanes(groups: Sequence[tuple[int, ...]]) -> list[tuple[int, tuple[int, ...]]]:
    """Each group with the first lane in which it touches no other group."""
    ends: list[int] = []
    placed = []
    for group in groups:
        lane = next((index for index, end in enumerate(ends) if end < group[0]), len(ends))
        ends[lane : lane + 1] = [group[-1]]
        placed.append((lane, group))
    return placed


def _plots(view: View) -> Iterator[Plot]:
    ranked, table = view.comparisons()
    if not ranked:
        return

    def told_apart(i: int, j: int) -> bool:
        pair = table[i][j]
        return pair is None or not pair.tested or pair.significant

    values = [view.numbers.value(view.scope, method.label, view.statistic) for method in ranked]
    titles, groups = [method.title for method in ranked], joined(len(ranked), told_apart)
    tested, untested = how_tested(table)
    line = f"; a line joins those of which no two differ significantly{tested}" if tested else ""
    heading = f"{JOINED}\n{untested}".strip() if tested else untested.strip()
    drawing = partial(draw, titles, values, view.statistic, groups, heading, look=view.look)
    yield view.plot("ranks", "Ranking", f"Methods by {naming.title(view.statistic)}{line}.{untested}", drawing)


PLOT = PlotKind(place=20, of_block=_plots)
