"""Arguments of functions for notebooks: checks keywords by name, and takes one name for a list. Standard library only."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from benchmark.core.words import did_you_mean

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def exact(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Refuse a misspelt keyword, naming the nearest right one."""
    known = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        for name in kwargs:
            if name not in known:
                raise TypeError(f"{function.__name__}() takes no {name!r}{did_you_mean(name, known)}")
        return function(*args, **kwargs)

    return checked


def names(given: str | Iterable[str] | None) -> list[str]:
    """Names as a list: a single value becomes a list of one, even of the wrong type, which the caller then refuses."""
    return (
        [] if given is None else list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    )
