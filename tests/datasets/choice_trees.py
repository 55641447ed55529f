"""Trees in BAPPS's layout: tiny patches, and judgements that follow their noise."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

SIDE = 32


def plant_bapps(root: Path, groups: Mapping[str, int], *, seed: int = 0) -> dict[str, list[float]]:
    """Write so many choices of each group (``val/cnn``) below a root; give the shares that prefer p1, by group.

    The noisier patch is the less liked one, with exceptions; training shares are of 2 votes, others of 5.
    """
    rng = np.random.default_rng(seed)
    shares: dict[str, list[float]] = {}
    for group, count in groups.items():
        votes = 2 if group.startswith("train") else 5
        for part in ("ref", "p0", "p1", "judge"):
            (root / group / part).mkdir(parents=True)
        for number in range(count):
            noise = rng.uniform(2, 30, 2)
            share = float(rng.binomial(votes, 1 / (1 + np.exp((noise[1] - noise[0]) / 8)))) / votes
            reference = cv2.resize(rng.integers(30, 226, (8, 8, 3)).astype(np.float64), (SIDE, SIDE))
            patches = {"ref": reference}
            for part, strength in zip(("p0", "p1"), noise, strict=True):
                patches[part] = reference + rng.normal(0, strength, reference.shape)
            for part, pixels in patches.items():
                file = root / group / part / f"{number:06d}.png"
                assert cv2.imwrite(str(file), np.clip(pixels, 0, 255).astype(np.uint8))
            np.save(root / group / "judge" / f"{number:06d}.npy", np.array([share]))
            shares.setdefault(group, []).append(share)
    return shares
