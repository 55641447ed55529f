"""How a module of this engine is started as a process of its own. Standard library only.

Neighbours: ``scoring.supervisor`` (workers that score), ``report.plots.shares`` (helpers that draw).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module, whatever lies in the current folder."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """This process's environment, with this engine importable."""
    home = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(item for item in (home, os.environ.get("PYTHONPATH", "")) if item)
    return {**os.environ, "PYTHONPATH": path}
