"""Any table of scores: columns found, case merged, wrong cells named by line."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.errors import ConfigError, DataError
from benchmark.table_input import Columns, from_table, read_csv


def frame(**changes: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"ref": ["I01", "i01", "I02"], "mos": ["1", "2", "3"], "a": ["1e-3", "0.2", ""], **changes})


def test_names_differing_only_in_case_are_merged_and_said() -> None:
    table, notes = from_table(frame(), Columns(mos="mos", methods=("a",), reference="ref"), name="t.csv")
    assert list(table["reference"]) == ["I01", "I01", "I02"]
    assert list(table["cluster"]) == ["I01", "I01", "I02"]
    assert any("3 reference names differing only in case were merged into 2" in note for note in notes)


def test_empty_cells_are_missing_scores_not_zero() -> None:
    table, _ = from_table(frame(), Columns(mos="mos", methods=("a",), reference="ref"), name="t.csv")
    np.testing.assert_array_equal(table["a"], [0.001, 0.2, np.nan])


def test_without_references_every_pair_is_its_own_and_a_note_says_so() -> None:
    table, notes = from_table(frame(), Columns(mos="mos", methods=("a",)), name="t.csv")
    assert table["reference"].nunique() == 3
    assert any("--reference" in note for note in notes)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (Columns(mos="MOS", methods=("a",)), "no column 'MOS'; did you mean 'mos'?"),
        (Columns(mos="mos", methods=("b",)), "no column 'b'"),
        (Columns(mos="mos", methods=("a",), cluster="patient"), "no column 'patient'"),
    ],
)
def test_a_missing_column_is_named(columns: Columns, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_table(frame(), columns, name="t.csv")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("cells", "where"), [(["1", "good", "3"], "t.csv:3"), (["1", "2", "inf"], "t.csv:4"), (["", "2", "3"], "t.csv:2")]
)
def test_a_label_that_is_no_finite_number_is_named_by_line(cells: list[object], where: str) -> None:
    with pytest.raises(DataError) as caught:
        from_table(frame(mos=cells), Columns(mos="mos", methods=("a",)), name="t.csv")
    assert caught.value.problems[0].where == where


def test_a_score_that_is_no_number_is_an_error_not_a_gap() -> None:
    with pytest.raises(DataError, match=r"t\.csv:3: 'x' in column 'a' is not a number"):
        from_table(frame(a=["1", "x", "2"]), Columns(mos="mos", methods=("a",)), name="t.csv")


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_csv(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes("mos\n1\n".encode("utf-16"))
    with pytest.raises(DataError, match="UTF-8"):
        read_csv(tmp_path / "b.csv")
    (tmp_path / "c.csv").write_text("")
    with pytest.raises(DataError, match=r"c\.csv"):
        read_csv(tmp_path / "c.csv")
    (tmp_path / "d.csv").write_text("mos,a\n")
    with pytest.raises(DataError, match="no rows"):
        from_table(read_csv(tmp_path / "d.csv"), Columns(mos="mos", methods=("a",)), name="d.csv")
