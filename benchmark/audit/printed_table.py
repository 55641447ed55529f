"""A table as it was printed: what its readers give and all else takes. Standard library only.

Every character that a reader of the table sees knows where it stands in the file, so that a number can be replaced there
and all else stays byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCell:
    """One cell.

    Attributes:
        row, column: its place in the grid, from 0; of a cell that spans several, the first.
        rows, columns: how many it spans.
        text: what a reader sees, on one line, without footnote marks, medals and formatting.
        offsets: for each character of ``text``, its place in the file's text; -1 for what does not stand there as such
            (a blank that a line break became, what a macro expands to).
        marks: how the content is set off: ``bold``, ``italic``, ``underline``, ``colour:red`` (the colour as named in the
            file), ``macro:goldmedal`` (a macro whose meaning is not known, by its name).
    """

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    text: str
    offsets: tuple[int, ...]
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTable:
    r"""One table of a file.

    Attributes:
        number: from 1, in the order of the file.
        caption: as printed, without formatting; empty where there is none.
        line: where it begins in the file, from 1.
        cells: by row, then column; places that a span covers have none, empty cells have one with an empty text.
        rows, columns: size of the grid.
        rules: rows above which a line is drawn across (``\midrule``, Markdown's line of dashes, HTML's end of ``thead``).
    """

    number: int
    caption: str
    line: int
    cells: tuple[PrintedCell, ...]
    rows: int
    columns: int
    rules: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFile:
    """A file of tables.

    Attributes:
        name: of the file, for messages.
        kind: ``latex``, ``markdown``, ``html`` or ``csv``.
        text: its content, line ends as they are.
        encoding: that gives its bytes back (``utf-8``, ``utf-8-sig``, ``latin-1``, …).
        tables: at least one.
    """

    name: str
    kind: str
    text: str
    encoding: str
    tables: tuple[PrintedTable, ...]
