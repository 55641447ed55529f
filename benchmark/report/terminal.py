"""Makes the ranked table that commands print with Rich: as wide as the terminal allows, plain text when piped.

Where there is no room for all columns, those that matter least are left out, and a line says which.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, blocks, choices_of, pairs_of
from benchmark.report.content import ReportData
from benchmark.report.matrix_text import matrix_text
from benchmark.report.ranked_columns import ranked_columns, shown, with_interval
from benchmark.report.ranking import Standing, block_notes, standings
from benchmark.report.text import one_line
from benchmark.report.verdicts import verdict_lines
from benchmark.statistics.vocabulary import why_incomparable

HTML_WIDTH = 1000  # a page is as wide as it needs


@dataclass(frozen=True, slots=True)
class TerminalTable:
    """A renderable that ``console.print`` shows as one table for each data set and split; of a study, as its matrix."""

    data: ReportData

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        numbers = Numbers(self.data)
        if self.data.of_study:
            yield from matrix_text(self.data, numbers, options.max_width, plain=not console.is_terminal)
            return
        all_blocks, said = blocks(self.data), ""
        for block in all_blocks:
            order = standings(self.data, numbers, block)
            ranked, count = [item for item in order if item.ranked], _count(self.data, numbers, block)
            width, plain = options.max_width, not console.is_terminal
            table, dropped = ranked_columns(numbers, block, ranked, self.data.confidence, count, width, plain=plain)
            yield from _block(self.data, numbers, block, order, all_blocks, table, "" if dropped == said else dropped)
            said = dropped


def ranked_table(data: ReportData) -> TerminalTable:
    """The methods ranked by SRCC (or 2AFC score) with intervals, the best marked; those not ranked below, with reasons."""
    return TerminalTable(data)


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
    table: Table | None,
    dropped: str,
) -> RenderResult:
    ranked = [item for item in order if item.ranked]
    yield Text(_title(data, block, all_blocks), style="bold")
    yield Text("No method could be ranked.") if table is None else table
    observers = [f"{title}: {with_interval(item)}" for title, item in numbers.observers(block).items()]
    verdicts = verdict_lines(data, numbers, block)
    shortened = [dropped] if dropped else []
    for note in [*shortened, *observers, *block_notes(data, numbers, block), *_fits(numbers, block, ranked), *verdicts]:
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
        for name in shown(scope):
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


def _count(data: ReportData, numbers: Numbers, block: Block) -> str:
    """The number of choices or pairs that the heading says, where a method without gaps has as many."""
    chosen = numbers.headline(block)[0].level == "choice"
    return str(len(choices_of(data, Scope(block)) if chosen else pairs_of(data, block)))
