"""Finds EFID's splits in a folder: every layout that its sources describe. A helper of ``efid.py``; standard library.

Each split is looked up separately, and each of its three parts (references, enhanced images, label list) must exist under
exactly one of the names below: two are an error, because nothing says which one is meant.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark import Problem
from benchmark.data.name_matching import IMAGE_SUFFIXES

WORDS = {"train": ("train",), "val": ("val", "valid"), "test": ("test",)}
OWN_REFERENCES = ("{}_ref", "{}/ref")
OWN_ENHANCED = ("{}_eha", "{}/eha")
SHARED_REFERENCES = ("reference", "references", "ref", "degraded")
SHARED_ENHANCED = ("enhanced",)
LISTS = (
    "Label_{}_list.txt",
    "Label_{}.txt",
    "{}_list.txt",
    "{}/Label_{}_list.txt",
    "{}/Label_{}.txt",
    "{}/{}_list.txt",
)
LOOKED_FOR = (
    "train_ref/ train_eha/ Label_train_list.txt (or Label_train.txt, train_list.txt)",
    "train/ref/ train/eha/ train/Label_train_list.txt",
    "reference/ (or ref/, degraded/) enhanced/ Label_train.txt",
)


@dataclass(frozen=True, slots=True)
class Split:
    """The paths of one split.

    Attributes:
        name: ``train``, ``val`` or ``test``.
        references: folder of the degraded photographs.
        enhanced: folder of the enhanced images.
        labels: the label list.
        layout: the paths of the three, for the notes.
    """

    name: str
    references: Path
    enhanced: Path
    labels: Path
    layout: str


@dataclass(slots=True)
class FolderSplits:
    """The splits of a folder, the problems of the others, and what is missing in those without a label list."""

    splits: list[Split] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def find_splits(root: Path, *, skip: Sequence[str] = ()) -> FolderSplits:
    """The splits in ``root``, apart from ``skip``; a problem for each that is incomplete or ambiguous."""
    content = FolderSplits()
    try:
        inside = sorted(os.listdir(root))
    except OSError as error:
        content.problems.append(Problem("error", f"can't be listed ({error.strerror or error})", str(root)))
        return content
    for name in WORDS:
        if name not in skip:
            _find(root, name, content)
    broken = any(problem.severity == "error" for problem in content.problems)
    if not content.splits and not broken and not skip:
        content.problems.append(Problem("error", _nothing(root, inside), str(root)))
    return content


def has_split(folder: Path) -> bool:
    """Whether a whole split lies in this folder; cheap where there is none."""
    return _has_list(folder) and bool(find_splits(folder).splits)


def _find(root: Path, name: str, content: FolderSplits) -> None:
    lists = _without_copies(root, [item for item in _spelled(LISTS, name) if os.path.isfile(root / item)])
    own = (_folders(root, _spelled(OWN_REFERENCES, name)), _folders(root, _spelled(OWN_ENHANCED, name)))
    if not lists:
        missing = _no_list(root, name, [item for part in own for item in part])
        if missing:
            content.left_out[name] = missing
            content.problems.append(Problem("warning", f"split {name}: {missing}; the split is left out", str(root)))
        return
    references = own[0] + _folders(root, SHARED_REFERENCES)
    enhanced = own[1] + _folders(root, SHARED_ENHANCED)
    problems = [
        *_choice(root, name, "references", references, (*OWN_REFERENCES, *SHARED_REFERENCES)),
        *_choice(root, name, "enhanced images", enhanced, (*OWN_ENHANCED, *SHARED_ENHANCED)),
        *_choice(root, name, "label list", lists, LISTS),
    ]
    content.problems += problems
    if not problems:
        layout = f"{references[0]}/, {enhanced[0]}/, {lists[0]}"
        content.splits.append(Split(name, root / references[0], root / enhanced[0], root / lists[0], layout))


def _choice(root: Path, split: str, part: str, present: Sequence[str], wanted: Sequence[str]) -> list[Problem]:
    """A problem unless exactly one of the places of a split's part exists."""
    if not present:
        places = ", ".join(f"{place}/" for place in dict.fromkeys(_spelled(wanted, split)))
        near = [f"{item}/" for item in _by_case(root, _spelled(wanted, split)) if os.path.isdir(root / item)]
        message = f"split {split}: no folder of its {part}; looked for {places}{_there(near)}"
        return [Problem("error", message, str(root))]
    if len(present) > 1:
        message = f"split {split}: two layouts at once, its {part} may be {present[0]} or {present[1]}"
        return [Problem("error", f"{message}; remove one, or give the three paths of the split", str(root))]
    return []


def _no_list(root: Path, name: str, own: Sequence[str]) -> str:
    """The existing parts of a split without a label list, the names looked for, and a hint; or nothing."""
    wanted = _spelled((*OWN_REFERENCES, *OWN_ENHANCED), name)
    folders = [*own, *(item for item in _by_case(root, wanted) if os.path.isdir(root / item))]
    near = near_lists(root, name)
    if not folders and near:
        folders = _folders(root, (*SHARED_REFERENCES, *SHARED_ENHANCED))
    if not folders:
        return ""
    starts = tuple(item.casefold() for item in folders)
    words = [word for word in WORDS[name] if any(start.startswith((f"{word}_", f"{word}/")) for start in starts)]
    below = any("/" in item for item in folders)
    looked = [
        template.replace("{}", word)
        for word in words or WORDS[name]
        for template in LISTS
        if below or "/" not in template
    ]
    there = ", ".join(f"{item}/" for item in folders)
    return f"{there} but no label list (looked for {', '.join(looked)}{_there(near)})"


def near_lists(root: Path, name: str) -> list[str]:
    """Files that may be a split's label list: with another case or ending, or named after the split and labels."""
    near = []
    for folder in ("", *_by_case(root, WORDS[name], exact=True)):
        for item in _names(root / folder):
            start, ending = os.path.splitext(item.casefold())
            of_split = any(word in start for word in WORDS[name]) or folder != ""
            a_list = any(word in start for word in ("label", "list", "mos", "score"))
            if of_split and a_list and ending not in IMAGE_SUFFIXES and os.path.isfile(root / folder / item):
                near.append(f"{folder}/{item}" if folder else item)
    return near


def _by_case(root: Path, wanted: Sequence[str], *, exact: bool = False) -> list[str]:
    """Places in a folder with a wanted name in another case; those with the exact name only if ``exact``."""
    matches = []
    for item in wanted:
        places = [""]
        for part in item.split("/"):
            places = [
                f"{place}/{name}" if place else name
                for place in places
                for name in _names(root / place)
                if name.casefold() == part.casefold()
            ]
        matches += [place for place in places if exact or place != item]
    return list(dict.fromkeys(matches))


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _there(near: Sequence[str]) -> str:
    return f"; there is {' and '.join(near[:3])}: names must be equal in case and extension" if near else ""


def _spelled(templates: Sequence[str], name: str) -> list[str]:
    return [template.replace("{}", word) for template in templates for word in WORDS[name]]


def _folders(root: Path, names: Sequence[str]) -> list[str]:
    return [name for name in names if os.path.isdir(root / name)]


def _without_copies(root: Path, lists: list[str]) -> list[str]:
    """The label lists, but only the first if all are equal byte for byte."""
    if len(lists) < 2:
        return lists
    try:
        contents = {(root / item).read_bytes() for item in lists}
    except OSError:
        return lists
    return lists[:1] if len(contents) == 1 else lists


def _nothing(root: Path, inside: Sequence[str]) -> str:
    """The names looked for, and where the data may be instead."""
    below = next((name for name in inside if _has_list(root / name)), None)
    hint = f" (did you mean root: {root / below}?)" if below is not None else ""
    if below is None and _folders(root, (*SHARED_REFERENCES, *SHARED_ENHANCED)):
        hint = " (folders are there, but no label list)"
    return f"no EFID layout here{hint}; looked for, likewise for val (or valid) and test: {' | '.join(LOOKED_FOR)}"


def _has_list(folder: Path) -> bool:
    return any(os.path.isfile(folder / item) for name in WORDS for item in _spelled(LISTS, name))
