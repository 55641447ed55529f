"""Rows of a study's tables for methods that are trained by partition: ``within``, ``pooled``, variance. Pandas.

Where no method of a data set is trained by partition there are no such rows. The arithmetic is in ``statistics``.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from benchmark.evaluation.partition_rows import STUDY_COLUMNS
from benchmark.evaluation.rows import INTERVALS
from benchmark.evaluation.trained_folds import Trained, trainings_of
from benchmark.statistics.inference import Estimate
from benchmark.statistics.partitioned import (
    STATISTICS,
    Pooled,
    Training,
    Within,
)
from benchmark.statistics.resampling import FloatArray, draw_counts
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.strata import Strata, estimates, strata_of
from benchmark.statistics.trained import Components, components
from benchmark.statistics.vocabulary import POOLED, VARIANCES, WITHIN

RESAMPLES_OF_A_PART = 200
"""Resamples of each test part for its sampling variance, which is averaged over partitions."""
SHOWN = 3


def trained_summary(data: Trained, settings: StatisticsSettings) -> pd.DataFrame:
    """Rows ``within``, ``pooled`` and of the variance's parts (``STUDY_COLUMNS``); none where nothing was trained."""
    rows: list[dict[str, object]] = []
    for place, method in enumerate(data.methods if data.learned else ()):
        trainings = trainings_of(data, place)
        if not trainings:
            continue
        strata = strata_of(trainings, data.n_clusters)
        seed = (settings.seed, zlib.crc32(data.dataset.encode()))
        shared = {"dataset": data.dataset, "level": "pair", "method": method.label, "n": data.pairs}
        shared |= {"n_clusters": strata.clusters}
        within = Within(trainings, data.n_clusters)
        notes = [_undefined(int(known), len(trainings)) for known in within.known]
        found = estimates(within, strata, settings, seed)
        rows += [shared | {"aggregate": WITHIN} | row for row in _estimates(found, notes, strata)]
        why, remark = _lines_in_words(trainings)
        if why:
            empty = [{"statistic": name, "value": float("nan"), "note": why} for name in STATISTICS]
            rows += [shared | {"aggregate": POOLED} | row for row in empty]
        else:
            pooled = estimates(Pooled(trainings, data.n_clusters), strata, settings, seed)
            rows += [shared | {"aggregate": POOLED} | row for row in _estimates(pooled, [remark] * 3, strata)]
        if place in data.learned:
            rows += [shared | row for row in _variances(data, place, np.random.default_rng(list(seed)))]
    table = pd.DataFrame(rows, columns=list(STUDY_COLUMNS))
    for column in ("split", "condition", "interval", "note"):
        table[column] = [cell if isinstance(cell, str) else "" for cell in table[column]]
    return table


def _undefined(known: int, count: int) -> str:
    return "" if known == count else f"undefined in {count - known} of {count} trainings, which are left out"


def _estimates(found: Sequence[Estimate], notes: Sequence[str], strata: Strata) -> Iterator[dict[str, object]]:
    where = "within partitions" if strata.by_partition else "over references, in all partitions alike"
    for name, item, remark in zip(STATISTICS, found, notes, strict=True):
        how = f"{INTERVALS[item.kind]}, {where}" if np.isfinite(item.low) else ""
        note = "; ".join(filter(None, [remark, item.note]))
        values = {"value": item.value, "ci_low": item.low, "ci_high": item.high}
        yield {"statistic": name, **values, "interval": how, "note": note}


def _lines_in_words(trainings: Sequence[Training]) -> tuple[str, str]:
    """Why scores can't be pooled, else which lines do not rise; both empty where all is well."""
    without = [item for item in trainings if item.line is None]
    if without:
        return (
            f"no line to the labels' units for {_places(without)}: neither a scaling nor validation scores that differ",
            "",
        )
    fallen = [item for item in trainings if item.line is not None and item.line.slope <= 0]
    return "", f"the line fitted on validation does not rise for {_places(fallen)}" if fallen else ""


def _places(trainings: Sequence[Training]) -> str:
    several = any(item.seed for item in trainings)
    shown = [f"partition {item.partition}" + (f" (training {item.seed + 1})" * several) for item in trainings[:SHOWN]]
    return ", ".join(shown) + (f" and {len(trainings) - SHOWN} more" if len(trainings) > SHOWN else "")


def _variances(data: Trained, place: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """The parts of the variance of one training of a method."""
    values: list[FloatArray] = []
    sampled: list[FloatArray] = []
    for fold in data.folds:
        own = [item for item in trainings_of(data, place) if item.partition == fold.part.number]
        if not own:
            continue
        names, sizes = np.unique(own[0].clusters), len(np.unique(own[0].clusters))
        counts = np.zeros((RESAMPLES_OF_A_PART, data.n_clusters))
        counts[:, names] = draw_counts(rng, sizes, RESAMPLES_OF_A_PART)
        within = Within(own, data.n_clusters)
        values.append(within.each(np.ones((1, data.n_clusters)))[0][0])
        sampled.append(np.nanvar(within(counts), axis=0, ddof=1) if sizes > 1 else np.full(3, np.nan))
    for number, name in enumerate(STATISTICS):
        each = [part[np.isfinite(part[:, number]), number] for part in values]
        test = [float(item[number]) for item in sampled]
        why = ""
        if len(each) < 2 or any(len(part) == 0 for part in each):
            why = "variance is taken apart over at least two partitions, in each of which there is a value"
        elif not np.isfinite(test).all():
            why = "a partition tests one reference only"
        parts = None if why else components(each, test)
        for kind, key in VARIANCES.items():
            yield {"statistic": name, "aggregate": kind, **_variance(parts, key, why)}


def _variance(parts: Components | None, key: str, why: str) -> dict[str, object]:
    if parts is None:
        return {"value": float("nan"), "note": why}
    value, share = float(getattr(parts, key.replace(" ", "_"))), parts.shares[key]
    if np.isnan(value):
        return {"value": value, "note": "one seed a partition"}
    words = "" if np.isnan(share) else f"{100 * share:.0f} % of the variance of one training"
    with_seed = key == "training set" and np.isnan(parts.seed)
    return {"value": value, "note": "; ".join(filter(None, [words, "with the seed's part" if with_seed else ""]))}


def trained_notes(data: Trained, summary: pd.DataFrame) -> tuple[list[str], list[str]]:
    """What readers must know of these numbers; and for each method the shares of the variance of its SRCC."""
    if not data.learned:
        return [], []
    notes = [
        "Within: the mean of the correlations within partitions, weighted by pairs; pooled: all tested pairs together, "
        "scores in the labels' units. Their intervals are over references, for these very trainings.",
        "Differences of methods that are trained by partition, from each other and from others: t test over partitions, "
        "corrected for what these share (Nadeau and Bengio 2003), of the mean also where a median is printed.",
    ]
    varied = []
    rows = summary[(summary["statistic"] == "srcc") & summary["aggregate"].isin(VARIANCES)]
    for label in dict.fromkeys(rows["method"]):
        own = rows[rows["method"] == label].set_index("aggregate")["note"]
        shares = [
            f"{key} {own[kind].split()[0]} %" + (" (with the seed's part)" if "with the seed" in own[kind] else "")
            for kind, key in VARIANCES.items()
            if "%" in str(own[kind])
        ]
        if shares:
            varied.append(f"{label}: variance of the SRCC of one training: {', '.join(shares)}.")
    return notes, varied
