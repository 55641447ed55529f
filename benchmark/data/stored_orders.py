"""Partitions from stored orders of images or references, as authors publish them: each order is cut into the parts.

Numpy and, for MATLAB files, SciPy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.core.errors import ConfigError, DataError, Problem, in_words
from benchmark.core.words import did_you_mean
from benchmark.data.labels import beside, read_text, split_lines
from benchmark.data.partitions import Partitions, of_parts, pairs_of
from benchmark.data.protocols import rounded
from benchmark.data.split_imports import Division, NamedRows, divided, pairs_named, refuse_twice

if TYPE_CHECKING:
    import pandas as pd


def read_orders(file: Path, names: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """A matrix of orders, one a row: each names every place once, counted from 0 or from 1; returned from 0.

    Args:
        file: ``.mat``, or text with numbers between commas, semicolons, tabs or blanks.
        names: how many there are to order.

    Raises:
        DataError: it can't be read, or a row is no order of so many names.
    """
    matrix = _of_mat(file, names) if file.suffix.lower() == ".mat" else _of_text(file)
    if matrix.ndim != 2 or matrix.shape[1] != names or not len(matrix):
        shape = "×".join(map(str, matrix.shape))
        raise DataError(Problem("error", f"is {shape}; a row for each order of {names} names is needed", str(file)))
    first = int(matrix.min())
    wrong = np.flatnonzero((np.sort(matrix, axis=1) != np.arange(first, first + names)).any(axis=1))
    if first not in (0, 1) or len(wrong):
        row = int(wrong[0]) + 1 if len(wrong) else 1
        message = f"row {row} does not hold each number from 1 to {names} (or from 0) once: is it an order?"
        raise DataError(Problem("error", message, str(file)))
    return matrix - first


def _of_mat(file: Path, names: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    from scipy.io import loadmat  # noqa: PLC0415 - slow to import, needed here only

    if not file.is_file():
        raise DataError(Problem("error", f"no such file{beside(file)}", str(file)))
    try:
        content = loadmat(str(file))
    except Exception as error:  # scipy raises whatever its parsers meet
        message = f"can't be read as a MATLAB file before version 7.3 ({in_words(error)})"
        raise DataError(Problem("error", message, str(file))) from None
    found = {name: value for name, value in content.items() if isinstance(value, np.ndarray)}
    fitting = [value for value in found.values() if value.ndim == 2 and value.shape[1] == names]
    if len(fitting) != 1:
        shapes = ", ".join(f"{name} ({'×'.join(map(str, value.shape))})" for name, value in found.items()) or "nothing"
        message = f"one matrix with {names} columns, as many as names, is needed; it holds {shapes}"
        raise DataError(Problem("error", message, str(file)))
    values = fitting[0]
    if values.dtype.kind not in "iuf" or not np.equal(values, np.floor(values)).all():
        raise DataError(Problem("error", "its numbers are not whole", str(file)))
    return values.astype(np.int64)


def _of_text(file: Path) -> np.ndarray[Any, np.dtype[np.int64]]:
    rows: list[list[int]] = []
    for line, text in enumerate(split_lines(read_text(file)), 1):
        cells = re.split(r"[,;\s]+", text.strip(" \t,;"))
        if cells == [""]:
            continue
        if not all(re.fullmatch(r"[0-9]{1,9}", cell) for cell in cells):
            raise DataError(Problem("error", "a line of an order holds whole numbers only", f"{file}:{line}"))
        if rows and len(cells) != len(rows[0]):
            message = f"{len(cells)} numbers, the first order has {len(rows[0])}"
            raise DataError(Problem("error", message, f"{file}:{line}"))
        rows.append([int(cell) for cell in cells])
    if not rows:
        raise DataError(Problem("error", "is empty; a line for each order is needed", str(file)))
    return np.array(rows, dtype=np.int64)


def from_orders(
    file: Path, listing: NamedRows, cut: float, validate: float, table: pd.DataFrame | None, dataset: str
) -> Partitions:
    """Partitions from stored orders: the first ``cut`` of each order is trained on, then ``validate``, the rest is tested.

    Numbers are rounded as MATLAB rounds, to the nearest whole one, halves up.

    Args:
        file: the orders.
        listing: the names that the orders number, images or references.
        cut: share that is trained on.
        validate: share that validates.
        table: the data set's pairs; ``None`` where there is only the listing.
        dataset: its name.

    Raises:
        ConfigError: names do not fit the data set, or a part would be empty.
        DataError: a file can't be read.
    """
    names = _listed(listing, table)
    train, validating = rounded(cut, len(names)), rounded(validate, len(names))
    if train < 1 or len(names) - train - validating < 1:
        raise ConfigError(
            f"{file}: of {len(names)} names {train} would be trained on and {validating} validate; some must be tested"
        )
    orders = read_orders(file, len(names))
    of_clusters = listing.of_references
    divisions: list[Division] = []
    for number, order in enumerate(orders.tolist(), 1):
        placed = [names[place] for place in order]
        parts = {"train": placed[:train], "validation": placed[train : train + validating]}
        divisions.append((f"order {number}", {**parts, "test": placed[train + validating :]}))
    protocol = {"orders": file.name, "cut": cut, **({"validate": validate} if validate else {})}
    if of_clusters:
        pairs = {} if table is None else pairs_of(table)
        partitions = tuple(of_parts(number, parts, label=label) for number, (label, parts) in enumerate(divisions, 1))
        return Partitions(dataset, "cluster", protocol, partitions, pairs)
    known = table_of(listing) if table is None else table
    found = divided(divisions, known, dataset, protocol, file)
    if table is None and not listing.references:  # every image would be its own reference
        partitions = tuple(replace(item, by="pair") for item in found.partitions)
        note = f"{listing.file.name} names no references: nobody knows how many are on both sides."
        return Partitions(dataset, "pair", protocol, partitions, {}, (note,))
    return found


def _listed(listing: NamedRows, table: pd.DataFrame | None) -> Sequence[str]:
    """The names that orders number, as the data set calls them."""
    if table is not None and not listing.of_references:
        return pairs_named(listing, table)
    refuse_twice(listing.names, listing)
    if table is not None:
        known = set(table["cluster"].astype(str))
        lost = [at for at, name in enumerate(listing.names) if name not in known]
        if lost:
            name, line = listing.names[lost[0]], listing.lines[lost[0]]
            near = did_you_mean(name, known)
            raise ConfigError(f"{listing.file}:{line}: the data set has no reference {name!r}{near}")
    return listing.names


def table_of(listing: NamedRows) -> pd.DataFrame:
    """The listed names as pairs, each of its reference, where the listing has them."""
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame({"pair": listing.names, "cluster": listing.references or listing.names})
