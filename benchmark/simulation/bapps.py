"""BAPPS' layout: patches distorted twice, and the share of simulated observers who prefer the second."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.simulation.crowd import NOISE_SD, quality
from benchmark.simulation.distort import distort
from benchmark.simulation.folder import image_file

GROUPS = {
    "cnn": ("denoised", "jitter", "patches", "pixelated"),
    "color": ("pale", "garish", "shifted colour", "diffused colour"),
    "deblur": ("blur", "motion blur", "sharp", "lens blur"),
    "frameinterp": ("motion blur", "transmission", "jitter", "blur"),
    "superres": ("pixelated", "jpeg2000", "sharp", "blur"),
    "traditional": ("noise", "blur", "jpeg", "impulse"),
}
"""The published groups, and what imitates them here."""
VOTES = {"train": 2, "val": 5}
"""Numbers of observers of each choice, as published."""
EACH = 3
CHOICES = EACH * len(GROUPS) * len(VOTES)
"""Choices of a photograph."""


def write_patches(folder: Path, number: int, photograph: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Write the choices of a photograph, ``EACH`` a group and split: the images, and the share that prefers ``p1``."""
    for split, votes in VOTES.items():
        for group, kinds in GROUPS.items():
            for at in range(number * EACH, (number + 1) * EACH):
                place = folder / "2afc" / split / group
                turned = np.rot90(photograph, int(rng.integers(4)))
                chosen = [(str(rng.choice(kinds)), float(rng.uniform(0.1, 1))) for _ in range(2)]
                image_file(place / "ref" / f"{at:06d}.png", turned)
                for name, (kind, strength) in zip(("p0", "p1"), chosen, strict=True):
                    image_file(place / name / f"{at:06d}.png", distort(kind, turned, strength, rng))
                first, second = (quality(*item) for item in chosen)
                prefer = second + rng.normal(0, NOISE_SD, votes) > first + rng.normal(0, NOISE_SD, votes)
                _judge(place / "judge" / f"{at:06d}.npy", float(prefer.mean()))


def _judge(file: Path, share: float) -> None:
    """One number in an array of the published type and shape."""
    out = io.BytesIO()
    np.save(out, np.array([share], dtype=np.float32))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(out.getvalue())
