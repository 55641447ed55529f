"""Prepares a pair for the methods: size mismatch, field of view, resize; nothing unless asked for. Pillow.

First sizes are made equal, so that a mask fits both images; then the field of view is found on the reference; the resize
comes last, so that methods get exactly the size asked for, filled by the field of view if images are cropped to it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from benchmark.core.errors import UserError
from benchmark.images import fov
from benchmark.images.disturb import disturb
from benchmark.images.fov import Mask
from benchmark.images.orientation import lie_across, why_sizes_differ
from benchmark.images.read import MAX_PIXELS, Decoding, ImageError, Orientation, image_header

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePolicy:
    """How pairs are prepared.

    Attributes:
        size_mismatch: when sizes differ: ``error``, resize one of the two to the other's size, or ``crop`` both to their
            common centre.
        resize: length of the shorter side, or (height, width), px; ``None`` leaves images as they are.
        fov: ``none``, ``crop`` to the field of view's bounding box, or ``blank`` what is outside it.
        max_pixels: largest image that is decoded.
        orientation: whether EXIF orientation is ignored, as in other readers, or applied.
        bit_depth: bits that the values of 16-bit files have; ``None`` for all.
        disturb: how enhanced images are changed at last (``disturb``); empty for not at all.
    """

    size_mismatch: Literal["error", "resize-reference", "resize-enhanced", "crop"] = "error"
    resize: int | tuple[int, int] | None = None
    fov: Literal["none", "crop", "blank"] = "none"
    max_pixels: int = MAX_PIXELS
    orientation: Orientation = "ignore"
    bit_depth: int | None = None
    disturb: Literal["", "shift", "rotate", "jpeg", "half"] = ""

    def decoding(self, most: int | None = None) -> Decoding:
        """How image files are read, before their size is changed.

        Args:
            most: refuse larger images even if the policy allows them.
        """
        limit = self.max_pixels if most is None else min(most, self.max_pixels)
        return Decoding(max_pixels=limit, orientation=self.orientation, bit_depth=self.bit_depth)

    def key(self) -> dict[str, Any]:
        """The fields that decide scores, for the store's key; those of later versions only where they change something."""
        later = {"orientation": "ignore", "bit_depth": None, "disturb": ""}
        values = {name: value for name, value in asdict(self).items() if name != "max_pixels"}
        return {name: value for name, value in values.items() if name not in later or value != later[name]}

    def describe(self) -> list[str]:
        """Sentences for the tables' note; none for the defaults."""
        notes = []
        if self.size_mismatch != "error":
            how = {"crop": "both images cropped to their common centre"}.get(
                self.size_mismatch,
                f"{self.size_mismatch.removeprefix('resize-')} resized to the other's size (bicubic)",
            )
            notes.append(f"Where sizes differ: {how}.")
        if self.bit_depth is not None:
            notes.append(
                f"Values of 16-bit files taken as {self.bit_depth}-bit (divided by {2**self.bit_depth - 1:,})."
            )
        if self.fov != "none":
            what = "cropped to" if self.fov == "crop" else "blanked outside"
            notes.append(f"Images {what} the field of view found on the reference.")
        if isinstance(self.resize, int):
            notes.append(f"Images resized to {self.resize} px on the shorter side (bicubic, antialiased).")
        elif self.resize is not None:
            notes.append(f"Images resized to {self.resize[1]}×{self.resize[0]} px (bicubic, antialiased).")
        return notes


class Preparer:
    """Prepares the pairs of one reference; work that depends on the reference alone is done once and shared.

    The prepared reference depends on the reference, the policy and the enhanced image's *size*, never on its pixels: all
    enhanced images of one size get the same array.

    Args:
        reference: RGB in [0, 1], (3, H, W).
        policy: how pairs are prepared.
        name: the reference's file, for messages.
    """

    def __init__(self, reference: Image, policy: SizePolicy, name: str) -> None:
        self._reference, self._policy, self._name = reference, policy, name
        self._made: dict[tuple[int, int], tuple[Image, Mask | None]] = {}

    def pair(self, enhanced: Image, name: str) -> tuple[Image, Image]:
        """An enhanced image, RGB in [0, 1], (3, H, W), and its reference, prepared; see ``harmonise``."""
        size = _common_size(enhanced, self._reference, self._policy, (name, self._name))
        if size not in self._made:
            reference = self._fit(self._reference, size)
            mask = None if self._policy.fov == "none" else fov.field_of_view(reference)
            self._made[size] = self._finish(reference, mask, self._name), mask
        reference, mask = self._made[size]
        made = self._finish(self._fit(enhanced, size), mask, name)
        how = self._policy.disturb
        return (disturb(made, how) if how else made), reference

    def _fit(self, image: Image, size: tuple[int, int]) -> Image:
        return _centre(image, *size) if self._policy.size_mismatch == "crop" else resize(image, size)

    def _finish(self, image: Image, mask: Mask | None, name: str) -> Image:
        if mask is not None:
            image = fov.crop(image, mask) if self._policy.fov == "crop" else fov.blank(image, mask)
        image = self._resized(image, name)
        if self._policy.disturb != "half":
            return image
        return resize(image, (max(1, image.shape[1] // 2), max(1, image.shape[2] // 2)))

    def _resized(self, image: Image, name: str) -> Image:
        if self._policy.resize is None:
            return image
        height, width = _target(image, self._policy.resize)
        if height * width > self._policy.max_pixels:
            raise ImageError(
                f"{name}: resize would make {width}×{height} of {image.shape[2]}×{image.shape[1]}, "
                f"more than max_pixels ({self._policy.max_pixels:,})"
            )
        return resize(image, (height, width))


def harmonise(enhanced: Image, reference: Image, policy: SizePolicy, names: tuple[str, str]) -> tuple[Image, Image]:
    """Prepare a pair; for several pairs of one reference, ``Preparer`` does the shared work once.

    Args:
        enhanced: RGB in [0, 1], (3, H, W).
        reference: likewise, perhaps of another size.
        policy: how pairs are prepared.
        names: file of the enhanced image and of the reference, for messages.

    Returns:
        Enhanced and reference, of equal size, RGB float32 in [0, 1].

    Raises:
        ImageError: the sizes differ and the policy says ``error``; one of the two is turned by 90°, whatever the policy
            says; or ``resize`` would make more than ``max_pixels``.
    """
    return Preparer(reference, policy, names[1]).pair(enhanced, names[0])


def _common_size(enhanced: Image, reference: Image, policy: SizePolicy, names: tuple[str, str]) -> tuple[int, int]:
    """Height and width that both images get."""
    (_, height, width), (_, reference_height, reference_width) = enhanced.shape, reference.shape
    if enhanced.shape == reference.shape:
        return height, width
    sizes = ((width, height), (reference_width, reference_height))
    turned = remedy = ""
    if lie_across(*sizes):
        turned, remedy = why_sizes_differ(sizes, (_orientation(names[0]), _orientation(names[1])), policy.orientation)
    if policy.size_mismatch == "error" or turned:
        raise ImageError(mismatch(sizes, names, turned, remedy))
    if policy.size_mismatch == "resize-reference":
        return height, width
    if policy.size_mismatch == "resize-enhanced":
        return reference_height, reference_width
    return min(height, reference_height), min(width, reference_width)


def mismatch(
    sizes: tuple[tuple[int, int], tuple[int, int]], names: tuple[str, str], turned: str = "", remedy: str = ""
) -> str:
    """The message that an enhanced image and its reference differ in size, why if that is known, and what to do.

    Args:
        sizes: width and height of the enhanced image and of its reference.
        names: of the same two files.
        turned: evidence that one of them is turned.
        remedy: what to do about that.
    """
    (width, height), (other_width, other_height) = sizes
    why = f": {turned}; {remedy}" if turned else ": set size_mismatch to resize-reference, resize-enhanced or crop"
    return f"{names[0]} is {width}×{height}, its reference {names[1]} is {other_width}×{other_height}{why}"


def _orientation(name: str) -> int:
    """An image file's EXIF orientation, read only where it may explain a difference in size."""
    try:
        return image_header(Path(name)).orientation
    except UserError:
        return 1


def _centre(image: Image, height: int, width: int) -> Image:
    if image.shape[1:] == (height, width):
        return image
    top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
    return np.ascontiguousarray(image[:, top : top + height, left : left + width])


def _target(image: Image, wanted: int | tuple[int, int]) -> tuple[int, int]:
    if not isinstance(wanted, int):
        return (wanted[0], wanted[1])
    height, width = image.shape[1:]
    factor = wanted / min(height, width)
    return (
        (max(wanted, round(height * factor)), wanted)
        if width <= height
        else (wanted, max(wanted, round(width * factor)))
    )


def resize(image: Image, target: tuple[int, int]) -> Image:
    """Resize to (height, width): Pillow's bicubic filter, widened when shrinking (antialiased), clipped to [0, 1]."""
    from PIL import Image as Pillow  # noqa: PLC0415

    if image.shape[1:] == target:
        return image
    height, width = target
    planes = [np.asarray(Pillow.fromarray(plane).resize((width, height), Pillow.Resampling.BICUBIC)) for plane in image]
    return np.asarray(np.clip(np.stack(planes), 0, 1), dtype=np.float32)
