"""Reads the cells of one sheet of an ``.xlsx`` file: texts and numbers as text, formulas by their stored result.

The standard library is enough for that: such a file is a ZIP archive of XML.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from benchmark import DataError, Problem
from benchmark.data.labels import MAX_BYTES, beside, short

_SPACES = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "http://schemas.openxmlformats.org/package/2006/relationships",
}
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_COLUMN = re.compile(r"[A-Z]+")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row below the headings.

    Attributes:
        number: as the spreadsheet counts, from 1.
        cells: by heading, without spaces around them; empty where the sheet has none.
    """

    number: int
    cells: dict[str, str]


def read_xlsx(file: Path, sheet: str, required: Sequence[str]) -> list[SheetRow]:
    """The rows below the first row that has all required headings; columns and rows before that may be empty.

    Raises:
        DataError: the file is no such workbook, lacks the sheet or a heading; says what it has.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            rows = _rows(archive, _place(archive, file, sheet))
    except FileNotFoundError:
        raise DataError(Problem("error", f"no such file{beside(file)}", str(file))) from None
    except (OSError, zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError, NotImplementedError) as error:
        message = f"can't be read as an .xlsx workbook ({error}): unpack or save it again"
        raise DataError(Problem("error", message, str(file))) from None
    for at, (_, header) in enumerate(rows):
        if set(required) <= set(header.values()):
            return [
                SheetRow(number, {name: cells.get(column, "") for column, name in header.items()})
                for number, cells in rows[at + 1 :]
                if any(cells.values())
            ]
    most = max(
        (list(cells.values()) for _, cells in rows), key=lambda texts: len(set(texts) & set(required)), default=[]
    )
    lacking = ", ".join(name for name in required if name not in most)
    there = ", ".join(short(text) for text in most[:12]) or "nothing"
    raise DataError(Problem("error", f"sheet {sheet}: no column {lacking}; there is {there}", str(file)))


def _place(archive: zipfile.ZipFile, file: Path, sheet: str) -> str:
    """The archive's member that holds the sheet."""
    sheets = {
        item.attrib["name"]: item.attrib[_LINK]
        for item in _parse(archive, "xl/workbook.xml").iterfind("m:sheets/m:sheet", _SPACES)
    }
    if sheet not in sheets:
        raise DataError(Problem("error", f"has no sheet {sheet!r}; it has {', '.join(sheets)}", str(file)))
    links = _parse(archive, "xl/_rels/workbook.xml.rels").iterfind("r:Relationship", _SPACES)
    target = {item.attrib["Id"]: item.attrib["Target"] for item in links}[sheets[sheet]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _rows(archive: zipfile.ZipFile, place: str) -> list[tuple[int, dict[str, str]]]:
    """Number and cells of each row; the cells by the letters of their column."""
    texts: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        texts = [_text(item) for item in _parse(archive, "xl/sharedStrings.xml").iterfind("m:si", _SPACES)]
    rows = []
    for at, row in enumerate(_parse(archive, place).iterfind("m:sheetData/m:row", _SPACES), 1):
        cells = {}
        for order, cell in enumerate(row.iterfind("m:c", _SPACES)):
            letters = _COLUMN.match(cell.attrib.get("r", ""))
            cells[letters[0] if letters else f"#{order}"] = _content(cell, texts).strip()
        rows.append((int(row.attrib.get("r", at)), cells))
    return rows


def _content(cell: ElementTree.Element, texts: Sequence[str]) -> str:
    kind = cell.attrib.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find("m:is", _SPACES)
        return "" if inline is None else _text(inline)
    value = cell.findtext("m:v", "", _SPACES)
    if kind == "s":
        number = int(value)
        if not 0 <= number < len(texts):
            raise ValueError(f"the cell {cell.attrib.get('r', '')} names a text that isn't there")
        return texts[number]
    return value


def _text(item: ElementTree.Element) -> str:
    """A text, whose parts may differ in font; without the reading aids of Japanese ones."""
    parts = [*item.iterfind("m:t", _SPACES), *item.iterfind("m:r/m:t", _SPACES)]
    return "".join(part.text or "" for part in parts)


def _parse(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > MAX_BYTES:
        raise ValueError(f"{name} is larger than {MAX_BYTES >> 20} MiB")
    return ElementTree.fromstring(archive.read(name))
