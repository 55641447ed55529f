"""Protocols: each form divides by cluster, whatever the order of the list; impossible ones are refused in words."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.config.protocol import DividedData, Protocol
from benchmark.config.source import parse, read_source
from benchmark.core.errors import ConfigError
from benchmark.data import folds, protocols
from benchmark.data.partitions import marks, select, sizes


def pairs(references: int, conditions: int = 3, *, patients: int | None = None, split: str = "") -> pd.DataFrame:
    rows = [
        {
            "split": split,
            "pair": f"r{r}_{c}",
            "reference": f"r{r}",
            "cluster": f"p{r % patients}" if patients else f"r{r}",
            "enhanced": f"r{r}_{c}.png",
            "condition": f"c{c}",
            "fold": np.nan,
        }
        for r in range(references)
        for c in range(conditions)
    ]
    return pd.DataFrame(rows)


def protocol(value: Any) -> Protocol:
    parsed = parse(DividedData, read_source({"dataset": "efid", "protocol": value})).protocol
    assert parsed is not None
    return parsed


@settings(max_examples=40, deadline=None)
@given(
    references=st.integers(6, 30),
    patients=st.none() | st.integers(5, 9),
    seed=st.integers(0, 2**63 - 1),
    form=st.sampled_from(
        [
            {"folds": 3},
            {"folds": 4, "validate": 0.2},
            {"repeat": 3, "test": 0.2},
            {"repeat": 2, "test": 0.4, "validate": 0.2},
        ]
    ),
)
def test_no_cluster_is_on_two_sides_and_the_order_changes_nothing(
    references: int, patients: int | None, seed: int, form: dict[str, Any]
) -> None:
    table = pairs(references, patients=patients)
    wanted = protocol({**form, "seed": seed})
    made = protocols.make(table, wanted, "set")
    assert protocols.make(table.sample(frac=1, random_state=1), wanted, "set") == made
    for partition in made.partitions:
        names = [name for part in partition.parts.values() for name in part]
        assert sorted(names) == sorted(table["cluster"].unique())
        selected = select(table, partition)
        assert (selected.groupby("cluster")["split"].nunique() == 1).all()
        assert len(selected) == len(table)
        assert bool(partition.validation) == ("validate" in form)
    assert not marks(table, made)


@pytest.mark.parametrize("seed", [0, 7])
def test_folds_are_those_of_the_data_set_and_each_cluster_is_tested_once(seed: int) -> None:
    table = pairs(13, patients=11)
    made = protocols.make(table, protocol({"folds": 4, "seed": seed}), "set")
    today = folds.divide(table, 4, seed)
    for partition in made.partitions:
        expected = folds.leave_out(today, partition.number)
        pd.testing.assert_series_equal(select(table, partition)["split"], expected["split"])
    tested = [name for partition in made.partitions for name in partition.test]
    assert sorted(tested) == sorted(table["cluster"].unique())
    validated = protocols.make(table, protocol({"folds": 4, "seed": seed, "validate": 0.1}), "set")
    assert [item.test for item in validated.partitions] == [item.test for item in made.partitions]


def test_a_partition_does_not_depend_on_how_many_there_are() -> None:
    table = pairs(25)
    few, many = (
        protocols.make(table, protocol({"repeat": n, "test": 0.2, "validate": 0.1, "seed": 3}), "set").partitions
        for n in (2, 12)
    )
    assert many[:2] == few
    assert len({item.test for item in many}) == 12
    assert {(len(item.train), len(item.validation), len(item.test)) for item in many} == {(17, 3, 5)}
    other = protocols.make(table, protocol({"repeat": 2, "test": 0.2, "seed": 4}), "set").partitions
    assert other[0].test != few[0].test
    unvalidated = protocols.make(table, protocol({"repeat": 2, "test": 0.2, "seed": 3}), "set").partitions
    assert [item.test for item in unvalidated] == [item.test for item in few]


def test_published_splits_are_one_partition() -> None:
    table = pairs(6)
    table["split"] = ["train"] * 9 + ["val"] * 3 + ["test"] * 6
    made = protocols.make(table, protocol("published"), "set")
    (only,) = made.partitions
    assert (only.train, only.validation, only.test) == (("r0", "r1", "r2"), ("r3",), ("r4", "r5"))
    assert made.protocol == {"published": True}
    pd.testing.assert_frame_equal(select(table, only), table)
    (unsplit,) = protocols.make(pairs(3), protocol("published"), "set").partitions
    assert (unsplit.train, unsplit.test) == ((), ("r0", "r1", "r2"))
    with pytest.raises(ConfigError, match="only a training split"):
        protocols.make(pairs(3, split="train"), protocol("published"), "set")


def test_published_splits_that_share_references_are_marked() -> None:
    table = pairs(4)
    table["split"] = ["train", "train", "test"] * 4
    made = protocols.make(table, protocol("published"), "set")
    assert made.by == "pair"
    pd.testing.assert_frame_equal(select(table, made.partitions[0]), table)
    expected = "Split by pair: the same reference is on both sides (in 1 of 1 partitions, at most 4 of 4 references)."
    assert marks(table, made) == [expected]


def test_a_condition_left_out_was_never_trained_on() -> None:
    table = pairs(10)
    made = protocols.make(table, protocol({"leave_out": "condition"}), "set")
    assert [item.label for item in made.partitions] == ["c0", "c1", "c2"]
    for partition in made.partitions:
        chosen = select(table, partition)
        assert set(chosen[chosen["split"] == "test"]["condition"]) == {partition.label}
        assert partition.label not in set(chosen[chosen["split"] == "train"]["condition"])
        assert len(chosen) == 30
    (mark,) = marks(table, made)
    assert mark.startswith("One condition left out: the same reference is on both sides, under other conditions (in 3")


@pytest.mark.parametrize("validate", [0.0, 0.1])
def test_a_condition_left_out_with_its_references_tests_each_pair_once(validate: float) -> None:
    table = pairs(10)
    wanted = protocol({"leave_out": ["condition", "reference"], "seed": 2, "validate": validate})
    made = protocols.make(table, wanted, "set")
    assert made.protocol["folds"] == 5
    assert len(made.partitions) == 15
    tested: list[str] = []
    for partition in made.partitions:
        chosen = select(table, partition)
        parts = {name: chosen[chosen["split"] == name] for name in set(chosen["split"])}
        assert not set(parts["test"]["reference"]) & set(parts["train"]["reference"])
        assert not set(parts["test"]["condition"]) & set(parts["train"]["condition"])
        if validate:
            assert not set(parts["val"]["reference"]) & {*parts["train"]["reference"], *parts["test"]["reference"]}
        tested += partition.test
    assert sorted(tested) == sorted(table["pair"])
    assert not marks(table, made)
    assert protocols.make(table.iloc[::-1], wanted, "set") == made


def test_pairs_without_a_condition_are_neither_tested_nor_trained_on() -> None:
    table = pairs(4)
    table.loc[0, "condition"] = ""
    made = protocols.make(table, protocol({"leave_out": "condition"}), "set")
    assert made.notes == ("1 pairs have no condition: they are in no part.",)
    assert all("r0_0" not in (*item.train, *item.test) for item in made.partitions)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("publishd", "did you mean 'published'"),
        (5, "expected `published`, {folds: 5}"),
        ({}, "says no protocol: one of `published`"),
        ({"folds": 5, "repeat": 10, "test": 0.2}, "folds and repeat are different protocols"),
        ({"file": "a.json", "published": True}, "published and file are different protocols"),
        ({"folds": 5, "test": 0.2}, "test means nothing beside `folds`"),
        ({"file": "a.json", "seed": 1}, "seed means nothing beside `file`"),
        ({"fold": 5}, "did you mean 'folds'"),
        ({"folds": 1}, "a whole number of at least 2"),
        ({"repeat": 0, "test": 0.2}, "a whole number of at least 1"),
        ({"repeat": 10}, "repeat needs `test`"),
        ({"repeat": 10, "test": 20}, "below 1"),
        ({"repeat": 10, "test": 0.7, "validate": 0.3}, "leave nothing to train on"),
        ({"folds": 2, "validate": 0.5}, "leave nothing to train on"),
        ({"leave_out": "reference"}, "references alone are left out by {folds: 5}"),
        ({"leave_out": "conditions"}, "did you mean 'condition'"),
        ({"leave_out": "condition", "folds": 5}, "folds divides references"),
        ({"leave_out": "condition", "seed": 5}, "seed decides nothing"),
        ({"leave_out": ["condition", "condition"]}, "one thing twice"),
    ],
)
def test_a_wrong_protocol_is_explained(value: Any, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        protocol(value)
    assert words in str(caught.value)
    assert "pydantic" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "table", "words"),
    [
        ({"folds": 5}, pairs(4), "4 references can't be divided into 5 folds"),
        ({"repeat": 1, "test": 0.5, "validate": 0.4}, pairs(2), "too few to test 1, validate on 1"),
        ({"folds": 2, "validate": 0.4}, pairs(2), "too few to take 1 of them out"),
        ({"leave_out": "condition"}, pairs(4, 1), "1 named conditions; at least two"),
        ({"file": {"live": "a.json"}}, pairs(2), "names none for the data set 'set'"),
    ],
)
def test_a_data_set_that_is_too_small_is_said(value: Any, table: pd.DataFrame, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        protocols.make(table, protocol(value), "set")


def test_files_may_be_named_by_data_set_and_a_model_is_written_and_read_alike() -> None:
    several = protocol({"file": {"live": "a.json", "csiq": "b.json"}})
    assert several.of_dataset("csiq").file == Path("b.json")
    for value in ("published", {"folds": 3, "seed": 1}, {"repeat": 2, "test": 0.2, "validate": 0.1}):
        wanted = protocol(value)
        assert protocol(wanted.in_words()) == wanted or wanted.form == "repeat"
        assert protocol(wanted.model_dump(by_alias=True, exclude_unset=True)) == wanted


def test_sizes_count_clusters_and_pairs() -> None:
    table = pairs(10)
    found = sizes(table, protocols.make(table, protocol({"repeat": 1, "test": 0.2, "validate": 0.1}), "set"))
    assert [(size.part, size.clusters, size.pairs) for size in found] == [
        ("train", 7, 21),
        ("validation", 1, 3),
        ("test", 2, 6),
    ]


def test_shares_are_rounded_to_the_nearest_number_halves_up() -> None:
    assert [protocols.rounded(0.8, n) for n in (116, 140, 250, 655)] == [93, 112, 200, 524]
    assert protocols.rounded(0.5, 5) == 3
