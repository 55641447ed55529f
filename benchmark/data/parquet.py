"""Reads a Parquet file of labels or scores as rows of text, as ``delimited`` gives them. PyArrow.

Rows are numbered as in a spreadsheet: the headings stand in row 1.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.core.errors import DataError, Problem
from benchmark.data.cells import as_text
from benchmark.data.delimited import Delimited, Record
from benchmark.data.labels import MAX_BYTES, MAX_LINES, short

if TYPE_CHECKING:
    import pyarrow as pa

START = b"PAR1"
_INDEX = re.compile(r"__index_level_[0-9]+__")  # row names without a heading, as pandas writes them


def read(file: Path, wanted: Collection[str]) -> Delimited:
    """The rows of a Parquet file; columns of anything but texts and numbers are left out.

    Raises:
        DataError: it can't be read, or a wanted column holds neither texts nor numbers.
    """
    from pyarrow import ArrowException, parquet  # noqa: PLC0415 - slow to import, and few tables need it

    try:
        if os.stat(file).st_size > MAX_BYTES:
            raise DataError(Problem("error", f"is larger than {MAX_BYTES >> 20} MiB: no table of scores", str(file)))
        with parquet.ParquetFile(file) as opened:
            names = _columns(file, opened.schema_arrow, wanted)
            if opened.metadata.num_rows > MAX_LINES:
                raise DataError(Problem("error", f"has more than {MAX_LINES:,} rows", str(file)))
            table = opened.read(columns=names)
    except (ArrowException, OSError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        raise DataError(Problem("error", f"can't be read as a Parquet file ({reason})", str(file))) from None
    columns = [[as_text(value) for value in table.column(name).to_pylist()] for name in names]
    records = [Record(row, list(cells)) for row, cells in enumerate(zip(*columns, strict=True), 2)]
    return Delimited(file, "", Record(1, [name.strip() for name in names]), records)


def _columns(file: Path, schema: pa.Schema, wanted: Collection[str]) -> list[str]:
    """The columns of texts and numbers.

    Raises:
        DataError: a wanted one is of another kind, or one stands twice.
    """
    names: list[str] = []
    for column in schema:
        if _INDEX.fullmatch(column.name):
            continue
        if _is_plain(column.type):
            names.append(column.name)
        elif column.name.strip() in wanted:
            message = f"the column {short(column.name)} holds {column.type}, not text or numbers"
            raise DataError(Problem("error", message, str(file)))
    twice = next((name for name in names if schema.get_all_field_indices(name)[1:]), None)
    if twice is not None:
        raise DataError(Problem("error", f"the column {short(twice)} stands more than once; rename one", str(file)))
    if not names:
        raise DataError(Problem("error", "has no columns of text or numbers", str(file)))
    return names


def _is_plain(kind: pa.DataType) -> bool:
    from pyarrow import types  # noqa: PLC0415

    if types.is_dictionary(kind):
        kind = kind.value_type
    checks: Sequence[Any] = (
        types.is_integer,
        types.is_floating,
        types.is_decimal,
        types.is_boolean,
        types.is_string,
        types.is_large_string,
        types.is_string_view,
        types.is_null,
    )
    return any(check(kind) for check in checks)
