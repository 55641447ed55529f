"""TID2013: 25 photographs, 24 distortions at 5 levels, mean opinion scores. Reads the published folder as unpacked."""

from __future__ import annotations

from benchmark import DatasetInfo

from ._tid import DISTORTIONS, TidSet


class Tid2013(TidSet):
    """Tampere Image Database 2013: 0 to 9, higher is better.

    The condition is the distortion's name, from the number in the file's name. ``mos_std.txt`` is read where it is there;
    its numbers have the size of the error of a mean, and no number of observers goes with them.

    Args:
        root: the folder with ``mos_with_names.txt``, ``reference_images`` and ``distorted_images``.
    """

    info = DatasetInfo(
        name="tid2013",
        title="TID2013",
        label_range=(0.24242, 7.2143),
        range_reached=True,
        pairs=3000,
        references=25,
        opinions="error of the mean (mos_std.txt)",
        layout="reference_images/I01.BMP, distorted_images/I01_01_1.bmp, mos_with_names.txt, mos_std.txt",
        variants="names in any case; without mos_std.txt",
        source="https://www.ponomarenko.info/tid2013.htm",
        citation="Ponomarenko et al. 2015, Image database TID2013, Signal Processing: Image Communication 30",
        licence="free for scientific use",
    )
    distortions = DISTORTIONS
    levels = 5
