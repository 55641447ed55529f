"""Reads (name, score) lines as other tools write them: CSV with or without header, semicolons, tabs or spaces.

A helper of ``scores_file.py``. Standard library only; problems are ``UserError`` s that name file and line.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark import UserError

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
MISSING = ("", "nan", "na", "none", "null")


@dataclass(frozen=True, slots=True)
class Line:
    """One score.

    Attributes:
        where: ``file:line``.
        name: the image's name as written, ``\\`` as ``/``.
        score: NaN where the file says that there is none.
    """

    where: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line split into cells."""

    where: str
    cells: tuple[str, ...]


def read_lines(file: Path, column: str | None) -> list[Line]:
    """The scores of a file.

    Args:
        file: text; lines that are empty or begin with ``#`` don't count.
        column: the score's column, by its header; ``None`` where there is only one, or one of ``SCORE_COLUMNS``.

    Raises:
        UserError: the file can't be read, a line is malformed, or it isn't clear which column is which.
    """
    rows = _split(file, _text(file))
    if not rows:
        raise UserError(f"{file}: holds no lines `name,score`")
    header = rows[0].cells
    # Only known names make a header: a first line with a damaged score must not pass for one.
    known = {*NAME_COLUMNS, *SCORE_COLUMNS, _key(column or "score")}
    if any(_key(cell) in known for cell in header):
        name_at, score_at = _columns(rows[0], column)
        rows = rows[1:]
    elif column is not None:
        raise UserError(f"{rows[0].where}: has no header, so that the column {column!r} can't be found; add one")
    elif len(header) != 2:
        raise UserError(
            f"{rows[0].where}: {len(header)} columns and no header that names one `name` or `enhanced`; without one, "
            "lines are `name,score`"
        )
    else:
        name_at, score_at = 0, 1
    return [_line(row, len(header), name_at, score_at) for row in rows]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{file}: can't be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise UserError(f"{file}: is no UTF-8 text; save it as UTF-8") from None


def _split(file: Path, text: str) -> list[Row]:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    lines = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]
    delimiter = next((mark for mark in "\t;," if lines and mark in lines[0][1]), None)
    rows: list[Row] = []
    for number, line in lines:
        where = f"{file}:{number}"
        try:
            cells = (
                line.rsplit(None, 1)
                if delimiter is None
                else next(csv.reader([line], delimiter=delimiter, strict=True))
            )
        except csv.Error as error:
            raise UserError(f"{where}: can't be split into columns ({error})") from None
        rows.append(Row(where, tuple(cell.strip() for cell in cells)))
    return rows


def _columns(header: Row, column: str | None) -> tuple[int, int]:
    keys = [_key(cell) for cell in header.cells]
    score_at = _score_column(header, keys, column)
    named = [keys.index(key) for key in NAME_COLUMNS if key in keys and keys.index(key) != score_at]
    if named:
        return named[0], score_at
    if len(keys) == 2:
        return 1 - score_at, score_at
    raise UserError(f"{header.where}: no column of image names; call one of them `enhanced`")


def _score_column(header: Row, keys: Sequence[str], column: str | None) -> int:
    if column is not None:
        if keys.count(_key(column)) == 1:
            return keys.index(_key(column))
        raise UserError(f"{header.where}: no column {column!r}, or more than one; there are {', '.join(header.cells)}")
    scores = [keys.index(key) for key in SCORE_COLUMNS if keys.count(key) == 1]
    others = [at for at, key in enumerate(keys) if key not in NAME_COLUMNS]
    if len(scores) == 1:
        return scores[0]
    if len(others) == 1 and len(keys) > 1:
        return others[0]
    if len(keys) == 2:
        return 1
    raise UserError(
        f"{header.where}: which column holds the scores? Give `column:`; there are {', '.join(header.cells)}"
    )


def _line(row: Row, width: int, name_at: int, score_at: int) -> Line:
    if len(row.cells) != width:
        raise UserError(f"{row.where}: {len(row.cells)} columns, not {width}")
    name, score = row.cells[name_at].replace("\\", "/"), row.cells[score_at]
    if not name:
        raise UserError(f"{row.where}: the image's name is empty")
    if score.lower() in MISSING:
        return Line(row.where, name, float("nan"))
    if not _is_number(score):
        raise UserError(f"{row.where}: {score!r} is not a number")
    return Line(row.where, name, float(score))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _key(text: str) -> str:
    return text.strip().lower()
