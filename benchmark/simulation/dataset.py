"""Writes the simulated data set: EFID's layout, labels marked as simulated, the same bytes for the same seed."""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.core.errors import UserError
from benchmark.images import fov
from benchmark.simulation import photographs
from benchmark.simulation.degrade import degrade
from benchmark.simulation.enhance import ALGORITHMS, enhance
from benchmark.simulation.observers import OBSERVERS, Panel, faults, panel, ratings

VERSION = 1
REFERENCES = 24
CARD = "dataset.json"
TITLE = "Demo: fundus photographs with simulated labels"
README = """\
{title}

SIMULATED LABELS: no person judged these images. Fifteen simulated observers judged each enhanced image against the clean
photograph in clean/, which no benchmarked method sees; docs/simulated_labels.md states their rule in full.

train_ref/, test_ref/       degraded photographs: the references, as in EFID
train_eha/, test_eha/       each of them enhanced by six classical algorithms
Label_*_list.txt            enhanced_name,score: mean simulated opinion, 0 (bad) to 100
opinions.csv                mean, standard deviation and number of the simulated opinions
clean/                      the photographs before they were degraded
dataset.json                how this set was made
"""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One label: enhanced image, split, mean and standard deviation of its simulated ratings."""

    enhanced: str
    split: str
    mos: float
    mos_sd: float


def write_demo(
    directory: Path,
    *,
    references: int | None = None,
    size: int = 256,
    photos: Path | None = None,
    seed: int = 0,
    train_share: float = 0.5,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the data set, unless the same one is already there.

    Args:
        directory: its folder, which is created whole or not at all.
        references: number of degraded photographs; default: all of ``photos``, else 24.
        size: width and height of each image, px.
        photos: folder of real photographs; default: views of the one that scikit-image ships.
        seed: same seed, same bytes.
        train_share: share of the references in the training split; the others are the test split.
        progress: called with the number of photographs done and of all, first with 0; not if there is nothing to do.

    Returns:
        The number of references.

    Raises:
        UserError: something else is at ``directory``, or ``photos`` can't be used.
    """
    if references is None:
        references = REFERENCES if photos is None else photographs.count(photos)
    card = _card(references, size, photos, seed, train_share)
    if _is_there(directory, card):
        return references
    beside = directory.absolute().with_name(f".{directory.name}.{secrets.token_hex(4)}.partial")
    try:
        _write(beside, card, references, size, photos, seed, train_share, progress or (lambda done, total: None))
        directory.parent.mkdir(parents=True, exist_ok=True)
        if directory.is_dir():
            directory.rmdir()
        os.replace(beside, directory)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return references


def _card(references: int, size: int, photos: Path | None, seed: int, train_share: float) -> dict[str, Any]:
    return {
        "name": "demo",
        "title": TITLE,
        "labels": "simulated",
        "observers": OBSERVERS,
        "made_by": "efid-bench demo-data",
        "version": VERSION,
        "references": references,
        "size": size,
        "photographs": "scikit-image retina (CC0)" if photos is None else photos.name,
        "seed": seed,
        "train_share": train_share,
    }


def _is_there(directory: Path, card: Mapping[str, Any]) -> bool:
    """Whether exactly this set is there.

    Raises:
        UserError: something else is.
    """
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return False
    try:
        content = json.loads((directory / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(f"{directory}: is not empty and no demo data set; name another folder") from None
    if content != card:
        keys = ", ".join(key for key in card if not isinstance(content, dict) or content.get(key) != card[key])
        raise UserError(f"{directory}: holds a demo data set with another {keys}; remove it or name another folder")
    return True


def _write(
    folder: Path,
    card: Mapping[str, Any],
    references: int,
    size: int,
    photos: Path | None,
    seed: int,
    train_share: float,
    progress: Callable[[int, int], None],
) -> None:
    progress(0, references)
    streams = np.random.default_rng(seed).spawn(references + 3)
    clean = (
        photographs.views(references, size, streams[0])
        if photos is None
        else photographs.from_folder(photos, references, size)
    )
    observers = panel(streams[1])
    train = set(streams[2].permutation(references)[: round(train_share * references)].tolist())
    opinions: list[Opinion] = []
    for number, photograph in enumerate(clean):
        split = "train" if number in train else "test"
        opinions += _write_reference(folder, number + 1, split, photograph, observers, streams[number + 3])
        progress(number + 1, references)
    for split in ("train", "test"):
        lines = [f"{item.enhanced},{item.mos:.4f}\n" for item in opinions if item.split == split]
        if lines:
            _text(folder / f"Label_{split}_list.txt", "".join(lines))
    _text(folder / "opinions.csv", _opinions(opinions))
    _text(folder / "README.txt", README.format(title=TITLE))
    _text(folder / CARD, json.dumps(card, indent=2) + "\n")


def _write_reference(
    folder: Path,
    number: int,
    split: str,
    photograph: NDArray[np.float64],
    observers: Panel,
    rng: np.random.Generator,
) -> Iterator[Opinion]:
    """One reference with its six enhanced images; yields their labels."""
    stem = f"{number:05d}"
    mask = fov.field_of_view(photograph.transpose(2, 0, 1).astype(np.float32))
    reference = _as_stored(degrade(photograph, mask, rng))
    _png(folder / "clean" / f"{stem}.png", photograph)
    _png(folder / f"{split}_ref" / f"{stem}.png", reference)
    for name in sorted(ALGORITHMS):
        enhanced = _as_stored(enhance(name, reference, mask))
        file = f"{stem}_{name}.png"
        _png(folder / f"{split}_eha" / file, enhanced)
        given = ratings(faults(enhanced, _as_stored(photograph), mask), observers, rng)
        yield Opinion(file, split, float(given.mean()), float(given.std(ddof=1)))


def _as_stored(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """An image rounded to 8 bits: enhancers and observers see only what the file holds."""
    return np.asarray(np.round(np.clip(image, 0, 1) * 255) / 255)


def _png(path: Path, image: NDArray[np.float64]) -> None:
    stored = np.ascontiguousarray(np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)[..., ::-1])
    done, data = cv2.imencode(".png", stored, [cv2.IMWRITE_PNG_COMPRESSION, 6])
    if not done:
        raise OSError(f"{path}: the image can't be encoded")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.tobytes())


def _opinions(opinions: list[Opinion]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["enhanced", "mos", "mos_sd", "observers", "split"])
    writer.writerows(
        [item.enhanced, f"{item.mos:.4f}", f"{item.mos_sd:.6f}" if item.mos_sd > 0 else "", OBSERVERS, item.split]
        for item in opinions
    )
    return out.getvalue()


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
