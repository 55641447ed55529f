"""The notes on how statistics were computed, which tables must carry: intervals, corrections, families, margins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


def notes_on(table: Table, settings: StatisticsSettings, labels: Sequence[str], words: Words) -> Iterator[str]:
    """The notes on the statistics of one group of pairs or choices.

    Args:
        table: the pairs or choices.
        settings: how to resample and compare.
        labels: the methods.
        words: what the table's rows are called.
    """
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
    yield from _equivalence(settings)
    if words is CHOICE_WORDS:
        return
    mapped = "refitted in each resample" if settings.mapping_resamples == "refit" else "fitted once to all pairs"
    yield f"Logistic mappings: {mapped}; values carry the direction of the fitted curve."


def _family_in_words(settings: StatisticsSettings, table: Table, words: Words) -> str:
    """Which statistics are corrected together; those that these labels do not allow are in no family."""
    of_choices = words is CHOICE_WORDS
    judged = bool((table.observers >= 1).all()) if of_choices else has_opinions(table.label_sd, table.observers)
    levels: set[Level] = {"choice"} if of_choices else {"pair", "condition", "range", "reference", "system"}
    members = [find(name) for name in settings.family]
    limited = judged or (not of_choices and bool(np.isfinite(table.label_interval).any()))
    met = {"": True, "opinions": judged, "label intervals": limited}
    titles = [item.title for item in members if item.levels & levels and met[item.needs]]
    if len(titles) < 2:
        return "one statistic"
    return f"{', '.join(titles[:-1])} and {titles[-1]} together (any other statistic by itself)"


def _equivalence(settings: StatisticsSettings) -> Iterator[str]:
    """The note on margins of equivalence: which they are, and what lies inside them."""
    if settings.equivalence is None:
        return
    if isinstance(settings.equivalence, Mapping):
        margins = ", ".join(f"{find(name).title} ± {value:g}" for name, value in settings.equivalence.items())
    else:
        margins = f"± {settings.equivalence:g} for correlations and shares"
    how = {"max-t": "max-T", "holm": "Bonferroni", "none": "not simultaneous"}[settings.multiplicity]
    yield (
        f"Equivalent ({margins}): the {(1 - 2 * settings.alpha) * 100:.4g} % interval of the difference, simultaneous over "
        f"the family ({how}), lies inside the margin, be the difference significant or not; else a significant difference "
        "is called better or worse, any other undecided."
    )


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
