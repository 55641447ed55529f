"""Knows which files of a folder are ours: only these are ever replaced or deleted, all others are the user's.

``.efid-bench.json`` in an output folder says where its results come from (``claims``) and lists the files written there.
Folders of earlier versions have none; there ``run.json`` implies both. Standard library only.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.core import atomic, owner, places, regular
from benchmark.core.errors import UserError
from benchmark.results import claims, earlier
from benchmark.results.claims import Claim

NAME = ".efid-bench.json"
FORMAT = 1
REPORT_NOTE = ".report.json"
FOLDERS = ("tables", "plots", "histories", "thumbnails")
STORE = "store"
FIXED = (*places.FILES, REPORT_NOTE)
"""Replaced by every report, so never deleted."""
REMEDY = "name another folder (--output)"
_WRITTEN = re.compile(
    r"tables/[A-Za-z0-9_-]+\.(csv|md|tex|notes\.tex)|plots/[A-Za-z0-9._-]+\.(png|pdf|svg)|histories/[A-Za-z0-9._-]+\.csv"
    r"|thumbnails/([0-9a-f]{24}_(reference|enhanced)\.jpg|index\.json)"
)
_NOBODYS = re.compile(
    r"\.lock(\..+)?|\..+\.partial|\.nfs.+|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.gitkeep|\.gitignore|lost\+found"
)
"""Files that are nobody's results: locks, unfinished files, and files of file managers and git."""
_OF_STORE = re.compile(r"part-\d+-[0-9a-f]+\.jsonl|(files|images|sketches|machine|costs)\.json")


def is_ours(name: str) -> bool:
    """Whether a name, relative to the folder, is one that results may have; other names in a list are never touched."""
    return name in FIXED or name in places.OPTIONAL or _WRITTEN.fullmatch(name) is not None


def listed(folder: Path) -> set[str]:
    """The existing files that a folder's own lists name as written by us."""
    note = _mapping(folder / NAME)
    names = note.get("files") if note.get("format") == FORMAT else _of_earlier(folder)
    drawn = _mapping(folder / REPORT_NOTE).get("files")
    entries = [*(names if isinstance(names, list) else ()), *(drawn if isinstance(drawn, Mapping) else ())]
    if entries:
        entries.append(REPORT_NOTE)
    return {name for name in entries if isinstance(name, str) and is_ours(name) and os.path.lexists(folder / name)}


def _of_earlier(folder: Path) -> list[str]:
    names = earlier.files(_mapping(folder / places.RECORD))
    pictures = os.listdir(folder / "thumbnails") if names and (folder / "thumbnails").is_dir() else []
    return [*names, *(f"thumbnails/{name}" for name in pictures)]


def claimed(folder: Path) -> Claim | None:
    """The claim of a folder's results; ``None`` if it holds none of ours."""
    note = _mapping(folder / NAME)
    if note.get("format") == FORMAT:
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            return Claim.from_record(note["results"], folder)
    return claims.of_record(_mapping(folder / places.RECORD))


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(regular.read_bytes(path))
    except (OSError, ValueError, RecursionError, UserError):
        return {}
    return content if isinstance(content, dict) else {}


def refuse(folder: Path, claim: Claim, *, inputs: Sequence[Path] = (), overwrite: bool = False) -> None:
    """Refuse a folder in which results would replace an input, the user's own files, or other results.

    Args:
        folder: where results will be written.
        claim: where they come from.
        inputs: files and folders that are read.
        overwrite: whether our other results may be replaced.

    Raises:
        UserError: says what is in the way, and what to do.
    """
    _refuse_inputs(folder, inputs)
    for name in FOLDERS:
        if (folder / name).is_symlink():
            raise UserError(f"{folder / name}: is a link; results are not written through links; {REMEDY}")
    before = claimed(folder)
    if before is None:
        strangers = sorted(name for name in _entries(folder) if not _is_input(folder / name, inputs))
        if strangers and not _only_scores(folder, strangers):
            some = ", ".join(strangers[:3]) + (", …" if len(strangers) > 3 else "")
            raise UserError(f"{folder}: holds files that are not results ({some}); {REMEDY}")
    elif not before.is_same(claim) and not overwrite:
        about = _difference(before, claim)
        raise UserError(
            f"{folder}: holds other results: {before.words}{about}; {REMEDY}, or replace them (--overwrite)"
        )


def _difference(before: Claim, claim: Claim) -> str:
    """The difference between two claims with the same words."""
    if before.words != claim.words:
        return ""
    if before.data != claim.data:
        return f", data set {before.data}"
    shared = [(place, claim.roots[key]) for key, place in before.roots.items() if key in claim.roots]
    moved = [place.path for place, now in shared if not place.is_same(now)]
    return (
        f", data in {moved[0]}" if moved else f" ({before.file.path})" if before.by == "path" else ", of other content"
    )


def is_empty(folder: Path) -> bool:
    """Whether the folder holds no file of anybody's, or does not exist."""
    return not _entries(folder)


def _entries(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not _NOBODYS.fullmatch(name) and name != NAME]
    except FileNotFoundError:
        return []


def _only_scores(folder: Path, names: Sequence[str]) -> bool:
    """Whether the folder holds stored scores alone: those of an interrupted or a narrowed run."""
    place = folder / STORE
    if list(names) != [STORE] or place.is_symlink() or not place.is_dir():
        return False
    return is_empty(place) or any(_OF_STORE.fullmatch(name) for name in os.listdir(place))


def _is_input(place: Path, inputs: Sequence[Path]) -> bool:
    """Whether an entry of the folder is an input or contains one."""
    return any(_same(place, item) or any(_same(place, above) for above in _resolved(item).parents) for item in inputs)


def _refuse_inputs(folder: Path, inputs: Sequence[Path]) -> None:
    for item in inputs:
        replaced = next((name for name in (*FIXED, *places.OPTIONAL, NAME) if _same(folder / name, item)), None)
        above = [_resolved(item), *_resolved(item).parents]
        inside = any(_same(folder / name, parent) for name in FOLDERS for parent in above)
        if replaced is not None or inside:
            raise UserError(f"{item}: is read, and results in {folder} would replace it; {REMEDY}")


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, however they are spelt."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


@dataclass(slots=True)
class Holding:
    """An output folder while it is written to.

    Attributes:
        folder: the folder.
        claim: where the results come from.
        files: our files there, relative.
        ownership: the proof that nobody else works there.
    """

    folder: Path
    claim: Claim
    files: set[str]
    ownership: owner.Ownership

    def note(self) -> None:
        """Record where the folder's results come from, and which files are ours."""
        content = {"format": FORMAT, "results": self.claim.record(self.folder), "files": sorted(self.files)}
        atomic.write_text(self.folder / NAME, json.dumps(content, indent=1, ensure_ascii=False) + "\n")

    def admit(self, names: Collection[str]) -> None:
        """Make sure that files may be written, and list them, so that they are known as ours even after a kill.

        Raises:
            UserError: one exists and is not ours, or the folder was taken over.
        """
        strangers = sorted(name for name in names if name not in self.files and os.path.lexists(self.folder / name))
        if strangers:
            where = self.folder / strangers[0]
            raise UserError(f"{where}: was not written by this tool and would be replaced; move it away, or {REMEDY}")
        self.ownership.confirm()
        if not set(names) <= self.files or not (self.folder / NAME).exists():
            self.files |= set(names)
            self.note()

    def settle(self, kept: Collection[str]) -> None:
        """Delete our files that are no longer part of the results: they would be out of date."""
        self.ownership.confirm()
        remove(self.folder, self.files - set(kept))
        self.files = set(kept)
        self.note()


def remove(folder: Path, names: Collection[str]) -> None:
    """Delete our files from a folder's tables, plots and the like, never through a link; and optional files."""
    for name in names:
        if is_ours(name) and name not in FIXED and (name in places.OPTIONAL or not (folder / name).parent.is_symlink()):
            (folder / name).unlink(missing_ok=True)


@contextmanager
def possession(
    folder: Path, claim: Claim, *, inputs: Sequence[Path] = (), overwrite: bool = False
) -> Iterator[Holding]:
    """Own an output folder, created if missing, while results are written into it.

    Raises:
        UserError: somebody else works there, or ``refuse`` refuses it.
        OSError: the folder can't be written to.
    """
    refuse(folder, claim, inputs=inputs, overwrite=overwrite)
    new = not folder.exists()
    try:
        with owner.sole_owner(folder, claim.words, remedy=REMEDY) as ownership:
            refuse(folder, claim, inputs=inputs, overwrite=overwrite)  # checked again now that nobody else writes there
            for place in (folder, *(folder / name for name in (STORE, *FOLDERS))):
                atomic.clear_abandoned(place)
            yield Holding(folder, claim, listed(folder), ownership)
    finally:
        if new:
            with suppress(OSError):
                folder.rmdir()  # nothing was written
