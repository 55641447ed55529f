"""Cells that a spreadsheet would take for a formula, made text by an apostrophe, and made themselves again when read back.

Both directions lose nothing: a cell that begins with apostrophes before such a sign gets one more. Standard library only.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*\s*[=+\-@]|'*[\t\r\n]")


def protect(cell: str) -> str:
    """A cell of text as it is written: an apostrophe is put before ``= + - @``, also after blanks."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """What ``protect`` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
