"""Equivalence against plain loops and SciPy; in simulation it is said wrongly of few studies, and rightly of most."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from benchmark.statistics import StatisticsSettings
from benchmark.statistics.coverage_equivalence import called_equivalent, main, report
from benchmark.statistics.design import make_design
from benchmark.statistics.equivalence import half_widths, stretch, verdict
from benchmark.statistics.inference import Family, compute, infer, joint
from benchmark.statistics.intervals import Kind
from benchmark.statistics.measures import Correlations
from benchmark.statistics.resampling import Resamples
from benchmark.statistics.simulated import Model, simulate

MODEL = Model(references=24, conditions=6)
SETTINGS = StatisticsSettings(replicates=999, equivalence=0.05)


def families(settings: StatisticsSettings, kind: Kind = "jackknife", methods: int = 3) -> list[Family]:
    table = simulate(MODEL, [0.9 - 0.02 * place for place in range(methods)], np.random.default_rng(1))
    measure = Correlations(make_design(table))
    return infer(measure, compute(measure, Resamples(24, settings.replicates), kind), kind, settings)


def test_of_two_methods_it_is_two_one_sided_t_tests_at_alpha_each() -> None:
    """By SciPy's correlations with each reference left out, and its quantile of Student's t."""
    table = simulate(MODEL, [0.9, 0.88], np.random.default_rng(1))
    (item,) = families(replace(SETTINGS, replicates=99, equivalence=1e-6), methods=2)[0].differences

    def apart(rows: np.ndarray) -> float:
        first, second = (stats.spearmanr(scores[rows], table.labels[rows]).statistic for scores in table.scores)
        return float(first - second)

    left = np.array([apart(table.clusters != cluster) for cluster in range(24)])
    error = np.sqrt(23 / 24 * ((left - left.mean()) ** 2).sum())
    reach = stats.t.ppf(0.95, 23) * error
    assert item.inner_high - item.value == pytest.approx(reach, rel=0.03), (
        "the quantile of 99 resamples is a coarse one"
    )
    assert item.inner_high - item.value >= reach - 1e-12
    assert (item.inner_low + item.inner_high) / 2 == pytest.approx(apart(np.full(144, True)), abs=1e-12)


def test_over_a_family_it_is_the_largest_deviation_towards_zero() -> None:
    """The critical value of resamples by a plain loop over them: sorted, the (1 - alpha)(B + 1)-th."""
    rng = np.random.default_rng(0)
    observed = np.array([0.04, -0.02, 0.3])
    drawn = observed + rng.normal(size=(999, 3)) @ np.array([[1, 0.9, 0], [0, 0.4, 0], [0, 0, 1.5]]) / 50
    largest = []
    for row in drawn:
        studentised = []
        for place, value in enumerate(row):
            towards = observed[place] - value if observed[place] > 0 else value - observed[place]
            studentised.append(towards / drawn[:, place].std())
        largest.append(max(studentised))
    critical = sorted(largest)[950 - 1]
    found = half_widths(observed, drawn, alpha=0.05, multiplicity="max-t")
    assert found == pytest.approx(critical * drawn.std(axis=0), rel=1e-12)
    plain = half_widths(observed, drawn, alpha=0.05, multiplicity="none")
    assert (plain < found).all()
    assert plain[0] == pytest.approx(np.sort(observed[0] - drawn[:, 0])[950 - 1], rel=1e-12)
    by_bonferroni = half_widths(observed, drawn, alpha=0.05, multiplicity="holm")
    assert by_bonferroni[0] == pytest.approx(np.sort(observed[0] - drawn[:, 0])[984 - 1], rel=1e-12)


def test_the_error_is_that_at_the_margin_by_scipys_minimum() -> None:
    """The nearest two correlations that differ by the margin, and what the errors of their z amount to there."""
    rng = np.random.default_rng(3)
    common, own, others = rng.normal(size=(3, 4000))
    one, other = 0.85 + (own + common) / 200, 0.82 + (others * 1.5 + common) / 200
    covariance = np.cov(one, other)
    found = stretch(0.85, 0.82, one, other, 0.1, "fisher")

    def distance(values: np.ndarray) -> float:
        apart = values - np.array([0.85, 0.82])
        return float(apart @ np.linalg.solve(covariance * 1e4, apart))

    at_the_margin = optimize.LinearConstraint(np.array([[1.0, -1.0]]), 0.1, 0.1)
    nearest = optimize.minimize(distance, [0.9, 0.8], constraints=[at_the_margin], method="SLSQP", tol=1e-14).x
    slopes = (1 - nearest**2) / (1 - np.array([0.85, 0.82]) ** 2) * np.array([1, -1])
    apart = np.array([1, -1])
    expected = np.sqrt((slopes @ covariance @ slopes) / (apart @ covariance @ apart))
    assert expected > 1.05
    assert found == pytest.approx(expected, rel=1e-5)
    assert stretch(0.82, 0.85, other, one, 0.1, "fisher") == pytest.approx(found, rel=1e-12), "either way round"
    assert stretch(0.85, 0.82, one, other, 0.1, "plain") == 1
    assert stretch(0.85, 0.82, one, other, 0.03, "fisher") == 1, "beyond the margin nothing is called equivalent"
    assert stretch(0.85, 0.85, one, one, 0.1, "fisher") == 1, "equal methods"
    assert stretch(0.99, 0.97, one, other, 0.5, "fisher") >= 1, "a value beyond its range"


def test_undefined_and_constant_differences() -> None:
    drawn = np.random.default_rng(0).normal(size=(99, 4))
    drawn[:, 1], drawn[:, 2], drawn[:, 3] = 0.0, np.nan, 0.2
    found = half_widths(np.array([0.1, 0.0, 0.1, 0.2]), drawn, alpha=0.05, multiplicity="max-t")
    assert found[0] > 0
    assert found[1] == 0, "equal scores are equivalent"
    assert np.isnan(found[2:]).all()


@pytest.mark.parametrize(
    ("difference", "low", "high", "significant", "higher", "said"),
    [
        (0.01, -0.01, 0.03, False, True, "equivalent"),
        (0.03, 0.02, 0.04, True, True, "equivalent"),
        (0.03, 0.01, 0.05, True, True, "better"),
        (0.03, 0.01, 0.05, True, False, "worse"),
        (-0.2, -0.3, -0.1, True, True, "worse"),
        (-0.2, -0.3, -0.1, True, False, "better"),
        (0.03, -0.01, 0.07, False, True, "undecided"),
        (0.0, -0.05, 0.05, False, True, "undecided"),
        (0.1, float("nan"), float("nan"), False, True, ""),
    ],
)
def test_four_words_that_do_not_overlap(
    difference: float, low: float, high: float, significant: bool, higher: bool, said: str
) -> None:
    found = verdict(difference, low, high, 0.05, significant=significant, higher_is_better=higher)
    assert found == said


def test_intervals_of_several_statistics_of_a_family_are_wider_and_only_those_with_a_margin_count() -> None:
    alone = families(SETTINGS)
    together = joint(families(replace(SETTINGS, family=("srcc", "krcc"))), replace(SETTINGS, family=("srcc", "krcc")))
    widths = [[item.inner_high - item.inner_low for item in found[0].differences] for found in (alone, together)]
    assert all(wide > narrow for narrow, wide in zip(*widths, strict=True))
    named = replace(SETTINGS, equivalence={"srcc": 0.05}, family=("srcc", "krcc"))
    some = joint(families(named), named)
    assert [item.inner_high - item.inner_low for item in some[0].differences] == pytest.approx(widths[0])
    assert all(np.isnan(item.inner_low) for item in some[2].differences)


def test_comparisons_chosen_from_the_data_have_wider_intervals() -> None:
    """Their critical value is that of all pairs to either side."""
    measure = Correlations(make_design(simulate(MODEL, [0.9, 0.88, 0.86, 0.84], np.random.default_rng(1))))
    values = compute(measure, Resamples(24, 999), "jackknife")
    every = infer(measure, values, "jackknife", SETTINGS)[0].differences
    leaders = {f"{name}{end}": [0] for name in ("srcc", "plcc", "krcc") for end in ("", "_magnitude")}
    chosen = infer(measure, values, "jackknife", SETTINGS, leaders=leaders)[0].differences
    for item in chosen:
        (same,) = [one for one in every if one.versus == item.versus]
        assert item.value == same.value
        assert item.inner_high > same.inner_high


def test_it_is_rarely_said_of_methods_that_differ_by_the_margin_and_mostly_of_equal_ones() -> None:
    """A small seeded part of the table in docs/protocol.md."""
    settings = StatisticsSettings(replicates=199, threads=1, equivalence=0.1)
    model = Model(references=40, conditions=6)
    most = stats.binom.ppf(0.999, 300, 0.05) / 300
    wrongly, _ = called_equivalent(model, (0.8, 0.7), settings, 300, seed=1)
    assert 0.02 <= wrongly <= most, "about alpha, since the margin is attained"
    _, rightly = called_equivalent(model, (0.8, 0.8), replace(settings, equivalence=0.2), 100, seed=2)
    assert rightly > 0.9


def test_over_a_family_it_is_rarely_said_of_any_pair_at_the_margin() -> None:
    """Nine pairs at the margin at once, which without the correction are wrongly called equivalent far more often."""
    model, values = Model(references=40, conditions=6), [0.8, 0.7] * 3
    settings = StatisticsSettings(replicates=199, threads=1, equivalence=0.1)
    most = stats.binom.ppf(0.999, 200, 0.05) / 200
    assert called_equivalent(model, values, settings, 200, seed=3)[0] <= most
    plain, _ = called_equivalent(model, values, replace(settings, multiplicity="none"), 200, seed=3)
    assert plain > 1.5 * most


def test_the_report_is_two_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--studies", "1", "--replicates", "19", "--threads", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("| ---") for line in lines) == 2
    assert sum(line.startswith("| 300 x 6") for line in lines) == 2 + 4
    assert lines[0] == next(report(1, StatisticsSettings(replicates=19), 1))


@pytest.mark.parametrize("margin", [0, -0.1, {"srcc": 0.0}])
def test_a_margin_is_above_zero(margin: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        StatisticsSettings(equivalence=margin)
