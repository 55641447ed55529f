"""Chooses, makes and reads small images of pairs for the page. Pillow, NumPy.

They are made once and kept in the run's folder (``thumbnails/``), so that ``report`` does not need the images.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.core import atomic, memory_file, regular
from benchmark.core.errors import UserError
from benchmark.report.content import ReportData, Thumbnails
from benchmark.report.disagreement import most_disputed
from benchmark.statistics.weighted import in_threads, processors

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from benchmark.images.sizes import SizePolicy

SIZE, QUALITY, MOST_PAIRS = 160, 72, 400
MOST_THREADS = 4  # each holds an image in single precision
MOST_BYTES = 100_000
JPEG = b"\xff\xd8\xff"
FOLDER = "thumbnails"


def wanted_pairs(data: ReportData, most: int = MOST_PAIRS) -> list[str]:
    """The pairs that get a thumbnail: those on which methods and labels disagree most, then others at even distances."""
    disputed = [entry.pair for entry in most_disputed(data)]
    every = [str(pair) for pair in data.scores["pair"]]
    left = max(0, most - len(set(disputed)))
    step = max(1, -(-len(every) // max(left, 1)))
    spread = every[::step][:left] if left else []
    return list(dict.fromkeys([*disputed, *spread]))[:most]


def make(image: NDArray[np.float32], size: int = SIZE) -> bytes:
    """A JPEG no larger than ``size`` on its longer side; the same image and Pillow version give the same bytes.

    Args:
        image: RGB in [0, 1], (3, H, W).
        size: length of the longer side in pixels.
    """
    from PIL import Image  # noqa: PLC0415 - only where pictures are made

    picture = Image.fromarray(np.round(np.clip(image.transpose(1, 2, 0), 0, 1) * 255).astype(np.uint8))
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=QUALITY)
    return file.getvalue()


def write(
    directory: Path,
    pairs: pd.DataFrame,
    wanted: Sequence[str],
    hashes: Mapping[str, str],
    sizes: SizePolicy | None = None,
) -> None:
    """Make the thumbnails that are missing or show another image; an image that can't be read gets none.

    Args:
        directory: the run's folder.
        pairs: ``pair``, ``reference_path`` and ``enhanced_path`` of each pair.
        wanted: names of the pairs that get one.
        hashes: SHA-256 of image files by path; shows whether a thumbnail is still of the same image.
        sizes: how images were read for scoring; thumbnails show what was scored, before any change of size.
    """
    from benchmark.images.sizes import SizePolicy  # noqa: PLC0415 - decoders only where pictures are made

    sizes = sizes or SizePolicy()
    read_as = json.dumps({key: value for key, value in sizes.key().items() if key in ("orientation", "bit_depth")})
    index = directory / FOLDER / "index.json"
    known = memory_file.read(index)
    rows = pairs[pairs["pair"].isin(list(wanted))]
    now: dict[str, str] = {}
    missing: dict[str, list[Path]] = {}  # by image, since a reference has many pairs
    for pair, reference, enhanced in zip(rows["pair"], rows["reference_path"], rows["enhanced_path"], strict=True):
        for kind, source in (("reference", str(reference)), ("enhanced", str(enhanced))):
            place = _place(directory, kind, str(pair))
            digest = hashes.get(source, "")
            now[place.name] = digest = digest and digest + (read_as if read_as != "{}" else "")
            if not (digest and known.get(place.name) == digest and place.is_file()):
                missing.setdefault(source, []).append(place)
    in_threads(
        lambda source: _make_all(source, hashes.get(source, ""), missing[source], sizes),
        list(missing),
        min(MOST_THREADS, processors()),
    )
    now = {name: digest for name, digest in now.items() if (directory / FOLDER / name).is_file()}
    if now != known:
        memory_file.write(index, now)


def _make_all(source: str, digest: str, places: Sequence[Path], sizes: SizePolicy) -> None:
    """Make an image's thumbnails, unless it can't be read or is no longer the one that was scored."""
    from benchmark.images.read import ImageError, read_image  # noqa: PLC0415 - decoders only where pictures are made

    seen = hashlib.sha256()
    try:
        picture = make(read_image(Path(source), **sizes.decoding(), seen=seen.update))
        if seen.hexdigest() != digest:
            raise ImageError(f"{source}: changed since it was scored")
        for place in places:
            atomic.write_bytes(place, picture)
    except (UserError, OSError):
        for place in places:
            place.unlink(missing_ok=True)


def file_names(pairs: Iterable[str]) -> list[str]:
    """The files of these pairs' thumbnails, relative to a run's folder, and the file that lists what they show."""
    kinds = ("enhanced", "reference")
    return [f"{FOLDER}/index.json", *(f"{FOLDER}/{_name(kind, pair)}" for pair in pairs for kind in kinds)]


def read(directory: Path, scores: pd.DataFrame) -> Thumbnails:
    """The thumbnails in a run's folder: regular JPEG files that are no larger than images of this size can be."""
    files: dict[str, dict[str, bytes]] = {"enhanced": {}, "reference": {}}
    folder = directory / FOLDER
    if folder.is_dir() and not folder.is_symlink():
        for kind, images in files.items():
            for pair in scores["pair"]:
                with suppress(UserError, OSError):
                    content = regular.read_bytes(_place(directory, kind, str(pair)), MOST_BYTES)
                    if content.startswith(JPEG):
                        images[str(pair)] = content
    return Thumbnails(files["enhanced"], files["reference"])


def _place(directory: Path, kind: str, pair: str) -> Path:
    return directory / FOLDER / _name(kind, pair)


def _name(kind: str, pair: str) -> str:
    return f"{hashlib.sha256(pair.encode()).hexdigest()[:24]}_{kind}.jpg"


def within(thumbnails: Thumbnails, order: Sequence[str], budget: int) -> Mapping[str, tuple[bytes, bytes]]:
    """Both images of as many pairs, in the given order, as fit the budget (bytes); equal images count once."""
    kept: dict[str, tuple[bytes, bytes]] = {}
    seen: set[bytes] = set()
    used = 0
    for pair in order:
        if pair not in thumbnails.enhanced or pair not in thumbnails.reference:
            continue
        both = (thumbnails.reference[pair], thumbnails.enhanced[pair])
        used += sum(len(image) for image in dict.fromkeys(both) if image not in seen)
        if used > budget:
            break
        seen.update(both)
        kept[pair] = both
    return kept
