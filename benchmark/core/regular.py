"""Reads files from strangers only if they are plain files of bounded size, never through a link.

A folder of results that somebody sent may hold links to the reader's own files, pipes that never end, or a file of any size.
Standard library only.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from benchmark.core.errors import UserError

MOST_TEXT = 64 * 2**20
MOST_TABLE = 2 * 2**30
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_bytes(path: Path, most: int = MOST_TEXT) -> bytes:
    """The content of a plain file of at most ``most`` bytes.

    Raises:
        FileNotFoundError: there is none.
        UserError: it is a link, a folder, a pipe or a device, or it is larger.
        OSError: it can't be read.
    """
    try:
        place = os.open(path, _FLAGS)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK) and path.is_symlink():
            raise UserError(f"{path}: is a link; only plain files are read there") from None
        raise
    with open(place, "rb") as file:
        _check(path, os.fstat(place), most)
        content = file.read(most + 1)
    if len(content) > most:
        raise UserError(f"{path}: is larger than the {most:,} bytes that are read")
    return content


def check(path: Path, most: int = MOST_TABLE) -> None:
    """Make the same checks without reading the file, which another reader then reads at once.

    Raises:
        FileNotFoundError: there is none.
        UserError: it is a link, a folder, a pipe or a device, or it is larger.
        OSError: its folder can't be read.
    """
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        raise UserError(f"{path}: is a link; only plain files are read there")
    _check(path, status, most)


def _check(path: Path, status: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UserError(f"{path}: is no plain file")
    if status.st_size > most:
        raise UserError(f"{path}: is larger than the {most:,} bytes that are read")
