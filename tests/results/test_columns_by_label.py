"""A method's label may be that of a column of text or of whole numbers in another table: its scores stay numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.results.csv_files import FLAGS, TEXT, WHOLE

TAKEN = {"dataset", "split", "fold", "pair", "reference", "cluster", "enhanced", "condition", "mos", "observers"}


@pytest.mark.parametrize("label", sorted({*TEXT, *WHOLE, *FLAGS, "=n"} - TAKEN))
def test_scores_of_a_method_with_the_name_of_a_column_are_read_back_exactly(tmp_path: Path, label: str) -> None:
    rng = np.random.default_rng(0)
    mos = rng.normal(size=24)
    frame = pd.DataFrame({"ref": np.repeat(list("abcdef"), 4), "mos": mos, label: mos + rng.normal(size=24)})
    found = benchmark.evaluate(
        frame, mos="mos", methods=[label], reference="ref", statistics={"replicates": 5}, report={"plots": []}
    )
    found.save(tmp_path / "out")
    again = benchmark.read(tmp_path / "out")
    np.testing.assert_array_equal(again.scores[label], frame[label])
