"""How good references themselves are, and their division into parts by it. Pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd

from benchmark.evaluation.rows import MethodColumn
from benchmark.evaluation.tasks import text
from benchmark.statistics.resampling import FloatArray, IntArray

FEWEST = 10
"""References of a part with which the jackknife's intervals were found to hold (docs/coverage_grid.md)."""
SAME = 1e-6
"""Differences, relative to the largest score, that single precision makes between equal ones."""
LABEL = "label"
"""Stands for the label of the degraded photograph itself, where it is among the judged images."""
NAMES = {2: ("worse half", "better half"), 3: ("worst third", "middle third", "best third")}


def part_names(parts: int) -> tuple[str, ...]:
    """The names of the parts, the worst references first."""
    return NAMES.get(parts) or tuple(f"part {number + 1} of {parts}" for number in range(parts))


class NoQualityError(Exception):
    """Nothing says how good the references are; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good each pair's reference is.

    Attributes:
        source: the label of the method that says so, or ``LABEL``.
        own: (n,) rows that are the degraded photographs themselves.
        parts: (n,) each row's part, from 0 for the worst references.
        sizes: how many references each part has.
    """

    source: str
    own: np.ndarray[tuple[int], np.dtype[np.bool_]]
    parts: IntArray
    sizes: tuple[int, ...]

    def note(self) -> str:
        """What the quality is, and how many references each part has."""
        whose = (
            "the labels of the degraded photographs themselves, which are left out of the correlations"
            if self.source == LABEL
            else f"what {self.source} says of the degraded photographs"
        )
        counts = ", ".join(f"{name} {size}" for name, size in zip(part_names(len(self.sizes)), self.sizes, strict=True))
        few = min(self.sizes) < FEWEST
        rough = f" With fewer than {FEWEST} references in a part its interval is rough." if few else ""
        return f"References are divided by {whose} (references: {counts}).{rough}"


def quality_of(
    rows: pd.DataFrame, methods: Sequence[MethodColumn], by: str, parts: int, *, lower_mos_better: bool
) -> Quality:
    """How good references are: by their own labels, by a method that is named, or by the first that sees the reference only.

    Raises:
        NoQualityError: nothing says it, or a method's scores of one reference differ.
    """
    own = (rows["enhanced"].map(text) == rows["reference"].map(text)).to_numpy()
    references = rows["reference"].map(text)
    if by in ("", LABEL) and own.any():
        sign = -1.0 if lower_mos_better else 1.0
        labels = sign * rows["mos"].to_numpy(dtype=float)[own]
        known = pd.Series(labels).groupby(references[own].to_numpy()).mean().to_dict()
        if set(references) <= set(known):
            labelled = {str(name): float(value) for name, value in known.items()}
            return Quality(LABEL, own, *parts_of(references, labelled, parts))
        if by == LABEL:
            missing = sorted(set(references) - set(known))
            raise NoQualityError(f"{len(missing)} references have no label of their own ({missing[0]} …)")
    if by == LABEL:
        raise NoQualityError(
            "no degraded photograph is among the judged images (a pair whose enhanced "
            "image is its reference); name a method that sees the reference only"
        )
    nothing = np.zeros(len(rows), dtype=bool)
    oriented = {method.label: _oriented(rows, method) for method in methods}
    for label, scores in oriented.items():
        if by in ("", label):
            values = _of_references(scores, references)
            if values is not None:
                return Quality(label, nothing, *parts_of(references, values, parts))
    for label, other in permutations(oriented, 2):  # a measure without reference less its gain is that of the reference
        if by in ("", label):
            values = _of_references(oriented[label] - oriented[other], references)
            if values is not None:
                return Quality(label, nothing, *parts_of(references, values, parts))
    if by:
        raise NoQualityError(
            f"{by} has no scores, or scores the enhanced images of one reference differently: it does not say how good a "
            "reference is"
        )
    raise NoQualityError("name a method that sees the reference only among the methods, such as reference-quality")


def _oriented(rows: pd.DataFrame, method: MethodColumn) -> FloatArray:
    """A method's scores such that higher means better."""
    return (1.0 if method.higher_is_better else -1.0) * rows[method.label].to_numpy(dtype=float)


def _of_references(scores: FloatArray, references: pd.Series[str]) -> dict[str, float] | None:
    """The score of each reference, from (n,) oriented ones; ``None`` where they depend on more than the reference."""
    if not np.isfinite(scores).all():
        return None
    by_reference = pd.Series(scores).groupby(references.to_numpy())
    if (
        len(by_reference) == len(scores)
        or (by_reference.max() - by_reference.min()).max() > SAME * np.abs(scores).max()
    ):
        return None
    means = by_reference.mean()
    return {str(name): float(value) for name, value in means.items()} if means.nunique() > 1 else None


def parts_of(references: pd.Series[str], quality: Mapping[str, float], parts: int) -> tuple[IntArray, tuple[int, ...]]:
    """Each row's part, from 0 for the worst references, and how many references each part has; ties in order of names."""
    order = sorted(quality, key=lambda name: (quality[name], name))
    bounds = [round(number * len(order) / parts) for number in range(parts + 1)]
    part = {name: number for number in range(parts) for name in order[bounds[number] : bounds[number + 1]]}
    sizes = tuple(bounds[number + 1] - bounds[number] for number in range(parts))
    return np.array([part[name] for name in references], dtype=np.int64), sizes
