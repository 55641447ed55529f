"""KADID-10k: 81 photographs, 25 distortions at 5 levels. Reads ``dmos.csv`` and ``images/`` as unpacked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import DataError, Dataset, DatasetInfo, Problem
from benchmark.data.labels import refuse_name, short

from ._columns import read_sheet
from ._folders import Folder

if TYPE_CHECKING:
    import pandas as pd

LIST = "dmos.csv"


class Kadid10k(Dataset):
    """Konstanz Artificially Distorted Image quality Database.

    What the file calls ``dmos`` is a rating from 1 to 5 on which *higher* is better. The condition is the number of the
    distortion, ``01`` to ``25``. The column ``var`` is not read: sources disagree on what it holds.

    Args:
        root: the folder with ``dmos.csv`` and ``images``.
    """

    info = DatasetInfo(
        name="kadid10k",
        title="KADID-10k",
        source="https://database.mmsp-kn.de/kadid-10k-database.html",
        citation="Lin, Hosu, Saupe 2019, KADID-10k: A large-scale artificially distorted IQA database, QoMEX",
        licence="free for research",
    )

    def __init__(self, *, root: Path) -> None:
        self._root = root
        self._read: list[str] = []

    def notes(self) -> Sequence[str]:
        """The direction of the labels, and how the list was read if not in the usual way."""
        return (f"KADID-10k, labels from {LIST}: its `dmos` is a rating on which higher is better.", *self._read)

    def pairs(self) -> pd.DataFrame:
        """The table of pairs; see ``benchmark.data.pairs``.

        Raises:
            DataError: a list, a name or a file is missing or wrong; carries every problem.
        """
        table, problems = self.examine()
        if problems:
            raise DataError(problems)
        return table

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: the list or the folder is missing.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        sheet = read_sheet(self._root / LIST, ("dist_img", "ref_img", "dmos"))
        sheet.settle_mark(["dmos"])
        self._read = sheet.notes
        folder = Folder(self._root / "images")
        rows = []
        seen: dict[str, int] = {}
        for row in sheet.rows:
            before = len(sheet.problems)
            enhanced, reference = row.cells["dist_img"], row.cells["ref_img"]
            for name in (enhanced, reference):
                wrong = refuse_name(name)
                if wrong or not folder.has(name):
                    sheet.wrong(row, wrong or f"no image {short(name)} in {folder.path}{folder.hint(name)}")
            if enhanced in seen:
                sheet.wrong(row, f"{short(enhanced)} already stands in line {seen[enhanced]}")
            if enhanced.count("_") < 2:
                sheet.wrong(row, f"{short(enhanced)} is no name such as `I01_01_01.png`")
            mos = sheet.number(row, "dmos", required=True)
            if len(sheet.problems) > before:
                continue
            seen[enhanced] = row.line
            rows.append(
                {
                    "reference": reference,
                    "enhanced": enhanced,
                    "condition": enhanced.split("_")[1],
                    "mos": mos,
                    "reference_path": folder.path_of(reference),
                    "enhanced_path": folder.path_of(enhanced),
                    "source": f"{sheet.file}:{row.line}",
                }
            )
        return pd.DataFrame(rows), sheet.problems
