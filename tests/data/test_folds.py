"""Folds: whole references (or patients) together, each in one fold, every fold about equally large."""

import pandas as pd
import pytest

from benchmark.core.errors import ConfigError
from benchmark.data import folds


def table(references: int, *, patients: int | None = None) -> pd.DataFrame:
    rows = [
        {"reference": f"r{r}", "cluster": f"p{r % patients}" if patients else f"r{r}", "split": "train", "fold": None}
        for r in range(references)
        for _condition in range(3)
    ]
    return pd.DataFrame(rows).astype({"fold": float})


def test_every_reference_is_left_out_once_and_folds_are_of_equal_size() -> None:
    divided = folds.divide(table(12), 4, seed=0)
    left_out = [folds.leave_out(divided, number) for number in (1, 2, 3, 4)]
    tested = [set(part[part["split"] == "test"]["reference"]) for part in left_out]
    assert [len(names) for names in tested] == [3, 3, 3, 3]
    assert set().union(*tested) == {f"r{r}" for r in range(12)}
    for part, names in zip(left_out, tested, strict=True):
        assert names.isdisjoint(part[part["split"] == "train"]["reference"])
    assert not folds.divide(table(12), 4, seed=1).equals(divided)
    shuffled = folds.divide(table(12).sample(frac=1, random_state=0), 4, seed=0).sort_index()
    pd.testing.assert_frame_equal(shuffled, divided)


def test_a_patient_is_never_in_two_folds() -> None:
    divided = folds.divide(table(12, patients=5), 3, seed=0)
    assert (divided.groupby("cluster")["fold"].nunique() == 1).all()


@pytest.mark.parametrize(
    ("count", "number", "wrong"),
    [
        (13, 1, "12 references can't be divided into 13"),
        (None, 1, "no folds of its own"),
        (4, 5, r"there is no fold 5"),
    ],
)
def test_impossible_folds_are_refused(count: int | None, number: int, wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        folds.leave_out(folds.divide(table(12), count, seed=0), number)


def test_a_data_set_may_bring_its_own_folds() -> None:
    own = table(4).assign(fold=[1.0] * 6 + [2.0] * 6)
    assert set(folds.leave_out(folds.divide(own, None, seed=0), 2)["split"][6:]) == {"test"}
