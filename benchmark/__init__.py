"""A benchmark of full-reference image quality assessment, for plug-in authors and notebooks.

The names below are resolved on first use, so that ``import benchmark`` stays instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.config import PublishedEntry, ReportConfig, RunConfig, StatisticsConfig, TableConfig, TrainConfig
    from benchmark.contracts import Dataset, DatasetInfo, Method, MethodInfo, ScoreSource, WeightFile
    from benchmark.errors import ConfigError, DataError, PluginError, Problem, UserError, WeightsUnavailableError
    from benchmark.outcome import Evaluation, Run, evaluate, read, together
    from benchmark.pipeline import run
    from benchmark.registry import list_datasets, list_methods
    from benchmark.single import create_method
    from benchmark.training_run import train

_HOMES = {
    "Dataset": "contracts",
    "DatasetInfo": "contracts",
    "Method": "contracts",
    "MethodInfo": "contracts",
    "ScoreSource": "contracts",
    "WeightFile": "contracts",
    "ConfigError": "errors",
    "DataError": "errors",
    "PluginError": "errors",
    "Problem": "errors",
    "UserError": "errors",
    "WeightsUnavailableError": "errors",
    "PublishedEntry": "config",
    "ReportConfig": "config",
    "RunConfig": "config",
    "StatisticsConfig": "config",
    "TableConfig": "config",
    "TrainConfig": "config",
    "Evaluation": "outcome",
    "Run": "outcome",
    "evaluate": "outcome",
    "read": "outcome",
    "together": "outcome",
    "run": "pipeline",
    "create_method": "single",
    "list_datasets": "registry",
    "list_methods": "registry",
    "train": "training_run",
}

__all__ = [
    "ConfigError",
    "DataError",
    "Dataset",
    "DatasetInfo",
    "Evaluation",
    "Method",
    "MethodInfo",
    "PluginError",
    "Problem",
    "PublishedEntry",
    "ReportConfig",
    "Run",
    "RunConfig",
    "ScoreSource",
    "StatisticsConfig",
    "TableConfig",
    "TrainConfig",
    "UserError",
    "WeightFile",
    "WeightsUnavailableError",
    "create_method",
    "evaluate",
    "list_datasets",
    "list_methods",
    "read",
    "run",
    "statistics",
    "together",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "statistics":
        return import_module("benchmark.statistics")
    if name in _HOMES:
        return getattr(import_module(f"benchmark.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'benchmark' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
