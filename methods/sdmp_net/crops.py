"""Where SDMP-Net looks: places of square crops in a pair of images, in or out of the field of view. Imports numpy, OpenCV.

A place is (top, left) in pixels; the same places serve the reference and all its enhanced images.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark import UserError

if TYPE_CHECKING:
    import torch

Place = tuple[int, int]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

LEAST_FIELD = 0.5
"""Share of a crop that the field of view must fill."""


def choose(
    count: int, shape: tuple[int, int], size: int, *, rng: np.random.Generator, field: Mask | None = None
) -> list[Place]:
    """Choose places of crops.

    Args:
        count: 1 gives the centre; 5 the centre and the four corners; 9 a grid of 3 x 3 from corner to corner; any
            other number places drawn uniformly, with replacement.
        shape: height and width of the images.
        size: side length of a crop.
        rng: of the reference; not used for 1, 5 and 9.
        field: the reference's field of view, (H, W). A crop must hold at least ``LEAST_FIELD`` of it: random places are
            drawn among those that do, fixed ones move to the nearest that does. Where none does, those that hold most
            count as enough. ``None``: anywhere.

    Returns:
        ``count`` places (top, left).

    Raises:
        UserError: the images are smaller than a crop.
    """
    check_size(shape, size)
    rows, columns = shape[0] - size + 1, shape[1] - size + 1
    allowed = None if field is None else _allowed(field, size)
    fixed = _fixed(count, rows - 1, columns - 1)
    if fixed is not None:
        return fixed if allowed is None else [_nearest(place, allowed) for place in fixed]
    if allowed is None:
        tops, lefts = rng.integers(rows, size=count), rng.integers(columns, size=count)
    else:
        tops, lefts = allowed[rng.integers(len(allowed), size=count)].T
    return [(int(top), int(left)) for top, left in zip(tops, lefts, strict=True)]


def check_size(shape: tuple[int, int], size: int) -> None:
    """Refuse images smaller than a crop.

    Raises:
        UserError: they are.
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


def _fixed(count: int, bottom: int, right: int) -> list[Place] | None:
    middle = (bottom // 2, right // 2)
    if count == 1:
        return [middle]
    if count == 5:
        return [middle, (0, 0), (0, right), (bottom, 0), (bottom, right)]
    if count == 9:
        return [(top, left) for top in (0, bottom // 2, bottom) for left in (0, right // 2, right)]
    return None


def _allowed(field: Mask, size: int) -> np.ndarray[Any, Any]:
    """All places whose crop holds enough of the field of view, (n, 2), row by row; else those that hold most."""
    import cv2  # noqa: PLC0415

    sums = cv2.integral(field.astype(np.uint8))
    held = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    enough = min(LEAST_FIELD * size * size, float(held.max()))
    return np.argwhere(held >= enough)


def _nearest(place: Place, allowed: np.ndarray[Any, Any]) -> Place:
    """The allowed place nearest to a place; of equally near ones the first, row by row."""
    top, left = allowed[((allowed - np.array(place)) ** 2).sum(axis=1).argmin()]
    return int(top), int(left)
