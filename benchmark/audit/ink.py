"""Characters of a cell as a reader sees them, each with its place in the file. Standard library only.

Readers put down what they find; ``tidy`` makes one line of it and takes out what is no content: footnote marks, medals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MINUS = "\u2212\u2010\u2011\ufe63\uff0d"
FOOTNOTES = "\u2020\u2021\u00a7\u00b6"
MEDALS = "\U0001f947\U0001f948\U0001f949\U0001f3c6\u2b50\U0001f451\U0001f525"
UNSEEN = "\ufeff\u200b\u200c\u200d\u2060\u00ad\ufe0e\ufe0f"
RAISED = "\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079"
ARROWS = "↑↓⇑⇓↗↘"
_POWERS = (
    (re.compile(r"(?:^|\W)[^\W\d_]$"), re.compile("[23]")),
    (re.compile(r"(?:^|[^0-9.])10$"), re.compile("[-+]?[0-9]+")),
)

_DECIMAL = re.compile(r"[-+±]? ?[0-9]*\.[0-9]+|± ?[0-9.]+")


class MisfitError(ValueError):
    """Parts of a file that do not fit together, with the place; the reader of files makes it a ``UserError``."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def line_of(text: str, at: int) -> int:
    """The line in which a place lies, from 1; lines end in LF, CRLF or CR."""
    return len(re.findall(r"\r\n|\r|\n", text[:at])) + 1


@dataclass(slots=True)
class Ink:
    """What was put down so far.

    Attributes:
        chars: the characters.
        offsets: for each, its place in the file's text, or -1.
        marks: how they are set off.
        rows, columns: how many the cell spans; rows below 0 where it spans upwards.
        overlay: whether the places that it spans have cells of their own in the file.
    """

    chars: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    rows: int = 1
    columns: int = 1
    overlay: bool = False

    def put(self, text: str, at: int, marks: frozenset[str] = frozenset()) -> None:
        """Add characters, all from one place; one that is seen carries the marks."""
        self.chars.extend(text)
        self.offsets.extend([at] * len(text))
        if marks and not text.isspace():
            self.marks |= marks

    def add(self, other: Ink) -> None:
        """Add what was put down elsewhere."""
        self.chars += other.chars
        self.offsets += other.offsets
        self.marks |= other.marks

    def lower(self, other: Ink) -> None:
        """Add a subscript: plain text, but apart from a number before it, whose digits it would seem to be."""
        if self._number() and other.text[:1].isdigit() | other.text.startswith("."):
            self.put(" ", -1)
        self.add(other)

    def raise_(self, other: Ink) -> None:
        """Add a superscript where it is content: an arrow, a power, a spread, a degree; else it is a footnote mark."""
        text, before = other.text.strip(), "".join(self.chars[-8:]).rstrip()
        self.marks |= {mark for mark in other.marks if mark.startswith("macro:")}
        if text in ("∘", "°"):
            self.put("°", -1)
        elif any(arrow in text for arrow in ARROWS) or text.startswith("±"):
            self.add(other)
        elif any(base.search(before) and exponent.fullmatch(text) for base, exponent in _POWERS):
            self.put("^", -1)
            self.add(other)
        elif self._number() and _DECIMAL.match(text):
            self.put(" ", -1)
            self.add(other)

    @property
    def text(self) -> str:
        """All characters as put down, minus signs as ``-``."""
        return "".join("-" if char in MINUS else char for char in self.chars)

    @property
    def blank(self) -> bool:
        """Whether nothing is seen."""
        return not self.tidy()[0] and not self.marks

    def _number(self) -> bool:
        return bool(self.chars) and self.chars[-1].isdigit()

    def tidy(self) -> tuple[str, tuple[int, ...]]:
        """The text on one line and the places of its characters: single blanks, no footnote marks, no medals."""
        chars: list[str] = []
        offsets: list[int] = []
        for char, at in zip(self.chars, self.offsets, strict=True):
            if char in FOOTNOTES or char in UNSEEN:
                continue
            if char in MEDALS:
                self.marks.add(f"symbol:{char}")
                continue
            if char in RAISED and chars and chars[-1].isdigit() and not _POWERS[1][0].search("".join(chars[-3:])):
                continue
            if char.isspace():
                if chars and chars[-1] != " ":
                    chars.append(" ")
                    offsets.append(at if char == " " else -1)
                continue
            chars.append("-" if char in MINUS else char)
            offsets.append(at)
        if chars and chars[-1] == " ":
            del chars[-1], offsets[-1]
        return "".join(chars), tuple(offsets)
