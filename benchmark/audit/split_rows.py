"""The test parts of a split file as rows of a file of scores. numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmark.audit.scores import Rows, ScoreFile
from benchmark.core.errors import UserError
from benchmark.data import split_files


def test_parts(path: Path, files: Sequence[ScoreFile]) -> dict[str, list[Rows]]:
    """For each data set whose names a split file divides, the rows of each test part.

    Raises:
        UserError: the file can't be used, or no column of any data set has the names that it divides.
    """
    partitions = split_files.parsed(path)
    named = {name for partition in partitions.partitions for part in partition.parts.values() for name in part}
    found = {}
    for file in files:
        column = next((cells for cells in file.names.values() if named <= set(cells.tolist())), None)
        if column is not None:
            found[file.name] = [np.isin(column, partition.test) for partition in partitions.partitions]
    if not found:
        raise UserError(
            f"--splits {path}: no column of the scores has the names that it divides ({', '.join(sorted(named)[:3])}, …)"
        )
    return found
