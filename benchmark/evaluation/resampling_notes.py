"""The notes on how intervals and tests of a table are made, which tables of its numbers must carry. numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.tasks import has_opinions
from benchmark.statistics.catalogue import Level, find
from benchmark.statistics.design import Table
from benchmark.statistics.intervals import kind_of
from benchmark.statistics.settings import StatisticsSettings


@dataclass(frozen=True, slots=True)
class Words:
    """How notes call what is evaluated: one of them, several, and the groups in which corrections are made."""

    one: str
    many: str
    scope: str


PAIR_WORDS = Words("pair", "pairs", "level, condition and split")
CHOICE_WORDS = Words("choice", "choices", "group of choices and split")


def resampling_notes(table: Table, settings: StatisticsSettings, labels: Sequence[str], words: Words) -> Iterator[str]:
    """The notes on intervals, on tests and on the mapping, of the pairs (or choices) of one data set and split."""
    by_pair = settings.resample == "pair"
    count = len(table.labels) if by_pair else table.n_clusters
    what = f"single {words.many} (taken as independent)" if by_pair else "references (or the clusters named)"
    kind = kind_of(settings, count)
    how = {
        "percentile": "bootstrap percentiles",
        "bca": "BCa bootstrap",
        "jackknife": "jackknife with Student's t",
    }[kind]
    drawn = people = ""
    if table.votes is not None and settings.by_observer:
        drawn = f" and, independently of them, {len(table.votes):,} observers"
        people = " and of other observers, as many as these,"
    percent = f"{settings.confidence * 100:.4g} %"
    if count < 2:
        yield f"Only one {words.one if by_pair else 'reference (or cluster)'}: no intervals and no tests."
        return
    yield (
        f"{percent} intervals: {how}, resampling {count:,} {what}{drawn}; they speak of new photographs{people} under "
        "these conditions, not of further conditions."
    )
    correction = {"max-t": "Romano–Wolf max-T", "holm": "Holm", "none": "no correction"}[settings.multiplicity]
    test = "jackknife with Student's t" if kind == "jackknife" else "paired bootstrap"
    yield (
        f"Differences: {test}, {settings.replicates:,} resamples; {correction} over all pairs of methods of "
        f"{_family_in_words(settings, table, words)}, {words.scope}."
    )
    if settings.limited(len(labels)):
        yield _limit(settings, labels)
    if words is CHOICE_WORDS:
        return
    mapped = "refitted in each resample" if settings.mapping_resamples == "refit" else "fitted once to all pairs"
    yield f"Logistic mappings: {mapped}; values carry the direction of the fitted curve."


def _family_in_words(settings: StatisticsSettings, table: Table, words: Words) -> str:
    """Which statistics are corrected together; those that these labels do not allow are in no family."""
    of_choices = words is CHOICE_WORDS
    judged = bool((table.observers >= 1).all()) if of_choices else has_opinions(table.label_sd, table.observers)
    levels: set[Level] = {"choice"} if of_choices else {"pair", "condition", "reference", "system"}
    members = [find(name) for name in settings.family]
    limited = judged or (not of_choices and bool(np.isfinite(table.label_interval).any()))
    met = {"": True, "opinions": judged, "label intervals": limited}
    titles = [item.title for item in members if item.levels & levels and met[item.needs]]
    if len(titles) < 2:
        return "one statistic"
    return f"{', '.join(titles[:-1])} and {titles[-1]} together (any other statistic by itself)"


def _limit(settings: StatisticsSettings, labels: Sequence[str]) -> str:
    """The note on limited comparisons: which methods are compared, and what their correction covers."""
    count = len(labels)
    baseline = f" and the baseline ({settings.baseline})" if settings.baseline in labels else ""
    corrected = (
        ""
        if settings.multiplicity == "none"
        else f"; p-values are corrected for all {count * (count - 1) // 2:,} pairs, since the best is chosen from the data"
    )
    return (
        f"Of {count:,} methods only the best by each statistic{baseline} {'are' if baseline else 'is'} compared with all "
        f"others{corrected} (statistics.comparisons: all compares every two)."
    )
