"""Any set of labelled pairs that a CSV file lists: reference, enhanced image, label, and optional columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmark import DataError, Dataset, DatasetInfo, Problem
from benchmark.data.decimals import MISSING_NAMES, Mark, to_float
from benchmark.data.labels import MAX_PROBLEMS, at_most, refuse_name, short

from ._columns import Row, Sheet, read_sheet
from ._folders import Folder

if TYPE_CHECKING:
    import pandas as pd

TEXT = ("condition", "split", "cluster")
WHOLE = {"observers": 1.0, "fold": 0.0}


class Table(Dataset):
    """Pairs from a CSV file (comma, semicolon or tab; UTF-8; one line a pair).

    Args:
        file: the CSV file.
        root: folder that image names are relative to; default: the file's own.
        reference: column of the references' names.
        enhanced: column of the enhanced images' names.
        label: column of labels.
        condition: column of the enhancement algorithm; default: ``condition`` where the file has it.
        split: column of the split; default: ``split`` where the file has it.
        cluster: column of what is resampled (a patient, say); default: ``cluster`` where the file has it.
        mos_sd: column of the opinions' standard deviation; default: ``mos_sd`` where the file has it.
        observers: column of their number; default: ``observers`` where the file has it.
        fold: column of the cross-validation fold; default: ``fold`` where the file has it.
        simulated: whether the labels are simulated, which every table then says.
        decimal: the decimal mark of numbers, ``","`` or ``"."``; default: found where nothing else can be meant.
        duplicates: what to do with a row that stands twice, the same in every column: ``refuse`` it, or ``drop-identical``.
    """

    info = DatasetInfo(name="table", title="Table of pairs", source="a CSV file of your own")

    def __init__(
        self,
        *,
        file: Path,
        root: Path | None = None,
        reference: str = "reference",
        enhanced: str = "enhanced",
        label: str = "mos",
        condition: str | None = None,
        split: str | None = None,
        cluster: str | None = None,
        mos_sd: str | None = None,
        observers: str | None = None,
        fold: str | None = None,
        simulated: bool = False,
        decimal: Mark | None = None,
        duplicates: Literal["refuse", "drop-identical"] = "refuse",
    ) -> None:
        self._file = file
        self._root = root if root is not None else file.parent
        self._required = {"reference": reference, "enhanced": enhanced, "mos": label}
        self._optional = {
            "condition": condition,
            "split": split,
            "cluster": cluster,
            "mos_sd": mos_sd,
            "observers": observers,
            "fold": fold,
        }
        self._simulated = simulated
        self._decimal = decimal
        self._drop_identical = duplicates == "drop-identical"
        self._read: list[str] = []

    @property
    def labels(self) -> Literal["opinions", "simulated"]:
        """The kind of labels according to the option."""
        return "simulated" if self._simulated else "opinions"

    @property
    def label_files(self) -> Sequence[Path]:
        """The table itself."""
        return (self._file,)

    def notes(self) -> Sequence[str]:
        """The source of the pairs, and how they were read."""
        simulated = ("Simulated labels: no person judged these images.",) if self._simulated else ()
        return (*simulated, f"Pairs and labels from {self._file.name}.", *self._read)

    def pairs(self) -> pd.DataFrame:
        """The table of pairs; see ``benchmark.data.pairs``.

        Raises:
            DataError: a column, cell or image is missing or wrong; carries every problem.
        """
        table, problems = self.examine()
        if any(problem.severity == "error" for problem in problems):
            raise DataError(problems)
        return table

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        The table has a further column ``source``: file and line.

        Raises:
            DataError: the file as a whole can't be used.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        named = {key: column for key, column in self._optional.items() if column is not None}
        sheet = read_sheet(self._file, [*self._required.values(), *named.values()])
        present = {key: key for key in self._optional if key not in named and _in_use(sheet, key)}
        folder = Folder(self._root)
        columns = {**self._required, **present, **named}
        sheet.settle_mark([columns[key] for key in ("mos", "mos_sd", *WHOLE) if key in columns], self._decimal)
        rows: list[dict[str, Any]] = []
        seen: dict[tuple[str, str, str], tuple[Row, float]] = {}
        dropped = 0
        for row in sheet.rows:
            if len(sheet.problems) > MAX_PROBLEMS:
                sheet.wrong(row, "reading stops here after so many wrong lines")
                break
            pair = _pair(sheet, row, columns, folder)
            if pair is None:
                continue
            key = (pair.get("split", ""), pair["reference"], pair["enhanced"])
            first, mos = seen.setdefault(key, (row, pair["mos"]))
            if first is row:
                rows.append(pair)
            elif self._drop_identical and _identical(first, row):
                dropped += 1
            else:
                sheet.wrong(row, _twice(key, first, row, mos, pair["mos"]))
        _name_pairs(rows)
        self._read = sheet.notes
        if dropped:
            self._read.append(
                f"{dropped:,} rows identical to an earlier one were dropped (duplicates: drop-identical)."
            )
        names = ["pair", *columns, "reference_path", "enhanced_path", "source"]
        return pd.DataFrame(rows, columns=names), at_most(sheet.problems, str(self._file), limit=2 * MAX_PROBLEMS)


def _in_use(sheet: Sheet, column: str) -> bool:
    """Whether the file has such a column and it is not empty."""
    return column in sheet.columns and any(row.cells[column] for row in sheet.rows)


def _twice(key: tuple[str, str, str], first: Row, row: Row, mos: float, other: float) -> str:
    """What is wrong with a pair's second row."""
    _, reference, enhanced = key
    message = f"the pair of {enhanced!r} and {reference!r} already stands in line {first.line}"
    if _identical(first, row):
        return f"{message}, with the same in every column; `duplicates: drop-identical` keeps one"
    return message if mos == other else f"{message}, with the label {mos:g} instead of {other:g}"


def _identical(first: Row, row: Row) -> bool:
    """Whether two rows are equal; numbers are compared by value (3.0 and 3.00)."""
    cells = [(first.cells[column], row.cells[column]) for column in first.cells]
    values = [[to_float(cell, ".") for cell in pair] for pair in cells]
    return all(one == other or (a is not None and a == b) for (one, other), (a, b) in zip(cells, values, strict=True))


def _pair(sheet: Sheet, row: Row, columns: dict[str, str], folder: Folder) -> dict[str, Any] | None:
    """One row of the table of pairs, or ``None`` after noting what is wrong with it."""
    before = len(sheet.problems)
    names = {key: row.cells[columns[key]].replace("\\", "/") for key in ("reference", "enhanced")}
    for key, name in names.items():
        wrong = refuse_name(name)
        if not wrong and not folder.has(name):
            wrong = f"no {key} image {short(name)} in {folder.path}{folder.hint(name)}"
        if wrong:
            sheet.wrong(row, f"column {columns[key]!r}: {wrong}" if name else f"the {columns[key]} is missing")
    pair: dict[str, Any] = {**names, "mos": sheet.number(row, columns["mos"], required=True)}
    for key in TEXT:
        if key in columns:
            pair[key] = row.cells[columns[key]]
            if pair[key] in MISSING_NAMES:
                stands = f"; {pair[key]!r} stands for a missing one" if pair[key] else ""
                sheet.wrong(row, f"the {key} in column {columns[key]!r} is missing{stands}")
    if "mos_sd" in columns:
        pair["mos_sd"] = sheet.number(row, columns["mos_sd"], above=0)
    for key, least in WHOLE.items():
        if key in columns:
            pair[key] = sheet.number(row, columns[key], least=least, whole=True)
    if len(sheet.problems) > before:
        return None
    paths = {f"{key}_path": folder.path_of(name) for key, name in names.items()}
    return {**pair, "cluster": pair.get("cluster", names["reference"]), **paths, "source": f"{sheet.file}:{row.line}"}


def _name_pairs(rows: list[dict[str, Any]]) -> None:
    """Set identifiers: split and enhanced image, and the reference too if an enhanced image has several."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.get("split", ""), row["enhanced"])
        counts[key] = counts.get(key, 0) + 1
    for row in rows:
        split, enhanced = row.get("split", ""), row["enhanced"]
        several = f" of {row['reference']}" if counts[split, enhanced] > 1 else ""
        row["pair"] = f"{split}/{enhanced}{several}" if split else f"{enhanced}{several}"
