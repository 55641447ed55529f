"""The only reader of tables: text, Excel workbooks and Parquet files, told apart by their content, all in one form.

``evaluate``, data sets in tables and the method ``scores-file`` all use it, so that a file means the same to each of them.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Collection
from pathlib import Path

from benchmark.core.errors import DataError, Problem
from benchmark.data import delimited, parquet, workbook
from benchmark.data.delimited import Delimited

WORKBOOKS = (".xlsx", ".xlsm")


def read(
    file: Path,
    wanted: Collection[str],
    *,
    comments: bool = False,
    blanks: bool = False,
    separator: str = "",
    encoding: str = "",
    sheet: str = "",
) -> Delimited:
    """Read a table; a line's number is that of the row in a spreadsheet, if the file is no text.

    Args:
        file: text (``delimited``), an Excel workbook (``workbook``) or a Parquet file (``parquet``).
        wanted: headings that the reader looks for.
        comments: whether lines of text that begin with ``#`` count as empty.
        blanks: whether blanks may separate a name and a number in text, if nothing else does.
        separator: between cells of text; empty to find it.
        encoding: of text; empty for UTF-8.
        sheet: of a workbook; empty for the one that has the wanted headings.

    Raises:
        DataError: the file as a whole is not such a table.
    """
    kind = _kind(file)
    if kind == "workbook":
        return workbook.read(file, wanted, sheet)
    if sheet:
        raise DataError(Problem("error", f"sheet: {sheet!r} is asked for, but this is no .xlsx workbook", str(file)))
    if kind == "parquet":
        return parquet.read(file, wanted)
    return delimited.read(file, wanted, comments=comments, blanks=blanks, separator=separator, encoding=encoding)


def _kind(file: Path) -> str:
    """What a file is by its first bytes; a pipe is text, since it can be read only once."""
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            return "text"
        with file.open("rb") as opened:
            start = opened.read(len(parquet.START) + 1)
            if start.startswith(b"PK\x03\x04"):
                return "workbook" if file.suffix.lower() in WORKBOOKS or _holds_sheets(file) else "text"
            opened.seek(0, os.SEEK_END)
            opened.seek(max(0, opened.tell() - len(parquet.START)))
            ends = opened.read() == parquet.START
    except OSError:
        return "text"  # its reader says what is wrong
    binary = ends or file.suffix.lower() == ".parquet" or not start[-1:].decode("latin-1").isprintable()
    return (
        "parquet" if start.startswith(parquet.START) and binary and start[-1:] not in (b"\r", b"\n", b"\t") else "text"
    )


def _holds_sheets(file: Path) -> bool:
    """Whether an archive is a workbook, whatever its name says."""
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False
