"""TID2008: 25 photographs, 17 distortions at 4 levels, mean opinion scores. Reads the published folder as unpacked."""

from __future__ import annotations

from benchmark import DatasetInfo

from ._tid import DISTORTIONS, TidSet


class Tid2008(TidSet):
    """Tampere Image Database 2008: 0 to 9, higher is better.

    The condition is the distortion's name, from the number in the file's name. ``mos_std.txt`` is read where it is there;
    its numbers have the size of the error of a mean, and no number of observers goes with them.

    Args:
        root: the folder with ``mos_with_names.txt``, ``reference_images`` and ``distorted_images``.
    """

    info = DatasetInfo(
        name="tid2008",
        title="TID2008",
        label_range=(0, 7.7143),
        range_reached=True,
        pairs=1700,
        references=25,
        opinions="error of the mean (mos_std.txt)",
        layout="reference_images/I01.BMP, distorted_images/I01_01_1.bmp, mos_with_names.txt, mos_std.txt",
        variants="names in any case; without mos_std.txt",
        source="https://www.ponomarenko.info/tid2008.htm",
        citation=(
            "Ponomarenko et al. 2009, TID2008: A database for evaluation of full-reference visual quality assessment "
            "metrics, Advances of Modern Radioelectronics 10"
        ),
        licence="education and research, free of charge (its readme)",
    )
    distortions = DISTORTIONS[:17]
    levels = 4
