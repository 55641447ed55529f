"""Chooses the places of SDMP-Net's square crops, with or without regard to the field of view. Imports numpy, OpenCV.

A place is (top, left) in pixels; the reference and all its enhanced images have the same places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark import UserError

if TYPE_CHECKING:
    import torch

    from benchmark.images.fov import Mask

Place = tuple[int, int]

FIXED = (1, 5, 9)
"""Counts of crops at fixed places; for any other number, places are drawn."""
LEAST_FIELD = 0.5
"""Share of a crop that the field of view must cover."""

LARGEST_POOL = 4096
"""Most crops of a pair that a training may draw from (``crop_pool``)."""
_FIELD_SIDE = 256


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground on which crops may lie.

    Attributes:
        shape: height and width of the images, neither smaller than a crop.
        size: side length of a crop.
        field: the reference's field of view, (H, W), of which a crop must contain at least ``LEAST_FIELD``; where none
            does, the crops that contain most are allowed. ``None``: crops may lie anywhere.
    """

    shape: tuple[int, int]
    size: int
    field: Mask | None = None

    @property
    def last(self) -> Place:
        """The last place, at the bottom right."""
        return self.shape[0] - self.size, self.shape[1] - self.size

    def allowed(self) -> np.ndarray[Any, Any] | None:
        """All places whose crop contains enough of the field of view, (n, 2), row by row; ``None``: all places."""
        if self.field is None:
            return None
        import cv2  # noqa: PLC0415

        size, sums = self.size, cv2.integral(self.field.astype(np.uint8))
        held = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
        return np.argwhere(held >= min(LEAST_FIELD * size * size, float(held.max())))


def pool_setting(count: int) -> dict[str, str]:
    """What tables say of a fixed pool of crops; nothing where each step has a crop of its own."""
    return {"crops in training": f"from a fixed pool of {count} a pair"} if count else {}


def choose(count: int, ground: Ground, rng: np.random.Generator) -> list[Place]:
    """Choose places for scoring.

    Args:
        count: 1 for the centre; 5 for the centre and the four corners; 9 for a grid of 3 x 3 from corner to corner, each
            moved to the nearest place that the ground allows; any other number for places drawn at random.
        ground: where crops may lie.
        rng: the reference's generator; not used for 1, 5 and 9.

    Returns:
        ``count`` places (top, left).
    """
    fixed = _fixed(count, *ground.last)
    if fixed is None:
        return draw(count, ground, rng)
    allowed = ground.allowed()
    return fixed if allowed is None else [_nearest(place, allowed) for place in fixed]


def draw(count: int, ground: Ground, rng: np.random.Generator) -> list[Place]:
    """Draw places uniformly, with replacement, from those that the ground allows."""
    allowed = ground.allowed()
    if allowed is None:
        bottom, right = ground.last
        drawn = np.stack([rng.integers(bottom + 1, size=count), rng.integers(right + 1, size=count)], axis=1)
    else:
        drawn = allowed[rng.integers(len(allowed), size=count)]
    return [(int(top), int(left)) for top, left in drawn]


def field_of(reference: np.ndarray[Any, Any]) -> Mask:
    """The field of view of a reference, RGB in [0, 1], (3, H, W), as (H, W); computed on a subsampled copy of some 256 px.

    Half of a crop is a coarse criterion, and training needs the field of view at every step, hence the subsampling.
    """
    from benchmark.images.fov import field_of_view  # noqa: PLC0415 - SciPy

    height, width = reference.shape[1:]
    step = max(1, min(height, width) // _FIELD_SIDE)
    thin = field_of_view(np.ascontiguousarray(reference[:, ::step, ::step]))
    return thin.repeat(step, axis=0).repeat(step, axis=1)[:height, :width]


def check_size(shape: tuple[int, int], size: int) -> None:
    """Refuse images smaller than a crop.

    Raises:
        UserError: the images are smaller.
    """
    if min(shape) < size:
        raise UserError(
            f"an image of {shape[1]}x{shape[0]} px is smaller than SDMP-Net's crops of {size}x{size} px; "
            "set `resize` in the configuration, or use larger images"
        )


def cut(image: torch.Tensor, places: Sequence[Place], size: int) -> torch.Tensor:
    """Crops of one image: (3, H, W) to (len(places), 3, size, size), in the order of the places."""
    import torch  # noqa: PLC0415

    return torch.stack([image[:, top : top + size, left : left + size] for top, left in places])


def cut_pair(
    pair: tuple[torch.Tensor, torch.Tensor], places: Sequence[Place], size: int, flip: np.random.Generator | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Crops of an enhanced image and of its reference, (3, H, W) each, at the same places.

    Args:
        pair: both images.
        places: where the crops lie.
        size: their side.
        flip: draws whether all are flipped horizontally; ``None`` for never.
    """
    import torch  # noqa: PLC0415

    crops = cut(pair[0], places, size), cut(pair[1], places, size)
    if flip is not None and flip.random() < 0.5:
        return torch.flip(crops[0], dims=[3]), torch.flip(crops[1], dims=[3])
    return crops


def _fixed(count: int, bottom: int, right: int) -> list[Place] | None:
    middle = (bottom // 2, right // 2)
    if count == 1:
        return [middle]
    if count == 5:
        return [middle, (0, 0), (0, right), (bottom, 0), (bottom, right)]
    if count == 9:
        return [(top, left) for top in (0, bottom // 2, bottom) for left in (0, right // 2, right)]
    return None


def _nearest(place: Place, allowed: np.ndarray[Any, Any]) -> Place:
    """The allowed place nearest to a place; among equally near ones the first, row by row."""
    top, left = allowed[((allowed - np.array(place)) ** 2).sum(axis=1).argmin()]
    return int(top), int(left)
