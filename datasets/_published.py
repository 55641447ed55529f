"""What the loaders of published sets share: one copy is found, its files are looked up, its counts and range are compared.

A helper of the loaders in this folder: each says where its labels are and what its names mean; the rest is here, so that
every set names the same damage in the same words. Standard library and the engine's public names only.
"""

from __future__ import annotations

import math
import os
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark import DataError, Problem
from benchmark.data.labels import at_most, beside, refuse_name, short
from benchmark.data.name_matching import is_image

from ._examined import ExaminedDataset
from ._folders import Folder

if TYPE_CHECKING:
    import pandas as pd

SEE_AUTHORS = "see the authors' page"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Published:
    """What the authors say of their set.

    Attributes:
        images: the number of labelled images.
        references: the number of references.
        least: the lowest label, or the lower end of the scale.
        most: likewise the highest.
        slack: how much the two may be rounded.
        reached: whether they are labels, so that a whole copy must reach them, instead of the ends of the scale.
    """

    images: int
    references: int
    least: float
    most: float
    slack: float = 0.0
    reached: bool = False


@dataclass(slots=True)
class Row:
    """One labelled image; names are relative to the folders of the copy.

    Attributes:
        enhanced: the image.
        reference: its reference.
        condition: the distortion or the algorithm.
        mos: the label.
        where: file and line, or file and place, of the label.
        mos_sd: spread of the opinions, where published.
        observers: their number, where published.
    """

    enhanced: str
    reference: str
    condition: str
    mos: float
    where: str
    mos_sd: float = math.nan
    observers: float = math.nan


@dataclass(slots=True)
class Copy:
    """A copy of a set as found.

    Attributes:
        references: folder of the references.
        enhanced: folder of the labelled images.
        rows: the labels.
        files: where they were read from.
        problems: what is wrong with other lines.
        notes: what readers must know of this copy.
        unlabelled: names of images that have no label on purpose.
    """

    references: Path
    enhanced: Path
    rows: list[Row]
    files: list[Path]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unlabelled: frozenset[str] = frozenset()


class PublishedSet(ExaminedDataset):
    """A set whose authors published a folder of images and a list of labels.

    Args:
        root: the folder as unpacked.
        label_file: the list of labels, where it lies elsewhere or several are there.
    """

    published: ClassVar[Published]

    def __init__(self, *, root: Path, label_file: Path | None = None) -> None:
        super().__init__()
        self._root = root
        self._label_file = label_file

    @abstractmethod
    def find(self) -> Copy:
        """The copy in the folder: its layout, and its labels in order.

        Raises:
            DataError: a folder or the list is missing, or there are two.
        """

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: the copy as a whole can't be used.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        copy = self.find()
        usable, problems = _usable(copy)
        problems = [*copy.problems, *problems]
        differs = differences(self.published, copy.rows)
        problems += [Problem("warning", words, str(self._root)) for words in differs]
        problems += _unlabelled(copy)
        self._label_files = copy.files
        named = " and ".join(dict.fromkeys(file.name for file in copy.files))
        many = len({file.name for file in copy.files}) > SHOWN
        source = f"{len(copy.files)} files in {copy.files[0].parent.name}/" if many else named
        self._notes = [f"{self.info.title}, labels from {source}.", *copy.notes, *(f"{words}." for words in differs)]
        where = str(copy.files[0])
        return pd.DataFrame([_cells(copy, row) for row in usable]), at_most(problems, where)


def differences(published: Published, rows: Sequence[Row]) -> list[str]:
    """In what a copy differs from what was published: numbers of images and references, range of labels."""
    images, references = len({row.enhanced for row in rows}), len({row.reference for row in rows})
    words = [
        f"This copy has labels of {found:,} {what}; {wanted:,} were published"
        for found, wanted, what in (
            (images, published.images, "images"),
            (references, published.references, "references"),
        )
        if found != wanted
    ]
    if not rows:
        return words
    least, most = min(row.mos for row in rows), max(row.mos for row in rows)
    outside = least < published.least - published.slack or most > published.most + published.slack
    inside = least > published.least + published.slack or most < published.most - published.slack
    if outside or (published.reached and images == published.images and inside):
        words.append(
            f"Labels of this copy are {least:g} to {most:g}; published are {published.least:g} to {published.most:g}"
        )
    return words


def find_base(root: Path, wanted: str, below: Iterable[str] = ()) -> Path:
    """The folder that holds the folder ``wanted``: ``root``, or one of the folders that archives unpack into.

    Raises:
        DataError: none of them holds it (with the name that is nearly right), or more than one does.
    """
    bases = [root / name if name else root for name in ("", *below)]
    found = [base for base in bases if os.path.isdir(base / wanted)]
    if len(found) > 1:
        message = f"two copies at once, {found[0] / wanted} and {found[1] / wanted}; remove one, or set `root` to one"
        raise DataError(Problem("error", message, str(root)))
    if found:
        return found[0]
    raise DataError(_missing(root, wanted, [base for base in bases if os.path.isdir(base)] or [root]))


def one_of(base: Path, names: Sequence[str], what: str) -> Path:
    """The one folder in ``base`` that has one of these names.

    Raises:
        DataError: there is none (with the name that is nearly right), or two.
    """
    found = [name for name in names if os.path.isdir(base / name)]
    if len(found) > 1:
        message = f"two copies of {what}, {found[0]}/ and {found[1]}/; remove one"
        raise DataError(Problem("error", message, str(base)))
    if found:
        return base / found[0]
    hint = next((text for name in names if (text := _near(base, name))), "")
    looked = " or ".join(f"{name}/" for name in names)
    raise DataError(Problem("error", f"no folder of {what}; looked for {looked}{hint}", str(base)))


def one_list(root: Path, base: Path, names: Sequence[str], given: Path | None) -> Path:
    """The one list of labels with one of these names, in ``root``, ``base`` or between; the one given wins.

    Copies that are equal byte for byte count as one.

    Raises:
        DataError: there is none (with the name that is nearly right), or several that differ.
    """
    if given is not None:
        return given
    places = [base, *(folder for folder in base.parents if folder == root or root in folder.parents)]
    found = [place / name for place in places for name in names if os.path.isfile(place / name)]
    if len(found) > 1 and len({_content(file) for file in found}) > 1:
        message = f"two lists of labels, {found[0]} and {found[1]}; remove one, or name one by `label_file`"
        raise DataError(Problem("error", message, str(root)))
    if found:
        return found[0]
    hint = next((text for place in places for name in names if (text := beside(place / name))), "")
    message = f"no list of labels; looked for {', '.join(names)}{hint}; another is named by `label_file`"
    raise DataError(Problem("error", message, str(root)))


def wrong_count(file: Path, found: int, wanted: int, what: str = "labels") -> DataError:
    """A list without names has not one label an image: none of them can be trusted."""
    message = f"holds {found:,} {what} for {wanted:,} images; its order is the only link to them, so get the file again"
    return DataError(Problem("error", message, str(file)))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return str(file).encode()


def _missing(root: Path, wanted: str, bases: Sequence[Path]) -> Problem:
    hint = next((text for base in bases if (text := _near(base, wanted))), "")
    places = ", ".join(str(base.relative_to(root)) for base in bases if base != root)
    also = f" (nor in {places})" if places else ""
    return Problem("error", f"no folder {wanted}/ here{also}{hint}", str(root))


def _near(base: Path, wanted: str) -> str:
    """A hint for the first part of a path that does not exist; nothing where no name is near."""
    path = base
    for part in wanted.split("/"):
        if not os.path.isdir(path / part):
            return beside(path / part)
        path = path / part
    return ""


def _usable(copy: Copy) -> tuple[list[Row], list[Problem]]:
    """The rows whose two images are there, and a problem for every other; one for a whole folder that is missing."""
    folders = _folders(copy)
    usable: list[Row] = []
    problems: list[Problem] = []
    missing: dict[Path, set[str]] = {}
    seen: dict[str, str] = {}
    for row in copy.rows:
        gone = False
        wrong = []
        for kind, name in (("enhanced", row.enhanced), ("reference", row.reference)):
            folder = folders[kind]
            inside = (folder.path / name).parent
            if refuse_name(name):
                wrong.append(refuse_name(name))
            elif not os.path.isdir(inside):
                missing.setdefault(inside, set()).add(row.where)
                gone = True
            elif not folder.has(name):
                wrong.append(f"no image {short(name)} in {folder.path}{folder.hint(name)}")
        if row.enhanced in seen:
            wrong.append(f"{short(row.enhanced)} already has a label in {seen[row.enhanced]}")
        seen.setdefault(row.enhanced, row.where)
        problems += [Problem("error", words, row.where) for words in wrong]
        if not wrong and not gone:
            usable.append(row)
    return usable, [
        *(
            Problem("error", f"no such folder{beside(path)}; {len(rows):,} labels need images in it", str(path))
            for path, rows in missing.items()
        ),
        *problems,
    ]


def _folders(copy: Copy) -> dict[str, Folder]:
    """The two folders.

    Raises:
        DataError: one can't be listed; carries what is wrong with the list too.
    """
    folders: dict[str, Folder] = {}
    problems: list[Problem] = []
    for kind, path in (("enhanced", copy.enhanced), ("reference", copy.references)):
        try:
            folders[kind] = Folder(path)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError([*problems, *copy.problems])
    return folders


def _unlabelled(copy: Copy) -> list[Problem]:
    """A warning for each folder with images that have no label and are no reference."""
    named = {os.path.normpath(copy.enhanced / row.enhanced) for row in copy.rows}
    named |= {os.path.normpath(copy.references / row.reference) for row in copy.rows}
    named |= {os.path.normpath(copy.enhanced / name) for name in copy.unlabelled}
    folders = dict.fromkeys(os.path.dirname(copy.enhanced / row.enhanced) for row in copy.rows)
    problems = []
    for folder in folders:
        try:
            inside = sorted(name for name in os.listdir(folder) if is_image(name))
        except OSError:
            continue
        bare = [name for name in inside if os.path.normpath(os.path.join(folder, name)) not in named]
        if bare:
            more = f" and {len(bare) - SHOWN:,} more" if len(bare) > SHOWN else ""
            message = f"no label for {', '.join(short(name) for name in bare[:SHOWN])}{more}; left out"
            problems.append(Problem("warning", message, folder))
    return problems


def _cells(copy: Copy, row: Row) -> dict[str, object]:
    return {
        "reference": row.reference,
        "enhanced": row.enhanced,
        "condition": row.condition,
        "mos": row.mos,
        "mos_sd": row.mos_sd,
        "observers": row.observers,
        "reference_path": os.path.join(copy.references, row.reference),
        "enhanced_path": os.path.join(copy.enhanced, row.enhanced),
        "source": row.where,
    }
