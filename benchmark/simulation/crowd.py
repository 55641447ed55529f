"""Simulated observers of distorted images, who know the distortion and its strength instead of looking at pixels.

Their rule is no method's: it depends on nothing that can be computed from the images. docs/simulated_labels.md states it.
"""

from __future__ import annotations

import hashlib

import numpy as np

OBSERVERS = 15
BIAS_SD = 0.05
NOISE_SD = 0.07
SENSITIVITY = 1.6


class Crowd:
    """Observers who differ in strictness; how much a distortion annoys is the same for all of them.

    Args:
        rng: decides their strictness.
        observers: their number.
    """

    def __init__(self, rng: np.random.Generator, observers: int = OBSERVERS) -> None:
        self._bias = rng.normal(0, BIAS_SD, observers)

    def opinion(self, kind: str, strength: float, masking: float, rng: np.random.Generator) -> tuple[float, float]:
        """Mean and standard deviation of the ratings, on a scale from 0 (spoiled) to 1 (like the reference).

        Args:
            kind: the distortion.
            strength: above 0, up to 1.
            masking: how visible distortions are in this photograph; 1 is usual.
            rng: decides the ratings.
        """
        ratings = quality(kind, strength, masking) + self._bias + rng.normal(0, NOISE_SD, self._bias.size)
        clipped = np.clip(ratings, 0, 1)
        return float(clipped.mean()), float(clipped.std(ddof=1))


def quality(kind: str, strength: float, masking: float = 1.0) -> float:
    """What an observer without bias or noise would say: exp(-1.6 · annoyance · masking · strength)."""
    return float(np.exp(-SENSITIVITY * annoyance(kind) * masking * strength))


def annoyance(kind: str) -> float:
    """How much a distortion annoys: between 0.6 and 1.4, from the SHA-256 of its name, so that no seed changes it."""
    first = int.from_bytes(hashlib.sha256(kind.encode()).digest()[:4], "big")
    return 0.6 + 0.8 * first / 2**32
