"""Ranks methods, for tables, plots, page and terminal alike: who is best, tied, different, or not ranked, and why. Pandas.

Places are those of the values as they are printed. Marks of differences come from the tests in ``comparisons.csv``; where
there was no test, nothing is marked and a note says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark.report import naming
from benchmark.report.blocks import Block, Comparison, Numbers, Scope, TableEstimate, blocks
from benchmark.report.content import ReportData
from benchmark.report.text import one_line
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.vocabulary import MISSING_ALLOWED, magnitude, why_incomparable

DIGITS = 3  # that terminal, page and plots print
UNDEFINED = "undefined"
NO_MAGNITUDES = "opposite signs, and no test of magnitudes is stored: evaluate again"
BY_PARTITION = "trained anew in each partition: it has values by partition, and none over all pairs"
NOT_TESTED_YET = "no test over partitions is stored: evaluate again"
UNTESTED = "from the best are not tested"
"""What notes say of whole columns."""
NOT_COMPARED = "only the best of all methods is compared with every other: statistics.comparisons"


@dataclass(frozen=True, slots=True)
class Contest:
    """The comparison of methods in one column of numbers.

    Attributes:
        places: places of the methods that take part, the best first; values that print alike share the better place.
        out: why each other method takes no part.
        alike: methods below the first place whose difference from the best is not significant.
        untested: methods below the first place whose difference from the best was not tested, with the reason.
        shared: whether unequal values share one of the first two places.
        corrected: whether the tests are corrected for their number.
    """

    places: Mapping[str, int]
    out: Mapping[str, str]
    alike: frozenset[str] = frozenset()
    untested: Mapping[str, str] | None = None
    shared: bool = False
    corrected: bool = True

    @property
    def held(self) -> bool:
        """Whether there are methods to compare."""
        return len(self.places) > 1

    def mark(self, label: str, most: int = 2) -> int:
        """1 for the best, 2 for the second (none after a tie for the first) … up to ``most``; 0 without a comparison."""
        place = self.places.get(label, 0)
        return place if self.held and place <= most else 0

    def why_untested(self, label: str) -> str:
        """The note that a method's difference from the best was not tested, and why; empty where it was."""
        why = (self.untested or {}).get(label)
        return "" if why is None else f"difference from the best not tested{_because(why)}"

    @property
    def behind(self) -> list[str]:
        """The methods below the first place."""
        return [label for label, place in self.places.items() if place > 1]


@dataclass(frozen=True, slots=True)
class Standing:
    """A method's place in a block.

    Attributes:
        method: the method.
        rank: its place from 1; values that print alike share the better place; 0 for a method that is not ranked.
        reason: why it is not ranked.
        best: whether it is the best or tied for it, among at least two methods.
    """

    method: ScoredMethod
    rank: int = 0
    reason: str = ""
    best: bool = False

    @property
    def ranked(self) -> bool:
        """Whether the method takes part in the ranking."""
        return self.rank > 0


def contest(
    data: ReportData,
    numbers: Numbers,
    scope: Scope,
    statistic: str,
    methods: Sequence[ScoredMethod] | None = None,
    *,
    without_signs: bool = False,
    digits: int = DIGITS,
) -> Contest:
    """Compare methods by one statistic.

    Args:
        data: the run's data.
        numbers: its numbers.
        scope: what the numbers cover.
        statistic: the statistic by which methods are compared.
        methods: the methods that are printed together; all by default.
        without_signs: whether the magnitudes of correlations are compared.
        digits: decimals of the printed values.
    """
    methods = data.methods if methods is None else methods
    reasons = {method.label: _reason_out(data, numbers, scope, method, statistic) for method in methods}
    drop_signs = without_signs and naming.is_correlation(statistic)
    higher = naming.higher_is_better(statistic)
    values = {label: numbers.value(scope, label, statistic) for label, reason in reasons.items() if not reason}
    if drop_signs:
        values = {label: abs(value) for label, value in values.items()}
    order = sorted(values, key=lambda label: -values[label] if higher else values[label])
    printed = [float(naming.number(values[label], digits)) for label in order]
    places = dict(zip(order, ranks(printed, higher=higher), strict=True))
    leaders = [
        label for label in order if abs(values[label] - values[order[0]]) <= ROUNDING * max(1, abs(values[order[0]]))
    ]
    trained = {method.label for method in methods if method.by_partition}
    alike, untested, corrected = set(), {}, True
    for label in (label for label in order if places[label] > 1):
        differences = [
            _difference(numbers, scope, statistic, leader, label, without_signs=drop_signs) for leader in leaders
        ]
        if {*leaders, label} & trained:  # what was written before there was such a test has none
            differences = [NOT_TESTED_YET if item == NOT_COMPARED else item for item in differences]
        tested = [item for item in differences if isinstance(item, Comparison)]
        corrected &= all(item.corrected for item in tested)
        if any(not item.significant for item in tested):
            alike.add(label)
        elif len(tested) < len(differences):
            untested[label] = next(item for item in differences if isinstance(item, str))
    firsts = [values[label] for label in order if places[label] == 1]
    seconds = [values[label] for label in order if places[label] == 2]
    shared = any(max(group) - min(group) > ROUNDING for group in (firsts, seconds) if group)
    out = {label: reason for label, reason in reasons.items() if reason}
    return Contest(places, out, frozenset(alike), untested, shared, corrected)


def _difference(
    numbers: Numbers, scope: Scope, statistic: str, first: str, second: str, *, without_signs: bool
) -> Comparison | str:
    """The test of a difference; where there is none, the reason (empty where it is not known)."""
    comparison = numbers.compare(scope, magnitude(statistic), first, second) if without_signs else None
    if comparison is None:
        signs = {numbers.value(scope, label, statistic) < 0 for label in (first, second)}
        if without_signs and len(signs) > 1:
            return NOT_COMPARED if numbers.compared(scope, magnitude(statistic)) else NO_MAGNITUDES
        comparison = numbers.compare(scope, statistic, first, second)
    if comparison is None:
        return NOT_COMPARED if numbers.compared(scope, statistic) else ""
    return comparison if comparison.tested else comparison.why


def standings(data: ReportData, numbers: Numbers, block: Block) -> list[Standing]:
    """All methods of a report: the ranked ones from best to worst, then the others in the configuration's order.

    A method is not ranked when it was not scored, misses more than 1 % of the block's pairs, or its value is undefined.
    """
    outcome = contest(data, numbers, *numbers.headline(block))
    by_label = {method.label: method for method in data.methods}
    ranked = [
        Standing(by_label[label], place, best=outcome.mark(label) == 1) for label, place in outcome.places.items()
    ]
    return ranked + [
        Standing(method, 0, outcome.out[method.label]) for method in data.methods if method.label in outcome.out
    ]


def ranks(values: Sequence[float], *, higher: bool) -> list[int]:
    """The place of each value, from 1; equal values share the better place, NaN has place 0."""
    known = [value for value in values if not math.isnan(value)]
    return [
        0 if math.isnan(value) else 1 + sum(other > value if higher else other < value for other in known)
        for value in values
    ]


def reason_unranked(
    data: ReportData, numbers: Numbers, block: Block, method: ScoredMethod, aggregate: str = "", *, in_full: bool = True
) -> str:
    """Why a method has no rank in a block; empty for one that has.

    ``aggregate`` names what is taken over partitions, where that is printed: methods that are trained by partition have
    nothing else. In full it says what the method or its program said, which may name a place of the machine; tables go
    without.
    """
    scope, statistic = numbers.headline(block)
    method = method if in_full else replace(method, reason="")
    if method.by_partition:
        return _reason_by_partition(numbers, replace(scope, aggregate=aggregate), statistic, method)
    noun = noun_of(scope)
    scored, total = numbers.coverage(scope, method.label)
    why = one_line(method.reason)
    if method.status == "unavailable":
        return f"unavailable: {why}" if why else "unavailable"
    if scored == 0:
        elsewhere = any(numbers.coverage(numbers.headline(other)[0], method.label)[0] for other in blocks(data))
        return f"{'no scores' if elsewhere else 'failed'}: {why}" if why else "no scores"
    if total - scored > MISSING_ALLOWED * total:
        missing = f"scored only {scored:,} of {naming.count(total, noun)}"
        return f"{missing}: {why}" if why else missing
    estimate = numbers.get(scope, method.label, statistic)
    if estimate is None or math.isnan(estimate.value):
        note = one_line(estimate.note) if estimate else ""
        return f"{naming.title(statistic)} undefined{': ' + note if note else ''}"
    return ""


def _reason_by_partition(numbers: Numbers, scope: Scope, statistic: str, method: ScoredMethod) -> str:
    """Likewise, of a method that is trained anew in each partition."""
    if math.isnan(numbers.value(replace(scope, aggregate=scope.aggregate or "median"), method.label, statistic)):
        why = one_line(method.reason)
        return f"no values by partition{': ' + why if why else ''}"
    return "" if scope.aggregate else BY_PARTITION


def noun_of(scope: Scope) -> str:
    """What a scope's numbers are computed of."""
    return "choice" if scope.level == "choice" else "pair"


def _reason_out(data: ReportData, numbers: Numbers, scope: Scope, method: ScoredMethod, statistic: str) -> str:
    """Why a method takes no part in a column: it is not ranked, lacks pairs or a value, or its fit is reversed."""
    reason = reason_unranked(data, numbers, scope.block, method, scope.aggregate)
    if reason:
        return reason
    scored, total = numbers.coverage(scope, method.label)
    if not method.by_partition and total - scored > MISSING_ALLOWED * total:
        return f"scored only {scored:,} of {naming.count(total, noun_of(scope))} here"
    estimate = numbers.get(scope, method.label, statistic)
    if estimate is None or math.isnan(estimate.value):
        return UNDEFINED
    return f"not compared: {estimate.note}" if why_incomparable(estimate.note) else ""


def cell_notes(estimate: TableEstimate, reason: str) -> list[str]:
    """The texts that a cell's marks refer to: its number's note, and why it takes no part where that adds something."""
    note = "" if reason.endswith(f": {estimate.note}") else estimate.note
    return [text for text in (note, reason) if text and text != UNDEFINED]


def ranked_blocks(data: ReportData, numbers: Numbers) -> list[tuple[Block, list[Standing]]]:
    """The standings of every block."""
    return [(block, standings(data, numbers, block)) for block in blocks(data)]


def block_notes(data: ReportData, numbers: Numbers, block: Block) -> list[str]:
    """The notes on a block's ranking: shared places, and differences that were not tested."""
    scope, statistic = numbers.headline(block)
    return contest_notes(data, {naming.title(statistic): contest(data, numbers, scope, statistic)})


def contest_notes(data: ReportData, columns: Mapping[str, Contest]) -> list[str]:
    """The notes on several columns by their titles, each a sentence."""
    held = {title: column for title, column in columns.items() if column.held}
    notes = []
    if any(column.shared for column in held.values()):
        notes.append(
            "Values that print alike share their place; differences are tested against the best unrounded value."
        )
    return [*notes, *_untested_notes(data, {title: column for title, column in held.items() if column.behind})]


def _untested_notes(data: ReportData, columns: Mapping[str, Contest]) -> Iterable[str]:
    """Notes on differences from the best that were not tested: in all columns, in whole columns, or of single methods."""
    titles = {method.label: method.title for method in data.methods}
    whole: dict[str, list[str]] = {}
    single: dict[tuple[str, str], list[str]] = {}
    for title, column in columns.items():
        untested = column.untested or {}
        reasons = {untested.get(label) for label in column.behind}
        if len(reasons) == 1 and None not in reasons:
            whole.setdefault(next(iter(untested.values())), []).append(title)
        else:
            for label in untested:
                single.setdefault((column.why_untested(label), label), []).append(title)
    for why, where in whole.items():
        begin = "Differences" if len(where) == len(columns) else f"{', '.join(where)}: differences"
        yield f"{begin} {UNTESTED}{_because(why)}."
    for (clause, label), where in single.items():
        yield f"{titles.get(label, label)} ({', '.join(where)}): {clause}."


def _because(why: str) -> str:
    return f" ({why})" if why else ""
