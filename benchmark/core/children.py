"""How a module of this engine is started as a process of its own, and ends with its parent. Standard library only."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

_PARENT = "EFID_BENCH_PARENT"
"""Environment variable with the number of the process that started this one."""
_PR_SET_PDEATHSIG = 1  # Linux's prctl.h


def command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module, whatever lies in the current folder."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """This process's environment for one that it starts, with this engine importable."""
    home = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(item for item in (home, os.environ.get("PYTHONPATH", "")) if item)
    return {**os.environ, "PYTHONPATH": path, _PARENT: str(os.getpid())}


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it is killed (Linux only); end if it is gone already."""
    parent = os.environ.pop(_PARENT, "")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent and int(parent) != os.getppid():
        os._exit(1)


def end_with_torchrun() -> None:
    """Have this process end when the torchrun that started it is killed, which would leave its ranks behind, at work."""
    if "TORCHELASTIC_RUN_ID" in os.environ:
        die_with_parent()
