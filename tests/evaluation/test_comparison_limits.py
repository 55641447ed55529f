"""Hundreds of methods: only the best and a baseline are compared with all others; that is said and controls errors."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmark.commands.evaluate import evaluate
from benchmark.core.errors import ConfigError
from benchmark.evaluation.summarise import Evaluated, evaluate_scores
from benchmark.report.blocks import Block, Numbers, Scope
from benchmark.report.ranking import NOT_COMPARED, contest
from benchmark.statistics import rank_uncertainty
from benchmark.statistics.selection import LANES, largest_differences, leaders
from benchmark.statistics.settings import MOST_COMPARED, StatisticsSettings
from benchmark.statistics.significance import normal_scores
from tests.makers import Column

QUICK = StatisticsSettings(replicates=40, mapping_resamples="once")


def make_scores(methods: int, *, pairs: int = 60, holes: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    mos = rng.normal(size=pairs)
    scores = {f"m{i}": mos + (3 - 2.5 * i / methods) * rng.normal(size=pairs) for i in range(methods)}
    if holes:
        for number, column in enumerate(scores.values()):
            column[number % pairs] = np.nan
    names = [f"r{i}" for i in range(pairs)]
    about = {"dataset": "set", "split": "", "fold": np.nan, "pair": names, "reference": names, "cluster": names}
    more = {"enhanced": names, "condition": "", "mos": mos, "mos_sd": np.nan, "observers": np.nan}
    return pd.DataFrame({**about, **more, **scores})


def run(scores: pd.DataFrame, settings: StatisticsSettings) -> Evaluated:
    labels = [column for column in scores.columns if column.startswith("m") and column[1:].isdigit()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return evaluate_scores(scores, [Column(label) for label in labels], settings)


def pairs_of(found: Evaluated, statistic: str) -> set[frozenset[str]]:
    rows = found.comparisons[(found.comparisons["level"] == "pair") & (found.comparisons["statistic"] == statistic)]
    return {frozenset(pair) for pair in zip(rows["method_a"], rows["method_b"], strict=True)}


def best(found: Evaluated, statistic: str) -> str:
    rows = found.summary[(found.summary["level"] == "pair") & (found.summary["statistic"] == statistic)]
    value = rows["value"].astype(float)
    place = int(np.argmin(value) if statistic == "rmse" else np.argmax(value))
    return str(rows["method"].iloc[place])


@pytest.mark.parametrize(("methods", "rows"), [(MOST_COMPARED, 1770), (MOST_COMPARED + 1, MOST_COMPARED)])
def test_up_to_sixty_methods_every_two_are_compared_beyond_only_the_best_with_the_others(
    methods: int, rows: int
) -> None:
    assert len(pairs_of(run(make_scores(methods), QUICK), "srcc")) == rows


def test_the_best_of_each_statistic_and_the_baseline_meet_all_others_and_a_note_says_so() -> None:
    found = run(make_scores(8), replace(QUICK, comparisons="best", baseline="m2"))
    for statistic in ("srcc", "plcc", "krcc", "rmse"):
        chosen = {best(found, statistic), "m2"}
        wanted = {frozenset((a, f"m{i}")) for a in chosen for i in range(8) if a != f"m{i}"}
        assert pairs_of(found, statistic) == wanted
    note = next(note for note in found.notes if "only the best" in note)
    assert "8 methods" in note
    assert "the baseline (m2)" in note
    assert "all 28 pairs" in note


def test_whoever_asks_for_all_gets_all_and_no_note() -> None:
    found = run(make_scores(MOST_COMPARED + 1), replace(QUICK, comparisons="all"))
    assert len(pairs_of(found, "plcc")) == 61 * 60 // 2
    assert not any("only the best" in note for note in found.notes)


def test_limiting_changes_no_number_but_the_adjusted_p_value_which_never_falls_below_that_of_all() -> None:
    scores = make_scores(8)
    every, some = (run(scores, replace(QUICK, comparisons=how)) for how in ("all", "best"))
    keys = ["level", "statistic", "method_a", "method_b"]
    together = some.comparisons.merge(every.comparisons, on=keys)
    assert len(together) == len(some.comparisons)
    for column in ("difference", "ci_low", "ci_high", "p_value", "n"):
        np.testing.assert_array_equal(together[f"{column}_x"].astype(float), together[f"{column}_y"].astype(float))
    known = together["p_adjusted_y"].notna()
    assert (together["p_adjusted_x"][known] >= together["p_adjusted_y"][known].astype(float) - 1e-12).all()
    groups = ~every.summary["statistic"].str.startswith("best_group")
    pd.testing.assert_frame_equal(some.summary[groups], every.summary[groups])


def test_missing_scores_get_columns_for_the_comparisons_that_are_made_only() -> None:
    found = run(make_scores(70, holes=True), replace(QUICK, replicates=20))
    rows = found.comparisons[found.comparisons["statistic"] == "srcc"]
    assert len(rows) == 0  # each misses more than 1 % of the pairs: none can be the best
    found = run(make_scores(70, holes=True), replace(QUICK, replicates=20, baseline="m0"))
    rows = found.comparisons[found.comparisons["statistic"] == "srcc"]
    assert len(rows) == 69
    assert set(rows["n"]) <= {58, 59}


def test_the_best_is_no_chance_find_where_all_methods_are_equally_good() -> None:
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(60):
        values = rng.normal(size=40)  # 40 methods whose true values are all zero, errors of 1
        drawn = values + rng.normal(size=(200, 40))
        top = int(np.argmax(values))
        largest = largest_differences(values, drawn)
        seen = np.abs(values[top] - np.delete(values, top)).max() / np.sqrt(2)
        found += int((1 + np.count_nonzero(largest >= seen)) / 201 < 0.05)
    assert found <= 9  # 5 % of 60 are 3; testing each against the picked best alone finds it in most studies


def test_the_largest_difference_is_that_of_a_loop_over_all_pairs() -> None:
    rng = np.random.default_rng(1)
    values, drawn = rng.normal(size=5), rng.normal(size=(LANES + 7, 5))
    drawn[3, 2] = np.nan
    drawn[:, 4] = drawn[:, 1] + values[4] - values[1]  # a difference that never varies
    expected = np.full(len(drawn), -np.inf)
    for i in range(5):
        for j in range(i):
            difference = drawn[:, i] - drawn[:, j]
            spread = np.nanstd(difference)
            if spread > 1e-9:
                expected = np.fmax(expected, np.abs(difference - (values[i] - values[j])) / spread)
    np.testing.assert_allclose(largest_differences(values, drawn), expected, rtol=1e-10)


@pytest.mark.parametrize("digits", [None, 1], ids=["apart", "tied"])
def test_the_largest_normal_score_is_that_of_a_loop_over_all_pairs(
    digits: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ties keep their order, and an undefined resample of a pair takes no place; a few pairs at a time or all at once."""
    rng = np.random.default_rng(1)
    values, drawn = rng.normal(size=12), rng.normal(size=(150, 12))
    if digits is not None:
        values, drawn = values.round(digits), drawn.round(digits)
    drawn[3, 2] = np.nan
    drawn[:, 4] = drawn[:, 1] + values[4] - values[1]  # a difference that never varies
    deviations = drawn - values
    apart = [deviations[:, i] - deviations[:, j] for i in range(12) for j in range(i)]
    varying = [row for row in apart if np.nanstd(row) > 1e-9]
    expected = np.max([normal_scores(np.abs(row)[None])[0] for row in varying], axis=0)
    for at_once in (1, 1 << 19):
        monkeypatch.setattr("benchmark.statistics.selection.SORTED_AT_ONCE", at_once)
        for threads in (1, 2):
            np.testing.assert_array_equal(largest_differences(values, drawn, normal=True, threads=threads), expected)


def test_who_leads() -> None:
    assert leaders(np.array([1.0, 3.0, 2.0, np.nan]), [True, False, True, True]) == [2]
    assert leaders(np.ones(9), [True] * 9) == [0, 1, 2]
    assert leaders(np.array([np.nan]), [True]) == []


def test_rank_intervals_do_not_depend_on_how_many_resamples_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = np.random.default_rng(0).normal(size=(50, 7))
    whole = rank_uncertainty.rank_intervals(drawn, 0.95)
    monkeypatch.setattr(rank_uncertainty, "MOST_COMPARED", 100)
    np.testing.assert_array_equal(rank_uncertainty.rank_intervals(drawn, 0.95), whole)


def test_holm_then_counts_every_two_methods() -> None:
    settings = replace(QUICK, replicates=2000, comparisons="best", multiplicity="holm")
    rows = run(make_scores(5), settings).comparisons.query("statistic == 'srcc'")
    np.testing.assert_allclose(rows["p_adjusted"], np.minimum(1, rows["p_value"] * 10))


def test_a_table_says_of_a_difference_that_was_left_out_why() -> None:
    scores = make_scores(6)
    labels = [f"m{i}" for i in range(6)]
    frame = scores[["reference", "mos", *labels]]
    done = evaluate(frame, mos="mos", methods=labels, statistics={"replicates": 40, "comparisons": "best"})
    assert any("only the best" in note for note in done.data.record["notes"])
    numbers, scope = Numbers(done.data), Scope(_block(done.data.scores))
    top = best(Evaluated(done.summary, done.comparisons, ()), "srcc")
    others = [method for method in done.data.methods if method.label != top]
    assert contest(done.data, numbers, scope, "srcc").untested == {}
    assert set((contest(done.data, numbers, scope, "srcc", others).untested or {}).values()) == {NOT_COMPARED}


def _block(scores: pd.DataFrame) -> Block:
    return Block(str(scores["dataset"].iloc[0]), str(scores["split"].iloc[0]))


def test_a_baseline_that_is_no_method_is_refused() -> None:
    frame = make_scores(2)[["mos", "m0", "m1"]]
    with pytest.raises(ConfigError, match=r"statistics\.baseline: no method 'm7'"):
        evaluate(frame, mos="mos", methods=["m0", "m1"], statistics={"replicates": 10, "baseline": "m7"})


@pytest.mark.heavy
def test_five_hundred_methods_raise_no_warning() -> None:
    scores = make_scores(500, pairs=12)
    labels = [f"m{i}" for i in range(500)]
    settings = {"replicates": 8, "mapping_resamples": "once", "interval": "percentile"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = evaluate(scores[["mos", *labels]], mos="mos", methods=labels, statistics=settings)
    assert 499 <= len(done.comparisons.query("statistic == 'srcc'")) <= 3 * 499  # up to three tie for the best
