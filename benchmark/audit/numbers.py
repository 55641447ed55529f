"""Numbers as printed: reads them out of a cell's text, says whether a value agrees, prints it alike. Standard library.

A printed number stands for all values that round to it; ``0.8070`` says more than ``.807``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

Cut = Literal["rounded", "truncated"]
SLACK = 1e-9
"""Two ways of computing one value may differ by so much, at a boundary of rounding too."""
FEWEST = 2
"""Digits of a number that is given more roughly than the others of its table and still says something."""

_NUMBER = r"[-+−–]?\s*(?:\d+(?:[.,]\d+)?|[.,]\d+)"
_ONE = re.compile(rf"(?P<number>{_NUMBER})(?P<power>[eE][-+]?\d+)?\s*(?P<percent>%)?")
_SPREAD = re.compile(
    rf"\s*[\[(]?\s*(?:±|\+/-|\+-)\s*(?:{_NUMBER})\s*%?\s*[\])]?"
    rf"|\s*[\[(]\s*{_NUMBER}\s*(?:,|;|to|–)\s*{_NUMBER}\s*[\])]"
)
_BETWEEN = re.compile(r"\s*[/|(),;\[\]&]?\s*")
_REST = re.compile(r"[\s*†‡§¶#ª∗★☆✓)\]}|°↑↓a-d]*")
_MISSING = re.compile(r"[-–—−.…*?/]*|n\.?/?a\.?|nan|none|null|n\.?r\.?|x|✗|×", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a cell.

    Attributes:
        text: as printed, without blanks, percent sign and what follows.
        value: its value; 80.7 for ``80.7 %``.
        digits: after the decimal mark.
        percent: whether a percent sign follows.
        start, end: the place of ``text`` in the cell's text.
    """

    text: str
    value: float
    digits: int
    percent: bool
    start: int
    end: int

    @property
    def decimals(self) -> bool:
        """Whether it has a decimal mark or a percent sign: a statistic, rather than a count or a year."""
        return self.digits > 0 or self.percent


def missing(text: str) -> bool:
    """Whether a cell says that there is no number."""
    return _MISSING.fullmatch(text.strip()) is not None


def numbers(text: str) -> tuple[Number, ...]:
    """The numbers of a cell that holds nothing but numbers: one, or several parted by ``/``, ``|`` or parentheses.

    What follows ``±``, and a pair in parentheses after a number, is that number's spread. Empty for any other cell.
    """
    found: list[Number] = []
    at = len(text) - len(text.lstrip(" ([*†‡"))
    while at < len(text):
        match = _ONE.match(text, at)
        if match is None:
            break
        found.append(_number(match))
        at = match.end()
        spread = _SPREAD.match(text, at)
        at = spread.end() if spread else at
        rest = _REST.fullmatch(text, at)
        if rest is not None:
            return tuple(found)
        between = _BETWEEN.match(text, at)
        assert between is not None
        at = between.end()
        if between.end() == between.start():
            break
        if between.group().strip() == "" and text[at : at + 1] not in "(":
            at = at if _ONE.match(text, at) else len(text) + 1
    return tuple(found) if at == len(text) and found else ()


def _number(match: re.Match[str]) -> Number:
    written = match["number"]
    plain = re.sub(r"\s", "", written).replace("−", "-").replace("–", "-").replace(",", ".")
    power = match["power"] or ""
    digits = len(plain.partition(".")[2])
    end = match.end("power") if power else match.end("number")
    text = re.sub(r"\s", "", written) + power
    return Number(
        text,
        float(plain + power),
        digits - int(power[1:] or 0) if power else digits,
        match["percent"] is not None,
        match.start("number"),
        end,
    )


def filled(number: Number) -> int:
    """How many zeros a number ends with after its decimal mark."""
    if "e" in number.text.casefold():
        return 0
    return max(0, min(len(number.text) - len(number.text.rstrip("0")), number.digits))


def without_zeros(number: Number, zeros: int) -> Number:
    """A number without so many zeros at its end, which stay where they are in the file."""
    return replace(
        number, text=number.text[: len(number.text) - zeros], digits=number.digits - zeros, end=number.end - zeros
    )


def shortened(value: float, digits: int, cut: Cut = "rounded") -> float:
    """A value as printed with so many digits after the decimal mark; ties go up, away from zero."""
    if not math.isfinite(value):
        return value
    step = Decimal(1).scaleb(-digits)
    exact = Decimal(repr(value))
    return float(exact.quantize(step, ROUND_HALF_UP if cut == "rounded" else ROUND_DOWN))


def agrees(value: float, printed: float, digits: int, cut: Cut = "rounded") -> bool:
    """Whether a value, rounded or truncated to so many digits, is the printed one.

    Ties may go either way (Python rounds half to even, spreadsheets up), and ``SLACK`` to either side is allowed.
    """
    if not math.isfinite(value):
        return False
    half = 0.5 * 10.0**-digits
    slack = SLACK * max(1.0, abs(printed))
    if cut == "rounded":
        return abs(value - printed) <= half + slack
    toward = value - printed if printed > 0 else printed - value if printed < 0 else abs(value)
    return -slack <= toward < 2 * half + slack and not (printed == 0 and abs(value) >= 2 * half + slack)


def rougher(value: float, printed: float, digits: int, cut: Cut) -> int | None:
    """At how many digits, fewer than ``digits``, a value gives exactly the printed number; ``None`` at none."""
    for fewer in range(digits - 1, FEWEST - 1, -1):
        if math.isclose(shortened(printed, fewer), printed, abs_tol=1e-12) and agrees(value, printed, fewer, cut):
            return fewer
    return None


def alike(value: float, like: Number, digits: int, cut: Cut = "rounded") -> str:
    """A value printed like another number: with or without the leading zero, the plus sign, the sort of minus and mark."""
    mode = ROUND_HALF_EVEN if cut == "rounded" else ROUND_DOWN
    text = f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), mode):f}"
    sign, plain = ("-", text[1:]) if text.startswith("-") else ("", text)
    if not float(plain):
        sign = ""
    bare = like.text.lstrip("+-−–")
    if plain.startswith("0.") and bare[:1] in ".,":
        plain = plain[1:]
    minus = next((mark for mark in "−–" if like.text.startswith(mark)), "-")
    plus = "+" if like.text.startswith("+") and not sign else ""
    return (minus if sign else plus) + (plain.replace(".", ",") if "," in bare else plain)
