"""What produced a run: versions, commit, machine, device; for ``run.json`` and the store's keys. Standard library only."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any


def version(distribution: str) -> str:
    """The installed version of a distribution, or ``none``."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "none"


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """Installed versions by distribution."""
    return {name: version(name) for name in sorted(set(distributions))}


def commit() -> str:
    """The checkout's commit, with ``+`` where files differ from it; empty outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "run_benchmark.py").is_file() or not (root / ".git").exists():
        return ""
    try:
        name = _git(root, "rev-parse", "HEAD")
        return name + ("+" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()


def machine() -> dict[str, Any]:
    """Operating system, processor architecture and Python."""
    return {"system": platform.platform(), "machine": platform.machine(), "python": sys.version.split()[0]}


def cuda_at_hand() -> bool:
    """Whether a CUDA device answers."""
    return cuda_devices() > 0


def cuda_devices() -> int:
    """The number of CUDA devices; asks the driver, so that a run with nothing to compute need not import torch."""
    for library in ("libcuda.so.1", "nvcuda.dll"):
        try:
            driver = ctypes.CDLL(library)
        except OSError:
            continue
        count = ctypes.c_int(0)
        return count.value if driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 else 0
    return 0


def why_no_device(device: str) -> str:
    """Why a device can't be used on this machine; empty where it can."""
    if device == "cpu" or "rocm" in version("torch"):  # there, "cuda" is another driver's
        return ""
    count, number = cuda_devices(), int(device.partition(":")[2] or 0)
    if count == 0:
        return f"{device!r} can't be used: no CUDA device answers on this machine; take cpu or auto"
    return "" if number < count else f"there is no {device!r}: this machine has {count} (cuda:0 to cuda:{count - 1})"
