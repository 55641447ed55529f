"""Writes the simulated data set: EFID's layout, labels marked as simulated, the same bytes for the same seed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.images import fov
from benchmark.simulation import photographs
from benchmark.simulation.degrade import degrade
from benchmark.simulation.enhance import ALGORITHMS, enhance
from benchmark.simulation.folder import as_stored, image_file, text_file, whole
from benchmark.simulation.observers import OBSERVERS, Panel, faults, panel, ratings

VERSION = 1
REFERENCES = 24
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
    tell = progress or (lambda done, total: None)
    whole(directory, card, lambda folder: _write(folder, references, size, photos, seed, train_share, tell))
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


def _write(
    folder: Path,
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
            text_file(folder / f"Label_{split}_list.txt", "".join(lines))
    text_file(folder / "opinions.csv", _opinions(opinions))
    text_file(folder / "README.txt", README.format(title=TITLE))


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
    reference = as_stored(degrade(photograph, mask, rng))
    image_file(folder / "clean" / f"{stem}.png", photograph)
    image_file(folder / f"{split}_ref" / f"{stem}.png", reference)
    for name in sorted(ALGORITHMS):
        enhanced = as_stored(enhance(name, reference, mask))
        file = f"{stem}_{name}.png"
        image_file(folder / f"{split}_eha" / file, enhanced)
        given = ratings(faults(enhanced, as_stored(photograph), mask), observers, rng)
        yield Opinion(file, split, float(given.mean()), float(given.std(ddof=1)))


def _opinions(opinions: list[Opinion]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["enhanced", "mos", "mos_sd", "observers", "split"])
    writer.writerows(
        [item.enhanced, f"{item.mos:.4f}", f"{item.mos_sd:.6f}" if item.mos_sd > 0 else "", OBSERVERS, item.split]
        for item in opinions
    )
    return out.getvalue()
