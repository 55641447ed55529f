"""Makes folders of tiny images and label lists in any layout."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

Tree = Callable[..., Path]


@pytest.fixture
def image() -> Callable[[Path, int], None]:
    """Write an 8×8 image whose content the seed decides."""

    def write(path: Path, seed: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        assert cv2.imwrite(str(path), pixels)

    return write


@pytest.fixture
def tree(tmp_path: Path, image: Callable[[Path, int], None]) -> Tree:
    """Write splits of two references with two enhanced images each; the label of the n-th image of a split is n + 0.25.

    ``tree({"train": ("train_ref", "train_eha", "Label_train_list.txt")})`` gives the folder that they lie in.
    """

    def make(
        splits: Mapping[str, Sequence[str]],
        *,
        root: Path = tmp_path / "EFID",
        conditions: Sequence[str] = ("clahe", "gamma"),
    ) -> Path:
        for order, (split, (references, enhanced, labels)) in enumerate(splits.items()):
            lines: list[str] = []
            for number in range(2):
                stem = f"{100 * order + number:05d}"
                image(root / references / f"{stem}.png", hash_of(split, number, 0))
                for step, condition in enumerate(conditions, 1):
                    name = f"{stem}_{condition}.png"
                    image(root / enhanced / name, hash_of(split, number, step))
                    lines.append(f"{name},{len(lines)}.25")
            (root / labels).parent.mkdir(parents=True, exist_ok=True)
            (root / labels).write_text("\n".join(lines))
        return root

    return make


def hash_of(split: str, number: int, step: int) -> int:
    """A seed of its own for every image."""
    return int.from_bytes(f"{split}{number}{step}".encode(), "big")
