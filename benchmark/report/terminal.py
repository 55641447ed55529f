"""Makes the ranked table that commands print with Rich: as wide as the terminal allows, plain text when piped."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, TableEstimate, blocks, choices_of, pairs_of
from benchmark.report.content import ReportData
from benchmark.report.matrix_text import matrix_text
from benchmark.report.ranking import Standing, block_notes, standings
from benchmark.report.text import one_line
from benchmark.report.verdicts import verdict_lines
from benchmark.statistics.catalogue import usual
from benchmark.statistics.vocabulary import why_incomparable

NARROW = 60
HTML_WIDTH = 1000  # a page is as wide as it needs


@dataclass(frozen=True, slots=True)
class RankedTable:
    """A renderable that ``console.print`` shows as one table for each data set and split; of a study, as its matrix."""

    data: ReportData

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        numbers = Numbers(self.data)
        if self.data.of_study:
            yield from matrix_text(self.data, numbers, options.max_width, plain=not console.is_terminal)
            return
        all_blocks = blocks(self.data)
        for block in all_blocks:
            order = standings(self.data, numbers, block)
            yield from _block(self.data, numbers, block, order, all_blocks, console, options.max_width)


def ranked_table(data: ReportData) -> RankedTable:
    """The methods ranked by SRCC (or 2AFC score) with intervals, the best marked; those not ranked below, with reasons."""
    return RankedTable(data)


def as_text(data: ReportData, width: int = 110, lines: int = 24, columns: int = 400) -> str:
    """The ranked table with its notes as plain text of a limited number of lines."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(ranked_table(data))
        for note in data.all_notes:
            console.print(Text(f"note: {one_line(note, 400)}"))
    printed = [line.rstrip()[:columns] for line in capture.get().splitlines()]
    if len(printed) > lines:
        printed = [*printed[: lines - 1], f"… and {len(printed) - lines + 1} more lines: see .summary, or .save()"]
    return "\n".join(printed)


def as_html(data: ReportData) -> str:
    """The ranked table as HTML that shows the same as the terminal; all text is escaped and nothing is loaded."""
    console = Console(file=io.StringIO(), width=HTML_WIDTH)
    parts = ranked_table(data).__rich_console__(console, console.options)
    notes = [f"<p>note: {escape(one_line(note, 400))}</p>" for note in data.all_notes]
    return "\n".join([*(_html(part) for part in parts), *notes])


def _html(part: object) -> str:
    if isinstance(part, Table):
        head = "".join(f"<th>{escape(str(column.header))}</th>" for column in part.columns)
        cells = zip(*(column.cells for column in part.columns), strict=True)
        weights = ["bold" if row.style == "bold" else "normal" for row in part.rows]
        rows = [
            f'<tr style="font-weight: {weight}">{"".join(f"<td>{escape(str(cell))}</td>" for cell in row)}</tr>'
            for weight, row in zip(weights, cells, strict=True)
        ]
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{chr(10).join(rows)}\n</tbody>\n</table>"
    text = part.renderable if isinstance(part, Padding) else part
    return f"<p>{escape(str(text))}</p>"


def _block(
    data: ReportData,
    numbers: Numbers,
    block: Block,
    order: Sequence[Standing],
    all_blocks: Sequence[Block],
    console: Console,
    width: int,
) -> RenderResult:
    ranked = [item for item in order if item.ranked]
    yield Text(_title(data, block, all_blocks), style="bold")
    if ranked:
        yield _table(data, numbers, block, ranked, width, plain=not console.is_terminal)
    else:
        yield Text("No method could be ranked.")
    observers = [f"{title}: {_with_interval(item)}" for title, item in numbers.observers(block).items()]
    verdicts = verdict_lines(data, numbers, block)
    for note in [*observers, *block_notes(data, numbers, block), *_fits(numbers, block, ranked), *verdicts]:
        yield Text(note)
    for item in order:
        if item.method.marks:
            yield Text(f"{one_line(item.method.title)}: {one_line('; '.join(item.method.marks), 400)}")
    unranked = [item for item in order if not item.ranked]
    if unranked:
        yield Text("Not ranked:")
    for item in unranked:
        line = Text(f"{one_line(item.method.title)}: {one_line(item.reason, 400)}")
        yield Padding(line, (0, 0, 0, 2), expand=False)


def _fits(numbers: Numbers, block: Block, ranked: Sequence[Standing]) -> list[str]:
    """Notes on values whose fit can't be compared with others."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    scope, _ = numbers.headline(block)
    for item in ranked:
        for name in _shown(scope):
            estimate = numbers.get(scope, item.method.label, name)
            why = why_incomparable(estimate.note) if estimate is not None and not math.isnan(estimate.value) else ""
            if why:
                by_reason.setdefault((one_line(item.method.title), why), []).append(naming.title(name))
    return [f"{title}: {naming.join(columns)} not compared: {why}" for (title, why), columns in by_reason.items()]


def _title(data: ReportData, block: Block, all_blocks: Sequence[Block]) -> str:
    place = f", {block.title(all_blocks)}" if len(all_blocks) > 1 or block.split else ""
    pairs, choices = pairs_of(data, block), choices_of(data, Scope(block))
    references = naming.count(int(pairs["reference"].nunique()), "reference")
    labels = "; simulated labels" if data.simulated else ""
    labelled = bool(pairs["mos"].notna().any()) or not len(choices)
    counts = [naming.count(len(pairs), "pair")] if labelled else []
    counts += [naming.count(len(choices), "choice")] if len(choices) else []
    return one_line(f"{data.title}{place}: {' and '.join(counts)} of {references}{labels}")


def _table(
    data: ReportData, numbers: Numbers, block: Block, ranked: Sequence[Standing], width: int, *, plain: bool
) -> Table:
    rows = [_row(numbers, block, item) for item in ranked]
    scope, statistic = numbers.headline(block)
    header = ["", "Method", f"{naming.title(statistic)} [{naming.percent(data.confidence)}]"]
    header += [f"{naming.title(name)} {naming.arrow(naming.higher_is_better(name))}" for name in _shown(scope)[1:]]
    header.append("n")
    kept = _fitting(header, rows, width)
    table = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for index in kept:
        text = index == 1
        table.add_column(
            header[index],
            justify="left" if text else "right",
            overflow="fold",
            no_wrap=not text and width >= NARROW // 2,
            header_style="bold",
        )
    for item, row in zip(ranked, rows, strict=True):
        table.add_row(*(Text(row[index]) for index in kept), style="bold" if item.best else "")
    return table


def _row(numbers: Numbers, block: Block, item: Standing) -> list[str]:
    (scope, statistic), label = numbers.headline(block), item.method.label
    estimate = numbers.get(scope, label, statistic)
    assert estimate is not None  # a ranked method has a value
    others = [_number(numbers.value(scope, label, name)) for name in _shown(scope)[1:]]
    place = f"{item.rank}{'*' if item.best else ''}"
    return [
        place,
        f"{one_line(item.method.title)} {naming.arrow(item.method.higher_is_better)}",
        _with_interval(estimate),
        *others,
        str(estimate.n),
    ]


def _with_interval(estimate: TableEstimate) -> str:
    ends = f" [{_number(estimate.low)}, {_number(estimate.high)}]" if estimate.has_interval else ""
    return f"{_number(estimate.value)}{ends}"


def _shown(scope: Scope) -> tuple[str, ...]:
    """The statistics that are printed, the one of the ranking first."""
    return usual("choice" if scope.level == "choice" else "pair")


def _number(value: float) -> str:
    return naming.number(value, 3) if not math.isnan(value) else ""


def _fitting(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The columns that fit: always rank, method and SRCC, then as many others from the left as there is room for.

    A column without any value is left out.
    """
    kept, used = [0, 1, 2], 0
    widths = [max(len(text) for text in column) + 2 for column in zip(header, *rows, strict=True)]
    used = widths[0] + min(widths[1], 26) + widths[2]
    for index in [len(header) - 1, *range(3, len(header) - 1)]:
        if any(row[index] for row in rows) and used + widths[index] <= width:
            kept.append(index)
            used += widths[index]
    return sorted(kept)
