"""SHA-256 of files (or of their content), remembered by path, size, times of change and inode. Standard library only."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from benchmark.core import memory_file

Entry = Sequence[int | str]
"""A file as it was when it was hashed: size, time of change, time of change of state, inode; SHA-256."""
_SHA256 = re.compile("[0-9a-f]{64}")


def is_sha256(value: object) -> bool:
    """Whether a value is a SHA-256 in lower-case hexadecimal digits."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's content.

    Raises:
        OSError: it can't be read, or is a folder, pipe or device.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "a folder, pipe or device, not a regular file", str(path))
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mark(path: Path | str) -> list[int]:
    """Size, times and inode: they change whenever a file's content does.

    The modification time can be set back, as ``cp -p`` does; the time of the change of state can't.

    Raises:
        OSError: there is no such file.
    """
    state = os.stat(path)
    return [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]


class FileHashes:
    """Hashes files once and remembers them in a JSON file between runs.

    Args:
        memory: the JSON file; need not exist. A damaged one is replaced.
        fresh: hash every file again.
        digest: computes what is remembered; default: the SHA-256 of the content.
    """

    def __init__(self, memory: Path, *, fresh: bool = False, digest: Callable[[Path], str] = sha256_file) -> None:
        self._memory = memory
        self._digest = digest
        self._known: dict[str, Entry] = {} if fresh else _read(memory)
        self._changed = False

    def sha256(self, path: Path) -> str:
        """SHA-256 of a file's content, or what ``digest`` gives; see ``sha256_file`` for what it raises."""
        return str(self.entry(path)[4])

    def entry(self, path: Path) -> Entry:
        """The same, preceded by the file's mark as it was before hashing."""
        now = mark(path)
        known = self._known.get(str(path))
        if known is not None and list(known[:4]) == now:
            return known
        digest = self._digest(path)
        entry: list[int | str] = [*now, digest]
        self._known[str(path)] = entry
        self._changed = True
        return entry

    def forget(self, path: Path | str) -> None:
        """Hash a file again the next time it is asked for: it turned out to have changed."""
        self._changed = self._known.pop(str(path), None) is not None or self._changed

    def save(self) -> None:
        """Write the hashes, atomically."""
        if self._changed:
            memory_file.write(self._memory, self._known)
            self._changed = False


class Watch:
    """Notices files that changed since they were hashed; reads only those whose mark changed.

    Args:
        entries: the files as they were, by path.
        closely: files must not even be touched from now on: their content may have differed for a moment.
    """

    def __init__(self, entries: Mapping[str, Entry], *, closely: bool = False) -> None:
        self._entries = dict(entries)
        self._before = {path: _mark_or_nothing(path) for path in entries} if closely else {}

    def changed(self, paths: Iterable[str] | None = None) -> str:
        """The first file that is gone or changed; empty where there is none.

        Args:
            paths: the files to look at; default: all.
        """
        for path in self._entries if paths is None else paths:
            entry, now = self._entries[path], _mark_or_nothing(path)
            if now == list(entry[:4]):
                continue
            if not now or now != self._before.get(path, now) or _sha256_or_nothing(path) != entry[4]:
                return path
            self._entries[path] = [*now, entry[4]]  # touched, or copied back
        return ""


def _mark_or_nothing(path: str) -> list[int]:
    try:
        return mark(path)
    except OSError:
        return []


def _sha256_or_nothing(path: str) -> str:
    try:
        return sha256_file(Path(path))
    except OSError:
        return ""


def _read(memory: Path) -> dict[str, Entry]:
    known = memory_file.read(memory)
    return {path: entry for path, entry in known.items() if _is_entry(entry)}


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, list)
        and len(entry) == 5
        and all(type(number) is int for number in entry[:4])
        and isinstance(entry[4], str)
    )
