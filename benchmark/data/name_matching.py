"""Finds an enhanced image's reference and algorithm from the names of both files. Standard library only.

For data sets (``datasets/``) whose lists name the enhanced image alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from benchmark.core.errors import UserError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
SEPARATORS = " _-./"


class Match(NamedTuple):
    """The reference and the condition in an enhanced image's name.

    Attributes:
        reference: name of the reference's file, as given.
        condition: the rest of the enhanced name, which is the algorithm; empty if nothing remains.
    """

    reference: str
    condition: str


class UnmatchedNameError(UserError):
    """An enhanced image's name fits no reference, or several equally well; the message names it and what to do."""


def is_image(name: str) -> bool:
    """Whether a file name has the extension of a supported image format and is not hidden."""
    return name.lower().endswith(IMAGE_SUFFIXES) and not name.startswith(".")


def stem(name: str) -> str:
    """A name without the extension of its image format; folders and other dots stay."""
    head, _, suffix = name.rpartition(".")
    return head if head and f".{suffix.lower()}" in IMAGE_SUFFIXES else name


def compile_pattern(pattern: str | None, *, option: str, group: str) -> re.Pattern[str] | None:
    """A regular expression from the configuration, which must have the named group.

    Raises:
        UserError: it is not one, or lacks the group.
    """
    if pattern is None:
        return None
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UserError(f"{option}: {pattern!r} is no regular expression: {error}") from None
    if group not in compiled.groupindex:
        raise UserError(f"{option}: {pattern!r} has no group `{group}`; mark the part that is meant: (?P<{group}>…)")
    return compiled


class ReferenceNames:
    """The references of a split, to be looked up in the names of enhanced images.

    A reference fits if the enhanced stem contains its stem as a whole, not amid letters or digits. The longest one wins;
    case is ignored unless it decides between two. The cost of a look-up doesn't depend on the number of references.

    Args:
        names: file names of the references.
        reference_pattern: searched in the enhanced stem instead; its group ``ref`` is a reference's stem or name.
        condition_pattern: searched in the enhanced stem; its group ``condition`` is the condition.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        reference_pattern: re.Pattern[str] | None = None,
        condition_pattern: re.Pattern[str] | None = None,
    ) -> None:
        self._by_stem: dict[str, list[str]] = {}
        for name in sorted(set(names)):
            self._by_stem.setdefault(fold(stem(name)), []).append(name)
        self._lengths = sorted({len(key) for key in self._by_stem if key}, reverse=True)
        self._reference_pattern = reference_pattern
        self._condition_pattern = condition_pattern

    def match(self, enhanced: str) -> Match:
        """The reference and the condition of an enhanced image.

        Args:
            enhanced: its name, perhaps with folders, which belong to the stem (``clahe/00012.png``).

        Raises:
            UnmatchedNameError: no reference fits, or two fit equally well, or a pattern does not match.
        """
        text = stem(enhanced)
        if self._reference_pattern is None:
            reference, start, end = self._contained(enhanced, text)
        else:
            reference, start, end = self._by_pattern(enhanced, text, self._reference_pattern)
        if self._condition_pattern is None:
            return Match(reference, remainder(text, start, end))
        match = self._condition_pattern.search(text)
        if match is None or match["condition"] is None:
            raise UnmatchedNameError(f"condition_pattern {self._condition_pattern.pattern!r} finds nothing in {text!r}")
        return Match(reference, match["condition"])

    def _contained(self, enhanced: str, text: str) -> tuple[str, int, int]:
        folded = fold(text)
        edges = boundaries(text)
        for length in self._lengths:
            starts = [at for at in edges if at + length in edges and folded[at : at + length] in self._by_stem]
            if starts:
                parts = {folded[at : at + length]: at for at in reversed(starts)}
                fitting = [(name, at) for part, at in parts.items() for name in self._by_stem[part]]
                name, at = self._one(enhanced, text, fitting)
                return name, at, at + length
        raise UnmatchedNameError(
            f"no reference's name stands in {enhanced!r} as a whole; set reference_pattern, for example '^(?P<ref>.{{5}})'"
        )

    def _by_pattern(self, enhanced: str, text: str, pattern: re.Pattern[str]) -> tuple[str, int, int]:
        match = pattern.search(text)
        if match is None or not match["ref"]:
            raise UnmatchedNameError(f"reference_pattern {pattern.pattern!r} finds nothing in {text!r}")
        start, end = match.span("ref")
        names = self._by_stem.get(fold(stem(match["ref"])), [])
        if not names:
            raise UnmatchedNameError(
                f"reference_pattern finds {match['ref']!r} in {enhanced!r}; no reference has that name"
            )
        return self._one(enhanced, text, [(name, start) for name in names])[0], start, end

    @staticmethod
    def _one(enhanced: str, text: str, fitting: list[tuple[str, int]]) -> tuple[str, int]:
        """The only reference that fits, or the only one that fits in case as well."""
        exact = [(name, at) for name, at in fitting if text.startswith(stem(name), at)]
        if len(fitting) == 1 or len(exact) == 1:
            return fitting[0] if len(fitting) == 1 else exact[0]
        names = " and ".join(repr(name) for name, _ in sorted(fitting)[:3])
        raise UnmatchedNameError(f"{enhanced!r} fits {names} equally well; set reference_pattern")


def fold(text: str) -> str:
    """Lower case, character by character, so that positions in the text don't change."""
    if text.isascii():
        return text.lower()
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def boundaries(text: str) -> dict[int, None]:
    """The positions where a whole name may begin or end, in order: not between two letters, digits or accents."""
    inside = [char.isalnum() or unicodedata.combining(char) > 0 for char in text]
    return {at: None for at in range(len(text) + 1) if at in (0, len(text)) or not (inside[at - 1] and inside[at])}


def remainder(text: str, start: int, end: int) -> str:
    """A text without one part and the separators around that."""
    parts = (text[:start].strip(SEPARATORS), text[end:].strip(SEPARATORS))
    return "_".join(part for part in parts if part)
