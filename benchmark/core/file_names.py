"""Names that users supplied, turned into names of files: safe on every platform and unique."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def file_stems(names: Iterable[str]) -> dict[str, str]:
    """A file name's stem for each name: letters, digits, ``-``, ``_`` and inner dots; unique even without case."""
    stems: dict[str, str] = {}
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:60].rstrip("-._") or "method"
        if _RESERVED.match(stem.split(".")[0]):
            stem = f"method-{stem}"
        stems[name] = stem
    return dict(zip(stems, apart(stems.values()), strict=True))


def apart(stems: Iterable[str]) -> list[str]:
    """The stems in their order; a repeated one, whatever its case, gets a number: ``psnr``, ``PSNR-2``."""
    taken: set[str] = set()
    unique = []
    for stem in stems:
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name.casefold())
        unique.append(name)
    return unique
