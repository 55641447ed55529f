"""The corrected t test and the parts of the variance, against SciPy, worked numbers and simulation."""

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics.coverage_trained import Lab, Splitting, differences, false_findings, main
from benchmark.statistics.trained import components, corrected_t, ratio_of

DIFFERENCES = np.array([0.03, 0.05, -0.01, 0.02, 0.04, 0.06, 0.01, 0.03, 0.02, 0.05])


def test_it_is_the_t_test_with_the_variance_of_nadeau_and_bengio() -> None:
    """Ten splits of 80 to 20: the plain t over sqrt((1/10 + 1/4) / (1/10)), nine degrees of freedom."""
    plain = stats.ttest_1samp(DIFFERENCES, 0)
    found = corrected_t(DIFFERENCES, 0.25, 0.9)
    t = plain.statistic / np.sqrt((0.1 + 0.25) / 0.1)
    assert found.freedom == 9
    assert found.value / found.error == pytest.approx(t, rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), 9), rel=1e-12)
    reach = stats.t.ppf(0.95, 9) * found.error
    assert (found.low, found.high) == pytest.approx((DIFFERENCES.mean() - reach, DIFFERENCES.mean() + reach))
    assert corrected_t(-DIFFERENCES, 0.25).value == -found.value


def test_the_ratio_counts_what_is_trained_on() -> None:
    """Five folds: 1 / (k - 1); a validation part takes from what is trained on."""
    assert ratio_of([4] * 5, [16] * 5) == 1 / 4
    assert ratio_of([4] * 5, [14] * 5) == 2 / 7
    assert ratio_of([4, 3], [12, 13]) == 7 / 25
    assert np.isnan(ratio_of([4], [0]))


def test_differences_that_do_not_vary_are_not_tested() -> None:
    same = corrected_t(np.zeros(5), 0.25)
    assert (same.value, same.p_value) == (0, 1)
    rounded = corrected_t(np.array([1e-17, -1e-17, 0]), 0.25)
    assert (rounded.value, rounded.p_value) == (0, 1)
    constant = corrected_t(np.full(5, 0.1), 0.25)
    assert np.isnan([constant.p_value, constant.low, constant.high]).all()
    almost = corrected_t(np.array([0.3 - 0.2, 0.1, 0.4 - 0.3]), 0.25)
    assert np.isnan(almost.p_value), "they differ by rounding only"
    single = corrected_t(np.array([0.3]), 0.25)
    assert single.value == 0.3
    assert np.isnan(single.p_value)
    assert np.isnan(corrected_t(np.empty(0), 0.25).value)


@pytest.mark.parametrize("ratio", [0.0, -1.0, float("nan")])
def test_a_test_without_a_ratio_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="ratio"):
        corrected_t(DIFFERENCES, ratio)
    with pytest.raises(ValueError, match="not finite"):
        corrected_t(np.array([0.1, np.nan]), 0.25)


def test_equal_learners_differ_in_3_to_7_percent_of_a_thousand_studies() -> None:
    """Two ridge regressions retrained for each of ten splits; a plain t test over them finds differences in a fourth."""
    corrected, plain = false_findings(Lab(references=20, conditions=4), Splitting(), 1000, seed=1)
    assert 0.03 <= corrected <= 0.07
    assert plain > 0.15


def test_seeds_are_averaged_before_the_test() -> None:
    """What seeds add is less with more of them; their number never counts as partitions."""
    lab = Lab(references=20, conditions=4, jitter=2.0)
    one, many = (
        np.concatenate([differences(lab, Splitting(seeds=seeds), np.random.default_rng(0))[0] for _ in range(10)])
        for seeds in (1, 20)
    )
    assert len(one) == len(many) == 100
    assert many.std() < one.std()


def test_variance_is_taken_apart_by_the_stated_formula() -> None:
    values = [np.array([0.5, 0.6]), np.array([0.7, 0.9]), np.array([0.4, 0.4])]
    found = components(values, [0.001, 0.002, 0.003])
    assert found.seed == pytest.approx((0.005 + 0.02 + 0) / 3)
    assert found.between == pytest.approx(np.var([0.55, 0.8, 0.4], ddof=1))
    assert found.test_sampling == pytest.approx(0.002)
    assert found.training_set == pytest.approx(found.between - found.seed / 2 - 0.002)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.shares["seed"] == pytest.approx(found.seed / (found.seed + found.training_set + 0.002))


def test_one_seed_says_nothing_of_seeds_and_no_part_is_below_zero() -> None:
    found = components([np.array([0.5]), np.array([0.52])], [0.01, 0.01])
    assert np.isnan(found.seed)
    assert found.training_set == 0
    assert found.shares["test sampling"] == 1
    assert np.isnan(found.shares["seed"])
    nothing = components([np.array([0.5]), np.array([0.5])], [0.0, 0.0])
    assert np.isnan(nothing.shares["training set"])
    for values in ([np.array([0.5])], [np.array([0.5]), np.empty(0)]):
        with pytest.raises(ValueError, match="two partitions"):
            components(values, [0.0] * len(values))


def test_known_parts_of_the_variance_are_found() -> None:
    """Seeds 0.02², training sets 0.05², test parts 0.04², over many partitions."""
    rng = np.random.default_rng(0)
    shift = 0.05 * rng.normal(size=4000) + 0.04 * rng.normal(size=4000)
    values = [0.7 + part + 0.02 * rng.normal(size=3) for part in shift]
    found = components(values, [0.04**2] * 4000)
    assert found.seed == pytest.approx(0.02**2, rel=0.05)
    assert found.training_set == pytest.approx(0.05**2, rel=0.1)


def test_the_report_is_five_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--studies", "2"]) == 0
    assert sum(line.startswith("| ---") for line in capsys.readouterr().out.splitlines()) == 5
