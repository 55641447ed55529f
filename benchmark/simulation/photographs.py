"""Clean photographs to start from: views of the fundus photograph that scikit-image ships, or real ones from a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.core.errors import UserError
from benchmark.images import fov
from benchmark.images.read import read_image

Photograph = NDArray[np.float64]
RADIUS = 0.485
FEWEST = 2
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def shipped() -> Photograph:
    """The photograph ``retina`` of scikit-image (CC0), read from the installed package."""
    from skimage import data  # noqa: PLC0415 - slow to import

    return np.asarray(data.retina(), dtype=np.float64) / 255  # type: ignore[no-untyped-call]


def views(count: int, size: int, rng: np.random.Generator) -> Iterator[Photograph]:
    """Views of the shipped photograph that differ by rotation, flip, crop and colour, in a round field of view.

    Args:
        count: number of views.
        size: width and height, px.
        rng: decides everything.
    """
    photograph = shipped()
    for _ in range(count):
        yield view(photograph, size, rng)


def view(photograph: Photograph, size: int, rng: np.random.Generator) -> Photograph:
    """One view: a disc of the photograph, turned, perhaps mirrored, with another camera's colours."""
    side = min(photograph.shape[:2])
    zoom = rng.uniform(1.05, 1.6)
    radius = RADIUS * side / zoom
    reach = max(0.0, 0.47 * side - radius)
    angle, turn = rng.uniform(0, 2 * np.pi), rng.uniform(0, 360)
    shift = reach * np.sqrt(rng.uniform())
    centre = (photograph.shape[1] / 2 + shift * np.cos(angle), photograph.shape[0] / 2 + shift * np.sin(angle))
    scale = RADIUS * size / radius
    matrix = cv2.getRotationMatrix2D(centre, turn, scale)
    matrix = matrix + np.array([[0, 0, size / 2 - centre[0]], [0, 0, size / 2 - centre[1]]])
    blurred = cv2.GaussianBlur(photograph, (0, 0), max(0.1, 0.45 / scale))
    turned = cv2.warpAffine(blurred, matrix, (size, size), flags=cv2.INTER_LINEAR)
    if rng.uniform() < 0.5:
        turned = turned[:, ::-1]
    coloured = np.clip(turned, 0, 1) ** rng.uniform(0.8, 1.2) * rng.uniform((0.9, 0.85, 0.8), (1.1, 1.15, 1.2))
    return np.clip(coloured, 0, 1) * disc(size)[..., None]


def disc(size: int) -> NDArray[np.float64]:
    """1 inside the round field of view, 0 outside, with a soft edge of one pixel: (size, size)."""
    place = np.arange(size) + 0.5 - size / 2
    distance = np.hypot(place[:, None], place[None])
    return np.asarray(np.clip(RADIUS * size + 0.5 - distance, 0, 1))


def from_folder(folder: Path, count: int, size: int) -> Iterator[Photograph]:
    """The first ``count`` photographs of a folder by name, their field of view scaled to ``size`` px.

    Raises:
        UserError: the folder is missing or holds too few photographs, or an image can't be read.
    """
    files = files_of(folder)
    if len(files) < count:
        raise UserError(
            f"--photos {folder}: {len(files)} photographs for {count} references; say --references {len(files)}"
        )
    for file in files[:count]:
        yield square(read_image(file), size)


def count(folder: Path) -> int:
    """The number of photographs in a folder: at least two, since some are for training and others for the test.

    Raises:
        UserError: the folder is missing or holds fewer.
    """
    present = len(files_of(folder))
    if present < FEWEST:
        kinds = ", ".join(SUFFIXES)
        raise UserError(f"--photos {folder}: {present} photographs ({kinds}) lie in this folder; {FEWEST} are needed")
    return present


def files_of(folder: Path) -> list[Path]:
    """The photographs directly in a folder, by name, without hidden ones."""
    if not folder.is_dir():
        raise UserError(f"--photos {folder}: no such folder")
    photographs = (item for item in folder.iterdir() if item.suffix.lower() in SUFFIXES and item.name[0] != ".")
    return sorted(item for item in photographs if item.is_file())


def square(image: NDArray[np.float32], size: int) -> Photograph:
    """The field of view of a photograph, (3, H, W), centred in a square of ``size`` px, black around it."""
    shrink = min(
        1.0, 3 * size / min(image.shape[1:])
    )  # large photographs are shrunk first: the mask needs no more pixels
    rough = cv2.resize(image.transpose(1, 2, 0), None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    planes = np.ascontiguousarray(rough.transpose(2, 0, 1), dtype=np.float32)
    cropped = fov.crop(planes, fov.field_of_view(planes)).transpose(1, 2, 0)
    scale = 2 * RADIUS * size / max(cropped.shape[:2])
    height, width = (min(size, round(scale * length)) for length in cropped.shape[:2])
    small = cv2.resize(cropped, (width, height), interpolation=cv2.INTER_AREA)
    canvas = np.zeros((size, size, 3))
    top, left = (size - height) // 2, (size - width) // 2
    canvas[top : top + height, left : left + width] = small
    return np.clip(canvas, 0, 1)
