"""The kinds of value that a key takes: fits values as people write them, and names each kind in plain words.

It works on annotations, so that it serves the configuration's models and the options of any plug-in alike: a single
value is a list of one, a number is text where text is wanted, and ``yes`` is a truth value only where one is wanted. A value
of another kind (``limit: yes``) is left for pydantic to refuse.
"""

from __future__ import annotations

import collections.abc
import numbers
import os
import re
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from benchmark.config.yaml_text import WrittenFloat, WrittenInt, bare

NOTHING = type(None)
TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
LISTS = (tuple, list, set, frozenset, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection)
MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
EXACT = 2.0**53
"""Every smaller whole number is exactly a float."""
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9_]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value that a key takes.

    Attributes:
        type: an annotation that is not a union (``int``, ``tuple[str, ...]``, ``Literal["a", "b"]``, a model).
        bounds: what limits it (``annotated_types``), as pydantic keeps it.
        words: what is expected, where the field's description says so.
    """

    type: Any
    bounds: tuple[Any, ...] = ()
    words: str = ""

    @property
    def origin(self) -> Any:
        """The type without its arguments."""
        return get_origin(self.type) or self.type


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value of the wrong kind that pydantic would nevertheless accept (to it, ``True`` is 1)."""

    value: Any

    def __repr__(self) -> str:
        return repr(self.value)  # a validator may print what it was given


def kinds(annotation: Any, bounds: Sequence[Any] = (), words: str | None = None) -> list[Kind]:
    """The kinds of value that an annotation allows, one for each member of a union."""
    if isinstance(annotation, FieldInfo):
        return kinds(annotation.annotation, annotation.metadata, annotation.description)
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *notes = get_args(annotation)
        fields = [note for note in notes if isinstance(note, FieldInfo)]
        limits = [bound for note in fields for bound in note.metadata] + [n for n in notes if n not in fields]
        description = next((note.description for note in fields if note.description), words)
        return kinds(inner, (*bounds, *limits), description)
    if origin is Union or origin is types.UnionType:
        return [kind for part in get_args(annotation) for kind in kinds(part, bounds, words)]
    return [Kind(annotation, tuple(bounds), words or "")]


def fit(annotation: Any, value: Any) -> Any:
    """A value converted to its key's annotation where that needs no guess; else unchanged, or as a ``Misfit``."""
    wanted = kinds(annotation)
    if any(kind.type in (Any, object) for kind in wanted):
        return bare(value)
    lists = [kind for kind in wanted if kind.origin in LISTS]
    if value is None:
        return None
    if isinstance(value, Mapping):
        return _fit_mapping(wanted, lists, value)
    if isinstance(value, (list, tuple, set, frozenset)):
        items = list(value)
        parts = next((parts for kind in lists if (parts := _parts(kind, len(items)))), None)
        return value if parts is None else [fit(part, item) for part, item in zip(parts, items, strict=True)]
    if isinstance(value, BaseModel) and not any(value.__class__ is kind.type for kind in wanted):
        parts = next((parts for kind in lists if (parts := _parts(kind, 1))), None)
        return value if parts is None else [fit(parts[0], value)]
    return _fit_scalar(wanted, lists, value)


def _fit_mapping(wanted: Sequence[Kind], lists: Sequence[Kind], value: Mapping[Any, Any]) -> Any:
    for kind in wanted:
        if kind.origin in MAPPINGS:
            below = (*get_args(kind.type), Any, Any)[1]
            return {str(key): fit(below, item) for key, item in value.items()}
    if any(_is_model(kind) for kind in wanted):
        return value
    parts = next((parts for kind in lists if (parts := _parts(kind, 1))), None)
    return value if parts is None else [fit(parts[0], value)]


def _parts(kind: Kind, count: int) -> list[Any] | None:
    """The annotation of each of ``count`` items; ``None`` if the kind is a tuple of another length."""
    arguments = get_args(kind.type)
    if kind.origin is tuple and arguments and arguments[-1] is not Ellipsis:
        return list(arguments) if len(arguments) == count else None
    return [arguments[0] if arguments else Any] * count


def _fit_scalar(wanted: Sequence[Kind], lists: Sequence[Kind], value: Any) -> Any:
    types_ = {kind.origin for kind in wanted}
    choice = next((item for item in choices(wanted) if item is value or item == text_of(value)), None)
    if choice is not None:
        return choice
    if isinstance(value, bool) or (bool in types_ and str(value).lower() in TRUTHS):
        fitted = _fit_truth(types_, value)
    elif types_ & {int, float} and (number := _number(value, types_)) is not None:
        fitted = number
    elif types_ & {str, Path}:
        fitted = _fit_text(types_, value)
    else:
        fitted = Misfit(value) if isinstance(value, (str, numbers.Real)) and types_ & {int, float, bool} else value
    if fitted is value or isinstance(fitted, Misfit):
        parts = next((parts for kind in lists if (parts := _parts(kind, 1))), None)
        if parts is not None and not types_ & {str, Path}:
            return [fit(parts[0], value)]
    return fitted


def _fit_truth(types_: set[Any], value: Any) -> Any:
    if bool in types_:
        return TRUTHS[str(value).lower()]
    return Misfit(value) if types_ & {int, float} else value


def _fit_text(types_: set[Any], value: Any) -> Any:
    text = text_of(value)
    if text is None:
        return value
    as_path = str not in types_
    if not can_be_stored(text, as_path=as_path) or (as_path and not text.strip()):
        return Misfit(value)
    return Path(text) if as_path else text  # pydantic would read the texts 0, n and t as truth values


def can_be_stored(text: str, *, as_path: bool = False) -> bool:
    """Whether a text can be a file's name or be written to a file: a lone surrogate and NUL can't."""
    try:
        os.fsencode(text) if as_path else text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def choices(wanted: Iterable[Kind]) -> list[Any]:
    """The values to choose from where only some are right."""
    return [item for kind in wanted if kind.origin is Literal for item in get_args(kind.type)]


def text_of(value: Any) -> str | None:
    """A number, a word or a path as it was written; ``None`` for anything else, including truth values."""
    if isinstance(value, (WrittenInt, WrittenFloat)):
        return value.text
    if isinstance(value, (str, Path)) or (isinstance(value, numbers.Real) and not isinstance(value, bool)):
        return str(value)
    return None


def _number(value: Any, types_: set[Any]) -> int | float | None:
    """A value as a number of a wanted type, or ``None``; a word counts only where no text is wanted."""
    if isinstance(value, str):
        if types_ & {str, Path} or not _NUMBER.fullmatch(value) or not re.search(r"\d", value):
            return None
        value = int(value) if _WHOLE.fullmatch(value) and len(value) < 100 else float(value)
    if isinstance(value, numbers.Integral):
        return value if isinstance(value, WrittenInt) else int(value)
    if isinstance(value, numbers.Real):
        number = value if isinstance(value, WrittenFloat) else float(value)
        whole = number.is_integer() and abs(number) < EXACT
        return int(number) if float not in types_ and whole else number
    return None


def _is_model(kind: Kind) -> bool:
    return isinstance(kind.type, type) and issubclass(kind.type, BaseModel)


def in_words(wanted: Sequence[Kind]) -> str:
    """What a key takes, as a person would say it: ``a whole number of at least 1, or [2 whole numbers]``."""
    phrases = [kind.words or _one(kind) for kind in wanted if kind.type is not NOTHING]
    return ", or ".join(dict.fromkeys(phrases)) or "nothing"


def _one(kind: Kind) -> str:
    if kind.origin is Literal:
        words = [str(item) for item in get_args(kind.type)]
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
    if kind.origin in LISTS or kind.origin in MAPPINGS:
        return _of_others(kind)
    if _is_model(kind):
        needed = [name for name, info in kind.type.model_fields.items() if info.is_required()]
        with_them = f"with `{'`, `'.join(needed)}`" if needed else "of keys to values"
        return str(getattr(kind.type, "IN_WORDS", f"a mapping {with_them}"))
    names = {int: "a whole number", float: "a number", bool: "true or false", str: "text", Path: "a path"}
    return f"{names.get(kind.type) or _named(kind.type)}{_limits(kind.bounds)}"


def _of_others(kind: Kind) -> str:
    """The expected value where it is a list or a mapping."""
    arguments = [item for item in get_args(kind.type) if item is not Ellipsis] or [Any]
    below = [in_words(kinds(part)) for part in arguments]
    if kind.origin in MAPPINGS:
        return f"a mapping of names, each to {below[-1]}" if len(below) > 1 else "a mapping"
    if kind.origin is tuple and Ellipsis not in get_args(kind.type):
        return f"a list of {len(below)} ({'; '.join(below)})"
    return "a list" if arguments[0] is Any else f"a list, each of them {below[0]}"


def _named(annotation: Any) -> str:
    return f"a value of type {getattr(annotation, '__name__', None) or str(annotation).replace('typing.', '')}"


def _limits(bounds: Sequence[Any]) -> str:
    words = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}
    phrases = [
        f"{phrase} {getattr(bound, name):,}"
        for bound in bounds
        for name, phrase in words.items()
        if getattr(bound, name, None) is not None
    ]
    return f" {' and '.join(phrases)}" if phrases else ""
