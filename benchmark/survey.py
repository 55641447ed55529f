"""Looks at every image file of a data set once: readable or not, size, content. Standard library and the image reader.

For ``audit`` alone, which turns what is seen here into findings.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark.errors import UserError
from benchmark.images import MAX_PIXELS, ImageError, decode, parse_header, read_bytes

THREADS = 4


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one image file showed.

    Attributes:
        path: the file.
        problem: why it can't be used, naming it; empty where it can.
        sha256: of its content; empty where it can't be read.
        width: px; 0 where unknown.
        height: px; 0 where unknown.
        notes: what a reader may not expect (alpha dropped, orientation not applied).
    """

    path: str
    problem: str = ""
    sha256: str = ""
    width: int = 0
    height: int = 0
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return (self.width, self.height)


def look(path: str, *, max_pixels: int = MAX_PIXELS, whole: bool = True) -> Look:
    """Look at one file; never raises on account of its content.

    Args:
        path: the file; links are followed.
        max_pixels: larger images are a problem.
        whole: decode it, which alone finds a file that is cut off; otherwise its header is read.
    """
    try:
        data = read_bytes(Path(path))
    except ImageError as error:
        return Look(path, str(error))
    digest = hashlib.sha256(data).hexdigest()
    try:
        header = parse_header(data, name=path)
        if whole or header.width * header.height > max_pixels:
            decode(data, name=path, max_pixels=max_pixels)
    except UserError as error:
        return Look(path, str(error), digest)
    return Look(path, "", digest, header.width, header.height, header.notes)


def survey(
    paths: Iterable[str],
    *,
    max_pixels: int = MAX_PIXELS,
    whole: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Look]:
    """Look at files, each once however often it is named.

    Args:
        paths: the files.
        max_pixels: larger images are a problem.
        whole: decode every file.
        progress: called with the number of files seen and of all files.

    Returns:
        What was seen, by path, in the order of first mention.
    """
    unique = list(dict.fromkeys(paths))
    found: dict[str, Look] = {}
    with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        for seen in pool.map(partial(look, max_pixels=max_pixels, whole=whole), unique):
            found[seen.path] = seen
            if progress is not None:
                progress(len(found), len(unique))
    return found
