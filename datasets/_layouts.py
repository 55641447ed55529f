"""Finds EFID's splits in a folder: every layout that its sources describe. A helper of ``efid.py``; standard library.

Each split is found by itself, and each of its three parts (references, enhanced images, label list) must be there under
exactly one of the names below: two are an error, because nothing says which one is meant.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark import Problem

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
    """Where one split lies.

    Attributes:
        name: ``train``, ``val`` or ``test``.
        references: folder of the degraded photographs.
        enhanced: folder of the enhanced images.
        labels: the label list.
        layout: the three as found, for the notes.
    """

    name: str
    references: Path
    enhanced: Path
    labels: Path
    layout: str


@dataclass(slots=True)
class Found:
    """The splits of a folder and what is wrong with the others."""

    splits: list[Split] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find_splits(root: Path, *, skip: Sequence[str] = ()) -> Found:
    """The splits that lie in ``root``, apart from ``skip``; problems where one is incomplete or ambiguous."""
    found = Found()
    try:
        inside = sorted(os.listdir(root))
    except OSError as error:
        found.problems.append(Problem("error", f"can't be listed ({error.strerror or error})", str(root)))
        return found
    for name in WORDS:
        if name not in skip:
            _find(root, name, found)
    broken = any(problem.severity == "error" for problem in found.problems)
    if not found.splits and not broken and not skip:
        found.problems.append(Problem("error", _nothing(root, inside), str(root)))
    return found


def _find(root: Path, name: str, found: Found) -> None:
    lists = _without_copies(root, [item for item in _spelled(LISTS, name) if os.path.isfile(root / item)])
    own = (_folders(root, _spelled(OWN_REFERENCES, name)), _folders(root, _spelled(OWN_ENHANCED, name)))
    if not lists:
        if any(own):
            folders = ", ".join(f"{item}/" for part in own for item in part)
            wanted = " or ".join(_spelled(LISTS[:3], name)[:3])
            message = f"split {name}: {folders} but no label list ({wanted}); the split is left out"
            found.problems.append(Problem("warning", message, str(root)))
        return
    references = own[0] + _folders(root, SHARED_REFERENCES)
    enhanced = own[1] + _folders(root, SHARED_ENHANCED)
    problems = [
        *_choice(root, name, "references", references, (*OWN_REFERENCES, *SHARED_REFERENCES)),
        *_choice(root, name, "enhanced images", enhanced, (*OWN_ENHANCED, *SHARED_ENHANCED)),
        *_choice(root, name, "label list", lists, LISTS),
    ]
    found.problems += problems
    if not problems:
        layout = f"{references[0]}/, {enhanced[0]}/, {lists[0]}"
        found.splits.append(Split(name, root / references[0], root / enhanced[0], root / lists[0], layout))


def _choice(root: Path, split: str, part: str, present: Sequence[str], wanted: Sequence[str]) -> list[Problem]:
    """A problem unless exactly one of the places of a split's part is there."""
    if not present:
        places = ", ".join(f"{place}/" for place in dict.fromkeys(_spelled(wanted, split)))
        return [Problem("error", f"split {split}: no folder of its {part}; looked for {places}", str(root))]
    if len(present) > 1:
        message = f"split {split}: two layouts at once, its {part} may be {present[0]} or {present[1]}"
        return [Problem("error", f"{message}; remove one, or give the three paths of the split", str(root))]
    return []


def _spelled(templates: Sequence[str], name: str) -> list[str]:
    return [template.replace("{}", word) for template in templates for word in WORDS[name]]


def _folders(root: Path, names: Sequence[str]) -> list[str]:
    return [name for name in names if os.path.isdir(root / name)]


def _without_copies(root: Path, lists: list[str]) -> list[str]:
    """Label lists of which only the first is kept where all are equal byte for byte."""
    if len(lists) < 2:
        return lists
    try:
        contents = {(root / item).read_bytes() for item in lists}
    except OSError:
        return lists
    return lists[:1] if len(contents) == 1 else lists


def _nothing(root: Path, inside: Sequence[str]) -> str:
    """What was looked for, and where it may lie instead."""
    below = next((name for name in inside if _has_list(root / name)), None)
    hint = f" (did you mean root: {root / below}?)" if below is not None else ""
    return f"no EFID layout here{hint}; looked for, likewise for val (or valid) and test: {' | '.join(LOOKED_FOR)}"


def _has_list(folder: Path) -> bool:
    return any(os.path.isfile(folder / item) for name in WORDS for item in _spelled(LISTS, name))
