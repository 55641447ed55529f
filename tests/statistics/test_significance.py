"""Tests and corrections against worked examples, closed forms, and what they must do under no difference."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics import bootstrap_p, f_test, holm, max_t, meng, steiger, williams
from benchmark.statistics.significance import normal_scores, replicates_for_holm, student_p


def test_p_values_have_the_correction_and_two_sides() -> None:
    assert bootstrap_p(np.ones(99)) == pytest.approx(2 / 100)
    assert bootstrap_p(-np.ones(99)) == pytest.approx(2 / 100)
    assert bootstrap_p(np.concatenate([np.ones(50), -np.ones(50)])) == 1.0
    assert bootstrap_p(np.append(np.ones(99), np.nan)) == pytest.approx(2 / 100)
    assert math.isnan(bootstrap_p(np.full(3, np.nan)))


def test_students_p_value_is_scipys() -> None:
    assert student_p(0.3, 0.1, 9) == pytest.approx(2 * stats.t.sf(3, 9), abs=1e-14)
    assert student_p(0.0, 0.0, 9) == 1.0
    assert math.isnan(student_p(0.3, 0.0, 9))


def test_holm_on_a_worked_example() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, np.nan])), [0.03, 0.06, 0.06, np.nan])


def test_holm_needs_enough_replicates_to_reject_anything() -> None:
    needed = replicates_for_holm(190, 0.05)
    assert 190 * 2 / (needed + 1) <= 0.05 < 190 * 2 / needed


def test_max_t_finds_the_one_difference_and_keeps_the_rest() -> None:
    rng = np.random.default_rng(5)
    differences = np.zeros(20)
    differences[3] = 6.0
    adjusted = max_t(differences, rng.normal(size=(2000, 20)) + differences)
    assert adjusted[3] < 0.01
    assert (np.delete(adjusted, 3) == 1.0).all()


def test_one_comparison_needs_no_correction() -> None:
    rng = np.random.default_rng(5)
    drawn = 1.96 + rng.normal(size=(20_000, 1))
    assert max_t(np.array([1.96]), drawn)[0] == pytest.approx(0.05, abs=0.01)
    with_t = max_t(np.array([1.96]), drawn, errors=np.array([1.0]), freedom=5)
    assert with_t[0] == pytest.approx(2 * stats.t.sf(1.96, 5), abs=0.01), "Student's p-value with few clusters"


def test_max_t_controls_the_family_under_no_difference() -> None:
    rng = np.random.default_rng(6)
    families, rejected = 400, 0
    for _ in range(families):
        common = rng.normal(size=(400, 10))
        rejected += bool((max_t(common[0], common[0] + common[1:]) < 0.05).any())
    low, high = stats.binom.interval(0.999, families, 0.05)
    assert low <= rejected <= high


def test_max_t_steps_down() -> None:
    """Once the largest is rejected, the next is judged against the rest only: less strict than one common threshold."""
    rng = np.random.default_rng(7)
    noise = rng.normal(size=(5000, 2))
    differences = np.array([10.0, 2.05])
    adjusted = max_t(differences, noise + differences)
    alone = max_t(differences[1:], (noise + differences)[:, 1:])
    assert adjusted[1] == pytest.approx(alone[0], abs=1e-12)


def test_undefined_differences_stay_undefined_and_equal_methods_are_equal() -> None:
    drawn = np.random.default_rng(0).normal(size=(100, 3)) + np.array([0.0, 9.0, 0.0])
    drawn[:, 2] = 0.0
    adjusted = max_t(np.array([np.nan, 9.0, 0.0]), drawn)
    assert math.isnan(adjusted[0])
    assert adjusted[1] < 0.05
    assert adjusted[2] == 1.0


def test_worked_values_of_steiger_and_williams() -> None:
    """Answers that this project did not compute: ../shared/oracles/README.md."""
    t = williams(0.3, 0.4, 0.5, 100)
    assert (t.statistic, t.p_value) == pytest.approx((-1.0767, 0.2843), abs=5e-5)
    z = steiger(0.3, 0.4, 0.5, 100)
    assert (z.statistic, z.p_value) == pytest.approx((-1.0718, 0.2838), abs=5e-5)
    assert steiger(0.4, 0.5, 0.1, 103).statistic == pytest.approx(-0.8887, abs=5e-5)
    assert math.isnan(steiger(1.0, 0.5, 0.5, 100).p_value)
    assert math.isnan(williams(0.3, 0.4, 0.5, 3).p_value)


def test_worked_values_of_meng_and_their_bound_on_f() -> None:
    """The answers stand in the request for this test; none was computed here."""
    first = meng(0.3, 0.4, 0.5, 100)
    assert (first.statistic, first.p_value) == pytest.approx((-1.0707, 0.2843), abs=5e-5)
    second = meng(0.4, 0.5, 0.1, 103)
    assert (second.statistic, second.p_value) == pytest.approx((-0.8882, 0.3744), abs=5e-5)
    # where f would exceed 1 it is 1, and so is h
    bounded = (np.arctanh(0.8) - np.arctanh(0.7)) * np.sqrt(97 / (2 * 1.2))
    assert meng(0.8, 0.7, -0.2, 100).statistic == pytest.approx(bounded)
    assert meng(0.4, 0.3, 0.5, 100).statistic == pytest.approx(1.0707, abs=5e-5)
    for undefined in (meng(1.0, 0.5, 0.5, 100), meng(0.3, 0.4, 1.0, 100), meng(0.3, 0.4, 0.5, 3)):
        assert math.isnan(undefined.p_value)


def test_the_f_test_is_scipys_two_sided() -> None:
    found = f_test(2.0, 1.0, 20, 30)
    assert found.p_value == pytest.approx(2 * stats.f.sf(2.0, 20, 30), abs=1e-14)
    assert f_test(1.0, 2.0, 30, 20).p_value == pytest.approx(found.p_value, abs=1e-14)
    assert math.isnan(f_test(0.0, 1.0, 20, 30).p_value)


@pytest.mark.parametrize("at_once", [1, 1 << 19], ids=["rows one by one", "all rows at once"])
def test_normal_scores_keep_the_order_of_each_row_ties_as_they_come_and_nothing_for_what_is_undefined(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmark.statistics.significance.SORTED_AT_ONCE", at_once)
    rows = np.abs(np.random.default_rng(0).normal(size=(3, 200)))
    rows[1] = rows[1].round(1)
    rows[2, ::7] = np.nan
    for row, scores in zip(rows, normal_scores(rows), strict=True):
        known = np.flatnonzero(np.isfinite(row))
        order = sorted(known, key=lambda place: (row[place], place))
        expected = stats.norm.ppf((1 + (np.arange(len(known)) + 0.5) / len(known)) / 2)
        np.testing.assert_allclose(scores[order], expected, atol=1e-12)
        assert (scores[np.setdiff1d(np.arange(200), known)] == -np.inf).all()
