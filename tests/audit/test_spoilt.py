"""Tables spoilt on purpose: what is wrong is found and explained, what is true stays true, chance reproduces nothing.

A thousand tables: ``python -m tests.audit.spoiling``; docs/audit.md has its figures.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.audit import spoiling


def test_spoilt_cells_are_found_and_explained_and_no_true_one_is_called_wrong() -> None:
    counts = spoiling.tally(16, seed=5)
    assert counts["true wrong"] == 0
    assert counts["true"] > 500
    assert counts["found"] >= 0.95 * counts["spoilt"]
    assert counts["explained"] >= 0.8 * counts["spoilt"]


def test_random_labels_reproduce_nothing() -> None:
    assert spoiling.random_labels(8, seed=5) == 0


def test_the_corrected_table_is_the_true_one_byte_for_byte(tmp_path: Path) -> None:
    from benchmark.audit import write

    rng = np.random.default_rng(3)
    made = spoiling.study(rng)
    true = spoiling.latex(made).encode()
    spoiling.spoil(made, rng)
    assert spoiling.latex(made).encode() != true
    content, left = write.corrected(spoiling.audit(made, tmp_path))
    assert (content, left) == (true, 0)
