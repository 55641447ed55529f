"""Tables spoilt on purpose: what is wrong is found and explained, what is true stays true, chance reproduces nothing.

A thousand tables: ``python -m tests.audit.spoiling``; docs/audit.md has its figures.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmark.audit import audit_files
from tests.audit import spoiling


@pytest.mark.long
def test_spoilt_cells_are_found_and_explained_and_no_true_one_is_called_wrong() -> None:
    counts = spoiling.tally(16, seed=5)
    assert counts["true wrong"] == 0
    assert counts["true"] > 500
    assert counts["found"] >= 0.95 * counts["spoilt"]
    assert counts["explained"] >= 0.8 * counts["spoilt"]


@pytest.mark.long
def test_random_labels_reproduce_nothing() -> None:
    assert spoiling.random_labels(8, seed=5) == 0


def test_a_few_lost_signs_do_not_make_a_table_of_magnitudes() -> None:
    """Four of eight signs are lost, and more numbers would follow as magnitudes; but three are printed negative."""
    counts = spoiling.tally(1, seed=0, first=44)
    assert (counts["true wrong"], counts["spoilt sign"] > 2) == (0, True)
    assert counts["found"] == counts["spoilt"]


def test_numbers_of_other_lengths_are_put_in_where_they_belong(tmp_path: Path) -> None:
    made = spoiling.study(np.random.default_rng(6))
    true = spoiling.latex(made).encode()
    first, second, *_ = spoiling.cells(made)
    for cell in (first, second):
        made.printed[cell] = made.printed[cell][:-2]
    assert audit_files.corrected(spoiling.audit(made, tmp_path))[0] == true


def test_one_number_of_another_label_does_not_change_its_groups_label(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    made = spoiling.study(rng)
    group = next(iter(made.groups))
    own = [cell for cell in spoiling.cells(made) if cell[1] == group]
    other = "rating" if made.label == "mos" else "mos"
    kept = own[0]
    for cell in own[1:]:
        made.printed[cell] = "0.0000"[: made.digits + 2]
    assert kept in made.printed
    made.printed[own[1]] = made.text(made.value(own[1], label=other))
    made.printed[own[2]] = made.text(made.value(own[2], label=other))
    verdicts = dict(spoiling.judged(spoiling.audit(made, tmp_path)))
    assert verdicts[kept].verdict == "follows"
    assert {verdicts[own[1]].verdict, verdicts[own[2]].verdict} == {"differs"}
    assert f"label {other}" in {item.points_to for item in verdicts[own[1]].explanations}


def test_the_corrected_table_is_the_true_one_byte_for_byte(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    made = spoiling.study(rng)
    true = spoiling.latex(made).encode()
    spoiling.spoil(made, rng)
    assert spoiling.latex(made).encode() != true
    content, left = audit_files.corrected(spoiling.audit(made, tmp_path))
    assert (content, left) == (true, 0)
