"""Rows that stand twice, and pairs with two labels: named by line, with or without references, in files and in frames."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark.core.errors import DataError
from benchmark.evaluation.table_input import Columns, from_table
from benchmark.evaluation.table_sources import from_file, from_frame

PAIRS = "reference,enhanced,mos,psnr,other\nr1,a,1.0,30,x\n\nr1,b,2.5,31,y\nr2,a,3,30,x\n"  # lines 2, 4 and 5
BARE = "mos,psnr\n1,30\n2,31\n3,30\n"


def read(folder: Path, text: str, *, frame: bool = False, **options: Any) -> tuple[pd.DataFrame, list[str]]:
    file = folder / "t.csv"
    file.write_text(text)
    source = from_frame(pd.read_csv(file)) if frame else from_file(file, ["mos"])
    reference = "reference" if "reference" in source.headings else None
    return from_table(source, Columns(mos="mos", methods=("psnr",), reference=reference), **options)


def without(text: str, column: int) -> str:
    """The table without one of its columns."""
    lines = [line.split(",") for line in text.splitlines()]
    return "\n".join(",".join(cells[:column] + cells[column + 1 :]) for cells in lines) + "\n"


def test_an_enhanced_name_may_stand_under_two_references(tmp_path: Path) -> None:
    table, _ = read(tmp_path, PAIRS)
    assert table["mos"].tolist() == [1.0, 2.5, 3.0]


@pytest.mark.parametrize(
    "row", ["r1,b,2.5,31,y", "r1,b,2.50,31.0,y", "r1,b, 2.5 ,31,y"], ids=["word for word", "zeros", "blanks"]
)
@pytest.mark.parametrize("reference", [True, False])
def test_identical_rows_are_named_by_line_and_dropped_on_request(tmp_path: Path, row: str, reference: bool) -> None:
    text = f"{PAIRS}{row}\n" if reference else without(PAIRS.replace("r2,a", "r2,c") + f"{row}\n", 0)
    with pytest.raises(DataError, match=r"t\.csv:6: this row is identical to line 4.*--duplicates drop-identical"):
        read(tmp_path, text)
    with pytest.raises(DataError, match=r"table, row 4: this row is identical to row 2"):
        read(tmp_path, text, frame=True)
    for frame in (False, True):
        table, notes = read(tmp_path, text, frame=frame, drop_identical=True)
        assert table["mos"].tolist() == [1.0, 2.5, 3.0]
        assert any(note.startswith("1 rows identical to an earlier one were dropped") for note in notes)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("r1,b,2,31,y", "with 2.5 instead of 2 as its label"),
        ("r1,b,2.5,32,y", "with 31 instead of 32 as its score"),
        ("r1,b,2.5,31,z", "a pair has one row"),
        ("R1,B,2,31,y", "with 2.5 instead of 2 as its label"),
    ],
)
@pytest.mark.parametrize("reference", [True, False])
@pytest.mark.parametrize("drop_identical", [True, False])
def test_a_pair_with_two_labels_or_scores_is_refused_by_line(
    tmp_path: Path, row: str, words: str, reference: bool, drop_identical: bool
) -> None:
    text = f"{PAIRS}{row}\n" if reference else without(PAIRS.replace("r2,a", "r2,c") + f"{row}\n", 0)
    with pytest.raises(DataError, match=rf"t\.csv:6: the pair '[bB]'.* already stands in line 4.*{words}"):
        read(tmp_path, text, drop_identical=drop_identical)


def test_rows_that_differ_only_in_pandas_index_column_are_the_same(tmp_path: Path) -> None:
    text = ",enhanced,mos,psnr\n0,a,1,2\n1,b,2,3\n2,a,1,2\n"
    for frame in (False, True):
        with pytest.raises(DataError, match="identical to"):
            read(tmp_path, text, frame=frame)


@pytest.mark.parametrize("extra", ["condition", "split", "dataset", "distortion"])
def test_equal_file_names_of_other_conditions_splits_or_data_sets_are_other_pairs(tmp_path: Path, extra: str) -> None:
    table, _ = read(tmp_path, f"reference,enhanced,{extra},mos,psnr\nr1,1.png,x,1,2\nr1,1.png,y,1,2\n")
    assert len(table) == 2


def test_bare_numbers_may_be_equal_by_chance_and_a_note_says_so_unless_all_stand_twice(tmp_path: Path) -> None:
    table, notes = read(tmp_path, BARE + "2,31\n")
    assert len(table) == 4
    assert any(note.startswith("Identical rows:") and "t.csv:5 is identical to line 3" in note for note in notes)
    with pytest.raises(DataError, match=r"t\.csv:5: this row is identical to line 2; and 2 more rows \(6, 7\)"):
        read(tmp_path, BARE + BARE.partition("\n")[2])


def test_rows_of_a_reference_without_names_of_images_are_refused_with_a_way_out(tmp_path: Path) -> None:
    text = "reference,mos,psnr\nr1,1,2\nr1,1,2\n"
    with pytest.raises(DataError, match=r"t\.csv:3: this row is identical to line 2.*add a column `enhanced`"):
        read(tmp_path, text)


SIX = [f"r{r},r{r}_{c}.png,{c},{r}.{n},{3 * r + n}" for r in range(4) for n, c in enumerate("xyz", 1)]


@pytest.mark.parametrize("label", ["1.1", "4.4"], ids=["the same", "another"])
def test_one_image_under_two_conditions_is_refused_where_names_tell_images_apart_elsewhere(
    tmp_path: Path, label: str
) -> None:
    rows = [*SIX, f"r1,r1_x.png,y,{label},4"]
    text = "\n".join(["reference,enhanced,condition,mos,psnr", *rows])
    with pytest.raises(DataError, match=r"t\.csv:14: the pair 'r1_x\.png' of 'r1'.* already stands in line 5"):
        read(tmp_path, text)


@pytest.mark.parametrize("condition", ["condition", "distortion"])
def test_a_name_that_few_pairs_share_is_of_two_images_where_condition_and_scores_differ(
    tmp_path: Path, condition: str
) -> None:
    """As in LIVE, whose names repeat over folders: 48 of 779 pairs of image and reference stand twice."""
    text = "\n".join([f"reference,enhanced,{condition},mos,psnr", *SIX])
    table, _ = read(tmp_path, f"{text}\nr1,r1_x.png,y,9,40")
    assert len(table) == 13
    for row, words in (
        ("r1,r1_x.png,y,1.1,4", "a pair has one row$"),
        ("r1,r1_x.png,x,4.4,9", "with 1.1 instead of 4.4"),
        ("r1,r1_x.png,y,9,40\nr1,r1_x.png,y,8,41", "line 14, with 9 instead of 8"),
    ):
        with pytest.raises(DataError, match=words):
            read(tmp_path, f"{text}\n{row}")


def test_pairs_that_stand_twice_where_no_condition_is_named_are_refused_with_a_way_out(tmp_path: Path) -> None:
    text = "\n".join(["reference,enhanced,type,mos,psnr", *SIX, "r1,r1_x.png,y,9,40"])
    with pytest.raises(DataError, match=r"a pair has one row; if they are different images, --condition COL"):
        read(tmp_path, text)


def test_a_pair_that_only_its_condition_names_has_one_label(tmp_path: Path) -> None:
    rows = [row.replace(f",{row.split(',')[1]},", ",") for row in [*SIX, "r1,r1_x.png,x,4.4,4"]]
    header = "reference,condition,mos,psnr"
    with pytest.raises(
        DataError, match=r"t\.csv:14: the pair 'x' of 'r1'.* line 5, with 1\.1 instead of 4\.4.*`enhanced`"
    ):
        read(tmp_path, "\n".join([header, *rows]))
    levels = [f"{row}0\n{row.replace(',x,', ',x,9')}" for row in rows[:-1]]
    assert len(read(tmp_path, "\n".join([header, *levels]))[0]) == 24, "several levels of each distortion"
