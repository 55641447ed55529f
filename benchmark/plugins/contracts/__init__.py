"""The base classes of plug-ins: methods, data sets, and the descriptions that they give of themselves.

A plug-in subclasses ``Method``, ``NoReference``, ``ScoreSource``, ``Trainable``, ``KeepsFeatures``, ``LearnsFromColumns``
or ``Dataset``. Functions that it must define are abstract there or checked when it is imported; those that it may define
have a default. Six protocols are optional: ``DescribesReference``, ``StandsForSeveral``, ``UsesScores``,
``StartsPrograms``, ``StatesLabels`` and ``MayDownload``. The engine asks for nothing else.

Listing plug-ins must stay instant: nothing here imports torch or pandas when it is imported.
"""

from benchmark.plugins.contracts.column_learner import LearnsFromColumns
from benchmark.plugins.contracts.data_set import Dataset, MayDownload, StatesLabels
from benchmark.plugins.contracts.info import NOT_DECLARED, DatasetInfo, Group, LabelKind, MethodInfo, WeightFile
from benchmark.plugins.contracts.keeps_features import KeepsFeatures
from benchmark.plugins.contracts.method import (
    DescribesReference,
    Method,
    ScoreSource,
    Several,
    StandsForSeveral,
    UsesScores,
    takes_rng,
)
from benchmark.plugins.contracts.no_reference import NoReference
from benchmark.plugins.contracts.starts_programs import Programs, StartsPrograms
from benchmark.plugins.contracts.trainable import Trainable

__all__ = [
    "NOT_DECLARED",
    "Dataset",
    "DatasetInfo",
    "DescribesReference",
    "Group",
    "KeepsFeatures",
    "LabelKind",
    "LearnsFromColumns",
    "MayDownload",
    "Method",
    "MethodInfo",
    "NoReference",
    "Programs",
    "ScoreSource",
    "Several",
    "StandsForSeveral",
    "StartsPrograms",
    "StatesLabels",
    "Trainable",
    "UsesScores",
    "WeightFile",
    "takes_rng",
]
