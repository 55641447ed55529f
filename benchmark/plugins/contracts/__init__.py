"""The base classes of plug-ins: methods, data sets, and the descriptions that they give of themselves.

A plug-in subclasses ``Method``, ``NoReference``, ``ScoreSource``, ``Trainable``, ``LearnsFromColumns`` or ``Dataset``.
Functions that it must define are abstract there or checked when it is imported; those that it may define have a default.
Five protocols are optional:
``DescribesReference``, ``StandsForSeveral``, ``UsesScores``, ``StatesLabels`` and ``MayDownload``. The engine asks for
nothing else.

Listing plug-ins must stay instant: nothing here imports torch or pandas when it is imported.
"""

from benchmark.plugins.contracts.column_learner import LearnsFromColumns
from benchmark.plugins.contracts.data_set import Dataset, MayDownload, StatesLabels
from benchmark.plugins.contracts.info import NOT_DECLARED, DatasetInfo, Group, LabelKind, MethodInfo, WeightFile
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
from benchmark.plugins.contracts.trainable import Trainable

__all__ = [
    "NOT_DECLARED",
    "Dataset",
    "DatasetInfo",
    "DescribesReference",
    "Group",
    "LabelKind",
    "LearnsFromColumns",
    "MayDownload",
    "Method",
    "MethodInfo",
    "NoReference",
    "ScoreSource",
    "Several",
    "StandsForSeveral",
    "StatesLabels",
    "Trainable",
    "UsesScores",
    "WeightFile",
    "takes_rng",
]
