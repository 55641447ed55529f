"""The simulations of docs/protocol.md on a small scale: intervals cover, equal methods are not told apart."""

from scipy import stats

from benchmark.statistics import StatisticsSettings
from benchmark.statistics.coverage import Scheme, coverage, false_findings, found_best, report
from benchmark.statistics.simulated import Model

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


def test_the_report_is_three_tables() -> None:
    lines = list(report(1, StatisticsSettings(replicates=20, threads=1), seed=0))
    assert sum(line.startswith("| ---") for line in lines) == 3
    assert sum(line.startswith("| 60 x 6") for line in lines) == 5 + 2 + 1
