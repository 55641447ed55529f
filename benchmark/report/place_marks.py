"""Words for how a table marks its best values: by type, by what siunitx can set, or by backgrounds. Imports settings."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.config.printing import TableConfig

ORDER = ("best", "second", "third")
BY_TYPE = ("bold", "underlined", "italic")
FOR_SIUNITX = ("bold", "italic", "slanted")
"""siunitx parses what stands in a cell, so that nothing can be underlined there."""


def sentence(highlight: int) -> str:
    """How the best values of a column are marked by type, as all formats but LaTeX do; empty for no marks."""
    return _sentence(BY_TYPE, highlight)


def latex_sentence(spec: TableConfig) -> str:
    """How a LaTeX table with these settings marks them."""
    if spec.highlight_with == "colour":
        return "best values of a column have a background, the darkest is the best" if spec.highlight else ""
    return _sentence(_looks(spec), spec.highlight)


def latex_legend(spec: TableConfig, places: Sequence[int]) -> str:
    """The same in few words, of the places (1, 2, 3) that a table has."""
    words = [ORDER[place - 1] for place in places]
    if spec.highlight_with == "colour":
        return f"Background, from dark to light: {', '.join(words)} of a column."
    said = ", ".join(f"{_looks(spec)[place - 1]}: {word}" for place, word in zip(places, words, strict=True))
    return f"{said[:1].upper()}{said[1:]}."


def _looks(spec: TableConfig) -> tuple[str, ...]:
    return FOR_SIUNITX if spec.siunitx else BY_TYPE


def _sentence(looks: Sequence[str], highlight: int) -> str:
    parts = [f"best value of a column in {looks[0]}", f"second {looks[1]}", f"third {looks[2]}"]
    return ", ".join(parts[:highlight])
