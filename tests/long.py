"""Marks those values of a parameter whose tests take long, so that `make test` leaves them to `make test-all`."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def with_long(values: Iterable[Any], long: Collection[Any]) -> list[Any]:
    """The values, those in ``long`` with the mark; values that have marks already keep them."""
    return [_marked(value, long) for value in values]


def _marked(value: Any, long: Collection[Any]) -> Any:
    marked = isinstance(value, type(pytest.param()))
    plain = value.values[0] if marked else value
    if plain not in long:
        return value
    marks = [*(value.marks if marked else ()), pytest.mark.long]
    return pytest.param(plain, marks=marks)
