"""Builds a method from its name and options as they travel to a worker. Neighbour of ``worker``; no torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmark import registry
from benchmark.contracts import Method
from benchmark.options import takes_path
from benchmark.scoring.messages import MethodTask


def build(task: MethodTask) -> Method:
    """Instantiate a method.

    Raises:
        benchmark.errors.PluginError: it can't be imported or breaks the contract.
    """
    found = registry.methods().load(task.name, tried=True)  # a worker is looked after
    options: dict[str, Any] = {
        name: Path(value) if isinstance(value, str) and takes_path(found, name) else value
        for name, value in task.options.items()
    }
    return found(**options)
