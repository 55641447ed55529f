"""QualiSR: 40 degraded photographs, each made larger by 3 algorithms, mean opinion scores; four kinds of reference."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import beside, short

from ._columns import read_sheet
from ._label_files import where
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list

IMAGES = "sr"
Reference = Literal["bicubic", "rlfn", "span", "gt", "lr"]
WHAT = {
    "bicubic": "the degraded input, made larger by bicubic interpolation",
    "rlfn": "the degraded input, made larger by RLFN",
    "span": "the degraded input, made larger by SPAN",
    "gt": "the pristine photograph, which no user of the algorithms has",
    "lr": "the degraded input, in its own smaller size",
}


class QualiSr(ListedDataset):
    """The set of 120 images of QualiSR; 0 to 1, higher is better.

    The reference is the degraded input, as in EFID; scores of methods depend strongly on which form of it they are given.

    Args:
        root: the folder with ``labels.csv``, ``sr``, ``ref``, ``lr`` and ``hr``, or the one above.
        reference: ``bicubic``, ``rlfn`` or ``span`` (folders of ``ref``: the input made larger), ``gt`` (``hr``) or ``lr``.
        label_file: the list of labels; default: ``labels.csv`` in ``root``.
    """

    info = DatasetInfo(
        name="qualisr",
        title="QualiSR",
        label_range=(0.07777, 0.88086),
        range_reached=True,
        pairs=120,
        references=40,
        layout="sr/PASD/NAME.png, ref/bicubic/NAME.png (RLFN, SPAN), lr/NAME.png, hr/NAME.png, labels.csv",
        variants="option `reference`: bicubic, rlfn, span, gt or lr; folders of ref in any case",
        source="https://huggingface.co/datasets/onryabinin/QualiSR-Set120",
        citation="https://github.com/msu-video-group/QualiSR-Lab",
        licence="that of its sources (FLIVE, KonIQ-10k, AVA)",
    )
    marks = (("labels.csv", "sr"),)

    def __init__(self, *, root: Path, reference: Reference = "bicubic", label_file: Path | None = None) -> None:
        super().__init__(root=root, label_file=label_file)
        self._reference = reference

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = find_base(self._root, IMAGES, ("dataset",))
        file = one_list(self._root, base, ("labels.csv",), self._label_file)
        references = self._references(base)
        sheet = read_sheet(file, ("test_case", "method", "score", "image"))
        sheet.settle_mark(["score"])
        rows = []
        for row in sheet.rows:
            before = len(sheet.problems)
            image, case = row.cells["image"].replace("\\", "/"), row.cells["test_case"]
            mos = sheet.number(row, "score", required=True)
            if os.path.splitext(os.path.basename(image))[0] != case:
                sheet.wrong(row, f"the image {short(image)} is not one of the test case {short(case)}")
            if len(sheet.problems) == before:
                reference = os.path.basename(image)
                rows.append(Row(image, reference, row.cells["method"], mos, where(sheet, row.line)))
        notes = [f"The reference is {WHAT[self._reference]} (option `reference`).", *sheet.notes]
        return Copy(references, base, rows, [file], sheet.problems, notes)

    def _references(self, base: Path) -> Path:
        """The folder of the wanted references; those in ``ref`` are written in capitals or not."""
        own = {"gt": "hr", "lr": "lr"}.get(self._reference)
        if own is not None:
            find_base(base, own)
            return base / own
        find_base(base, "ref")
        inside = sorted(name for name in os.listdir(base / "ref") if (base / "ref" / name).is_dir())
        found = [name for name in inside if name.casefold() == self._reference]
        if len(found) == 1:
            return base / "ref" / found[0]
        if found:
            message = f"two copies of the references, {found[0]}/ and {found[1]}/; remove one"
        else:
            hint = beside(base / "ref" / self._reference, folder=True) or f"; there are {', '.join(inside) or 'none'}"
            message = f"no folder of the references {self._reference}{hint}"
        raise DataError(Problem("error", message, str(base / "ref")))
