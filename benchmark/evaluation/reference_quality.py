"""How methods fare where the reference is good or bad: thirds of references, conditions, and a pristine reference. Pandas.

With a degraded reference a high similarity means that little was changed. Whether that is good depends on it: this
analysis looks at the references' own quality, at conditions one by one, and at the same methods against a better reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmark.config.reference_analysis import ReferenceAnalysis
from benchmark.evaluation.reference_parts import LABEL, NoQualityError, Quality, part_names, quality_of
from benchmark.evaluation.rows import MethodColumn
from benchmark.evaluation.tasks import labelled_blocks, table_of_pairs
from benchmark.statistics.catalogue import find
from benchmark.statistics.design import Table
from benchmark.statistics.grouped import Grouped, PairsOfMethod, Valued, grouped, of_two
from benchmark.statistics.resampling import IntArray
from benchmark.statistics.significance import holm

COLUMNS = (
    *("dataset", "split", "method", "statistic", "part", "value", "ci_low", "ci_high", "n", "n_clusters"),
    *("p_value", "p_adjusted", "note"),
)
POOLED, WITHIN, PRISTINE = "pooled", "within conditions", "pristine"
AGAINST = "degraded - pristine"
TURNS = "turns with the reference"


@dataclass(frozen=True, slots=True)
class Analysed:
    """The analysis.

    Attributes:
        table: one number per row (``COLUMNS``); positive means that the method, oriented, agrees with the labels.
        notes: what readers must know: what the quality is, how many references, what turns.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def analyse(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    asked: ReferenceAnalysis,
    *,
    lower_mos_better: bool,
    confidence: float,
) -> Analysed:
    """Correlations by the reference's own quality, within conditions and against a pristine reference.

    Args:
        scores: the columns of ``scores.csv``.
        methods: the methods that have scores.
        asked: what is wanted.
        lower_mos_better: direction of the labels.
        confidence: of the intervals.

    Returns:
        What can be told: where nothing says how good references are, or a method has no scores, the notes say so.
    """
    known = {method.label: method for method in methods}
    there = {name: other for name, other in asked.pristine.items() if name in known and other in known}
    rows: list[tuple[object, ...]] = []
    notes = dict.fromkeys(
        f"{name} is not compared with {other}: one of them has no scores."
        for name, other in asked.pristine.items()
        if name not in there
    )
    asked = asked.model_copy(update={"pristine": there})
    for dataset, split, block in labelled_blocks(scores):
        labelled = block.reset_index(drop=True)
        quality, said = _quality(labelled, methods, asked, lower_mos_better=lower_mos_better)
        notes |= dict.fromkeys(said)
        parts = None if quality is None else quality.parts
        source = "" if quality is None else quality.source
        judged = [method for method in methods if method.label not in (source, *asked.pristine.values())]
        if quality is not None and quality.source == LABEL:
            labelled, parts = labelled[~quality.own], quality.parts[~quality.own]
        found = [
            _Block(labelled, known, judged, parts, asked, lower_mos_better, confidence).of(name)
            for name in asked.statistics
        ]
        rows += [(dataset, split, *row) for part in found for row in part.rows]
        notes |= dict.fromkeys(line for part in found for line in part.notes)
    return Analysed(pd.DataFrame(rows, columns=list(COLUMNS)), tuple(notes))


def _quality(
    rows: pd.DataFrame, methods: Sequence[MethodColumn], asked: ReferenceAnalysis, *, lower_mos_better: bool
) -> tuple[Quality | None, list[str]]:
    """How good the references are, and what is to be said of it."""
    try:
        quality = quality_of(rows, methods, asked.by, asked.parts, lower_mos_better=lower_mos_better)
    except NoQualityError as reason:
        return None, [f"References are not divided by their own quality: {reason}."]
    return quality, [quality.note()]


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of one block and statistic, without data set and split, and what is to be said of them."""

    rows: list[tuple[object, ...]]
    notes: list[str]


class _Block:
    """The labelled pairs of one data set and split.

    Args:
        rows: the pairs.
        known: all methods with scores, by label.
        judged: those that get rows.
        parts: each pair's part; ``None`` where they are not divided.
        asked: what is wanted.
        lower_mos_better: direction of the labels.
        confidence: of the intervals.
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        known: Mapping[str, MethodColumn],
        judged: Sequence[MethodColumn],
        parts: IntArray | None,
        asked: ReferenceAnalysis,
        lower_mos_better: bool,
        confidence: float,
    ) -> None:
        columns = [*judged, *(known[label] for label in asked.pristine.values())]
        self._table, self._conditions = table_of_pairs(rows, columns, lower_mos_better=lower_mos_better)
        self._place = {method.label: number for number, method in enumerate(columns)}
        self._judged = [method.label for method in judged]
        self._parts, self._asked, self._confidence = parts, asked, confidence

    def of(self, statistic: str) -> _Found:
        """One statistic of all judged methods; each kind of difference is corrected over the methods (Holm)."""
        found: list[tuple[str, str, Valued]] = []
        notes: list[str] = []
        for label in self._judged:
            values = [*self._by_quality(label, statistic)]
            if len(self._conditions) > 1:
                groups = _scored(self._table, self._place[label], self._table.conditions)
                within = grouped(groups, len(self._conditions), statistic, self._confidence)
                values.insert(1, (WITHIN, within.within))
                notes += _turned(label, within, statistic)
            if label in self._asked.pristine:
                pair, said = self._against_pristine(label, statistic)
                values += pair
                notes += said
            found += [(label, part, item) for part, item in values]
        if self._asked.pristine and not any(TURNS in line for line in notes):
            notes.append(f"No method's {find(statistic).title} {TURNS} with intervals that exclude zero.")
        adjusted = _corrected([(part, item.p_value) for _, part, item in found])
        return _Found([_row(*item, statistic, p) for item, p in zip(found, adjusted, strict=True)], notes)

    def _by_quality(self, label: str, statistic: str) -> Iterator[tuple[str, Valued]]:
        """The correlation of all pairs, in each part, and of the best less the worst part."""
        count, names = self._asked.parts, part_names(self._asked.parts)
        divided = np.zeros(len(self._table.labels), dtype=np.int64) if self._parts is None else self._parts
        parts = grouped(_scored(self._table, self._place[label], divided), count, statistic, self._confidence)
        yield POOLED, parts.pooled
        if self._parts is None:
            return
        yield from zip(names, parts.each, strict=True)
        yield f"{names[-1]} - {names[0]}", parts.difference(count - 1, 0, self._confidence)

    def _against_pristine(self, label: str, statistic: str) -> tuple[list[tuple[str, Valued]], list[str]]:
        """The same method against a pristine reference, the difference, and whether its direction turns."""
        places = self._place[label], self._place[self._asked.pristine[label]]
        degraded, pristine, gap = of_two(*_common(self._table, *places), statistic, self._confidence)
        said = []
        if degraded.sign * pristine.sign < 0:
            said.append(
                f"{label}: {find(statistic).title} {TURNS}: {_words(degraded)} against the degraded one, {_words(pristine)} "
                "against the pristine one; both intervals exclude zero."
            )
        return [(PRISTINE, pristine), (AGAINST, gap)], said


def _corrected(tested: Sequence[tuple[str, float]]) -> list[float]:
    """Holm's p-values, over the methods of each kind of difference; NaN for what is not tested."""
    kinds = np.array([kind for kind, _ in tested], dtype=object)
    p_values = np.array([p for _, p in tested], dtype=float)
    adjusted = np.full(len(tested), np.nan)
    for kind in dict.fromkeys(kinds):
        adjusted[kinds == kind] = holm(p_values[kinds == kind])
    return [float(value) for value in adjusted]


def _row(label: str, part: str, item: Valued, statistic: str, adjusted: float) -> tuple[object, ...]:
    numbers = (item.value, item.low, item.high, item.n, item.n_clusters, item.p_value, adjusted)
    return (label, statistic, part, *numbers, item.note)


def _turned(label: str, found: Grouped, statistic: str) -> Iterator[str]:
    """A flag where pooled and within conditions point in opposite directions, both beyond doubt."""
    if found.pooled.sign * found.within.sign < 0:
        yield (
            f"{label}: {find(statistic).title} is {_words(found.pooled)} over all pairs and {_words(found.within)} within "
            "conditions; both intervals exclude zero."
        )


def _words(item: Valued) -> str:
    return f"{item.value:.2f} [{item.low:.2f}, {item.high:.2f}]"


def _scored(table: Table, column: int, groups: IntArray) -> PairsOfMethod:
    """The pairs that a method scored."""
    known = np.isfinite(table.scores[column])
    return PairsOfMethod(table.labels[known], table.scores[column][known], table.clusters[known], groups[known])


def _common(table: Table, first: int, second: int) -> tuple[PairsOfMethod, PairsOfMethod]:
    """Two methods on the pairs that both scored."""
    known = np.isfinite(table.scores[first]) & np.isfinite(table.scores[second])
    nothing = np.zeros(int(known.sum()), dtype=np.int64)
    one, other = (
        PairsOfMethod(table.labels[known], table.scores[column][known], table.clusters[known], nothing)
        for column in (first, second)
    )
    return one, other
