"""Imports matplotlib whatever the environment says about backends, since figures here are drawn without one.

Notebooks export ``MPLBACKEND``, and matplotlib can't be imported where it names a backend that isn't installed, or where
the file of ``MATPLOTLIBRC`` is not text. Neither matters for figures that are written to files.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path


def import_matplotlib() -> None:
    """Import it without the settings that prevent it, restore these, and set the user's backend where it is known."""
    if "matplotlib" in sys.modules:
        return
    aside = {name: os.environ.pop(name) for name in ("MPLBACKEND", "MATPLOTLIBRC") if _in_the_way(name)}
    try:
        import matplotlib  # noqa: PLC0415
    finally:
        os.environ.update(aside)
    if aside.get("MPLBACKEND"):
        with contextlib.suppress(ValueError):
            matplotlib.rcParams["backend"] = aside["MPLBACKEND"]


def _in_the_way(name: str) -> bool:
    if name == "MPLBACKEND" or name not in os.environ:
        return name in os.environ
    place = Path(os.environ[name])
    try:
        (place / "matplotlibrc" if place.is_dir() else place).read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    return False


import_matplotlib()
