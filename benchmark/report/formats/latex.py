"""A comparison table as LaTeX: the escaped content of cells and the alignment of columns; ``booktabs`` prints it."""

from __future__ import annotations

import pandas as pd

from benchmark.report import booktabs, naming
from benchmark.report.formats import Format
from benchmark.report.printed import NOT_RANKED, Cell, ComparisonTable, Row
from benchmark.report.text import latex

LONG_TEXT = 26
MOST_BESIDE = 3
CHECKMARK = r"$\checkmark$"


def to_latex(table: ComparisonTable) -> str:
    """The table as a float."""
    spec = table.spec
    return booktabs.table_float(
        _tabular(table),
        caption=table.caption,
        label=spec.label or f"tab:{spec.name}",
        notes=_notes(table),
        wide=spec.wide,
        packages=("amssymb",) if _has_checks(table) else (),
    )


def _tabular(table: ComparisonTable) -> str:
    """The tabular environment without a float."""
    header, formats = _header(table)
    padding = [_widest(table, cells) for cells in _columns_of(table)]
    lines: list[list[str]] = []
    for index, group in enumerate(table.groups):
        above = r"\addlinespace " if index else ""
        if group.heading and (len(table.groups) > 1 or group.heading == NOT_RANKED):
            lines.append([rf"{above}\textit{{{latex(group.heading)}}}", *[""] * (len(header) - 1)])
            above = ""
        for row in group.rows:
            first, *others = _row(table, row, padding)
            lines.append([above + first, *others])
            above = ""
    grouped = any(column.group for column in table.columns)
    titles = pd.MultiIndex.from_tuples(header) if grouped else pd.Index([title for _, title in header])
    return booktabs.tabular(titles, lines, "".join(formats))


def _header(table: ComparisonTable) -> tuple[list[tuple[str, str]], list[str]]:
    """Both lines of the header, and the format of each column."""
    header, formats = [("", "Method")], ["l"]
    if table.has_training:
        header.append(("", "Trained on"))
        long = any(len(row.trained_on) > LONG_TEXT for row in table.rows)
        formats.append(r"p{3.6cm}" if long else "l")
    if table.has_counts:
        header.append((" ", "Counts"))
        formats.append("r")
    for heading in table.option_headings:
        header.append(("  ", latex(heading)))
        formats.append("c")
    fixed = len(header)
    for column in table.columns:
        header.append((latex(column.group), f"{latex(column.title)} {latex(naming.arrow(column.higher))}"))
        formats.append("c" if _stacked(table) else "r")
    rules = _rules([group for group, _ in header], fixed)
    header[0] = ("", f"{rules} Method" if rules else "Method")
    return header, formats


def _rules(groups: list[str], fixed: int) -> str:
    """A thin rule under each group's heading, placed before the second header line, where LaTeX expects it."""
    spans: list[list[int]] = []
    for index in range(fixed, len(groups)):
        if groups[index] and index > fixed and groups[index] == groups[index - 1]:
            spans[-1][1] = index
        elif groups[index]:
            spans.append([index, index])
    return "".join(rf"\cmidrule(lr){{{first + 1}-{last + 1}}}" for first, last in spans)


def _row(table: ComparisonTable, row: Row, padding: list[tuple[str, str]]) -> list[str]:
    name = f"{latex(row.title)} {latex(row.arrow)}".strip() + _superscript(row.marks)
    cells = [name]
    if table.has_training:
        text = latex(row.trained_on, breakable=True)
        cells.append(rf"\raggedright {text}" if len(row.trained_on) > LONG_TEXT else text)
    if table.has_counts:
        cells.append(latex(row.counts))
    cells += [_option(value) for value in row.options]
    return [*cells, *(_cell(table, cell, widest) for cell, widest in zip(row.cells, padding, strict=True))]


def _has_checks(table: ComparisonTable) -> bool:
    """Whether a cell holds a check mark, which needs a package."""
    return any(naming.option(value) == naming.CHECK for row in table.rows for value in row.options)


def _option(value: str) -> str:
    text = naming.option(value)
    return CHECKMARK if text == naming.CHECK else latex(text)


def _cell(table: ComparisonTable, cell: Cell, widest: tuple[str, str]) -> str:
    """One cell; where it lacks marks or an interval, blank space of their width keeps the column's numbers aligned."""
    widest_marks, widest_interval = widest
    value = cell.text(table.spec.digits, "$-$") or "--"
    value = rf"\textbf{{{value}}}" if cell.place == 1 else rf"\underline{{{value}}}" if cell.place == 2 else value
    marks = _superscript(cell.marks)
    value += marks + (rf"\phantom{{{widest_marks}}}" if widest_marks and not marks else "")
    interval = _interval(table, cell)
    if _stacked(table):
        return rf"\begin{{tabular}}[t]{{@{{}}c@{{}}}}{value}\\[-2pt]{interval}\end{{tabular}}" if interval else value
    return value + (interval or (rf"\phantom{{{widest_interval}}}" if widest_interval else ""))


def _interval(table: ComparisonTable, cell: Cell) -> str:
    ends = cell.beside(table.spec, "$-$").replace("±", r"$\pm$")
    if not ends:
        return ""
    return f"{{\\scriptsize {ends}}}" if _stacked(table) else f" {{\\footnotesize {ends}}}"


def _stacked(table: ComparisonTable) -> bool:
    """Whether intervals go below their values: if configured, or if there are too many columns."""
    asked = table.spec.interval
    return asked == "below" or (asked is True and len(table.columns) > MOST_BESIDE)


def _superscript(marks: tuple[str, ...]) -> str:
    return rf"\textsuperscript{{{','.join(latex(mark) for mark in marks)}}}" if marks else ""


def _columns_of(table: ComparisonTable) -> list[list[Cell]]:
    return [[row.cells[index] for row in table.rows] for index in range(len(table.columns))]


def _widest(table: ComparisonTable, cells: list[Cell]) -> tuple[str, str]:
    """The widest footnote marks and the widest interval of a column."""
    marks = _superscript(max((cell.marks for cell in cells), key=len, default=()))
    return marks, max((_interval(table, cell) for cell in cells), key=len, default="")


def _notes(table: ComparisonTable) -> list[str]:
    """The explanation of each mark, then the table's notes."""
    parts = [f"{_superscript((mark,))} {latex(text, breakable=True)}." for mark, text in table.footnotes]
    return parts + [_note(note, checks=_has_checks(table)) for note in table.notes]


def _note(note: str, *, checks: bool) -> str:
    """A note's text; its check marks are the cells' only where these have some, and so their package."""
    parts = note.split(naming.CHECK) if checks else [note]
    return CHECKMARK.join(latex(part, breakable=True) for part in parts)


FORMAT = Format("tex", to_latex)
