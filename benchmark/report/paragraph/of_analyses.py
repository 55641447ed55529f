"""Sentences on further analyses that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from benchmark.core.places import CALIBRATION, GROUPS, REFERENCE_QUALITY, ROBUSTNESS, SORTING
from benchmark.evaluation.calibration import ALL, CURVES
from benchmark.images.disturb import DISTURBANCES, WORDS
from benchmark.report.content import Analysis, ReportData
from benchmark.report.paragraph.wording import listed


def of_analyses(data: ReportData) -> Iterator[str]:
    """What was analysed beside agreement; an analysis without a sentence of its own is named."""
    for name, analysis in data.analyses.items():
        if len(analysis.table):
            yield (
                SENTENCES[name](analysis)
                if name in SENTENCES
                else f"A further analysis was of {name.replace('_', ' ')}."
            )


def _calibration(analysis: Analysis) -> str:
    used = list(dict.fromkeys(analysis.table["label_mapping"].astype(str)))
    curves = [CURVES[name] for name in CURVES if name in used]
    by = [name for name in ("label", "score") if name in set(analysis.table["divided_by"].astype(str))]
    if not by:
        return "Calibration could not be told, since no method's scores could be mapped to labels."
    count = max(
        int(analysis.table.loc[analysis.table["divided_by"] == name, "part"].nunique()) for name in by if name != ALL
    )
    ways = listed(f"{'mapped ' if name == 'score' else ''}{name}" for name in by)
    how = f" after mapping by {listed(curves)}" if curves else ""
    return f"Calibration is the mean error of scores{how} in {count} equally large parts of the pairs by {ways}."


def _reference_quality(analysis: Analysis) -> str:
    del analysis
    return "Correlations were also computed by the quality of the degraded references."


def _robustness(analysis: Analysis) -> str:
    there = set(analysis.table["disturbance"].astype(str))
    changes = listed(WORDS[name] for name in DISTURBANCES if name in there)
    return f"Robustness was examined by scoring all pairs again after small changes: {changes}."


def _groups(analysis: Analysis) -> str:
    by = [
        name if name != "label" else "ranges of the labels" for name in dict.fromkeys(analysis.table["by"].astype(str))
    ]
    compared = bool((analysis.table["kind"] == "difference").any())
    tests = (
        ", with jackknife tests of the differences between groups (Holm's correction over all methods)"
        if compared
        else ""
    )
    return f"Correlations were also computed within groups by {listed(by)}{tests}."


def _sorting(analysis: Analysis) -> str:
    del analysis
    return "The perceptually weighted rank correlation (PWRC) was computed with jackknife intervals by reference."


SENTENCES: Mapping[str, Callable[[Analysis], str]] = {
    CALIBRATION: _calibration,
    REFERENCE_QUALITY: _reference_quality,
    ROBUSTNESS: _robustness,
    GROUPS: _groups,
    SORTING: _sorting,
}
"""By the analysis's name."""
