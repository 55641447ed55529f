"""Choices from any table: what is read, every wrong cell with its line, what stands twice."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark.core.errors import ConfigError
from benchmark.data import choices, pairs
from benchmark.data.check_table import audit
from tests.datasets.published_files import refused, remarks
from tests.datasets.trees import load, plant

IMAGES = ("src/a.png", "src/b.png", *(f"img/{name}{number}.png" for name in "ab" for number in range(3)))
HEADER = "reference,first,second,preference"
A01, A12, B01 = "src/a.png,img/a0.png,img/a1.png", "src/a.png,img/a1.png,img/a2.png", "src/b.png,img/b0.png,img/b1.png"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    plant(tmp_path, IMAGES)
    return tmp_path / "study.csv"


def tables(file: Path, *lines: str, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    dataset = load("choices", file=file, **options)
    table = pairs.complete(dataset.pairs(), labelled=False)
    given = dataset.choices()
    assert given is not None
    return table, choices.complete(given, table)


def wrong(file: Path, *lines: str, **options: Any) -> str:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return refused(load("choices", file=file, **options))


def test_an_image_of_several_choices_is_one_pair(file: Path) -> None:
    table, chosen = tables(file, HEADER, f"{A01},.25", f"{A12},1", f"{B01},0.5")
    assert table["pair"].tolist() == ["img/a0.png", "img/a1.png", "img/a2.png", "img/b0.png", "img/b1.png"]
    assert table["reference"].tolist() == ["src/a.png"] * 3 + ["src/b.png"] * 2
    assert all(Path(path).is_file() for column in pairs.PATHS for path in table[column])
    assert chosen[["first", "second"]].to_numpy().tolist() == [
        ["img/a0.png", "img/a1.png"],
        ["img/a1.png", "img/a2.png"],
        ["img/b0.png", "img/b1.png"],
    ]
    assert chosen["preference"].tolist() == [0.25, 1, 0.5]
    assert chosen["cluster"].tolist() == ["src/a.png", "src/a.png", "src/b.png"]
    assert chosen["votes"].isna().all()


def test_every_optional_column_is_used_by_its_name_or_by_an_option(file: Path) -> None:
    usual = f"{HEADER},votes,condition,split,cluster"
    first, second = f"{A01},.25,4,blur,one,p1", f"{B01},.5,2,noise,two,p1"
    own = usual.replace("votes,condition,split,cluster", "n,kind,part,patient").replace("preference", "share")
    options = {"preference": "share", "votes": "n", "condition": "kind", "split": "part", "cluster": "patient"}
    for header, given in ((usual, {}), (own, options)):
        table, chosen = tables(file, header, first, second, **given)
        assert chosen["votes"].tolist() == [4, 2]
        assert chosen["condition"].tolist() == ["blur", "noise"]
        assert chosen["split"].tolist() == ["one", "two"]
        assert chosen["cluster"].tolist() == table["cluster"].tolist()[::2] == ["p1", "p1"]
        assert table["pair"].tolist()[:2] == ["one/img/a0.png", "one/img/a1.png"]


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("votes_first,votes_second", {}),
        ("left,right", {"votes_first": "left", "votes_second": "right"}),
        ("left,right,preference", {"votes_first": "left", "votes_second": "right"}),
    ],
)
def test_votes_of_each_image_give_the_preference(file: Path, header: str, options: dict[str, str]) -> None:
    more = ",.9" if header.endswith("preference") else ""
    head = f"reference,first,second,{header}"
    _, chosen = tables(file, head, f"{A01},1,3{more}", f"{B01},4,0{more}", **options)
    assert chosen["preference"].tolist() == [0.75, 0]
    assert chosen["votes"].tolist() == [4, 4]


def test_a_german_export_is_read(file: Path) -> None:
    rows = [f"{row};0,{share}".replace(",img", ";img") for row, share in ((A01, 6), (B01, 25))]
    _, chosen = tables(file, HEADER.replace(",", ";"), *rows)
    assert chosen["preference"].tolist() == [0.6, 0.25]


def test_an_image_of_two_references_is_two_pairs(file: Path) -> None:
    table, chosen = tables(file, HEADER, f"{A01},1", "src/b.png,img/a0.png,img/b1.png,0")
    assert table["pair"].tolist() == [
        "img/a0.png of src/a.png",
        "img/a1.png",
        "img/a0.png of src/b.png",
        "img/b1.png",
    ]
    assert chosen["first"].tolist() == ["img/a0.png of src/a.png", "img/a0.png of src/b.png"]


def test_the_same_images_may_be_compared_again_but_no_row_stands_twice(file: Path) -> None:
    turned = "src/a.png,img/a1.png,img/a0.png"
    again = (HEADER, f"{A01},.25", f"{turned},.75", f"{A01},.5")
    assert tables(file, *again)[1]["preference"].tolist() == [0.25, 0.75, 0.5]
    sessions = (f"{HEADER},session", f"{A01},.25,1", f"{A01},.25,2")
    assert len(tables(file, *sessions)[1]) == 2
    twice = (HEADER, f"{A01},.25", f"{B01},1", f"{A01},0.250")
    message = wrong(file, *twice)
    assert "study.csv:4: the same in every column as line 2; `duplicates: drop-identical` keeps one" in message
    assert len(tables(file, *twice, duplicates="drop-identical")[1]) == 2
    dataset = load("choices", file=file, duplicates="drop-identical")
    dataset.pairs()
    assert "1 rows identical to an earlier one were dropped (duplicates: drop-identical)." in dataset.notes()


WRONG = {
    "above 1": (f"{A01},1.5", "the preference is 1.5; a preference is the share of the votes for the second image"),
    "percent": (f"{A01},60", "from 0 to 1; write 60 % as 0.6"),
    "negative": (f"{A01},-.1", "the preference is -.1; it can't be less than 0"),
    "missing": (f"{A01},", "the preference is missing"),
    "NaN": (f"{A01},nan", "the preference is nan, not a finite number"),
    "a sign of per cent": (f"{A01},60 %", "the preference is not a number ('60 %'); leave out the sign %"),
    "text": (f"{A01},second", "the preference is not a number ('second')"),
    "itself": ("src/a.png,img/a0.png,img/a0.png,1", "the choice is between 'img/a0.png' and itself"),
    "no image": ("src/a.png,img/a0.png,img/A1.png,1", "column 'second': no second image 'img/A1.png'"),
    "hint": ("src/a.png,img/a0.png,img/A1.png,1", "there is 'a1.png': names must be equal in case"),
    "outside": ("src/a.png,../a0.png,img/a1.png,1", "column 'first': the name '../a0.png' leaves the data folder"),
    "no name": (",img/a0.png,img/a1.png,1", "the reference image is missing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_cells_are_named_with_their_line(file: Path, name: str) -> None:
    row, words = WRONG[name]
    message = wrong(file, HEADER, f"{B01},.5", row)
    assert "study.csv:3: " in message
    assert words in message
    found = [str(problem) for problem in audit(load("choices", file=file)) if problem.severity != "note"]
    assert any(words in text for text in found)


@pytest.mark.parametrize(
    ("more", "cells", "words"),
    [
        ("votes", ".5,0", "the votes is 0; it can't be less than 1"),
        ("votes", ".5,2.5", "the votes is 2.5, not a whole number"),
        ("votes", ".5,many", "the votes is not a number ('many')"),
        ("condition", ".5,", "the condition in column 'condition' is missing"),
        ("split", ".5,NA", "'NA' stands for a missing one"),
    ],
)
def test_wrong_optional_cells_are_named(file: Path, more: str, cells: str, words: str) -> None:
    good = "1" if more == "votes" else "x"
    assert words in wrong(file, f"{HEADER},{more}", f"{B01},.5,{good}", f"{A01},{cells}")


@pytest.mark.parametrize(
    ("cells", "words"),
    [("0,0", "nobody voted for either image; leave the row out"), ("-1,2", "can't be less than 0"), ("1.5,2", "whole")],
)
def test_wrong_votes_of_each_image_are_named(file: Path, cells: str, words: str) -> None:
    assert words in wrong(file, "reference,first,second,votes_first,votes_second", f"{A01},{cells}")


def test_a_table_without_preference_says_what_is_needed(file: Path) -> None:
    message = wrong(file, "reference,first,second,share", f"{A01},1")
    assert "says nothing of who was preferred: name the column of the share that prefers the second image" in message
    assert "there are 'reference', 'first', 'second', 'share'" in message
    assert "no column 'first'; did you mean 'First'?" in wrong(file, "reference,First,second,preference", f"{A01},1")
    for options in ({"votes_first": "a"}, {"votes_first": "a", "votes_second": "b", "votes": "n"}):
        with pytest.raises(ConfigError, match="votes_first and votes_second"):
            load("choices", file=file, **options)


def test_simulated_choices_say_so(file: Path) -> None:
    tables(file, HEADER, f"{A01},1")
    dataset = load("choices", file=file, simulated=True)
    dataset.pairs()
    assert dataset.labels == "simulated"  # type: ignore[attr-defined]
    assert "imulated labels" in dataset.notes()[0]
    assert list(dataset.label_files) == [file]


def test_three_thousand_choices_are_read_once(file: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{A01},{share},{number}" for number, share in enumerate(rng.integers(0, 6, 3_000) / 5)]
    table, chosen = tables(file, f"{HEADER},session", *rows)
    assert len(table) == 2
    assert len(chosen) == 3_000
    assert remarks(load("choices", file=file)) == []
