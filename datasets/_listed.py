"""Sets that are two folders of images and a list of labels: every name of the list is looked up in the folders.

A helper of the loaders in this folder: each says where its list is and what its names mean; the rest is here, so that
every set names the same damage in the same words.
"""

from __future__ import annotations

import math
import os
from abc import abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from benchmark import DataError, Problem
from benchmark.core.pair_columns import LIMITS
from benchmark.data.labels import beside, refuse_name, short

from ._folders import Folder, unnested
from ._published import PublishedDataset, Reading


@dataclass(slots=True)
class Row:
    """One labelled image; names are relative to the folders of the copy.

    Attributes:
        enhanced: the image.
        reference: its reference.
        condition: the distortion or the algorithm.
        mos: the label.
        where: file and line, or file and place, of the label.
        mos_sd: spread of the opinions, where published.
        observers: their number, where published.
        limits: the label's 95 % limits, where published.
    """

    enhanced: str
    reference: str
    condition: str
    mos: float
    where: str
    mos_sd: float = math.nan
    observers: float = math.nan
    limits: tuple[float, float] | None = None


@dataclass(slots=True)
class Copy:
    """A copy of a set as found.

    Attributes:
        references: folder of the references.
        enhanced: folder of the labelled images.
        rows: the labels.
        files: where they were read from.
        problems: what is wrong with other lines.
        notes: what readers must know of this copy.
        unlabelled: names of images that have no label on purpose.
    """

    references: Path
    enhanced: Path
    rows: list[Row]
    files: list[Path]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unlabelled: frozenset[str] = frozenset()


class ListedDataset(PublishedDataset):
    """A set whose authors published a folder of images, one of references and a list of labels.

    Args:
        root: the folder as unpacked.
        label_file: the list of labels, where it lies elsewhere or several are there.
    """

    def __init__(self, *, root: Path, label_file: Path | None = None) -> None:
        super().__init__(root=root)
        self._label_file = label_file

    @abstractmethod
    def find(self) -> Copy:
        """The copy in the folder: its layout, and its labels in order.

        Raises:
            DataError: a folder or the list is missing, or there are two.
        """

    def read(self) -> Reading:
        """The rows whose images are there.

        Raises:
            DataError: the copy as a whole can't be used.
        """
        copy = self.find()
        copy.references, copy.enhanced = unnested(copy.references), unnested(copy.enhanced)
        usable, problems = _usable(copy)
        bare = {os.path.join(copy.enhanced, name) for name in copy.unlabelled}
        rows = [_cells(copy, row) for row in usable]
        return Reading(rows, [*copy.problems, *problems], copy.notes, copy.files, bare)


def _usable(copy: Copy) -> tuple[list[Row], list[Problem]]:
    """The rows whose two images are there, and a problem for every other; one for a whole folder that is missing."""
    folders = _folders(copy)
    usable: list[Row] = []
    problems: list[Problem] = []
    missing: dict[Path, set[str]] = {}
    seen: dict[str, str] = {}
    for row in copy.rows:
        gone = False
        wrong = []
        for kind, name in (("enhanced", row.enhanced), ("reference", row.reference)):
            folder = folders[kind]
            inside = (folder.path / name).parent
            if refuse_name(name):
                wrong.append(refuse_name(name))
            elif not os.path.isdir(inside):
                missing.setdefault(inside, set()).add(row.where)
                gone = True
            elif not folder.has(name):
                wrong.append(f"no image {short(name)} in {folder.path}{folder.hint(name)}")
        if row.enhanced in seen:
            wrong.append(f"{short(row.enhanced)} already has a label in {seen[row.enhanced]}")
        seen.setdefault(row.enhanced, row.where)
        problems += [Problem("error", words, row.where) for words in wrong]
        if not wrong and not gone:
            usable.append(row)
    return usable, [
        *(
            Problem(
                "error", f"no such folder{beside(path, folder=True)}; {len(rows):,} labels need images in it", str(path)
            )
            for path, rows in missing.items()
        ),
        *problems,
    ]


def _folders(copy: Copy) -> dict[str, Folder]:
    """The two folders.

    Raises:
        DataError: one can't be listed; carries what is wrong with the list too.
    """
    folders: dict[str, Folder] = {}
    problems: list[Problem] = []
    for kind, path in (("enhanced", copy.enhanced), ("reference", copy.references)):
        try:
            folders[kind] = Folder(path)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError([*problems, *copy.problems])
    return folders


def _cells(copy: Copy, row: Row) -> dict[str, object]:
    return {
        "reference": row.reference,
        "enhanced": row.enhanced,
        "condition": row.condition,
        "mos": row.mos,
        "mos_sd": row.mos_sd,
        "observers": row.observers,
        "reference_path": os.path.join(copy.references, row.reference),
        "enhanced_path": os.path.join(copy.enhanced, row.enhanced),
        "source": row.where,
        **({} if row.limits is None else dict(zip(LIMITS, row.limits, strict=True))),
    }
