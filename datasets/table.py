"""Any set of labelled pairs that a table lists: reference, enhanced image, label, and optional columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmark import ConfigError, DataError, DatasetInfo, Problem
from benchmark.data.decimals import MISSING_NAMES, Mark, to_float
from benchmark.data.delimited import separator_of
from benchmark.data.labels import MAX_PROBLEMS, at_most

from ._columns import Row, Sheet, read_sheet
from ._condition_names import ConditionNames
from ._examined import ExaminedDataset
from ._roots import Roots, open_roots
from ._split_file import Named, divide, read_splits
from ._templates import parse

if TYPE_CHECKING:
    import pandas as pd

IMAGES = ("reference", "enhanced")
TEXT = ("condition", "split", "cluster")
WHOLE = {"observers": 1.0, "fold": 0.0}


class Table(ExaminedDataset):
    """Pairs from a table, one row a pair: text (any separator and decimal mark), an Excel workbook or a Parquet file.

    Args:
        file: the table.
        root: folder that image names are relative to, or several; default: the file's own.
        enhanced_root: the same for enhanced images only.
        reference_root: the same for reference images only.
        reference: column of the references' names, or a template of columns: ``"src/{ref}.png"``.
        enhanced: column of the enhanced images' names, or a template: ``"img/{name}.png"``; ``{n:03}`` gives 7 as 007.
        label: column of labels.
        condition: column of the enhancement algorithm; default: ``condition`` where the file has it.
        condition_names: what conditions are called, by what stands in the table: ``{1: Gaussian noise}``.
        split: column of the split; default: ``split`` where the file has it.
        split_file: file that gives the splits instead: a table with ``split`` and a column of names, or JSON or YAML that
            maps each split to a list of names, of references or of enhanced images.
        cluster: column of what is resampled (a patient, say); default: ``cluster`` where the file has it.
        mos_sd: column of the opinions' standard deviation; default: ``mos_sd`` where the file has it.
        observers: column of their number; default: ``observers`` where the file has it.
        fold: column of the cross-validation fold; default: ``fold`` where the file has it.
        simulated: whether the labels are simulated, which every table then says.
        separator: what separates columns of text, ``tab`` or ``blanks`` for these; default: found.
        decimal: the decimal mark of numbers, ``","`` or ``"."``; default: found where nothing else can be meant.
        encoding: the text's encoding (``cp1252``, ``utf-16``); default: UTF-8.
        sheet: the workbook's sheet; default: the only one that has the columns.
        duplicates: what to do with a row that stands twice, the same in every column: ``refuse`` it, or ``drop-identical``.
    """

    info = DatasetInfo(name="table", title="Table of pairs", source="a table of your own (CSV, Excel, Parquet)")

    def __init__(
        self,
        *,
        file: Path,
        root: Path | list[Path] | None = None,
        enhanced_root: Path | list[Path] | None = None,
        reference_root: Path | list[Path] | None = None,
        reference: str = "reference",
        enhanced: str = "enhanced",
        label: str = "mos",
        condition: str | None = None,
        condition_names: dict[str, str] | None = None,
        split: str | None = None,
        split_file: Path | None = None,
        cluster: str | None = None,
        mos_sd: str | None = None,
        observers: str | None = None,
        fold: str | None = None,
        simulated: bool = False,
        separator: str | None = None,
        decimal: Mark | None = None,
        encoding: str | None = None,
        sheet: str | None = None,
        duplicates: Literal["refuse", "drop-identical"] = "refuse",
    ) -> None:
        super().__init__()
        if split is not None and split_file is not None:
            raise ConfigError("split and split_file: give one of them")
        self._file = file
        self._templates = {"reference": parse("reference", reference), "enhanced": parse("enhanced", enhanced)}
        for key, of_it in (("root", root), ("reference_root", reference_root), ("enhanced_root", enhanced_root)):
            if of_it == []:
                raise ConfigError(f"{key}: it names no folder")
        general = root if root is not None else file.parent
        own = {"reference": reference_root, "enhanced": enhanced_root}
        self._roots = {key: _listed(general if of_it is None else of_it) for key, of_it in own.items()}
        self._label = label
        self._optional = {
            "condition": condition,
            "split": split,
            "cluster": cluster,
            "mos_sd": mos_sd,
            "observers": observers,
            "fold": fold,
        }
        self._condition_names = condition_names or {}
        ConditionNames(self._condition_names)  # refuses what can't be meant before anything is read
        self._split_file = split_file
        self._simulated = simulated
        self._separator = separator_of(separator) if separator is not None else ""
        self._decimal = decimal
        self._encoding = encoding or ""
        self._sheet = sheet or ""
        self._drop_identical = duplicates == "drop-identical"
        self._read: list[str] = []

    @property
    def labels(self) -> Literal["opinions", "simulated"]:
        """The kind of labels according to the option."""
        return "simulated" if self._simulated else "opinions"

    @property
    def label_files(self) -> Sequence[Path]:
        """The table itself, and the file of splits."""
        return (self._file,) if self._split_file is None else (self._file, self._split_file)

    def notes(self) -> Sequence[str]:
        """The source of the pairs, and how they were read."""
        simulated = ("Simulated labels: no person judged these images.",) if self._simulated else ()
        return (*simulated, f"Pairs and labels from {self._file.name}.", *self._read)

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        The table has a further column ``source``: file and line.

        Raises:
            DataError: the file as a whole can't be used.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        sheet = self._read_sheet()
        columns = self._columns_of(sheet)
        sheet.settle_mark([columns[key] for key in ("mos", "mos_sd", *WHOLE) if key in columns], self._decimal)
        self._read = sheet.notes
        rows = self._divided(self._unrepeated(sheet, self._rows(sheet, columns)), sheet)
        _name_pairs(rows)
        names = ["pair", *dict.fromkeys([*IMAGES, *columns, *(["split"] if self._split_file else [])])]
        table = pd.DataFrame(rows, columns=[*names, "reference_path", "enhanced_path", "source"])
        return table, at_most(sheet.problems, str(self._file), limit=2 * MAX_PROBLEMS)

    def _read_sheet(self) -> Sheet:
        """The table's cells.

        Raises:
            DataError: it can't be read, or a column that an option names is missing.
        """
        uses: dict[str, str] = {}
        for key, template in self._templates.items():
            for column in template.columns:
                uses.setdefault(column, "" if template.is_column else f" (for {key}: {template.text!r})")
        for named in (self._label, *self._optional.values()):
            if named is not None:
                uses.setdefault(named, "")
        return read_sheet(
            self._file,
            uses,
            also=[key for key, column in self._optional.items() if column is None],
            separator=self._separator,
            encoding=self._encoding,
            sheet=self._sheet,
        )

    def _columns_of(self, sheet: Sheet) -> dict[str, str]:
        """The column of each quantity that is not the name of an image."""
        columns = {"mos": self._label}
        for key, column in self._optional.items():
            if key == "split" and self._split_file is not None:
                continue
            if column is not None or _in_use(sheet, key):
                columns[key] = column if column is not None else key
        return columns

    def _rows(self, sheet: Sheet, columns: Mapping[str, str]) -> list[tuple[Row, dict[str, Any]]]:
        """The usable rows, each with its pair; a problem for each other one.

        Raises:
            DataError: a folder of images can't be listed, or there are names for conditions but no conditions.
        """
        roots = {key: open_roots(key, self._templates[key], self._roots[key]) for key in IMAGES}
        conditions = ConditionNames(self._condition_names) if self._condition_names else None
        if conditions is not None and "condition" not in columns:
            raise DataError("condition_names is given, but no column of conditions; name it by `condition: COLUMN`")
        rows = []
        for row in sheet.rows:
            if len(sheet.problems) > MAX_PROBLEMS:
                sheet.wrong(row, "reading stops here after so many wrong lines")
                break
            pair = _pair(sheet, row, columns, roots)
            if pair is None:
                continue
            if conditions is not None:
                pair["condition"] = conditions.of(pair["condition"], row.line)
            rows.append((row, pair))
        for of_images in roots.values():
            sheet.problems += of_images.problems(self._file, len(sheet.rows))
        if conditions is not None:
            sheet.problems += conditions.problems(str(self._file))
            self._read += conditions.notes() if rows else []
        return rows

    def _unrepeated(self, sheet: Sheet, rows: Sequence[tuple[Row, dict[str, Any]]]) -> list[dict[str, Any]]:
        """The pairs; a problem for each that stands twice, unless identical rows are to be dropped."""
        pairs: list[dict[str, Any]] = []
        seen: dict[tuple[str, str, str], tuple[Row, float]] = {}
        dropped = 0
        for row, pair in rows:
            key = (pair.get("split", ""), pair["reference"], pair["enhanced"])
            first, mos = seen.setdefault(key, (row, pair["mos"]))
            if first is row:
                pairs.append(pair)
            elif self._drop_identical and _identical(first, row):
                dropped += 1
            else:
                sheet.wrong(row, _twice(key, first, row, mos, pair["mos"]))
        if dropped:
            self._read.append(
                f"{dropped:,} rows identical to an earlier one were dropped (duplicates: drop-identical)."
            )
        return pairs

    def _divided(self, rows: list[dict[str, Any]], sheet: Sheet) -> list[dict[str, Any]]:
        """The pairs with their splits from the file of splits; those in none are left out, which a note says."""
        if self._split_file is None or not rows:
            return rows
        cells = {f"{self._file}:{row.line}": row.cells for row in sheet.rows}
        named = [Named(*(self._names(key, row, cells[row["source"]]) for key in IMAGES)) for row in rows]
        found = divide(read_splits(self._split_file), named)
        sheet.problems += found.problems
        kept = [{**row, "split": split} for row, split in zip(rows, found.splits, strict=True) if split]
        of_what = "references" if found.by == "reference" else "pairs"
        self._read.append(f"Splits of {of_what} from {self._split_file.name}.")
        if len(kept) < len(rows):
            gone = dict.fromkeys(str(row[found.by]) for row, split in zip(rows, found.splits, strict=True) if not split)
            listed = ", ".join([*gone][:3]) + (", …" if len(gone) > 3 else "")
            message = (
                f"{len(rows) - len(kept):,} pairs are in no split of {self._split_file.name} and left out ({listed})"
            )
            self._read.append(f"{message}.")
        return kept

    def _names(self, key: str, row: Mapping[str, Any], cells: Mapping[str, str]) -> list[str]:
        """What a pair's image may be called in another file: as here, or by the one cell that its name is made of."""
        columns = self._templates[key].columns
        return [row[key], *(cells[column] for column in columns if len(columns) == 1)]


def _listed(paths: Path | list[Path]) -> list[Path]:
    return paths if isinstance(paths, list) else [paths]


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


def _pair(sheet: Sheet, row: Row, columns: Mapping[str, str], roots: Mapping[str, Roots]) -> dict[str, Any] | None:
    """One row of the table of pairs, or ``None`` after noting what is wrong with it."""
    before = len(sheet.problems)
    names: dict[str, str] = {}
    paths: dict[str, str | None] = {}
    for key, of_images in roots.items():
        try:
            names[key] = of_images.template.fill(row.cells)
            paths[f"{key}_path"] = of_images.find(names[key], row.line)
        except ValueError as error:
            sheet.wrong(row, str(error))
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
    if len(sheet.problems) > before or None in paths.values():
        return None
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
