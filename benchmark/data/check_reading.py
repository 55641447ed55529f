"""The audit's findings about decoding: EXIF orientation, and the bits that 16-bit files really have. Pandas.

Works on the results of ``survey``; called by ``check_table.audit``.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from benchmark.core.errors import Problem
from benchmark.data.check_images import some, sources_of
from benchmark.data.survey import Look
from benchmark.images.sizes import SizePolicy

DEPTHS = (8, 10, 12, 14)
DARK = 12
"""Bits at which a single 16-bit file gets a warning, since it reads nearly black; 14 bits get one only in all files."""


def orientations(table: pd.DataFrame, looks: Mapping[str, Look], sizes: SizePolicy) -> list[Problem]:
    """One warning where reference and enhanced image differ in EXIF orientation; a note where orientation is applied."""
    differing = []
    for row, source in zip(table.itertuples(), sources_of(table), strict=True):
        enhanced, reference = looks[str(row.enhanced_path)], looks[str(row.reference_path)]
        if not enhanced.problem and not reference.problem and enhanced.orientation != reference.orientation:
            differing.append(
                (f"{row.enhanced}: {enhanced.orientation}, {row.reference}: {reference.orientation}", source)
            )
    problems = []
    turned = [seen for seen in looks.values() if seen.orientation != 1]
    if turned and sizes.orientation == "apply":
        problems.append(
            Problem("note", f"EXIF orientation is applied, which turns {len(turned)} of {len(looks)} images")
        )
    if differing:
        count = f"{len(differing)} {'pair' if len(differing) == 1 else 'pairs'}"
        message = f"in {count} the enhanced image's EXIF orientation is not its reference's"
        remedy = (
            "it is not applied: where one of the two is turned and the other is not, set orientation: apply"
            if sizes.orientation == "ignore"
            else "it is applied: where both lie alike as stored, set orientation: ignore"
        )
        examples = some([names for names, _ in differing])
        problems.append(Problem("warning", f"{message} ({examples}); {remedy}", differing[0][1]))
    return problems


def bit_depths(looks: Mapping[str, Look], sizes: SizePolicy) -> list[Problem]:
    """A warning where 16-bit files hold fewer bits and no ``bit_depth`` is set: they would read nearly black."""
    deep = [seen for seen in looks.values() if seen.highest > 0]  # a black image says nothing about bits
    if sizes.bit_depth is not None or not deep:
        return []
    every = _bits(max(seen.highest for seen in deep))
    low = deep if every <= DEPTHS[-1] else [seen for seen in deep if _bits(seen.highest) <= DARK]
    if not low:
        return []
    highest = max(seen.highest for seen in low)
    message = f"{len(low)} of {len(deep)} 16-bit files hold no value above {highest:,}, as {_bits(highest)}-bit data do"
    remedy = (
        f"if that is what they are, set bit_depth: {_bits(highest)} (else bit_depth: 16); they read "
        f"{'nearly black' if _bits(highest) <= DARK else 'dark'} now"
        if len(low) == len(deep)
        else f"the others reach {max(seen.highest for seen in deep):,}: one `bit_depth` can't mend that; look at these"
    )
    return [Problem("warning", f"{message} ({some([seen.path for seen in low])}); {remedy}")]


def _bits(highest: int) -> int:
    """The usual bit depth that a largest value needs."""
    return next((bits for bits in DEPTHS if highest < 2**bits), 16)
