"""SRIQA-Bench: 100 photographs, each made larger by 10 algorithms, opinions from comparisons within a photograph."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import read_labels, short

from ._listed import Copy, ListedDataset, Row
from ._places import find_base
from ._votes import choices_of_labels

if TYPE_CHECKING:
    import pandas as pd

IMAGES = "images"
LABELS = "MOS"
ORIGINAL = "_Original.png"
FOLDERS = {"original": "images/Original", "input": "LRImages"}


class SriqaBench(ListedDataset):
    """Super-resolved images; 0 to 100, higher is better, scaled within each photograph.

    Lists also hold the original as an eleventh image, which is left out. Labels of two photographs can't be compared: levels
    and accuracies within a reference mean something, correlations over all pairs little.

    Its authors' test code counts, over the pairs of all photographs together, those whose two images a method puts in the
    order of their labels (it takes the original as an eleventh image; equal labels count where scores are equal, too).
    ``pairs_ordered`` is the mean of that share over photographs: the same number where all have as many different labels.
    ``choices: true`` adds all pairs as choices, of which ``accuracy_majority`` is the share over all photographs together.

    Args:
        root: the folder with ``images`` and ``MOS``.
        reference: ``original`` (``images/Original``, the photograph in full resolution, which its authors call ground truth,
            asked people about too, and score against) or ``input`` (``LRImages``, the degraded input of the algorithms,
            which is what their users have; it is four times smaller, so that ``size_mismatch: resize-reference`` is needed).
        choices: whether to add the choices that follow from the labels: the image with the higher label is preferred.
    """

    info = DatasetInfo(
        name="sriqa-bench",
        title="SRIQA-Bench",
        label_range=(0, 100),
        pairs=1000,
        references=100,
        layout="images/Original/NAME_Original.png, images/SwinIR/NAME_SwinIRx4.png, LRImages, MOS/NAME.txt",
        variants="option `reference`: original or input; names with or without x4; `choices: true` for all pairs as choices",
        source="https://github.com/ChrisDud0257/AFINE",
        citation="Chen, Wu, Ma, Zhang 2025, Toward generalized image quality assessment: Relaxing the perfect "
        "reference quality assumption, CVPR (arXiv:2503.11221)",
        licence="non-commercial academic research only",
    )
    marks = (("MOS", "images/Original"), ("MOS", "LRImages"))

    def __init__(
        self, *, root: Path, reference: Literal["original", "input"] = "original", choices: bool = False
    ) -> None:
        super().__init__(root=root)
        self._reference = reference
        self._asked = choices

    def choices(self) -> pd.DataFrame | None:
        """The choices that follow from the labels, if they were asked for; see ``benchmark.data.choices``."""
        return choices_of_labels(self.examine()[0]) if self._asked else None

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = find_base(self._root, LABELS, ("SRIQA-Bench",))
        find_base(base, IMAGES)
        find_base(base, FOLDERS[self._reference])
        folders = _folders(base / IMAGES)
        files = sorted(base / LABELS / name for name in os.listdir(base / LABELS) if name.endswith(".txt"))
        if not files:
            raise DataError(Problem("error", "no lists of labels such as x1.txt here", str(base / LABELS)))
        rows: list[Row] = []
        problems: list[Problem] = []
        originals = set()
        for file in files:
            listed = read_labels(file)
            problems += listed.problems
            for label in listed.labels:
                where = f"{file}:{label.line}"
                if label.name.endswith(ORIGINAL):
                    originals.add(f"Original/{label.name}")
                elif label.name not in folders:
                    message = f"no image {short(label.name)} in a folder of {base / IMAGES}{_near(label.name, folders)}"
                    problems.append(Problem("error", message, where))
                else:
                    folder = folders[label.name]
                    reference = f"{file.stem}{ORIGINAL}"
                    rows.append(Row(f"{folder}/{label.name}", reference, folder, label.score, where))
        notes = [
            f"The reference is {FOLDERS[self._reference]}/ (option `reference`).",
            "Labels are scaled to 0 to 100 within each photograph: those of two photographs can't be compared.",
        ]
        unlabelled = frozenset(originals)
        return Copy(base / FOLDERS[self._reference], base / IMAGES, rows, files, problems, notes, unlabelled)


def _folders(images: Path) -> dict[str, str]:
    """The folder of every image, which is the algorithm.

    Raises:
        DataError: an image lies in two.
    """
    folders: dict[str, str] = {}
    for folder in sorted(name for name in os.listdir(images) if (images / name).is_dir()):
        for image in os.listdir(images / folder):
            other = folders.setdefault(image, folder)
            if other != folder:
                message = f"two copies of {short(image)}, in {other}/ and {folder}/; remove one"
                raise DataError(Problem("error", message, str(images)))
    return folders


def _near(name: str, folders: dict[str, str]) -> str:
    """A hint for an image that is there in another case."""
    near = next((other for other in folders if other.casefold() == name.casefold()), None)
    return f"; there is {near!r}: names must be equal in case" if near is not None else ""
