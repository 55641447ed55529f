"""The sentences below a comparison table: how to read it, its data, and the options that change its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.config.printing import TableConfig
from benchmark.report import naming, place_marks
from benchmark.report.blocks import Numbers
from benchmark.report.content import ReportData
from benchmark.report.ranking import noun_of
from benchmark.report.spec import Column
from benchmark.report.verdicts import verdict_notes
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.catalogue import find
from benchmark.statistics.vocabulary import AVERAGES

LEVELS = {
    "reference": "Values are computed within each reference and averaged.",
    "system": "Values compare the conditions' mean scores with their mean labels.",
    "range": (
        "Ranges hold about as many pairs each, by their labels. Within one correlations are lower than over all, whatever "
        "the method (restricted range): compare methods in a range rather than ranges."
    ),
}

BRACKETS, NOTHING, MAGNITUDES = "Brackets: ", "No values", "Marks rank and compare magnitudes"
"""How notes begin that stand below a table even where there is little room (``short_notes``)."""
SPREADS = {
    "none": "",
    "sd": " ± standard deviation over them: a spread, not an interval",
    "range": " (lowest to highest of them: a spread, not an interval)",
    "quartiles": " (first to third quartile of them: a spread, not an interval)",
}
OVER_PARTITIONS = {
    "within": ["Mean of the values within partitions, weighted by pairs."],
    "pooled": ["All tested pairs together, scores of trained methods in the labels' units."],
}
NO_VALUES = {
    "pair": "this run has none of these statistics",
    "choice": "this run has no choices between two images",
    "reference": "within a reference, images are compared where one has several of them, by SRCC and KRCC",
    "system": "conditions' means are compared where there are three conditions or more, by SRCC, PLCC and KRCC",
    "range": "in ranges of labels SRCC, PLCC and KRCC are computed, where `statistics.ranges` asks for them",
}


def table_notes(
    data: ReportData, numbers: Numbers, spec: TableConfig, columns: Sequence[Column], ranked: Sequence[ScoredMethod]
) -> list[str]:
    """All notes of a table except its footnotes, each a sentence."""
    notes = [_legend(spec, columns, ranked)]
    notes += [] if columns else [f"{NOTHING}: {NO_VALUES[spec.level or 'pair']}."]
    notes += [LEVELS[spec.level]] if spec.level in LEVELS else []
    notes += counts_of(numbers, columns, ranked)
    notes += _intervals(data, numbers, spec, columns, ranked)
    notes += _magnitudes(numbers, spec, columns, ranked)
    notes += verdict_notes(numbers, columns, ranked, without_signs=spec.magnitude)
    explained = [column.statistic for column in columns if find(column.statistic).explained]
    notes += [f"{naming.title(name)}: {naming.meaning(name)}." for name in dict.fromkeys(explained)]
    notes += settings_of(ranked)
    return before_those_of(data, notes)


def before_those_of(data: ReportData, notes: Sequence[str]) -> list[str]:
    """A table's own notes, then those that every table has; what these say is not said twice."""
    given = [_sentence(note) for note in data.notes]
    stated = [f": {note.replace(',', '')}" for note in given]
    kept = [own for own in notes if not any(note.endswith(f": {own.replace(',', '')}") for note in stated)]
    return list(dict.fromkeys(note for note in [*kept, *given] if note))


def _legend(spec: TableConfig, columns: Sequence[Column], ranked: Sequence[ScoredMethod]) -> str:
    parts = [place_marks.sentence(spec.highlight)] if len(ranked) > 1 and columns and spec.highlight else []
    if ranked:
        parts.append("the arrow beside a method is its declared direction, by which it is oriented")
    if not spec.magnitude and any(naming.is_correlation(column.statistic) for column in columns):
        parts.append("a negative correlation is disagreement with the labels")
    return _sentence("; ".join(parts))


def counts_of(numbers: Numbers, columns: Sequence[Column], ranked: Sequence[ScoredMethod]) -> list[str]:
    """Pairs and references of each block, if they are the same for all rows."""
    blocks = [
        block for block in dict.fromkeys(column.scope.block for column in columns) if block.dataset not in AVERAGES
    ]
    notes, differ, nouns = [], False, dict.fromkeys(noun_of(numbers.headline(block)[0]) for block in blocks)
    for block in blocks:
        scope, statistic = numbers.headline(block)
        sizes = {
            (estimate.n, estimate.clusters)
            for method in ranked
            for estimate in [numbers.get(scope, method.label, statistic)]
            if estimate is not None and estimate.n
        }
        if len(sizes) == 1:
            pairs, references = next(iter(sizes))
            place = f"{block.title(blocks)}: " if len(blocks) > 1 else ""
            notes.append(f"{place}{naming.count(pairs, noun_of(scope))} of {naming.count(references, 'reference')}.")
        differ |= len(sizes) > 1
    counted = " or ".join(f"{noun}s" for noun in nouns)
    return [*notes, f"Counts: {counted} / references that a row rests on."] if differ else notes


def _intervals(
    data: ReportData, numbers: Numbers, spec: TableConfig, columns: Sequence[Column], ranked: Sequence[ScoredMethod]
) -> list[str]:
    if not spec.with_interval:
        return [f"{spec.aggregate.capitalize()} over partitions{SPREADS[spec.spread]}."] if columns else []
    if not spec.shows_interval or not columns:
        return []
    estimates = [numbers.get(column.scope, method.label, column.statistic) for column in columns for method in ranked]
    with_interval = [estimate for estimate in estimates if estimate is not None and estimate.has_interval]
    if not with_interval:
        several = any(estimate.clusters > 1 for estimate in estimates if estimate is not None)
        return [] if several or not ranked else ["No intervals: they need several references."]
    kinds = list(dict.fromkeys(estimate.interval for estimate in with_interval if estimate.interval))
    how = f" ({'; '.join(kinds)})" if kinds else ""
    what = OVER_PARTITIONS.get(spec.aggregate, [])
    return [*what, f"{BRACKETS}{naming.percent(data.confidence)} intervals{how}."]


def _magnitudes(
    numbers: Numbers, spec: TableConfig, columns: Sequence[Column], ranked: Sequence[ScoredMethod]
) -> list[str]:
    """Notes on values that were negative before their sign was dropped, and on intervals across zero."""
    if not spec.magnitude or not any(naming.is_correlation(column.statistic) for column in columns):
        return []
    estimates = [
        (column, method, estimate)
        for column in columns
        if naming.is_correlation(column.statistic)
        for method in ranked
        if (estimate := numbers.get(column.scope, method.label, column.statistic)) is not None
    ]
    negative: dict[str, dict[str, None]] = {}
    for column, method, estimate in estimates:
        if estimate.value < 0:
            negative.setdefault(method.title, {})[column.title] = None
    across = any(estimate.low < 0 < estimate.high for _, _, estimate in estimates)
    notes = ["An interval across zero begins at zero."] if spec.shows_interval and across else []
    if not negative:
        return ["No correlation was negative before its sign was dropped.", *notes]
    listed = naming.join([f"{title} ({', '.join(statistics)})" for title, statistics in negative.items()])
    return [
        f"{MAGNITUDES}; negative before their sign was dropped: {listed}.",
        *notes,
        "Ranking and plots keep the signs.",
    ]


def settings_of(ranked: Sequence[ScoredMethod]) -> list[str]:
    """The options that change scores; methods with the same options share a sentence."""
    by_options: dict[str, list[str]] = {}
    for method in ranked:
        options = ", ".join(f"{name} {value}".strip() for name, value in method.settings.items())
        if options:
            by_options.setdefault(options, []).append(method.title)
    return [f"{naming.join(titles)}: {options}." for options, titles in by_options.items()]


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."
