"""Any table of scores: columns found, case merged, wrong cells named by line."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.core.errors import ConfigError, DataError
from benchmark.evaluation.table_input import Columns, from_table
from benchmark.evaluation.table_sources import TableSource, from_file, from_frame


def frame(**changes: list[object]) -> TableSource:
    cells = {"ref": ["I01", "i01", "I02"], "mos": ["1", "2", "3"], "a": ["1e-3", "0.2", ""], **changes}
    return from_frame(pd.DataFrame(cells))


def test_names_differing_only_in_case_are_merged_and_said() -> None:
    table, notes = from_table(frame(), Columns(mos="mos", methods=("a",), reference="ref"))
    assert list(table["reference"]) == ["I01", "I01", "I02"]
    assert list(table["cluster"]) == ["I01", "I01", "I02"]
    assert any("3 reference names differing only in case were merged into 2" in note for note in notes)


def test_empty_cells_are_missing_scores_not_zero() -> None:
    table, _ = from_table(frame(), Columns(mos="mos", methods=("a",), reference="ref"))
    np.testing.assert_array_equal(table["a"], [0.001, 0.2, np.nan])


def test_without_references_every_pair_is_its_own_and_a_note_says_so() -> None:
    table, notes = from_table(frame(), Columns(mos="mos", methods=("a",)))
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
        from_table(frame(), columns)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("cells", "row"), [(["1", "good", "3"], 2), (["1", "2", "inf"], 3), (["", "2", "3"], 1), ([None, "2", "3"], 1)]
)
def test_a_label_that_is_no_finite_number_is_named_by_row(cells: list[object], row: int) -> None:
    with pytest.raises(DataError) as caught:
        from_table(frame(mos=cells), Columns(mos="mos", methods=("a",)))
    assert caught.value.problems[0].where == f"table, row {row}"


def test_a_score_that_is_no_number_is_an_error_not_a_gap() -> None:
    with pytest.raises(DataError, match=r"table, row 2: 'x' in column 'a' is not a number"):
        from_table(frame(a=["1", "x", "2"]), Columns(mos="mos", methods=("a",)))


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        from_file(tmp_path / "a.csv", ["mos"])
    for content, words in (("", "is empty"), ("\n \n", "is empty"), ("mos,a\n", "no rows")):
        (tmp_path / "b.csv").write_text(content)
        with pytest.raises(DataError, match=rf"b\.csv: .*{words}"):
            from_file(tmp_path / "b.csv", ["mos"])


@pytest.mark.parametrize("missing", ["", "  ", "NA", "None", "null", "nan", "#N/A", None, float("nan"), pd.NA])
@pytest.mark.parametrize("noun", ["reference", "cluster", "condition"])
def test_a_missing_name_is_refused_by_row_whatever_stands_for_it(noun: str, missing: object) -> None:
    table = frame(group=["p1", missing, missing])
    columns = Columns(mos="mos", methods=("a",), **{"reference": "ref", noun: "group"})
    with pytest.raises(
        DataError, match=rf"table, row 2: the {noun} in column 'group' is missing.*; and 1 more row \(3\)"
    ):
        from_table(table, columns)


@pytest.mark.parametrize("missing", ["", "NA", "None", "null", "N/A", "nan"])
def test_a_missing_name_is_refused_in_a_file_and_in_the_frame_that_pandas_reads_from_it(
    tmp_path: Path, missing: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"ref,mos,a\n\nr1,1,2\n{missing},2,3\nr2,3,1\n")
    columns = Columns(mos="mos", methods=("a",), reference="ref")
    for source, where in ((from_file(file, ["mos"]), r"t\.csv:4"), (from_frame(pd.read_csv(file)), "table, row 2")):
        with pytest.raises(DataError, match=f"{where}: the reference in column 'ref' is missing"):
            from_table(source, columns)


@pytest.mark.parametrize("text", ["", "NA", "#N/A", "-nan", "NULL", "<NA>", "n/a", "na", "None", "inf"])
def test_a_missing_score_is_missing_in_a_file_and_in_the_frame_that_pandas_reads_from_it(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"ref,mos,a\nr1,1,2.5\nr1,2,{text}\nr2,3,1\n")
    for source in (from_file(file, ["mos"]), from_frame(pd.read_csv(file))):
        table, _ = from_table(source, Columns(mos="mos", methods=("a",), reference="ref"))
        np.testing.assert_array_equal(table["a"], [2.5, np.nan, 1])


@pytest.mark.parametrize("names", [["1", "01", "2"], ["1", "1.0", "2"], ["1.0", "1", "2.0"]])
def test_names_that_are_the_same_number_are_one_in_a_file_and_in_the_frame_that_pandas_reads_from_it(
    tmp_path: Path, names: list[str]
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("ref,mos,a\n" + "".join(f"{name},{row},{row * row}\n" for row, name in enumerate(names)))
    for source in (from_file(file, ["mos"]), from_frame(pd.read_csv(file))):
        table, _ = from_table(source, Columns(mos="mos", methods=("a",), reference="ref"))
        codes, _ = pd.factorize(table["cluster"])
        assert codes.tolist() == [0, 0, 1]


def test_long_numbers_that_a_float_would_make_equal_stay_names_apart() -> None:
    table = frame(ref=["90071992547409931", "90071992547409932", "90071992547409931"])
    found, _ = from_table(table, Columns(mos="mos", methods=("a",), reference="ref"))
    assert found["reference"].nunique() == 2


def test_a_frames_index_and_the_blanks_around_its_headings_do_not_count() -> None:
    table = pd.DataFrame({" ref ": ["a", "b"], "mos\t": [1, 2], 7: [3, 4]}, index=[5, 5])
    found, notes = from_table(from_frame(table), Columns(mos="mos", methods=("7",), reference="ref"))
    assert found[["reference", "mos", "7"]].to_numpy().tolist() == [["a", 1.0, 3.0], ["b", 2.0, 4.0]]
    assert notes == []


@pytest.mark.parametrize(
    "text",
    [
        "ref,mos,a\nr1,1,2,\nr1,2,3,\n",  # a comma too many ends each row: pandas takes the first column for row names
        "ref,mos,a\nr1,1,2,\nr1,2,3\n",
        "mos,a\n3,5,30,1\n2,5,31,2\n",  # decimal commas: it takes the first two
    ],
)
def test_columns_that_pandas_shifted_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ConfigError, match="pandas makes row names of surplus cells"):
        from_frame(pd.read_csv(tmp_path / "t.csv"))


def test_an_index_of_text_without_a_name_is_mentioned(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("ref,mos,a\nr1.png,3,5,30\nr2.png,2,5,31\n")
    assert any("every column is shifted" in note for note in from_frame(pd.read_csv(tmp_path / "t.csv")).notes)


@pytest.mark.parametrize("text", ["mos,a,mos\n1,2,3\n", "mos,a, mos \n1,2,3\n"])
def test_a_heading_that_stands_twice_is_refused_in_a_file_and_in_a_frame(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(DataError, match=r"t\.csv:1: the column 'mos' stands more than once"):
        from_file(tmp_path / "t.csv", ["mos"])
    with pytest.raises(DataError, match=r"table: the column.* 'mos'"):
        from_frame(pd.read_csv(tmp_path / "t.csv"))


def test_versions_in_headings_are_no_renamed_headings(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("mos,lpips_v0,lpips_v0.1\n1,2,3\n")
    assert from_file(tmp_path / "t.csv", ["mos"]).headings == ["mos", "lpips_v0", "lpips_v0.1"]
    assert from_frame(pd.read_csv(tmp_path / "t.csv")).headings == ["mos", "lpips_v0", "lpips_v0.1"]
