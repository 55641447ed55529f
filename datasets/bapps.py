"""BAPPS (2AFC): which of two distorted patches is closer to the reference? Reads the folders as the authors' script unpacks.

The set's second part, just noticeable differences (``jnd``), is another question to observers and is not read.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark import DataError, DatasetInfo, Problem
from benchmark.core.errors import in_words
from benchmark.data.labels import at_most, beside, short
from benchmark.data.name_matching import is_image, stem

from ._card import Card, Kind, read_card
from ._examined import ExaminedDataset
from ._votes import documented

if TYPE_CHECKING:
    import pandas as pd

SPLITS = ("train", "val")
FOLDERS = ("", "2afc", "dataset", "dataset/2afc")
IMAGES = ("ref", "p0", "p1")
JUDGE = "judge"
PARTS = (*IMAGES, JUDGE)
OTHER = "same"
VOTES = {"train": 2, "val": 5}
"""Judgements of each choice, from the README of the authors' code (section "About the dataset")."""
PUBLISHED = {
    "val/traditional": 4720,
    "val/cnn": 4720,
    "val/superres": 10856,
    "val/frameinterp": 1888,
    "val/deblur": 9440,
    "val/color": 4720,
}
"""Choices of each validation folder, from the paper; those of the training folders are published in thousands only."""
RULE = "a judgement is the share of observers who prefer p1, one number from 0 to 1"
HASH_DIGITS = 12


class Bapps(ExaminedDataset):
    """Berkeley-Adobe Perceptual Patch Similarity, 2AFC: people chose between two patches; none has a label of its own.

    The condition of a choice is its folder: ``traditional``, ``cnn``, ``superres`` …, whichever there are, ``mix`` of the
    training part too. By default the validation part is scored; ``splits: [train]`` names the other one.

    Args:
        root: the folder ``2afc``, ``dataset`` or the one above it.
    """

    info = DatasetInfo(
        name="bapps",
        title="BAPPS (2AFC)",
        label_name="choices",
        splits=SPLITS,
        opinions="votes: 2 (train), 5 (val)",
        layout="2afc/val/cnn/ref/000000.png, 2afc/val/cnn/p0/000000.png, 2afc/val/cnn/p1/000000.png, "
        "2afc/val/cnn/judge/000000.npy",
        variants="root is 2afc, the folder dataset or the one above; any groups",
        source="https://github.com/richzhang/PerceptualSimilarity",
        citation="Zhang, Isola, Efros, Shechtman, Wang 2018, The unreasonable effectiveness of deep features as a "
        "perceptual metric, CVPR",
        licence="BSD-2-Clause (the authors' repository)",
    )

    def __init__(self, *, root: Path) -> None:
        super().__init__()
        self._root = root
        self._choices: pd.DataFrame | None = None
        self._card = Card()

    @classmethod
    def found_at(cls, folder: Path) -> bool:
        """Whether choices lie in this folder or in one that the authors' script makes, and they are not simulated."""
        return bool(_bases(folder)) and not _card_of(folder).simulated

    @property
    def labels(self) -> Kind:
        """The kind of labels according to ``dataset.json``; known after ``pairs``."""
        return self._card.labels

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: the copy as a whole can't be used.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        base, self._card = _base(self._root), _card_of(self._root)
        groups = [_read(base, name) for name in _groups(base)]
        problems = at_most([problem for group in groups for problem in group.problems], str(base))
        problems += self._card.problems
        simulated = self._card.simulated
        remarks = [] if problems or simulated else _remarks(groups)
        made = [f"Simulated labels: no person judged these images ({self._card.title})."] if simulated else []
        self._notes = [*made, *_describe(groups), *remarks]
        columns: dict[str, list[object]] = {}
        for group in groups:
            for key, values in group.pairs(base).items():
                columns.setdefault(key, []).extend(values)
        table = pd.DataFrame(columns)
        self._choices = pd.concat([group.choices() for group in groups], ignore_index=True)
        return table, [*problems, *(Problem("warning", text, str(base)) for text in remarks)]

    def choices(self) -> pd.DataFrame | None:
        """The choices, one a file of ``judge``; see ``benchmark.data.choices``."""
        return self._choices


@dataclass(slots=True)
class Group:
    """One folder of choices.

    Attributes:
        name: ``val/cnn``.
        names: the file of each part, by the choice's number.
        shares: preference for p1 of each usable choice, by its number.
        problems: what is wrong with the others.
        digest: SHA-256 over the judgements' files.
    """

    name: str
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    digest: str = ""

    @property
    def split(self) -> str:
        """``train`` or ``val``."""
        return self.name.partition("/")[0]

    @property
    def votes(self) -> float:
        """Votes of each choice; NaN where the shares can't be of the documented number."""
        known = documented(np.array(list(self.shares.values())), VOTES[self.split])
        return VOTES[self.split] if known else np.nan

    @property
    def preferences(self) -> list[float]:
        """The shares, those of counted votes exactly: files hold them in single precision (0.6000000238)."""
        shares, votes = list(self.shares.values()), self.votes
        return shares if np.isnan(votes) else [round(share * votes) / votes for share in shares]

    def pairs(self, base: Path) -> dict[str, list[object]]:
        """The columns of the table of pairs: both images of each usable choice."""
        sides = [(number, side) for number in self.shares for side in ("p0", "p1")]
        start = os.path.join(base, self.name)
        return {
            "split": [self.split] * len(sides),
            "pair": [f"{self.name}/{side}/{number}" for number, side in sides],
            "reference": [f"{self.name}/ref/{self.names['ref'][number]}" for number, _ in sides],
            "enhanced": [f"{self.name}/{side}/{self.names[side][number]}" for number, side in sides],
            "condition": [self.name.partition("/")[2]] * len(sides),
            "reference_path": [os.path.join(start, "ref", self.names["ref"][number]) for number, _ in sides],
            "enhanced_path": [os.path.join(start, side, self.names[side][number]) for number, side in sides],
        }

    def choices(self) -> pd.DataFrame:
        """The table of usable choices."""
        import pandas as pd  # noqa: PLC0415

        return pd.DataFrame(
            {
                **{
                    column: [f"{self.name}/{side}/{number}" for number in self.shares]
                    for column, side in (("first", "p0"), ("second", "p1"))
                },
                "preference": self.preferences,
                "votes": self.votes,
                "condition": self.name.partition("/")[2],
            }
        )


def _base(root: Path) -> Path:
    """The folder that holds ``train`` and ``val``.

    Raises:
        DataError: there is none, or there are two.
    """
    if not root.is_dir():
        raise DataError(Problem("error", f"no such folder{beside(root)}", str(root)))
    found = _bases(root)
    if len(found) > 1:
        message = f"two copies at once, {found[0]} and {found[1]}; remove one, or set `root` to one of them"
        raise DataError(Problem("error", message, str(root)))
    if found:
        return found[0]
    there = ", ".join(f"{name}/" for name in _listed(root)[:6]) or "nothing"
    message = (
        "no folder such as 2afc/val/cnn with ref, p0, p1 and judge; `root` is the folder 2afc, or `dataset` of the authors' "
        f"script (there is {there})"
    )
    raise DataError(Problem("error", message, str(root)))


def _bases(root: Path) -> list[Path]:
    """The folders in or near the root that hold ``train`` or ``val`` with choices."""
    bases = [root / name for name in FOLDERS]
    return [base for base in bases if any(_parts_in(base / split) for split in SPLITS)]


def _card_of(root: Path) -> Card:
    return read_card(
        [root, *(root / name for name in FOLDERS if name), *([root.parent] if root.name == "2afc" else [])]
    )


def _groups(base: Path) -> list[str]:
    return [f"{split}/{name}" for split in SPLITS for name in _parts_in(base / split)]


def _parts_in(folder: Path) -> list[str]:
    """The folders of choices in the folder of a split: those with one of the four parts, in whatever case, and not ``same``.

    Folders with ``same`` are of the set's other part, just noticeable differences.
    """
    inside = {name: {part.casefold() for part in _listed(folder / name)} for name in _listed(folder)}
    return [name for name, parts in inside.items() if parts & set(PARTS) and OTHER not in parts]


def _listed(folder: Path) -> list[str]:
    """Names of the folders in a folder; none where it can't be listed."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []


def _read(base: Path, name: str) -> Group:
    """Read the choices of a folder."""
    group = Group(name)
    folder = base / name
    there = _listed(folder)
    for part in PARTS:
        if part not in there:
            near = next((other for other in there if other.casefold() == part), None)
            hint = f"; there is {near!r}: names must be equal in case" if near else ": unpack the archive again"
            group.problems.append(Problem("error", f"no folder {part!r}{hint}", str(folder)))
            continue
        group.names[part] = _by_number(folder / part, group.problems)
    if len(group.names) < len(PARTS):
        return group
    numbers = sorted(set().union(*group.names.values()))
    for part in PARTS:
        _refuse_gaps(folder / part, part, [number for number in numbers if number not in group.names[part]], group)
    digest = hashlib.sha256()
    for number in numbers:
        if all(number in names for names in group.names.values()):
            file = folder / JUDGE / group.names[JUDGE][number]
            try:
                data = file.read_bytes()
                group.shares[number] = _share(data)
                digest.update(data)
            except (OSError, ValueError) as error:
                wrong = in_words(error) if isinstance(error, OSError) else str(error)
                group.problems.append(Problem("error", f"{wrong}; {RULE}", str(file)))
    group.digest = digest.hexdigest()
    if not numbers:
        group.problems.append(Problem("error", "holds no choices: its folders are empty", str(folder)))
    return group


def _by_number(folder: Path, problems: list[Problem]) -> dict[str, str]:
    """The files of a part by the name that the four parts share; other files are passed over."""
    wanted = (lambda name: name.endswith(".npy")) if folder.name == JUDGE else is_image
    try:
        names = sorted(name for name in os.listdir(folder) if wanted(name) and not name.startswith("."))
    except OSError as error:
        problems.append(Problem("error", f"can't be listed ({error.strerror or error})", str(folder)))
        return {}
    files: dict[str, str] = {}
    for name in names:
        number = name.removesuffix(".npy") if folder.name == JUDGE else stem(name)
        other = files.setdefault(number, name)
        if other != name:
            problems.append(Problem("error", f"two images of one choice, {other} and {name}; remove one", str(folder)))
    return files


def _refuse_gaps(folder: Path, part: str, gaps: Sequence[str], group: Group) -> None:
    if gaps:
        what, ending = ("judgement", ".npy") if part == JUDGE else ("image", ".png")
        many = f" and {len(gaps) - 1:,} more" if len(gaps) > 1 else ""
        others = ", ".join(other for other in PARTS if other != part and gaps[0] in group.names[other])
        message = f"no {what} {gaps[0]}{ending}{many}, which {others} {'have' if ',' in others else 'has'}"
        group.problems.append(Problem("error", f"{message}: unpack the archive again", str(folder)))


def _share(data: bytes) -> float:
    """The number in a file of a judgement; nothing in it is executed.

    Raises:
        ValueError: says what it holds instead.
    """
    try:
        value = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:  # objects, or no array at all
        objects = "Object arrays" in str(error)
        raise ValueError(
            "holds Python objects, which are never loaded" if objects else "is no array that NumPy reads"
        ) from None
    if not isinstance(value, np.ndarray):
        raise ValueError("holds several arrays (.npz)")
    if value.size != 1:
        raise ValueError(f"holds {value.size:,} numbers (shape {value.shape})")
    if value.dtype.kind not in "fiub":
        raise ValueError(f"holds {short(str(value.reshape(())))}, not a number")
    share = float(value.reshape(()))
    if not 0 <= share <= 1:
        raise ValueError(f"holds {share:g}")
    return share


def _describe(groups: Iterable[Group]) -> list[str]:
    """What the choices were read from, with the beginning of the SHA-256 of each folder's judgements; their votes."""
    read = ", ".join(f"{group.name} ({len(group.shares):,}, SHA-256 {group.digest[:HASH_DIGITS]}…)" for group in groups)
    notes = [f"BAPPS, choices of {read}."]
    unknown = [group.name for group in groups if np.isnan(group.votes)]
    known = {group.split: group.votes for group in groups if not np.isnan(group.votes)}
    if known:
        counted = " and ".join(f"{votes:g} in {split}" for split, votes in known.items())
        notes.append(f"Votes of each choice as documented, {counted}: the files hold shares only.")
    if unknown:
        notes.append(f"Shares of {', '.join(unknown)} are not of the documented number of votes, which is left out.")
    return notes


def _remarks(groups: Sequence[Group]) -> list[str]:
    """In what this copy differs from the published set, one sentence each."""
    counts = {group.name: len(group.shares) for group in groups}
    remarks = [
        f"{name} holds {counts[name]:,} choices, {wanted:,} are published."
        for name, wanted in PUBLISHED.items()
        if name in counts and counts[name] != wanted
    ]
    absent = [name for name in PUBLISHED if name not in counts]
    if absent and len(absent) < len(PUBLISHED):
        remarks.append(f"This copy has no {', '.join(absent)}: results over all choices are those of the others.")
    return remarks
