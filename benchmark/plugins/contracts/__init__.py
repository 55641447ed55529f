"""What plug-in authors build on: methods, data sets, and what they say about themselves.

A plug-in subclasses ``Method``, ``ScoreSource``, ``Trainable`` or ``Dataset``. What it must define is abstract there or
checked when it is imported; what it may define has a default. Two things are optional without a default, each a protocol:
``DescribesReference`` and ``StatesLabels``. The engine asks for nothing else.

Listing plug-ins must stay instant: nothing here imports torch or pandas when it is imported.
"""

from benchmark.plugins.contracts.data_set import Dataset, StatesLabels
from benchmark.plugins.contracts.info import NOT_DECLARED, DatasetInfo, Group, LabelKind, MethodInfo, WeightFile
from benchmark.plugins.contracts.method import DescribesReference, Method, ScoreSource, takes_rng
from benchmark.plugins.contracts.trainable import Trainable

__all__ = [
    "NOT_DECLARED",
    "Dataset",
    "DatasetInfo",
    "DescribesReference",
    "Group",
    "LabelKind",
    "Method",
    "MethodInfo",
    "ScoreSource",
    "StatesLabels",
    "Trainable",
    "WeightFile",
    "takes_rng",
]
