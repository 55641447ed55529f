"""The contract of data sets: a table of labelled pairs, and what readers must know about it. No pandas when imported."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from benchmark.core.errors import Problem
from benchmark.plugins.contracts.info import DatasetInfo, LabelKind

if TYPE_CHECKING:
    import pandas as pd


@runtime_checkable
class StatesLabels(Protocol):
    """A data set that learns from its own files what its labels are; what it states goes before its ``info``."""

    @property
    def labels(self) -> LabelKind:
        """``opinions`` of people, or ``simulated``; a property or a plain attribute, asked after ``pairs``."""
        ...


class Dataset(ABC):
    """A set of labelled pairs: a subclass with an ``info`` and ``pairs`` is complete.

    Options are typed keyword arguments of ``__init__``; those annotated ``Path`` are relative to the configuration file.
    One whose files say what its labels are defines ``labels`` too (see ``StatesLabels``).
    """

    info: ClassVar[DatasetInfo]

    @abstractmethod
    def pairs(self) -> pd.DataFrame:
        """The table of pairs of all splits: one row a pair, columns as ``benchmark.data.pairs`` describes; never pixels.

        Raises:
            benchmark.core.errors.DataError: carrying every problem found, so that ``check`` shows all in one pass.
        """

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The pairs that can be used, and every problem with the others; ``check`` asks for both.

        Default: all pairs and no problem, or what ``pairs`` raises. A data set that can go on after a wrong line defines it
        and lets ``pairs`` raise the problems.
        """
        return self.pairs(), []

    def notes(self) -> Sequence[str]:
        """What readers of a table must know about this copy of the data, a sentence each (layout found …).

        Called after ``pairs``.
        """
        return ()
