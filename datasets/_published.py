"""The base of data sets as their authors published them: a copy is read, and compared with what was published.

A copy that lacks labels, was rescaled or lies there twice is not refused, but says so: in ``check``, and under every table.
What was published stands in the set's ``info``, once: lists of data sets, the documentation and this check read it there.
"""

from __future__ import annotations

import hashlib
import os
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import at_most, beside, short
from benchmark.data.name_matching import is_image

from ._advice import advise, fold, only_parts_of, together
from ._card import Card, Kind, read_card
from ._elsewhere import copies_near, other_sets
from ._examined import ExaminedDataset
from ._folders import subfolders

if TYPE_CHECKING:
    import pandas as pd

SEE_AUTHORS = "see the authors' page"
TOLERANCE = 0.01
"""Share of the published range by which labels may differ: some copies in circulation are rounded."""
SHOWN = 3
HASH_DIGITS = 12


@dataclass(slots=True)
class Reading:
    """What was read from a copy.

    Attributes:
        rows: one mapping a pair, with the columns of ``benchmark.data.pairs`` and ``source``.
        problems: what is wrong with the others.
        notes: facts about this copy.
        label_files: the files that labels were read from.
        without_label: paths of images among the others that have no label on purpose.
    """

    rows: list[dict[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    label_files: list[Path] = field(default_factory=list)
    without_label: set[str] = field(default_factory=set)


class PublishedDataset(ExaminedDataset):
    """A data set as its authors published it; a subclass says what that is, and reads a copy.

    Args:
        root: the folder that the archive unpacks to.
    """

    marks: ClassVar[tuple[tuple[str, ...], ...]]
    """Names of files and folders that together mark a copy; one such group for each form in circulation."""

    def __init__(self, *, root: Path) -> None:
        super().__init__()
        self._root = root

    @property
    def card(self) -> Card:
        """What the folder says of itself: that ``demo-data --like`` made it, or nothing."""
        return read_card([self._root])

    @property
    def labels(self) -> Kind:
        """The kind of labels, from the card."""
        return self.card.labels

    @classmethod
    def found_at(cls, folder: Path) -> bool:
        """Whether everything that marks a copy lies in this folder, and it is no imitation of ``demo-data --like``."""
        marked = any(all(os.path.exists(folder / name) for name in group) for group in cls.marks)
        return marked and not read_card([folder]).simulated

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: the copy as a whole can't be used.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        card = self.card
        try:
            _refuse_no_folder(self._root)
            reading = self.read()
        except DataError as error:
            raise DataError(self._advised(error.problems)) from None
        reading.problems += card.problems
        table = pd.DataFrame(reading.rows)
        wrong = any(problem.severity == "error" for problem in reading.problems)
        compared = not (wrong or table.empty or card.simulated)
        remarks = differences(self.expected(), *_extent(table)) if compared else []
        remarks += [f"It {text}" for text in self._mistaken() if remarks]
        remarks += self._second_copies(reading)
        where = str(reading.label_files[0]) if len(reading.label_files) == 1 else str(self._root)
        problems = at_most(self._advised(reading.problems), where)
        problems += [] if wrong else _unlabelled(reading)
        problems += [Problem("warning", text, str(self._root)) for text in remarks]
        self._label_files = reading.label_files
        made = [f"Simulated labels: no person judged these images ({card.title})."] if card.simulated else []
        self._notes = [*made, _source(self.info.title, reading.label_files), *reading.notes, *remarks]
        return table, problems

    def expected(self) -> DatasetInfo:
        """What was published of the labels that were asked for."""
        return self.info

    @abstractmethod
    def read(self) -> Reading:
        """Read the copy.

        Raises:
            DataError: a list or a folder is missing, or there are two.
        """

    def _advised(self, problems: Sequence[Problem]) -> list[Problem]:
        """What is wrong, in few lines that say what to do; a folder that is another one, or another set, first."""
        if not any(problem.severity == "error" for problem in problems) or not self._root.is_dir():
            return fold(problems)
        advised = advise(problems, self.info.source)
        misplaced = only_parts_of(self._root, problems)
        other = [Problem("error", text, str(self._root)) for text in self._mistaken()]
        if other or not misplaced or self.found_at(self._root):
            return other if other and misplaced else [*other, *advised]
        near = [str(place) for place in copies_near(self._root, self.found_at, self._reads)[:SHOWN]]
        if not near:
            return together(self._root, advised, self.info.title)
        which = "that folder" if len(near) == 1 else "one of them"
        message = f"no copy of {self.info.title} here; there is {' and '.join(near)}: set `root` to {which}"
        return [Problem("error", message, str(self._root))]

    def _reads(self, root: Path) -> bool:
        """Whether this folder would do for the root."""
        other = copy(self)
        other._root = root
        try:
            other.read()
        except DataError:
            return False
        return True

    def _mistaken(self) -> list[str]:
        """What a folder without the marks of this set looks like, as the end of a sentence; or nothing."""
        if self.found_at(self._root) or self.card.simulated:
            return []
        return [
            f"looks like a copy of {other.title}, not of {self.info.title}: is `name: {other.name}` meant?"
            for other in other_sets(self._root, self.info.name)
        ]

    def _second_copies(self, reading: Reading) -> list[str]:
        """A sentence for each folder near below the root that looks like a copy, unless it is the one that was read."""
        images = [Path(str(row["enhanced_path"])) for row in reading.rows[:1]]
        read = {place for path in (*reading.label_files, *images) for place in path.parents}
        near = [place for folder in subfolders(self._root) for place in (folder, *subfolders(folder))]
        copies = [place.relative_to(self._root) for place in near if place not in read and self.found_at(place)]
        return [f"A second copy lies in {place}/; it is not read: remove one of the two." for place in copies]


def differences(published: DatasetInfo, labels: Sequence[float], references: int) -> list[str]:
    """What differs between a copy and what was published, one sentence each.

    Args:
        published: the numbers of pairs and references, and the range of labels.
        labels: the copy's labels.
        references: its number of references.
    """
    counts = ((len(labels), published.pairs, "labelled pair"), (references, published.references, "reference"))
    sentences = [
        f"This copy has {count:,} {what}{'' if count == 1 else 's'}, {wanted:,} are published: is a label, a file or a "
        "folder missing, or one too many?"
        for count, wanted, what in counts
        if wanted is not None and count != wanted
    ]
    return [*sentences, *_beyond(published, min(labels), max(labels), complete=len(labels) == published.pairs)]


def _beyond(published: DatasetInfo, low: float, high: float, *, complete: bool) -> Iterator[str]:
    """A sentence if labels lie outside the published range, or a whole copy does not reach its ends."""
    lowest, highest = published.label_range
    if lowest is None or highest is None:
        return
    margin = TOLERANCE * (highest - lowest)
    outside = low < lowest - margin or high > highest + margin
    short_of = complete and published.range_reached and (low > lowest + margin or high < highest - margin)
    if outside or short_of:
        known = f"{lowest:g} to {highest:g}"
        yield f"Labels of this copy are {low:g} to {high:g}, published are {known}: another scale, or altered labels?"


def _refuse_no_folder(root: Path) -> None:
    """Say so once where there is no such folder, or an archive in its place.

    Raises:
        DataError: the root is no folder.
    """
    if root.is_file():
        raise DataError(
            Problem("error", "is a file; unpack it, and set `root` to the folder that it unpacks to", str(root))
        )
    if not root.is_dir():
        raise DataError(Problem("error", f"no such folder{beside(root, folder=True)}", str(root)))


def _unlabelled(reading: Reading) -> list[Problem]:
    """A warning for all images without label beside those that have one, and are no references."""
    named = {os.path.normpath(str(row[kind])) for row in reading.rows for kind in ("enhanced_path", "reference_path")}
    named |= {os.path.normpath(path) for path in reading.without_label}
    bare = [
        path
        for folder in dict.fromkeys(os.path.dirname(str(row["enhanced_path"])) for row in reading.rows)
        for name in sorted(os.listdir(folder))
        if is_image(name) and os.path.normpath(path := os.path.join(folder, name)) not in named
    ]
    if not bare:
        return []
    first = ", ".join(short(os.path.basename(path)) for path in bare[:SHOWN])
    more = f" and {len(bare) - SHOWN:,} more" if len(bare) > SHOWN else ""
    return [Problem("warning", f"no label for {first}{more}; left out", os.path.dirname(bare[0]))]


def _extent(table: pd.DataFrame) -> tuple[list[float], int]:
    return table["mos"].tolist(), int(table["reference"].nunique())


def _source(title: str, files: Iterable[Path]) -> str:
    """The sentence that names the files of labels, with the beginning of the SHA-256 of each, or of all if they are many."""
    digests = [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]
    if len(digests) > SHOWN:
        of_all = hashlib.sha256("".join(digest for _, digest in digests).encode()).hexdigest()
        return f"{title}, labels from {len(digests):,} files (SHA-256 of their SHA-256: {of_all[:HASH_DIGITS]}…)."
    shown = " and ".join(f"{name} (SHA-256 {digest[:HASH_DIGITS]}…)" for name, digest in digests)
    return f"{title}, labels from {shown}."
