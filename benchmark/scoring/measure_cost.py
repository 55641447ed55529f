"""Measures what a method needs beside time: parameters, stated operations, memory of its first pair, later leaks. Torch.

Nothing is computed twice for this: the process's memory is read before and after scores that are wanted anyway.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from benchmark.plugins.contracts import Method, StartsPrograms

LEAK_MIB = 32
"""Memory that a method may keep from one reference to the next before its peak memory is reported again."""
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


class CostMeter:
    """Measures each of some methods once.

    Args:
        labels: the methods to be measured.
        emit: sends a ``cost`` message with what was measured.
    """

    def __init__(self, labels: tuple[str, ...], emit: Callable[..., None]) -> None:
        self._open = set(labels)
        self._emit = emit
        self._costs: dict[str, dict[str, float]] = {}
        self._kept: dict[str, float] = {}
        self._reported: dict[str, float] = {}

    @contextmanager
    def around(self, label: str, method: Method, device: str) -> Iterator[None]:
        """Measure while the body scores a pair, if this method has not been measured yet."""
        if label not in self._open:
            yield
            return
        self._open.discard(label)
        before = (
            None if isinstance(method, StartsPrograms) else _begin(device)
        )  # a program's memory is not this process's
        yield
        costs: dict[str, float] = {}
        peak = _peak_mib(device)
        if peak is not None and before is not None:
            costs["memory_mib"] = round(max(0.0, peak - before))
        count = parameters(method)
        if count:
            costs["parameters"] = count
        with suppress(Exception):  # a plug-in's own words about itself; without them a cell stays empty
            stated = method.gflops()
            if stated is not None:
                costs["gflops"] = float(stated)
        self._costs[label] = costs
        self._emit("cost", label=label, costs=costs)

    @contextmanager
    def turn(self, label: str, device: str) -> Iterator[None]:
        """Watch what a measured method keeps after its turn at a reference: a leak is added to its peak memory."""
        costs = self._costs.get(label, {})
        before = _in_use(device) if "memory_mib" in costs else None
        yield
        if before is None:
            return
        self._kept[label] = self._kept.get(label, 0.0) + (_in_use(device) or before) - before
        if self._kept[label] > self._reported.get(label, 0.0) + LEAK_MIB:
            self._reported[label] = self._kept[label]
            self._emit(
                "cost", label=label, costs={**costs, "memory_mib": round(costs["memory_mib"] + self._kept[label])}
            )


def parameters(method: Method) -> int:
    """The number of parameters of the networks that a method holds as attributes, or one that it holds; each once."""
    modules = _modules(method)
    counts = {id(parameter): parameter.numel() for module in modules for parameter in module.parameters()}
    return sum(counts.values())


def _modules(method: Method) -> list[torch.nn.Module]:
    held = [value for value in vars(method).values() if isinstance(value, Method)]
    own = [value for value in vars(method).values() if isinstance(value, torch.nn.Module)]
    return [*own, *(module for part in held for module in _modules(part))]


def _in_use(device: str) -> float | None:
    return torch.cuda.memory_allocated(device) / 2**20 if device.startswith("cuda") else _status("VmRSS")


def _begin(device: str) -> float | None:
    """Memory in use now; freed memory is returned to the system first, so that it is not counted as in use."""
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
        return torch.cuda.memory_allocated(device) / 2**20
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)
    try:
        _CLEAR.write_text("5")
    except OSError:
        return None
    return _status("VmRSS")


def _peak_mib(device: str) -> float | None:
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated(device) / 2**20
    return _status("VmHWM")


def _status(key: str) -> float | None:
    """A value of this process's status in MiB; Linux only."""
    try:
        lines = _STATUS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    entry = next((line for line in lines if line.startswith(f"{key}:")), None)
    return int(entry.split()[1]) / 1024 if entry else None
