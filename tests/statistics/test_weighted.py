"""Resampled statistics equal SciPy's on the explicitly repeated arrays: ties, clusters and undefined resamples included."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from benchmark.statistics import ScoreColumns, draw_counts, leave_one_out, weighted_plcc, weighted_ranks

Floats = NDArray[np.float64]
SCIPY: dict[str, Callable[[Floats, Floats], Any]] = {
    "plcc": stats.pearsonr,
    "srcc": stats.spearmanr,
    "krcc": stats.kendalltau,
}


def repeated(name: str, x: Floats, y: Floats, weights: Floats) -> float:
    x, y = np.repeat(x, weights.astype(int)), np.repeat(y, weights.astype(int))
    if x.size < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(SCIPY[name](x, y).statistic)


def check(columns: ScoreColumns, counts: Floats) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        srcc, krcc = weighted_ranks(columns, counts)
        found = {"plcc": weighted_plcc(columns, counts), "srcc": srcc, "krcc": krcc}
    for name, values in found.items():
        for column, scores in enumerate(columns.scores):
            expected = [repeated(name, scores, columns.labels, row[columns.clusters]) for row in counts]
            np.testing.assert_allclose(values[:, column], expected, rtol=0, atol=1e-12, err_msg=name)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 9), st.integers(0, 3)), min_size=2, max_size=24
    ),
    st.integers(0, 2**32 - 1),
)
def test_small_samples_with_ties_and_clusters(rows: list[tuple[int, int, int, int]], seed: int) -> None:
    table = np.array(rows)
    clusters = np.unique(table[:, 3], return_inverse=True)[1].astype(np.int64)
    k = int(clusters.max()) + 1
    columns = ScoreColumns(table[:, 0].astype(float), table[:, 1:3].T.astype(float), clusters, k)
    check(columns, draw_counts(np.random.default_rng(seed), k, 40))
    check(columns, np.concatenate(list(leave_one_out(k))))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([12, 360]), st.sampled_from([None, 0, 1]), st.booleans())
def test_medium_samples(seed: int, n: int, digits: int | None, clustered: bool) -> None:
    check(*sample(n, n // 6 if clustered else n, digits, 3, np.random.default_rng(seed)))


@pytest.mark.parametrize(("n", "clusters"), [(1800, 300), (1800, 1800), (10125, 81), (10125, 10125)])
@pytest.mark.parametrize("digits", [None, 0], ids=["untied", "heavy ties"])
def test_large_samples(n: int, clusters: int, digits: int | None) -> None:
    check(*sample(n, clusters, digits, 2, np.random.default_rng(n + clusters)))


@pytest.mark.parametrize(("n", "clusters"), [(60, 5), (400, 12), (1800, 25)])
@pytest.mark.parametrize("digits", [None, 0], ids=["untied", "heavy ties"])
def test_many_resamples_of_few_clusters_give_the_numbers_of_few_resamples(
    n: int, clusters: int, digits: int | None
) -> None:
    """Kendall's is a quadratic form then, whose whole numbers are the same."""
    columns, counts = sample(n, clusters, digits, 200, np.random.default_rng(n))
    check(columns, counts[: 2 * clusters])
    many = weighted_ranks(columns, counts)
    few = [weighted_ranks(columns, counts[begin : begin + 3]) for begin in range(0, 198, 3)]
    for place in range(2):
        np.testing.assert_array_equal(many[place][:198], np.concatenate([part[place] for part in few]))


def sample(
    n: int, k: int, digits: int | None, replicates: int, rng: np.random.Generator
) -> tuple[ScoreColumns, Floats]:
    labels = rng.normal(size=n)
    scores = labels + rng.normal(size=(2, n))
    if digits is not None:
        scores, labels = np.round(scores, digits), np.round(2 * labels, digits)
    columns = ScoreColumns(labels, 1e6 + scores, rng.permutation(np.arange(n) % k), k)
    return columns, draw_counts(rng, k, replicates)


def test_nearly_constant_resamples_do_not_cancel() -> None:
    """One far-off cluster sets the scale; resamples without it vary by a billionth of that."""
    rng = np.random.default_rng(0)
    labels = np.concatenate([rng.normal(size=30) * 1e-9, [1.0, 2.0]])
    scores = np.concatenate([rng.normal(size=30) * 1e-9, [3.0, 5.0]])
    clusters = np.append(np.arange(30), [30, 30])
    counts = draw_counts(rng, 31, 50)
    counts[:, 30] = 0
    columns = ScoreColumns(labels, scores[None], clusters, 31)
    found = weighted_plcc(columns, counts)[:, 0]
    exact = np.array([repeated("plcc", scores[:30] * 1e9, labels[:30] * 1e9, row[:30]) for row in counts])
    np.testing.assert_allclose(found, exact, atol=1e-6)


def test_the_number_of_threads_changes_nothing() -> None:
    columns, counts = sample(360, 60, 1, 100, np.random.default_rng(3))
    for one, two in zip(
        weighted_ranks(columns, counts, threads=1), weighted_ranks(columns, counts, threads=3), strict=True
    ):
        np.testing.assert_array_equal(one, two)


def test_counts_beyond_32_bits_are_refused() -> None:
    columns = ScoreColumns(np.arange(4.0), np.arange(4.0)[None], np.zeros(4, dtype=np.int64), 1)
    with pytest.raises(ValueError, match="too many"):
        weighted_ranks(columns, np.array([[2.0**29]]))


def test_a_hundred_thousand_pairs_do_not_overflow() -> None:
    n = 100_000
    labels = np.arange(n, dtype=float)
    columns = ScoreColumns(labels, np.stack([labels, -labels]), np.zeros(n, dtype=np.int64), 1)
    srcc, krcc = weighted_ranks(columns, np.ones((1, 1)))
    np.testing.assert_allclose(srcc, [[1, -1]], atol=1e-12)
    np.testing.assert_allclose(krcc, [[1, -1]], atol=1e-12)
