"""Any set of choices between two images that a table lists: reference, first and second image, who was preferred."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from benchmark import ConfigError, DataError, DatasetInfo, Problem
from benchmark.data.choices import SHARE
from benchmark.data.decimals import MISSING_NAMES, Mark, to_float
from benchmark.data.labels import MAX_PROBLEMS, at_most, refuse_name, short

from ._columns import Row, Sheet, read_sheet
from ._examined import ExaminedDataset
from ._folders import Folder

if TYPE_CHECKING:
    import pandas as pd

IMAGES = ("reference", "first", "second")
TEXT = ("condition", "split", "cluster")
COUNTED = ("votes_first", "votes_second")
GIVEN_AS = (
    "name the column of the share that prefers the second image (`preference`), or those of the votes for each image"
)


class Image(NamedTuple):
    """An image as it is scored: against its reference, in its split."""

    split: str
    reference: str
    name: str


class Choices(ExaminedDataset):
    """Choices from a table, one row a choice; an image that stands in several choices is scored once.

    The same two images may stand in several rows (sessions, or the other way round), each of which counts. Where the share
    is of those who prefer the first image, name the columns of the two images the other way round.

    Args:
        file: the table: text, an Excel workbook or a Parquet file.
        root: folder that image names are relative to; default: the file's own.
        reference: column of the references' names.
        first: column of the first images' names.
        second: column of the second images' names.
        preference: column of the share of the votes for the second image, 0 to 1; default: ``preference`` where the file has
            it.
        votes: column of their number; default: ``votes`` where the file has it.
        votes_first: instead of the two, the number of votes for the first image; default: ``votes_first``.
        votes_second: likewise for the second image; default: ``votes_second``.
        condition: column of the group of the choice; default: ``condition`` where the file has it.
        split: column of the split; default: ``split`` where the file has it.
        cluster: column of what is resampled (a patient, say); default: ``cluster``, else the reference.
        simulated: whether the choices are simulated, which every table then says.
        decimal: the decimal mark of numbers, ``","`` or ``"."``; default: found where nothing else can be meant.
        duplicates: what to do with a row that stands twice, the same in every column: ``refuse`` it, or ``drop-identical``.
    """

    info = DatasetInfo(name="choices", title="Table of choices", label_name="choices", source="a table of your own")

    def __init__(
        self,
        *,
        file: Path,
        root: Path | None = None,
        reference: str = "reference",
        first: str = "first",
        second: str = "second",
        preference: str | None = None,
        votes: str | None = None,
        votes_first: str | None = None,
        votes_second: str | None = None,
        condition: str | None = None,
        split: str | None = None,
        cluster: str | None = None,
        simulated: bool = False,
        decimal: Mark | None = None,
        duplicates: Literal["refuse", "drop-identical"] = "refuse",
    ) -> None:
        super().__init__()
        if (votes_first is None) != (votes_second is None):
            raise ConfigError("votes_first and votes_second go together")
        if votes_first is not None and (preference is not None or votes is not None):
            raise ConfigError("votes_first and votes_second give the preference: leave out preference and votes")
        self._file = file
        self._root = root if root is not None else file.parent
        self._images = {"reference": reference, "first": first, "second": second}
        self._counted = votes_first is not None
        self._numbers = {
            "preference": preference,
            "votes": votes,
            "votes_first": votes_first,
            "votes_second": votes_second,
        }
        self._texts = {"condition": condition, "split": split, "cluster": cluster}
        self._simulated = simulated
        self._decimal = decimal
        self._drop_identical = duplicates == "drop-identical"
        self._table: pd.DataFrame | None = None

    @property
    def labels(self) -> Literal["opinions", "simulated"]:
        """The kind of labels according to the option."""
        return "simulated" if self._simulated else "opinions"

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the rows of others; for ``check``.

        Raises:
            DataError: the file as a whole can't be used.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        named = [column for column in (*self._numbers.values(), *self._texts.values()) if column is not None]
        sheet = read_sheet(self._file, [*self._images.values(), *named])
        columns = self._columns_of(sheet)
        sheet.settle_mark([columns[key] for key in self._numbers if key in columns], self._decimal)
        rows, dropped = _rows(sheet, columns, Folder(self._root), drop_identical=self._drop_identical)
        self._label_files = [self._file]
        self._notes = [f"Choices from {self._file.name}.", *sheet.notes]
        if self._simulated:
            self._notes.insert(0, "Simulated choices (simulated labels): no person judged these images.")
        if dropped:
            self._notes.append(
                f"{dropped:,} rows identical to an earlier one were dropped (duplicates: drop-identical)."
            )
        pairs, self._table = _tables(rows)
        return pd.DataFrame(pairs), at_most(sheet.problems, str(self._file), limit=2 * MAX_PROBLEMS)

    def choices(self) -> pd.DataFrame | None:
        """The choices; see ``benchmark.data.choices``."""
        return self._table

    def _columns_of(self, sheet: Sheet) -> dict[str, str]:
        """The column of each quantity that the file has.

        Raises:
            DataError: none gives the preference.
        """
        columns = dict(self._images)
        for key, column in {**self._numbers, **self._texts}.items():
            if column is not None or _in_use(sheet, key):
                columns[key] = column if column is not None else key
        counted = self._counted or ("preference" not in columns and all(key in columns for key in COUNTED))
        for key in ("preference", "votes") if counted else COUNTED:
            columns.pop(key, None)
        if not counted and "preference" not in columns:
            there = ", ".join(short(column) for column in sheet.columns[:12])
            raise DataError(
                Problem("error", f"says nothing of who was preferred: {GIVEN_AS}; there are {there}", str(self._file))
            )
        return columns


def _in_use(sheet: Sheet, column: str) -> bool:
    """Whether the file has such a column and it is not empty."""
    return column in sheet.columns and any(row.cells[column] for row in sheet.rows)


def _rows(
    sheet: Sheet, columns: Mapping[str, str], folder: Folder, *, drop_identical: bool
) -> tuple[list[dict[str, Any]], int]:
    """The usable choices, and how many rows were dropped; problems are noted in the sheet."""
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[object, ...], int] = {}
    dropped = 0
    for row in sheet.rows:
        if len(sheet.problems) > MAX_PROBLEMS:
            sheet.wrong(row, "reading stops here after so many wrong lines")
            break
        before = len(sheet.problems)
        choice = {**_images(sheet, row, columns, folder), **_texts(sheet, row, columns)}
        choice["preference"], choice["votes"] = _preference(sheet, row, columns)
        if len(sheet.problems) > before:
            continue
        earlier = seen.setdefault(_values(sheet, row), row.line)
        if earlier == row.line:
            rows.append({**choice, "source": f"{sheet.file}:{row.line}"})
        elif drop_identical:
            dropped += 1
        else:
            message = f"the same in every column as line {earlier}; `duplicates: drop-identical` keeps one"
            sheet.wrong(row, f"{message} (a second session needs a column that tells it from the first)")
    return rows, dropped


def _values(sheet: Sheet, row: Row) -> tuple[object, ...]:
    """A row's cells, numbers by value (.6 and 0.60 are equal)."""
    values = [(cell, to_float(cell, sheet.mark)) for cell in row.cells.values()]
    return tuple(cell if value is None or math.isnan(value) else value for cell, value in values)


def _images(sheet: Sheet, row: Row, columns: Mapping[str, str], folder: Folder) -> dict[str, Any]:
    """The names and paths of the three images."""
    names = {key: row.cells[columns[key]].replace("\\", "/") for key in IMAGES}
    for key, name in names.items():
        wrong = refuse_name(name)
        if not wrong and not folder.has(name):
            wrong = f"no {key} image {short(name)} in {folder.path}{folder.hint(name)}"
        if wrong:
            sheet.wrong(row, f"column {columns[key]!r}: {wrong}" if name else f"the {key} image is missing")
    if names["first"] == names["second"] != "":
        sheet.wrong(row, f"the choice is between {short(names['first'])} and itself")
    return {**names, **{f"{key}_path": folder.path_of(name) for key, name in names.items()}}


def _texts(sheet: Sheet, row: Row, columns: Mapping[str, str]) -> dict[str, str]:
    texts = {key: row.cells[columns[key]] for key in TEXT if key in columns}
    for key, text in texts.items():
        if text in MISSING_NAMES:
            stands = f"; {text!r} stands for a missing one" if text else ""
            sheet.wrong(row, f"the {key} in column {columns[key]!r} is missing{stands}")
    return texts


def _preference(sheet: Sheet, row: Row, columns: Mapping[str, str]) -> tuple[float, float]:
    """The share that prefers the second image, and the number of votes; NaN where unknown or wrong."""
    if "preference" not in columns:
        first, second = (sheet.number(row, columns[key], required=True, least=0, whole=True) for key in COUNTED)
        total = first + second
        if total == 0:
            sheet.wrong(row, "nobody voted for either image; leave the row out")
        return (second / total if total else math.nan), total
    share = sheet.number(row, columns["preference"], required=True, least=0)
    if share > 1:
        percent = f"; write {share:g} % as {share / 100:g}" if share <= 100 else ""
        sheet.wrong(row, f"the {columns['preference']} is {share:g}; {SHARE}{percent}")
    votes = sheet.number(row, columns["votes"], least=1, whole=True) if "votes" in columns else math.nan
    return share, votes


def _tables(rows: list[dict[str, Any]]) -> tuple[dict[str, list[Any]], pd.DataFrame]:
    """The columns of the table of pairs, each image once, and the table of choices."""
    import pandas as pd  # noqa: PLC0415

    images: dict[Image, dict[str, Any]] = {}
    references: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for side in ("first", "second"):
            image = Image(row.get("split", ""), row["reference"], row[side])
            images.setdefault(image, {**row, "enhanced_path": row[f"{side}_path"]})
            references.setdefault((image.split, image.name), set()).add(image.reference)

    def named(image: Image) -> str:
        several = f" of {image.reference}" if len(references[image.split, image.name]) > 1 else ""
        return f"{image.split}/{image.name}{several}" if image.split else f"{image.name}{several}"

    pairs = {
        "split": [image.split for image in images],
        "pair": [named(image) for image in images],
        "reference": [image.reference for image in images],
        "enhanced": [image.name for image in images],
        "cluster": [row.get("cluster", row["reference"]) for row in images.values()],
        "reference_path": [row["reference_path"] for row in images.values()],
        "enhanced_path": [row["enhanced_path"] for row in images.values()],
        "source": [row["source"] for row in images.values()],
    }
    kept = [key for key in ("cluster", "condition") if any(key in row for row in rows)]
    choices = {
        side: [named(Image(row.get("split", ""), row["reference"], row[side])) for row in rows]
        for side in ("first", "second")
    }
    rest = {key: [row[key] for row in rows] for key in ("preference", "votes", *kept)}
    return pairs, pd.DataFrame({**choices, **rest})
