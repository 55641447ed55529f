"""The floor against means worked out by hand, with and without a training split."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from benchmark import UserError
from benchmark.data.pairs import complete
from benchmark.plugins.methods.enhancer_mean import EnhancerMean


def table(**columns: Sequence[object]) -> pd.DataFrame:
    """A table of pairs with the given columns."""
    count = len(columns["mos"])
    rest = {"enhanced": [f"{i}.png" for i in range(count)], "reference_path": "r", "enhanced_path": "e"}
    return complete(pd.DataFrame({**rest, **columns}))


@pytest.fixture
def split() -> pd.DataFrame:
    return table(
        split=["train"] * 4 + ["test"] * 3,
        reference=list("aabbccd"),
        condition=["x", "y", "x", "y", "x", "y", "z"],
        mos=[1.0, 2.0, 3.0, 5.0, 9.0, 9.0, 9.0],
    )


def test_test_pairs_get_the_training_mean_of_their_condition(split: pd.DataFrame) -> None:
    method = EnhancerMean()
    scores = method.scores(split, split[split["split"] == "test"])
    np.testing.assert_array_equal(scores, [2.0, 3.5, np.nan])
    assert "training pairs" in method.settings()["score"]
    assert "other references" not in method.settings()["score"]


def test_training_pairs_leave_their_own_reference_out(split: pd.DataFrame) -> None:
    method = EnhancerMean()
    np.testing.assert_array_equal(method.scores(split, split[split["split"] == "train"]), [3.0, 5.0, 1.0, 2.0])
    assert "negatively tied" in method.settings()["score"]


def test_both_rules_are_stated_where_both_are_used(split: pd.DataFrame) -> None:
    method = EnhancerMean()
    np.testing.assert_array_equal(method.scores(split, split), [3.0, 5.0, 1.0, 2.0, 2.0, 3.5, np.nan])
    assert method.settings()["score"].count("mean label") == 2


def test_without_a_training_split_all_pairs_of_other_references_count() -> None:
    pairs = table(reference=list("aabc"), condition=["x", "x", "x", "x"], mos=[1.0, 3.0, 10.0, 4.0])
    rows = pairs.iloc[:3]
    np.testing.assert_allclose(EnhancerMean().scores(pairs, rows), [7.0, 7.0, 8 / 3])


def test_patients_are_left_out_whole() -> None:
    pairs = table(reference=list("abc"), cluster=["p", "p", "q"], condition=["x"] * 3, mos=[1.0, 2.0, 6.0])
    np.testing.assert_array_equal(EnhancerMean().scores(pairs, pairs), [6.0, 6.0, 1.5])


def test_another_name_of_the_training_split(split: pd.DataFrame) -> None:
    scores = EnhancerMean(train="test").scores(split, split[split["split"] == "train"])
    np.testing.assert_array_equal(scores, [9.0, 9.0, 9.0, 9.0])


def test_an_unknown_condition_is_no_condition() -> None:
    pairs = table(reference=list("ab"), condition=["x", ""], split=["train", "test"], mos=[1.0, 2.0])
    with pytest.raises(UserError, match="which algorithm"):
        EnhancerMean().scores(pairs, pairs.iloc[1:])
    mixed = table(reference=list("abc"), condition=["", "x", ""], split=["train", "train", "test"], mos=[1.0, 2.0, 3.0])
    np.testing.assert_array_equal(EnhancerMean().scores(mixed, mixed), [np.nan, np.nan, np.nan])


def test_scores_are_labels_not_qualities() -> None:
    assert EnhancerMean.predicts_label
