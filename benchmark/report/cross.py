"""The matrix across data sets (`kind: cross`): rows are what a method was trained on, columns what it is tested on. Pandas.

``cross_lines`` decides which rows there are. No cell is of references that a network has seen: it is empty, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from benchmark.config.printing import CROSS, TableConfig
from benchmark.report import naming, place_marks
from benchmark.report.blocks import Numbers, Scope, TableEstimate
from benchmark.report.content import ReportData
from benchmark.report.cross_lines import CrossLine, arranged, trained_otherwise
from benchmark.report.footnotes import INDISTINCT, Footnotes
from benchmark.report.printed import NO_VALUE, Cell, ComparisonTable, Row, RowGroup
from benchmark.report.ranking import Contest, cell_notes, contest, contest_notes, reason_unranked
from benchmark.report.spec import Column, scope_of, table_blocks
from benchmark.report.table_cells import caption_of, estimate_of, explain_indistinct
from benchmark.report.table_notes import LEVELS, OVER_PARTITIONS, SPREADS, before_those_of, counts_of, settings_of
from benchmark.results.scored import OWN, ScoredMethod
from benchmark.statistics.catalogue import find
from benchmark.statistics.vocabulary import WITHIN

TESTED_ON = "Tested on"
SEEN = "trained on this data set, so that none of it is left to test"
INSIDE = "within the data set: trained on its training part, tested on its test part"
MEANS = {WITHIN: "the mean within partitions, weighted by their pairs", "mean": "the mean over partitions"}
"""What stands for a value over all pairs where a method is trained anew in each partition, the first that there is."""


@dataclass(frozen=True, slots=True)
class _Value:
    """What a cell shows.

    Attributes:
        method: whose value it is.
        scope: what the value covers.
        estimate: the value.
        inside: whether the method was trained on other references of the same data set.
        seen: why there is no value, where the method has seen the references.
    """

    method: ScoredMethod
    scope: Scope
    estimate: TableEstimate
    inside: bool = False
    seen: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return math.isfinite(self.estimate.value)


@dataclass(slots=True)
class _Cross:
    """What the functions that build a matrix share; ``values`` are by a line's label, column by column."""

    data: ReportData
    numbers: Numbers
    spec: TableConfig
    columns: tuple[Column, ...]
    footnotes: Footnotes = field(default_factory=Footnotes)
    values: dict[str, list[_Value]] = field(default_factory=dict)
    contests: list[Contest] = field(default_factory=list)


def cross_table(data: ReportData, spec: TableConfig, numbers: Numbers) -> ComparisonTable:
    """Build a matrix across data sets.

    Args:
        data: the study's data.
        spec: the table, of the kind ``cross``.
        numbers: the study's numbers.
    """
    cross = _Cross(data, numbers, spec, _columns(data, numbers, spec))
    parts = arranged(data, spec, [column.scope.block.dataset for column in cross.columns])
    lines = [line for _, some in parts for line in some]
    for line in lines:
        if line.method is not None:
            cross.values[line.label] = [_value(cross, line.method, line.own, column) for column in cross.columns]
    cross.contests = [_contest(cross, lines, place) for place in range(len(cross.columns))]
    groups = [RowGroup(heading, tuple(_row(cross, line) for line in some)) for heading, some in parts]
    explain_indistinct(cross.footnotes, groups, cross.contests, data.confidence)
    statistics = [column.statistic for column in cross.columns]
    usual = f"{naming.title(spec.statistic or CROSS)} across data sets: {data.title}"
    return ComparisonTable(
        spec,
        caption_of(data, spec, usual, statistics),
        cross.columns,
        tuple(groups),
        tuple(_notes(cross, lines)),
        tuple(cross.footnotes.listed()),
    )


def _columns(data: ReportData, numbers: Numbers, spec: TableConfig) -> tuple[Column, ...]:
    """A column for each data set and split, whether or not there are values."""
    statistic, every = spec.statistic or CROSS, table_blocks(data, spec)
    higher = naming.higher_is_better(statistic)
    scopes = {block.title(every): scope_of(numbers, spec, block, statistic, "") for block in every}
    return tuple(Column(scope, statistic, title, TESTED_ON, title, higher) for title, scope in scopes.items())


def _value(cross: _Cross, method: ScoredMethod, own: ScoredMethod | None, column: Column) -> _Value:
    """What stands in a cell: the method's value, or on the diagonal that of its counterpart within the data set."""
    dataset, inside = column.scope.block.dataset, method.train_on == OWN
    if own is not None and method.train_on == (dataset,):
        method, inside = own, True
    seen = cross.data.seen.get(dataset, {}).get(method.label, "") or (SEEN if dataset in method.train_on else "")
    if seen:
        return _Value(method, column.scope, NO_VALUE.estimate, seen=seen)
    scope = _over_partitions(cross, column, method) if inside else column.scope
    estimate = estimate_of(cross.numbers, cross.spec, scope, method.label, column.statistic)
    return _Value(method, scope, estimate, inside=inside)


def _over_partitions(cross: _Cross, column: Column, method: ScoredMethod) -> Scope:
    """What a value within the data set covers: where nothing is asked for, the first mean over partitions that there is."""
    if not method.by_partition or column.scope.aggregate:
        return column.scope
    scopes = [replace(column.scope, aggregate=name) for name in MEANS]
    there = (scope for scope in scopes if cross.numbers.get(scope, method.label, column.statistic) is not None)
    return next(there, scopes[0])


def _contest(cross: _Cross, lines: Sequence[CrossLine], place: int) -> Contest:
    """The comparison of a column's values, without those of methods that were trained within the data set."""
    column = cross.columns[place]
    found = {label: values[place] for label, values in cross.values.items()}
    methods = [line.method for line in lines if line.method is not None]
    methods = [method for method in methods if not (found[method.label].inside or found[method.label].seen)]
    return contest(
        cross.data,
        cross.numbers,
        column.scope,
        column.statistic,
        methods,
        without_signs=cross.spec.magnitude,
        digits=cross.spec.digits,
    )


def _row(cross: _Cross, line: CrossLine) -> Row:
    method, mark = line.method, cross.footnotes.mark
    if method is None:
        seen = [cross.data.seen.get(column.scope.block.dataset, {}).get(line.label, "") for column in cross.columns]
        empty = tuple(replace(NO_VALUE, marks=(mark(why),)) if why else NO_VALUE for why in seen)
        marks = () if any(seen) else (mark("not part of this run"),)
        return Row(line.label, line.label, "", line.trained_on, "", empty, marks)
    values = zip(cross.columns, cross.values[line.label], cross.contests, strict=True)
    return Row(
        label=line.label,
        title=method.title,
        arrow=naming.arrow(method.higher_is_better),
        trained_on=line.trained_on,
        counts="",
        cells=tuple(_cell(cross, method, *each) for each in values),
        marks=tuple(mark(text) for text in method.marks),
    )


def _cell(cross: _Cross, method: ScoredMethod, column: Column, value: _Value, among: Contest) -> Cell:
    """A cell with its marks: why it is empty, that its value is of another kind, or that it can't be told from the best."""
    if value.seen:
        return Cell(value.estimate, marks=(cross.footnotes.mark(value.seen),))
    block, aggregate = column.scope.block, value.scope.aggregate
    reason = reason_unranked(cross.data, cross.numbers, block, value.method, aggregate)
    texts = cell_notes(value.estimate, reason if value.inside else among.out.get(method.label, "") or reason)
    if value.inside and value.known:
        kind = f"; {MEANS[aggregate]}" if value.method.by_partition and not column.scope.aggregate else ""
        texts = [f"{INSIDE}{kind}", *texts]
    texts += value.method.marks if value.method is not method else ()
    marks = [cross.footnotes.mark(text) for text in texts]
    if value.inside:
        return Cell(value.estimate, marks=tuple(marks))
    alike = [INDISTINCT] if method.label in among.alike else []
    return Cell(
        value.estimate,
        among.mark(method.label, cross.spec.highlight),
        (*alike, *marks),
        among.why_untested(method.label),
    )


def _notes(cross: _Cross, lines: Sequence[CrossLine]) -> list[str]:
    """All notes of a matrix except its footnotes, each a sentence."""
    data, spec, columns = cross.data, cross.spec, cross.columns
    shown = [value for values in cross.values.values() for value in values if value.known]
    inside = [value for value in shown if value.inside]
    methods = [line.method for line in lines if line.method is not None]
    notes = ["Rows: what a method was trained on; columns: what it is tested on."]
    if spec.highlight and any(column.held for column in cross.contests):
        but = ", values within a data set apart" if inside else ""
        marked = place_marks.sentence(spec.highlight)
        notes.append(f"{marked[:1].upper()}{marked[1:]}{but}.")
    if methods:
        signs = naming.is_correlation(spec.statistic or CROSS) and not spec.magnitude
        what = "; a negative correlation is disagreement with the labels" if signs else ""
        notes.append(f"The arrow beside a method is its declared direction, by which it is oriented{what}.")
    notes += [] if shown else ["No values: nothing that is trained has this statistic on another data set."]
    notes += [LEVELS[spec.level]] if spec.level in LEVELS else []
    notes += counts_of(cross.numbers, columns, methods)
    notes += _coverage(cross, shown)
    notes += _negative(cross, shown)
    notes += trained_otherwise(lines)
    notes += contest_notes(data, {column.title: item for column, item in zip(columns, cross.contests, strict=True)})
    explained = dict.fromkeys(column.statistic for column in columns if find(column.statistic).explained)
    notes += [f"{naming.title(name)}: {naming.meaning(name)}." for name in explained]
    return before_those_of(
        data, [*notes, *settings_of(list({value.method.label: value.method for value in shown}.values()))]
    )


def _coverage(cross: _Cross, shown: Sequence[_Value]) -> list[str]:
    """What values are over, and their intervals or spread."""
    spec = cross.spec
    if not spec.with_interval:
        return [f"{spec.aggregate.capitalize()} over partitions{SPREADS[spec.spread]}."] if shown else []
    notes = OVER_PARTITIONS.get(spec.aggregate, [])
    by_partition = [value for value in shown if value.inside and value.method.by_partition]
    if by_partition and len(by_partition) < len(shown) and spec.aggregate == "none":
        notes = ["Values that are not marked as within the data set are over all pairs of a data set."]
    kinds = dict.fromkeys(value.estimate.interval for value in shown if spec.interval and value.estimate.has_interval)
    how = f" ({'; '.join(filter(None, kinds))})" if any(kinds) else ""
    return [*notes, f"Brackets: {naming.percent(cross.data.confidence)} intervals{how}."] if kinds else [*notes]


def _negative(cross: _Cross, shown: Sequence[_Value]) -> list[str]:
    """What was negative before its sign was dropped."""
    statistic = cross.spec.statistic or CROSS
    if not cross.spec.magnitude or not naming.is_correlation(statistic):
        return []
    below = [
        f"{value.method.title} ({value.scope.block.dataset})"
        for value in shown
        if cross.numbers.value(value.scope, value.method.label, statistic) < 0
    ]
    if not below:
        return ["No correlation was negative before its sign was dropped."]
    return [f"Marks rank and compare magnitudes; negative before their sign was dropped: {naming.join(below)}."]
