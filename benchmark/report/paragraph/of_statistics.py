"""Sentences on the statistics: what was computed at which level, intervals, tests and their correction. Pandas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmark.evaluation.averages import TEST as AVERAGED
from benchmark.evaluation.trained_differences import TEST as BY_PARTITION
from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.paragraph.bibliography import Bibliography
from benchmark.report.paragraph.origins import Origin, mapping, whole_number, word, words
from benchmark.report.paragraph.wording import listed, private, where_it_holds
from benchmark.statistics.catalogue import catalogue, find
from benchmark.statistics.settings import MOST_COMPARED
from benchmark.statistics.vocabulary import AVERAGES, PARTITION

LEVELS = {
    "pair": "over all pairs",
    "condition": "within each condition",
    "reference": "as means over references",
    "system": "over the conditions' means",
    "choice": "over all choices",
}
CITED = {
    "srcc": "srcc",
    "krcc": "krcc",
    "plcc_logistic5": "logistic5",
    "outlier_ratio": "outlier_ratio",
    "auc_ds": "discrimination",
    "auc_bw": "discrimination",
    "cc_0": "discrimination",
    "score_2afc": "score_2afc",
}
"""Statistics whose source ``procedures`` has."""
TESTS = {
    "steiger": "Steiger's test",
    "williams": "Williams' test",
    "meng": "the test of Meng, Rosenthal and Rubin",
    "f-test": "the F-test of error variances",
}
INTERVALS = {
    "jackknife": "the jackknife with Student's t",
    "BCa": "the bias-corrected and accelerated bootstrap",
    "percentile": "percentiles of the bootstrap",
}
"""By a part of what the column ``interval`` says."""
CORRECTED = {
    "max-t": "step-down max-T on the same resamples",
    "holm": "Holm's method",
}


def of_statistics(data: ReportData, found: Sequence[Origin], sources: Bibliography) -> Iterator[str]:
    """What agreement is, how certain it is, and what differs."""
    if not len(data.summary):
        return
    yield from _values(data, sources)
    yield from where_it_holds({private(item.title): _intervals(data, item, sources) for item in found})
    yield from where_it_holds({private(item.title): _tests(data, item, sources) for item in found})
    yield from _over_partitions(data, sources)


def _values(data: ReportData, sources: Bibliography) -> Iterator[str]:
    """The statistics with their levels."""
    there = data.summary[np.isfinite(data.summary["value"].to_numpy(dtype=float))]
    present = set(there["statistic"].astype(str))
    names = [name for name in catalogue() if name in present]
    if not names:
        return
    shown = [f"{find(name).title}, {find(name).meaning}{sources.of_procedure(CITED.get(name, ''))}" for name in names]
    several = len(shown) > 1
    yield f"{'Statistics are' if several else 'The statistic is'} {'; '.join(shown)}."
    levels = [level for level in LEVELS if level in set(there["level"].astype(str))]
    if levels and levels != ["pair"]:
        yield f"They were computed {listed(LEVELS[level] for level in levels)}."
    if any(find(name).correlation for name in names):
        yield "Correlations keep their sign: positive means that a method agrees with the labels by its declared direction."
    averaged = [AVERAGES[name] for name in AVERAGES if name in set(data.summary["dataset"].astype(str))]
    if averaged:
        yield f"Over data sets: {listed(name.lower() for name in averaged)} of their values."


def _intervals(data: ReportData, item: Origin, sources: Bibliography) -> str:
    """How intervals were made."""
    settings = mapping(item.whole.get("statistics"))
    made = " ".join(dict.fromkeys(_of(item, data.summary)["interval"].dropna().astype(str)))
    kinds = [words for name, words in INTERVALS.items() if name in made]
    if not kinds:
        return ""
    what = (
        "single pairs"
        if settings.get("resample") == "pair"
        else f"{_clusters(_of(item, data.scores))}, with all their pairs,"
    )
    replicates, seed = whole_number(settings.get("replicates")), whole_number(settings.get("seed"))
    seeded = f", seed {seed}" if seed is not None else ""
    drawn = f" ({naming.count(replicates, 'time')}{seeded})" if replicates else ""
    fits = ""
    if "mapping refitted" in made or "mapping fitted once" in made:
        anew = "anew in each" if "mapping refitted" in made else "once for all"
        fits = f"; logistic mappings were fitted {anew}"
    level = naming.percent(data.confidence)
    cited = sources.of_procedure("bootstrap")
    return f"Intervals of {level} are by {listed(kinds)}{cited}; {what} were resampled{drawn}{fits}."


def _of(item: Origin, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a data set."""
    return table[table["dataset"].astype(str) == item.dataset]


def _clusters(rows: pd.DataFrame) -> str:
    """What is resampled: references, or the larger clusters that a data set names."""
    same = (rows["cluster"].fillna("").astype(str) == rows["reference"].fillna("").astype(str)).all()
    return "references" if same else "clusters of references"


def _tests(data: ReportData, item: Origin, sources: Bibliography) -> str:
    """How differences were tested, and over which families p-values were corrected."""
    settings = mapping(item.whole.get("statistics"))
    if not _of(item, data.comparisons)["p_value"].notna().any():
        return ""
    which = "The best methods and all others" if _limited(data, settings) else "Every two methods"
    correction = word(settings.get("multiplicity"))
    family = words(settings.get("family"))
    if correction in CORRECTED:
        over = (
            f"the pairs of methods of {listed(find(name).title for name in family)} together, and of each other statistic"
            if len(family) > 1
            else "all pairs of methods of one statistic, level and split"
        )
        how = f"p-values were corrected by {CORRECTED[correction]}{sources.of_procedure(correction)} over {over}"
    else:
        how = "p-values were not corrected for multiplicity"
    further = [f"{TESTS[name]}{sources.of_procedure(name)}" for name in words(settings.get("tests")) if name in TESTS]
    there = "a further test, which takes" if len(further) == 1 else "further tests, which take"
    are = "is" if len(further) == 1 else "are"
    beside = f"; {there} pairs as independent, {are} {listed(further)}" if further else ""
    level = naming.percent(1 - data.confidence)
    tested = f"{which} were compared on the pairs that both scored, two-sided at {level}, on the same resamples"
    return f"{tested}; {how}{beside}."


def _limited(data: ReportData, settings: Mapping[str, Any]) -> bool:
    """Whether only the best were compared with all others."""
    asked = word(settings.get("comparisons"))
    return asked == "best" or (asked != "all" and len(data.methods) > MOST_COMPARED)


def _over_partitions(data: ReportData, sources: Bibliography) -> Iterator[str]:
    """What was computed over the partitions of a study."""
    taken = set(data.summary["aggregate"].astype(str)) if "aggregate" in data.summary.columns else set()
    if PARTITION in taken:
        yield "Statistics were also computed in the test part of each partition."
    tests = " ".join(dict.fromkeys(data.comparisons["test"].dropna().astype(str))) if len(data.comparisons) else ""
    if BY_PARTITION in tests:
        cited = sources.of_procedure("corrected t")
        yield (
            "Methods that were trained by partition are described by the mean of the correlations within partitions; their "
            f"differences were tested by the corrected resampled t test{cited}, with p-values after Holm's correction"
            f"{sources.of_procedure('holm')}."
        )
    if AVERAGED in tests:
        cited = sources.of_procedure("holm")
        yield f"Differences of averages take data sets as independent, with p-values after Holm's correction{cited}."
