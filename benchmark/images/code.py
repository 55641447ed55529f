"""A hash of all code of this room: when any of it changes, stored scores are computed again. Standard library only."""

from __future__ import annotations

import hashlib
from pathlib import Path

DECODERS = ("pillow", "opencv-python-headless", "numpy")
"""Distributions that decide a file's pixel values; their versions are part of the key of scores as well."""


def files() -> list[Path]:
    """Every Python file of the room, so that a new one is part of the key without being listed."""
    return sorted(Path(__file__).parent.rglob("*.py"))


def sha256() -> str:
    """One hash of the code that turns files into the methods' input."""
    digest = hashlib.sha256()
    for path in files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
