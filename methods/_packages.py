"""Whether the packages that a method is computed by are installed, found out without importing them.

A helper, not a plug-in: what comes through ``piq``, ``cvvdp``, ``lpips`` or ``DISTS_pytorch`` answers ``unavailable``
with it.
"""

from __future__ import annotations

from importlib.util import find_spec


def lacking(module: str, command: str) -> str | None:
    """Why a method can't be used where a package isn't installed, and what to do; ``None`` where it is.

    Args:
        module: the module that the package is imported as.
        command: what ``pip install`` must be given.
    """
    if find_spec(module) is not None:
        return None
    return f"needs the package {module}, which is not installed: pip install '{command}'"
