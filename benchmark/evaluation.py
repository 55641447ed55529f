"""From ``scores.csv`` to ``summary.csv`` and ``comparisons.csv``: which statistic of which method at which level. Pandas.

The arithmetic is in ``benchmark.statistics``; here stands what is computed on which pairs, and what is said about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.statistics import correlation, intervals, mapping, significance, weighted
from benchmark.statistics.settings import StatisticsSettings

Vector = NDArray[np.float64]
CORRELATIONS: tuple[Literal["srcc", "plcc", "krcc"], ...] = ("srcc", "plcc", "krcc")
SUMMARY_COLUMNS = (
    *("dataset", "split", "level", "condition", "method", "statistic", "value", "ci_low", "ci_high"),
    *("n", "n_clusters", "interval", "note"),
)
COMPARISON_COLUMNS = (
    *("dataset", "split", "level", "condition", "statistic", "method_a", "method_b", "difference", "ci_low", "ci_high"),
    *("p_value", "p_adjusted", "significant", "test", "n", "n_clusters"),
)


class MethodColumn(Protocol):
    """A method as statistics need it."""

    @property
    def label(self) -> str:
        """Its column in the table of scores."""
        ...

    @property
    def higher_is_better(self) -> bool:
        """Its declared direction."""
        ...


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Statistics of a table of scores.

    Attributes:
        summary: one number a row.
        comparisons: one pair of methods a row.
        notes: what tables must say about how they came about.
    """

    summary: pd.DataFrame
    comparisons: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Family:
    """The pairs on which one family of statistics is computed, all methods on the same resamples."""

    dataset: str
    split: str
    level: str
    condition: str
    labels: Vector
    scores: dict[str, Vector]
    members: NDArray[np.intp]
    draws: NDArray[np.float64]
    left_out: NDArray[np.float64]

    @property
    def place(self) -> tuple[str, str, str, str]:
        return (self.dataset, self.split, self.level, self.condition)


def evaluate_scores(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    settings: StatisticsSettings,
    *,
    lower_mos_better: bool = False,
) -> Evaluated:
    """Compute every statistic of every method.

    Args:
        scores: the columns of ``scores.csv``; NaN where a method has no score.
        methods: the columns to evaluate, with their directions.
        settings: how to resample and compare.
        lower_mos_better: whether lower labels mean better quality.

    Returns:
        Signed values: positive means that the method, oriented by its declared direction, agrees with the labels.
    """
    summary: list[tuple[object, ...]] = []
    comparisons: list[tuple[object, ...]] = []
    for family in _families(scores, methods, settings, lower_mos_better):
        summary += _summarise(family, settings)
        if family.level == "pair":
            comparisons += _compare(family, settings)
    return Evaluated(
        pd.DataFrame(summary, columns=list(SUMMARY_COLUMNS)),
        pd.DataFrame(comparisons, columns=list(COMPARISON_COLUMNS)),
        tuple(_notes(scores, settings)),
    )


def _families(
    scores: pd.DataFrame, methods: Sequence[MethodColumn], settings: StatisticsSettings, lower_mos_better: bool
) -> Iterator[_Family]:
    for (dataset, split), rows in scores.groupby(["dataset", "split"], sort=False):
        conditions = [name for name in dict.fromkeys(rows["condition"]) if name]
        yield _family((str(dataset), str(split), "pair", ""), rows, methods, settings, lower_mos_better)
        for name in conditions if len(conditions) > 1 else []:
            place = (str(dataset), str(split), "condition", str(name))
            yield _family(place, rows[rows["condition"] == name], methods, settings, lower_mos_better)


def _family(
    place: tuple[str, str, str, str],
    rows: pd.DataFrame,
    methods: Sequence[MethodColumn],
    settings: StatisticsSettings,
    lower_mos_better: bool,
) -> _Family:
    clusters = rows["cluster"] if settings.resample == "cluster" else pd.Series(range(len(rows)))
    members, names = pd.factorize(clusters, sort=False)
    rng = np.random.default_rng(settings.seed)
    labels = rows["mos"].to_numpy(dtype=np.float64) * (-1 if lower_mos_better else 1)
    oriented = {
        method.label: rows[method.label].to_numpy(dtype=np.float64) * (1 if method.higher_is_better else -1)
        for method in methods
    }
    draws = weighted.resample_counts(rng, settings.replicates, len(names))
    left_out = weighted.leave_one_out_counts(len(names))
    return _Family(*place, labels, oriented, members.astype(np.intp), draws, left_out)


def _summarise(family: _Family, settings: StatisticsSettings) -> Iterator[tuple[object, ...]]:
    for label, values in family.scores.items():
        has = np.isfinite(values)
        clusters = int(np.unique(family.members[has]).size)
        x, y = values[has], family.labels[has]
        for name in CORRELATIONS:
            yield _row(family, label, name, x, y, has, clusters, settings)
        if family.level == "pair":
            yield from _mapped_rows(family, label, x, y, clusters)


def _row(
    family: _Family,
    label: str,
    name: Literal["srcc", "plcc", "krcc"],
    x: Vector,
    y: Vector,
    has: NDArray[np.bool_],
    clusters: int,
    settings: StatisticsSettings,
) -> tuple[object, ...]:
    """One correlation of one method with its interval; undefined is NaN with a word, never zero."""
    why = _undefined(x, y)
    if why:
        return (*family.place, label, name, np.nan, np.nan, np.nan, len(x), clusters, "", why)
    value = getattr(correlation, name)(x, y)
    method = intervals.choose(settings.interval, clusters)
    members = family.members[has]
    draws = family.draws if method != "jackknife" else family.draws[:0]
    left = family.left_out[np.unique(members)] if method != "percentile" or clusters < 2 else family.left_out[:2]
    found = intervals.interval(
        value,
        weighted.replicate(name, x, y, members, draws) if len(draws) else np.empty(0),
        weighted.replicate(name, x, y, members, left) if clusters > 1 else np.empty(0),
        method=method,  # type: ignore[arg-type]
        confidence=settings.confidence,
        fisher=True,
    )
    return (*family.place, label, name, value, found.low, found.high, len(x), clusters, found.method, found.note)


def _undefined(x: Vector, y: Vector) -> str:
    """Why two vectors have no correlation, or nothing."""
    if x.size < 2:
        return f"undefined: {x.size} scored pairs" if x.size != 1 else "undefined: one scored pair"
    if correlation.is_constant(y):
        return "undefined: all labels are equal"
    if correlation.is_constant(x):
        return "undefined: all scores are equal"
    return ""


def _mapped_rows(family: _Family, label: str, x: Vector, y: Vector, clusters: int) -> Iterator[tuple[object, ...]]:
    """PLCC after the logistic mappings, and the error of the four-parameter one; without intervals."""
    for name, parameters in (("plcc_logistic4", 4), ("plcc_logistic5", 5)):
        fitted = mapping.fit(x, y, parameters) if not _undefined(x, y) else None  # type: ignore[arg-type]
        note = _fit_note(fitted, x, y, parameters)
        value = mapping.mapped_plcc(fitted, x, y)
        yield (*family.place, label, name, value, np.nan, np.nan, len(x), clusters, "", note)
        if parameters == 4:
            rmse = fitted.rmse if fitted is not None and fitted.converged else np.nan
            yield (*family.place, label, "rmse", rmse, np.nan, np.nan, len(x), clusters, "", note)


def _fit_note(fitted: mapping.Mapping | None, x: Vector, y: Vector, parameters: int) -> str:
    if fitted is None:
        return _undefined(x, y) or f"undefined: {len(x)} pairs are too few for {parameters} parameters"
    words = []
    if not fitted.converged:
        words.append("the fit did not converge")
    if fitted.at_bound:
        words.append("the slope is at its bound")
    if not fitted.monotone:
        words.append("the curve is not monotone")
    elif fitted.direction < 0:
        words.append("the curve falls: the method disagrees with its declared direction")
    return "; ".join(words)


def _compare(family: _Family, settings: StatisticsSettings) -> Iterator[tuple[object, ...]]:
    """Every pair of methods, on the pairs that both scored, on shared resamples; one family a statistic."""
    pairs = list(combinations(family.scores, 2))
    for name in CORRELATIONS:
        cache: dict[tuple[str, bytes], tuple[float, Vector, Vector]] = {}
        found = [_difference(family, name, a, b, cache, settings) for a, b in pairs]
        if not found:
            continue
        values = np.array([item[0] for item in found])
        adjusted = _adjust(values, np.stack([item[1] for item in found]), settings)
        for (a, b), (value, draws, left, n, clusters), p_adjusted in zip(pairs, found, adjusted, strict=True):
            method = intervals.choose(settings.interval, clusters)
            ends = intervals.interval(
                value,
                draws,
                left,
                method=method,
                confidence=settings.confidence,
                fisher=False,  # type: ignore[arg-type]
            )
            p = significance.two_sided_p(draws) if np.isfinite(value) and clusters > 1 else np.nan
            real = bool(p_adjusted < 1 - settings.confidence)
            test = f"bootstrap, {settings.multiplicity}"
            yield (*family.place, name, a, b, value, ends.low, ends.high, p, p_adjusted, real, test, n, clusters)


def _difference(
    family: _Family,
    name: Literal["srcc", "plcc", "krcc"],
    a: str,
    b: str,
    cache: dict[tuple[str, bytes], tuple[float, Vector, Vector]],
    settings: StatisticsSettings,
) -> tuple[float, Vector, Vector, int, int]:
    both = np.isfinite(family.scores[a]) & np.isfinite(family.scores[b])
    members = family.members[both]
    clusters = np.unique(members)
    nothing = np.full(settings.replicates, np.nan), np.full(max(clusters.size, 1), np.nan)
    parts = []
    for label in (a, b):
        key = (label, both.tobytes())
        if key not in cache:
            x, y = family.scores[label][both], family.labels[both]
            if _undefined(x, y):
                cache[key] = (np.nan, *nothing)
            else:
                cache[key] = (
                    getattr(correlation, name)(x, y),
                    weighted.replicate(name, x, y, members, family.draws),
                    weighted.replicate(name, x, y, members, family.left_out[clusters]),
                )
        parts.append(cache[key])
    first, second = parts
    return first[0] - second[0], first[1] - second[1], first[2] - second[2], int(both.sum()), int(clusters.size)


def _adjust(values: Vector, draws: NDArray[np.float64], settings: StatisticsSettings) -> Vector:
    if settings.multiplicity == "max-t":
        return significance.max_t(values, draws)
    raw = np.array(
        [
            significance.two_sided_p(row) if np.isfinite(value) else np.nan
            for value, row in zip(values, draws, strict=True)
        ]
    )
    return significance.holm(raw) if settings.multiplicity == "holm" else raw


def _notes(scores: pd.DataFrame, settings: StatisticsSettings) -> Iterator[str]:
    clusters = scores.groupby(["dataset", "split"], sort=False)["cluster"].nunique()
    fewest = int(clusters.min()) if len(clusters) else 0
    what = "references" if settings.resample == "cluster" else "single pairs (assumed independent)"
    how = intervals.choose(settings.interval, fewest)
    words = {"percentile": "bootstrap percentiles", "bca": "BCa bootstrap", "jackknife": "jackknife with Student's t"}[
        how
    ]
    yield (
        f"{settings.confidence:.0%} intervals: {words}, resampling {what} ({fewest}); they speak of new photographs under "
        "these conditions, not of further conditions."
    )
    yield (
        f"Differences: paired bootstrap, {settings.replicates:,} resamples, "
        f"{'Romano–Wolf max-T' if settings.multiplicity == 'max-t' else settings.multiplicity} over all pairs of methods."
    )
