"""Random effects against the published BCG example, SciPy's root finder and plain loops; coverage in simulation."""

from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from benchmark.statistics.coverage_pooling import coverage, main, modelled, of_groups, read, report
from benchmark.statistics.populations import models
from benchmark.statistics.random_effects import pool

BCG = np.array(
    [
        *([4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619], [33, 5036, 47, 5761]),
        *([180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892], [29, 7470, 45, 7232]),
        *([17, 1699, 65, 1600], [186, 50448, 141, 27197], [5, 2493, 3, 2338], [27, 16886, 29, 17825]),
    ],
    dtype=float,
)
"""Tuberculosis with and without vaccine, cases and others (Colditz et al., JAMA 271, 1994): 13 trials."""


def test_the_published_example_of_vaccine_trials() -> None:
    """Logarithms of risk ratios; Q and Paule and Mandel's variance as the R package metafor prints them (`dat.bcg`)."""
    cases, others, control, rest = BCG.T
    estimates = np.log(cases / (cases + others)) - np.log(control / (control + rest))
    variances = 1 / cases - 1 / (cases + others) + 1 / control - 1 / (control + rest)
    found = pool(estimates, variances, 0.95)
    assert f"{found.q:.4f}" == "152.2330"
    assert f"{found.between:.4f}" == "0.3181"


def plainly(y: list[float], v: list[float], confidence: float) -> tuple[float, float, float, float]:
    """Mean, variance between, and the ends of Hartung and Knapp's interval, term by term."""
    k = len(y)

    def squares(between: float) -> float:
        weights = [1 / (one + between) for one in v]
        mean = sum(w * each for w, each in zip(weights, y, strict=True)) / sum(weights)
        return sum(w * (each - mean) ** 2 for w, each in zip(weights, y, strict=True))

    between = 0.0 if squares(0) <= k - 1 else optimize.brentq(lambda one: squares(one) - (k - 1), 0, 1e4, xtol=1e-14)
    weights = [1 / (one + between) for one in v]
    mean = sum(w * each for w, each in zip(weights, y, strict=True)) / sum(weights)
    hartung_knapp = squares(between) / ((k - 1) * sum(weights))
    reach = stats.t.ppf((1 + confidence) / 2, k - 1) * np.sqrt(max(hartung_knapp, 1 / sum(weights)))
    return mean, between, mean - reach, mean + reach


@pytest.mark.parametrize("k", [2, 3, 5, 10, 40])
@pytest.mark.parametrize("between", [0.0, 0.1, 3.0])
def test_a_plain_loop_with_scipys_roots(k: int, between: float) -> None:
    rng = np.random.default_rng(k)
    for _ in range(20):
        v = rng.uniform(0.001, 0.3, k) ** 2
        y = 1 + between * rng.normal(size=k) + np.sqrt(v) * rng.normal(size=k)
        found = pool(y, v, 0.9)
        mean, variance, low, high = plainly(y.tolist(), v.tolist(), 0.9)
        assert found.between == pytest.approx(variance, abs=1e-9)
        assert (found.mean, found.low, found.high) == pytest.approx((mean, low, high), abs=1e-7)
        q = found.q
        assert found.inconsistency == pytest.approx(max(0.0, (q - (k - 1)) / q), abs=1e-12)
        assert found.p_value == pytest.approx(2 * stats.t.sf(abs(mean) / found.error, k - 1), rel=1e-5)
        if k > 2:
            ahead = stats.t.ppf(0.95, k - 2) * np.sqrt(variance + found.error**2)
            assert found.predicted_high == pytest.approx(mean + ahead, abs=1e-6)


def test_estimates_that_agree_are_never_narrower_than_their_weights_say() -> None:
    """Hartung and Knapp's own factor would be next to zero here."""
    found = pool(np.array([0.5, 0.5001, 0.4999]), np.full(3, 0.03), 0.95)
    assert found.between == 0
    assert found.error == pytest.approx(np.sqrt(0.01))
    assert found.inconsistency == 0


def test_one_set_is_not_pooled() -> None:
    for k in (0, 1):
        found = pool(np.full(k, 0.5), np.full(k, 0.1), 0.95)
        assert np.isnan([found.mean, found.low, found.error, found.p_value, found.between]).all()
        assert found.sets == k


def test_intervals_hold_at_five_and_ten_sets_and_plain_ones_do_not() -> None:
    """A small seeded part of the table in docs/protocol.md: the mean of z over data sets that differ."""
    lowest = stats.binom.ppf(0.001, 150, 0.94) / 150
    for sets in (5, 10):
        found = coverage(modelled(0.3), sets, 150, seed=1)
        assert found.pooled >= lowest
        assert found.difference >= lowest
        assert found.plain < 0.75
        assert found.by_pairs < 0.75


def test_groups_of_a_table_are_data_sets() -> None:
    """Their mean z is that of the groups' own values."""
    some = models()[:2]
    truth = np.arctanh([one.truth["srcc"] for one in some])
    collection = of_groups("two", some)
    assert collection.truth == pytest.approx((truth[:, 0].mean(), (truth[:, 0] - truth[:, 1]).mean()))
    lines = list(report([collection], 2, seed=0))
    assert [line.split(" | ")[1] for line in lines if line.startswith("| two")] == ["5", "10"]


def table(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    rows = ["Ref,kind,mos,a,b"]
    for kind in ("blur", "noise"):
        for reference in range(8):
            for _ in range(5):
                label = rng.normal()
                name = f"R{reference}" if rng.random() < 0.5 else f"r{reference}"
                rows.append(f"{name},{kind},{label},{label + rng.normal()},{-label + rng.normal() / 2}")
    file = folder / "table.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_a_table_is_read_with_distances_turned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collection = read(table(tmp_path), "Ref", "mos", "a,b", "kind")
    assert collection.truth[0] > 0
    assert collection.truth[1] < 0, "b follows the labels better, as a distance"
    assert main(["--studies", "1", "--table", str(table(tmp_path)), "Ref", "mos", "a,b", "kind"]) == 0
    assert "| table: 2 groups by kind, a | 5 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("ref", "mos", "a,b", "kind"), "no column 'ref'"),
        (("Ref", "mos", "a", "kind"), "two methods are needed, A,B, not 'a'"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], columns: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SystemExit):
        main(["--studies", "1", "--table", str(table(tmp_path)), *columns])
    assert words in capsys.readouterr().err.splitlines()[-1]
