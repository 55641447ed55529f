"""Finds the one number in what a program printed; anything else than exactly one is refused, with what there is."""

from __future__ import annotations

import re

from benchmark import UserError

MOST_SHOWN = 4
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
"""Colours and cursor movements of terminals (ECMA-48)."""
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?|nan|inf(?:inity)?)", re.ASCII | re.IGNORECASE)
_WITH_COMMA = re.compile(r"[+-]?\d[\d.]*(?:,\d+)+(?:[\d.]*)(?:[eEdD][+-]?\d+)?", re.ASCII)
_WORDS = re.compile(r"[^\s()\[\]{}<>:;=|\"']+")
"""What a number may be, where no expression says: a word by itself, between blanks, brackets, quotes, ``:`` or ``=``."""


def expression(text: str) -> re.Pattern[str]:
    """A user's regular expression for the number; ``^`` and ``$`` stand for a line's ends.

    Raises:
        UserError: it is none, or has several groups of which none is called ``number``.
    """
    try:
        found = re.compile(text, re.MULTILINE)
    except re.error as error:
        raise UserError(f"number: not a regular expression ({error}): {text}") from None
    if found.groups > 1 and "number" not in found.groupindex:
        raise UserError(f"number: has {found.groups} groups; keep one, or call the number's (?P<number>…): {text}")
    return found


def find(printed: bytes, pattern: re.Pattern[str] | None) -> float:
    """The number in what a program printed.

    Args:
        printed: its output; bytes that are no UTF-8 are no numbers.
        pattern: matches the number once: its group, or all that it matches. ``None``: the output holds one number only,
            whatever words stand around it.

    Returns:
        The number, which may be infinite or NaN.

    Raises:
        UserError: there is none, more than one, or one with a decimal comma.
    """
    text = _plain(printed)
    if not text.strip():
        raise UserError("it printed nothing")
    if pattern is not None:
        return _matched(text, pattern)
    numbers = [word for word in map(_bare, _WORDS.findall(text)) if _is_number(word)]
    if len(numbers) == 1:
        return _value(numbers[0])
    if numbers:
        raise UserError(
            f"it printed {len(numbers)} numbers ({_shown(numbers)}), not one: give `number`, a regular expression for it"
        )
    raise UserError(f"it printed no number: {_cut(text)}")


def _plain(printed: bytes) -> str:
    """The output as lines of text: no escape sequences, no blanks at their ends, one kind of line end and of minus."""
    text = _ESCAPES.sub("", printed.decode("utf-8-sig", errors="replace"))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2212", "-").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _matched(text: str, pattern: re.Pattern[str]) -> float:
    group: int | str = "number" if "number" in pattern.groupindex else min(pattern.groups, 1)
    found = [match[group] for match in pattern.finditer(text) if match[group]]
    if len(found) != 1:
        what = f"fits {len(found)} times ({_shown(found)}), not once" if found else f"does not fit: {_cut(text)}"
        raise UserError(f"`number` {what}")
    word = _bare(found[0].strip())
    if not _is_number(word):
        raise UserError(f"`number` gives {_cut(found[0])!r}, which is no number")
    return _value(word)


def _bare(word: str) -> str:
    """A word without what may stand at a number's end: a percent sign, and marks of a sentence."""
    return word.rstrip(".,:!").removesuffix("%") if word.rstrip(".,:!") else word


def _is_number(word: str) -> bool:
    return bool(_NUMBER.fullmatch(word) or _WITH_COMMA.fullmatch(word))


def _value(word: str) -> float:
    if "," in word:
        raise UserError(f"it printed {word!r}, with a comma: numbers are read with a decimal point and nothing else")
    return float(word.lower().replace("d", "e"))


def _shown(words: list[str]) -> str:
    more = ", …" if len(words) > MOST_SHOWN else ""
    return ", ".join(_cut(word) for word in words[:MOST_SHOWN]) + more


def _cut(text: str, most: int = 80) -> str:
    """Text as one line that a table of failures can hold."""
    line = " ".join(text.split())
    printable = "".join(character if character.isprintable() else "?" for character in line)
    return printable if len(printable) <= most else f"{printable[: most - 1]}…"
