"""Grids of names and numbers, and what each reader must do with them once they are written out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

from benchmark.audit.printed_table import PrintedCell, PrintedFile, PrintedTable
from benchmark.audit.read_printed import read

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def rows_of(table: PrintedTable) -> list[list[str]]:
    """Texts by row; a span's text stands at its first place."""
    grid = [["" for _ in range(table.columns)] for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return grid


def replaced(text: str, cell: PrintedCell, new: str) -> str:
    """The file's text with the number of a cell replaced by another with as many digits."""
    for char, at in zip(new, cell.offsets, strict=True):
        text = text[:at] + char + text[at + 1 :]
    return text


def replace_numbers(file: Path) -> int:
    """Replace each number in turn, read again, and see that only this cell changed; how many there were."""
    before = read(file)
    assert file.read_bytes() == before.text.encode(before.encoding)
    count = 0
    for index, table in enumerate(before.tables):
        for at, cell in enumerate(table.cells):
            if not _NUMBER.fullmatch(cell.text):
                continue
            new = "".join(str(9 - int(char)) if char.isdigit() else char for char in cell.text)
            other = replaced(before.text, cell, new)
            assert len(other) == len(before.text)
            again = _read_as(file, other, before)
            cells = [one.text for one in again.tables[index].cells]
            expected = [one.text for one in table.cells]
            expected[at] = new
            assert cells == expected
            assert (
                again.tables[:index] + again.tables[index + 1 :] == before.tables[:index] + before.tables[index + 1 :]
            )
            count += 1
    return count


def _read_as(file: Path, text: str, like: PrintedFile) -> PrintedFile:
    other = file.with_stem("replaced")
    other.write_bytes(text.encode(like.encoding))
    return read(other)


def check_round_trip(file: Path, written: str, grid: Sequence[Sequence[str]]) -> PrintedTable:
    """Whether a grid that was written out comes back, and each of its numbers can be replaced."""
    file.write_bytes(written.encode())
    (table,) = read(file).tables
    assert rows_of(table) == [list(row) for row in grid]
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for row in grid for cell in row)
    assert replace_numbers(file) == numbers
    return table


Grid = list[list[str]]
NAMES = ("PSNR", "MS-SSIM", "LPIPS (vgg)", "a_b", "R&D", "50%", "#1", "é", "Ours", "--", "")


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """A grid with a row of names, a column of names, and numbers or names elsewhere; no row or column is empty."""
    columns, rows = draw(st.integers(2, 5)), draw(st.integers(1, 5))
    number = st.builds("{}0.{:03}".format, st.sampled_from(("", "-")), st.integers(0, 999))
    cell = st.one_of(number, number, st.sampled_from(NAMES))
    header = ["Method", *(draw(st.sampled_from(NAMES[:-2])) for _ in range(columns - 1))]
    body = [[draw(st.sampled_from(NAMES[:4])), *(draw(cell) for _ in range(columns - 1))] for _ in range(rows)]
    return [header, *body]
