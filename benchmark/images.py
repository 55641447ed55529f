"""File to RGB tensor in [0, 1]: PNG, JPEG, BMP and TIFF, 8 and 16 bit, at the file's own resolution. NumPy, OpenCV, Pillow.

Values are what the file stores, divided by 255 or 65,535. Alpha channels are dropped, EXIF orientation and ICC profiles are
not applied: as Pillow's ``convert("RGB")`` and every metric's own reader do. Neighbours: ``sizes`` (reference and enhanced
of different size), ``fov`` (the round field of view).
"""

from __future__ import annotations

import io
import os
import stat
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UserError

Image = NDArray[np.float32]
MAX_PIXELS = 100_000_000
_TYPE_SIZE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}
_DEEP = 16


class ImageError(UserError):
    """An image file that can't be used; names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What a file says about itself, read without decoding it.

    Attributes:
        format: ``PNG``, ``JPEG``, ``BMP`` or ``TIFF``.
        mode: Pillow's mode (``RGB``, ``L``, ``P``, ``CMYK``, ``RGBA`` …).
        width: px.
        height: px.
        bits: bits a channel.
        notes: what a reader may not expect: alpha dropped, orientation not applied.
    """

    format: str
    mode: str
    width: int
    height: int
    bits: int
    notes: tuple[str, ...] = ()


def read_image(path: Path, *, max_pixels: int = MAX_PIXELS) -> Image:
    """Decode an image file.

    Args:
        path: the file; links are followed.
        max_pixels: refuse larger images before decoding them.

    Returns:
        RGB, float32 in [0, 1], (3, H, W), C-contiguous.

    Raises:
        ImageError: the file is missing, no regular file, no image of a known format, damaged, or too large.
    """
    return decode(read_bytes(path), name=str(path), max_pixels=max_pixels)


def read_bytes(path: Path) -> bytes:
    """A file's content.

    Raises:
        ImageError: it is missing, empty, or no regular file (a pipe would never end).
    """
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise ImageError(f"{path}: is a folder, not an image file")
        if not stat.S_ISREG(mode):
            raise ImageError(f"{path}: is a pipe or device, not an image file")
        data = path.read_bytes()
    except FileNotFoundError:
        raise ImageError(f"{path}: no such file") from None
    except OSError as error:
        raise ImageError(f"{path}: can't be read ({error.strerror or error})") from None
    if not data:
        raise ImageError(f"{path}: the file is empty")
    return data


def image_header(path: Path) -> ImageHeader:
    """What an image file says about itself, without decoding it; raises as ``read_image``."""
    return parse_header(read_bytes(path), name=str(path))


def decode(data: bytes, *, name: str, max_pixels: int = MAX_PIXELS) -> Image:
    """Decode the content of an image file; see ``read_image``.

    Args:
        data: the file's content; its format is told from it, not from the name.
        name: for messages.
        max_pixels: refuse larger images before decoding them.
    """
    header = parse_header(data, name=name)
    pixels = header.width * header.height
    if pixels == 0:
        raise ImageError(f"{name}: the image has no pixels ({header.width}×{header.height})")
    if pixels > max_pixels:
        raise ImageError(
            f"{name}: {header.width}×{header.height} = {pixels:,} pixels are more than max_pixels ({max_pixels:,})"
        )
    if header.bits == _DEEP or (header.format in ("JPEG", "BMP") and header.mode in ("RGB", "L")):
        stored = _decode_opencv(data, name, deep=header.bits == _DEEP)
    else:
        stored = _decode_pillow(data, name)
    planes = np.ascontiguousarray(stored.transpose(2, 0, 1)).astype(np.float32)
    planes /= np.float32(65535 if stored.dtype == np.uint16 else 255)
    return planes


def _decode_opencv(data: bytes, name: str, *, deep: bool) -> NDArray[Any]:
    """(H, W, 3) RGB, uint8 or uint16. Byte-equal to Pillow on 8 bit, faster on JPEG, the only one that keeps 16 bits."""
    import cv2  # noqa: PLC0415 - `list` needs no decoder

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong is said by the error below
    flags = cv2.IMREAD_UNCHANGED if deep else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        stored = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        stored = None
    if stored is None:
        raise ImageError(f"{name}: the file is damaged or cut off")
    if stored.ndim == 2:
        return np.repeat(np.asarray(stored)[:, :, None], 3, axis=2)
    return (
        np.asarray(stored)[:, :, 2::-1] if stored.shape[2] >= 3 else np.repeat(np.asarray(stored)[:, :, :1], 3, axis=2)
    )


def _decode_pillow(data: bytes, name: str) -> NDArray[Any]:
    """(H, W, 3) RGB, uint8: PNG, palettes, alpha, 1 bit, CMYK."""
    from PIL import Image as Pillow  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(io.BytesIO(data)) as image:
                return np.asarray(image.convert("RGB"))
    except Exception as error:  # Pillow raises whatever its plug-ins raise on damaged files
        raise ImageError(f"{name}: the file is damaged or cut off ({_first_line(error)})") from None


def parse_header(data: bytes, *, name: str) -> ImageHeader:
    """What the content of an image file says about itself.

    Raises:
        ImageError: no image of a known format, a damaged header, several frames, or values that are no integers.
    """
    if data[:4] in (b"II*\0", b"MM\0*"):
        return _tiff_header(data, name)
    formats = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"BM": "BMP"}
    kind = next((value for magic, value in formats.items() if data.startswith(magic)), None)
    if kind is None:
        raise ImageError(f"{name}: not a PNG, JPEG, BMP or TIFF file (it begins with {data[:4]!r})")
    from PIL import Image as Pillow  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(io.BytesIO(data), formats=[kind]) as image:
                frames, mode, (width, height) = getattr(image, "n_frames", 1), image.mode, image.size
                notes = _notes(image, kind)
    except Pillow.DecompressionBombError:
        raise ImageError(f"{name}: the image has far more pixels than max_pixels allows") from None
    except Exception as error:  # Pillow raises whatever its plug-ins raise on damaged files
        raise ImageError(f"{name}: not a readable {kind} file ({_first_line(error)})") from None
    if frames > 1 and kind == "PNG":
        raise ImageError(f"{name}: holds {frames} frames; one image a file is needed")
    bits = data[24] if kind == "PNG" and len(data) > 24 else 8
    return ImageHeader(kind, mode, width, height, bits if bits == _DEEP else 8 if mode != "1" else 1, notes)


def _notes(image: Any, kind: str) -> tuple[str, ...]:
    notes = []
    if "A" in image.getbands() or "transparency" in image.info:
        notes.append("its alpha channel is dropped")
    try:
        orientation = image.getexif().get(0x0112, 1) if kind in ("JPEG", "PNG") else 1
    except Exception:  # corrupt EXIF decides nothing here: the orientation is not applied anyway
        orientation = 1
    if orientation not in (0, 1):
        notes.append(f"its EXIF orientation ({orientation}) is not applied")
    return tuple(notes)


def _tiff_header(data: bytes, name: str) -> ImageHeader:
    """First directory of a TIFF file; Pillow can't open 16-bit colour. After TIFF 6.0, section 2."""
    try:
        order = "<" if data[:2] == b"II" else ">"
        (start,) = struct.unpack_from(order + "I", data, 4)
        tags, following = _tiff_tags(data, order, start)
    except (struct.error, KeyError, IndexError):
        raise ImageError(f"{name}: not a readable TIFF file (damaged header)") from None
    if following:
        raise ImageError(f"{name}: holds several pages; one image a file is needed")
    width, height = tags.get(256, 0), tags.get(257, 0)
    bits, kind, samples = tags.get(258, 1), tags.get(339, 1), tags.get(277, 1)
    if kind != 1 or bits not in (1, 2, 4, 8, _DEEP):
        raise ImageError(
            f"{name}: {bits}-bit {'floating-point' if kind == 3 else 'signed'} values; 8 or 16 bit are read"
        )
    modes = {1: "L", 2: "LA", 3: "RGB", 4: "CMYK" if tags.get(262) == 5 else "RGBA"}
    notes = ("its alpha channel is dropped",) if samples in (2, 4) and tags.get(262) != 5 else ()
    return ImageHeader("TIFF", modes.get(samples, "?"), width, height, bits, notes)


def _tiff_tags(data: bytes, order: str, start: int) -> tuple[dict[int, int], int]:
    """First value of each integer tag, and the offset of the next directory."""
    (count,) = struct.unpack_from(order + "H", data, start)
    tags: dict[int, int] = {}
    for index in range(count):
        place = start + 2 + 12 * index
        tag, kind, values = struct.unpack_from(order + "HHI", data, place)
        if kind not in (1, 3, 4):
            continue
        size = _TYPE_SIZE[kind] * values
        (where,) = (place + 8,) if size <= 4 else struct.unpack_from(order + "I", data, place + 8)
        (tags[tag],) = struct.unpack_from(order + {1: "B", 3: "H", 4: "I"}[kind], data, where)
    (following,) = struct.unpack_from(order + "I", data, start + 2 + 12 * count)
    return tags, following


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text and "BytesIO" not in text[0] else type(error).__name__
