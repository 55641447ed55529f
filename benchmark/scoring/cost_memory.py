"""What methods cost, as measured while they scored, kept beside the scores so that a repeated run prints the same.

Standard library only. ``scoring.measure_cost`` measures; ``report.efficiency`` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmark.core import memory_file
from benchmark.scoring.store import Producer

NAME = "costs.json"
MOST = 1e18
"""A limit above every possible cost in parameters, billions of operations, or MiB."""


def read(directory: Path) -> dict[str, dict[str, float]]:
    """The costs by the producer's key; empty where nothing readable is kept."""
    kept = memory_file.read(directory / NAME, unsigned=True)
    return {key: {name: float(value) for name, value in item.items()} for key, item in kept.items() if _is_cost(item)}


def _is_cost(item: object) -> bool:
    """Whether an item is a mapping to numbers that are not negative, as costs are."""
    return isinstance(item, dict) and all(type(value) in (int, float) and 0 <= value < MOST for value in item.values())


def merge(
    directory: Path, producers: Mapping[str, Producer], measured: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Keep what was measured now, and return the costs of these methods by label, measured now or earlier."""
    known = read(directory)
    new = {producers[label].key: dict(cost) for label, cost in measured.items() if label in producers}
    if new:
        memory_file.write(directory / NAME, {**known, **new})
    together = {**known, **new}
    return {label: together[item.key] for label, item in producers.items() if item.key in together}


def efficiency(
    measured: Mapping[str, Mapping[str, float]], seconds: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """What ``run.json`` states by label: ``parameters``, ``gflops``, ``memory_mib``, and ``milliseconds`` per pair."""
    return {
        label: {**measured.get(label, {}), "milliseconds": round(1e3 * value, 3)} for label, value in seconds.items()
    }
