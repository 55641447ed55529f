"""Files that are either whole or not there: written beside their place, flushed, then renamed. Standard library only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically, making its folder.

    Raises:
        OSError: the disk is full, or the place can't be written to; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.partial")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write text atomically as UTF-8 with ``\\n`` line ends, whatever the platform and locale."""
    write_bytes(path, text.encode("utf-8"))
