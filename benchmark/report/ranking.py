"""Who is ranked and who is not, with the reason; one rule for tables, plots, page and terminal. Pandas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.report import names
from benchmark.report.blocks import Block, Numbers, Scope, blocks, pairs_of
from benchmark.report.data import ReportData
from benchmark.report.text import one_line
from benchmark.results import ScoredMethod

MISSING_ALLOWED = 0.01


@dataclass(frozen=True, slots=True)
class Standing:
    """A method's place in a block.

    Attributes:
        method: the method.
        rank: from 1; equal values share the better place; 0 for a method that is not ranked.
        reason: why it is not ranked.
    """

    method: ScoredMethod
    rank: int = 0
    reason: str = ""

    @property
    def ranked(self) -> bool:
        """Whether it takes part in the ranking."""
        return self.rank > 0


def standings(data: ReportData, numbers: Numbers, block: Block, statistic: str = "srcc") -> list[Standing]:
    """All methods of a report: the ranked ones from the best down, then the others in their own order.

    A method is not ranked when it was not scored, misses more than 1 % of the block's pairs, or its value is undefined.
    """
    reasons = {method.label: reason_unranked(data, numbers, block, method, statistic) for method in data.methods}
    scope = Scope(block)
    ranked = [method for method in data.methods if not reasons[method.label]]
    values = {method.label: numbers.value(scope, method.label, statistic) for method in ranked}
    higher = names.higher_is_better(statistic)
    ranked.sort(key=lambda method: -values[method.label] if higher else values[method.label])
    places = ranks([values[method.label] for method in ranked], higher=higher)
    found = [Standing(method, rank) for method, rank in zip(ranked, places, strict=True)]
    return found + [Standing(method, 0, reasons[method.label]) for method in data.methods if reasons[method.label]]


def ranks(values: Sequence[float], *, higher: bool) -> list[int]:
    """The place of each value, from 1; equal values share the better place, NaN has place 0."""
    known = [value for value in values if not math.isnan(value)]
    return [
        0 if math.isnan(value) else 1 + sum(other > value if higher else other < value for other in known)
        for value in values
    ]


def reason_unranked(
    data: ReportData, numbers: Numbers, block: Block, method: ScoredMethod, statistic: str = "srcc"
) -> str:
    """Why a method has no rank in a block; empty for one that has."""
    scored, total = pairs_scored(data, block, method.label)
    why = one_line(method.reason)
    if method.status == "unavailable":
        return f"unavailable: {why}" if why else "unavailable"
    if scored == 0:
        return f"failed: {why}" if why else "no scores"
    if total - scored > MISSING_ALLOWED * total:
        missing = f"scored only {scored:,} of {names.count(total, 'pair')}"
        return f"{missing}: {why}" if why else missing
    estimate = numbers.get(Scope(block), method.label, statistic)
    if estimate is None or math.isnan(estimate.value):
        note = one_line(estimate.note) if estimate else ""
        return f"{names.title(statistic)} undefined{': ' + note if note else ''}"
    return ""


def pairs_scored(data: ReportData, block: Block, label: str) -> tuple[int, int]:
    """How many of a block's pairs a method has a score for, and how many there are."""
    pairs = pairs_of(data, block)
    return (int(pairs[label].notna().sum()) if label in pairs.columns else 0), len(pairs)


def ranked_blocks(data: ReportData, numbers: Numbers) -> list[tuple[Block, list[Standing]]]:
    """The standings of every block."""
    return [(block, standings(data, numbers, block)) for block in blocks(data)]
