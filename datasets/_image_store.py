"""Keeps images that come as bytes as files, each content once: methods read files, and a later run finds them again.

A helper of the loader ``huggingface``.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.core import atomic
from benchmark.images.formats import ImageError, decoding
from benchmark.images.read import MAX_PIXELS, decode

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"BM": ".bmp", b"II*\0": ".tif", b"MM\0*": ".tif"}
"""Formats that the engine reads, by how files of them begin: their bytes are kept as they are."""
LOSSLESS = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16")
"""Pillow's modes whose values a PNG file holds exactly."""


class ImageStore:
    """A folder of image files, named by the SHA-256 of the bytes that they came as.

    Args:
        folder: made at the first image.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> tuple[str, Path]:
        """The identity of an image, and its file, after decoding it once and writing it if it is new.

        A format that the engine doesn't read (WebP, GIF) is written as PNG, with the same values.

        Args:
            data: the content of an image file.

        Raises:
            ImageError: it can't be decoded, or no PNG can hold its values; says why, without a name.
            OSError: the folder can't be written to.
        """
        digest = hashlib.sha256(data).hexdigest()
        suffix = next((suffix for magic, suffix in SUFFIXES.items() if data.startswith(magic)), "")
        place = self._folder / digest[:2] / f"{digest}{suffix or '.png'}"
        if not place.is_file():  # files are whole or not there
            stored = data if suffix else _as_png(data)
            decode(stored, name="it")
            atomic.write_bytes(place, stored)
        return digest, place


def _as_png(data: bytes) -> bytes:
    """An image of another format as PNG.

    Raises:
        ImageError: likewise.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - slow to import, not needed to list data sets

    try:
        image = Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        raise ImageError(f"it is no image that can be read (it begins with {data[:4]!r})") from None
    except Exception as error:  # Pillow raises whatever its plug-ins raise on damaged files
        raise ImageError(f"it can't be opened ({error})") from None
    with decoding("it", image.format or "image"):
        _refuse(image)
        out = io.BytesIO()
        image.save(out, "PNG")
    return out.getvalue()


def _refuse(image: Image.Image) -> None:
    if getattr(image, "n_frames", 1) > 1:
        raise ImageError("it holds several pictures; one is needed")
    if image.width * image.height > MAX_PIXELS:
        raise ImageError(f"it has {image.width * image.height:,} pixels, more than {MAX_PIXELS:,}")
    if image.mode not in LOSSLESS:
        raise ImageError(f"its values ({image.format}, {image.mode}) can't be kept in a PNG file unchanged")
