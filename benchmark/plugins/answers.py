"""What plug-ins answer: asking without being harmed, and naming an answer of another kind to its author. No torch.

``contract_check`` (methods) and ``data_set_check`` ask by these functions.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Sequence
from typing import Any

from benchmark.core.errors import PluginError, UserError, in_words
from benchmark.plugins.contracts import (
    Dataset,
    DescribesReference,
    KeepsFeatures,
    LearnsFromColumns,
    Method,
    NoReference,
    ScoreSource,
    Trainable,
)

_CONTRACTS = (Method, NoReference, ScoreSource, Trainable, KeepsFeatures, LearnsFromColumns, Dataset)
_SPLIT = ("describe", "compare")
_COMPUTING = ("score", "scores", "quality", "predict", *_SPLIT)


def asked(function: Callable[[], Any], name: str, whose: str = "") -> Any:
    """The answer of a plug-in's function.

    Raises:
        PluginError: it failed.
    """
    try:
        return function()
    except UserError:
        raise
    except (Exception, SystemExit) as error:  # whatever a plug-in raises, its user gets a sentence
        raise PluginError(f"{whose}its `{name}()` failed: {_place(error)}{in_words(error)}") from error


def _place(error: BaseException) -> str:
    """``file:line: `` of the frame that raised the error, unless it is one of this room's own modules."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None or os.path.dirname(frame.tb_frame.f_code.co_filename) == os.path.dirname(__file__):
        return ""
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}: "


def hidden(plugin: Method | Dataset) -> str:
    """The first function of the contract that a plug-in has replaced with something that can't be called."""
    for base in _CONTRACTS:
        if not isinstance(plugin, base):
            continue
        names = [name for name, value in vars(base).items() if callable(value) and not name.startswith("_")]
        split = _SPLIT if base is Method and isinstance(plugin, DescribesReference) else ()
        for name in (*names, *split):
            try:
                value = getattr(plugin, name)  # the only look-up by name: is it still the contract's function?
            except (Exception, SystemExit) as error:  # a property may do anything
                return f"its `{name}` is a property that fails ({in_words(error)}); it must be a function"
            if not _is_function(value, name):
                return (
                    f"its attribute `{name}` ({kind_of(value)}) hides the function `{name}()` of the contract: rename it, "
                    f"for example to `_{name}`"
                )
    return ""


def _is_function(value: object, name: str) -> bool:
    """Whether a value can replace a function of the contract; a callable network or class can't.

    Only functions that compute scores may be any callable, for example a compiled function.
    """
    if name in _COMPUTING:
        return callable(value) and not isinstance(value, type)
    return inspect.isroutine(value) or isinstance(value, functools.partial)


def all_of(items: object, kind: type) -> bool:
    """Whether an answer is a sequence of a kind, and no text."""
    return (
        isinstance(items, Sequence)
        and not isinstance(items, (str, bytes))
        and all(isinstance(item, kind) for item in items)
    )


def broken(fault: str) -> str:
    """The beginning of every such message, with the fault."""
    return f"the plug-in breaks its contract: {fault}"


def kind_of(value: object) -> str:
    """The kind of an answer, in words."""
    name = type(value).__name__
    return "None" if value is None else f"a{'n' if name[0] in 'aeiou' else ''} {name}"


def shown(value: object) -> str:
    """An answer as a message can show it: cut."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
