"""What loaders of published data sets share: the check of a copy against what was published, its notes, its second copies.

A copy that lacks labels, was rescaled or lies there twice is not refused, but says so: in ``check``, and under every table.
"""

from __future__ import annotations

import hashlib
import math
import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark import DataError, Problem
from benchmark.data.labels import at_most, beside, short

from ._examined import ExaminedDataset
from ._folders import Folder

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 0.01
"""Share of the published range by which labels may differ: some copies in circulation are rounded."""
SHOWN = 3
HASH_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What its authors published of a data set.

    Attributes:
        pairs: number of labelled pairs.
        references: number of references.
        lowest: the lowest label, or the lower end of the scale; minus infinity where unknown.
        highest: likewise at the upper end.
        reached: whether the complete set reaches both ends; otherwise they bound it only.
    """

    pairs: int
    references: int
    lowest: float = -math.inf
    highest: float = math.inf
    reached: bool = True

    def differences(self, labels: Sequence[float], references: int) -> list[str]:
        """What differs between a copy and this, one sentence each.

        Args:
            labels: the copy's labels.
            references: its number of references.
        """
        sentences = [
            f"{count:,} {what}, {wanted:,} are published: is a label, a file or a folder missing, or one too many?"
            for count, wanted, what in (
                (len(labels), self.pairs, "labelled pairs"),
                (references, self.references, "references"),
            )
            if count != wanted
        ]
        return [*sentences, *self._range(min(labels), max(labels), complete=len(labels) == self.pairs)]

    def _range(self, low: float, high: float, *, complete: bool) -> list[str]:
        if not math.isfinite(self.lowest + self.highest):
            return []
        margin = TOLERANCE * (self.highest - self.lowest)
        beyond = low < self.lowest - margin or high > self.highest + margin
        short_of = complete and self.reached and (low > self.lowest + margin or high < self.highest - margin)
        if not beyond and not short_of:
            return []
        published = f"{self.lowest:g} to {self.highest:g}"
        return [f"Labels from {low:g} to {high:g}, published are {published}: these are on another scale, or altered."]


@dataclass(slots=True)
class Reading:
    """What was read from a copy.

    Attributes:
        rows: one mapping a pair, with the columns of ``benchmark.data.pairs`` and ``source``.
        problems: what is wrong with the others.
        notes: facts about this copy.
        label_files: the files that labels were read from.
    """

    rows: list[dict[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    label_files: list[Path] = field(default_factory=list)


class PublishedDataset(ExaminedDataset):
    """A data set as its authors published it; a subclass says what that is, and reads a copy.

    Args:
        root: the folder that the archive unpacks to.
    """

    published: ClassVar[Published]
    marks: ClassVar[tuple[str, ...]] = ()
    """Files or folders that together mark a copy: a folder below the root that has them all is a second one."""

    def __init__(self, *, root: Path) -> None:
        super().__init__()
        self._root = root

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: a list or a folder is missing.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        reading = self.read()
        table = pd.DataFrame(reading.rows)
        wrong = any(problem.severity == "error" for problem in reading.problems)
        remarks = [] if wrong or table.empty else self.expected().differences(*_extent(table))
        remarks += _second_copies(self._root, self.marks)
        problems = [*at_most(reading.problems, str(self._root)), *(self._remark(text) for text in remarks)]
        self._label_files = reading.label_files
        self._notes = [_source(self.info.title, reading.label_files), *reading.notes, *remarks]
        return table, problems

    def expected(self) -> Published:
        """What was published of the labels that were asked for."""
        return self.published

    @abstractmethod
    def read(self) -> Reading:
        """Read the copy.

        Raises:
            DataError: a list or a folder is missing.
        """

    def _remark(self, text: str) -> Problem:
        return Problem("warning", text, str(self._root))


def folders(root: Path, *names: str) -> list[Folder]:
    """The folders of a copy.

    Raises:
        DataError: names all of them that are missing; the root alone where it is missing itself.
    """
    if not root.is_dir():
        raise DataError(Problem("error", f"no such folder{beside(root)}", str(root)))
    found: list[Folder] = []
    problems: list[Problem] = []
    for name in names:
        try:
            found.append(Folder(root / name))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return found


def in_one_line(missing: Mapping[str, str], what: str) -> list[Problem]:
    """One problem for all images that are missing, so that a folder which was not unpacked is one line, not thousands.

    Args:
        missing: name of each, and where it is listed.
        what: where they were looked for, and what to do.
    """
    if not missing:
        return []
    first, where = next(iter(missing.items()))
    many = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
    return [Problem("error", f"no image {short(first)}{many} {what}", where)]


def spread(value: float) -> float:
    """A standard deviation of opinions; NaN for 0, which means that it isn't known, not that the label is certain."""
    return value if value > 0 else math.nan


def named(number: str, names: Sequence[str]) -> str:
    """The name of a distortion with this number, from 1.

    Raises:
        ValueError: there is none.
    """
    if not number.isascii() or not number.isdecimal() or not 1 <= int(number) <= len(names):
        raise ValueError(f"the distortion {short(number)} is not known; they are 01 to {len(names):02d}")
    return names[int(number) - 1]


def _extent(table: pd.DataFrame) -> tuple[list[float], int]:
    return table["mos"].tolist(), int(table["reference"].nunique())


def _source(title: str, files: Sequence[Path]) -> str:
    """The sentence that names the files of labels, with the beginning of the SHA-256 of each, or of all if they are many."""
    digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    if len(files) > SHOWN:
        of_all = hashlib.sha256("".join(digests.values()).encode()).hexdigest()
        return f"{title}, labels from {len(files):,} files (SHA-256 of their SHA-256: {of_all[:HASH_DIGITS]}…)."
    named = ", ".join(f"{name} (SHA-256 {digest[:HASH_DIGITS]}…)" for name, digest in digests.items())
    return f"{title}, labels from {named}."


def _second_copies(root: Path, marks: Sequence[str]) -> list[str]:
    """A sentence for each folder below the root that looks like a copy of the set."""
    if not marks:
        return []
    try:
        inside = sorted(os.listdir(root))
    except OSError:
        return []
    copies = [name for name in inside if all((root / name / mark).exists() for mark in marks)]
    return [f"A second copy lies in {name}/; it is not read: remove one of the two." for name in copies]
