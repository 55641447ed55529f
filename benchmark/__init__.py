"""A benchmark of full-reference image quality assessment, for plug-in authors and notebooks.

The names below are imported at their first use, so that ``import benchmark`` stays fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.commands.evaluate import evaluate
    from benchmark.commands.run import run
    from benchmark.commands.score import create_method
    from benchmark.commands.train import train
    from benchmark.config.models import RunConfig, StatisticsConfig
    from benchmark.config.printing import PublishedEntry, ReportConfig, TableConfig
    from benchmark.config.training import TrainConfig
    from benchmark.core.errors import ConfigError, DataError, PluginError, Problem, UserError, WeightsUnavailableError
    from benchmark.plugins.contracts import (
        Dataset,
        DatasetInfo,
        DescribesReference,
        KeepsFeatures,
        LearnsFromColumns,
        MayDownload,
        Method,
        MethodInfo,
        NoReference,
        Programs,
        ScoreSource,
        Several,
        StandsForSeveral,
        StartsPrograms,
        StatesLabels,
        Trainable,
        UsesScores,
        WeightFile,
    )
    from benchmark.plugins.registry import list_datasets, list_methods
    from benchmark.report.evaluation import Evaluation, Run
    from benchmark.report.stored_runs import read, together

_HOMES = {
    "Dataset": "plugins.contracts",
    "DatasetInfo": "plugins.contracts",
    "DescribesReference": "plugins.contracts",
    "KeepsFeatures": "plugins.contracts",
    "LearnsFromColumns": "plugins.contracts",
    "MayDownload": "plugins.contracts",
    "Method": "plugins.contracts",
    "MethodInfo": "plugins.contracts",
    "NoReference": "plugins.contracts",
    "Programs": "plugins.contracts",
    "ScoreSource": "plugins.contracts",
    "Several": "plugins.contracts",
    "StandsForSeveral": "plugins.contracts",
    "StartsPrograms": "plugins.contracts",
    "StatesLabels": "plugins.contracts",
    "Trainable": "plugins.contracts",
    "UsesScores": "plugins.contracts",
    "WeightFile": "plugins.contracts",
    "ConfigError": "core.errors",
    "DataError": "core.errors",
    "PluginError": "core.errors",
    "Problem": "core.errors",
    "UserError": "core.errors",
    "WeightsUnavailableError": "core.errors",
    "PublishedEntry": "config.printing",
    "ReportConfig": "config.printing",
    "RunConfig": "config.models",
    "StatisticsConfig": "config.models",
    "TableConfig": "config.printing",
    "TrainConfig": "config.training",
    "Evaluation": "report.evaluation",
    "Run": "report.evaluation",
    "evaluate": "commands.evaluate",
    "read": "report.stored_runs",
    "together": "report.stored_runs",
    "run": "commands.run",
    "create_method": "commands.score",
    "list_datasets": "plugins.registry",
    "list_methods": "plugins.registry",
    "train": "commands.train",
}

__all__ = [
    "ConfigError",
    "DataError",
    "Dataset",
    "DatasetInfo",
    "DescribesReference",
    "Evaluation",
    "KeepsFeatures",
    "LearnsFromColumns",
    "MayDownload",
    "Method",
    "MethodInfo",
    "NoReference",
    "PluginError",
    "Problem",
    "Programs",
    "PublishedEntry",
    "ReportConfig",
    "Run",
    "RunConfig",
    "ScoreSource",
    "Several",
    "StandsForSeveral",
    "StartsPrograms",
    "StatesLabels",
    "StatisticsConfig",
    "TableConfig",
    "TrainConfig",
    "Trainable",
    "UserError",
    "UsesScores",
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
