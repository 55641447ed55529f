"""Correlations pooled over data sets: random effects on Fisher's z, differences, leaving one out, and ranks. Pandas.

This module decides what is pooled; the arithmetic is in ``benchmark.statistics`` (``set_effects``, ``random_effects``,
``friedman``), and what the notes say in ``pooling_notes``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from benchmark.config.pooling_analysis import PoolingAnalysis
from benchmark.evaluation.pooling_notes import (
    Lacking,
    counted_once,
    how_pooled,
    lacking_notes,
    perhaps_shared,
    rank_notes,
    unknown_names,
)
from benchmark.evaluation.rows import MethodColumn
from benchmark.evaluation.tasks import table_of_pairs, text
from benchmark.statistics.design import make_design
from benchmark.statistics.friedman import FEWEST_SETS, mean_ranks
from benchmark.statistics.measures import Correlations
from benchmark.statistics.over_trainings import over_trainings
from benchmark.statistics.random_effects import FEWEST, RandomEffects, pool
from benchmark.statistics.set_effects import Effect, SetEffects, merged, set_effects
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.significance import holm

COLUMNS = (
    *("statistic", "part", "method", "method_b", "value", "ci_low", "ci_high", "z", "z_error"),
    *("tau2", "i2", "q", "sets", "p_value", "p_adjusted", "predicted_low", "predicted_high", "note"),
)
ALL, RANKS = "all", "mean rank"
UNRELIABLE = "unreliable: fewer than five data sets"
Seen = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PooledSets:
    """The analysis.

    Attributes:
        table: one number per row (``COLUMNS``). Differences (with ``method_b``) are on the scale of Fisher's z; the parts
            are all data sets, those without each, each by itself, and mean ranks.
        notes: what readers must know.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What counts as one data set.

    Attributes:
        name: of the data set, or of several that share photographs.
        methods: the effect of each method.
        pairs: of every two methods, by their places.
    """

    name: str
    methods: tuple[Effect, ...]
    pairs: Mapping[tuple[int, int], Effect] = field(default_factory=dict)


def pool_sets(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    asked: PoolingAnalysis,
    settings: StatisticsSettings,
    *,
    lower_mos_better: Callable[[str], bool],
    seen: Seen | None = None,
) -> PooledSets:
    """Pool the correlations of methods over data sets.

    Args:
        scores: the columns of ``scores.csv``; all splits of a data set are one.
        methods: those that have scores of single pairs.
        asked: what is wanted.
        settings: confidence, and whether p-values are corrected.
        lower_mos_better: whether lower labels mean better quality, by data set.
        seen: by data set and method's label, why it is no test of the method: it is left out there.

    Returns:
        The analysis; without rows where there are fewer than two data sets with labels.
    """
    labels = [method.label for method in methods]
    blocks = dict(_labelled(scores))
    rows: list[tuple[object, ...]] = []
    notes: dict[str, None] = dict.fromkeys(unknown_names(asked.shared, list(blocks)))
    if len(blocks) < 2 or not methods:
        return PooledSets(pd.DataFrame(columns=list(COLUMNS)), tuple(notes))
    compared = not settings.limited(len(methods))
    by_set = {
        name: _effects(
            rows_of, methods, asked, compared=compared, lower=lower_mos_better(name), seen=(seen or {}).get(name, {})
        )
        for name, rows_of in blocks.items()
    }
    references = {name: set(block["reference"].map(text).str.casefold()) for name, block in blocks.items()}
    notes |= dict.fromkeys(counted_once(asked.shared, list(blocks)))
    for statistic in asked.statistics:
        units = _units({name: found[statistic] for name, found in by_set.items()}, asked.shared)
        if len(units) < 2:
            break
        notes |= dict.fromkeys(
            how_pooled(
                [unit.name for unit in units], settings.confidence, FEWEST, corrected=settings.multiplicity != "none"
            )
        )
        own = list(_rows(units, labels, settings, without_each=asked.without_each))
        rows += [(statistic, *row) for row in own]
        lacking = [
            Lacking(labels[place], unit.name, (seen or {}).get(unit.name, {}).get(labels[place], effect.why))
            for unit in units
            for place, effect in enumerate(unit.methods)
            if not effect.known
        ]
        notes |= dict.fromkeys(lacking_notes(lacking, statistic, len(units)))
        ranked, said = _ranks(units, labels, settings, statistic)
        rows += [(statistic, *row) for row in ranked]
        notes |= dict.fromkeys(said)
    if not compared:
        notes[f"Differences of {len(methods)} methods are not pooled (statistics.comparisons: all does it)."] = None
    notes |= dict.fromkeys(perhaps_shared(references, asked.shared))
    return PooledSets(pd.DataFrame(rows, columns=list(COLUMNS)), tuple(notes))


def _labelled(scores: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The labelled pairs of each data set."""
    for key, block in scores.groupby("dataset", sort=False, dropna=False):
        rows = block[np.isfinite(block["mos"].to_numpy(dtype=float))].reset_index(drop=True)
        if len(rows):
            yield text(key), rows


def _effects(
    rows: pd.DataFrame,
    methods: Sequence[MethodColumn],
    asked: PoolingAnalysis,
    *,
    compared: bool,
    lower: bool,
    seen: Mapping[str, str],
) -> dict[str, SetEffects]:
    """The effects of a data set, by statistic; scores of methods of which it is no test are taken out."""
    for method in methods:
        if method.label in seen:
            rows = rows.assign(**dict.fromkeys(method.columns or (method.label,), np.nan))
    table, _ = table_of_pairs(rows, methods, lower_mos_better=lower)
    design = make_design(table, None if compared else ())
    measure = over_trainings(design, lambda one: Correlations(one, krcc="krcc" in asked.statistics))
    return {name: set_effects(measure, name) for name in asked.statistics}


def _units(found: Mapping[str, SetEffects], shared: Sequence[Sequence[str]]) -> list[Unit]:
    """The data sets, those that share photographs as one, in the order of the first of each."""
    group_of = {name: tuple(one for one in found if one in group) for group in shared for name in group}
    units: dict[tuple[str, ...], Unit] = {}
    for name in found:
        members = group_of.get(name, (name,))
        if members in units:
            continue
        parts = [found[one] for one in members]
        methods = tuple(merged(each) for each in zip(*(part.methods for part in parts), strict=True))
        pairs = {pair: merged([part.pairs[pair] for part in parts]) for pair in parts[0].pairs}
        units[members] = Unit(" + ".join(members), methods, pairs)
    return list(units.values())


def _rows(
    units: Sequence[Unit], labels: Sequence[str], settings: StatisticsSettings, *, without_each: bool
) -> Iterator[tuple[object, ...]]:
    """The rows of a statistic: of all data sets, without each, and of each."""
    yield from _pooled_rows(ALL, units, labels, settings)
    if without_each and len(units) > 2:
        for left_out in units:
            kept = [unit for unit in units if unit is not left_out]
            yield from _pooled_rows(f"without {left_out.name}", kept, labels, settings)
    for unit in units:
        for label, effect in zip(labels, unit.methods, strict=True):
            value = float(np.tanh(effect.z))
            ends = (*[np.nan] * 2, effect.z, np.sqrt(effect.variance), *[np.nan] * 3, 1, *[np.nan] * 4)
            yield (f"in {unit.name}", label, "", value, *ends, effect.why)


def _pooled_rows(
    part: str, units: Sequence[Unit], labels: Sequence[str], settings: StatisticsSettings
) -> Iterator[tuple[object, ...]]:
    """Each method's pooled correlation, and the pooled difference of every two on Fisher's z."""
    for place, label in enumerate(labels):
        found = _pooled([unit.methods[place] for unit in units], settings.confidence)
        back = [float(np.tanh(end)) for end in (found.mean, found.low, found.high)]
        ahead = [float(np.tanh(end)) for end in (found.predicted_low, found.predicted_high)]
        yield (part, label, "", *back, *_numbers(found), np.nan, np.nan, *ahead, _note(found))
    pairs = [pair for pair in combinations(range(len(labels)), 2) if all(pair in unit.pairs for unit in units)]
    tested = [_pooled([unit.pairs[pair] for unit in units], settings.confidence) for pair in pairs]
    p_values = np.array([found.p_value for found in tested], dtype=float)
    adjusted = p_values if settings.multiplicity == "none" else holm(p_values)
    for (first, second), found, p in zip(pairs, tested, adjusted.tolist(), strict=True):
        ends = (found.mean, found.low, found.high, *_numbers(found), found.p_value, p)
        ahead = [found.predicted_low, found.predicted_high]
        yield (part, labels[first], labels[second], *ends, *ahead, _note(found))


def _pooled(effects: Sequence[Effect], confidence: float) -> RandomEffects:
    known = [effect for effect in effects if effect.known]
    estimates, variances = (np.array([getattr(effect, key) for effect in known]) for key in ("z", "variance"))
    return pool(estimates, variances, confidence)


def _numbers(found: RandomEffects) -> tuple[float, float, float, float, float, int]:
    return found.mean, found.error, found.between, found.inconsistency, found.q, found.sets


def _note(found: RandomEffects) -> str:
    if found.sets < 2:
        return "undefined: fewer than two data sets with a value"
    return UNRELIABLE if found.sets < FEWEST else ""


def _ranks(
    units: Sequence[Unit], labels: Sequence[str], settings: StatisticsSettings, statistic: str
) -> tuple[list[tuple[object, ...]], list[str]]:
    """Mean ranks of the methods that have a value on all data sets, where there are enough of these, and what is said."""
    complete = [place for place in range(len(labels)) if all(unit.methods[place].known for unit in units)]
    if len(units) < FEWEST_SETS or len(complete) < 2:
        return [], rank_notes(statistic, None, len(units), len(labels), len(complete))
    values = np.array([[unit.methods[place].z for place in complete] for unit in units])
    found = mean_ranks(values, settings.alpha)
    nothing = [np.nan] * 7
    rows = [
        (RANKS, labels[place], "", float(rank), *nothing, found.sets, *[np.nan] * 4, "")
        for place, rank in zip(complete, found.means.tolist(), strict=True)
    ]
    return rows, rank_notes(statistic, found, len(units), len(labels), len(complete))
