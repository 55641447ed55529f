"""KADID-10k: 81 photographs, 25 distortions at 5 levels. Reads ``dmos.csv`` and ``images/`` as unpacked."""

from __future__ import annotations

import math

from benchmark import DatasetInfo
from benchmark.data.labels import refuse_name, short

from ._columns import Row, Sheet, read_sheet
from ._folders import Folder, folders
from ._label_files import named, spread
from ._published import SEE_AUTHORS, PublishedDataset, Reading

LIST = "dmos.csv"
RATINGS = 30
DISTORTIONS = (
    "Gaussian blur",
    "Lens blur",
    "Motion blur",
    "Color diffusion",
    "Color shift",
    "Color quantization",
    "Color saturation 1",
    "Color saturation 2",
    "JPEG2000",
    "JPEG",
    "White noise",
    "White noise in color component",
    "Impulse noise",
    "Multiplicative noise",
    "Denoise",
    "Brighten",
    "Darken",
    "Mean shift",
    "Jitter",
    "Non-eccentricity patch",
    "Pixelate",
    "Quantization",
    "Color block",
    "High sharpen",
    "Contrast change",
)


class Kadid10k(PublishedDataset):
    """Konstanz Artificially Distorted Image quality Database.

    What the file calls ``dmos`` is a rating from 1 to 5 on which *higher* is better. The condition is the distortion's
    name, from the number in the file's name.

    The column ``var`` is the standard deviation of the ratings, not their variance: 30 whole ratings with the mean 4.57 of
    the file's first image can have a standard deviation of its ``var``, .496 (17 fives, 13 fours), and no combination has
    that variance.

    Args:
        root: the folder with ``dmos.csv`` and ``images``.
    """

    info = DatasetInfo(
        name="kadid10k",
        title="KADID-10k",
        label_name="DMOS",
        label_range=(1, 4.93),
        range_reached=True,
        pairs=10125,
        references=81,
        opinions="SD, 30 observers",
        layout="images/I01.png, images/I01_01_01.png, dmos.csv",
        variants="without the column `var`",
        source="https://database.mmsp-kn.de/kadid-10k-database.html",
        citation="Lin, Hosu, Saupe 2019, KADID-10k: A large-scale artificially distorted IQA database, QoMEX",
        licence=SEE_AUTHORS,
    )
    marks = ((LIST, "images"),)

    def read(self) -> Reading:
        """The pairs of ``dmos.csv``."""
        sheet = read_sheet(self._root / LIST, ("dist_img", "ref_img", "dmos"))
        has_spread = "var" in sheet.columns
        sheet.settle_mark(["dmos", "var"] if has_spread else ["dmos"])
        (folder,) = folders(self._root, "images")
        notes = [
            "Its `dmos` is a rating on which higher is better.",
            f"Its `var` is read as the standard deviation of {RATINGS} ratings (zeros: not known)."
            if has_spread
            else "There is no column `var`: the spread of ratings is not known.",
        ]
        reading = Reading(problems=sheet.problems, notes=[*notes, *sheet.notes], label_files=[self._root / LIST])
        seen: dict[str, int] = {}
        for row in sheet.rows:
            before = len(sheet.problems)
            condition = _condition(sheet, row, folder, seen)
            mos = sheet.number(row, "dmos", required=True)
            sd = spread(sheet.number(row, "var", least=0)) if has_spread else math.nan
            if len(sheet.problems) > before:
                continue
            enhanced, reference = row.cells["dist_img"], row.cells["ref_img"]
            seen[enhanced] = row.line
            reading.rows.append(
                {
                    "reference": reference,
                    "enhanced": enhanced,
                    "condition": condition,
                    "mos": mos,
                    "mos_sd": sd,
                    "observers": math.nan if math.isnan(sd) else RATINGS,
                    "reference_path": folder.path_of(reference),
                    "enhanced_path": folder.path_of(enhanced),
                    "source": f"{sheet.file}:{row.line}",
                }
            )
        return reading


def _condition(sheet: Sheet, row: Row, folder: Folder, seen: dict[str, int]) -> str:
    """The distortion of a row, and a problem for everything that is wrong with its names."""
    enhanced = row.cells["dist_img"]
    for name in (enhanced, row.cells["ref_img"]):
        wrong = refuse_name(name)
        if wrong or not folder.has(name):
            sheet.wrong(row, wrong or f"no image {short(name)} in {folder.path}{folder.hint(name)}")
    if enhanced in seen:
        sheet.wrong(row, f"{short(enhanced)} already stands in line {seen[enhanced]}")
    if enhanced.count("_") < 2:
        sheet.wrong(row, f"{short(enhanced)} is no name such as `I01_01_01.png`")
        return ""
    try:
        return named(enhanced.split("_")[1], DISTORTIONS)
    except ValueError as error:
        sheet.wrong(row, str(error))
        return ""
