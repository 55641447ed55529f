"""Files of per-image scores: which columns hold numbers, which name things, which rows are meant. numpy, pandas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.core.errors import UserError
from benchmark.core.words import did_you_mean
from benchmark.data.decimals import find_mark, to_float, to_floats
from benchmark.evaluation import table_sources
from benchmark.evaluation.table_sources import is_missing

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]

MOST_GROUPS = 200
"""A column with more different entries is no grouping that a table would print."""


def plain(name: str) -> str:
    """A name without case, blanks and signs: ``MS-SSIM``, ``ms_ssim`` and ``msssim`` are one."""
    return re.sub(r"[\W_]+", "", name.replace("+", "plus")).casefold()


@dataclass(frozen=True, eq=False)
class ScoreFile:
    """The scores of one data set.

    Attributes:
        name: what the data set is called: the file's name without its suffix, or as the user says.
        files: where it was read from.
        numbers: columns of numbers by heading, (n,) each; NaN where a cell is empty.
        names: columns of text by heading, (n,) each; columns of whole numbers that repeat are among them too.
        notes: how the files were read, where that is not the usual way.
        choices: whether a row is a choice between two images, and scores are the second's less the first's.
    """

    name: str
    files: tuple[Path, ...]
    numbers: Mapping[str, Floats]
    names: Mapping[str, NDArray[np.str_]]
    notes: tuple[str, ...] = ()
    choices: bool = False

    @cached_property
    def n(self) -> int:
        """The number of rows."""
        return len(next(iter((*self.numbers.values(), *self.names.values()))))

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The columns of numbers by their plain names."""
        found: dict[str, list[str]] = {}
        for heading in self.numbers:
            found.setdefault(plain(heading), []).append(heading)
        return found

    @cached_property
    def groupings(self) -> dict[str, dict[str, Rows]]:
        """For each column that repeats its entries, the rows of each entry."""
        made = {}
        for heading, cells in self.names.items():
            entries = np.unique(cells[cells != ""])
            if 1 <= len(entries) <= MOST_GROUPS and len(entries) < max(2, self.n // 2 + 1):
                made[heading] = {str(entry): cells == entry for entry in entries}
        return made

    def column(self, heading: str) -> str | None:
        """The column of numbers with exactly this heading, or the only one whose plain name is the same."""
        if heading in self.numbers:
            return heading
        near = self.by_name.get(plain(heading), []) if plain(heading) else []
        return near[0] if len(near) == 1 else None


@dataclass(frozen=True, slots=True)
class Choices:
    """How choices between two images (2AFC) stand in files of scores.

    Attributes:
        first, second: columns of the scores of either image; ``{}`` stands for the method.
        votes_first, votes_second: columns of the votes for either image; empty where a column holds the share of the second.
    """

    first: str
    second: str
    votes_first: str = ""
    votes_second: str = ""

    def applied(self, file: ScoreFile) -> ScoreFile:
        """The file with a column for each method, and ``votes``, the share of votes for the second image.

        Raises:
            UserError: no two columns fit the patterns, or a column of votes does not exist.
        """
        numbers = dict(file.numbers)
        before, _, after = self.first.partition("{}")
        for heading in file.numbers:
            method = heading[len(before) : len(heading) - len(after)]
            other = self.second.replace("{}", method)
            if method and heading == self.first.replace("{}", method) and other in file.numbers:
                numbers[method] = file.numbers[other] - file.numbers[heading]
        if len(numbers) == len(file.numbers):
            raise UserError(f"--first {self.first!r}, --second {self.second!r}: {file.name} has no two such columns")
        if self.votes_first or self.votes_second:
            for column in (self.votes_first, self.votes_second):
                if column not in file.numbers:
                    near = did_you_mean(column, file.numbers)
                    raise UserError(
                        f"--votes-first, --votes-second: {file.name} has no column of numbers {column!r}{near}"
                    )
            first, second = file.numbers[self.votes_first], file.numbers[self.votes_second]
            with np.errstate(invalid="ignore", divide="ignore"):
                numbers["votes"] = second / (first + second)
        return replace(file, numbers=numbers, choices=True)


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Rows that a table's label means.

    Attributes:
        name: as the user calls it.
        column: that decides.
        values: whose rows they are.
        where: the option, for messages.
    """

    name: str
    column: str
    values: tuple[str, ...]
    where: str = field(default="--group", compare=False)


def group_of(text: str) -> LabelledRows:
    """``NAME=COLUMN:VALUE,VALUE``.

    Raises:
        UserError: it is not of this form.
    """
    name, equals, rest = text.partition("=")
    column, colon, values = rest.rpartition(":")
    chosen = tuple(value.strip() for value in values.split(",") if value.strip())
    if not (equals and colon and name.strip() and column.strip() and chosen):
        raise UserError(f"--group {text!r}: expected NAME=COLUMN:VALUE,VALUE (Real=scene:fortress,horns)")
    return LabelledRows(name.strip(), column.strip(), chosen)


def rows_of(group: LabelledRows, file: ScoreFile) -> Rows | None:
    """The rows of a group in a file; ``None`` where the file has no such column.

    Raises:
        UserError: a value does not occur in the column.
    """
    cells = file.names.get(group.column)
    if cells is None:
        return None
    known = set(cells.tolist())
    for value in group.values:
        if value not in known:
            near = did_you_mean(value, sorted(known)) or f" (it has {_some(sorted(known))})"
            raise UserError(
                f"--group {group.name}: {value!r} does not occur in column {group.column!r} of {file.name}{near}"
            )
    return np.isin(cells, group.values)


def check_groups(groups: Iterable[LabelledRows], files: Sequence[ScoreFile]) -> None:
    """Refuse groups that no file has.

    Raises:
        UserError: naming the group, and the nearest column.
    """
    for group in groups:
        if all(rows_of(group, file) is None for file in files):
            columns = sorted({heading for file in files for heading in file.names})
            near = did_you_mean(group.column, columns) or f" (they have {_some(columns)})"
            raise UserError(f"--group {group.name}: no file of scores has a column {group.column!r} of names{near}")


def read(given: Sequence[str]) -> list[ScoreFile]:
    """Read files of scores; ``NAME=FILE`` names the data set, and files of one name are joined by their columns of names.

    Raises:
        UserError: a file can't be used; two data sets have one name.
    """
    parts: dict[str, list[tuple[Path, bool]]] = {}
    for text in given:
        name, path, named = _named(text)
        if any(path == other for other, _ in parts.get(name, ())):
            raise UserError(f"--scores {text}: the file is given twice")
        parts.setdefault(name, []).append((path, named))
    files = []
    for name, members in parts.items():
        if len(members) > 1 and not all(named for _, named in members):
            raise UserError(f"--scores: two files are called {name!r}: name the data sets: --scores NAME=FILE")
        own = [_read(name, path) for path, _ in members]
        files.append(own[0] if len(own) == 1 else _joined(own))
    return files


def _named(text: str) -> tuple[str, Path, bool]:
    name, equals, rest = text.partition("=")
    if equals and name.strip() and not Path(text).expanduser().exists():
        return name.strip(), Path(rest).expanduser(), True
    path = Path(text).expanduser()
    return path.stem, path, False


def _read(name: str, path: Path) -> ScoreFile:
    source = table_sources.from_file(path, ())
    cells = {heading: source.text(heading) for heading in source.frame.columns}
    blank = {heading: ["" if is_missing(cell) else cell for cell in column] for heading, column in cells.items()}
    numeric = [heading for heading, column in blank.items() if _numeric(column)]
    mark = find_mark({heading: cells[heading] for heading in numeric}, source.where, separator=source.separator)
    numbers = {}
    for heading in numeric:
        values = np.array(to_floats(blank[heading], mark)[0], dtype=np.float64)
        values[~np.isfinite(values)] = np.nan
        numbers[heading] = values
    names = {}
    for heading, column in blank.items():
        if heading not in numbers or _repeats(numbers[heading]):
            names[heading] = np.array(column, dtype=np.str_)
    if not numbers:
        raise UserError(f"{path}: has no column of numbers, so no scores")
    return ScoreFile(name, (path,), numbers, names, tuple(source.notes))


def _numeric(column: Sequence[str]) -> bool:
    filled = [cell for cell in column if cell]
    return len(filled) > 0 and all(to_float(cell, "," if "," in cell else ".") is not None for cell in filled)


def _repeats(values: Floats) -> bool:
    """Whether numbers may be the numbers of groups: whole, and each several times."""
    known = values[np.isfinite(values)]
    return bool(len(known) and (known == np.round(known)).all() and len(np.unique(known)) <= len(known) // 2)


def _joined(parts: Sequence[ScoreFile]) -> ScoreFile:
    """Files of one data set, brought together by the columns of text that all have."""
    first, *others = parts
    numbers, names = dict(first.numbers), dict(first.names)
    for other in others:
        keys = [heading for heading in first.names if heading in other.names and heading not in first.numbers]
        if not keys:
            raise UserError(
                f"--scores {first.name}: {other.files[0].name} shares no column of names with {first.files[0].name}"
            )
        own = {key: row for row, key in enumerate(zip(*(other.names[key].tolist() for key in keys), strict=True))}
        wanted = list(zip(*(first.names[key].tolist() for key in keys), strict=True))
        if len(own) < other.n or len(set(wanted)) < len(wanted):
            raise UserError(
                f"--scores {first.name}: rows repeat in {', '.join(keys)}, so that the files can't be joined"
            )
        places = np.array([own.get(key, -1) for key in wanted])
        if (places < 0).all():
            raise UserError(f"--scores {first.name}: {other.files[0].name} and {first.files[0].name} share no row")
        for heading, values in other.numbers.items():
            if heading in keys or (heading in numbers and heading in names):
                continue
            own_rows = np.where(places >= 0, values[places], np.nan)
            if heading not in numbers:
                numbers[heading] = own_rows
            elif not np.array_equal(
                numbers[heading], own_rows, equal_nan=True
            ):  # a label that both files have, stands once
                numbers[f"{heading} ({other.files[0].stem})"] = own_rows
    files = tuple(path for part in parts for path in part.files)
    return ScoreFile(first.name, files, numbers, names, tuple(note for part in parts for note in part.notes))


def _some(names: Sequence[str], shown: int = 8) -> str:
    rest = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + rest
