"""Files that are either whole or not there: written beside their place, flushed, then renamed. Standard library only."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from benchmark.core import owner

ABANDONED_AFTER_S = 600.0
_UNFINISHED = re.compile(r"\..+\.(\d+)\.(?:([0-9a-f]{8})-)?[0-9a-f]{8}\.partial", re.DOTALL)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically, making its folder.

    Raises:
        OSError: the disk is full, or the place can't be written to; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{_here()}-{secrets.token_hex(4)}.partial")
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
    r"""Write text atomically as UTF-8 with ``\n`` line ends, whatever the platform and locale."""
    write_bytes(path, text.encode("utf-8"))


def clear_abandoned(folder: Path) -> None:
    """Delete unfinished files in a folder whose writer was killed: a dead process of this machine, or long untouched."""
    with suppress(OSError):
        matches = [(place, _UNFINISHED.fullmatch(place.name)) for place in os.scandir(folder)]
        unfinished = [(place, match) for place, match in matches if match is not None]
        if not unfinished:
            return
        now = _clock_of(folder)
        for place, match in unfinished:
            with suppress(OSError):
                dead = match[2] == _here() and not owner.is_alive(int(match[1]))
                if place.is_file(follow_symlinks=False) and (
                    dead or now - place.stat(follow_symlinks=False).st_mtime > ABANDONED_AFTER_S
                ):
                    os.unlink(place.path)


def _clock_of(folder: Path) -> float:
    """The time by the clock of the folder's file system, which may not be that of this machine."""
    probe = folder / f".clock.{os.getpid()}.{_here()}-{secrets.token_hex(4)}.partial"
    try:
        probe.touch()
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


@functools.cache
def _here() -> str:
    """This machine or container, in eight digits."""
    return hashlib.sha256(owner.here().encode()).hexdigest()[:8]
