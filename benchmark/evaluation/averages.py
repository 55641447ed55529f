"""Averages of statistics over the data sets of a study, with intervals and differences. Pandas.

Data sets are taken as independent: the error of an average comes from those of its parts. The rows stand in the study's
``summary.csv`` and ``comparisons.csv`` under the name of the average in place of a data set's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from benchmark.evaluation.margins import inner_of_family
from benchmark.evaluation.rows import CORRECTIONS, comparison_columns
from benchmark.statistics.catalogue import find
from benchmark.statistics.intervals import back, forth, slopes
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.significance import holm, normal_p, normal_quantile
from benchmark.statistics.vocabulary import AVERAGES, magnitude, why_incomparable

INTERVAL = "combined over data sets"
TEST = "normal, combined over data sets"
LEVELS = ("pair", "choice", "reference", "system")
AVERAGED = ("", "median", "mean")
MAGNITUDE = magnitude("")
OF_A_NUMBER = ["level", "aggregate", "statistic"]


def average_rows(summary: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``summary.csv`` with the averages of each method and statistic.

    An average is over the data sets on which any method has a value; a method that lacks one there has no average. Data
    sets are weighted by their pairs (or choices). Errors in the labels' own units have no average.

    Args:
        summary: the study's numbers: ``SUMMARY_COLUMNS``, ``partition`` and ``aggregate``.
    """
    chosen = summary["level"].isin(LEVELS) & (summary["condition"] == "") & summary["aggregate"].isin(AVERAGED)
    rows: list[dict[str, object]] = []
    for key, part in summary[chosen].groupby(OF_A_NUMBER, sort=False):
        level, aggregate, statistic = (str(item) for item in key)
        if not averaged(statistic):
            continue
        sizes = _sizes(part)
        for method, own in part.groupby("method", sort=False):
            named: dict[str, object] = {"split": "", "condition": "", "level": level, "aggregate": aggregate}
            named |= {"statistic": statistic, "method": method}
            rows += [named | item for item in _averages(own, sizes, statistic)] if len(sizes) > 1 else []
    return pd.DataFrame(rows, columns=list(summary.columns))


def _sizes(part: pd.DataFrame) -> pd.Series[float]:
    """The pairs of each data set and split on which any method has a value."""
    known = part[part["value"].notna()]
    return known.groupby(["dataset", "split"], sort=False)["n"].max().astype(float)


def averaged(statistic: str) -> bool:
    """Whether a statistic has the same unit on all data sets, so that its average means something."""
    record = find(statistic)
    return bool(record.levels) and record.scale != "log"


def weights_of(kind: str, sizes: FloatArray) -> FloatArray:
    """The weight of each data set in an average; they sum to 1."""
    return sizes / sizes.sum() if kind == "weighted average" else np.full(len(sizes), 1 / len(sizes))


def _averages(part: pd.DataFrame, sizes: pd.Series[float], statistic: str) -> Iterator[dict[str, object]]:
    """Both averages of one method and statistic."""
    places = list(sizes.index)
    known = part.set_index(["dataset", "split"])
    values, low, high = (
        np.array([float(known[name].get(place, np.nan)) for place in places]) for name in ("value", "ci_low", "ci_high")
    )
    missing = [_place(place) for place, value in zip(places, values, strict=True) if not np.isfinite(value)]
    note = f"no value on {', '.join(missing)}" if missing else _remark(known)
    for kind in AVERAGES:
        weights = weights_of(kind, np.array(sizes, dtype=np.float64))
        value = float(weights @ values)
        ends = _interval(value, weights, values, low, high, statistic)
        yield {
            "dataset": kind,
            "value": value,
            "ci_low": ends[0],
            "ci_high": ends[1],
            "n": int(known["n"].sum()),
            "n_clusters": known["n_clusters"].sum(min_count=1),
            "interval": INTERVAL if np.isfinite(ends[0]) else "",
            "note": note,
        }


def _place(place: object) -> str:
    dataset, split = place if isinstance(place, tuple) else (place, "")
    return f"{dataset} ({split})" if split else str(dataset)


def _remark(known: pd.DataFrame) -> str:
    """The reason not to compare that a part of the average has."""
    return next((reason for note in known["note"] if (reason := why_incomparable(str(note or "")))), "")


def _interval(
    value: float, weights: FloatArray, values: FloatArray, low: FloatArray, high: FloatArray, statistic: str
) -> tuple[float, float]:
    """The parts' half widths, on the statistic's scale, combined in quadrature; NaN where a part has no interval."""
    scale = find(statistic).scale
    with np.errstate(invalid="ignore"):
        half = (forth(high, scale) - forth(low, scale)) / 2
    if not (np.isfinite(half).all() and np.isfinite(value)):
        return float("nan"), float("nan")
    moved = float(forth(np.array([value]), scale)[0])
    slope = float(slopes(np.array([value]), scale)[0])
    if slope <= 0:  # at an end of the statistic's range, which its scale moves to infinity
        return float("nan"), float("nan")
    error = float(np.sqrt(((weights * half * slopes(values, scale)) ** 2).sum())) / slope
    if not np.isfinite(moved + error):
        return float("nan"), float("nan")
    return back(moved - error, scale), back(moved + error, scale)


def difference_rows(
    comparisons: pd.DataFrame, summary: pd.DataFrame, methods: Sequence[str], settings: StatisticsSettings
) -> pd.DataFrame:
    """Rows of ``comparisons.csv`` with the differences of averages.

    A difference's error comes from the half widths of its intervals on the data sets; its p-value is the normal
    distribution's, corrected by Holm over all pairs of methods.

    Args:
        comparisons: those of all data sets.
        summary: as for ``average_rows``; gives the weights.
        methods: labels in their order.
        settings: confidence, and whether p-values are corrected.
    """
    whole = comparisons[comparisons["level"].isin(LEVELS) & (comparisons["condition"] == "")]
    values = summary[(summary["condition"] == "") & (summary["aggregate"] == "")]
    rows: list[tuple[object, ...]] = []
    for key, part in whole.groupby(["level", "statistic"], sort=False):
        level, statistic = (str(item) for item in key)
        sizes = _sizes(values[(values["level"] == level) & (values["statistic"] == statistic.removesuffix(MAGNITUDE))])
        if averaged(statistic.removesuffix(MAGNITUDE)) and len(sizes) > 1:
            for kind in AVERAGES:
                rows += _differences(part, sizes, methods, settings, (kind, "", level, "", statistic))
    return pd.DataFrame(rows, columns=list(comparison_columns(settings)))


def _differences(
    part: pd.DataFrame,
    sizes: pd.Series[float],
    methods: Sequence[str],
    settings: StatisticsSettings,
    named: tuple[str, str, str, str, str],
) -> list[tuple[object, ...]]:
    weights = weights_of(named[0], np.array(sizes, dtype=np.float64))
    by_pair = {key: rows.set_index(["dataset", "split"]) for key, rows in part.groupby(["method_a", "method_b"])}
    found = []
    for first, second in combinations(methods, 2):
        rows = by_pair.get((first, second))
        if rows is None or any(place not in rows.index for place in sizes.index):
            continue
        rows = rows.loc[list(sizes.index)]
        difference = float(weights @ rows["difference"].to_numpy(dtype=float))
        half = (rows["ci_high"] - rows["ci_low"]).to_numpy(dtype=float) / 2
        reach = float(np.sqrt(((weights * half) ** 2).sum()))
        p = normal_p(difference, reach / normal_quantile(settings.confidence))
        counts = (int(rows["n"].sum()), int(rows["n_clusters"].sum()))
        found.append((first, second, difference, difference - reach, difference + reach, p, counts))
    adjusted = _adjusted(np.array([item[5] for item in found], dtype=float), settings)
    values, half_widths = (np.array([item[2] for item in found]), np.array([item[4] - item[2] for item in found]))
    errors, normal = half_widths / normal_quantile(settings.confidence), np.full(len(found), np.inf)
    inner = inner_of_family(named[4], values, errors, normal, adjusted, settings)
    words = f"{TEST}, {CORRECTIONS['none' if settings.multiplicity == 'none' else 'holm']}"
    return [
        (*named, *item[:5], item[5], p, bool(p < settings.alpha), words, *item[6], *cells)
        for item, p, cells in zip(found, adjusted.tolist(), inner, strict=True)
    ]


def _adjusted(p_values: FloatArray, settings: StatisticsSettings) -> FloatArray:
    if settings.multiplicity == "none" or not len(p_values):
        return p_values
    adjusted, known = p_values.copy(), np.isfinite(p_values)
    adjusted[known] = holm(p_values[known])
    return adjusted
