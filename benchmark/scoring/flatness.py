"""Recognises images of one colour, for which some methods give unexpected scores, and notes them. NumPy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmark.plugins.contracts import MethodInfo

STEP = 1.001 / 255
"""Values that differ by at most one step of 8 bit count as equal, since such images have no structure either."""
_SPARSE = 16


def is_flat(image: np.ndarray[Any, Any]) -> bool:
    """Whether an image, (3, H, W), is of one colour; a sparse grid of its pixels rules out nearly all that are not."""
    for looked_at in (image[:, ::_SPARSE, ::_SPARSE], image):
        if float(np.ptp(looked_at.reshape(len(image), -1), axis=1).max()) > STEP:
            return False
    return True


def notes(infos: Mapping[str, MethodInfo], flat: Iterable[tuple[str, str]]) -> Sequence[str]:
    """The notes that tables need where methods scored pairs with an image of one colour.

    Args:
        infos: the metadata of each method, by label.
        flat: (label, pair) of the scores of such pairs.
    """
    counts: dict[str, int] = {}
    for label, _ in flat:
        counts[label] = counts.get(label, 0) + 1
    return [
        f"{label}: {_pairs(counts[label])} an image of one colour; it gives {info.flat_images}."
        for label, info in infos.items()
        if label in counts and info.flat_images
    ]


def _pairs(count: int) -> str:
    return "1 pair holds" if count == 1 else f"{count} pairs hold"
