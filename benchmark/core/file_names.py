"""Names that users supplied as names of files: safe on every platform, and different from one another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def file_stems(names: Iterable[str]) -> dict[str, str]:
    """A file name's stem for each name: letters, digits, ``-``, ``_`` and inner dots; unique whatever the case."""
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:60].rstrip("-._") or "method"
        if _RESERVED.match(stem.split(".")[0]):
            stem = f"method-{stem}"
        unique, number = stem, 2
        while unique.casefold() in taken:
            unique, number = f"{stem}-{number}", number + 1
        taken.add(unique.casefold())
        stems[name] = unique
    return stems
