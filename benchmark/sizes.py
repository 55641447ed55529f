"""How a pair is prepared before methods see it: size mismatch, field of view, resize; nothing unless asked for. Pillow.

The order is: make sizes equal, then the field of view (found on the reference), then resize.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmark.images import MAX_PIXELS, ImageError

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePolicy:
    """What is done to a pair.

    Attributes:
        size_mismatch: when sizes differ: ``error``, resize one of the two to the other's size, or ``crop`` both to their
            common centre.
        resize: length of the shorter side, or (height, width), px; ``None`` leaves images as they are.
        fov: ``none``, ``crop`` to the field of view's bounding box, or ``blank`` what is outside it.
        max_pixels: largest image that is decoded.
    """

    size_mismatch: Literal["error", "resize-reference", "resize-enhanced", "crop"] = "error"
    resize: int | tuple[int, int] | None = None
    fov: Literal["none", "crop", "blank"] = "none"
    max_pixels: int = MAX_PIXELS

    def describe(self) -> list[str]:
        """Sentences for the tables' note; none for the defaults."""
        notes = []
        if self.size_mismatch != "error":
            how = {"crop": "both images cropped to their common centre"}.get(
                self.size_mismatch,
                f"{self.size_mismatch.removeprefix('resize-')} resized to the other's size (bicubic)",
            )
            notes.append(f"Where sizes differ: {how}.")
        if self.fov != "none":
            what = "cropped to" if self.fov == "crop" else "blanked outside"
            notes.append(f"Images {what} the field of view found on the reference.")
        if isinstance(self.resize, int):
            notes.append(f"Images resized to {self.resize} px on the shorter side (bicubic, antialiased).")
        elif self.resize is not None:
            notes.append(f"Images resized to {self.resize[1]}×{self.resize[0]} px (bicubic, antialiased).")
        return notes


def harmonise(enhanced: Image, reference: Image, policy: SizePolicy, names: tuple[str, str]) -> tuple[Image, Image]:
    """Prepare a pair.

    Args:
        enhanced: RGB in [0, 1], (3, H, W).
        reference: likewise, perhaps of another size.
        policy: what to do.
        names: file of the enhanced image and of the reference, for messages.

    Returns:
        Enhanced and reference, of equal size, RGB float32 in [0, 1].

    Raises:
        ImageError: the sizes differ and the policy says ``error``.
    """
    enhanced, reference = _equal_sizes(enhanced, reference, policy, names)
    if policy.fov != "none":
        from benchmark import fov  # noqa: PLC0415 - SciPy is slow to import and rarely needed here

        mask = fov.field_of_view(reference)
        change = fov.crop if policy.fov == "crop" else fov.blank
        enhanced, reference = change(enhanced, mask), change(reference, mask)
    if policy.resize is not None:
        target = _target(reference, policy.resize)
        enhanced, reference = resize(enhanced, target), resize(reference, target)
    return enhanced, reference


def _equal_sizes(enhanced: Image, reference: Image, policy: SizePolicy, names: tuple[str, str]) -> tuple[Image, Image]:
    if enhanced.shape == reference.shape:
        return enhanced, reference
    if policy.size_mismatch == "resize-reference":
        return enhanced, resize(reference, (enhanced.shape[1], enhanced.shape[2]))
    if policy.size_mismatch == "resize-enhanced":
        return resize(enhanced, (reference.shape[1], reference.shape[2])), reference
    if policy.size_mismatch == "crop":
        height, width = (min(enhanced.shape[axis], reference.shape[axis]) for axis in (1, 2))
        return _centre(enhanced, height, width), _centre(reference, height, width)
    sizes = [f"{image.shape[2]}×{image.shape[1]}" for image in (enhanced, reference)]
    raise ImageError(
        f"{names[0]} is {sizes[0]}, its reference {names[1]} is {sizes[1]}: "
        "set size_mismatch to resize-reference, resize-enhanced or crop"
    )


def _centre(image: Image, height: int, width: int) -> Image:
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
