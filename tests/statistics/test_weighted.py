"""Resampled statistics equal SciPy's on the explicitly repeated arrays, ties, clusters and undefined resamples included."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from benchmark.statistics import leave_one_out_counts, replicate, resample_counts

SCIPY = {"plcc": stats.pearsonr, "srcc": stats.spearmanr, "krcc": stats.kendalltau}
Vector = NDArray[np.float64]


def repeated(name: str, x: Vector, y: Vector, weights: Vector) -> float:
    x, y = np.repeat(x, weights.astype(int)), np.repeat(y, weights.astype(int))
    if x.size < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(SCIPY[name](x, y).statistic)


def check(x: Vector, y: Vector, members: NDArray[np.intp], counts: Vector) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("plcc", "srcc", "krcc"):
            got = replicate(name, x, y, members, counts)  # type: ignore[arg-type]
            expected = [repeated(name, x, y, row[members]) for row in counts]
            np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12, err_msg=name)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=24),
    st.integers(0, 2**32 - 1),
)
def test_small_samples_with_ties_and_clusters(rows: list[tuple[int, int, int]], seed: int) -> None:
    table = np.array(rows)
    members = np.unique(table[:, 2], return_inverse=True)[1].astype(np.intp)
    clusters = int(members.max()) + 1
    counts = resample_counts(np.random.default_rng(seed), 8, clusters)
    check(table[:, 0].astype(float), table[:, 1].astype(float), members, counts)
    if clusters > 1:
        check(table[:, 0].astype(float), table[:, 1].astype(float), members, leave_one_out_counts(clusters))


@pytest.mark.parametrize(("n", "clusters", "replicates"), [(12, 12, 20), (360, 60, 12), (1800, 300, 4), (10125, 81, 2)])
@pytest.mark.parametrize("heavy_ties", [False, True])
def test_real_sizes(n: int, clusters: int, replicates: int, heavy_ties: bool) -> None:
    rng = np.random.default_rng(n)
    labels = rng.normal(size=n)
    scores = labels + rng.normal(size=n)
    if heavy_ties:
        scores, labels = np.round(scores), np.round(2 * labels)
    members = (np.arange(n) % clusters).astype(np.intp)
    check(1e6 + scores, labels, members, resample_counts(rng, replicates, clusters))


def test_a_resample_draws_as_many_clusters_as_there_are() -> None:
    counts = resample_counts(np.random.default_rng(0), 500, 7)
    assert (counts.sum(axis=1) == 7).all()
    assert counts.mean() == pytest.approx(1)
    assert (resample_counts(np.random.default_rng(0), 500, 7) == counts).all()
