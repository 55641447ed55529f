"""Calibration: errors of mapped scores in parts of the pairs, with jackknife intervals by cluster. numpy.

The parts are those of all pairs: leaving a cluster out takes its pairs out of them and moves no border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics.intervals import NO_INTERVAL, jackknife_error, known_part, student
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.settings import MappingResamples
from benchmark.statistics.to_label_units import InLabelUnits


@dataclass(frozen=True, slots=True)
class PartError:
    """The errors of the pairs of one part; all but counts in the labels' unit.

    Attributes:
        low, high: the least and the largest value of what divides the pairs.
        n: pairs.
        n_clusters: their clusters.
        label: mean label.
        score: mean mapped score.
        error: mean of mapped score less label.
        ci_low, ci_high: its interval; NaN where there is none.
        absolute: mean absolute error.
        rmse: root of the mean squared error, over n.
        note: why there is no interval.
    """

    low: float
    high: float
    n: int
    n_clusters: int
    label: float
    score: float
    error: float
    ci_low: float
    ci_high: float
    absolute: float
    rmse: float
    note: str = ""


def equal_parts(values: FloatArray, count: int) -> IntArray:
    """The part of each value, from 0 for the lowest, of equally many values as far as ties allow.

    Equal values are never in different parts: they go where the middle of their ranks falls. With few distinct values there
    are fewer parts than ``count``.

    Args:
        values: (n,), finite.
        count: how many parts are wanted.
    """
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    _, places, sizes = np.unique(values, return_inverse=True, return_counts=True)
    twice_middle = 2 * np.cumsum(sizes) - sizes  # whole numbers: no rounding at borders
    wanted = twice_middle * count // (2 * len(values))
    _, part = np.unique(wanted, return_inverse=True)
    return np.asarray(part[places], dtype=np.int64)


def errors_in_parts(
    mapped: InLabelUnits,
    labels: FloatArray,
    clusters: IntArray,
    divisions: list[tuple[FloatArray, IntArray]],
    resamples: MappingResamples,
    confidence: float,
) -> list[list[PartError]]:
    """The errors in the parts of several divisions of the same pairs.

    Args:
        mapped: the scores in the labels' unit.
        labels: (n,).
        clusters: (n,) cluster of each pair; any whole numbers.
        divisions: for each, what divides the pairs (n,), and their parts (n,), numbered from 0.
        resamples: whether the curve is fitted anew without each cluster.
        confidence: of the intervals, in (0.5, 1).
    """
    names, numbered = np.unique(clusters, return_inverse=True)
    own, k = numbered.astype(np.int64), len(names)
    members = [np.eye(int(part.max(initial=-1)) + 1)[part] for _, part in divisions]
    left = [np.full((k, rows.shape[1]), np.nan) for rows in members]
    done = 0
    for counts, values in mapped.left_out(own, k, resamples) if k > 1 else ():
        weights = counts[:, own]
        errors = weights * (values - labels)
        for rows, out in zip(members, left, strict=True):
            sizes = weights @ rows
            sums = errors @ rows
            out[done : done + len(counts)] = np.divide(sums, sizes, out=np.full_like(sums, np.nan), where=sizes > 0)
        done += len(counts)
    return [
        [
            _part(mapped.values, labels, own, by, part == number, out[:, number], confidence)
            for number in range(out.shape[1])
        ]
        for (by, part), out in zip(divisions, left, strict=True)
    ]


def _part(
    values: FloatArray,
    labels: FloatArray,
    clusters: IntArray,
    by: FloatArray,
    inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    left_out: FloatArray,
    confidence: float,
) -> PartError:
    errors = values[inside] - labels[inside]
    mean, held = float(errors.mean()), len(np.unique(clusters[inside]))
    low, high, note = _interval(mean, left_out, held, confidence)
    return PartError(
        low=float(by[inside].min()),
        high=float(by[inside].max()),
        n=len(errors),
        n_clusters=held,
        label=float(labels[inside].mean()),
        score=float(values[inside].mean()),
        error=mean,
        ci_low=low,
        ci_high=high,
        absolute=float(np.abs(errors).mean()),
        rmse=float(np.sqrt(np.mean(errors**2))),
        note=note,
    )


def _interval(value: float, left_out: FloatArray, held: int, confidence: float) -> tuple[float, float, str]:
    """The jackknife's, over all clusters, since each moves the curve, with the freedom of those that the part has."""
    if held < 2:
        return np.nan, np.nan, f"{NO_INTERVAL}one cluster only"
    known, why = known_part(left_out, leave_out=True)
    if known is None:
        return np.nan, np.nan, f"{NO_INTERVAL}{why}"
    reach = student(held - 1, confidence) * jackknife_error(value, known).error
    return value - reach, value + reach, why
