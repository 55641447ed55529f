"""Reads lines of names and scores from other tools: CSV with or without header, semicolons, tabs or spaces.

The method ``scores-file`` and ``evaluate``'s ``scores`` use it. Standard library only; every problem is a ``UserError``
that names file and line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.core.errors import UserError
from benchmark.core.words import did_you_mean
from benchmark.data.decimals import Mark, find_mark, to_float
from benchmark.data.delimited import Delimited, Record, check_header, named
from benchmark.data.tables import read

NAME_COLUMNS = (
    "pair",
    "enhanced",
    "dist_img",
    "distorted",
    "name",
    "image",
    "filename",
    "file",
    "img",
    "img_name",
    "image_name",
    "path",
    "dis",
    "img_distorted",
)
SCORE_COLUMNS = ("score", "scores", "value", "quality", "prediction")


@dataclass(frozen=True, slots=True)
class ScoreLine:
    r"""One line of a file.

    Attributes:
        where: ``file:line``.
        name: the image's name as written, with ``/`` for ``\``, after its folder if a column names that.
        score: the score; NaN where the file states that there is none.
    """

    where: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Lines:
    """The scores of a file.

    Attributes:
        lines: the lines in the file's order.
        how: how the file was read, where that is not the usual way.
    """

    lines: list[ScoreLine]
    how: str


@dataclass(frozen=True, slots=True)
class NameColumns:
    """Which columns name an image, by their headings.

    Attributes:
        names: the images' names; ``None`` for one of ``NAME_COLUMNS``.
        folder: the folder of each, where names repeat over folders and don't say it; ``None`` where there is no such column.
    """

    names: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A file of names and scores, split into cells.

    Attributes:
        table: its cells.
        headed: whether its first row is a header.
        given: which columns name an image.
    """

    table: Delimited
    headed: bool
    given: NameColumns

    @property
    def where(self) -> str:
        """File and line of the first row."""
        return f"{self.table.file}:{self.table.header.line}"

    @property
    def headings(self) -> list[str]:
        """The headings of all columns; none in a file without a header."""
        return self.table.header.cells if self.headed else []

    @property
    def rows(self) -> list[Record]:
        """The rows with names and scores."""
        return self.table.records if self.headed else [self.table.header, *self.table.records]

    def place(self, heading: str) -> int:
        """The place of a column, whatever case its heading has.

        Raises:
            UserError: there is none; names the nearest heading.
        """
        keys = [_key(cell) for cell in self.headings]
        if keys.count(_key(heading)) == 1:
            return keys.index(_key(heading))
        there = f"no column {heading!r}, or more than one; there are {', '.join(self.headings)}"
        raise UserError(f"{self.where}: {there}{did_you_mean(heading, self.headings)}")

    def names_at(self, score_at: int | None = None) -> int:
        """The place of the column of image names, which is not that of the scores.

        Raises:
            UserError: it isn't clear which column that is.
        """
        if self.given.names is not None:
            return self.place(self.given.names)
        keys = [_key(cell) for cell in self.headings]
        found = [keys.index(key) for key in NAME_COLUMNS if key in keys and keys.index(key) != score_at]
        if found:
            return found[0]
        if len(keys) == 2 and score_at is not None:
            return 1 - score_at
        raise UserError(
            f"{self.where}: no column of image names; call one of them `enhanced`, or name it as `names:` (there are "
            f"{', '.join(self.headings)})"
        )

    def lines(self, column: str | None, decimal: Mark | None = None) -> Lines:
        """The scores of one column.

        Args:
            column: by its header; ``None`` where there is only one, or one of ``SCORE_COLUMNS``.
            decimal: the decimal mark; ``None`` to find it.

        Raises:
            UserError: a line is malformed, or it isn't clear which column is which.
        """
        name_at, score_at = (0, 1) if not self.headed else self._places(column)
        folder_at = self.place(self.given.folder) if self.given.folder is not None else None
        mark = self._mark(score_at, decimal)
        lines = [_line(self.table.file, row, (folder_at, name_at, score_at), mark) for row in self.rows]
        return Lines(lines, _how(self.table.separator, mark))

    def _places(self, column: str | None) -> tuple[int, int]:
        score_at = _score_column(self) if column is None else self.place(column)
        return self.names_at(score_at), score_at

    def _mark(self, score_at: int, decimal: Mark | None) -> Mark:
        rows = self.rows
        scores = {self.headings[score_at] if self.headed else "score": [row.cells[score_at] for row in rows]}
        where = f"{self.table.file}:"
        return find_mark(scores, lambda at: f"{where}{rows[at].line}", separator=self.table.separator, asked=decimal)


def open_table(file: Path, columns: Sequence[str] = (), given: NameColumns | None = None) -> ScoreTable:
    """A file of names and scores, split into cells.

    Args:
        file: a text file, a workbook or a Parquet file; lines that are empty or begin with ``#`` are ignored.
        columns: columns of scores that are looked for, by their headings.
        given: the columns that name an image; by default found by ``NAME_COLUMNS``.

    Raises:
        UserError: the file can't be read, or it has no header and isn't ``name,score``.
    """
    given = given or NameColumns()
    named_ones = [*columns, *(name for name in (given.names, given.folder) if name is not None)]
    # A header needs a known name, so that a first line with a damaged score is not taken for one.
    known = {*NAME_COLUMNS, *SCORE_COLUMNS, *(_key(name) for name in named_ones)}
    table = read(file, known, comments=True, blanks=True)
    header = table.header
    where = f"{file}:{header.line}"
    headed = any(_key(cell) in known for cell in header.cells)
    if headed:
        check_header(table, fold=True)
    elif named_ones:
        raise UserError(f"{where}: has no header, so that the column {named_ones[0]!r} can't be found; add one")
    elif len(header.cells) != 2:
        raise UserError(
            f"{where}: {len(header.cells)} columns and no header that names one `name` or `enhanced`; without one, lines "
            "are `name,score` with a decimal point"
        )
    return ScoreTable(table, headed, given)


def read_lines(file: Path, column: str | None, decimal: Mark | None = None, given: NameColumns | None = None) -> Lines:
    """The scores of one column of a file; see ``open_table`` and ``ScoreTable.lines``.

    Raises:
        UserError: the file can't be read, a line is malformed, or it isn't clear which column is which.
    """
    opened = open_table(file, () if column is None else (column,), given)
    return refuse_misfits(opened).lines(column, decimal)


def refuse_misfits(opened: ScoreTable) -> ScoreTable:
    """The same table.

    Raises:
        UserError: a row has more or fewer cells than the first one.
    """
    if opened.table.problems:
        raise UserError("\n".join(str(problem) for problem in opened.table.problems[:3]))
    return opened


def _how(separator: str, mark: Mark) -> str:
    parts = [f"columns separated by {named(separator)}"] if separator not in (",", "") else []
    return ", ".join([*parts, *(["decimal commas"] if mark == "," else [])])


def _score_column(opened: ScoreTable) -> int:
    keys = [_key(cell) for cell in opened.headings]
    apart = {_key(name) for name in (opened.given.names, opened.given.folder) if name is not None}
    scores = [keys.index(key) for key in SCORE_COLUMNS if keys.count(key) == 1]
    others = [at for at, key in enumerate(keys) if key not in (*NAME_COLUMNS, *apart)]
    if len(scores) == 1:
        return scores[0]
    if len(others) == 1 and len(keys) > 1:
        return others[0]
    if len(keys) == 2:
        return 1
    raise UserError(
        f"{opened.where}: which column holds the scores? Give `column:`; there are {', '.join(opened.headings)}"
    )


def _line(file: Path, row: Record, places: tuple[int | None, int, int], mark: Mark) -> ScoreLine:
    folder_at, name_at, score_at = places
    where = f"{file}:{row.line}"
    name, score = row.cells[name_at].replace("\\", "/"), row.cells[score_at]
    if not name:
        raise UserError(f"{where}: the image's name is empty")
    folder = "" if folder_at is None else row.cells[folder_at].replace("\\", "/").strip("/")
    value = to_float(score, mark)
    if value is None:
        raise UserError(f"{where}: {score!r} is not a number")
    return ScoreLine(where, f"{folder}/{name}" if folder else name, value)


def _key(text: str) -> str:
    return text.strip().lower()
