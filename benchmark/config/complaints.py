"""Pydantic's errors in our words: the place, the key as it is written there, what is expected, and what was given.

Pydantic's own sentences name its types and patterns, so none of them is shown. What is expected is read from the model's
annotation (``kinds``), so that every key of every model, and every option of every plug-in, gets a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from benchmark.config.kinds import LISTS, MAPPINGS, NOTHING, Kind, Misfit, choices, in_words, kinds, text_of
from benchmark.core.words import did_you_mean

if TYPE_CHECKING:
    from benchmark.config.source import KeyPath, Source

UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
SHOWN = 3
OLDER_YAML = re.compile(r"(?i)y|n|yes|no|on|off|[-+]?0[0-9_]+|[-+]?[0-9]+(:[0-9]+)+|\d{4}-\d\d?-\d\d?.*")
"""Text that YAML 1.1 reads as a truth value, an octal number, a number in base 60, or a date."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where an error is: keys only, without the parts of pydantic's location that name types.

    Attributes:
        path: the keys and indices.
        wanted: the kinds of value that are right there.
        known: the keys that are right there.
        of_key: whether the key itself is wrong.
    """

    path: KeyPath
    wanted: Sequence[Kind]
    known: Sequence[str] = ()
    of_key: bool = False


def explain(error: ValidationError, model: type[BaseModel], source: Source, prefix: KeyPath = ()) -> str:
    """One line for each of the first few errors."""
    errors = [(find(model, _location(item)), item) for item in error.errors()]
    paths = [place.path for place, _ in errors]
    lines: list[str] = []
    for place, item in errors:
        if any(len(path) > len(place.path) and path[: len(place.path)] == place.path for path in paths):
            continue  # another allowed kind fits better: its error is deeper
        line = _explain_one(item, place, source, prefix)
        if line not in lines:
            lines.append(line)
    more = f"\n… and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return "\n".join(lines[:SHOWN]) + more


def _location(item: Any) -> tuple[str | int, ...]:
    """Where an error is; an item missing from a list of fixed length is an error of the list."""
    location: tuple[str | int, ...] = item["loc"]
    return location[:-1] if item["type"] == "missing" and isinstance(location[-1], int) else location


def find(model: type[BaseModel], location: Sequence[str | int]) -> KeyPlace:
    """Follow pydantic's location through the annotations; where several kinds are allowed, it names the one it tried."""
    wanted = [Kind(model)]
    path: list[str | int] = []
    known: list[str] = []
    parts = list(location)
    while parts:
        allowed = [kind for kind in wanted if kind.type is not NOTHING]
        if len(allowed) > 1:
            parts.pop(0)
            if not parts:
                break
        kind = _entered(allowed, parts[0])
        if kind is None:
            break
        part = parts.pop(0)
        path.append(part)
        if kind.origin in MAPPINGS:
            key, value = (*get_args(kind.type), Any, Any)[:2]
            if parts[:1] == ["[key]"]:
                return KeyPlace(tuple(path), kinds(key), of_key=True)
            wanted, known = kinds(value), []
        elif kind.origin in LISTS:
            arguments = [item for item in get_args(kind.type) if item is not Ellipsis] or [Any]
            wanted, known = kinds(arguments[min(int(part), len(arguments) - 1)]), []
        else:
            fields = {info.alias or name: info for name, info in kind.type.model_fields.items()}
            known = list(fields)
            wanted = kinds(fields[str(part)]) if part in fields else [Kind(Any)]
    return KeyPlace(tuple(path), wanted, known)


def _entered(allowed: Sequence[Kind], part: str | int) -> Kind | None:
    """The kind that a part of a location leads into."""
    for kind in allowed:
        if kind.origin in LISTS and isinstance(part, int):
            return kind
        if isinstance(part, str) and (kind.origin in MAPPINGS or hasattr(kind.type, "model_fields")):
            return kind
    return None


def _explain_one(item: Any, place: KeyPlace, source: Source, prefix: KeyPath) -> str:
    path = source.as_written((*prefix, *place.path))
    if item["type"] == "value_error" and "error" in item.get("ctx", {}):
        return _explain_own(str(item["ctx"]["error"]), path, place, source)
    key = ".".join(str(part) for part in path) if path else "configuration"
    where, kind = source.where(path), item["type"]
    if kind in UNKNOWN:
        return f"{where}: unknown key {_short(repr(key), 120)}{did_you_mean(str(path[-1]), place.known)}"
    if kind == "missing" and isinstance(item["loc"][-1], str):
        return f"{where}: the key {key!r} is missing"
    given = item.get("input")
    given = given.value if isinstance(given, Misfit) else given
    if place.of_key:
        return (
            f"{where}: {_short(key, 120)}: this name must be {in_words(place.wanted)}{_nearest(path[-1], place.wanted)}"
        )
    expected = f"expected {_short(in_words(place.wanted), 160)}"
    named = "" if where in (f"--{key}", key) else f"{_short(key, 120)}: "
    return f"{where}: {named}{expected} (given: {shown(given)}){_advice(given, place.wanted)}"


def _explain_own(message: str, path: KeyPath, place: KeyPlace, source: Source) -> str:
    """The message of our (or a plug-in's) validator; if its first word is a key below, that key's place is named."""
    first = re.match(r"\w+", message)
    below = [kind.type.model_fields for kind in place.wanted if hasattr(kind.type, "model_fields")]
    inner = (*path, first.group()) if first and any(first.group() in fields for fields in below) else path
    key = ".".join(str(part) for part in path)
    return f"{source.where(inner)}: {key + ': ' if key else ''}{_short(message, 240)}"


def shown(value: Any) -> str:
    """A value as it is written in a file, on one short line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _short(repr(value))
    if (text := text_of(value)) is not None:
        return _short(text)
    empty = "" if isinstance(value, BaseModel) or value else "n empty"
    if isinstance(value, (Mapping, BaseModel)):
        return f"a{empty} mapping"
    return (
        f"a{empty} list"
        if isinstance(value, (list, tuple, set, frozenset))
        else f"a value of type {type(value).__name__}"
    )


def _advice(given: Any, wanted: Iterable[Kind]) -> str:
    """The nearest right word, or why the given value is not what it looks like."""
    types = {kind.origin for kind in wanted}
    if isinstance(given, bool) and str in types:
        return f'; quote it where the word is meant: "{str(given).lower()}"'
    if isinstance(given, bool) or (isinstance(given, str) and OLDER_YAML.fullmatch(given)):
        word = shown(given).strip("'")
        if re.fullmatch(r"[-+]?0[0-9_]+", word):
            return f"; older YAML takes a leading zero for octal: write {int(word)}, or where text is meant, quote it"
        what = "a truth value" if isinstance(given, bool) else "text here, not a number or truth value"
        return f"; {word} is {what}: where text is meant, quote it"
    return _nearest(given, wanted) if isinstance(given, str) else ""


def _nearest(given: object, wanted: Iterable[Kind]) -> str:
    return did_you_mean(str(given), [item for item in choices(wanted) if isinstance(item, str)])


def _short(text: str, limit: int = 80) -> str:
    """Any text, on one short line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
