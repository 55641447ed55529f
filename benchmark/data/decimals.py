"""Reads cells of text as numbers: knows the words for "missing" and finds the decimal mark. Standard library only.

A comma is a decimal comma only where nothing else can be meant: it does not separate cells, no number of the table has a
point, and some number shows that it does not group thousands; or the user says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from benchmark.core.errors import DataError, Problem

Mark = Literal[",", "."]
HOW_TO_SAY = 'say so by `--decimal ,` (in a configuration `decimal: ","`)'
# what pandas reads as missing, so that a file and a DataFrame read from it give the same answer
MISSING_NAMES = frozenset(
    ("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA")
) | {"NULL", "NaN", "None", "n/a", "nan", "null"}
MISSING_NUMBERS = frozenset(name.casefold() for name in MISSING_NAMES)
_COMMA = re.compile(r"[+-]?(?:[0-9]+,[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?")
_POINT = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


class Stored(str):
    """A number that a file holds as a number, not as text (Excel, Parquet): its point is no question of writing."""

    __slots__ = ()


def find_mark(
    columns: Mapping[str, Sequence[str]],
    where: Callable[[int], str],
    *,
    separator: str,
    asked: Mark | None = None,
    others: Iterable[Sequence[str]] = (),
) -> Mark:
    """The decimal mark of a table's numbers.

    Args:
        columns: the cells of each column that is read as numbers, by heading.
        where: file and line of a row, by its position.
        separator: between cells; empty where it is not known.
        asked: the user's choice.
        others: the remaining columns, which may show what a comma means.

    Raises:
        DataError: commas are ambiguous, or both marks are in one table; one message, with what to do.
    """
    commas = [(name, at) for name, cells in columns.items() for at, text in enumerate(cells) if "," in text]
    if asked == ".":
        return "."
    if not commas and asked is None:
        return "."
    points = ((name, at) for name, cells in columns.items() for at, text in enumerate(cells) if _has_point(text))
    point = next(points, None)
    if asked == ",":
        if point is not None:
            text = f"{_quote(columns, point)} has a point, but commas are said to be decimal; let all numbers have one mark"
            raise DataError(Problem("error", text, where(point[1])))
        return ","
    numbers = [place for place in commas if _COMMA.fullmatch(columns[place[0]][place[1]])]
    if not numbers:
        return "."
    first, more = numbers[0], len(numbers) - 1
    count = f", and {more:,} more such cells" if more else ""
    if separator in (",", ""):
        message = f"{_quote(columns, first)} is no number{count}; if these are decimal commas, {HOW_TO_SAY}"
    elif point is not None:
        message = (
            f"{_quote(columns, first)} has a comma{count}, {_quote(columns, point)} ({where(point[1])}) a point; let all "
            "numbers of the table have the same decimal mark, and none to part thousands"
        )
    elif not any(_shows_decimals(cells) for cells in (*columns.values(), *others)):
        message = (
            f"{_quote(columns, first)}{count}: decimals or thousands? If these are decimal commas, {HOW_TO_SAY}; else "
            "take them out"
        )
    else:
        return ","
    raise DataError(Problem("error", message, where(first[1])))


def to_floats(cells: Sequence[str], mark: Mark) -> tuple[list[float], list[int]]:
    """Numbers, NaN for missing cells; and the positions of the cells that are neither."""
    values: list[float] = []
    wrong: list[int] = []
    for at, cell in enumerate(cells):
        value = to_float(cell, mark)
        if value is None:
            wrong.append(at)
        values.append(math.nan if value is None else value)
    return values, wrong


def to_float(cell: str, mark: Mark) -> float | None:
    """A cell as a number; NaN if it is missing, ``None`` if it is neither."""
    text = cell.replace(",", ".") if mark == "," else cell
    try:
        value = float(text)
    except ValueError:
        return math.nan if cell.casefold() in MISSING_NUMBERS else None
    return value if text.isascii() and "_" not in text else None


def _has_point(text: str) -> bool:
    """Whether a text is a number with a decimal point."""
    return not isinstance(text, Stored) and _POINT.fullmatch(text) is not None


def _shows_decimals(cells: Sequence[str]) -> bool:
    """Whether a column of numbers has a comma that can't group thousands."""
    given = [text for text in cells if "," in text]
    return all(_COMMA.fullmatch(text) for text in given) and any(not _THOUSANDS.fullmatch(text) for text in given)


def _quote(columns: Mapping[str, Sequence[str]], place: tuple[str, int]) -> str:
    name, at = place
    return f"{columns[name][at]!r} in column {name!r}"
