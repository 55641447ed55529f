"""Makes names fit the room that a figure has for them: measured, wrapped, cut at the end at worst. matplotlib."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from benchmark.report.plots.look import Appearance

POINTS = 72.0
LINE = 1.25
"""The distance of lines of a text, in heights of its letters."""
ELLIPSIS = "…"
# After a space, a joining sign or a closing bracket, before an opening one, and around East Asian characters.
_BREAKS = re.compile(r"[^\S ]|(?<=[ \-_/\\,;:+)\]）])|(?=[(\[（])|(?<=[\u3000-\u9fff\uac00-\ud7af\uff00-\uffef])")


@lru_cache(maxsize=8192)
def _measured(text: str, size: float, families: tuple[str, ...], weight: str) -> float:
    font = FontProperties(family=list(families), size=size, weight=weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of characters that no font has, which a note names
        return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / POINTS


def measured(text: str, size: float, look: Appearance, weight: str = "normal") -> float:
    """The width of a text in inches on paper; of its longest line if it has several."""
    return max(_measured(line, size, look.fonts.families, weight) for line in text.split("\n"))


def lines_of(texts: Sequence[str]) -> int:
    """The most lines that any of several texts has."""
    return max((text.count("\n") + 1 for text in texts), default=1)


def height(lines: int, size: float) -> float:
    """The height of lines of text in inches on paper."""
    return lines * size * LINE / POINTS


def fitted(texts: Sequence[str], room: float, size: float, look: Appearance, lines: int = 2) -> list[str]:
    """Names as they are printed where there is little room: in several lines, and cut only where these do not suffice.

    A name is cut at its end. Where two names would become the same by that, their common beginning goes instead, since what
    distinguishes them follows it.

    Args:
        texts: names that stand beside each other.
        room: the width of a line, in inches on paper.
        size: of the letters, in points.
        look: the fonts.
        lines: the most lines of a name.
    """
    whole = [look.text(text) for text in texts]
    wrapped = [wrap(text, room, size, look) for text in whole]
    printed = ["\n".join(some) if len(some) <= lines else _cut_end(some, room, size, look, lines) for some in wrapped]
    alike = {
        text: sorted({name for name, same in zip(whole, printed, strict=True) if same == text}) for text in printed
    }
    return [
        _cut_beginning(name, alike[text], room, size, look, lines)
        if ELLIPSIS in text and len(alike[text]) > 1
        else text
        for name, text in zip(whole, printed, strict=True)
    ]


def wrap(text: str, room: float, size: float, look: Appearance) -> list[str]:
    """A text in lines of at most ``room`` inches, broken between words; within a word only if it is wider than a line."""
    lines: list[str] = []
    current = ""
    for piece in _pieces(text, room, size, look):
        if current and measured((current + piece).rstrip(), size, look) > room:
            lines.append(current.rstrip())
            current = piece.lstrip()
        else:
            current += piece
    return [*lines, current.rstrip()] if current.strip() or not lines else lines


def _pieces(text: str, room: float, size: float, look: Appearance) -> list[str]:
    pieces = []
    for word in (part for part in _BREAKS.split(text) if part):
        rest = word
        while measured(rest.rstrip(), size, look) > room and len(rest) > 1:
            count = next(k for k in range(len(rest) - 1, 0, -1) if k == 1 or measured(rest[:k], size, look) <= room)
            pieces.append(rest[:count])
            rest = rest[count:]
        pieces.append(rest)
    return pieces


def _cut_end(wrapped: Sequence[str], room: float, size: float, look: Appearance, lines: int) -> str:
    last = wrapped[lines - 1]
    while last and measured(last + ELLIPSIS, size, look) > room:
        last = last[:-1]
    return "\n".join([*wrapped[: lines - 1], last.rstrip() + ELLIPSIS])


def _cut_beginning(name: str, alike: Sequence[str], room: float, size: float, look: Appearance, lines: int) -> str:
    first, last = min(alike), max(alike)
    common = next((k for k in range(min(len(first), len(last))) if first[k] != last[k]), min(len(first), len(last)))
    breaks = [match.start() for match in _BREAKS.finditer(name) if match.start() <= common]
    rest = name[breaks[-1] if breaks else common :].lstrip(" -_/")
    wrapped = wrap(ELLIPSIS + rest, room, size, look)
    return "\n".join(wrapped) if len(wrapped) <= lines else _cut_end(wrapped, room, size, look, lines)
