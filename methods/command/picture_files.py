"""Images as files for programs: PNG or PPM, 8 or 16 bit RGB, from the pixels that every other method gets.

These are the pixels after the data set's resizing, cropping and blanking. Both files of a pair have the same depth: by
default 8 bits where these hold all values of both images, else 16. Values that 16 bits don't hold either (of resized images,
which are no multiples of 1/65535) are rounded to the nearest, by at most 7.7e-6. Neither file has a colour profile, which
programs take for sRGB; nothing is compressed, since a file is read once.

PNG: https://www.w3.org/TR/png-3/; PPM: https://netpbm.sourceforge.net/doc/ppm.html.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Bits = Literal[8, 16]
Format = Literal["png", "ppm"]
Image = NDArray[np.float32]


class Picture:
    """An image of a pair, encoded when it is asked for and at most once a depth.

    Args:
        image: RGB in [0, 1], (3, H, W).
        kind: the file format.
    """

    def __init__(self, image: Image, kind: Format) -> None:
        self._image, self._kind = image, kind
        self._files: dict[Bits, bytes] = {}
        self._eight: bool | None = None

    @property
    def fits_8_bits(self) -> bool:
        """Whether every value is a multiple of 1/255, as decoders give it."""
        if self._eight is None:
            white = np.float32(255)
            self._eight = all(np.array_equal(np.rint(plane * white) / white, plane) for plane in self._image)
        return self._eight

    def file(self, bits: Bits) -> bytes:
        """The file's content with so many bits a value; values are rounded to the nearest step."""
        if bits not in self._files:
            self._files[bits] = encoded(self._image, bits, self._kind)
        return self._files[bits]


def encoded(image: Image, bits: Bits, kind: Format) -> bytes:
    """An image as a file's content.

    Args:
        image: RGB in [0, 1], (3, H, W).
        bits: of each value.
        kind: the file format.
    """
    white = 2**bits - 1
    values = np.empty((*image.shape[1:], 3), dtype=np.uint8 if bits == 8 else ">u2")
    for channel, plane in enumerate(image):
        values[:, :, channel] = np.rint(plane * np.float32(white)).clip(0, white)
    return _png(values, bits) if kind == "png" else _ppm(values, white)


def _ppm(values: NDArray[Any], white: int) -> bytes:
    height, width, _ = values.shape
    return f"P6\n{width} {height}\n{white}\n".encode() + values.tobytes()


def _png(values: NDArray[Any], bits: int) -> bytes:
    height, width, _ = values.shape
    rows = values.reshape(height, -1).view(np.uint8)
    unfiltered = np.zeros((height, 1 + rows.shape[1]), np.uint8)  # each row's first byte says that it is not filtered
    unfiltered[:, 1:] = rows
    header = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)  # 2: RGB; then the standard's only choices
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(unfiltered.tobytes(), 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
