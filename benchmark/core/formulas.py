"""Protects cells that a spreadsheet would read as formulas by an apostrophe, and restores them when read back.

Nothing is lost either way: a cell that begins with apostrophes before such a sign gets one more. Standard library only.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*\s*[=+\-@]|'*[\t\r\n]")


def protect(cell: str) -> str:
    """A cell of text as it is written: an apostrophe precedes ``= + - @``, even after blanks."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """Undo ``protect``."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
