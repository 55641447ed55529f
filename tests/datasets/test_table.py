"""Any CSV file of pairs: columns found or suggested, every wrong cell named with its line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.core.errors import DataError
from benchmark.data import pairs
from benchmark.plugins import registry
from benchmark.plugins.contracts import Dataset

Image = Callable[[Path, int], None]


@pytest.fixture
def folder(tmp_path: Path, image: Image) -> Path:
    for seed, name in enumerate(("r.png", "r2.png", "a.png", "b.png", "sub/c.png")):
        image(tmp_path / name, seed)
    return tmp_path


def table(**options: Any) -> Dataset:
    return registry.datasets().load("table")(**options)


def load(folder: Path, text: str, **options: Any) -> pd.DataFrame:
    (folder / "t.csv").write_text(text)
    return pairs.complete(table(file=folder / "t.csv", **options).pairs())


def problems(folder: Path, text: str | bytes, **options: Any) -> list[str]:
    (folder / "t.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(DataError) as raised:
        table(file=folder / "t.csv", **options).pairs()
    return [str(problem).removeprefix(f"{folder / 't.csv'}:") for problem in raised.value.problems]


def test_standard_columns_are_taken_where_they_are(folder: Path) -> None:
    text = "split,reference,enhanced,mos,condition,cluster,mos_sd,observers,fold,other\n"
    found = load(folder, text + "test,r.png,a.png,3.5,soft,p1,0.5,12,1,x\ntest,r.png,sub/c.png,2,hard,p1,,NA,2,y\n")
    first, second = found.iloc[0], found.iloc[1]
    expected = ["test", 1, "test/a.png", "r.png", "p1", "a.png", "soft", 3.5, 0.5, 12]
    assert first[list(pairs.COLUMNS[:10])].tolist() == expected
    assert pd.isna(second["mos_sd"])
    assert all(Path(path).is_file() for column in pairs.PATHS for path in found[column])


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_endings(folder: Path, mark: str, ending: str) -> None:
    lines = (("reference", "enhanced", "mos"), ("r.png", "a.png", "3.5"), ("r.png", '"b.png"', "2.25"))
    (folder / "t.csv").write_bytes(b"\xef\xbb\xbf" + ending.join(mark.join(line) for line in lines).encode())
    assert table(file=folder / "t.csv").pairs()["mos"].tolist() == [3.5, 2.25]


@pytest.mark.parametrize("missing", ["", " ", "NA", "None", "null", "nan"])
@pytest.mark.parametrize("column", ["condition", "cluster", "split"])
def test_a_missing_condition_cluster_or_split_is_refused_by_line(folder: Path, column: str, missing: str) -> None:
    text = f"reference,enhanced,mos,{column}\nr.png,a.png,1,x\n\nr.png,b.png,2,{missing}\n"
    (message,) = problems(folder, text)
    assert message.startswith(f"4: the {column} in column {column!r} is missing")


def test_a_column_without_any_content_is_as_good_as_none(folder: Path) -> None:
    found = load(folder, "reference,enhanced,mos,cluster,condition,split\nr.png,a.png,1,,,\nr2.png,b.png,2,,,\n")
    assert found[["cluster", "condition", "split"]].to_numpy().tolist() == [["r.png", "", ""], ["r2.png", "", ""]]


def test_decimal_commas_are_read_and_said_or_their_option_is_named(folder: Path) -> None:
    (folder / "t.csv").write_text("reference;enhanced;mos;mos_sd\nr.png;a.png;3,5;0,25\nr.png;b.png;2;\n")
    dataset = table(file=folder / "t.csv")
    assert dataset.pairs()["mos"].tolist() == [3.5, 2.0]
    assert list(dataset.notes()[1:]) == [
        "Columns of t.csv are separated by semicolons.",
        "Decimal commas were read in t.csv.",
    ]
    quoted = 'reference,enhanced,mos\nr.png,a.png,"3,5"\nr.png,b.png,"2,5"\n'
    (message,) = problems(folder, quoted)
    assert message.startswith("2: '3,5' in column 'mos'")
    assert 'decimal: ","' in message
    assert load(folder, quoted, decimal=",")["mos"].tolist() == [3.5, 2.5]
    assert "has a point" in problems(folder, "reference,enhanced,mos\nr.png,a.png,3.5\n", decimal=",")[0]


def test_rows_listed_twice_are_refused_by_line_or_dropped_and_counted(folder: Path) -> None:
    text = "reference,enhanced,mos\nr.png,a.png,1\nr.png,b.png,2\nr.png,a.png,1\n"
    (message,) = problems(folder, text)
    assert message.startswith(
        "4: the pair of 'a.png' and 'r.png' already stands in line 2, with the same in every column"
    )
    (folder / "t.csv").write_text(text)
    dataset = table(file=folder / "t.csv", duplicates="drop-identical")
    assert dataset.pairs()["mos"].tolist() == [1.0, 2.0]
    assert any("1 rows" in note and "dropped" in note for note in dataset.notes())
    (message,) = problems(folder, text.replace("a.png,1\n", "a.png,3\n", 1), duplicates="drop-identical")
    assert "with the label 3 instead of 1" in message


def test_rows_are_identical_however_their_numbers_are_written(folder: Path) -> None:
    text = "reference,enhanced,mos,psnr\nr.png,a.png,1,31\nr.png,b.png,2,30\nr.png,a.png,1.0,31.00\n"
    assert "duplicates: drop-identical" in problems(folder, text)[0]
    assert load(folder, text, duplicates="drop-identical")["mos"].tolist() == [1.0, 2.0]
    (message,) = problems(folder, text.replace("31.00", "31.01"), duplicates="drop-identical")
    assert message.endswith("already stands in line 2")


def test_named_columns_and_root(folder: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    text = "ref,img,score,kind,mos\nr.png,sub\\c.png,4,k,9\n"
    found = load(lists, text, root=folder, reference="ref", enhanced="img", label="score", condition="kind")
    assert found.iloc[0][["mos", "condition", "enhanced"]].tolist() == [4, "k", "sub/c.png"]


def test_missing_columns_get_the_nearest_name(folder: Path) -> None:
    assert problems(folder, "reference,enhaced,mos\nr.png,a.png,1") == [
        "1: no column 'enhanced'; did you mean 'enhaced'?"
    ]
    found = problems(folder, "x,y\n1,2", condition="algorithm")
    assert len(found) == 4
    assert all("there are 'x', 'y'" in message for message in found)
    assert problems(folder, "reference,enhanced,mos,mos\nr.png,a.png,1,2") == [
        "1: the column 'mos' stands more than once; rename one of them"
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("r.png,a.png,", "the mos is missing"),
        ("r.png,a.png,good", "the mos is not a number"),
        ("r.png,a.png,nan", "not a finite number"),
        ("r.png,a.png,inf", "not a finite number"),
        ("r.png,,1", "the enhanced is missing"),
        ("r.png,../a.png,1", "leaves the data folder"),
        ("/r.png,a.png,1", "absolute"),
        ("r.png,A.png,1", "there is 'a.png'"),
        ("r3.png,a.png,1", "no reference image 'r3.png'"),
        ("r.png,b.png,1", "already stands in line 2"),
        ("r.png,a.png", "2 columns, the header has 3"),
        ("r.png,a.png,1,2", "4 columns, the header has 3"),
        ('r.png,"a.png,1', "can't be split"),
        ("r.png," * 1000 + "1", "1001 columns"),
    ],
)
def test_wrong_lines_are_named(folder: Path, line: str, words: str) -> None:
    (message,) = problems(folder, f"reference,enhanced,mos\nr.png,b.png,2\n\n{line}\n")
    assert message.startswith("4: ")
    assert words in message


def test_wrong_optional_cells_are_named(folder: Path) -> None:
    text = "reference,enhanced,mos,mos_sd,observers,fold\nr.png,a.png,1,-0.1,2,1\nr.png,b.png,1,x,1.5,0.5\n"
    assert [message[:2] for message in problems(folder, text)] == ["2:", "3:", "3:", "3:"]
    zero = "reference,enhanced,mos,mos_sd,observers\nr.png,a.png,1,0.1,0\nr.png,b.png,1,0,2\n"
    assert problems(folder, zero) == [
        "2: the observers is 0; it can't be less than 1",
        "3: the mos_sd is 0; it must be above 0, or empty where it isn't known",
    ]
    zero = "reference,enhanced,mos,mos_sd,observers\nr.png,a.png,1,0.1,0\nr.png,b.png,1,0,2\n"
    assert problems(folder, zero) == [
        "2: the observers is 0; it can't be less than 1",
        "3: the mos_sd is 0; it must be above 0, or empty where it isn't known",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"reference,enhanced,mos\n", "no rows"),
        ("reference,enhanced,mos\nr.png,a.png,1".encode("utf-16"), "UTF-16"),
        ("reference,enhanced,mos\nr.png,增.png,1".encode("gbk"), "GBK"),
        (b'"reference,enhanced,mos\nr.png,a.png,1', "never closed"),
    ],
)
def test_files_that_are_no_tables(folder: Path, content: bytes, words: str) -> None:
    assert words in problems(folder, content)[0]


def test_an_enhanced_image_may_have_two_references(folder: Path) -> None:
    found = load(folder, "reference,enhanced,mos\nr.png,a.png,1\nr2.png,a.png,2\nr.png,b.png,3\n")
    assert found["pair"].tolist() == ["a.png of r.png", "a.png of r2.png", "b.png"]


def test_simulated_labels_are_said(folder: Path) -> None:
    dataset = table(file=folder / "t.csv", simulated=True)
    assert dataset.labels == "simulated"  # type: ignore[attr-defined]
    assert dataset.notes()[0].startswith("Simulated labels: ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet='ar.png,"\n\r;12e-x/\\', max_size=25), max_size=6))
def test_any_text_gives_pairs_or_named_problems(folder: Path, lines: list[str]) -> None:
    text = "\n".join(["reference,enhanced,mos", "r.png,a.png,1", *lines])
    (folder / "t.csv").write_text(text, newline="")
    try:
        found, problems = table(file=folder / "t.csv").examine()
    except DataError as error:  # a decimal comma, quoted
        found, problems = pd.DataFrame({"source": []}), list(error.problems)
        assert '"' in text
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    named = {int(problem.where.removeprefix(f"{folder / 't.csv'}:")) for problem in problems}
    assert named <= set(range(2, len(rows) + 1))
    assert all(len(str(problem)) < 500 for problem in problems)
    if '"' not in text:
        fitting = {number for number, row in enumerate(rows, 1) if row.count(",") == 2 and row.strip(", ")}
        read = {int(source.rpartition(":")[2]) for source in found["source"]}
        assert fitting <= read | named | {1}
