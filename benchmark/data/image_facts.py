"""Facts about image files, by content: EXIF orientation, pixels, sketches, remembered in a JSON file. No torch, no pandas.

They serve notes on orientation, and recognise references that a checkpoint was trained on, however they are saved, and
photographs that stand in two data sets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.core import memory_file, provenance
from benchmark.core.errors import UserError
from benchmark.data import sketch
from benchmark.data.sketch import Sketch
from benchmark.images import code as image_code
from benchmark.images.orientation import UPRIGHT, upright
from benchmark.images.read import MAX_PIXELS, decode, parse_header, pixel_sha256, read_bytes, read_image
from benchmark.statistics.weighted import processors

SKETCH = f"sketch {sketch.VERSION}"
MOST_THREADS = 4
"""Threads that decode at a time: each holds an image in single precision."""


class ImageFacts:
    """Reads images once and remembers the facts by the file's SHA-256, as long as the decoders are the same.

    Args:
        memory: the JSON file; need not exist. A damaged one is replaced.
    """

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._reader = _reader()
        self._known = _read(memory, self._reader)
        self._changed = False

    def orientations(self, hashes: Mapping[str, str]) -> dict[str, int]:
        """EXIF orientation of files; 1 for those that can't be read.

        Args:
            hashes: SHA-256 of the files by path.
        """
        orientations = self._all("orientation", hashes, _orientation)
        return {path: int(orientations.get(path, UPRIGHT)) for path in hashes}

    def pixels(self, hashes: Mapping[str, str], *, max_pixels: int = MAX_PIXELS) -> dict[str, str]:
        """``images.pixel_sha256`` of files as stored; those that can't be read are left out.

        Args:
            hashes: SHA-256 of the files by path.
            max_pixels: larger images are not read.
        """
        digests = self._all("pixels", hashes, partial(_pixels, max_pixels=max_pixels))
        return {path: str(value) for path, value in digests.items()}

    def sketches(self, hashes: Mapping[str, str], *, max_pixels: int = MAX_PIXELS) -> dict[str, tuple[str, Sketch]]:
        """The pixels of files, as ``pixels`` gives them, and their sketches; those that can't be read are left out.

        They take some 3 kB of the memory file an image, so that they are better kept in a file of their own.

        Args:
            hashes: SHA-256 of the files by path.
            max_pixels: larger images are not read.
        """
        known = self._all(SKETCH, hashes, partial(_sketch, max_pixels=max_pixels))
        return {path: (pixels, Sketch.of_text(text)) for path, (pixels, text) in known.items()}

    def save(self) -> None:
        """Write the facts, atomically."""
        if self._changed:
            kept = {fact: values for fact, values in self._known.items() if values or fact != SKETCH}
            memory_file.write(self._memory, {"reader": self._reader, **kept})
            self._changed = False

    def _all(self, fact: str, hashes: Mapping[str, str], look: Callable[[str, str], Any]) -> dict[str, Any]:
        known = self._known[fact]
        missing = {digest: path for path, digest in hashes.items() if digest not in known}
        with ThreadPoolExecutor(min(MOST_THREADS, processors())) as pool:
            seen: Iterable[Any] = pool.map(look, missing.values(), missing)
            learnt = {digest: value for digest, value in zip(missing, seen, strict=True) if value is not None}
        known.update(learnt)
        self._changed = self._changed or bool(learnt)
        return {path: known[digest] for path, digest in hashes.items() if digest in known}


def _orientation(path: str, digest: str) -> int | None:
    """EXIF orientation of a file, unless its SHA-256 has changed."""
    try:
        data = read_bytes(Path(path))
        return parse_header(data, name=path).orientation if hashlib.sha256(data).hexdigest() == digest else None
    except UserError:
        return None


def _pixels(path: str, digest: str, max_pixels: int) -> str | None:
    """SHA-256 of a file's pixels, unless the file's own SHA-256 has changed."""
    seen = hashlib.sha256()
    try:
        pixels = pixel_sha256(read_image(Path(path), max_pixels=max_pixels, seen=seen.update))
    except UserError:
        return None
    return pixels if seen.hexdigest() == digest else None


def _sketch(path: str, digest: str, max_pixels: int) -> tuple[str, str] | None:
    """SHA-256 of a file's pixels and its sketch as text, unless the file's own SHA-256 has changed."""
    try:
        data = read_bytes(Path(path), max_pixels=max_pixels)
        image = decode(data, name=path, max_pixels=max_pixels)
        drawn = sketch.sketch_of(upright(image, parse_header(data, name=path).orientation))
    except UserError:
        return None
    return (pixel_sha256(image), drawn.text()) if hashlib.sha256(data).hexdigest() == digest else None


def _reader() -> str:
    """Identifies what decides the facts: the image code and the decoders."""
    versions = provenance.versions(image_code.DECODERS)
    return hashlib.sha256(json.dumps([image_code.sha256(), versions]).encode()).hexdigest()


def _read(memory: Path, reader: str) -> dict[str, dict[str, Any]]:
    nothing: dict[str, dict[str, Any]] = {"orientation": {}, "pixels": {}, SKETCH: {}}
    known = memory_file.read(memory)
    if known.get("reader") != reader:
        return nothing
    return {fact: known[fact] if isinstance(known.get(fact), dict) else {} for fact in nothing}
