"""File to RGB in [0, 1]: PNG, JPEG, BMP and TIFF, 8 and 16 bit, at the file's own resolution. NumPy, Pillow, OpenCV.

Values are the stored ones, divided by 255 or 65,535. Alpha channels are dropped; EXIF orientation (unless asked for) and ICC
profiles are not applied, just as in Pillow's ``convert("RGB")`` and every metric's own reader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from benchmark.core.randomness import content_sha256
from benchmark.images import orientation as exif
from benchmark.images.formats import ImageError, OpenedImage, decoding, open_image, read_bytes, shown

__all__ = [
    "MAX_PIXELS",
    "Decoding",
    "Image",
    "ImageError",
    "ImageHeader",
    "Orientation",
    "decode",
    "image_header",
    "parse_header",
    "pixel_sha256",
    "read_bytes",
    "read_image",
    "same_picture",
]

Image = NDArray[np.float32]
Orientation = Literal["ignore", "apply"]
MAX_PIXELS = 100_000_000
_DEEP = 16


class Decoding(TypedDict, total=False):
    """How files are decoded; keys are arguments of ``read_image`` and ``decode``."""

    max_pixels: int
    orientation: Orientation
    bit_depth: int | None


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """The header of an image file, read without decoding it.

    Attributes:
        format: ``PNG``, ``JPEG``, ``BMP`` or ``TIFF``.
        mode: Pillow's mode (``RGB``, ``L``, ``P``, ``CMYK``, ``RGBA`` …).
        width: px, as stored.
        height: px, as stored.
        bits: bits per channel.
        orientation: EXIF's, 1 (upright) to 8.
        notes: surprises for a reader: alpha dropped, orientation not applied.
    """

    format: str
    mode: str
    width: int
    height: int
    bits: int
    orientation: int = 1
    notes: tuple[str, ...] = ()

    def size(self, orientation: Orientation = "ignore") -> tuple[int, int]:
        """Width and height as ``decode`` gives them, px."""
        size = (self.width, self.height)
        return exif.turned_size(size, self.orientation) if orientation == "apply" else size


def read_image(
    path: Path,
    *,
    max_pixels: int = MAX_PIXELS,
    orientation: Orientation = "ignore",
    bit_depth: int | None = None,
    seen: Callable[[bytes], object] | None = None,
) -> Image:
    """Decode an image file.

    Args:
        path: the file; links are followed.
        max_pixels: refuse larger images before decoding them.
        orientation: whether the picture is turned as EXIF says.
        bit_depth: how many bits the values of a 16-bit file have; ``None`` for all.
        seen: called with the bytes that are decoded, to hash them: the file may change before and after.

    Returns:
        RGB, float32 in [0, 1], (3, H, W), C-contiguous.

    Raises:
        ImageError: the file is missing, not a regular file, not an image of a known format, damaged, or too large.
    """
    data = read_bytes(path, max_pixels=max_pixels)
    if seen is not None:
        seen(data)
    return decode(data, name=str(path), max_pixels=max_pixels, orientation=orientation, bit_depth=bit_depth)


def pixel_sha256(image: Image) -> str:
    """A picture's identity, however it is saved: the same for equal pixels in PNG, BMP or TIFF.

    Compression, palette, an alpha channel, grey saved as RGB and 8 bits saved as 16 (``257 v``) make no difference.

    Args:
        image: as ``read_image`` returns it for a path alone: before it is turned, resized, cropped or blanked.
    """
    return content_sha256(image)


def same_picture(one: Image, other: Image) -> bool:
    """Whether two images are equal, pixel by pixel; the middle row decides for nearly all unequal ones."""
    if one.shape != other.shape:
        return False
    row = one.shape[1] // 2
    return np.array_equal(one[:, row], other[:, row]) and np.array_equal(one, other)


def image_header(path: Path) -> ImageHeader:
    """The header of an image file, without decoding it; raises like ``read_image``."""
    return parse_header(read_bytes(path), name=str(path))


def parse_header(data: bytes, *, name: str, orientation: Orientation = "ignore") -> ImageHeader:
    """The header in an image file's content; pixels are not read, so a truncated file passes.

    Args:
        data: the file's content.
        name: for messages.
        orientation: how it will be decoded, for the notes.

    Raises:
        ImageError: not an image of a known format, a damaged header, several frames, or unsupported values.
    """
    opened = open_image(data, shown(name), whole=False)
    _check_kind(opened)
    notes = []
    if opened.transparent:
        notes.append("its alpha channel is dropped")
    if opened.orientation != exif.UPRIGHT and orientation == "ignore":
        notes.append(f"its EXIF orientation ({opened.orientation}) is not applied")
    if "mpoffset" in opened.pillow.info:
        notes.append("only the first of its pictures is read")
    width, height = opened.pillow.size
    return ImageHeader(opened.format, opened.pillow.mode, width, height, opened.bits, opened.orientation, tuple(notes))


def decode(
    data: bytes,
    *,
    name: str,
    max_pixels: int = MAX_PIXELS,
    orientation: Orientation = "ignore",
    bit_depth: int | None = None,
) -> Image:
    """Decode the content of an image file; see ``read_image``.

    Images of 8 bits equal torchvision's ``to_tensor`` of Pillow's ``convert("RGB")`` bit for bit. 16 bits are kept, which
    Pillow cuts to 8 in colour images. Of a JPEG with several pictures the first is read. A damaged JPEG or TIFF that still
    decodes goes unnoticed: these formats carry no checksums.

    Args:
        data: the file's content, which alone decides its format.
        name: for messages.
        max_pixels: refuse larger images before decoding them.
        orientation: whether the picture is turned as EXIF says; ``ignore`` leaves it as stored, whatever the format.
        bit_depth: how many bits the values of a 16-bit file have; ``None`` for all. One that holds more is refused.
    """
    opened = open_image(data, shown(name), whole=True)
    _check_kind(opened)
    width, height = opened.pillow.size
    if width * height > max_pixels:
        raise ImageError(
            f"{opened.name}: {width}×{height} = {width * height:,} pixels are more than max_pixels ({max_pixels:,})"
        )
    with decoding(opened.name, opened.format):
        opened.pillow.load()
        image = _pixels(opened, bit_depth)
    return exif.upright(image, opened.orientation) if orientation == "apply" else image


def _pixels(opened: OpenedImage, bit_depth: int | None) -> Image:
    if opened.bits <= 8:
        return _from_8_bits(opened)
    grey = opened.pillow.mode.startswith("I")
    channels = [np.asarray(opened.pillow)] if grey else _deep_colours(opened)
    white = 2**opened.bits - 1
    if bit_depth is not None and opened.bits == _DEEP:
        white, highest = 2**bit_depth - 1, max(int(channel.max()) for channel in channels)
        if highest > white:
            raise ImageError(
                f"{opened.name}: holds values up to {highest:,}, bit_depth: {bit_depth} ends at {white:,}: "
                "set the bit_depth that the files have"
            )
    return _planes([white - channels[0]] if opened.inverted else channels, white)


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


def _deep_colours(opened: OpenedImage) -> list[NDArray[Any]]:
    """Decode with OpenCV, since Pillow cuts colours to 8 bits; Pillow has checked completeness and verifies the upper 8."""
    import cv2  # noqa: PLC0415 - takes 0.15 s, and few files need it

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # the error below says what is wrong
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
    return [rgb[:, :, channel] for channel in range(3)]


def _planes(channels: list[NDArray[Any]], white: int) -> Image:
    """Integer planes, one (grey) or three, as (3, H, W); one division in float32, like torchvision's ``to_tensor``."""
    image = np.empty((3, *channels[0].shape), dtype=np.float32)
    for plane, channel in zip(image, channels, strict=False):
        np.divide(channel, np.float32(white), out=plane, dtype=np.float32, casting="unsafe")
    image[len(channels) :] = image[0]
    return image
