"""Whether the packages that a method is computed by are installed, found out without importing them.

A helper, not a plug-in: what comes through ``piq``, ``cvvdp``, ``lpips`` or ``DISTS_pytorch`` answers ``unavailable``
with it.
"""

from __future__ import annotations

from importlib.util import find_spec


def lacking(package: str, wanted: str, module: str = "") -> str | None:
    """Why a method can't be used where a package isn't installed, and what to do; ``None`` where it is.

    Args:
        package: the package's name.
        wanted: what ``pip install`` must be given.
        module: the module that it is imported as; default: the package's name.
    """
    if find_spec(module or package) is not None:
        return None
    return f"needs the package {package}, which is not installed: pip install '{wanted}'"
