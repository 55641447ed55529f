"""Tables of separated cells, and files in general: encodings, kinds, what can't be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.audit.printed_table import PrintedTable
from benchmark.audit.read_printed import read
from benchmark.core.errors import UserError
from tests.audit.grids import Grid, check_round_trip, grids, replace_numbers, rows_of

Parse = Callable[[str], PrintedTable]
GRID = [["Method", "SRCC", "PLCC"], ["PSNR", "0.1", "0.2"], ["SSIM", "0.3", "0.4"]]


@pytest.fixture
def table(tmp_path: Path) -> Parse:
    def parse(text: str) -> PrintedTable:
        file = tmp_path / "table.csv"
        file.write_bytes(text.encode())
        (found,) = read(file).tables
        return found

    return parse


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_separators_line_ends_and_encodings(tmp_path: Path, separator: str, end: str, encoding: str) -> None:
    file = tmp_path / "table.txt"
    text = end.join(separator.join(row) for row in [["Méthode", "SRCC", "PLCC"], *GRID[1:]]) + end
    file.write_bytes((("\ufeff" if encoding == "utf-16-be" else "") + text).encode(encoding))
    printed = read(file)
    assert printed.kind == "csv"
    assert rows_of(printed.tables[0]) == [["Méthode", "SRCC", "PLCC"], *GRID[1:]]
    assert replace_numbers(file) == 4


def test_quotes(table: Parse) -> None:
    found = table('Method,"SRCC, mean","a ""b"""\n"MS\nSSIM", "0.1" ,0.2\n')
    assert rows_of(found) == [["Method", "SRCC, mean", 'a "b"'], ["MS SSIM", "0.1", "0.2"]]


def test_decimal_commas_stay(table: Parse) -> None:
    assert rows_of(table("Name;SRCC;PLCC\nPSNR;0,1;-0,2\nSSIM;0,3;0,4\n"))[1:] == [
        ["PSNR", "0,1", "-0,2"],
        ["SSIM", "0,3", "0,4"],
    ]
    assert rows_of(table("PSNR;0,1;-0,2\nSSIM;0,3;0,4\n")) == [["PSNR", "0,1", "-0,2"], ["SSIM", "0,3", "0,4"]]


def test_a_title_blank_lines_and_short_rows(table: Parse) -> None:
    found = table("\nTable 1: Results;;\n\nMethod;SRCC;PLCC\n;;\nDeep;;\nPSNR;0.1\n\nSSIM;0.3;0.4;;\n")
    assert (found.caption, found.line, found.rules) == ("Table 1: Results", 4, ())
    assert rows_of(found) == [["Method", "SRCC", "PLCC"], ["Deep", "", ""], ["PSNR", "0.1", ""], ["SSIM", "0.3", "0.4"]]


def test_a_first_line_that_states_the_separator(table: Parse) -> None:
    assert rows_of(table("sep=;\r\nA, x;B, y\r\n1,2;3,4\r\n")) == [["A, x", "B, y"], ["1,2", "3,4"]]
    assert rows_of(table("sep=,\nA;x,B;y\n1;2,3;4\n")) == [["A;x", "B;y"], ["1;2", "3;4"]]


def test_stars_set_in_bold(table: Parse) -> None:
    found = table("M,S\nA,**0.5**\nB,** 0.5 **\nC,0.4**\n")
    assert [(cell.text, set(cell.marks)) for cell in found.cells if cell.column and cell.row] == [
        ("0.5", {"bold"}), ("** 0.5 **", set()), ("0.4**", set())
    ]  # fmt: skip


def test_a_table_that_pandas_wrote(tmp_path: Path) -> None:
    columns = pd.MultiIndex.from_product([["Real, all", "Synthetic"], ["SRCC", "PLCC"]])
    frame = pd.DataFrame([[0.5, -0.25, 0.5, 0.125]], index=["PSNR"], columns=columns)
    grid = [["", "Real, all", "Real, all", "Synthetic", "Synthetic"], ["", "SRCC", "PLCC", "SRCC", "PLCC"]]
    grid.append(["PSNR", "0.5", "-0.25", "0.5", "0.125"])
    check_round_trip(tmp_path / "pandas.csv", frame.to_csv(), grid)
    check_round_trip(tmp_path / "pandas.tsv", frame.to_csv(sep="\t", quoting=csv.QUOTE_ALL), grid)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(
    grids(),
    st.sampled_from(",;\t|"),
    st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)),
    st.sampled_from(("\n", "\r\n")),
)
def test_whatever_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, grid: Grid, separator: str, quoting: int, end: str
) -> None:
    grid[0][0] = 'Method, or "name"; a|b'
    grid[0][-1] = "last"
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, quoting=quoting, lineterminator=end).writerows(grid)  # type: ignore[arg-type]
    check_round_trip(tmp_path_factory.getbasetemp() / "grid.csv", buffer.getvalue(), grid)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", r"\begin{tabular}{cc} a & 1 \\ \end{tabular}", "latex"),
        ("a", "<TABLE><tr><td>a<td>1</table>", "html"),
        ("a.txt", "a | b\n--|--\n1 | 2\n", "markdown"),
        ("a.txt", "a|b\n1|2\n", "csv"),
        ("A.TEX", r"\begin{tabular}{cc} a & 1 \\ \end{tabular}", "latex"),
    ],
)
def test_the_kind_of_a_file(tmp_path: Path, name: str, text: str, kind: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    printed = read(file)
    assert (printed.kind, printed.name, printed.encoding) == (kind, name, "utf-8")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'a,b\n1,"2\n3,4\n', ':2: a quote `"` is never closed; add one or remove it'),
        (b"", ": no rows with two columns or more"),
        (b"a\nb\n", ": no rows with two columns or more"),
        (b"a,b\0c\n", ": is no text"),
        (b"\xff\xfea\0,", ": is no text"),
        (b"\xff\xfea\0\0\0,\0b\0", ": is no text"),
        (b"%PDF-1.7\n\x01\xff", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PK\x03\x04", ""),
    ],
)
def test_what_can_not_be_read_is_said(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(data)
    with pytest.raises(UserError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}:")
    assert said in str(caught.value)


def test_folders_and_missing_files_are_said(tmp_path: Path) -> None:
    (tmp_path / "table.tex").write_text("x")
    with pytest.raises(UserError, match=r": is a folder; give a file with the table as LaTeX"):
        read(tmp_path)
    with pytest.raises(UserError, match=r"Table\.tex: no such file; there is 'table\.tex'"):
        read(tmp_path / "Table.tex")
