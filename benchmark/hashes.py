"""SHA-256 of files (or of what they hold), remembered by path, size, times of change and inode. Standard library only."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

from benchmark import atomic


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's content.

    Raises:
        OSError: it can't be read; a folder, pipe or device is no file to read either.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "a folder, pipe or device, not a regular file", str(path))
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class FileHashes:
    """Hashes files once and remembers them in a JSON file between runs.

    Args:
        memory: the JSON file; need not exist. A damaged one is started anew.
        fresh: hash every file again.
        digest: what is remembered of a file; default: the SHA-256 of its content.
    """

    def __init__(self, memory: Path, *, fresh: bool = False, digest: Callable[[Path], str] = sha256_file) -> None:
        self._memory = memory
        self._digest = digest
        self._known: dict[str, list[int | str]] = {} if fresh else _read(memory)
        self._changed = False

    def sha256(self, path: Path) -> str:
        """SHA-256 of a file's content, or what ``digest`` gives; see ``sha256_file`` for what it raises."""
        state = os.stat(path)
        # the modification time can be set back, as archives and `cp -p` do; the change of state can't
        mark = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
        known = self._known.get(str(path))
        if known is not None and known[:4] == mark:
            return str(known[4])
        digest = self._digest(path)
        self._known[str(path)] = [*mark, digest]
        self._changed = True
        return digest

    def save(self) -> None:
        """Write what was learnt, atomically."""
        if self._changed:
            atomic.write_text(self._memory, json.dumps(self._known, indent=0, sort_keys=True) + "\n")
            self._changed = False


def _read(memory: Path) -> dict[str, list[int | str]]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {path: entry for path, entry in known.items() if isinstance(entry, list) and len(entry) == 5}
