"""Checks whether a plug-in keeps its contract, and says in a sentence to its author where it doesn't. No torch, pandas late.

``registry`` checks what a class declares; users of plug-ins check the object built from it and its answers. The contract
itself is in ``contracts``.
"""

from __future__ import annotations

import functools
import inspect
import math
import numbers
import os
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args

from benchmark.core.errors import PluginError, Problem, UserError, in_words
from benchmark.plugins.contracts import (
    Dataset,
    DatasetInfo,
    DescribesReference,
    LabelKind,
    LearnsFromColumns,
    Method,
    MethodInfo,
    ScoreSource,
    StatesLabels,
    Trainable,
    WeightFile,
    takes_rng,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_CONTRACTS = (Method, ScoreSource, Trainable, LearnsFromColumns, Dataset)
_SPLIT = ("describe", "compare")
_COMPUTING = ("score", "scores", "predict", *_SPLIT)


def info_fault(info: object, kind: type[MethodInfo] | type[DatasetInfo]) -> str:
    """What is wrong with a plug-in's ``info``; empty if nothing is.

    Args:
        info: its ``info``.
        kind: the class that it must have.
    """
    if not isinstance(info, kind):
        return f"its `info` is {_kind(info)}; it must be {kind.__name__}(name=…, title=…, …)"
    return next(_info_faults(info), "")


def _info_faults(info: MethodInfo | DatasetInfo) -> Iterator[str]:
    for item in fields(info):
        value, where = getattr(info, item.name), f"its `info` has {item.name}="
        if item.type in ("str", "Group") and not isinstance(value, str):
            yield f"{where}{_shown(value)}; it must be text"
        if item.type == "bool" and not isinstance(value, bool):
            yield f"{where}{_shown(value)}; it must be True or False"
    if not info.name:
        yield "its `info` has an empty name"
    if isinstance(info, DatasetInfo):
        yield from _dataset_info_faults(info)
    if isinstance(info, MethodInfo):
        yield from _method_info_faults(info)


def _dataset_info_faults(info: DatasetInfo) -> Iterator[str]:
    if info.labels not in get_args(LabelKind):
        yield f"its `info` has labels={_shown(info.labels)}; it must be {' or '.join(map(repr, get_args(LabelKind)))}"
    for name, count in (("pairs", info.pairs), ("references", info.references)):
        if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
            yield f"its `info` has {name}={_shown(count)}; it must be a whole number from 1 on, or None"
    if not _is_range(info.label_range):
        yield (
            f"its `info` has label_range={_shown(info.label_range)}; it must be (lowest, highest), two numbers in order, "
            "None where none is published"
        )
    if not _all(info.splits, str):
        yield f"its `info` has splits={_shown(info.splits)}; it must be a tuple of names"


def _method_info_faults(info: MethodInfo) -> Iterator[str]:
    if info.random is not None and not isinstance(info.random, bool):
        yield f"its `info` has random={_shown(info.random)}; it must be True or False, or left out"
    if not _is_range(info.score_range):
        yield (
            f"its `info` has score_range={_shown(info.score_range)}; it must be (lowest, highest), two numbers in order, "
            "None where unbounded"
        )
    if not _all(info.weights, WeightFile):
        yield f"its `info` has weights={_shown(info.weights)}; it must be a tuple of WeightFile(…)"
    if not _all(info.libraries, str):
        yield f"its `info` has libraries={_shown(info.libraries)}; it must be a tuple of names"


def _is_range(value: object) -> bool:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        return False
    if not all(bound is None or (isinstance(bound, numbers.Real) and not isinstance(bound, bool)) for bound in value):
        return False
    if any(bound is not None and math.isnan(bound) for bound in value):
        return False
    low, high = value
    return low is None or high is None or low < high


def check_method(method: Method) -> str | None:
    """Make sure that a built method keeps the contract: cheap, before it is loaded.

    Returns:
        The answer of ``unavailable()``.

    Raises:
        PluginError: it breaks the contract, in one sentence.
        UserError: what it raises itself.
    """
    fault = info_fault(method.info, MethodInfo) or _hidden(method)
    if fault:
        raise PluginError(_broken(fault))
    files_of(method)
    settings_of(method)
    weights_of(method)
    seed = _asked(method.depends_on_seed, "depends_on_seed")
    if not isinstance(seed, bool):
        raise PluginError(_broken(f"`depends_on_seed()` returned {_shown(seed)}; it must return True or False"))
    _check_declares_seed(method)
    return _reason(method.unavailable, "unavailable")


def _check_declares_seed(method: Method) -> None:
    """Refuse a method that takes random numbers without declaring whether its scores depend on the run's seed.

    The answer decides the key under which scores are stored; a parameter's name is no evidence.
    """
    if method.info.random is not None or type(method).depends_on_seed is not Method.depends_on_seed:
        return
    name, function = (
        ("describe", method.describe) if isinstance(method, DescribesReference) else ("score", method.score)
    )
    if takes_rng(function):
        raise PluginError(
            f"its `{name}()` takes `rng`, but nothing declares whether scores depend on the run's seed: write random=True "
            "in its MethodInfo(…), or random=False where another seed gives the same scores"
        )


def why_untrainable(method: Trainable) -> str | None:
    """The answer of ``untrainable()``; raises like ``check_method``."""
    return _reason(method.untrainable, "untrainable")


def _reason(function: Callable[[], Any], name: str) -> str | None:
    reason = _asked(function, name)
    if reason is None or (isinstance(reason, str) and reason.strip()):
        return reason
    raise PluginError(_broken(f"`{name}()` returned {_shown(reason)}; it must return the reason as text, or None"))


def weights_of(method: Method) -> Sequence[WeightFile]:
    """The published weight files that a method names; raises like ``check_method``."""
    weights = _asked(method.weights, "weights")
    if not _all(weights, WeightFile):
        raise PluginError(_broken(f"`weights()` returned {_kind(weights)}; it must return a tuple of WeightFile(…)"))
    return tuple(weights)


def files_of(method: Method) -> Mapping[str, str]:
    """The local files that a method names, by role; raises like ``check_method``."""
    files = _asked(method.files, "files")
    expected = 'it must return a mapping from role to path: {"checkpoint": path}'
    if not isinstance(files, Mapping):
        raise PluginError(_broken(f"`files()` returned {_kind(files)}; {expected}"))
    for role, place in files.items():
        if not isinstance(role, str) or not isinstance(place, (str, os.PathLike)):
            raise PluginError(_broken(f"`files()` returned {{{_shown(role)}: {_shown(place)}}}; {expected}"))
    return {role: os.fspath(place) for role, place in files.items()}


def settings_of(method: Method) -> dict[str, str]:
    """The options that a method wants tables to print, as text; raises like ``check_method``."""
    settings = _asked(method.settings, "settings")
    expected = 'it must return a mapping from name to text: {"channels": "RGB"}'
    if not isinstance(settings, Mapping):
        raise PluginError(_broken(f"`settings()` returned {_kind(settings)}; {expected}"))
    for name, value in settings.items():
        if not isinstance(name, str) or not isinstance(value, (str, int, float)):
            raise PluginError(_broken(f"`settings()` returned {{{_shown(name)}: {_shown(value)}}}; {expected}"))
    return {name: str(value) for name, value in settings.items()}


def learned(
    method: LearnsFromColumns,
    trained: tuple[pd.DataFrame, np.ndarray[Any, Any], pd.DataFrame],
    tested: tuple[pd.DataFrame, pd.DataFrame],
) -> list[float]:
    """The scores of tested pairs by a method that learns from columns; each tuple has the arguments of its function.

    Raises:
        PluginError: it fails, or answers with something else.
        UserError: what it raises itself.
    """
    _asked(lambda: method.fit(*trained), "fit")
    return numbers_of(_asked(lambda: method.predict(*tested), "predict"), tested[0], "predict")


def numbers_of(answer: object, rows: pd.DataFrame, name: str = "scores") -> list[float]:
    """The answer of a function, by default a score source's, as one number per row.

    Raises:
        PluginError: the answer is something else.
    """
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    expected = f"it must return {len(rows)} numbers, one a row, NaN where there is none"
    if isinstance(answer, pd.Series) and not answer.index.equals(rows.index) and set(answer.index) == set(rows.index):
        raise PluginError(_broken(f"`{name}()` returned a Series in another order than the rows: sort it as they are"))
    if not isinstance(answer, (Sequence, np.ndarray, pd.Series)) or isinstance(answer, (str, bytes)):
        raise PluginError(_broken(f"`{name}()` returned {_kind(answer)}; {expected}"))
    if len(answer) != len(rows):
        raise PluginError(_broken(f"it gave {len(answer)} scores for {len(rows)} pairs; {expected}"))
    values: list[float] = []
    for value in answer:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
            raise PluginError(_broken(f"`{name}()` returned {_shown(value)}; {expected}"))
        values.append(float(value))
    return values


def check_dataset(dataset: Dataset) -> None:
    """Make sure that a built data set keeps the contract.

    Raises:
        PluginError: it breaks the contract, in one sentence.
    """
    fault = info_fault(dataset.info, DatasetInfo) or _hidden(dataset)
    if fault:
        raise PluginError(_broken(fault))


def pairs_of(dataset: Dataset) -> pd.DataFrame:
    """The table that a data set returns, columns unchecked.

    Raises:
        PluginError: it isn't a table, or the plug-in fails.
        UserError: what it raises itself.
    """
    import pandas as pd  # noqa: PLC0415

    table = _asked(dataset.pairs, "pairs", _data_set(dataset))
    if not isinstance(table, pd.DataFrame):
        raise PluginError(
            _data_set(dataset)
            + _broken(f"`pairs()` returned {_kind(table)}; it must return a pandas DataFrame, one row a pair")
        )
    return table


def choices_of(dataset: Dataset) -> pd.DataFrame | None:
    """The table of choices that a data set returns, columns unchecked, or ``None``; raises like ``pairs_of``."""
    import pandas as pd  # noqa: PLC0415

    table = _asked(dataset.choices, "choices", _data_set(dataset))
    if table is not None and not isinstance(table, pd.DataFrame):
        raise PluginError(
            _data_set(dataset)
            + _broken(
                f"`choices()` returned {_kind(table)}; it must return a pandas DataFrame, one row a choice, or None"
            )
        )
    return table


def examined(dataset: Dataset) -> tuple[pd.DataFrame, list[Problem]]:
    """The usable pairs of a data set and the problems with the others; raises like ``pairs_of``.

    A data set without ``examine`` is asked for its ``pairs`` directly, so that a message names the function it defines.
    """
    if dataset.examine == types.MethodType(Dataset.examine, dataset):
        return pairs_of(dataset), []
    import pandas as pd  # noqa: PLC0415

    answer = _asked(dataset.examine, "examine", _data_set(dataset))
    if not (
        isinstance(answer, tuple)
        and len(answer) == 2
        and isinstance(answer[0], pd.DataFrame)
        and _all(answer[1], Problem)
    ):
        raise PluginError(
            _data_set(dataset)
            + _broken(f"`examine()` returned {_kind(answer)}; it must return a DataFrame and a list of Problem(…)")
        )
    return answer[0], list(answer[1])


def labels_of(dataset: Dataset) -> str:
    """Whether the labels are ``opinions`` or ``simulated``: as the data set says, else as its ``info`` does.

    Raises:
        PluginError: they are neither.
    """
    labels = _asked(lambda: _labels(dataset), "labels", _data_set(dataset))
    if labels not in get_args(LabelKind):
        kinds = " or ".join(map(repr, get_args(LabelKind)))
        raise PluginError(_data_set(dataset) + _broken(f"its `labels` is {_shown(labels)}; it must be {kinds}"))
    return str(labels)


def _labels(dataset: Dataset) -> LabelKind:
    return dataset.labels if isinstance(dataset, StatesLabels) else dataset.info.labels


def notes_of(dataset: Dataset) -> tuple[str, ...]:
    """The sentences that tables must print about a data set; raises like ``pairs_of``."""
    notes = _asked(dataset.notes, "notes", _data_set(dataset))
    if not _all(notes, str):
        raise PluginError(
            _data_set(dataset) + _broken(f"`notes()` returned {_kind(notes)}; it must return a tuple of sentences")
        )
    return tuple(notes)


def _hidden(plugin: Method | Dataset) -> str:
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
                    f"its attribute `{name}` ({_kind(value)}) hides the function `{name}()` of the contract: rename it, "
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


def _data_set(dataset: Dataset) -> str:
    return f"data set {dataset.info.name}: "


def _asked(function: Callable[[], Any], name: str, whose: str = "") -> Any:
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
    """``file:line: `` of the frame that raised the error, unless it is in this file."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None or frame.tb_frame.f_code.co_filename == __file__:
        return ""
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}: "


def _all(items: object, kind: type) -> bool:
    return (
        isinstance(items, Sequence)
        and not isinstance(items, (str, bytes))
        and all(isinstance(item, kind) for item in items)
    )


def _broken(fault: str) -> str:
    return f"the plug-in breaks its contract: {fault}"


def _kind(value: object) -> str:
    name = type(value).__name__
    return "None" if value is None else f"a{'n' if name[0] in 'aeiou' else ''} {name}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
