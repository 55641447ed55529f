"""Data sets that look at every line before any is refused: ``pairs`` raises the problems that ``examine`` finds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import DataError, Dataset, Problem

if TYPE_CHECKING:
    import pandas as pd


class ExaminedDataset(Dataset):
    """A data set of which ``examine`` gives the usable pairs and every problem with the others.

    ``examine`` also sets ``_notes`` and ``_label_files``.
    """

    def __init__(self) -> None:
        self._notes: list[str] = []
        self._label_files: list[Path] = []

    @property
    def label_files(self) -> Sequence[Path]:
        """The files that labels were read from; known after ``pairs``."""
        return tuple(self._label_files)

    def notes(self) -> Sequence[str]:
        """Where the labels came from, and what readers must know of this copy; known after ``pairs``."""
        return tuple(self._notes)

    def pairs(self) -> pd.DataFrame:
        """The table of pairs; see ``benchmark.data.pairs``.

        Raises:
            DataError: a list, a name or a file is missing or wrong; carries every problem.
        """
        table, problems = self.examine()
        if any(problem.severity == "error" for problem in problems):
            raise DataError(problems)
        return table

    @abstractmethod
    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: the copy as a whole can't be used.
        """
