"""PIPAL, training part: 200 photographs, each distorted or restored in 116 ways, Elo ratings. Reads the folder as unpacked.

Labels of the validation and test parts are not public. Distorted images lie in one folder, or in the four of the download.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import Label, beside, read_labels, short
from benchmark.data.name_matching import stem

from ._advice import AGAIN
from ._folders import Folder, folders, in_one_line, near_in, subfolders
from ._published import SEE_AUTHORS, PublishedDataset, Reading

LABELS, REFERENCES = "Train_Label", "Train_Ref"
ONE, FOUR = "Train_Dist", tuple(f"Distortion_{number}" for number in range(1, 5))
EACH = 116
SEVERAL = 4
"""So many lists are no longer labels of all references in one file."""


class Pipal(PublishedDataset):
    """Perceptual Image Processing ALgorithms: Elo ratings, higher is better. All pairs are of the split ``train``.

    The condition is the number of the distortion's kind, ``00`` to ``06``, the second part of a name.

    Args:
        root: the folder with ``Train_Ref``, ``Train_Label`` and either ``Train_Dist`` or ``Distortion_1`` to
            ``Distortion_4``.
    """

    info = DatasetInfo(
        name="pipal",
        title="PIPAL",
        label_name="Elo",
        label_range=(916.7136, 1835.9856),
        range_reached=True,
        pairs=23200,
        references=200,
        splits=("train",),
        layout="Train_Ref/A0001.bmp, Train_Dist/A0001_00_00.bmp, Train_Label/A0001.txt",
        variants="Distortion_1 to Distortion_4 in place of Train_Dist",
        source="https://www.jasongt.com/projectpages/pipal.html",
        citation="Gu et al. 2020, PIPAL: a large-scale IQA dataset for perceptual image restoration, ECCV",
        licence=SEE_AUTHORS,
    )
    marks = ((LABELS, REFERENCES),)

    def read(self) -> Reading:
        """The pairs of the lists, of which there is one for each reference."""
        references, lists = folders(self._root, REFERENCES, LABELS)
        distorted, places, problems = _distorted(self._root)
        reading = Reading(problems=problems, notes=[f"Distorted images are in {distorted}."])
        missing: dict[str, str] = {}
        listed = sorted(name for name in os.listdir(lists.path) if name.endswith(".txt") and not name.startswith("."))
        if not listed:
            first = stem(next(iter(references.images()), "A0001.bmp"))
            there = ", ".join(sorted(os.listdir(lists.path))[:3])
            hint = beside(lists.path / f"{first}.txt") or f"{f' (there is {there})' if there else ''}: {AGAIN}"
            message = f"holds no lists such as {first}.txt{hint}"
            raise DataError(Problem("error", message, str(lists.path)))
        _refuse_joined(lists, listed, references)
        for name in listed:
            file = lists.path / name
            reading.label_files.append(file)
            try:
                content = read_labels(file)
            except DataError as error:
                reading.problems += error.problems
                continue
            reading.problems += content.problems
            original = f"{stem(name.removesuffix('.txt'))}.bmp"
            if not references.has(original):
                wrong = f"no image {short(original)} in {references.path}{references.hint(original)}"
                reading.problems.append(Problem("error", wrong, str(file)))
                continue
            rows = [_row(label, file, references, original) for label in content.labels]
            self._keep(rows, places, missing, reading)
            if not content.problems and len(rows) != EACH and not self.card.simulated:
                message = f"{len(rows)} labels, each reference has {EACH}: unpack the archive again"
                reading.problems.append(Problem("warning", message, str(file)))
        unlisted = [name for name in references.images() if f"{stem(name)}.txt" not in listed]
        reading.problems += [
            Problem("warning", f"no list {stem(name)}.txt: its images are left out", str(lists.path))
            for name in unlisted
        ]
        reading.problems += in_one_line(missing, f"in {distorted}{near_in(next(iter(missing), ''), places)}")
        return reading

    @staticmethod
    def _keep(
        rows: Sequence[dict[str, object]], places: dict[str, str], missing: dict[str, str], reading: Reading
    ) -> None:
        """Keep the rows whose image is there and named after their reference."""
        for row in rows:
            name, where = str(row["enhanced"]), str(row["source"])
            if not name.startswith(f"{stem(str(row['reference']))}_") or name.count("_") != 2:
                message = f"{short(name)} is no distorted image of {row['reference']}, such as `A0001_00_00.bmp`"
                reading.problems.append(Problem("error", message, where))
            elif name not in places:
                missing[name] = where
            else:
                reading.rows.append({**row, "condition": name.split("_")[1], "enhanced_path": places[name]})


def _row(label: Label, file: Path, references: Folder, original: str) -> dict[str, object]:
    return {
        "split": "train",
        "reference": original,
        "enhanced": label.name,
        "mos": label.score,
        "reference_path": references.path_of(original),
        "source": f"{file}:{label.line}",
    }


def _refuse_joined(lists: Folder, listed: Sequence[str], references: Folder) -> None:
    """Refuse labels that are no lists of one reference each.

    Raises:
        DataError: no list is named after a reference.
    """
    if not any(references.has(f"{name.removesuffix('.txt')}.bmp") for name in listed) and references.images():
        known = stem(references.images()[0])
        if not any(f"{known}.txt".casefold() == name.casefold() for name in listed) and len(listed) < SEVERAL:
            message = f"needs a list for each reference, such as {known}.txt; there is {', '.join(listed)}: {AGAIN}"
            raise DataError(Problem("error", message, str(lists.path)))


def _distorted(root: Path) -> tuple[str, dict[str, str], list[Problem]]:
    """The folders of distorted images in words, the place of each image, and a problem for each folder that is missing.

    Raises:
        DataError: none of the folders is there, or images are there twice.
    """
    there = [name for name in (ONE, *FOUR) if (root / name).is_dir()]
    if there == [ONE]:
        inside = [f"{ONE}/{folder.name}" for folder in subfolders(root / ONE) if folder.name in FOUR]
        there = inside or there
    if not there:
        near = [
            name for name in sorted(os.listdir(root)) if name.casefold() in {ONE.casefold(), *map(str.casefold, FOUR)}
        ]
        hint = f"; there is {', '.join(near)}: names must be equal in case" if near else ""
        message = f"no folder {ONE}, and none of {', '.join(FOUR)}{hint or f'; {AGAIN}'}"
        raise DataError(Problem("error", message, str(root)))
    problems = [
        Problem("error", "no such folder: unpack that part of the distorted images too", str(root / name))
        for name in (f"{there[0].removesuffix(Path(there[0]).name)}{part}" for part in FOUR)
        if ONE not in there and name not in there
    ]
    places: dict[str, str] = {}
    twice: list[tuple[str, str, str]] = []
    for folder in folders(root, *there):
        for name in folder.images():
            if name in places:
                twice.append((name, Path(places[name]).parent.name, folder.path.name))
            else:
                places[name] = folder.path_of(name)
    if twice:
        name, one, other = twice[0]
        message = f"{len(twice):,} images are there twice, first {short(name)} in {one}/ and {other}/"
        raise DataError(Problem("error", f"{message}: remove one of the two copies", str(root)))
    return ", ".join(f"{name}/" for name in there), places, problems
