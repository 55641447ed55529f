"""A comparison table as Markdown (GitHub's tables): the best is bold, the second underlined, notes are a list below."""

from __future__ import annotations

from benchmark.report import naming
from benchmark.report.formats import Format
from benchmark.report.printed import NOT_RANKED, Cell, ComparisonTable, Row
from benchmark.report.text import markdown

PLACES = {1: "**{}**", 2: "<ins>{}</ins>", 3: "*{}*"}
"""How places are marked."""


def to_markdown(table: ComparisonTable) -> str:
    """Caption, table, notes."""
    header = ["Method", *(["Trained on"] if table.has_training else []), *(["Counts"] if table.has_counts else [])]
    alignment = [":---"] * len(header) + [":---:"] * len(table.options) + ["---:"] * len(table.columns)
    header += [markdown(heading) for heading in table.option_headings]
    for column in table.columns:
        place = f"{column.group}: " if column.group else ""
        header.append(f"{markdown(place + column.title)} {naming.arrow(column.higher)}")
    lines = [f"**{markdown(table.caption)}**", "", _line(header), _line(alignment)]
    for group in table.groups:
        if group.heading and (len(table.groups) > 1 or group.heading == NOT_RANKED):
            lines.append(_line([f"*{markdown(group.heading)}*", *[""] * (len(header) - 1)]))
        lines += [_line(_row(table, row)) for row in group.rows]
    lines += ["", *(f"- {_superscript((mark,))} {markdown(text)}" for mark, text in table.footnotes)]
    lines += [f"- {markdown(note)}" for note in table.notes]
    return "\n".join(lines).rstrip("\n") + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(table: ComparisonTable, row: Row) -> list[str]:
    name = f"{markdown(row.title)} {row.arrow}".strip() + _superscript(row.marks)
    cells = [
        name,
        *([markdown(row.trained_on)] if table.has_training else []),
        *([row.counts] if table.has_counts else []),
        *(markdown(naming.option(value)) for value in row.options),
    ]
    return [*cells, *(_cell(table, cell) for cell in row.cells)]


def _cell(table: ComparisonTable, cell: Cell) -> str:
    value = cell.text(table.spec.digits, naming.MINUS) or naming.MISSING
    value = PLACES.get(cell.place, "{}").format(value)
    value += _superscript(cell.marks)
    beside = cell.beside(table.spec, naming.MINUS)
    return f"{value} {markdown(beside)}" if beside else value


def _superscript(marks: tuple[str, ...]) -> str:
    return f"<sup>{','.join(marks)}</sup>" if marks else ""


FORMAT = Format("md", to_markdown)
