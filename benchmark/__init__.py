"""A benchmark of full-reference image quality assessment, for plug-in authors and notebooks.

The names below are resolved on first use, so that ``import benchmark`` stays instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.contracts import Dataset, DatasetInfo, Method, MethodInfo, ScoreSource, WeightFile
    from benchmark.errors import DataError, Problem, UserError
    from benchmark.pipeline import Evaluation, Run, create_method, evaluate, run

_HOMES = {
    "Dataset": "contracts",
    "DatasetInfo": "contracts",
    "Method": "contracts",
    "MethodInfo": "contracts",
    "ScoreSource": "contracts",
    "WeightFile": "contracts",
    "DataError": "errors",
    "Problem": "errors",
    "UserError": "errors",
    "Evaluation": "pipeline",
    "Run": "pipeline",
    "create_method": "pipeline",
    "evaluate": "pipeline",
    "run": "pipeline",
}

__all__ = [
    "DataError",
    "Dataset",
    "DatasetInfo",
    "Evaluation",
    "Method",
    "MethodInfo",
    "Problem",
    "Run",
    "ScoreSource",
    "UserError",
    "WeightFile",
    "create_method",
    "evaluate",
    "run",
    "statistics",
]


def __getattr__(name: str) -> Any:
    if name == "statistics":
        return import_module("benchmark.statistics")
    if name in _HOMES:
        return getattr(import_module(f"benchmark.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'benchmark' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
