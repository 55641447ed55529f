"""PieAPP's choices: the files ``labels/{split}/ref_N_pairwise_labels.csv``. A helper of ``pieapp.py``.

The README of the authors' repository (``dataset/dataset_README.md``) says what columns mean: reference, image A, image B,
and the probability that A is preferred, as 40 people voted (``raw preference for A``; in the test part, where every pair was
voted on, ``preference for A``) and, in the training and validation parts, as estimated from the votes for all pairs of a set
(``processed preference for A``). Column names begin with a blank.
"""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark import DataError, Problem
from benchmark.data.choices import SHARE
from benchmark.data.labels import beside, refuse_name, short

from ._columns import Row, Sheet, read_sheet
from ._folders import Folder
from ._votes import documented

if TYPE_CHECKING:
    import pandas as pd

Which = Literal["raw", "processed"]

SPLITS = ("train", "val", "test")
ENDING = "_pairwise_labels.csv"
SIDES = ("distorted image A", "distorted image B")
COLUMNS = {
    "raw": ("raw preference for A", "preference for A"),
    "processed": ("processed preference for A", "preference for A"),
}
VOTES = 40
OF_A_TEST_FILE = 105
"""Each of 15 images with each other one."""
PROCESSED = 77_280
"""Pairs of the training and validation parts together."""
KIND = re.compile(r"distort_[^_]+_(?P<kind>.+?)_(?:inter|intra)(?:_.*)?\.png")


@dataclass(slots=True)
class Content:
    """What was read.

    Attributes:
        pairs: one mapping an image, by its name as a pair.
        choices: one mapping a choice.
        problems: what is wrong with other rows and files.
        notes: facts about this copy.
        label_files: the files that were read.
        left_out: what is missing of splits that are left out.
        counts: rows left out, by split and reason.
    """

    pairs: dict[str, dict[str, Any]] = field(default_factory=dict)
    choices: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    label_files: list[Path] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def table(self) -> pd.DataFrame:
        """The table of choices."""
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        return pd.DataFrame(self.choices)


def kind_of(image: str) -> str:
    """The distortion in an image's name; empty where there is none."""
    found = KIND.fullmatch(image)
    return found["kind"] if found else ""


def read_choices(root: Path, which: Which) -> Content:
    """The choices of all splits that the copy has.

    Args:
        root: the folder with ``reference_images``, ``distorted_images`` and ``labels``.
        which: the preferences of the training and validation parts.

    Raises:
        DataError: there is none.
    """
    if not root.is_dir():
        raise DataError(Problem("error", f"no such folder{beside(root)}", str(root)))
    content = Content()
    for split in SPLITS:
        folder = root / "labels" / split
        names = sorted(os.listdir(folder), key=_number) if folder.is_dir() else []
        files = [folder / name for name in names if name.endswith(ENDING)]
        if files:
            _read_split(root, split, files, which, content)
        else:
            content.left_out[split] = f"no files such as labels/{split}/ref_1{ENDING}"
    if not content.label_files:
        looked = ", ".join(f"labels/{split}/" for split in SPLITS)
        raise DataError(Problem("error", f"no files such as ref_1{ENDING}; looked for them in {looked}", str(root)))
    content.notes += _notes(content, which)
    return content


def _number(name: str) -> tuple[int, str]:
    """Files in the order of their references' numbers."""
    digits = re.search(r"\d+", name)
    return (int(digits[0]) if digits else -1, name)


def _read_split(root: Path, split: str, files: list[Path], which: Which, content: Content) -> None:
    try:
        references, distorted = (Folder(root / name / split) for name in ("reference_images", "distorted_images"))
    except DataError as error:
        content.problems += error.problems
        return
    missing: dict[str, str] = {}
    for file in files:
        content.label_files.append(file)
        original = file.name.removesuffix(ENDING)
        if not references.has(f"{original}.png"):
            message = f"no image {short(f'{original}.png')} in {references.path}{references.hint(f'{original}.png')}"
            content.problems.append(Problem("error", message, str(file)))
            continue
        try:
            sheet = read_sheet(file, SIDES)
            column = _preference(sheet, which)
            sheet.settle_mark([column])
        except DataError as error:
            content.problems += error.problems
            continue
        before = len(content.choices)
        for row in sheet.rows:
            _read_row(sheet, row, column, split, original, (references, distorted), content, missing)
        content.problems += sheet.problems
        count = len(content.choices) - before
        if split == "test" and not sheet.problems and not missing and count != OF_A_TEST_FILE:
            message = f"{count} choices, each reference of the test part has {OF_A_TEST_FILE}: unpack the archive again"
            content.problems.append(Problem("warning", message, str(file)))
    if missing:
        name, where = next(iter(missing.items()))
        many = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        hint = distorted.hint(name) or ": unpack the archive again"
        message = f"no image {short(name)}{many} in {distorted.path}{hint}"
        content.problems.append(Problem("error", message, where))


def _preference(sheet: Sheet, which: Which) -> str:
    """The column of the preference for image A.

    Raises:
        DataError: there is none.
    """
    found = next((name for name in COLUMNS[which] if name in sheet.columns), None)
    if found is None:
        there = ", ".join(map(short, sheet.columns))
        message = f"no column {' or '.join(map(repr, COLUMNS[which]))}; there are {there}"
        raise DataError(Problem("error", message, str(sheet.file)))
    return found


def _read_row(
    sheet: Sheet,
    row: Row,
    column: str,
    split: str,
    original: str,
    folders: tuple[Folder, Folder],
    content: Content,
    missing: dict[str, str],
) -> None:
    """Read a choice; rows that compare with the reference itself, or that nobody voted on, are counted."""
    before = len(sheet.problems)
    images = [row.cells[side] for side in SIDES]
    named, where = row.cells[sheet.columns[0]], f"{sheet.file}:{row.line}"
    if sheet.columns[0] not in (*SIDES, column) and named != f"{original}.png":
        sheet.wrong(row, f"the reference is {short(named)}; this file is about {original}.png")
    if f"{original}.png" in images:
        content.counts[split, "reference"] += 1
        return
    share = sheet.number(row, column, least=0)
    if share > 1:
        sheet.wrong(row, f"the {column} is {share:g}; {SHARE.replace('the second image', 'image A')}")
    for image in images:
        wrong = refuse_name(image)
        if wrong:
            sheet.wrong(row, wrong)
    if images[0] == images[1]:
        sheet.wrong(row, f"the choice is between {short(images[0])} and itself")
    if len(sheet.problems) > before:
        return
    if math.isnan(share):
        content.counts[split, "no votes"] += 1
        return
    references, distorted = folders
    absent = [name for name in (f"{original}/{image}" for image in images) if not distorted.has(name)]
    missing.update({name: missing.get(name, where) for name in absent})
    if absent:
        return
    for image in images:
        content.pairs.setdefault(
            f"{split}/{original}/{image}",
            {
                "split": split,
                "pair": f"{split}/{original}/{image}",
                "reference": f"{original}.png",
                "enhanced": f"{original}/{image}",
                "condition": kind_of(image),
                "reference_path": references.path_of(f"{original}.png"),
                "enhanced_path": distorted.path_of(f"{original}/{image}"),
                "source": where,
            },
        )
    kinds = {kind_of(image) for image in images}
    content.choices.append(
        {
            # the preference is for A, so that A is the second image of the choice
            "first": f"{split}/{original}/{images[1]}",
            "second": f"{split}/{original}/{images[0]}",
            "preference": share,
            "votes": np.nan,
            "condition": "intra" if len(kinds) == 1 else "inter",
            "split": split,
        }
    )


def _notes(content: Content, which: Which) -> list[str]:
    """What stands in this copy, and what was left out; sets the votes where they are known."""
    notes = []
    estimated = {"train", "val"} if which == "processed" else set()
    voted = [choice for choice in content.choices if choice["split"] not in estimated]
    if voted and documented(np.array([choice["preference"] for choice in voted]), VOTES):
        for choice in voted:
            choice["votes"] = float(VOTES)
        notes.append(f"Votes of each choice as documented, {VOTES}: the files hold shares only.")
    elif voted:
        notes.append(f"Shares are not of the documented {VOTES} votes, which are left out.")
    if any(choice["split"] in estimated for choice in content.choices):
        notes.append("Preferences of the training and validation parts are the authors' estimates from the votes.")
    for (split, reason), count in sorted(content.counts.items()):
        if reason == "reference":
            notes.append(f"{split}: {count:,} choices between an image and its own reference are left out.")
        else:
            notes.append(
                f"{split}: {count:,} pairs that nobody voted on are left out (`preference: processed` has estimates)."
            )
    found = sum(choice["split"] in estimated for choice in content.choices)
    sound = not any(problem.severity == "error" for problem in content.problems)
    if estimated and estimated.isdisjoint(content.left_out) and sound and found != PROCESSED:
        notes.append(
            f"This copy has {found:,} choices of the training and validation parts; {PROCESSED:,} are published."
        )
    return notes
