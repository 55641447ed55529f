"""A comparison table as LaTeX: the escaped content of cells and the alignment of columns.

``latex_layout`` decides what fits, ``booktabs`` prints the float, ``latex_notes`` has the notes that do not stand below.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmark.report import booktabs, naming, place_marks
from benchmark.report.formats import Format
from benchmark.report.latex_layout import LONG_TEXT, PaperLayout, group_widths, lay_out, number_widths
from benchmark.report.latex_styles import wrapped
from benchmark.report.printed import NOT_RANKED, Cell, ComparisonTable, Row
from benchmark.report.short_notes import KEPT, short_notes
from benchmark.report.text import latex

CHECKMARK = r"$\checkmark$"
LOOKS = {1: r"\textbf{{{}}}", 2: r"\underline{{{}}}", 3: r"\textit{{{}}}"}
"""How places are marked by type."""
SERIES = {1: r"\bfseries ", 2: r"\itshape ", 3: r"\slshape "}
"""How they are in columns of siunitx, which parses what stands there."""
BACKGROUNDS = {1: "0.62,0.79,0.88", 2: "0.80,0.89,0.94", 3: "0.91,0.95,0.98"}
"""Their backgrounds (RGB), different in lightness for greyscale prints."""


def to_latex(table: ComparisonTable) -> str:
    """The table as a float."""
    spec, layout = table.spec, lay_out(table)
    boxed = spec.width != "none" and spec.wide != "none"
    size = layout.size if spec.style != "plain" or spec.size or layout.size != "small" else ""
    frame = booktabs.Frame(layout.wide, boxed, size, layout.gap, _packages(table))
    return booktabs.table_float(
        _Sheet(table, layout).tabular(),
        caption=table.caption,
        label=spec.label or f"tab:{spec.name}",
        notes=_notes(table, layout),
        frame=frame,
    )


def _packages(table: ComparisonTable) -> tuple[str, ...]:
    """The packages that cells need."""
    found = ["amssymb"] if has_checks(table) else []
    found += [r"\usepackage{siunitx}"] if table.spec.siunitx else []
    found += [r"\usepackage[table]{xcolor}"] if table.spec.highlight_with == "colour" and table.spec.highlight else []
    return tuple(found)


class _Sheet:
    """The cells of a table as LaTeX.

    Args:
        table: the table.
        layout: how it is laid out.
    """

    def __init__(self, table: ComparisonTable, layout: PaperLayout) -> None:
        self._table, self._layout, self._spec = table, layout, table.spec
        self._room = group_widths(table, number_widths(table, layout))
        self._padding = [self._widest([row.cells[index] for row in table.rows]) for index in range(len(table.columns))]

    def tabular(self) -> str:
        """The tabular environment without a float."""
        return self._turned() if self._spec.transpose else self._upright()

    def _upright(self) -> str:
        """Methods are rows."""
        header, formats = self._header()
        lines: list[list[str]] = []
        for index, group in enumerate(self._table.groups):
            above = r"\addlinespace " if index else ""
            named = group.heading and (len(self._table.groups) > 1 or group.heading == NOT_RANKED)
            if index and self._spec.row_groups == "rules":
                above = r"\midrule "
            elif named and self._spec.row_groups == "headings":
                lines.append([rf"{above}\textit{{{latex(group.heading)}}}", *[""] * (len(header) - 1)])
                above = ""
            for row in group.rows:
                for line in self._lines(row):
                    lines.append([above + line[0], *line[1:]])
                    above = ""
                above = booktabs.STEP if self._layout.intervals == "below" else ""
        grouped = any(column.group for column in self._table.columns)
        titles = pd.MultiIndex.from_tuples(header) if grouped else pd.Index([title for _, title in header])
        return booktabs.tabular(titles, lines, "".join(formats))

    def _header(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Both lines of the header, and the format of each column."""
        table = self._table
        header, formats = [("", "Method")], ["l"]
        if self._layout.training:
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
            title = f"{latex(column.title)} {latex(naming.arrow(column.higher))}"
            header.append((self._group(column.group), f"{{{title}}}" if self._spec.siunitx else title))
            stacked = self._layout.intervals == "below"
            formats.append(self._numbers(len(header) - fixed - 1) if self._spec.siunitx else "c" if stacked else "r")
        rules = _rules([group for group, _ in header], fixed)
        header[0] = ("", f"{rules} Method" if rules else "Method")
        return header, formats

    def _group(self, heading: str) -> str:
        """The heading of a group of columns, in lines as wide as these."""
        lines = [latex(line) for line in wrapped(heading, self._room.get(heading, 0.0))]
        broken = r"\\".join(lines)
        text = rf"\shortstack{{{broken}}}" if len(lines) > 1 else broken
        return f"{{{text}}}" if text and self._spec.siunitx else text

    def _numbers(self, place: int) -> str:
        """The format of a column that siunitx aligns."""
        texts = [row.cells[place].text(self._spec.digits) for row in self._table.rows]
        whole = max((len(text.lstrip("-").split(".", maxsplit=1)[0]) for text in texts if text), default=1)
        sign = "-" if any(text.startswith("-") for text in texts) else ""
        marks = max((self._superscript(row.cells[place].marks) for row in self._table.rows), key=len, default="")
        post = f",table-space-text-post={{{marks}}},table-align-text-post=false" if marks else ""
        return rf"S[table-format={sign}{whole}.{self._spec.digits},detect-weight,detect-shape{post}]"

    def _turned(self) -> str:
        """Methods are columns, statistics in data sets, splits or conditions are rows."""
        table = self._table
        rows = table.rows
        groups = [group for group in table.groups for _ in group.rows]
        named = len(table.groups) > 1
        header = [
            ("", ""),
            *(
                (latex(group.heading) if named else "", self._name(row))
                for group, row in zip(groups, rows, strict=True)
            ),
        ]
        rules = _rules([group for group, _ in header], 1)
        header[0] = ("", rules)
        lines, above = [], ""
        for index, column in enumerate(table.columns):
            title = f"{latex(column.title)} {latex(naming.arrow(column.higher))}"
            name = f"{latex(column.group)}: {title}" if column.group else title
            if index and column.group != table.columns[index - 1].group:
                above = r"\midrule " if self._spec.row_groups == "rules" else r"\addlinespace "
            lines.append([above + name, *(self._cell(row.cells[index], ("", "")) for row in rows)])
            above = ""
        if table.has_training and self._layout.training:
            lines.append([r"\midrule Trained on", *(latex(row.trained_on, breakable=True) for row in rows)])
        titles = pd.MultiIndex.from_tuples(header) if named else pd.Index([title for _, title in header])
        return booktabs.tabular(titles, lines, "l" + "c" * len(rows))

    def _name(self, row: Row) -> str:
        return f"{latex(row.title)} {latex(row.arrow)}".strip() + self._superscript(row.marks)

    def _lines(self, row: Row) -> list[list[str]]:
        """The lines of a method: one, or with siunitx a second one that holds its intervals."""
        table, cells = self._table, [self._name(row)]
        if self._layout.training:
            text = latex(row.trained_on, breakable=True)
            cells.append(rf"\raggedright {text}" if len(row.trained_on) > LONG_TEXT else text)
        if table.has_counts:
            cells.append(latex(row.counts))
        cells += [option_text(value) for value in row.options]
        below = [""] * len(cells)
        if not self._spec.siunitx:
            return [[*cells, *(self._cell(cell, pad) for cell, pad in zip(row.cells, self._padding, strict=True))]]
        numbers = [self._parsed(cell) for cell in row.cells]
        ends = [self._ends(cell) if self._layout.intervals == "below" else "" for cell in row.cells]
        lines = [[*cells, *numbers]]
        return [*lines, [*below, *(f"{{{end}}}" if end else "" for end in ends)]] if any(ends) else lines

    def _parsed(self, cell: Cell) -> str:
        """A cell for siunitx."""
        value = cell.text(self._spec.digits)
        if not value:
            return "{--}"
        marks = self._superscript(cell.marks)
        look = self._background(cell) if self._spec.highlight_with == "colour" else SERIES.get(cell.place, "")
        return f"{look}{value}{f' {marks}' if marks else ''}"

    def _cell(self, cell: Cell, widest: tuple[str, str]) -> str:
        """One cell; where it lacks marks or an interval, blank space of their width keeps the column's numbers aligned."""
        widest_marks, widest_interval = widest
        value = cell.text(self._spec.digits, "$-$") or "--"
        coloured = self._spec.highlight_with == "colour"
        value = value if coloured else LOOKS.get(cell.place, "{}").format(value)
        marks = self._superscript(cell.marks)
        value += marks + (rf"\phantom{{{widest_marks}}}" if widest_marks and not marks else "")
        interval = self._interval(cell)
        before = self._background(cell) if coloured else ""
        if self._layout.intervals == "below":
            return before + (booktabs.stacked(value, interval) if interval else value)
        return before + value + (interval or (rf"\phantom{{{widest_interval}}}" if widest_interval else ""))

    def _background(self, cell: Cell) -> str:
        return rf"\cellcolor[rgb]{{{BACKGROUNDS[cell.place]}}}" if cell.place in BACKGROUNDS else ""

    def _interval(self, cell: Cell) -> str:
        """What stands beside or below a value; below it, it has the size of the table."""
        ends = self._ends(cell)
        if not ends or self._layout.intervals == "none":
            return ""
        return ends if self._layout.intervals == "below" else f" {ends}"

    def _ends(self, cell: Cell) -> str:
        return cell.beside(self._spec, "$-$").replace("±", r"$\pm$")

    def _superscript(self, marks: tuple[str, ...]) -> str:
        """Marks as they stand in this table: with short notes only those that they explain, without notes none."""
        kept = {"short": KEPT, "none": ()}.get(self._spec.notes, marks)
        return superscript(tuple(mark for mark in marks if mark in kept))

    def _widest(self, cells: Sequence[Cell]) -> tuple[str, str]:
        """The widest footnote marks and the widest interval of a column."""
        marks = max((self._superscript(cell.marks) for cell in cells), key=len, default="")
        return marks, max((self._interval(cell) for cell in cells), key=len, default="")


def _rules(groups: list[str], fixed: int) -> str:
    """A thin rule under each group's heading, placed before the second header line, where LaTeX expects it."""
    spans: list[list[int]] = []
    for index in range(fixed, len(groups)):
        if groups[index] and index > fixed and groups[index] == groups[index - 1]:
            spans[-1][1] = index
        elif groups[index]:
            spans.append([index, index])
    return "".join(rf"\cmidrule(lr){{{first + 1}-{last + 1}}}" for first, last in spans)


def has_checks(table: ComparisonTable) -> bool:
    """Whether a cell holds a check mark, which needs a package."""
    return any(naming.option(value) == naming.CHECK for row in table.rows for value in row.options)


def option_text(value: str) -> str:
    """An option's value as LaTeX."""
    text = naming.option(value)
    return CHECKMARK if text == naming.CHECK else latex(text)


def superscript(marks: tuple[str, ...]) -> str:
    """Footnote marks."""
    return rf"\textsuperscript{{{','.join(latex(mark) for mark in marks)}}}" if marks else ""


def _notes(table: ComparisonTable, layout: PaperLayout) -> list[str]:
    """What stands below the table."""
    if table.spec.notes in ("none", "file"):
        return []
    if table.spec.notes == "short":
        texts = short_notes(table, layout)
        return [note_text(note, checks=has_checks(table)) for note in texts]
    return full_notes(table)


def full_notes(table: ComparisonTable) -> list[str]:
    """The explanation of each mark, then the table's notes."""
    parts = [f"{superscript((mark,))} {latex(text, breakable=True)}." for mark, text in table.footnotes]
    return parts + [note_text(note, checks=has_checks(table)) for note in marked_here(table)]


def marked_here(table: ComparisonTable) -> list[str]:
    """The table's notes; that on places says how this table marks them."""
    spec = table.spec
    if spec.highlight_with == "type" and not spec.siunitx:
        return list(table.notes)
    usual, here = place_marks.sentence(spec.highlight), place_marks.latex_sentence(spec)
    return [
        note.replace(usual, here).replace(f"{usual[:1].upper()}{usual[1:]}", f"{here[:1].upper()}{here[1:]}")
        if usual
        else note
        for note in table.notes
    ]


def note_text(note: str, *, checks: bool) -> str:
    """A note's text; its check marks are the cells' only where these have some, and so their package."""
    parts = note.split(naming.CHECK) if checks else [note]
    return CHECKMARK.join(latex(part, breakable=True) for part in parts)


FORMAT = Format("tex", to_latex)
