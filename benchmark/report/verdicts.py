"""What is said of methods where a margin of equivalence was asked for: in the terminal, below tables, and in a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from benchmark.config.printing import EQUIVALENCE
from benchmark.report import naming
from benchmark.report.analysis_blocks import file_word
from benchmark.report.blocks import Block, Comparison, Numbers, Scope, blocks
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid
from benchmark.report.ranking import standings
from benchmark.report.spec import Column
from benchmark.report.text import one_line
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.equivalence import EQUIVALENT, UNDECIDED
from benchmark.statistics.vocabulary import magnitude

MOST_LISTED = 12
"""Pairs of methods that the terminal lists; of more, it counts."""

BELOW_MARGIN = "difference below the margin"
"""What notes say of equivalent methods."""


def verdict_lines(data: ReportData, numbers: Numbers, block: Block) -> Iterator[str]:
    """For the terminal: which methods of a block are equivalent by the statistic that ranks them, and which undecided."""
    scope, statistic = numbers.headline(block)
    ranked = [item.method for item in standings(data, numbers, block) if item.ranked]
    pairs = [(one, other, numbers.compare(scope, statistic, one.label, other.label)) for one, other in _two(ranked)]
    judged = [(one, other, found) for one, other, found in pairs if found is not None and found.verdict]
    if not judged:
        return
    title = naming.title(statistic)
    for word, said in ((EQUIVALENT, BELOW_MARGIN), (UNDECIDED, "undecided")):
        here = [(one, other, found) for one, other, found in judged if found.verdict == word]
        if len(here) > MOST_LISTED:
            yield f"{title}: {said}: {len(here)} of {len(judged)} pairs of methods"
        elif here:
            yield f"{title}: {said}: {'; '.join(_named(*item) for item in here)}"
        elif word == EQUIVALENT:
            yield f"{title}: no two methods are equivalent"


def verdict_notes(
    numbers: Numbers, columns: Sequence[Column], ranked: Sequence[ScoredMethod], *, without_signs: bool
) -> Iterator[str]:
    """Below a table: for each column, the methods whose difference from the best one is below the margin."""
    for column in columns:
        if column.scope.aggregate or len(ranked) < 2:
            continue
        best = _best(numbers, column, ranked, without_signs=without_signs)
        if best is None:
            continue
        alike = []
        for method in ranked:
            found = None if method is best else _compared(numbers, column, best, method, without_signs=without_signs)
            if found is not None and found.equivalent:
                alike.append(f"{method.title}{' (significant)' if found.significant else ''}")
        if alike:
            heading = ": ".join(part for part in (column.group, column.title) if part)
            yield f"{heading}: {BELOW_MARGIN} from {best.title}: {naming.join(alike)}."


def verdict_tables(data: ReportData, numbers: Numbers) -> list[Grid]:
    """A table for each block and statistic with a margin: what is known of the row's method against the column's.

    Of a single margin for all, the statistic that ranks the methods; of margins by statistic, each that is named.
    """
    grids, every = [], blocks(data)
    asked = data.record.get("statistics", {}).get("equivalence")
    for block in every:
        scope, first = numbers.headline(block)
        ranked = [item.method for item in standings(data, numbers, block) if item.ranked]
        for statistic in dict.fromkeys([first, *(asked if isinstance(asked, Mapping) else ())]):
            if any(_verdict(numbers, scope, statistic, *two) for two in _two(ranked)):
                grids.append(_table(data, numbers, block, every, statistic, ranked))
    return grids


def _table(
    data: ReportData,
    numbers: Numbers,
    block: Block,
    every: Sequence[Block],
    statistic: str,
    ranked: Sequence[ScoredMethod],
) -> Grid:
    scope, first = numbers.headline(block)
    words = [block.dataset, block.split] if len(every) > 1 else []
    name = "_".join(
        [EQUIVALENCE, *(file_word(word) for word in words if word), *([statistic] if statistic != first else [])]
    )
    title, place = naming.title(statistic), f", {block.title(every)}" if len(every) > 1 else ""
    rows = tuple(
        (one.title, *("" if one is other else _cell(numbers, scope, statistic, one, other) for other in ranked))
        for one in ranked
    )
    header = ("Method", *(method.title for method in ranked))
    said = [
        note
        for note in data.notes
        if note.partition(": ")[2].startswith("Equivalent (") or note.startswith("Equivalent (")
    ]
    notes = ("The row's method against the column's; the difference is the row's value less the column's.", *said)
    return Grid(name, f"Equivalence by {title}: {data.title}{place}.", header, rows, notes)


def _cell(numbers: Numbers, scope: Scope, statistic: str, one: ScoredMethod, other: ScoredMethod) -> str:
    found = numbers.compare(scope, statistic, one.label, other.label)
    if found is None or not found.verdict:
        return ""
    difference = naming.number(found.difference, 3, minus=naming.MINUS)
    plus = "+" if found.difference > 0 and float(difference) > 0 else ""
    return f"{found.verdict} ({plus}{difference})"


def _verdict(numbers: Numbers, scope: Scope, statistic: str, one: ScoredMethod, other: ScoredMethod) -> str:
    found = numbers.compare(scope, statistic, one.label, other.label)
    return "" if found is None else found.verdict


def _compared(
    numbers: Numbers, column: Column, one: ScoredMethod, other: ScoredMethod, *, without_signs: bool
) -> Comparison | None:
    """How two methods differ in a column; without signs by their magnitudes, where these have a test of their own."""
    names = [magnitude(column.statistic)] if without_signs else []
    found = (numbers.compare(column.scope, name, one.label, other.label) for name in [*names, column.statistic])
    return next((item for item in found if item is not None), None)


def _best(
    numbers: Numbers, column: Column, ranked: Sequence[ScoredMethod], *, without_signs: bool
) -> ScoredMethod | None:
    """The method with the best value of a column; none without values."""
    values = {method.label: numbers.value(column.scope, method.label, column.statistic) for method in ranked}
    known = [method for method in ranked if values[method.label] == values[method.label]]
    sign = 1 if naming.higher_is_better(column.statistic) else -1
    return max(
        known,
        key=lambda method: sign * (abs(values[method.label]) if without_signs else values[method.label]),
        default=None,
    )


def _named(one: ScoredMethod, other: ScoredMethod, found: Comparison) -> str:
    significant = " (significant)" if found.equivalent and found.significant else ""
    return f"{one_line(one.title)} and {one_line(other.title)}{significant}"


def _two(methods: Sequence[ScoredMethod]) -> Iterator[tuple[ScoredMethod, ScoredMethod]]:
    return combinations(methods, 2)
