"""Resamples: what is drawn, and that it depends on the seed alone."""

import numpy as np
import pytest

from benchmark.statistics import Resamples, draw_counts, leave_one_out, resampling


def test_a_resample_draws_as_many_clusters_as_there_are_each_equally_often() -> None:
    counts = draw_counts(np.random.default_rng(0), 7, 5000)
    assert (counts.sum(axis=1) == 7).all()
    # binomial(7, 1/7): standard error of a mean over 5,000 draws .013
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.06)
    np.testing.assert_allclose(counts.var(axis=0), 6 / 7, atol=0.08)


def test_the_size_of_the_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    resamples = Resamples(5, 300, (3, 4))
    whole = np.concatenate(list(resamples.blocks()))
    monkeypatch.setattr(resampling, "BLOCK_MOST", 64)
    parts = list(resamples.blocks())
    assert len(parts) > 1
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert (np.concatenate(list(Resamples(5, 300, (3, 5)).blocks())) != whole).any()


def test_leave_one_out_leaves_out_each_cluster_once() -> None:
    counts = np.concatenate(list(leave_one_out(6)))
    np.testing.assert_array_equal(counts, 1 - np.eye(6))
