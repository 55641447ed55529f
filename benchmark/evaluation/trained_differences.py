"""Differences over partitions of methods of which at least one is trained there: rows of ``comparisons.csv``. Pandas."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from benchmark.evaluation.margins import inner_of_family
from benchmark.evaluation.partition_rows import BoolArray
from benchmark.evaluation.rows import CORRECTIONS, comparison_columns
from benchmark.evaluation.trained_folds import Fold, Trained
from benchmark.statistics.partitioned import STATISTICS, correlations
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.significance import holm
from benchmark.statistics.trained import Corrected, corrected_t, ratio_of
from benchmark.statistics.vocabulary import NOT_TESTED
from benchmark.statistics.weighted import ScoreColumns

TEST = "corrected t over partitions"


@dataclass(frozen=True, slots=True)
class _Test:
    """One test, not corrected for others yet.

    Attributes:
        pair: the places of the methods.
        found: the test.
        count: of partitions that it rests on.
        why: why it is none; empty for a test.
    """

    pair: tuple[int, int]
    found: Corrected
    count: int
    why: str


def trained_comparisons(data: Trained, settings: StatisticsSettings) -> pd.DataFrame:
    """Differences of every two methods of which at least one is trained (``comparison_columns``).

    P-values are corrected by Holm over these pairs, statistic by statistic.
    """
    rows: list[tuple[object, ...]] = []
    cache: dict[tuple[int, int, bytes], FloatArray] = {}
    pairs = [pair for pair in combinations(range(len(data.methods)), 2) if data.learned & set(pair)]
    by_pair = {pair: _differences(data, *pair, cache) for pair in pairs}
    plain = settings.multiplicity == "none"
    correction = CORRECTIONS["none" if plain else "holm"]
    for number, name in enumerate(STATISTICS):
        tests = [
            _test(pair, values[:, number], tested, fitted, settings)
            for pair, (values, tested, fitted) in by_pair.items()
        ]
        p_values = np.array([np.nan if item.why else item.found.p_value for item in tests])
        adjusted = p_values if plain else holm(p_values)
        differences, errors, freedom = (
            np.array([getattr(item.found, key) for item in tests], dtype=float) for key in ("value", "error", "freedom")
        )
        inner = inner_of_family(name, differences, errors, freedom, adjusted, settings)
        for item, p, p_adjusted, cells in zip(tests, p_values, adjusted, inner, strict=True):
            found = item.found
            ends = (found.value, *((np.nan, np.nan) if item.why else (found.low, found.high)))
            words = TEST if item.count == len(data.folds) else f"{TEST}, {item.count} of {len(data.folds)}"
            if not np.isfinite(p):
                words = f"{NOT_TESTED}: {item.why or 'the difference does not vary'}"
            else:
                words = f"{words}, {correction}"
            named = (data.dataset, "", "pair", "", name, *(data.methods[place].label for place in item.pair))
            real = bool(p_adjusted < settings.alpha)
            rows.append((*named, *ends, p, p_adjusted, real, words, data.pairs, data.n_tested, *cells))
    return pd.DataFrame(rows, columns=list(comparison_columns(settings)))


def _test(
    pair: tuple[int, int], values: FloatArray, tested: IntArray, fitted: IntArray, settings: StatisticsSettings
) -> _Test:
    """The test of a statistic's differences (J,); partitions in which it is undefined are left out and counted."""
    known = np.isfinite(values)
    ratio = ratio_of(tested[known].tolist(), fitted[known].tolist())
    why = ""
    if known.sum() < 2:
        why = "fewer than two partitions with a value"
    elif (fitted[known] == 0).any():
        why = "how many references are trained on is not known"
    found = corrected_t(values[known], ratio if ratio > 0 else 1.0, settings.confidence)
    return _Test(pair, found, int(known.sum()), why)


def _differences(
    data: Trained, first: int, second: int, cache: dict[tuple[int, int, bytes], FloatArray]
) -> tuple[FloatArray, IntArray, IntArray]:
    """Differences (J, 3) on the pairs that both scored, seeds averaged; clusters that are tested and trained on (J,)."""
    values = np.full((len(data.folds), 3), np.nan)
    tested = np.zeros(len(data.folds), dtype=np.int64)
    for number, fold in enumerate(data.folds):
        both = np.isfinite(np.concatenate([fold.scores[first], fold.scores[second]])).all(axis=0)
        a, b = (_value(fold, place, both, (number, place, both.tobytes()), cache) for place in (first, second))
        values[number] = a - b
        tested[number] = len(np.unique(fold.clusters[both]))
    return values, tested, np.array([fold.part.trained_on for fold in data.folds], dtype=np.int64)


def _value(
    fold: Fold,
    place: int,
    rows: BoolArray,
    key: tuple[int, int, bytes],
    cache: dict[tuple[int, int, bytes], FloatArray],
) -> FloatArray:
    """A method's correlations (3,) on some pairs of a test part; the mean over seeds, NaN where one has none."""
    if key not in cache:
        count = int(rows.sum())
        columns = ScoreColumns(fold.labels[rows], fold.scores[place][:, rows], np.arange(count), count)
        nothing = np.full(3, np.nan)
        cache[key] = correlations(columns, np.ones((1, count)))[0].mean(axis=1) if count else nothing
    return cache[key]
