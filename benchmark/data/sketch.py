"""A small likeness of a picture: 64 × 64 luminances and the field of view, which survive resizing and compression.

Sketches tell whether two files may show one photograph (``look_alike``). This module is not a part of ``images``, whose code
is a part of every stored score's key.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.images.fov import field_of_view
from benchmark.images.read import Image

SIDE = 64
VERSION = 1
"""Part of the name under which sketches are remembered: to be raised whenever they change."""

_WORKING_SIDE = 256
_WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)
_WHOLLY = 0.999

Plane = NDArray[np.float32]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A picture of 4.6 kB, whatever its size was.

    Attributes:
        luminance: of the whole picture, stretched to a square: (64, 64), 0 to 255.
        bits: of ``inside``, packed, since thousands of sketches are held at a time.
        width: of the picture, px, as people see it.
        height: likewise.
    """

    luminance: NDArray[np.uint8]
    bits: NDArray[np.uint8]
    width: int
    height: int

    @property
    def inside(self) -> NDArray[np.bool_]:
        """The parts that lie wholly in the field of view; all of them where there is none: (64, 64)."""
        return np.unpackbits(self.bits).astype(np.bool_).reshape(SIDE, SIDE)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    def mirrored(self) -> Sketch:
        """The picture with left and right exchanged."""
        luminance = np.ascontiguousarray(self.luminance[:, ::-1])
        return Sketch(luminance, np.packbits(self.inside[:, ::-1]), self.width, self.height)

    def text(self) -> str:
        """The sketch in ASCII, to be kept in a JSON file."""
        content = self.luminance.tobytes() + self.bits.tobytes()
        packed = base64.b85encode(zlib.compress(content)).decode("ascii")
        return f"{self.width} {self.height} {packed}"

    @staticmethod
    def of_text(text: str) -> Sketch:
        """The sketch that ``text`` wrote.

        Raises:
            ValueError: it is none.
        """
        width, height, packed = text.split()
        try:
            content = np.frombuffer(zlib.decompress(base64.b85decode(packed)), np.uint8)
        except (zlib.error, binascii.Error) as error:
            raise ValueError(str(error)) from None
        luminance, bits = np.split(content, [SIDE * SIDE])
        return Sketch(luminance.reshape(SIDE, SIDE), bits, int(width), int(height))


def sketch_of(image: Image) -> Sketch:
    """The sketch of a picture: its luminance, averaged over areas.

    Args:
        image: RGB in [0, 1], (3, H, W), the right way up.
    """
    height, width = image.shape[1:]
    reduced = _reduced(image)
    inside = area_means(field_of_view(reduced).astype(np.float32))
    luminance = area_means(np.tensordot(_WEIGHTS, reduced, axes=1))
    levels = np.clip(np.rint(255 * luminance), 0, 255).astype(np.uint8)
    return Sketch(levels, np.packbits(inside > _WHOLLY), width, height)


def area_means(plane: Plane, box: Box | None = None, side: int = SIDE) -> Plane:
    """A part of a plane as ``side`` × ``side`` means over equal areas, which may begin and end within pixels.

    Args:
        plane: (H, W).
        box: left, top, right, bottom, px; default: everything.
        side: of the result.
    """
    left, top, right, bottom = box or (0, 0, plane.shape[1], plane.shape[0])
    means: NDArray[np.float64] = plane.astype(np.float64)
    for axis, (start, stop) in enumerate(((top, bottom), (left, right))):
        edges = np.linspace(start, stop, side + 1)
        before = np.minimum(edges.astype(np.intp), plane.shape[axis] - 1)
        share = (edges - before).reshape((-1, 1) if axis == 0 else (1, -1))
        around = [(0, 0), (0, 0)]
        around[axis] = (1, 0)
        total = np.pad(means, around).cumsum(axis=axis)
        total = total.take(before, axis) * (1 - share) + total.take(before + 1, axis) * share
        means = np.diff(total, axis=axis) * (side / (stop - start))
    return means.astype(np.float32)


def _reduced(image: Image) -> Image:
    """The picture with at most 256 px on its longer side: means of blocks whose sides differ by at most a pixel."""
    factor = _WORKING_SIDE / max(image.shape[1:])
    if factor >= 1:
        return np.ascontiguousarray(image)
    for axis in (1, 2):
        length = image.shape[axis]
        edges = np.linspace(0, length, max(1, round(factor * length)) + 1).round().astype(np.intp)
        shape = [1, 1, 1]
        shape[axis] = len(edges) - 1
        total = np.add.reduceat(image, edges[:-1], axis=axis)
        image = np.asarray(total / np.diff(edges).reshape(shape), dtype=np.float32)
    return np.ascontiguousarray(image)
