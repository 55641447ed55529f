"""Small photographs of things, people and places to distort: views of those that scikit-image ships, or of a folder's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.core.errors import UserError
from benchmark.images.read import read_image
from benchmark.simulation import photographs

Photograph = NDArray[np.float64]
SHIPPED = ("coffee", "chelsea", "astronaut", "rocket", "retina", "camera", "hubble_deep_field", "grass")
"""Photographs in the installed package scikit-image, which need no download."""


def shipped(count: int, size: int, rng: np.random.Generator) -> Iterator[Photograph]:
    """Square views that differ by photograph, place, zoom and mirroring.

    Args:
        count: number of views.
        size: width and height, px.
        rng: decides everything.
    """
    from skimage import data  # noqa: PLC0415 - slow to import

    for number in range(count):
        stored = np.asarray(getattr(data, SHIPPED[number % len(SHIPPED)])(), dtype=np.float64) / 255
        colour = stored if stored.ndim == 3 else np.repeat(stored[..., None], 3, axis=2)
        side = int(min(colour.shape[:2]) * rng.uniform(0.6, 1.0))
        top, left = (int(rng.integers(0, length - side + 1)) for length in colour.shape[:2])
        view = colour[top : top + side, left : left + side]
        yield _scaled(view[:, ::-1] if rng.uniform() < 0.5 else view, size)


def from_folder(folder: Path, count: int, size: int) -> Iterator[Photograph]:
    """The middle squares of the first photographs of a folder by name.

    Raises:
        UserError: the folder is missing or holds too few photographs, or an image can't be read.
    """
    files = photographs.files_of(folder)
    if len(files) < count:
        raise UserError(
            f"--photos {folder}: {len(files)} photographs for {count} references; say --references {len(files)}"
        )
    for file in files[:count]:
        image = read_image(file).transpose(1, 2, 0).astype(np.float64)
        side = min(image.shape[:2])
        top, left = ((length - side) // 2 for length in image.shape[:2])
        yield _scaled(image[top : top + side, left : left + side], size)


def _scaled(image: Photograph, size: int) -> Photograph:
    way = cv2.INTER_AREA if image.shape[0] >= size else cv2.INTER_CUBIC
    scaled = cv2.resize(np.ascontiguousarray(image), (size, size), interpolation=way)
    return np.asarray(np.clip(scaled, 0, 1), dtype=np.float64)
