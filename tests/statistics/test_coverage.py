"""The simulations of docs/protocol.md on a small scale: intervals cover, equal methods are not told apart."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics import StatisticsSettings
from benchmark.statistics.coverage import Scheme, coverage, detected, false_findings, found_best, report
from benchmark.statistics.coverage_grid import fill
from benchmark.statistics.coverage_grid import main as run_grid
from benchmark.statistics.coverage_grid import report as grid
from benchmark.statistics.intervals import interval
from benchmark.statistics.populations import models, plasmode
from benchmark.statistics.simulated import Model
from benchmark.statistics.tried import (
    Studentised,
    bootstrap_t,
    skewness_corrected,
    stabilised,
    stabilised_t,
    studentise,
)

SETTINGS = StatisticsSettings(replicates=200)
MODEL = Model(references=40, conditions=6)


def test_resampling_references_covers_and_resampling_pairs_does_not() -> None:
    studies = 150
    by_cluster = coverage(MODEL, Scheme("cluster", "percentile"), SETTINGS, studies, seed=1)
    by_pair = coverage(MODEL, Scheme("pair", "percentile"), SETTINGS, studies, seed=1)
    lowest = stats.binom.ppf(0.001, studies, 0.93) / studies
    for name in ("srcc", "plcc", "krcc", "difference"):
        assert by_cluster[name][0] >= lowest
        assert by_pair[name][0] < 0.90
        assert by_pair[name][1] < 0.85 * by_cluster[name][1], "too narrow"


def test_equal_methods_are_rarely_told_apart_and_the_best_of_24_is_found() -> None:
    studies = 150
    single, family_wise = false_findings(MODEL, Scheme("cluster", "percentile"), SETTINGS, 8, studies, seed=2)
    most = stats.binom.ppf(0.999, studies, 0.06) / studies
    assert single <= most
    assert family_wise <= most
    found, _ = found_best(MODEL, Scheme("cluster", "percentile"), SETTINGS, 4, seed=3)
    assert found > 0.8


def test_the_report_is_four_tables() -> None:
    lines = list(report(1, StatisticsSettings(replicates=20, threads=1), seed=0))
    assert sum(line.startswith("| ---") for line in lines) == 4
    assert sum(line.startswith("| 300 x 6") for line in lines) == 5 + 3 + 1


@pytest.mark.parametrize("family", [(), ("srcc", "plcc", "krcc")])
def test_equal_methods_are_rarely_told_apart_by_few_references_in_families_of_one_or_three(
    family: tuple[str, ...],
) -> None:
    settings = StatisticsSettings(replicates=200, family=family)
    _, family_wise = false_findings(
        Model(references=10, conditions=6), Scheme("cluster", "jackknife"), settings, 8, 150, 2
    )
    assert family_wise <= stats.binom.ppf(0.999, 150, 0.05) / 150


def test_with_few_clusters_max_t_finds_more_than_holm() -> None:
    """Its critical values are below Holm's, since it knows how the comparisons hang together."""
    model, scheme = Model(references=24, conditions=6), Scheme("cluster", "jackknife")
    holm, max_t = (
        detected(model, scheme, StatisticsSettings(replicates=200, multiplicity=how), 60, seed=1)
        for how in ("holm", "max-t")
    )
    assert holm > 0.05
    assert max_t > 1.02 * holm


def test_the_grid_says_what_each_interval_covers_and_which_studies_are_remarked_on() -> None:
    """A cell of a normal model holds; one in which few references decide does not, whatever the interval."""
    lines = list(grid([models()[0]], [12], studies=150, replicates=100, seed=0))
    cells = {row.split(" | ")[2]: row.split(" | ") for row in lines if row.startswith("| normal")}
    assert set(cells) == {f"{kind}{name}" for kind in ("", "difference of ") for name in ("SRCC", "PLCC", "KRCC")}
    lowest = 100 * stats.binom.ppf(0.001, 150, 0.93) / 150
    for name in ("SRCC", "PLCC"):
        assert float(cells[name][6].split(" ± ")[0]) >= lowest
    assert float(cells["PLCC"][8].removesuffix(" %")) < 10

    rng = np.random.default_rng(0)
    references = np.repeat(np.arange(25), 8)
    labels = rng.normal(size=200)
    scores = labels + 0.3 * rng.normal(size=(2, 200)) - np.where(references == 7, 60 + 60 * rng.normal(size=200), 0)
    hard = fill(plasmode("hard", [str(name) for name in references], labels, scores), 12, 100, 100, rng)
    assert hard.coverage("plcc", "default") < 0.9
    assert np.mean(hard.flagged) > 0.2


def test_with_many_references_all_that_was_tried_agrees_with_the_jackknife() -> None:
    """Their standard errors are those of the influences, which the jackknife's approaches."""
    table = models()[0].draw(200, np.random.default_rng(4))
    resamples = studentise(table, 400, np.random.default_rng(5))
    left = np.array(
        [np.corrcoef(table.scores[0, table.clusters != k], table.labels[table.clusters != k])[0, 1] for k in range(200)]
    )
    r = float(np.corrcoef(table.scores[0], table.labels)[0, 1])
    known = interval(r, left, left, kind="jackknife", confidence=0.95, scale="fisher")
    width = known.high - known.low
    tried = (
        bootstrap_t(resamples),
        stabilised(resamples),
        stabilised_t(resamples, r, left),
        skewness_corrected(r, left, 0),
    )
    for ends in tried:
        assert ends.low == pytest.approx(known.low, abs=0.3 * width)
        assert ends.high == pytest.approx(known.high, abs=0.3 * width)
        assert ends.high - ends.low == pytest.approx(width, rel=0.2)


def test_skewness_moves_an_interval_towards_the_long_tail_and_none_leaves_students() -> None:
    """By Hall's cubic transformation T + c T² / 3 + c² T³ / 27 + c / 6 of Student's t."""
    rng = np.random.default_rng(0)
    even, far = np.repeat([-0.01, 0.01], 10), rng.exponential(0.01, 20)
    for influences in (even, far - far.mean()):
        left = np.tanh(1.0 - influences / 19)
        ends = skewness_corrected(float(np.tanh(1.0)), left, 0.0)
        error = np.sqrt(19 / 20 * np.sum((influences / 19) ** 2))
        skewness = np.sum(influences**3) / np.sum(influences**2) ** 1.5
        for end, quantile in ((ends.high, stats.t.ppf(0.025, 19)), (ends.low, stats.t.ppf(0.975, 19))):
            t = (1.0 - np.arctanh(end)) / error
            assert t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6 == pytest.approx(quantile, abs=1e-6)


def test_the_stabilised_scale_is_the_one_on_which_all_resamples_have_one_error() -> None:
    """Where the standard error is exp(z), the scale is -exp(-z): quantiles there, taken back."""
    z = np.concatenate([[0.0], np.random.default_rng(1).normal(0, 0.2, 2000)])
    ends = stabilised(Studentised(z, np.exp(z)))
    low, high = np.quantile(-np.exp(-z[1:]), (0.025, 0.975))
    assert np.arctanh([ends.low, ends.high]) == pytest.approx([-np.log(2 + high), -np.log(2 + low)], abs=1e-6)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("ref", "mos", "a,b"), "no column 'ref'"),
        (("reference", "mos", "a"), "two methods are needed, A,B, not 'a'"),
        (("reference", "mos", "a,reference"), "could not convert"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_a_line(
    columns: tuple[str, str, str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("reference,mos,a,b\nr,1,2,3\ns,2,3,4\n")
    for file, expected in ((tmp_path / "t.csv", words), (tmp_path / "none.csv", "can't be read")):
        with pytest.raises(SystemExit):
            run_grid(["--only-tables", "--table", str(file), *columns])
        assert expected in capsys.readouterr().err
