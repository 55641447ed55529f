"""Compiles kernels even where numba can't cache machine code beside the source or in the user's cache.

In a container or a shared installation both places may be read-only, and numba then refuses to import the module. Then a
private temporary folder takes their place; if there is none either, each process compiles the kernels again.
Standard library only; numba is imported where a kernel is made.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

VARIABLE = "NUMBA_CACHE_DIR"


def kernel(**options: Any) -> Callable[[Any], Any]:
    """``numba.njit`` as all kernels use it: without the interpreter's lock, with cached machine code where possible."""

    def compile_later(function: Any) -> Any:
        from numba import njit  # noqa: PLC0415 - numba is slow to import

        settle()
        options_ = {"nogil": True, "error_model": "numpy", **options}
        try:
            return njit(cache=True, **options_)(function)
        except RuntimeError:  # numba: "cannot cache function: no locator available"
            return njit(**options_)(function)

    return compile_later


def settle() -> None:
    """Set a folder for numba's cache, for this process and its children, if the user's own can't be written to.

    Code that loads methods calls it, since plug-ins bring kernels of their own.
    """
    if os.environ.get(VARIABLE) or can_write(users_cache()):
        return
    folder = private_folder()
    if folder is None:
        return
    os.environ[VARIABLE] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.reload_config()


def users_cache() -> Path:
    """The folder where numba caches machine code if the source's folder is read-only; it need not exist."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with contextlib.suppress(RuntimeError):  # no home is known
        home = home.expanduser()
    return home / "numba"


def can_write(folder: Path) -> bool:
    """Whether files can be created in a folder, or in the one above if it doesn't exist."""
    while not os.path.lexists(folder) and folder.parent != folder:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def private_folder() -> Path | None:
    """A temporary folder that only this user can write to, always the same one; ``None`` if there is none."""
    number = os.getuid() if hasattr(os, "getuid") else 0
    try:
        folder = Path(tempfile.gettempdir(), f"efid-bench-numba-{number}")
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:  # FileNotFoundError too, where no temporary folder can be used
        return None
    private = stat.S_ISDIR(status.st_mode) and (
        os.name == "nt" or (status.st_uid == number and not status.st_mode & 0o022)
    )
    return folder if private and can_write(folder) else None
