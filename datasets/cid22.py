"""CID22, validation set: 49 photographs compressed by several encoders, scores from 0 to 100. Reads the folder as unpacked.

The other 201 photographs of CID22 have no public labels. Names in the list lead from the folder of the images.
"""

from __future__ import annotations

from pathlib import Path

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import refuse_name, short

from ._columns import Row, Sheet, read_sheet
from ._folders import Folder, in_one_line
from ._published import SEE_AUTHORS, PublishedDataset, Reading

FOLDER, LIST = "CID22_validation_set", "CID22_validation_set.csv"
NEEDED = ("reference_img", "distorted_img", "encoder", "MCOS")
ORIGINAL = "reference"


class Cid22(PublishedDataset):
    """Cloudinary Image Dataset '22, validation set: mean quality from 0 to 100 (``MCOS``), higher is better.

    The condition is the encoder; rows of the encoder ``Reference`` are the originals and are left out. All pairs are of the
    split ``val``.

    Args:
        root: the folder with ``CID22_validation_set.csv``, or the one above it.
    """

    info = DatasetInfo(
        name="cid22",
        title="CID22",
        label_name="MCOS",
        label_range=(0, 100),
        pairs=4292,
        references=49,
        splits=("val",),
        layout="CID22_validation_set.csv, the images that it names",
        variants="the list beside the images, or beside their folder CID22_validation_set",
        source="https://cloudinary.com/labs/cid22",
        citation=(
            "Sneyers, Ben Baruch, Vaxman 2023, CID22: Large-scale subjective quality assessment for high fidelity image "
            "compression, IEEE MultiMedia"
        ),
        licence=SEE_AUTHORS,
    )

    marks = ((LIST,),)

    def read(self) -> Reading:
        """The pairs of the list, without its originals."""
        file = _list_in(self._root)
        sheet = read_sheet(file, NEEDED)
        sheet.settle_mark(["MCOS"])
        reading = Reading(problems=sheet.problems, notes=list(sheet.notes), label_files=[file])
        rows = [row for row in sheet.rows if row.cells["encoder"].casefold() != ORIGINAL]
        images = Folder(_base(file.parent, rows))
        missing: dict[str, str] = {}
        seen: dict[str, int] = {}
        for row in rows:
            before = len(sheet.problems)
            score = sheet.number(row, "MCOS", required=True)
            _check(sheet, row, seen)
            if len(sheet.problems) > before:
                continue
            reference, enhanced = row.cells["reference_img"], row.cells["distorted_img"]
            seen[enhanced] = row.line
            where = f"{file}:{row.line}"
            absent = [name for name in (reference, enhanced) if not images.has(name)]
            if absent:
                missing.setdefault(absent[0], where)
                continue
            reading.rows.append(
                {
                    "split": "val",
                    "reference": reference,
                    "enhanced": enhanced,
                    "condition": row.cells["encoder"],
                    "mos": score,
                    "reference_path": images.path_of(reference),
                    "enhanced_path": images.path_of(enhanced),
                    "source": where,
                }
            )
        hint = next((images.hint(name) for name in list(missing)[:1]), "") or ": unpack the archive again"
        reading.problems += in_one_line(missing, f"in {images.path}{hint}")
        return reading


def _list_in(root: Path) -> Path:
    """The list in the root, or in the folder that the archive unpacks to.

    Raises:
        DataError: there are two that differ.
    """
    places = [place for place in (root / LIST, root / FOLDER / LIST) if place.is_file()]
    if len(places) == 2 and places[0].read_bytes() != places[1].read_bytes():
        message = f"a second {LIST} lies in {FOLDER}/ and differs from this one: remove the wrong one"
        raise DataError(Problem("error", message, str(places[0])))
    return places[0] if places else root / LIST


def _base(folder: Path, rows: list[Row]) -> Path:
    """The folder that the names lead from: the list's own, or the one beside the list."""
    beside = folder / FOLDER
    names = [row.cells["distorted_img"] for row in rows[:1]]
    inside = any(not refuse_name(name) and (beside / name).is_file() for name in names)
    return beside if inside and not any((folder / name).is_file() for name in names) else folder


def _check(sheet: Sheet, row: Row, seen: dict[str, int]) -> None:
    """Note what is wrong with the names in a row."""
    for column in ("reference_img", "distorted_img"):
        wrong = refuse_name(row.cells[column])
        if wrong:
            sheet.wrong(row, wrong)
    enhanced = row.cells["distorted_img"]
    if enhanced in seen:
        sheet.wrong(row, f"{short(enhanced)} already stands in line {seen[enhanced]}")
