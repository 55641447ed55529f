"""The table of pairs: completed, checked, split and limited."""

import pandas as pd
import pytest

from benchmark.core.errors import ConfigError, DataError
from benchmark.data import pairs


def table(**changes: object) -> pd.DataFrame:
    rows = {
        "split": ["train", "train", "test", "test"],
        "reference": ["1.png", "2.png", "3.png", "3.png"],
        "enhanced": ["1_a.png", "2_a.png", "3_a.png", "3_b.png"],
        "mos": [1.0, 2.0, 3.0, 4.0],
        "reference_path": ["/1", "/2", "/3", "/3"],
        "enhanced_path": ["/1a", "/2a", "/3a", "/3b"],
    }
    return pd.DataFrame({**rows, **changes})


def test_optional_columns_are_filled_in() -> None:
    full = pairs.complete(table())
    assert list(full.columns) == list(pairs.COLUMNS)
    assert list(full["pair"]) == ["train/1_a.png", "train/2_a.png", "test/3_a.png", "test/3_b.png"]
    assert list(full["cluster"]) == list(full["reference"])
    assert full["mos_sd"].isna().all()


def test_every_problem_is_carried() -> None:
    with pytest.raises(DataError) as caught:
        pairs.complete(
            table(mos=[1.0, float("nan"), float("inf"), 4.0], enhanced=["1_a.png", "2_a.png", "3_a.png", "3_a.png"])
        )
    messages = [str(problem) for problem in caught.value.problems]
    assert len(messages) == 3
    assert "train/2_a.png" in messages[0]
    assert "test/3_a.png stands more than once" in messages[2]
    with pytest.raises(DataError, match="mos"):
        pairs.complete(table().drop(columns="mos"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"mos": ["1", "2", "good", "4"]}, "the mos in row 3 of the data set's table of pairs is 'good', not a number"),
        ({"mos_sd": ["?", "?", None, None]}, "the mos_sd in row 1 .* '\\?', not a number, and 1 more are none either"),
        ({"observers": ["many", 3, 3, 3]}, "the observers in row 1"),
        ({"fold": ["a", "a", "b", "b"]}, "the fold in row 1"),
    ],
)
def test_columns_of_numbers_hold_numbers(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        pairs.complete(table(**changes))
    assert list(pairs.complete(table(mos=["1", "2", "3", "4.5"]))["mos"]) == [1, 2, 3, 4.5]


def test_a_column_that_stands_twice_is_refused() -> None:
    twice = pd.concat([table(), table()[["mos"]]], axis=1)
    with pytest.raises(DataError, match="has the column 'mos' twice"):
        pairs.complete(twice)


def test_the_test_split_is_the_default_then_val_then_all() -> None:
    full = pairs.complete(table())
    assert set(pairs.choose_splits(full, None)["split"]) == {"test"}
    renamed = pairs.complete(table(split=["train", "train", "val", "val"]))
    assert set(pairs.choose_splits(renamed, None)["split"]) == {"val"}
    unsplit = pairs.complete(table().drop(columns="split"))
    assert len(pairs.choose_splits(unsplit, None)) == 4
    assert len(pairs.choose_splits(full, ["all"])) == 4
    with pytest.raises(ConfigError, match=r"no split 'valid'.*'train', 'test'"):
        pairs.choose_splits(full, ["valid"])


def test_the_limit_counts_references_of_each_split() -> None:
    full = pairs.complete(table())
    assert list(pairs.limit_references(full, 1)["enhanced"]) == ["1_a.png", "3_a.png", "3_b.png"]
    assert len(pairs.limit_references(full, None)) == 4


def test_references_shared_between_splits_are_found() -> None:
    full = pairs.complete(table(reference=["1.png", "3.png", "3.png", "3.png"]))
    assert pairs.shared_references(full) == {"3.png": ("test", "train")}
