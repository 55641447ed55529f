"""The round field of view of a fundus photograph: found on the reference, used to crop, to blank, to place crops. SciPy.

Fundus photographs have black borders, which carry up to half of the pixels and change rankings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
DARK = 0.06
SMOOTHING_SHARE = 0.005
SMALLEST_SHARE = 0.1


def field_of_view(reference: NDArray[np.float32]) -> Mask:
    """The pixels inside the field of view.

    The brightest of the three channels is smoothed a little; pixels above 6 % of its 99th percentile count as lit; the
    largest lit region, holes filled, is the field of view. An image without a dark border (or with nothing that could be a
    field of view) is all field of view.

    Args:
        reference: RGB in [0, 1], (3, H, W).

    Returns:
        (H, W), ``True`` inside.
    """
    height, width = reference.shape[1:]
    brightest = ndimage.gaussian_filter(reference.max(axis=0), sigma=SMOOTHING_SHARE * min(height, width))
    lit = brightest > DARK * np.percentile(brightest, 99)
    regions, count = ndimage.label(lit)
    if count == 0:
        return np.ones((height, width), dtype=np.bool_)
    sizes = np.bincount(regions.ravel())[1:]
    mask: Mask = ndimage.binary_fill_holes(regions == 1 + int(sizes.argmax()))
    if mask.mean() < SMALLEST_SHARE:
        return np.ones((height, width), dtype=np.bool_)
    return mask


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
    """Share of a square crop that lies in the field of view, in [0, 1]."""
    return float(mask[top : top + size, left : left + size].mean())
