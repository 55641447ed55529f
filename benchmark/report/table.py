"""The comparison table as plain data, before any format: rows in groups, cells with their marks, notes. Pandas.

``spec`` decides on the columns; the files in ``formats`` and ``page`` print the table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmark.config.printing import TableConfig
from benchmark.report import ablation, naming, published
from benchmark.report.blocks import Block, Numbers, Scope, TableEstimate, blocks
from benchmark.report.content import ReportData
from benchmark.report.cross import cross_table
from benchmark.report.footnotes import INDISTINCT, Footnotes
from benchmark.report.printed import NO_VALUE, NOT_RANKED, Cell, ComparisonTable, Row, RowGroup
from benchmark.report.ranking import Contest, cell_notes, contest, contest_notes, reason_unranked
from benchmark.report.spec import Column, spell_out, table_blocks
from benchmark.report.table_cells import caption_of, estimate_of, explain_indistinct
from benchmark.report.table_notes import table_notes
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.vocabulary import AVERAGES, NOISE_CEILING, NOT_METHODS, OBSERVERS

HEADINGS = {
    "hand-crafted": "Hand-crafted",
    "learned": "Learned",
    "no-reference": "No reference",
    "floor": "Floor",
    "other": "Other",
}
OBSERVED = "Observers"


@dataclass(slots=True)
class _Builder:
    """What the functions that build a table share."""

    data: ReportData
    numbers: Numbers
    spec: TableConfig
    columns: list[Column]
    footnotes: Footnotes = field(default_factory=Footnotes)
    reasons: dict[tuple[str, Scope], str] = field(default_factory=dict)

    def reason(self, method: ScoredMethod, scope: Scope) -> str:
        """Why the method is not ranked in a block."""
        key = (method.label, Scope(scope.block))
        if key not in self.reasons:
            aggregate = "" if self.spec.aggregate == "none" else self.spec.aggregate
            self.reasons[key] = reason_unranked(self.data, self.numbers, scope.block, method, aggregate, in_full=False)
        return self.reasons[key]

    def blocks(self) -> list[Block]:
        """The data sets and splits that the table covers; averages where it covers nothing else."""
        own = table_blocks(self.data, self.spec)
        return own or list(dict.fromkeys(column.scope.block for column in self.columns)) or blocks(self.data)

    def ranked(self, method: ScoredMethod) -> bool:
        """Whether the method is ranked in any of the table's blocks."""
        return any(not self.reason(method, Scope(block)) for block in self.blocks())


def comparison_table(data: ReportData, spec: TableConfig, numbers: Numbers | None = None) -> ComparisonTable:
    """Build a table.

    Args:
        data: the run's data.
        spec: the table's rows and columns, and how they are printed.
        numbers: the run's numbers, if they were looked up already.
    """
    numbers = numbers or Numbers(data)
    if spec.kind == "cross":
        return cross_table(data, spec, numbers)
    footnotes = Footnotes()
    parts = [
        _built(_Builder(data, numbers, one, spell_out(data, numbers, one), footnotes)) for one in _parts(data, spec)
    ]
    columns = parts[0].columns
    if len(parts) > 1:
        named = dict.fromkeys(column.statistic for part in parts for column in part.columns)
        columns = tuple(
            next(item for part in parts for item in part.columns if item.statistic == name) for name in named
        )
        columns = tuple(replace(column, place="", group="") for column in columns)
    groups = [group for part in parts for group in (part.stacked(columns) if len(parts) > 1 else part.groups)]
    explain_indistinct(footnotes, groups, [item for part in parts for item in part.contests], data.confidence)
    notes = [note for part in parts for note in part.notes]
    usual = "Agreement of a method's variants" if spec.kind == "ablation" else "Agreement of methods"
    table = ComparisonTable(
        spec,
        caption_of(data, spec, f"{usual} with the labels: {data.title}", [column.statistic for column in columns]),
        columns,
        tuple(groups),
        tuple(dict.fromkeys(notes)),
        tuple(footnotes.listed()),
    )
    return ablation.with_options(data, table) if spec.kind == "ablation" else table


@dataclass(frozen=True, slots=True)
class _Built:
    """The rows of some data sets with what belongs to them.

    Attributes:
        title: what they are called above their rows.
        columns, groups, contests, notes: as in a table.
    """

    title: str
    columns: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    contests: tuple[Contest, ...]
    notes: tuple[str, ...]

    def stacked(self, columns: Sequence[Column]) -> list[RowGroup]:
        """The groups below those of other data sets: their headings name the data set, their cells follow ``columns``."""
        place = {column.statistic: number for number, column in enumerate(self.columns)}
        groups = []
        for group in self.groups:
            rows = []
            for row in group.rows:
                own = {name: row.cells[number] for name, number in place.items()}
                rows.append(replace(row, cells=tuple(own.get(column.statistic, NO_VALUE) for column in columns)))
            heading = ": ".join(part for part in (self.title, group.heading) if part)
            groups.append(RowGroup(heading, tuple(rows)))
        return groups


def _parts(data: ReportData, spec: TableConfig) -> list[TableConfig]:
    """A table, or where data sets are groups of rows, one for each of them and for the averages."""
    chosen = table_blocks(data, spec)
    if spec.by != "rows" or len(chosen) < 2:
        return [spec]
    own = [
        spec.model_copy(update={"datasets": (block.dataset,), "splits": (block.split,), "average": ()})
        for block in chosen
    ]
    averages = [spec.model_copy(update={"datasets": (), "average": (kind,)}) for kind in spec.average]
    return [*own, *averages]


def _built(builder: _Builder) -> _Built:
    """The groups of rows of a table."""
    data, numbers, spec = builder.data, builder.numbers, builder.spec
    arranged = _arrange(builder)
    ranked = [method for _, labels in arranged for method in _methods(data, labels) if builder.ranked(method)]
    contests = [_contest(builder, column, ranked) for column in builder.columns]
    counts = _counts(builder, ranked)
    groups = []
    for heading, labels in arranged:
        rows: list[Row] = []
        for label in labels:
            for method in _methods(data, [label]):
                if method in ranked:
                    rows.append(_row(builder, method, contests, counts))
            if label in data.published:
                rows.append(_reported(builder, label))
        if rows:
            groups.append(RowGroup(heading, tuple(rows)))
    groups += _observers(builder, OBSERVERS)
    groups += _below(builder, [label for _, labels in arranged for label in labels], ranked, contests, counts)
    groups += _observers(builder, [NOISE_CEILING])
    notes = [
        *contest_notes(data, {column.heading: item for column, item in zip(builder.columns, contests, strict=True)}),
        *table_notes(data, numbers, spec, builder.columns, ranked),
    ]
    covered = builder.blocks()
    title = covered[0].title(blocks(data)) if covered[0].dataset not in AVERAGES else AVERAGES[covered[0].dataset]
    return _Built(title, tuple(builder.columns), tuple(groups), tuple(contests), tuple(notes))


def _methods(data: ReportData, labels: Sequence[str]) -> list[ScoredMethod]:
    known = {method.label: method for method in data.methods}
    return [known[label] for label in labels if label in known]


def _arrange(builder: _Builder) -> list[tuple[str, list[str]]]:
    """Headings with the labels under them: as configured, else by the methods' declared groups, the best first.

    A table of an ablation has the variants of each method instead.
    """
    data, spec = builder.data, builder.spec
    if spec.rows is not None:
        return [(heading, list(labels)) for heading, labels in spec.rows.items()]
    if spec.kind == "ablation":
        return ablation.variants(data)
    order: list[str] = []
    for block in builder.blocks():
        scope, statistic = builder.numbers.headline(block)
        scope = scope if spec.aggregate == "none" else replace(scope, aggregate=spec.aggregate)
        ranking = contest(data, builder.numbers, scope, statistic, without_signs=spec.magnitude, digits=spec.digits)
        order += ranking.places
    labels = list(dict.fromkeys([*order, *(method.label for method in data.methods)]))
    group_of = {method.label: method.group for method in data.methods}
    present = [name for name in [*HEADINGS, *group_of.values()] if name in group_of.values()]
    arranged = [
        (HEADINGS.get(name, name), [label for label in labels if group_of[label] == name])
        for name in dict.fromkeys(present)
    ]
    if len(arranged) == 1:
        arranged = [("", arranged[0][1])]
    unmeasured = [label for label in data.published if label not in group_of]
    return [*arranged, ("Reported", unmeasured)] if unmeasured else arranged


def _estimate(builder: _Builder, column: Column, label: str) -> TableEstimate:
    return estimate_of(builder.numbers, builder.spec, column.scope, label, column.statistic)


def _contest(builder: _Builder, column: Column, ranked: Sequence[ScoredMethod]) -> Contest:
    """The comparison of methods in a column, by the printed values."""
    return contest(
        builder.data,
        builder.numbers,
        column.scope,
        column.statistic,
        ranked,
        without_signs=builder.spec.magnitude,
        digits=builder.spec.digits,
    )


def _counts(builder: _Builder, ranked: Sequence[ScoredMethod]) -> Mapping[str, str]:
    """Pairs and references of each method, if they differ between the rows of a block."""
    scopes = list(dict.fromkeys(Scope(column.scope.block, column.scope.level) for column in builder.columns))
    texts: dict[str, list[str]] = {method.label: [] for method in builder.data.methods}
    differ = False
    for scope in scopes:
        counted = {label: _count(builder, scope, label) for label in texts}
        differ |= len({counted[method.label] for method in ranked} - {""}) > 1
        for label, text in counted.items():
            texts[label].append(text or naming.MISSING)
    return {label: "; ".join(parts) for label, parts in texts.items()} if differ else {}


def _count(builder: _Builder, scope: Scope, label: str) -> str:
    for column in builder.columns:
        estimate = builder.numbers.get(scope, label, column.statistic)
        if estimate is not None and estimate.n:
            return f"{estimate.n:,} / {estimate.clusters:,}"
    return ""


def _row(builder: _Builder, method: ScoredMethod, contests: Sequence[Contest], counts: Mapping[str, str]) -> Row:
    cells = tuple(_cell(builder, column, method, item) for column, item in zip(builder.columns, contests, strict=True))
    return Row(
        label=method.label,
        title=method.title,
        arrow=naming.arrow(method.higher_is_better),
        trained_on=method.trained_on,
        counts=counts.get(method.label, ""),
        cells=cells,
        marks=tuple(builder.footnotes.mark(text) for text in method.marks),
    )


def _cell(builder: _Builder, column: Column, method: ScoredMethod, column_contest: Contest) -> Cell:
    estimate = _estimate(builder, column, method.label)
    reason = column_contest.out.get(method.label, "") or builder.reason(method, column.scope)
    marks = [builder.footnotes.mark(text) for text in cell_notes(estimate, reason)]
    if method.label in column_contest.alike:
        marks.insert(0, INDISTINCT)
    return Cell(
        estimate,
        column_contest.mark(method.label, builder.spec.highlight),
        tuple(marks),
        column_contest.why_untested(method.label),
    )


def _reported(builder: _Builder, label: str) -> Row:
    """The row of published values, which are shown as reported and never ranked."""
    entry = builder.data.published[label]
    own = published.column_block(builder.columns, entry)
    values = [
        published.written(entry, column.statistic)
        if column.scope.block == own and published.is_whole(column.scope)
        else None
        for column in builder.columns
    ]
    cells = tuple(
        Cell(TableEstimate(float(value)), written=str(value)) if value is not None else NO_VALUE for value in values
    )
    title = next((method.title for method in _methods(builder.data, [label])), label)
    mark = builder.footnotes.mark(published.footnote(builder.data, builder.numbers, label, own, builder.spec))
    return Row(label, f"{title} (reported)", "", "", "", cells, (mark,), reported=True)


def _observers(builder: _Builder, labels: Iterable[str]) -> list[RowGroup]:
    """What observers of choices reach themselves, or their labels allow; measured against no one, they take no place."""
    rows = []
    for label in labels:
        cells = tuple(Cell(_estimate(builder, column, label)) for column in builder.columns)
        if any(not math.isnan(cell.estimate.value) for cell in cells):
            rows.append(Row(label, NOT_METHODS[label], "", "", "", cells))
    return [RowGroup(OBSERVED, tuple(rows))] if rows else []


def _below(
    builder: _Builder,
    labels: Sequence[str],
    ranked: Sequence[ScoredMethod],
    contests: Sequence[Contest],
    counts: Mapping[str, str],
) -> list[RowGroup]:
    """The rows that are not ranked, each with its reason, including configured methods that the run lacks."""
    rows = []
    known = {method.label for method in builder.data.methods}
    for label in dict.fromkeys(labels):
        if label not in known and label not in builder.data.published:
            empty = tuple(NO_VALUE for _ in builder.columns)
            rows.append(Row(label, label, "", "", "", empty, (builder.footnotes.mark("not part of this run"),)))
    for method in _methods(builder.data, list(dict.fromkeys(labels))):
        if method in ranked or (method.label in builder.data.published and method.status in ("unavailable", "failed")):
            continue
        own = next((builder.reason(method, Scope(block)) for block in builder.blocks()), "")
        row = _row(builder, method, contests, counts)
        mark = builder.footnotes.mark(own)
        cells = tuple(replace(cell, marks=tuple(item for item in cell.marks if item != mark)) for cell in row.cells)
        rows.append(replace(row, cells=cells, marks=(*row.marks, mark)))
    return [RowGroup(NOT_RANKED, tuple(rows))] if rows else []
