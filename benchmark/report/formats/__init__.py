"""The formats that comparison tables are written in: every file here is one, with its record in ``FORMAT``.

Nothing is imported before ``formats`` is called, since the LaTeX format needs slow packages.
"""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from benchmark.report.printed import ComparisonTable


@dataclass(frozen=True, slots=True)
class Format:
    """A format of tables.

    Attributes:
        suffix: the extension of its files, without the dot.
        render: returns a table as the text of a file.
    """

    suffix: str
    render: Callable[[ComparisonTable], str]


@functools.cache
def formats() -> tuple[Format, ...]:
    """All formats, in the order of their suffixes.

    Raises:
        ValueError: two files have formats of the same suffix, so that one would overwrite the other's tables.
    """
    modules = [import_module(f"{__name__}.{item.name}") for item in pkgutil.iter_modules(__path__)]
    records: list[Format] = sorted((module.FORMAT for module in modules), key=lambda item: item.suffix)
    if len({record.suffix for record in records}) < len(records):
        raise ValueError("two files in benchmark/report/formats write tables with the same suffix")
    return tuple(records)
