"""Finds the pairs on which a method and the labels disagree most, by the pairs' places in both orders. NumPy, pandas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmark.report.blocks import Block, Numbers, pairs_of, scored_rows
from benchmark.report.content import ReportData
from benchmark.report.ranking import ranked_blocks
from benchmark.results.scored import ScoredMethod

EACH_WAY = 3


@dataclass(frozen=True, slots=True)
class Disputed:
    """A pair that a method places far from where the labels do.

    Attributes:
        pair, condition: the pair's name and its condition.
        score, label: both as stored.
        score_place, label_place: share of pairs that are placed lower, in [0, 1], both oriented so that 1 is best.
    """

    pair: str
    condition: str
    score: float
    label: float
    score_place: float
    label_place: float

    @property
    def overrated(self) -> bool:
        """Whether the method places it higher than the labels do."""
        return self.score_place > self.label_place


def disputed(data: ReportData, block: Block, method: ScoredMethod, each_way: int = EACH_WAY) -> list[Disputed]:
    """The pairs that a method overrates and underrates most, the worst first; ties in the order of the pairs.

    Of a method that was trained several times, places and scores are means over the trainings.
    """
    pairs = pairs_of(data, block)
    known = scored_rows(pairs, method) & np.isfinite(pairs["mos"].to_numpy(dtype=float))
    pairs = pairs[known]
    if len(pairs) < 2:
        return []
    labels = pairs["mos"].to_numpy(dtype=float)
    each = [pairs[one.label].to_numpy(dtype=float) for one in method.single if pairs[one.label].notna().any()]
    scores = np.mean(each, axis=0)
    score_places = np.mean([_places(own, higher=method.higher_is_better) for own in each], axis=0)
    label_places = _places(labels, higher=not data.lower_labels(block.dataset))
    gap = score_places - label_places
    order = [*np.argsort(-gap, kind="stable")[:each_way], *np.argsort(gap, kind="stable")[:each_way]]
    return [
        Disputed(
            str(pairs["pair"].iloc[index]),
            str(pairs["condition"].iloc[index]),
            float(scores[index]),
            float(labels[index]),
            float(score_places[index]),
            float(label_places[index]),
        )
        for index in dict.fromkeys(int(place) for place in order)
        if gap[index] != 0
    ]


def _places(values: np.ndarray, *, higher: bool) -> np.ndarray:
    ranks = pd.Series(values if higher else -values).rank().to_numpy()
    return np.asarray((ranks - 1) / max(len(values) - 1, 1))


def most_disputed(data: ReportData) -> list[Disputed]:
    """Each ranked method's most disputed pairs, block by block, which the page's galleries show."""
    numbers = Numbers(data)
    return [
        entry
        for block, order in ranked_blocks(data, numbers)
        for item in order
        if item.ranked
        for entry in disputed(data, block, item.method)
    ]
