r"""The classes that tables are made for, their measures, and how wide text is in them. Standard library only.

Measures are those that the classes print (\columnwidth, \textwidth); a test asks the classes themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from benchmark.config.latex_keys import Size, Style

TEN_POINTS: Mapping[Size, float] = {"normalsize": 10, "small": 9, "footnotesize": 8, "scriptsize": 7, "tiny": 5}
"""Sizes of a class at 10 pt."""
LLNCS: Mapping[Size, float] = {**TEN_POINTS, "footnotesize": 9}
"""Its footnotes have 9 pt."""


@dataclass(frozen=True, slots=True)
class PaperStyle:
    """A class of papers.

    Attributes:
        column: width of a column, pt.
        text: width of the text, pt.
        points: size of each font size, pt.
    """

    column: float
    text: float
    points: Mapping[Size, float] = field(default_factory=lambda: TEN_POINTS)

    @property
    def two_columns(self) -> bool:
        """Whether a table can have the width of one column or of both."""
        return self.column < self.text


STYLES: Mapping[Style, PaperStyle] = {
    "plain": PaperStyle(345.0, 345.0),
    "ieee": PaperStyle(252.0, 516.0),
    "cvpr": PaperStyle(237.13, 496.85),
    "elsevier": PaperStyle(252.0, 522.0),
    "springer": PaperStyle(347.12, 347.12, LLNCS),
}
"""``cvpr``: 6.875 in with 5/16 in between its columns. ``elsevier``: elsarticle with ``5p``."""
LINES = 3
"""Most lines of short notes."""
FILLED = 0.92
"""How much of a line text fills, since lines break between words."""
_NARROW = frozenset("ijl.,:;|'!()[]{}`It/f ")
_WIDE = frozenset("mwMW%@—…")
_CAPITAL = 0.72
_OTHER = 0.53


def width_of(text: str) -> float:
    """An upper estimate of a text's width in Computer Modern or Times, in units of the font's size."""
    return sum(_width(character) for character in text)


def _width(character: str) -> float:
    if character.isdigit():
        return 0.5
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.94
    if not character.isascii():
        return 1.0
    return _CAPITAL if character.isupper() or character in "+=<>&#" else _OTHER


def wrapped(text: str, width: float) -> list[str]:
    """A text in lines that are no wider than its longest word or ``width``, in units of the font's size."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def fitting_notes(notes: Iterable[str], style: Style, line: float) -> list[str]:
    """Those sentences that fit in three lines below a table, the first ones first; later ones fill what room is left.

    Args:
        notes: plain sentences, the most needed first.
        style: the class.
        line: width of a line, pt; infinite for the class's text.
    """
    wide = line if math.isfinite(line) else STYLES[style].text
    room, kept = LINES * FILLED * wide / STYLES[style].points["footnotesize"], []
    for text in notes:
        needed = width_of(f"{text} ")
        if needed <= room:
            kept.append(text)
            room -= needed
    return kept
