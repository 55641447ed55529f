"""From a YAML file (or a mapping) and ``--set`` to a checked configuration, with errors that name file, line and key.

The models are in ``config.py``. Paths come out absolute: those in a file are relative to it, those on the command line
to the working directory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from benchmark import yaml_text
from benchmark.errors import ConfigError
from benchmark.words import did_you_mean, nearest

Model = TypeVar("Model", bound=BaseModel)
KeyPath = tuple[str | int, ...]
MOST_KEYS = 100_000
"""Keys and items of a file, repeated ones (YAML's ``*aliases``) counted each time."""


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration as read: plain values, where each key stands, and what its paths are relative to.

    Attributes:
        values: the mapping.
        name: the file's path as the user wrote it, or ``configuration`` for a mapping.
        lines: line of each key, counted from 1.
        base: folder that relative paths refer to.
        set_keys: keys given by ``--set``; relative paths below them refer to the working directory.
    """

    values: dict[str, Any]
    name: str
    base: Path
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    set_keys: tuple[KeyPath, ...] = ()

    def where(self, path: KeyPath) -> str:
        """File and line of a key or of the nearest key above it."""
        if any(path[: len(key)] == key for key in self.set_keys):
            return "--set"
        above = [path[:length] for length in range(len(path), 0, -1)]
        if path[:1] == ("dataset",) and path[1:2] in self.lines:  # such a key may stand beside `dataset`
            above.insert(0, path[1:2])
        return next((f"{self.name}:{self.lines[key]}" for key in above if key in self.lines), self.name)

    def folder(self, path: KeyPath) -> Path:
        """What a relative path at this key is relative to."""
        return Path.cwd() if any(path[: len(key)] == key for key in self.set_keys) else self.base


def read_source(config: Path | str | Mapping[str, Any], settings: Sequence[str] = ()) -> Source:
    """Read a configuration file or take a mapping, then apply ``key=value`` settings.

    Raises:
        ConfigError: the file can't be read, is no YAML mapping, or repeats a key; a setting is malformed.
    """
    if isinstance(config, Mapping):
        source = Source(values=_plain(config), name="configuration", base=Path.cwd())
    else:
        source = _read_file(Path(config))
    return _apply_settings(source, settings)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _read_file(path: Path) -> Source:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such configuration file{_near_files(path)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read as UTF-8 text ({error})") from None
    try:
        node = yaml_text.compose(text)
        lines: dict[KeyPath, int] = {}
        if node is not None:
            _note_lines(node, (), lines, path)
        values = yaml_text.load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark is not None else str(path)
        raise ConfigError(f"{place}: not valid YAML: {getattr(error, 'problem', None) or error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply for a configuration") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: a configuration is a mapping of keys to values, this file is not")
    return Source(values=_plain(values), name=str(path), base=path.absolute().parent, lines=lines)


def _near_files(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return ""
    near = nearest(path.name, [item.name for item in folder.iterdir() if item.is_file()])
    return f"; did you mean {folder / near}?" if near else ""


def _note_lines(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int], file: Path) -> None:
    """Remember the line of each key; a key that stands twice would silently lose its first value, so it is an error."""
    if len(lines) > MOST_KEYS:  # a few lines of aliases to aliases can stand for billions of values
        raise ConfigError(f"{file}: more than {MOST_KEYS:,} keys and values are no configuration")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, str(key.value))
            line = key.start_mark.line + 1
            if below in lines:
                raise ConfigError(f"{file}:{line}: the key {key.value!r} stands twice (first in line {lines[below]})")
            lines[below] = line
            _note_lines(value, below, lines, file)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
            _note_lines(item, (*path, index), lines, file)


def _apply_settings(source: Source, settings: Sequence[str]) -> Source:
    values, keys = source.values, list(source.set_keys)
    for setting in settings:
        key, sign, text = setting.partition("=")
        shown = _one_line(setting)
        if not sign or not re.fullmatch(r"[\w+-]+(\.[\w+-]+)*", key.strip()):
            raise ConfigError(f"--set {shown}: write key=value, with dots between keys (statistics.replicates=2000)")
        try:
            node = yaml_text.compose(text)
            if node is not None:
                _note_lines(node, (), {}, Path("--set"))
            value = yaml_text.load(text)
        except yaml.YAMLError:
            raise ConfigError(f"--set {shown}: the value is not valid YAML") from None
        except RecursionError:
            raise ConfigError(f"--set {shown}: nested too deeply for a configuration") from None
        parts: list[str | int] = [int(part) if part.isdigit() else part for part in key.strip().split(".")]
        values = _with_value(values, parts, _plain(value), shown)
        keys.append(tuple(parts))
    return Source(values=values, name=source.name, base=source.base, lines=source.lines, set_keys=tuple(keys))


def _one_line(setting: str, limit: int = 80) -> str:
    """A setting as messages print it: whatever a shell handed over, on one short line."""
    line = " ".join(setting.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _with_value(values: Any, parts: Sequence[str | int], value: Any, setting: str) -> Any:
    """A copy of ``values`` in which the key at ``parts`` is ``value``."""
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if isinstance(values, list) and isinstance(head, int) and head < len(values):
        return [_with_value(item, rest, value, setting) if i == head else item for i, item in enumerate(values)]
    if isinstance(values, str) and rest == [] and isinstance(head, str):
        values = {"name": values}
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError(f"--set {setting}: there is no such place in the configuration ({head!r})")
    return {**values, str(head): _with_value(values.get(str(head)), rest, value, setting)}


def parse(model: type[Model], source: Source) -> Model:
    """Check a configuration against its model.

    Raises:
        ConfigError: naming file, line, key, what is wrong, and the nearest right word.
    """
    try:
        return model.model_validate(source.values)
    except ValidationError as error:
        raise ConfigError(explain(error, model, source)) from None


def explain(error: ValidationError, model: type[BaseModel], source: Source, shown: int = 3) -> str:
    """One line for each of the first few errors."""
    lines: list[str] = []
    for item in error.errors():
        line = explain_one(item, known_keys(model, _keys(item["loc"])), source)
        if line not in lines:
            lines.append(line)
    more = f"\n… and {len(lines) - shown} more" if len(lines) > shown else ""
    return "\n".join(lines[:shown]) + more


def explain_one(item: Any, known: Iterable[str], source: Source, prefix: KeyPath = ()) -> str:
    """One pydantic error in words: place, key, what is wrong, nearest right word."""
    path = (*prefix, *_keys(item["loc"]))
    key = ".".join(str(part) for part in path) or "configuration"
    place = source.where(path)
    if item["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{place}: unknown key {key!r}{did_you_mean(str(path[-1]), known)}"
    if item["type"] == "missing":
        return f"{place}: the key {key!r} is missing"
    message = str(item["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    given = item.get("input")
    shown = f" (given: {_one_line(repr(given))})" if isinstance(given, (str, int, float, bool)) or given is None else ""
    if item["type"] == "literal_error" and isinstance(given, str):
        choices = re.findall(r"'([^']*)'", str(item.get("ctx", {}).get("expected", "")))
        shown += did_you_mean(given, choices)
    return f"{place}: {key}: {message}{shown}"


def _keys(location: Iterable[str | int]) -> KeyPath:
    """Pydantic's location without the parts that name types instead of keys."""
    technical = re.compile(
        r"^(function-|tagged-|constrained-|union|tuple\[|list\[|dict\[|literal\[|int$|float$|bool$|str$)"
    )
    return tuple(part for part in location if isinstance(part, int) or not technical.match(part))


def known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that are right at the place of the last key of ``path``."""
    current: type[BaseModel] | None = model
    for part in path[:-1]:
        if isinstance(part, int) or current is None:
            continue
        info = current.model_fields.get(part)
        found = _models_in(info.annotation) if info is not None else []
        current = found[0] if found else None
    return list(current.model_fields) if current is not None else []


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def absolute(path: Path, folder: Path) -> Path:
    """A path made absolute, ``~`` and ``..`` resolved as they are written, links not followed."""
    return Path(os.path.normpath(Path(folder, path.expanduser()).absolute()))
