"""Small parts of sentences: enumerations, counts, what holds for some data sets only, names without paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from benchmark.report.naming import join
from benchmark.report.text import one_line

_PATH = re.compile(
    r"(?:(?<=[\s=(,;\"'])|^)(?:[A-Za-z]:[\\/]|~?/|\.{1,2}/|\\\\)[^\s,;\"')]*|[^\s,;\"'(=]*[\\/][^\s,;\"')]*\.\w{1,5}\b"
)


def listed(items: Iterable[str]) -> str:
    """Different items as an enumeration: ``a, b and c``."""
    return join(list(dict.fromkeys(item for item in items if item)))


def private(text: str) -> str:
    """A text on one line, in which files are named without their folders."""
    return _PATH.sub(lambda found: re.split(r"[\\/]", found[0].rstrip("\\/"))[-1] or "a folder", one_line(text))


NUMERALS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def opening(count: int) -> str:
    """A number at the beginning of a sentence: in letters up to twelve."""
    return NUMERALS[count] if count < len(NUMERALS) else f"{count:,}"


def was(count: int) -> str:
    """``was`` for one, else ``were``."""
    return "was" if count == 1 else "were"


def where_it_holds(sentences: Mapping[str, str]) -> list[str]:
    """Sentences by data set, those that several have once; those that not all have say for which they hold.

    Args:
        sentences: by the data set's name; empty where there is nothing to say. Each begins with a word that may be written
            in small letters.
    """
    holds: dict[str, list[str]] = {}
    for name, sentence in sentences.items():
        if sentence:
            holds.setdefault(sentence, []).append(name)
    return [
        sentence if len(names) == len(sentences) else f"For {listed(names)}, {sentence[:1].lower()}{sentence[1:]}"
        for sentence, names in holds.items()
    ]
