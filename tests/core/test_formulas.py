"""Names that spreadsheets take for formulas: text in every CSV of a run, and themselves again when read back. Real files."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.cli import main
from benchmark.core import formulas
from benchmark.report import stored_runs
from benchmark.results import csv_files

NASTY = ["=cmd()", "+1", "-2.png", "@x", " =1+1", "'=x", "''-y", "'quoted", "plain", "O'Neil", "\t=z"]


@given(st.text(alphabet="'=+-@ \t\r\na1") | st.text())
def test_nothing_is_lost(cell: str) -> None:
    written = formulas.protect(cell)
    assert formulas.restore(written) == cell
    assert not written.lstrip().startswith(("=", "+", "-", "@"))


def test_every_text_of_a_runs_tables_is_protected_and_read_back(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"pair": NASTY, "condition": NASTY[::-1], "mos": [-1.5] * len(NASTY), "=m()": [-0.25] * len(NASTY)}
    )
    csv_files.write_table(tmp_path / "scores.csv", table)
    with open(tmp_path / "scores.csv", newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    for cell in [*header, *(cell for row in rows for cell in row[:2])]:
        assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell
    assert [row[2:] for row in rows] == [["-1.5", "-0.25"]] * len(NASTY), "numbers stay numbers"
    pd.testing.assert_frame_equal(csv_files.read_table(tmp_path / "scores.csv"), table)


def test_an_evaluation_of_such_scores_gives_the_same_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"r{i},=p{i},{i % 5 + i / 10},{'-+'[i % 2]}c,{i}" for i in range(10)]
    Path("t.csv").write_text("\n".join(["reference,pair,mos,condition,@m", *rows]) + "\n")
    quick = ("--mos", "mos", "--methods", "@m", "--set", "statistics.replicates=20", "--set", "report.plots=[]")
    assert main(["evaluate", "t.csv", "--condition", "condition", "--output", "one", *quick]) == 0
    assert "\ntable," not in Path("one/scores.csv").read_text()
    assert main(["evaluate", "one/scores.csv", "--condition", "condition", "--output", "two", *quick]) == 0
    first, second = (stored_runs.read(name).scores for name in ("one", "two"))
    assert list(first["pair"]) == [f"=p{i}" for i in range(10)]
    for column in ("pair", "condition", "@m"):
        assert list(first[column]) == list(second[column]), column
