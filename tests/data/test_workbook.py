"""Excel workbooks and Parquet files are read as tables of text are: cells as stored, rows by their numbers."""

import io
import re
import warnings
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

import benchmark
from benchmark.config.models import StatisticsConfig
from benchmark.core.errors import DataError
from benchmark.data import tables
from benchmark.data.delimited import Delimited, check_header
from benchmark.data.labels import MAX_BYTES
from benchmark.evaluation.table_sources import from_file

WANTED = ("mos", "psnr")


def book(file: Path, *sheets: list[Any], titles: tuple[str, ...] = (), merged: tuple[str, ...] = ()) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for at, rows in enumerate(sheets):
        sheet = made.create_sheet(titles[at] if titles else f"S{at + 1}")
        for row in rows:
            sheet.append(row)
        for area in merged:
            sheet.merge_cells(area)
    made.save(file)
    return file


def read(file: Path, **options: str) -> Delimited:
    table = tables.read(file, WANTED, **options)  # type: ignore[arg-type]
    check_header(table)
    return table


def refused(file: Path, **options: str) -> str:
    """The one line about a workbook that is not read, without its place."""
    try:
        problems = read(file, **options).problems
    except DataError as error:
        problems = list(error.problems)
    (problem,) = problems
    assert "\n" not in str(problem)
    return str(problem).removeprefix(str(file)).removeprefix(": ")


def test_numbers_texts_and_gaps_are_read_as_stored(tmp_path: Path) -> None:
    rows = [
        ["name", "mos", "psnr", " SD ", None, None],
        [12, 3.5, 30, None, None, None],
        [None] * 6,
        [" a ", 1e-9, 4.0, 0.1 + 0.2, None, None],
        [True, "3,5", "#N/A", "", None, None],
        [None] * 6,
    ]
    table = read(book(tmp_path / "t.xlsx", rows))
    assert table.header == (1, ["name", "mos", "psnr", "SD"])
    assert table.records == [
        (2, ["12", "3.5", "30", ""]),
        (4, ["a", "1e-09", "4", "0.3"]),
        (5, ["True", "3,5", "#N/A", ""]),
    ]
    assert not table.problems
    assert table.note == "The sheet 'S1' of t.xlsx was read."


def test_headings_may_stand_below_a_title_and_beside_notes(tmp_path: Path) -> None:
    rows = [["Study of 2024"], [], ["name", "mos", "psnr"], ["a", 1, 2, None, "a note"], ["b", 3, 4]]
    table = read(book(tmp_path / "t.xlsx", rows, merged=("A1:C1",)))
    assert table.header == (3, ["name", "mos", "psnr"])
    assert table.records == [(4, ["a", "1", "2"]), (5, ["b", "3", "4"])]


def test_the_sheet_with_the_columns_is_read_or_the_one_that_is_named(tmp_path: Path) -> None:
    rows = [["mos", "psnr"], [1, 2]]
    file = book(tmp_path / "t.xlsx", [["notes"]], rows, [["mos"], [7]], titles=("Notes", "All", "Few"))
    assert read(file).records == [(2, ["1", "2"])]
    assert read(file, sheet="Few").records == [(2, ["7"])]
    assert from_file(file, WANTED, "Few").text("mos") == ["7"]
    assert refused(file, sheet="Fwe") == "no sheet 'Fwe'; did you mean 'Few'?"
    assert refused(file, sheet="X") == "no sheet 'X'; it has 'Notes', 'All', 'Few'"
    file = book(tmp_path / "two.xlsx", rows, rows)
    assert refused(file).startswith("2 sheets have such headings ('S1', 'S2'); say which by `sheet:`")
    assert refused(book(tmp_path / "none.xlsx", [])).startswith("is empty")


def test_merged_cells_count_for_each_of_their_rows(tmp_path: Path) -> None:
    rows = [["ref", "mos", "psnr"], ["r1", 1, 2], [None, 3, 4], ["r2", 5, 6], [None, 7, 8]]
    table = read(book(tmp_path / "t.xlsx", rows, merged=("A2:A3", "A4:A5")))
    assert [record.cells[0] for record in table.records] == ["r1", "r1", "r2", "r2"]
    assert "merged cells count for each of their rows (A2:A3, A4:A5)" in table.note
    across = book(tmp_path / "t.xlsx", [["ref", "mos", "psnr"], ["r1", 1, 2]], merged=("B2:C2",))
    assert refused(across) == "2: the cells B2:C2 are merged across columns; part them".replace("2: ", ":2: ", 1)


@pytest.mark.parametrize("value", [date(2024, 5, 3), datetime(2024, 5, 3), time(3, 5)])
def test_dates_in_columns_that_are_read_are_refused_and_elsewhere_are_not(tmp_path: Path, value: object) -> None:
    file = book(tmp_path / "t.xlsx", [["mos", "psnr", "day"], [1, 2, value], [value, 2, value], [value, 2, value]])
    message = refused(file)
    kind = "time" if isinstance(value, time) else "date"
    assert re.match(rf":3: '\S+' in column 'mos' is a {kind}; and 1 more row \(4\); spreadsheets make one", message)
    table = read(book(tmp_path / "t.xlsx", [["mos", "psnr", "day"], [1, 2, value]]))
    assert table.records[0].cells[2] in ("2024-05-03", "03:05:00")


def solved(file: Path, result: str) -> Path:
    """The workbook with a stored result for each of its formulas, as Excel writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(buffer, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"</f><v ?/>|</f><v></v>", f"</f><v>{result}</v>".encode(), content)
            new.writestr(item, content)
    file.write_bytes(buffer.getvalue())
    return file


def test_formulas_give_their_stored_result_or_are_refused(tmp_path: Path) -> None:
    file = book(tmp_path / "t.xlsx", [["mos", "psnr"], ["=1+2.5", 2], ["=1+2.5", 3], [None, 4]])
    message = refused(file)
    assert message.startswith(":2: the formula in column 'mos' has no stored result, and 1 more such cells; open it")
    assert [record.cells for record in read(solved(file, "3.5")).records] == [["3.5", "2"], ["3.5", "3"], ["", "4"]]
    unused = book(tmp_path / "t.xlsx", [["mos", "psnr", "sum"], [1, 2, "=A2+B2"], [None, 2, "=A2+B2"]])
    assert read(unused).records[0].cells == ["1", "2", ""]


def test_a_stray_cell_far_off_costs_nothing(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.append(["mos", "psnr"])
    sheet.append([1, 2])
    sheet["XFD200000"] = "x"
    made.save(tmp_path / "t.xlsx")
    assert read(tmp_path / "t.xlsx").records == [(2, ["1", "2"])]


def test_openpyxls_remarks_on_styles_are_not_shown(tmp_path: Path) -> None:
    file = book(tmp_path / "t.xlsx", [["mos", "psnr"], [1, 2]])
    with zipfile.ZipFile(file, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(
            "xl/styles.xml", "<styleSheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'/>"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(file).records


@pytest.mark.parametrize("name", ["t.xlsx", "t.xlsm", "t.csv"])
def test_damaged_workbooks_are_one_line(tmp_path: Path, name: str) -> None:
    whole = book(tmp_path / "whole.xlsx", [["mos", "psnr"], *([number, 2] for number in range(500))]).read_bytes()
    file = tmp_path / name
    file.write_bytes(whole[: len(whole) // 2])
    words = "is an Excel workbook" if name == "t.csv" else "can't be read as an Excel workbook"
    assert refused(file).startswith(words) or name == "t.csv"
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(buffer, "w") as new:
        for item in old.infolist():
            new.writestr(item, old.read(item)[:100])
    file.write_bytes(buffer.getvalue())
    assert refused(file).startswith("can't be read as an Excel workbook")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (MAX_BYTES + 1))
    assert refused(tmp_path / "t.xlsx") == "can't be read: xl/workbook.xml in it is larger than 256 MiB"


def test_parquet_is_read_as_stored(tmp_path: Path) -> None:
    frame = pa.table(
        {
            "mos": [3.5, None, 2.0],
            "psnr": pa.array([1, 2, None], pa.int32()),
            "name": pa.array([" a", "b", None]).dictionary_encode(),
            "exact": [Decimal("1.50"), None, Decimal("2.25")],
            "image": [{"bytes": b"x", "path": "p"}] * 3,
            "__index_level_0__": [7, 8, 9],
        }
    )
    parquet.write_table(frame, tmp_path / "t.parquet")
    table = read(tmp_path / "t.parquet")
    assert table.header == (1, ["mos", "psnr", "name", "exact"])
    assert table.records == [(2, ["3.5", "1", "a", "1.50"]), (3, ["", "2", "b", ""]), (4, ["2", "", "", "2.25"])]
    assert table.note == ""


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (pa.array([[1.0]]), "the column 'mos' holds list<"),
        (pa.array([date(2024, 5, 3)]), "the column 'mos' holds date32"),
        (pa.array([b"x"]), "the column 'mos' holds binary"),
    ],
)
def test_parquet_columns_that_hold_no_numbers_are_named(tmp_path: Path, column: Any, words: str) -> None:
    parquet.write_table(pa.table({"mos": column, "psnr": [1.0]}), tmp_path / "t.parquet")
    assert refused(tmp_path / "t.parquet").startswith(words)


def test_damaged_parquet_is_one_line(tmp_path: Path) -> None:
    pd.DataFrame({"mos": range(1000), "psnr": 1.0}).to_parquet(tmp_path / "t.parquet")
    content = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(content[: len(content) // 2])
    assert refused(tmp_path / "t.parquet").startswith("can't be read as a Parquet file (")
    (tmp_path / "t.parquet").write_bytes(content[:60] + bytes(400) + content[460:])
    assert refused(tmp_path / "t.parquet").startswith("can't be read as a Parquet file (")


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_evaluate_gives_the_numbers_of_the_same_table_in_text(tmp_path: Path, kind: str) -> None:
    pairs = [(ref, step) for ref in range(8) for step in range(4)]
    rows = [(ref, f"{ref}_{step}.png", ref * 7 % 11 / 4 + step, (ref + step * 3) % 7 / 4) for ref, step in pairs]
    frame = pd.DataFrame(rows, columns=["reference", "enhanced", "mos", "psnr"])
    frame.to_csv(tmp_path / "t.csv", index=False)
    file = tmp_path / f"t.{kind}"
    if kind == "xlsx":
        frame.to_excel(file, index=False)
    else:
        frame.to_parquet(file)
    options: Any = {"mos": "mos", "methods": ["psnr"], "statistics": StatisticsConfig(replicates=50)}
    one, other = (benchmark.evaluate(table, **options) for table in (tmp_path / "t.csv", file))
    assert one.summary["value"].tolist() == other.summary["value"].tolist()
    assert benchmark.evaluate(file, decimal=",", **options).summary["value"].tolist() == one.summary["value"].tolist()
    assert any("The sheet 'Sheet1'" in note for note in from_file(file, WANTED).notes) == (kind == "xlsx")


def test_scores_from_a_workbook_stand_beside_computed_ones(tmp_path: Path) -> None:
    from benchmark.data.score_lines import read_lines

    file = book(tmp_path / "t.xlsx", [["Image", "Score"], ["a.png", 0.5], ["b.png", None]])
    lines = read_lines(file, None)
    assert [line.name for line in lines.lines] == ["a.png", "b.png"]
    assert lines.lines[0].score == 0.5
    assert lines.how == ""
