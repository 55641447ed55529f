"""What methods cost, as measured while they scored, kept beside the scores so that a repeated run prints the same.

Standard library only. ``scoring.cost`` measures; ``report.efficiency`` prints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from benchmark import atomic
from benchmark.store import Producer

NAME = "costs.json"


def read(directory: Path) -> dict[str, dict[str, float]]:
    """Costs by the producer's key; empty where nothing readable is kept."""
    try:
        kept = json.loads((directory / NAME).read_text(encoding="utf-8"))
        return {str(key): {str(name): float(value) for name, value in item.items()} for key, item in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def merge(
    directory: Path, producers: Mapping[str, Producer], found: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Keep what was measured now, and give the costs of these methods by label, measured now or earlier."""
    known = read(directory)
    new = {producers[label].key: dict(cost) for label, cost in found.items() if label in producers}
    if new:
        text = json.dumps({**known, **new}, indent=0, sort_keys=True)
        atomic.write_text(directory / NAME, text + "\n")
    together = {**known, **new}
    return {label: together[item.key] for label, item in producers.items() if item.key in together}


def efficiency(
    measured: Mapping[str, Mapping[str, float]], seconds: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """What ``run.json`` states by label: ``parameters``, ``gflops``, ``memory_mib``, and ``milliseconds`` a pair."""
    return {
        label: {**measured.get(label, {}), "milliseconds": round(1e3 * value, 3)} for label, value in seconds.items()
    }
