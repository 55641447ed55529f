"""Assigns footnote marks to texts beside rows and cells; equal texts share a mark. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_lowercase

INDISTINCT = "†"
SELECTED = "‡"


@dataclass(slots=True)
class Footnotes:
    """Gives each text a mark, in the order in which texts are first asked for: a, b … z, aa, ab … ."""

    texts: dict[str, str] = field(default_factory=dict)

    def mark(self, text: str) -> str:
        """The text's mark; a checkpoint selected on the scored split has ‡ in every table."""
        if text not in self.texts:
            letters = sum(mark not in {INDISTINCT, SELECTED} for mark in self.texts.values())
            free = SELECTED not in self.texts.values()
            self.texts[text] = SELECTED if free and _speaks_of_selection(text) else _letters(letters)
        return self.texts[text]

    def fixed(self, mark: str, text: str) -> str:
        """Give a text the given mark."""
        self.texts[text] = mark
        return mark

    def listed(self) -> list[tuple[str, str]]:
        """Marks with their texts: symbols first, then letters."""
        order = {INDISTINCT: 0, SELECTED: 1}
        return sorted(
            ((mark, text) for text, mark in self.texts.items()),
            key=lambda item: (order.get(item[0], 2), len(item[0]), item),
        )


def _speaks_of_selection(text: str) -> bool:
    folded = text.casefold()
    return "selected" in folded and "split" in folded


def _letters(index: int) -> str:
    """``a`` for 0, ``z`` for 25, ``aa`` for 26."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = ascii_lowercase[rest] + text
    return text
