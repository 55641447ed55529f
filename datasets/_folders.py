"""Folders of images, each listed once: exact names, and a hint for a name that is nearly right.

A helper of the loaders in this folder. Standard library and the engine's public names only.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmark import DataError, Problem
from benchmark.data.labels import beside, nearly, short
from benchmark.data.name_matching import IMAGE_SUFFIXES, is_image, stem


class Folder:
    """A folder whose files are looked up by name; each folder is listed once, links are followed.

    Args:
        path: the folder; names may lead into folders below it (``clahe/00012.png``).

    Raises:
        DataError: it can't be listed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._listed: dict[str, dict[str, None]] = {"": _names(path)}
        self._alike: dict[str, dict[str, str]] = {}
        self._deeper: dict[str, dict[str, str]] = {}

    def images(self) -> list[str]:
        """Names of the image files directly in the folder, sorted."""
        return sorted(name for name in self._listed[""] if is_image(name))

    def path_of(self, name: str) -> str:
        """The path of a file with this name, which need not exist."""
        return os.path.join(self.path, name)

    def has(self, name: str) -> bool:
        """Whether a file with exactly this name exists; case counts on every system."""
        head, _, tail = name.rpartition("/")
        return tail in self._names_below(head)

    def hint(self, name: str) -> str:
        """A hint for a name that does not exist: another case, another extension, no extension; or nothing."""
        head, _, tail = name.rpartition("/")
        if head not in self._alike:
            self._alike[head] = {_alike(other): other for other in sorted(self._names_below(head))}
        near = self._alike[head].get(_alike(tail))
        if near is not None:
            return f"; there is {near!r}: names must be equal in case, extension and accents"
        if head and tail in self._listed[""]:
            return f"; there is {tail!r}: names are relative to that folder"
        deeper = self._one_folder_down(head, tail)
        if deeper:
            return f"; there is {deeper!r}: move the images of that folder one up"
        lacking = next((self.path / part for part in _steps(head) if not (self.path / part).is_dir()), None)
        if lacking is not None:
            return nearly(lacking, folder=True)
        if "," in tail:
            return "; a line is `enhanced_name,score`, and the name ends at the last comma"
        return ""

    def _one_folder_down(self, head: str, name: str) -> str:
        """Where an image of this name lies in a folder below that of its head; each is listed once."""
        if head not in self._deeper:
            self._deeper[head] = {
                _alike(other): "/".join((*filter(None, [head]), folder.name, other))
                for folder in subfolders(self.path / head)
                for other in _listing(folder)
                if is_image(other)
            }
        return self._deeper[head].get(_alike(name), "")

    def _names_below(self, folder: str) -> dict[str, None]:
        if folder not in self._listed:
            self._listed[folder] = _listing(self.path / folder)
        return self._listed[folder]


def folders(root: Path, *names: str) -> list[Folder]:
    """The folders of a copy.

    Raises:
        DataError: names all of them that are missing; the root alone where it is missing itself.
    """
    if not root.is_dir():
        raise DataError(Problem("error", f"no such folder{beside(root, folder=True)}", str(root)))
    found: list[Folder] = []
    problems: list[Problem] = []
    for name in names:
        try:
            found.append(Folder(unnested(root / name)))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return found


def unnested(path: Path) -> Path:
    """The folder of the same name in a folder that holds no image and no other folder: archives were unpacked into one."""
    inner = path / path.name
    others = [folder.name for folder in subfolders(path) if folder != inner and not folder.name.startswith(("_", "."))]
    if others or not inner.is_dir():
        return path
    files = _listing(path)
    return inner if len(_listing(inner)) >= len(files) and not any(map(is_image, files)) else path


def near_in(name: str, places: Mapping[str, str]) -> str:
    """A hint for an image that is in none of the places: there in another case or extension, or nothing."""
    near = next((place for other, place in places.items() if _alike(other) == _alike(name)), "")
    return f"; there is {near}: names must be equal in case and extension" if near else ""


def subfolders(folder: Path) -> list[Path]:
    """The folders directly in a folder, sorted; none where it can't be listed."""
    try:
        with os.scandir(folder) as entries:
            return [folder / name for name in sorted(entry.name for entry in entries if entry.is_dir())]
    except OSError:
        return []


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


def one_by_case(names: Iterable[str]) -> dict[str, str]:
    """Names by their lower-case form, for data sets that are published with inconsistent case.

    Raises:
        DataError: two names differ only in case.
    """
    by_case: dict[str, str] = {}
    for name in sorted(names):
        other = by_case.setdefault(name.casefold(), name)
        if other != name:
            raise DataError(f"{other} and {name} differ only in case; keep one of them")
    return by_case


def _names(path: Path) -> dict[str, None]:
    """Names of the entries of a folder, without broken links."""
    try:
        with os.scandir(path) as entries:
            return {entry.name: None for entry in entries if not entry.is_symlink() or os.path.exists(entry.path)}
    except FileNotFoundError:
        raise DataError(Problem("error", f"no such folder{beside(path, folder=True)}", str(path))) from None
    except OSError as error:
        raise DataError(Problem("error", f"can't be listed ({error.strerror or error})", str(path))) from None


def _steps(path: str) -> list[str]:
    """A relative path's folders from the top: ``a/b`` is ``a``, then ``a/b``."""
    parts = path.split("/") if path else []
    return ["/".join(parts[: at + 1]) for at in range(len(parts))]


def _listing(path: Path) -> dict[str, None]:
    """The same; none where it can't be listed."""
    try:
        return _names(path)
    except DataError:
        return {}


def _alike(name: str) -> str:
    """A name without the parts that people get wrong; equal for names that may be confused."""
    plain = unicodedata.normalize("NFC", name).casefold().strip()
    return stem(plain) if plain.endswith(IMAGE_SUFFIXES) else plain
