"""Decides which columns of a printed table a terminal has room for, and says which were left out. No library.

Numbers are never cut: a column stands there whole, or it is named in a line below the table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

GAP = 2
"""Blanks between two columns."""
RULED_GAP = 3
"""The same where a rule stands below the heading: Rich draws a separator there."""


def cells(line: str) -> int:
    """Columns of a terminal that a line takes: two for each Chinese, Japanese or Korean sign, none for an accent."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in line)
    return len(line) + wide - sum(bool(unicodedata.combining(sign)) for sign in line)


def widest(texts: Iterable[str]) -> int:
    """Columns of a terminal that the widest of these lines takes."""
    return max((cells(line) for text in texts for line in text.split("\n")), default=0)


def fitting(
    widths: Mapping[str, int], wanted: Sequence[str], needed: Collection[str], width: int, gap: int
) -> set[str]:
    """The columns that a table has room for.

    Args:
        widths: columns of the terminal that each column of the table takes, by its name.
        wanted: the names, from what matters most to what matters least.
        needed: those that stay whatever the width.
        width: columns of the terminal.
        gap: blanks between two columns.

    Returns:
        The needed ones and, from what matters most, each that fits beside those already chosen.
    """
    kept = set(needed)
    used = sum(widths[name] + gap for name in kept) - gap
    for name in wanted:
        if name not in kept and used + gap + widths[name] <= width:
            kept.add(name)
            used += gap + widths[name]
    return kept


def left_out(names: Sequence[str], width: int, needed: int, elsewhere: str) -> str:
    """A line on columns that were left out; empty where none was.

    Args:
        names: what the columns are called.
        width: columns of the terminal.
        needed: columns of a terminal that shows all.
        elsewhere: where the reader finds all (``report.html and summary.csv``).
    """
    if not names:
        return ""
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"Not shown in {width} columns: {listed} (all in {elsewhere}; here from {needed} columns on)."
