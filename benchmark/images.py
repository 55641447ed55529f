"""File to RGB in [0, 1]: PNG, JPEG, BMP and TIFF, 8 and 16 bit, at the file's own resolution. NumPy, Pillow, OpenCV.

Values are what the file stores, divided by 255 or 65,535. Alpha channels are dropped, EXIF orientation and ICC profiles are
not applied: as Pillow's ``convert("RGB")`` and every metric's own reader do. Neighbours: ``image_files`` (what a file is,
before decoding), ``sizes`` (reference and enhanced of different size), ``fov`` (the round field of view).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.image_files import ImageError, OpenedImage, decoding, open_image, orientation, read_bytes, shown
from benchmark.randomness import content_sha256

__all__ = [
    "MAX_PIXELS",
    "Image",
    "ImageError",
    "ImageHeader",
    "decode",
    "image_header",
    "parse_header",
    "pixel_sha256",
    "read_bytes",
    "read_image",
]

Image = NDArray[np.float32]
MAX_PIXELS = 100_000_000
_DEEP = 16


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
    return decode(read_bytes(path, max_pixels=max_pixels), name=str(path), max_pixels=max_pixels)


def pixel_sha256(image: Image) -> str:
    """What tells one picture from another, however it is saved: the same for the same pixels as PNG, BMP or TIFF.

    Compression, palette, an alpha channel, grey saved as RGB and 8 bits saved as 16 (``257 v``) make no difference.

    Args:
        image: as ``read_image`` gives it with a path and nothing else: before it is turned, resized, cropped or blanked.
    """
    return content_sha256(image)


def image_header(path: Path) -> ImageHeader:
    """What an image file says about itself, without decoding it; raises as ``read_image``."""
    return parse_header(read_bytes(path), name=str(path))


def parse_header(data: bytes, *, name: str) -> ImageHeader:
    """What the content of an image file says about itself; pixels are not looked at: a file cut off passes.

    Raises:
        ImageError: no image of a known format, a damaged header, several frames, or values that are not read.
    """
    opened = open_image(data, shown(name), whole=False)
    _check_kind(opened)
    notes = []
    if opened.transparent:
        notes.append("its alpha channel is dropped")
    turned = orientation(opened)
    if turned != 1:
        notes.append(f"its EXIF orientation ({turned}) is not applied")
    if "mpoffset" in opened.pillow.info:
        notes.append("only the first of its pictures is read")
    width, height = opened.pillow.size
    return ImageHeader(opened.format, opened.pillow.mode, width, height, opened.bits, tuple(notes))


def decode(data: bytes, *, name: str, max_pixels: int = MAX_PIXELS) -> Image:
    """Decode the content of an image file; see ``read_image``.

    8 bits: equal bit for bit to torchvision's ``to_tensor`` of Pillow's ``convert("RGB")``. 16 bits are kept, which Pillow
    cuts to 8 in colour images. Of a JPEG with several pictures the first is read. A JPEG or TIFF with a damaged place that
    still decodes can't be told from a sound one: these formats carry no checksums.

    Args:
        data: the file's content; its format is told from it, not from the name.
        name: for messages.
        max_pixels: refuse larger images before decoding them.
    """
    opened = open_image(data, shown(name), whole=True, max_pixels=max_pixels)
    _check_kind(opened)
    width, height = opened.pillow.size
    if width * height > max_pixels:
        raise ImageError(
            f"{opened.name}: {width}×{height} = {width * height:,} pixels are more than max_pixels ({max_pixels:,})"
        )
    with decoding(opened.name, opened.format):
        opened.pillow.load()
        if opened.bits <= 8:
            return _from_8_bits(opened)
        return _from_deep_grey(opened) if opened.pillow.mode.startswith("I") else _from_deep_colour(opened)


def _check_kind(opened: OpenedImage) -> None:
    mode, bits = opened.pillow.mode, opened.bits
    if mode == "F":
        raise ImageError(f"{opened.name}: {bits}-bit floating-point values; 8 or 16 bit are read")
    if bits > _DEEP or (mode == "I" and opened.format != "PNG"):
        raise ImageError(f"{opened.name}: {bits}-bit or signed values; 8 or 16 bit are read")
    if bits == _DEEP and mode not in ("RGB", "RGBA", "RGBX", "LA") and not mode.startswith("I"):
        raise ImageError(f"{opened.name}: 16-bit {mode} is not read; save it as 16-bit RGB")


def _from_8_bits(opened: OpenedImage) -> Image:
    image = opened.pillow
    if image.mode in ("1", "L"):
        return _planes([np.asarray(image.convert("L"))], 255)
    colour = image if image.mode == "RGB" else image.convert("RGB")  # `convert` copies even where nothing changes
    return _planes([np.asarray(channel) for channel in colour.split()], 255)


def _from_deep_grey(opened: OpenedImage) -> Image:
    white = 2**opened.bits - 1
    values = np.asarray(opened.pillow)
    return _planes([white - values if opened.inverted else values], white)


def _from_deep_colour(opened: OpenedImage) -> Image:
    """Decode by OpenCV what Pillow cuts to 8 bits; Pillow has shown that the file is whole, and checks the upper 8 bits."""
    import cv2  # noqa: PLC0415 - takes 0.15 s, and hardly a file needs it

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong is said by the error below
    try:
        stored = cv2.imdecode(np.frombuffer(opened.data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        stored = None
    upper = np.asarray(opened.pillow.convert("RGB")).astype(np.int32)
    if stored is None or stored.dtype != np.uint16 or stored.ndim != 3 or stored.shape[:2] != upper.shape[:2]:
        raise ImageError(f"{opened.name}: this kind of 16-bit {opened.format} is not read; save it as 16-bit RGB PNG")
    rgb: NDArray[Any] = np.asarray(stored)[:, :, 2::-1]
    if np.abs(rgb // 256 - upper).max() > 1:
        raise ImageError(f"{opened.name}: two decoders disagree on its 16-bit colours; save it as 16-bit RGB PNG")
    return _planes([rgb[:, :, channel] for channel in range(3)], 65535)


def _planes(channels: list[NDArray[Any]], white: int) -> Image:
    """Integer planes, one (grey) or three, as (3, H, W); one division in float32, as torchvision's ``to_tensor``."""
    image = np.empty((3, *channels[0].shape), dtype=np.float32)
    for plane, channel in zip(image, channels, strict=False):
        np.divide(channel, np.float32(white), out=plane, dtype=np.float32, casting="unsafe")
    image[len(channels) :] = image[0]
    return image
