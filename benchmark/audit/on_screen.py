"""An audit in the terminal: each table as printed, its numbers coloured, then what differs and why. rich."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.audit.audit_files import headline, protocol_lines
from benchmark.audit.conduct import Audit, JudgedNumber
from benchmark.audit.printed_table import PrintedTable

STYLES = {"follows": "green", "fewer-digits": "yellow", "differs": "bold red", "not-computable": "dim"}
SIGNS = {"follows": "", "fewer-digits": "≈", "differs": "≠", "not-computable": "?"}
SHOWN = 40
"""Lines of a kind that are printed; the files have all."""


def show(audit: Audit, console: Console) -> None:
    """Print an audit."""
    by_cell: dict[int, list[JudgedNumber]] = {}
    for item in audit.judged:
        by_cell.setdefault(id(item.cell.printed.cell), []).append(item)
    used = {item.cell.printed.table for item in audit.judged}
    for table in audit.printed.tables:
        if table.number in used:
            _show_table(table, by_cell, console)
    for line in lines(audit):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    console.print(Text(headline(audit), style="bold"), soft_wrap=True)


def _show_table(table: PrintedTable, by_cell: Mapping[int, Sequence[JudgedNumber]], console: Console) -> None:
    """The table as printed, if it is not too wide."""
    grid = [[Text("") for _ in range(table.columns)] for _ in range(table.rows)]
    for cell in table.cells:
        text = Text(cell.text)
        for item in by_cell.get(id(cell), ()):
            number = item.cell.printed.number
            text.stylize(STYLES[item.verdict], number.start, number.end)
        signs = "".join(dict.fromkeys(SIGNS[item.verdict] for item in by_cell.get(id(cell), ())))
        grid[cell.row][cell.column] = Text.assemble(text, signs)
    shown = Table(show_header=False, box=None, pad_edge=False, padding=(0, 1))
    for _ in range(table.columns):
        shown.add_column(no_wrap=True)
    for row in grid:
        shown.add_row(*row)
    widths = [max((row[column].cell_len for row in grid), default=0) + 2 for column in range(table.columns)]
    if sum(widths) <= console.width:
        console.print(shown)


def lines(audit: Audit) -> Iterator[str]:
    """Everything but the table: matching, protocol, what differs and why, marks, leads."""
    yield from (f"matched: {line}" for line in audit.matching.lines)
    yield from (f"not a statistic, left out: {line}" for line in audit.matching.left_out)
    yield from (f"not matched: {line}" for line in audit.matching.asked)
    yield from (f"hint: {line}" for line in audit.hints)
    yield from (f"protocol: {line}" for line in protocol_lines(audit))
    for tried in audit.alternatives[:5]:
        by_chance = audit.chance.by_label.get(tried.label, 0.0) if audit.chance is not None else 0.0
        yield f"label {tried.label}: {tried.follow} numbers follow (by chance {by_chance:.1f})"
    wrong = [item for item in audit.judged if item.verdict in {"differs", "fewer-digits"}]
    for item in wrong[:SHOWN]:
        yield _line(item)
    if len(wrong) > SHOWN:
        yield f"… and {len(wrong) - SHOWN} more, in audit.csv"
    if audit.meanings:
        yield f"marks: {', '.join(f'{mark} means {place}' for mark, place in audit.meanings.items())}"
    yield from (f"mark: {fault.cell.name}: {fault.text}" for fault in audit.faults[:SHOWN])
    for lead in audit.leads[:SHOWN]:
        yield f"lead: {lead.text}"


def _line(item: JudgedNumber) -> str:
    number = item.cell.printed.number
    if item.verdict == "fewer-digits":
        return f"fewer digits: {item.cell.name}: {number.text}, {item.reason} ({item.computed:.6f})"
    why = "; ".join(map(str, item.explanations)) or "no explanation found"
    return f"differs: {item.cell.name}: printed {number.text}, is {item.right} ({number.value - item.computed:+.6f}): {why}"
