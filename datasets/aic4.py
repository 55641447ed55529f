"""JPEG AIC-4's example set: 5 photographs, 6 codecs at 10 levels, distortion in just noticeable differences."""

from __future__ import annotations

import math

from benchmark import DatasetInfo
from benchmark.data.labels import short

from ._columns import read_sheet
from ._label_files import where
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list
from ._published import SEE_AUTHORS

IMAGES = "PTC_images"
LIST = "JPEG_AIC_reconstructed_jnd_scores.csv"
CI = ("CI_min", "CI_max")


class Aic4(ListedDataset):
    """The cropped images that were judged, not those in full resolution. Labels are distortion: *lower* is better.

    The list's 95 % limits (``CI_min``, ``CI_max``) are the labels' limits, which the outlier ratio needs. They are no spread
    of opinions: what decides whether two images differ can't be computed.

    Args:
        root: the folder with ``PTC_images`` and the list of labels, or the one above.
        label_file: the list of labels; default: ``JPEG_AIC_reconstructed_jnd_scores.csv`` in ``root``.
    """

    info = DatasetInfo(
        name="aic4",
        title="JPEG AIC-4",
        lower_mos_better=True,
        label_name="JND",
        label_range=(0, 3.784),
        range_reached=True,
        pairs=300,
        references=5,
        opinions="95 % limits",
        layout="PTC_images/00002/PTC_00002_AVIF_01.png, JPEG_AIC_reconstructed_jnd_scores.csv",
        variants="the repository as downloaded, or its folder one below",
        source="https://github.com/jpeg-aic/JPEG-AIC-4-datasets",
        citation="Jenadeleh, Sneyers, Jia, Mohammadi, Ascenso, Saupe 2025, Subjective visual quality assessment for "
        "high-fidelity learning-based image compression, arXiv:2504.06301",
        licence=SEE_AUTHORS,
    )
    marks = (("PTC_images", "JPEG_AIC_reconstructed_jnd_scores.csv"),)

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = find_base(self._root, IMAGES, ("JPEG-AIC-4-example-dataset", "JPEG-AIC-4-datasets"))
        file = one_list(self._root, base, (LIST,), self._label_file)
        sheet = read_sheet(file, ("img_source", "img_distorted", "distortion"))
        given = [name for name in CI if name in sheet.columns]
        sheet.settle_mark(["distortion", *given])
        rows = []
        for row in sheet.rows:
            before = len(sheet.problems)
            image, reference = row.cells["img_distorted"], row.cells["img_source"]
            mos = sheet.number(row, "distortion", required=True)
            low, high = (sheet.number(row, name, required=True) if name in given else math.nan for name in CI)
            limits = (low, high) if len(given) == 2 else None
            for name in (image, reference):
                if name.count("_") < 3:
                    sheet.wrong(row, f"{short(name)} is no name such as `PTC_00002_AVIF_01.png`")
            if len(sheet.problems) == before:
                codec, place = image.split("_")[2], where(sheet, row.line)
                rows.append(Row(_inside(image), _inside(reference), codec, mos, place, limits=limits))
        read_from = (
            "The outlier ratio takes the list's 95 % limits of labels."
            if len(given) == 2
            else "The list has no limits."
        )
        notes = [read_from, *sheet.notes]
        return Copy(base / IMAGES, base / IMAGES, rows, [file], sheet.problems, notes)


def _inside(name: str) -> str:
    """A name with the folder of its photograph."""
    return f"{name.split('_')[1]}/{name}"
