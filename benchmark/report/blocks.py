"""Looks up a report's numbers: blocks (data set and split), their pairs, estimates and comparisons. Pandas."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.core.choice_columns import SIDES
from benchmark.report.content import ReportData
from benchmark.report.text import natural
from benchmark.results.run_record import subsets_of
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.equivalence import BETTER, EQUIVALENT, WORSE
from benchmark.statistics.ranges import range_names, ranges
from benchmark.statistics.vocabulary import (
    AVERAGES,
    NOISE_CEILING,
    NOT_METHODS,
    OBSERVERS,
    PARTITION,
    UNCORRECTED,
    why_untested,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """The pairs that are ranked together: one split of one data set."""

    dataset: str
    split: str

    def title(self, others: Iterable[Block]) -> str:
        """What distinguishes it from the other blocks of a report; data set and split where nothing does."""
        others = list(others)
        datasets = {block.dataset for block in others}
        splits = {block.split for block in others}
        if len(datasets) > 1 and len(splits) == 1:
            return self.dataset
        if len(datasets) == 1 and len(splits) > 1:
            return self.split or "all"
        return f"{self.dataset}, {self.split}" if self.split else self.dataset


@dataclass(frozen=True, slots=True)
class Scope:
    """What a number covers: all pairs, one condition, pairs within references, the conditions' means, or choices.

    ``aggregate`` names what is taken over the test parts of a study's partitions (``median``, ``sd`` …); empty for none.
    """

    block: Block
    level: str = "pair"
    condition: str = ""
    aggregate: str = ""

    @property
    def whole(self) -> Scope:
        """The same over all pairs instead of over partitions."""
        return replace(self, aggregate="")


@dataclass(frozen=True, slots=True)
class TableEstimate:
    """A statistic of a method.

    Attributes:
        value: NaN where undefined.
        low, high: ends of the interval; NaN where there is none.
        n: number of pairs that it is computed from (0 where unknown).
        clusters: number of references, or patients, that they come from.
        interval: the kind of interval.
        sd: standard deviation over partitions; NaN where there is none.
        note: what readers must know about this number.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    clusters: int = 0
    interval: str = ""
    note: str = ""
    sd: float = float("nan")

    @property
    def has_interval(self) -> bool:
        """Whether both ends are known."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    def magnitude(self) -> TableEstimate:
        """The estimate without its sign: value and interval are negated together; an interval across zero begins at zero."""
        low, high = self.low, self.high
        if self.has_interval:
            across = low < 0 < high
            low, high = sorted((abs(low), abs(high)))
            low = 0.0 if across else low
        return replace(self, value=abs(self.value), low=low, high=high)


Key = tuple[Scope, str, str]
TURNED = {BETTER: WORSE, WORSE: BETTER}
"""What is said of two methods the other way round."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two methods differ: ``difference`` is the first minus the second.

    Attributes:
        difference: NaN where undefined.
        p_adjusted: NaN where there was no test.
        significant: whether a test found a difference.
        test: the test, or why there was none.
        verdict: where a margin of equivalence was asked for: better, worse, equivalent or undecided; else empty.
        low, high: ends of the difference's interval; NaN where there is none.
    """

    difference: float
    p_adjusted: float
    significant: bool
    test: str = ""
    verdict: str = ""
    low: float = float("nan")
    high: float = float("nan")

    @property
    def tested(self) -> bool:
        """Whether there was a test; without one nothing is known about the difference's significance."""
        return bool(np.isfinite(self.p_adjusted))

    @property
    def corrected(self) -> bool:
        """Whether the p-value is corrected for the number of tests."""
        return UNCORRECTED not in self.test

    @property
    def why(self) -> str:
        """Why there was no test; empty where that is not known."""
        return why_untested(self.test)

    @property
    def equivalent(self) -> bool:
        """Whether the difference is below the margin, be it significant or not."""
        return self.verdict == EQUIVALENT

    @property
    def turned(self) -> Comparison:
        """The second method against the first."""
        verdict = TURNED.get(self.verdict, self.verdict)
        return replace(self, difference=-self.difference, verdict=verdict, low=-self.high, high=-self.low)


class Numbers:
    """Estimates by scope, method and statistic; comparisons by scope, statistic and both methods."""

    def __init__(self, data: ReportData) -> None:
        self._estimates = dict(_estimates(data.summary))
        self._scopes = dict.fromkeys(scope for scope, _, _ in self._estimates)
        self._comparisons = dict(_comparisons(data.comparisons))
        self._compared = {(scope, statistic) for scope, statistic, _, _ in self._comparisons}
        self._data = data
        self._subsets = subsets_of(data.record)
        self._coverage: dict[Scope, tuple[dict[str, int], int]] = {}
        self.statistics = tuple(dict.fromkeys(statistic for _, _, statistic in self._estimates))

    def get(self, scope: Scope, method: str, statistic: str) -> TableEstimate | None:
        """The estimate, or ``None`` where nothing was computed."""
        return self._estimates.get((scope, method, statistic))

    def value(self, scope: Scope, method: str, statistic: str) -> float:
        """The estimate's value, NaN where there is none."""
        estimate = self.get(scope, method, statistic)
        return float("nan") if estimate is None else estimate.value

    def scopes(self, level: str) -> list[Scope]:
        """The scopes of a level that have numbers, in the summary's order."""
        return [scope for scope in self._scopes if scope.level == level and not scope.aggregate]

    def headline(self, block: Block) -> tuple[Scope, str]:
        """The scope and statistic by which a block's methods are ranked: SRCC; the 2AFC score of choices without labels."""
        labelled, chosen = Scope(block), Scope(block, "choice")
        return (chosen, "score_2afc") if chosen in self._scopes and labelled not in self._scopes else (labelled, "srcc")

    def observers(self, block: Block) -> dict[str, TableEstimate]:
        """What observers of choices reach themselves, and what labels allow, by the title that is printed."""
        scope, statistic = self.headline(block)
        known = {title: self.get(Scope(block, "choice"), label, "score_2afc") for label, title in OBSERVERS.items()}
        known[NOT_METHODS[NOISE_CEILING]] = self.get(scope, NOISE_CEILING, statistic)
        return {title: item for title, item in known.items() if item is not None and not math.isnan(item.value)}

    def groups_of_choices(self, block: Block) -> list[str]:
        """The named groups of a block's choices, in the summary's order."""
        return [scope.condition for scope in self.scopes("choice") if scope.block == block and scope.condition]

    def compare(self, scope: Scope, statistic: str, first: str, second: str) -> Comparison | None:
        """How ``first`` differs from ``second``, in whichever order the two are stored."""
        scope = scope.whole  # what varies over partitions is no test
        comparison = self._comparisons.get((scope, statistic, first, second))
        if comparison is not None:
            return comparison
        comparison = self._comparisons.get((scope, statistic, second, first))
        return None if comparison is None else comparison.turned

    def compared(self, scope: Scope, statistic: str) -> bool:
        """Whether any two methods were compared."""
        return (scope.whole, statistic) in self._compared

    def coverage(self, scope: Scope, method: str) -> tuple[int, int]:
        """How many of a scope's pairs (or choices) a method has a score for (or two), and how many there are."""
        scope = scope.whole
        if scope not in self._coverage and scope.block.dataset in AVERAGES:
            parts = [self.coverage(replace(scope, block=block), method) for block in blocks(self._data)]
            return sum(scored for scored, _ in parts), sum(total for _, total in parts)
        if scope not in self._coverage:
            pairs = pairs_of(self._data, scope.block)
            if scope.level == "range":
                pairs = self._in_range(pairs, scope)
            if scope.level == "condition":
                joined = self._subsets.get(scope.condition, [scope.condition])
                pairs = pairs[pairs["condition"].map(_text).isin(joined)]
            known = {method.label: scored_rows(pairs, method) for method in self._data.methods}
            total = len(pairs)
            if scope.level == "choice":
                first, second = sides_of(choices_of(self._data, scope), pairs)
                known, total = {label: at[first] & at[second] for label, at in known.items()}, len(first)
            self._coverage[scope] = {label: int(at.sum()) for label, at in known.items()}, total
        scored, total = self._coverage[scope]
        return scored.get(method, 0), total

    def _in_range(self, pairs: pd.DataFrame, scope: Scope) -> pd.DataFrame:
        """The pairs of a range of labels."""
        labels = pairs["mos"].to_numpy(dtype=float) * (-1.0 if self._data.lower_labels(scope.block.dataset) else 1.0)
        # as many as the block has: of several runs each may have its own number
        names = range_names(sum(each.block == scope.block for each in self.scopes("range")))
        numbers = ranges(labels, len(names))
        return pairs[numbers == names.index(scope.condition)] if scope.condition in names else pairs[:0]


def _estimates(summary: pd.DataFrame) -> Iterable[tuple[Key, TableEstimate]]:
    for row in _rows(summary):
        block, aggregate = Block(_text(row["dataset"]), _text(row["split"])), _text(row.get("aggregate"))
        if aggregate == PARTITION:
            continue
        scope = Scope(block, _text(row["level"]), _text(row["condition"]), aggregate)
        yield (
            (scope, _text(row["method"]), _text(row["statistic"])),
            TableEstimate(
                value=_number(row["value"]),
                low=_number(row["ci_low"]),
                high=_number(row["ci_high"]),
                n=_whole(row["n"]),
                clusters=_whole(row["n_clusters"]),
                interval=_text(row["interval"]),
                note=_text(row["note"]),
            ),
        )


def _comparisons(comparisons: pd.DataFrame) -> Iterable[tuple[tuple[Scope, str, str, str], Comparison]]:
    for row in _rows(comparisons):
        scope = Scope(Block(_text(row["dataset"]), _text(row["split"])), _text(row["level"]), _text(row["condition"]))
        significant = _text(row["significant"]).casefold() in {"true", "1", "1.0"}
        test = _text(row["test"])
        numbers = (_number(row["difference"]), _number(row["p_adjusted"]))
        ends = (_number(row.get("ci_low")), _number(row.get("ci_high")))
        comparison = Comparison(*numbers, significant, test, _text(row.get("verdict")), *ends)
        yield (scope, _text(row["statistic"]), _text(row["method_a"]), _text(row["method_b"])), comparison


def _rows(table: pd.DataFrame) -> Iterable[Mapping[str, object]]:
    names = [str(column) for column in table.columns]
    columns = [table[column].tolist() for column in table.columns]
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None or value != value else str(value)  # noqa: PLR0124


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


def _whole(value: object) -> int:
    number = _number(value)
    return int(number) if np.isfinite(number) else 0


def blocks(data: ReportData) -> list[Block]:
    """The blocks of a report in the order of its scores."""
    keys = data.scores[["dataset", "split"]].drop_duplicates()
    return [Block(_text(row[0]), _text(row[1])) for row in keys.itertuples(index=False)]


def pairs_of(data: ReportData, block: Block) -> pd.DataFrame:
    """The rows of ``scores.csv`` that belong to a block."""
    scores = data.scores
    chosen = (scores["dataset"].map(_text) == block.dataset) & (scores["split"].map(_text) == block.split)
    return scores[chosen]


def scored_rows(pairs: pd.DataFrame, method: ScoredMethod) -> NDArray[np.bool_]:
    """Which pairs a method scored; one that was trained several times, by each training that has any score of them."""
    columns = [one.label for one in method.single if one.label in pairs.columns]
    known = np.isfinite(pairs[columns].to_numpy(dtype=float))
    there = known.any(axis=0)
    return np.asarray(known[:, there].all(axis=1) & there.any())


def choices_of(data: ReportData, scope: Scope) -> pd.DataFrame:
    """The rows of ``choices.csv`` that a scope covers."""
    choices = data.choices
    here = (choices["dataset"].map(_text) == scope.block.dataset) & (choices["split"].map(_text) == scope.block.split)
    if scope.condition:
        here &= choices["condition"].map(_text) == scope.condition
    return choices[here]


def sides_of(choices: pd.DataFrame, pairs: pd.DataFrame) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of each choice's first and second image among the pairs."""
    place = {str(pair): row for row, pair in enumerate(pairs["pair"])}
    first, second = (np.array([place[str(name)] for name in choices[side]], dtype=np.intp) for side in SIDES)
    return first, second


def conditions_of(pairs: pd.DataFrame) -> list[str]:
    """The named conditions of a block's pairs, sorted; ``9`` before ``10``."""
    return sorted({_text(name) for name in pairs["condition"]} - {""}, key=natural)
