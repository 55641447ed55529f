"""The round field of view of a fundus photograph: found on the reference, used to crop, to blank, to place crops. OpenCV.

Fundus photographs have black borders, which carry up to half of the pixels and change rankings.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

WORKING_SIDE = 512
SMALLEST_SIDE = 32
BLACKEST = 0.15
CONTRAST = 0.3
RISE = 0.04
SMALLEST_SHARE = 0.1
LEAST_CONVEX = 0.85


def field_of_view(reference: NDArray[np.float32]) -> Mask:
    """The pixels inside the field of view.

    The image's corners show how dark and how rough its border is: at least two must be darker than 0.15 and than 30 % of
    the picture's 90th percentile. Pixels whose brightest channel stands out from that border are lit; the convex hull of
    the largest lit region, without thin protrusions (marks, writing), is the field of view: a disc is convex even where the
    frame cuts it, so shadows at its rim and dark spots inside belong to it. An image without a dark border, or whose lit
    region is small or far from convex, is all field of view. Large images are first reduced to some 512 px.

    Args:
        reference: RGB in [0, 1], (3, H, W).

    Returns:
        (H, W), ``True`` inside.
    """
    import cv2  # noqa: PLC0415 - takes 0.15 s, and most runs have no use for it

    height, width = reference.shape[1:]
    everything = np.ones((height, width), dtype=np.bool_)
    if min(height, width) < SMALLEST_SIDE:
        return everything
    brightest: NDArray[Any] = np.ascontiguousarray(reference.max(axis=0), dtype=np.float32)
    reduction = min(height, width) // WORKING_SIDE
    if reduction > 1:
        size = (width // reduction, height // reduction)
        brightest = cv2.resize(brightest, size, interpolation=cv2.INTER_AREA)
    brightest = cv2.medianBlur(brightest, 5)
    threshold = _threshold(brightest)
    mask = None if threshold is None else _convex_region(brightest > threshold)
    if mask is None:
        return everything
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST) > 0)


def _threshold(brightest: NDArray[Any]) -> float | None:
    """The brightness above which a pixel stands out from the dark border; ``None`` if there is no such border."""
    side = min(brightest.shape) // SMALLEST_SIDE
    ends = (slice(None, side), slice(-side, None))
    corners = np.stack([brightest[rows, columns].ravel() for rows in ends for columns in ends])
    level = float(np.percentile(brightest, 90))
    dark = corners[np.median(corners, axis=1) < min(BLACKEST, CONTRAST * level)]
    if len(dark) < 2:
        return None
    black = float(np.median(dark))
    rough = float(np.sort(np.percentile(dark, 99, axis=1))[1])  # not the roughest: corners may hold writing
    return max(rough + 2 / 255, black + RISE * (level - black))


def _convex_region(lit: Mask) -> NDArray[np.uint8] | None:
    """The convex hull of the largest region, 1 inside; ``None`` if that is not a field of view."""
    import cv2  # noqa: PLC0415

    side = max(3, min(lit.shape) // 50) | 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    opened = cv2.morphologyEx(lit.astype(np.uint8), cv2.MORPH_OPEN, brush)
    outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull, region = np.zeros(lit.shape, np.uint8), np.zeros(lit.shape, np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(outline), 1)
    cv2.drawContours(region, [outline], -1, 1, cv2.FILLED)
    if hull.mean() < SMALLEST_SHARE or region.sum() < LEAST_CONVEX * hull.sum():
        return None
    return hull


def bounding_box(mask: Mask) -> tuple[slice, slice]:
    """Rows and columns of the smallest rectangle that holds the field of view."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def crop(image: NDArray[np.float32], mask: Mask) -> NDArray[np.float32]:
    """The part of an image, (3, H, W), within the field of view's bounding box."""
    rows, columns = bounding_box(mask)
    return np.ascontiguousarray(image[:, rows, columns])


def blank(image: NDArray[np.float32], mask: Mask) -> NDArray[np.float32]:
    """An image, (3, H, W), with everything outside the field of view set to black."""
    return np.where(mask[None], image, np.float32(0)).astype(np.float32)


def share(mask: Mask, top: int, left: int, size: int) -> float:
    """Share of a square crop that is in the field of view, in [0, 1]."""
    return float(mask[top : top + size, left : left + size].mean())
