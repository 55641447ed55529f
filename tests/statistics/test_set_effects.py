"""Fisher's z of a data set and its jackknife variance, against SciPy in plain loops."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics.design import Table, make_design
from benchmark.statistics.measures import Correlations
from benchmark.statistics.set_effects import Effect, merged, set_effects
from benchmark.statistics.simulated import Model, simulate

SCIPY: dict[str, Callable[..., object]] = {"srcc": stats.spearmanr, "plcc": stats.pearsonr, "krcc": stats.kendalltau}


def made(references: int = 9) -> Table:
    return simulate(Model(references=references, conditions=5), [0.8, 0.6, 0.4], np.random.default_rng(2))


def z(table: Table, method: int, rows: np.ndarray, statistic: str) -> float:
    found = SCIPY[statistic](table.scores[method, rows], table.labels[rows])
    return float(np.arctanh(found.statistic))  # type: ignore[attr-defined]


@pytest.mark.parametrize("statistic", ["srcc", "plcc", "krcc"])
def test_z_and_its_variance_by_leaving_out_references(statistic: str) -> None:
    """Also of differences, on the pairs that both methods scored; missing scores leave each method its own pairs."""
    table = made()
    scores = table.scores.copy()
    scores[2, :7] = np.nan
    table = replace(table, scores=scores)
    found = set_effects(Correlations(make_design(table)), statistic)
    for method in range(3):
        rows = np.isfinite(scores[method])
        clusters = np.unique(table.clusters[rows])
        left = [z(table, method, rows & (table.clusters != cluster), statistic) for cluster in clusters]
        k = len(clusters)
        assert found.methods[method].z == pytest.approx(z(table, method, rows, statistic), abs=1e-12)
        assert found.methods[method].variance == pytest.approx(
            (k - 1) / k * np.sum((np.array(left) - np.mean(left)) ** 2), rel=1e-9
        )
    for first, second in ((0, 1), (0, 2), (1, 2)):
        rows = np.isfinite(scores[first]) & np.isfinite(scores[second])
        clusters = np.unique(table.clusters[rows])

        def apart(some: np.ndarray, one: int = first, other: int = second) -> float:
            return z(table, one, some, statistic) - z(table, other, some, statistic)

        left = [apart(rows & (table.clusters != cluster)) for cluster in clusters]
        k = len(clusters)
        assert found.pairs[first, second].z == pytest.approx(apart(rows), abs=1e-12)
        expected = (k - 1) / k * np.sum((np.array(left) - np.mean(left)) ** 2)
        assert found.pairs[first, second].variance == pytest.approx(expected, rel=1e-9)


def test_the_variance_is_far_from_that_of_independent_pairs() -> None:
    """Images of one photograph have half of their variance in common."""
    effects = [
        set_effects(
            Correlations(make_design(simulate(Model(references=30, conditions=6), [0.5], rng))), "plcc"
        ).methods[0]
        for rng in map(np.random.default_rng, range(40))
    ]
    spread = np.var([effect.z for effect in effects], ddof=1)
    ours = np.mean([effect.variance for effect in effects])
    assert ours == pytest.approx(spread, rel=0.5)
    assert ours > 1.5 / (180 - 3)


def test_an_exact_correlation_has_no_z_and_one_cluster_no_variance() -> None:
    table = made()
    exact = replace(table, scores=np.stack([2 * table.labels, table.scores[1], np.ones_like(table.labels)]))
    found = set_effects(Correlations(make_design(exact)), "srcc")
    assert "infinite" in found.methods[0].why
    assert found.methods[2].why == "undefined"
    assert not found.methods[0].known
    assert found.methods[1].known
    assert "infinite" in found.pairs[0, 1].why
    one = replace(table, clusters=np.zeros_like(table.clusters), n_clusters=1)
    assert set_effects(Correlations(make_design(one)), "srcc").methods[0].why == "one cluster only"


def test_equal_methods_differ_by_nothing_that_could_be_pooled() -> None:
    table = made()
    twice = replace(table, scores=np.stack([table.scores[0], table.scores[0]]))
    effect = set_effects(Correlations(make_design(twice)), "srcc").pairs[0, 1]
    assert effect.z == 0
    assert not effect.known


def test_data_sets_with_common_photographs_count_once_with_the_largest_error_that_they_can_have() -> None:
    """The variance of a mean of dependent values is never above the squared mean of their standard errors."""
    found = merged([Effect(1.0, 0.04), Effect(2.0, 0.16), Effect(np.nan, np.nan, "undefined")])
    assert found.z == 1.5
    assert found.variance == pytest.approx(((0.2 + 0.4) / 2) ** 2)
    for dependence in (-1, 0, 0.5, 1):
        actual = (0.04 + 0.16 + 2 * dependence * 0.2 * 0.4) / 4
        assert actual <= found.variance + 1e-12
    nothing = Effect(np.nan, np.nan, "undefined")
    assert merged([nothing, nothing]) is nothing


def test_only_correlations_have_a_z() -> None:
    with pytest.raises(ValueError, match="no correlation"):
        set_effects(Correlations(make_design(made())), "rmse")
