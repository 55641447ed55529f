"""Reads lines of names and scores from other tools: CSV with or without header, semicolons, tabs or spaces.

A helper of ``scores_file.py``. Standard library only; every problem is a ``UserError`` that names file and line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark import UserError
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
)
SCORE_COLUMNS = ("score", "scores", "value", "quality", "prediction")


@dataclass(frozen=True, slots=True)
class Line:
    r"""One line of a file.

    Attributes:
        where: ``file:line``.
        name: the image's name as written, with ``/`` for ``\``.
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

    lines: list[Line]
    how: str


def read_lines(file: Path, column: str | None, decimal: Mark | None = None) -> Lines:
    """The scores of a file.

    Args:
        file: a text file; lines that are empty or begin with ``#`` are ignored.
        column: the score's column, by its header; ``None`` where there is only one, or one of ``SCORE_COLUMNS``.
        decimal: the decimal mark; ``None`` to find it.

    Raises:
        UserError: the file can't be read, a line is malformed, or it isn't clear which column is which.
    """
    # A header needs a known name, so that a first line with a damaged score is not taken for one.
    known = {*NAME_COLUMNS, *SCORE_COLUMNS, _key(column or "score")}
    table = read(file, known, comments=True, blanks=True)
    header = table.header
    where = f"{file}:{header.line}"
    if any(_key(cell) in known for cell in header.cells):
        check_header(table, fold=True)
        name_at, score_at = _columns(header, where, column)
        rows = table.records
    elif column is not None:
        raise UserError(f"{where}: has no header, so that the column {column!r} can't be found; add one")
    elif len(header.cells) != 2:
        raise UserError(
            f"{where}: {len(header.cells)} columns and no header that names one `name` or `enhanced`; without one, lines "
            "are `name,score` with a decimal point"
        )
    else:
        name_at, score_at = 0, 1
        rows = [header, *table.records]
    if table.problems:
        raise UserError("\n".join(str(problem) for problem in table.problems[:3]))
    mark = _mark(table, rows, score_at, decimal)
    return Lines([_line(file, row, name_at, score_at, mark) for row in rows], _how(table.separator, mark))


def _mark(table: Delimited, rows: Sequence[Record], score_at: int, decimal: Mark | None) -> Mark:
    scores = {
        table.header.cells[score_at] if rows[:1] != [table.header] else "score": [row.cells[score_at] for row in rows]
    }
    return find_mark(scores, lambda at: f"{table.file}:{rows[at].line}", separator=table.separator, asked=decimal)


def _how(separator: str, mark: Mark) -> str:
    parts = [f"columns separated by {named(separator)}"] if separator not in (",", "") else []
    return ", ".join([*parts, *(["decimal commas"] if mark == "," else [])])


def _columns(header: Record, where: str, column: str | None) -> tuple[int, int]:
    keys = [_key(cell) for cell in header.cells]
    score_at = _score_column(header, where, keys, column)
    named = [keys.index(key) for key in NAME_COLUMNS if key in keys and keys.index(key) != score_at]
    if named:
        return named[0], score_at
    if len(keys) == 2:
        return 1 - score_at, score_at
    raise UserError(f"{where}: no column of image names; call one of them `enhanced`")


def _score_column(header: Record, where: str, keys: Sequence[str], column: str | None) -> int:
    if column is not None:
        if keys.count(_key(column)) == 1:
            return keys.index(_key(column))
        raise UserError(f"{where}: no column {column!r}, or more than one; there are {', '.join(header.cells)}")
    scores = [keys.index(key) for key in SCORE_COLUMNS if keys.count(key) == 1]
    others = [at for at, key in enumerate(keys) if key not in NAME_COLUMNS]
    if len(scores) == 1:
        return scores[0]
    if len(others) == 1 and len(keys) > 1:
        return others[0]
    if len(keys) == 2:
        return 1
    raise UserError(f"{where}: which column holds the scores? Give `column:`; there are {', '.join(header.cells)}")


def _line(file: Path, row: Record, name_at: int, score_at: int, mark: Mark) -> Line:
    where = f"{file}:{row.line}"
    name, score = row.cells[name_at].replace("\\", "/"), row.cells[score_at]
    if not name:
        raise UserError(f"{where}: the image's name is empty")
    value = to_float(score, mark)
    if value is None:
        raise UserError(f"{where}: {score!r} is not a number")
    return Line(where, name, value)


def _key(text: str) -> str:
    return text.strip().lower()
