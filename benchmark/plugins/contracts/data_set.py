"""The contract of data sets: a table of labelled pairs, and notes for its readers. Doesn't import pandas when imported."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from benchmark.core.errors import Problem
from benchmark.plugins.contracts.info import DatasetInfo, LabelKind

if TYPE_CHECKING:
    import pandas as pd


@runtime_checkable
class StatesLabels(Protocol):
    """A data set that knows from its own files what its labels are; this overrides its ``info``."""

    @property
    def labels(self) -> LabelKind:
        """``opinions`` of people, or ``simulated``; a property or a plain attribute, asked after ``pairs``."""
        ...


@runtime_checkable
class MayDownload(Protocol):
    """A data set that downloads what is not on this machine, unless the run is offline."""

    offline: bool
    """Whether it must not; set to ``True`` before ``pairs`` where the run is offline."""


class Dataset(ABC):
    """A set of labelled pairs: a subclass with an ``info`` and ``pairs`` is complete.

    Options are typed keyword arguments of ``__init__``; those annotated ``Path`` are relative to the configuration file.
    One whose files say what its labels are defines ``labels`` too (see ``StatesLabels``).
    """

    info: ClassVar[DatasetInfo]

    @abstractmethod
    def pairs(self) -> pd.DataFrame:
        """The table of pairs of all splits: one row per pair, columns as in ``benchmark.data.pairs``; never pixels.

        Raises:
            benchmark.core.errors.DataError: carries every problem, so that ``check`` shows all in one pass.
        """

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; ``check`` asks for both.

        By default all pairs and no problem, or the error of ``pairs``. A data set that can continue after a wrong line
        defines it and lets ``pairs`` raise the problems.
        """
        return self.pairs(), []

    def choices(self) -> pd.DataFrame | None:
        """Observers' choices between two enhanced images of a reference, one row each; ``None`` where there are none.

        Columns as in ``benchmark.data.choices``; images are named by the column ``pair`` of ``pairs``, whose pairs then
        need no label. Called after ``pairs``.
        """
        return None

    @classmethod
    def found_at(cls, folder: Path) -> bool | None:
        """Whether a copy lies directly in this folder, told by few names and no image; ``list datasets --root`` asks.

        By default ``None``: nothing tells it.
        """
        return None

    @property
    def label_files(self) -> Sequence[Path]:
        """The files that labels were read from, known after ``pairs``; their SHA-256 are part of ``run.json``."""
        return ()

    def notes(self) -> Sequence[str]:
        """Facts that readers of a table must know about this copy of the data, one sentence each.

        Called after ``pairs``.
        """
        return ()
