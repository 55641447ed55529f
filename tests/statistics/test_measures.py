"""Every level's statistics in resamples against SciPy on explicitly repeated tables, missing scores included."""

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from benchmark.statistics import Correlations, System, Table, WithinReference, draw_counts, make_design

Floats = NDArray[np.float64]


def scipy_values(x: Floats, y: Floats) -> tuple[float, float, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (
            float(stats.spearmanr(x, y).statistic),
            float(stats.pearsonr(x, y).statistic),
            float(stats.kendalltau(x, y).statistic),
        )


@pytest.fixture(params=[0, 3], ids=["complete", "missing"])
def table(make_table: Callable[..., Table], request: pytest.FixtureRequest) -> Table:
    return make_table(missing=request.param, digits=1)


def test_each_method_has_all_its_pairs_and_each_difference_those_both_scored(table: Table) -> None:
    design = make_design(table)
    scored = np.isfinite(table.scores)
    for method, column in enumerate(design.own):
        np.testing.assert_array_equal(design.group_of[column].rows, np.flatnonzero(scored[method]))
    assert [(pair.first, pair.second) for pair in design.pairs] == [(0, 1), (0, 2), (1, 2)]
    for pair in design.pairs:
        both = np.flatnonzero(scored[pair.first] & scored[pair.second])
        for column in (pair.column_first, pair.column_second):
            np.testing.assert_array_equal(design.group_of[column].rows, both)
    if scored.all():
        assert design.n_columns == 3, "one column a method where nothing is missing"


def test_correlations_of_every_column(table: Table) -> None:
    design = make_design(table)
    counts = draw_counts(np.random.default_rng(1), table.n_clusters, 5)
    found = Correlations(design)(counts)
    for place, group, columns in design.columns():
        for b, row in enumerate(counts):
            times = row[columns.clusters].astype(int)
            for offset in range(len(group.methods)):
                expected = scipy_values(np.repeat(columns.scores[offset], times), np.repeat(columns.labels, times))
                np.testing.assert_allclose(found[b, :, place.start + offset], expected, atol=1e-12)


def test_within_reference_is_the_mean_over_drawn_references(table: Table) -> None:
    design = make_design(table)
    counts = draw_counts(np.random.default_rng(2), table.n_clusters, 5)
    found = WithinReference(design)(counts)
    column = int(design.own[0])
    rows = design.group_of[column].rows
    values = []
    for reference in range(table.n_clusters):
        own = rows[table.references[rows] == reference]
        x, y = table.scores[0, own], table.labels[own]
        srcc, _, krcc = scipy_values(x, y)
        i, j = np.triu_indices(len(own), 1)
        apart = y[i] != y[j]
        right = np.sign(x[i] - x[j]) * np.sign(y[i] - y[j])
        values.append((srcc, krcc, np.mean((right[apart] + 1) / 2) if apart.any() else np.nan))
    drawn = [np.repeat(np.array(values), row.astype(int), axis=0) for row in counts]
    expected = [[v[np.isfinite(v)].mean() for v in table.T] for table in drawn]
    np.testing.assert_allclose(found[:, :, column], expected, atol=1e-12)


def test_a_reference_without_differing_labels_is_left_out_and_counted() -> None:
    table = Table(
        labels=np.array([1.0, 2.0, 3.0, 3.0]),
        scores=np.array([[1.0, 2.0, 5.0, 6.0]]),
        clusters=np.array([0, 0, 1, 1]),
        n_clusters=2,
        references=np.array([0, 0, 1, 1]),
        conditions=np.full(4, -1),
        label_sd=np.full(4, np.nan),
        observers=np.full(4, np.nan),
    )
    measure = WithinReference(make_design(table))
    np.testing.assert_array_equal(measure(np.ones((1, 2)))[0, :, 0], [1, 1, 1])
    np.testing.assert_array_equal(measure.n_references[:, 0], [1, 1, 1])
    assert np.isnan(measure(np.array([[0.0, 2.0]]))).all()


def test_patients_with_several_references_are_drawn_whole(make_table: Callable[..., Table]) -> None:
    table = make_table(references=8)
    patients = Table(
        **{
            name: getattr(table, name)
            for name in ("labels", "scores", "references", "conditions", "label_sd", "observers")
        },
        clusters=table.clusters // 2,
        n_clusters=4,
    )
    counts = draw_counts(np.random.default_rng(0), 4, 6)
    by_patient = WithinReference(make_design(patients))(counts)
    by_reference = WithinReference(make_design(table))(np.repeat(counts, 2, axis=1))
    np.testing.assert_allclose(by_patient, by_reference, atol=1e-12)


def test_system_compares_the_conditions_means(table: Table) -> None:
    design = make_design(table)
    counts = draw_counts(np.random.default_rng(3), table.n_clusters, 5)
    found = System(design)(counts)
    for method in range(3):
        column = int(design.own[method])
        rows = design.group_of[column].rows
        for b, row in enumerate(counts):
            weights = row[table.clusters[rows]]
            means = [
                [
                    np.average(v[table.conditions[rows] == c], weights=weights[table.conditions[rows] == c])
                    for c in range(4)
                ]
                for v in (table.scores[method, rows], table.labels[rows])
            ]
            np.testing.assert_allclose(found[b, :, column], scipy_values(*map(np.array, means)), atol=1e-12)


def test_conditions_whose_means_differ_by_rounding_are_tied(make_table: Callable[..., Table]) -> None:
    """The second condition has the first one's scores in another order: their means are equal but for the last digit."""
    for seed in range(5):
        table = make_table(references=101, methods=1, seed=seed)
        scores = table.scores[0].reshape(101, 4)
        scores[:, 1] = scores[::-1, 0]
        measure = System(make_design(table))
        means = np.array([scores[:, 0].mean(), scores[:, 0].mean(), scores[:, 2].mean(), scores[:, 3].mean()])
        labels = table.labels.reshape(101, 4).mean(axis=0)
        np.testing.assert_allclose(measure(np.ones((1, 101)))[0, :, 0], scipy_values(means, labels), atol=1e-12)


def test_constant_columns_are_undefined_at_every_level_without_a_warning(make_table: Callable[..., Table]) -> None:
    table = make_table(methods=1)
    table.scores[:] = 3.7
    counts = draw_counts(np.random.default_rng(0), table.n_clusters, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for measure in (Correlations(make_design(table)), System(make_design(table))):
            assert np.isnan(measure(counts)).all()
        within = WithinReference(make_design(table))(counts)
    assert np.isnan(within[:, :2]).all()
    assert (within[:, 2] == 0.5).all(), "score ties count one half"


@pytest.mark.parametrize("factor", [1e-300, 1e-170, 1e170, 1e300])
def test_correlations_do_not_depend_on_the_unit_of_scores_or_labels(
    make_table: Callable[..., Table], factor: float
) -> None:
    table = make_table()
    counts = np.ones((1, table.n_clusters))
    scaled = replace(table, scores=table.scores * factor)
    labelled = replace(table, labels=table.labels * factor)
    for measure in (Correlations, WithinReference, System):
        expected = measure(make_design(table))(counts)
        assert np.isfinite(expected).all()
        for other in (scaled, labelled):
            np.testing.assert_allclose(measure(make_design(other))(counts), expected, rtol=1e-9)
