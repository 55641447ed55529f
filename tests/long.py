"""Marks those values of a parameter whose tests take long, so that `make test` leaves them to `make test-all`."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def with_long(values: Iterable[Any], long: Collection[Any]) -> list[Any]:
    """The values, those in ``long`` with the mark; a tuple is several parameters."""
    return [_marked(value, long) for value in values]


def _marked(value: Any, long: Collection[Any]) -> Any:
    if value not in long:
        return value
    several = value if isinstance(value, tuple) else (value,)
    return pytest.param(*several, marks=pytest.mark.long)
