"""Checks whether a method keeps its contract, and says in a sentence to its author where it doesn't. No torch, pandas late.

``registry`` checks what a class declares; users of plug-ins check the object built from it and its answers. The contract
itself is in ``contracts``.
"""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args

from benchmark.core.errors import PluginError
from benchmark.plugins.answers import all_of, asked, broken, hidden, kind_of, shown
from benchmark.plugins.contracts import (
    DatasetInfo,
    DescribesReference,
    Group,
    LabelKind,
    LearnsFromColumns,
    Method,
    MethodInfo,
    NoReference,
    Programs,
    StartsPrograms,
    Trainable,
    WeightFile,
    takes_rng,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def info_fault(info: object, kind: type[MethodInfo] | type[DatasetInfo]) -> str:
    """What is wrong with a plug-in's ``info``; empty if nothing is.

    Args:
        info: its ``info``.
        kind: the class that it must have.
    """
    if not isinstance(info, kind):
        return f"its `info` is {kind_of(info)}; it must be {kind.__name__}(name=…, title=…, …)"
    return next(_info_faults(info), "")


def _info_faults(info: MethodInfo | DatasetInfo) -> Iterator[str]:
    for item in fields(info):
        value, where = getattr(info, item.name), f"its `info` has {item.name}="
        if item.type in ("str", "Group") and not isinstance(value, str):
            yield f"{where}{shown(value)}; it must be text"
        if item.type == "bool" and not isinstance(value, bool):
            yield f"{where}{shown(value)}; it must be True or False"
    if not info.name:
        yield "its `info` has an empty name"
    if isinstance(info, DatasetInfo):
        yield from _dataset_info_faults(info)
    if isinstance(info, MethodInfo):
        yield from _method_info_faults(info)


def _dataset_info_faults(info: DatasetInfo) -> Iterator[str]:
    if info.labels not in get_args(LabelKind):
        yield f"its `info` has labels={shown(info.labels)}; it must be {' or '.join(map(repr, get_args(LabelKind)))}"
    for name, count in (("pairs", info.pairs), ("references", info.references)):
        if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
            yield f"its `info` has {name}={shown(count)}; it must be a whole number from 1 on, or None"
    if not _is_range(info.label_range):
        yield (
            f"its `info` has label_range={shown(info.label_range)}; it must be (lowest, highest), two numbers in order, "
            "None where none is published"
        )
    if not all_of(info.splits, str):
        yield f"its `info` has splits={shown(info.splits)}; it must be a tuple of names"


def _method_info_faults(info: MethodInfo) -> Iterator[str]:
    if info.random is not None and not isinstance(info.random, bool):
        yield f"its `info` has random={shown(info.random)}; it must be True or False, or left out"
    if not _is_range(info.score_range):
        yield (
            f"its `info` has score_range={shown(info.score_range)}; it must be (lowest, highest), two numbers in order, "
            "None where unbounded"
        )
    if not all_of(info.weights, WeightFile):
        yield f"its `info` has weights={shown(info.weights)}; it must be a tuple of WeightFile(…)"
    if not all_of(info.libraries, str):
        yield f"its `info` has libraries={shown(info.libraries)}; it must be a tuple of names"


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
    fault = info_fault(method.info, MethodInfo) or hidden(method)
    if fault:
        raise PluginError(broken(fault))
    files_of(method)
    settings_of(method)
    variant_of(method)
    weights_of(method)
    programs_of(method)
    if not isinstance(method.indifferent_options, frozenset):
        kind = kind_of(method.indifferent_options)
        raise PluginError(broken(f"its `indifferent_options` is {kind}; it must be a frozenset of names"))
    seed = asked(method.depends_on_seed, "depends_on_seed")
    if not isinstance(seed, bool):
        raise PluginError(broken(f"`depends_on_seed()` returned {shown(seed)}; it must return True or False"))
    _check_declares_seed(method)
    return _reason(method.unavailable, "unavailable")


def _check_declares_seed(method: Method) -> None:
    """Refuse a method that takes random numbers without declaring whether its scores depend on the run's seed.

    The answer decides the key under which scores are stored; a parameter's name is no evidence.
    """
    if method.info.random is not None or type(method).depends_on_seed is not Method.depends_on_seed:
        return
    function: Callable[..., Any] = method.score
    name = "score"
    if isinstance(method, NoReference):
        name, function = "quality", method.quality
    elif isinstance(method, DescribesReference):
        name, function = "describe", method.describe
    if takes_rng(function):
        raise PluginError(
            f"its `{name}()` takes `rng`, but nothing declares whether scores depend on the run's seed: write random=True "
            "in its MethodInfo(…), or random=False where another seed gives the same scores"
        )


def group_of(method: Method) -> Group:
    """The group of a method in tables: the declared one, or that of measures without reference where none is declared."""
    return "no-reference" if isinstance(method, NoReference) and method.info.group == "other" else method.info.group


def why_untrainable(method: Trainable) -> str | None:
    """The answer of ``untrainable()``; raises like ``check_method``."""
    return _reason(method.untrainable, "untrainable")


def _reason(function: Callable[[], Any], name: str) -> str | None:
    reason = asked(function, name)
    if reason is None or (isinstance(reason, str) and reason.strip()):
        return reason
    raise PluginError(broken(f"`{name}()` returned {shown(reason)}; it must return the reason as text, or None"))


def weights_of(method: Method) -> Sequence[WeightFile]:
    """The published weight files that a method names; raises like ``check_method``."""
    weights = asked(method.weights, "weights")
    if not all_of(weights, WeightFile):
        raise PluginError(broken(f"`weights()` returned {kind_of(weights)}; it must return a tuple of WeightFile(…)"))
    return tuple(weights)


def files_of(method: Method) -> Mapping[str, str]:
    """The local files that a method names, by role; raises like ``check_method``."""
    files = asked(method.files, "files")
    expected = 'it must return a mapping from role to path: {"checkpoint": path}'
    if not isinstance(files, Mapping):
        raise PluginError(broken(f"`files()` returned {kind_of(files)}; {expected}"))
    for role, place in files.items():
        if not isinstance(role, str) or not isinstance(place, (str, os.PathLike)):
            raise PluginError(broken(f"`files()` returned {{{shown(role)}: {shown(place)}}}; {expected}"))
    return {role: os.fspath(place) for role, place in files.items()}


def programs_of(method: Method) -> Programs | None:
    """What a method says it starts; ``None`` where it starts no programs. Raises like ``check_method``."""
    if not isinstance(method, StartsPrograms):
        return None
    found: object = asked(method.programs, "programs")
    if not isinstance(found, Programs):
        raise PluginError(broken(f"`programs()` returned {kind_of(found)}; it must return Programs(…)"))
    at_once, limit = found.at_once, found.time_limit
    if not all_of(found.lines, str) or not found.lines:
        raise PluginError(broken(f"`programs()` has lines={shown(found.lines)}; it must be a tuple of command lines"))
    if at_once is not None and (not isinstance(at_once, int) or isinstance(at_once, bool) or at_once < 1):
        raise PluginError(
            broken(f"`programs()` has at_once={shown(at_once)}; it must be a whole number from 1 on, or None")
        )
    if not isinstance(limit, (int, float)) or isinstance(limit, bool) or not 0 < limit < math.inf:
        raise PluginError(broken(f"`programs()` has time_limit={shown(limit)}; it must be a number of seconds above 0"))
    return found


def settings_of(method: Method) -> dict[str, str]:
    """The options that a method wants tables to print, as text; raises like ``check_method``."""
    return _texts(method.settings, "settings", '{"channels": "RGB"}')


def variant_of(method: Method) -> dict[str, str]:
    """The options that a method says are in force, as text; raises like ``check_method``."""
    return _texts(method.variant, "variant", '{"offsets": "none"}')


def _texts(function: Callable[[], Any], name: str, example: str) -> dict[str, str]:
    found = asked(function, name)
    expected = f"it must return a mapping from name to text: {example}"
    if not isinstance(found, Mapping):
        raise PluginError(broken(f"`{name}()` returned {kind_of(found)}; {expected}"))
    for key, value in found.items():
        if not isinstance(key, str) or not isinstance(value, (str, int, float)):
            raise PluginError(broken(f"`{name}()` returned {{{shown(key)}: {shown(value)}}}; {expected}"))
    return {key: str(value) for key, value in found.items()}


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
    asked(lambda: method.fit(*trained), "fit")
    return predicted(method, tested)


def predicted(method: LearnsFromColumns, pairs: tuple[pd.DataFrame, pd.DataFrame]) -> list[float]:
    """The scores of further pairs by a method that is fitted; arguments and errors as of ``learned``."""
    return numbers_of(asked(lambda: method.predict(*pairs), "predict"), pairs[0], "predict")


def numbers_of(answer: object, rows: pd.DataFrame, name: str = "scores") -> list[float]:
    """The answer of a function, by default a score source's, as one number per row.

    Raises:
        PluginError: the answer is something else.
    """
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    expected = f"it must return {len(rows)} numbers, one a row, NaN where there is none"
    if isinstance(answer, pd.Series) and not answer.index.equals(rows.index) and set(answer.index) == set(rows.index):
        raise PluginError(broken(f"`{name}()` returned a Series in another order than the rows: sort it as they are"))
    if not isinstance(answer, (Sequence, np.ndarray, pd.Series)) or isinstance(answer, (str, bytes)):
        raise PluginError(broken(f"`{name}()` returned {kind_of(answer)}; {expected}"))
    if len(answer) != len(rows):
        raise PluginError(broken(f"it gave {len(answer)} scores for {len(rows)} pairs; {expected}"))
    values: list[float] = []
    for value in answer:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
            raise PluginError(broken(f"`{name}()` returned {shown(value)}; {expected}"))
        values.append(float(value))
    return values
