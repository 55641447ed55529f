"""Reads rows and image cells with Hugging Face's library ``datasets``. A helper of the loader ``huggingface``.

This project has a folder ``datasets/`` as well, and Python takes it for a package of that name where the library is not
installed: so what was imported is looked at before it is used.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmark import DataError, Problem
from benchmark.core.errors import in_words
from benchmark.core.words import did_you_mean
from benchmark.data.labels import refuse_name, short

INSTALL = "the data set `huggingface` needs Hugging Face's library `datasets`: pip install 'efid-bench[hub]'"


def library() -> Any:
    """The library ``datasets``; it takes a second to import, so only where rows are read.

    Raises:
        DataError: it is not installed, or something else has its name.
    """
    try:
        found = importlib.import_module("datasets")
    except ImportError as error:
        missing = getattr(error, "name", "") in ("datasets", None, "")
        raise DataError(INSTALL if missing else f"{INSTALL} (it can't be imported: {in_words(error)})") from None
    if not hasattr(found, "load_dataset"):
        place = getattr(found, "__file__", None)
        other = f"; {place} has its name: start from another folder" if place else ""
        raise DataError(f"{INSTALL}{other}")
    return found


def open_rows(folder: Path, config: str | None, files: Mapping[str, str]) -> dict[str, Any]:
    """The rows of each split of a folder, read as they are asked for; images are not decoded.

    Nothing is copied and no network is used: a folder of files is all that the library sees.

    Args:
        folder: with parquet files, or another layout that the library knows.
        config: one of the data set's configurations, where its card defines several.
        files: pattern of the files of each split where not all are meant.

    Raises:
        DataError: the library finds no rows there.
    """
    found = library()
    chosen = {"data_files": dict(files)} if files else {}
    try:
        with _quiet(found):
            loaded = found.load_dataset(str(folder), name=config, streaming=True, **chosen)
            return {str(split): rows.decode(enable=False) for split, rows in loaded.items()}
    except Exception as error:  # the library raises whatever its parsers meet
        raise _unreadable(error, str(folder)) from None


def rows_of(rows: Any, columns: Mapping[str, str], where: str) -> Iterator[dict[str, Any]]:
    """The cells of each row by the name that the caller gives a column; only these columns are read.

    Raises:
        DataError: a file is damaged.
    """
    try:
        for row in rows.select_columns(list(dict.fromkeys(columns.values()))):
            yield {key: row[column] for key, column in columns.items()}
    except Exception as error:  # likewise
        raise _unreadable(error, where) from None


def _unreadable(error: Exception, where: str) -> DataError:
    return DataError(Problem("error", f"can't be read by the library `datasets`: {in_words(error)}", where))


@contextmanager
def _quiet(found: Any) -> Iterator[None]:
    """No bars of the library's while it lists files."""
    shown = not found.are_progress_bars_disabled()
    found.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            found.enable_progress_bars()


def columns_of(rows: Any) -> list[str]:
    """The names of a split's columns."""
    names = rows.column_names
    return list(names if names is not None else next(iter(rows), {}))


def lacking(wanted: Mapping[str, str], there: Sequence[str], where: str) -> list[Problem]:
    """A problem for each option that names a column which isn't there.

    Args:
        wanted: columns by option.
        there: the columns of the split.
        where: the split.
    """
    return [
        Problem(
            "error",
            f"no column {column!r} (option `{option}`){did_you_mean(column, there)}; there is {', '.join(there)}",
            where,
        )
        for option, column in wanted.items()
        if column not in there
    ]


def content_of(cell: Any, folder: Path) -> tuple[bytes, str]:
    """The bytes of an image cell, and the file name that it has or had; the name is empty where there is none.

    A cell is the bytes, a path in the folder, or both as the library stores images: ``{"bytes": …, "path": …}``.

    Raises:
        ValueError: says why it is no image.
    """
    data, path = (cell.get("bytes"), cell.get("path")) if isinstance(cell, Mapping) else (cell, None)
    if isinstance(data, str):
        data, path = None, data
    if isinstance(data, bytes) and data:
        return data, _name(path)
    if data is None and isinstance(path, str) and path:
        return _read(path, folder), _name(path)
    if cell is None or isinstance(cell, (Mapping, bytes, str)):
        raise ValueError("is missing")
    raise ValueError(f"is {short(str(cell))}, no image: neither bytes nor a path")


def _name(path: Any) -> str:
    return os.path.basename(path.replace("\\", "/")) if isinstance(path, str) else ""


def _read(path: str, folder: Path) -> bytes:
    """The bytes of a file below the folder: a data set from elsewhere may name no other."""
    name = path
    if os.path.isabs(path):
        name = os.path.relpath(path, folder)
    wrong = refuse_name(name)
    if wrong:
        raise ValueError(f"is a path: {wrong}")
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ValueError(f"is the path {short(name)}, which can't be read ({error.strerror or error})") from None
