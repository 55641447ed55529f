"""Looks at every image file of a data set once: readable or not, size, content, pixels. Uses the image reader alone.

``check_table.audit`` turns the results into findings.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmark.core.errors import UserError
from benchmark.data.sketch import Sketch, sketch_of
from benchmark.images.orientation import upright
from benchmark.images.read import ImageError, decode, parse_header, pixel_sha256, read_bytes
from benchmark.images.sizes import SizePolicy

THREADS = 4
DEEP, WHITE = 16, 65535


@dataclass(frozen=True, slots=True)
class Look:
    """The result of looking at one image file.

    Attributes:
        path: the file.
        problem: why it can't be used, with its name; empty if it can.
        sha256: of its content; empty if it can't be read.
        pixels: SHA-256 of its picture as stored; empty if it was not decoded.
        width: px, as methods get it before its size is changed; 0 where unknown.
        height: likewise.
        orientation: EXIF's, 1 (upright) to 8.
        highest: largest value of a decoded 16-bit file; -1 for all others.
        notes: surprises for a reader (alpha dropped, orientation not applied).
        sketch: its likeness, the right way up, to find the same photograph saved otherwise; ``None`` if not asked for.
    """

    path: str
    problem: str = ""
    sha256: str = ""
    pixels: str = ""
    width: int = 0
    height: int = 0
    orientation: int = 1
    highest: int = -1
    notes: tuple[str, ...] = ()
    sketch: Sketch | None = field(default=None, compare=False)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return (self.width, self.height)


def look(path: str, *, sizes: SizePolicy | None = None, whole: bool = True, sketched: bool = False) -> Look:
    """Look at one file; its content never makes this raise.

    Args:
        path: the file; links are followed.
        sizes: how it is read; an image larger than this allows is a problem.
        whole: decode it, which is the only way to detect a truncated file; otherwise only its header is read.
        sketched: also sketch it, if it is decoded.
    """
    sizes = sizes or SizePolicy()
    try:
        data = read_bytes(Path(path))
    except ImageError as error:
        return Look(path, str(error))
    digest = hashlib.sha256(data).hexdigest()
    pixels, highest, drawn = "", -1, None
    try:
        header = parse_header(data, name=path, orientation=sizes.orientation)
        if whole or header.width * header.height > sizes.max_pixels:
            stored = decode(data, name=path, max_pixels=sizes.max_pixels)
            pixels = pixel_sha256(stored)
            drawn = sketch_of(upright(stored, header.orientation)) if sketched else None
            if header.bits == DEEP:
                highest = round(float(stored.max()) * WHITE)
                decode(data, name=path, **sizes.decoding())  # refuses values that `bit_depth` does not allow
    except UserError as error:
        return Look(path, str(error), digest)
    width, height = header.size(sizes.orientation)
    return Look(path, "", digest, pixels, width, height, header.orientation, highest, header.notes, drawn)


def survey(
    paths: Iterable[str],
    *,
    sizes: SizePolicy | None = None,
    whole: bool = True,
    sketched: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Look]:
    """Look at files, each once even if it is repeated.

    Args:
        paths: the files.
        sizes: how files are read.
        whole: decode every file.
        sketched: those of the files that are sketched too.
        progress: called with the number of files seen and of all files.

    Returns:
        The results by path, in the order of first mention.
    """
    unique = list(dict.fromkeys(paths))
    looks: dict[str, Look] = {}
    with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        drawn = set(sketched)
        examine = partial(look, sizes=sizes, whole=whole)
        for seen in pool.map(lambda path: examine(path, sketched=path in drawn), unique):
            looks[seen.path] = seen
            if progress is not None:
                progress(len(looks), len(unique))
    return looks
