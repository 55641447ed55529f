"""From a YAML file (or a mapping) and ``--set`` to a checked configuration, with errors that name file, line and key.

The models are in ``models.py`` and ``training.py``. Paths are made absolute: those in a file are relative to it, those on
the command line to the working directory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from benchmark.config import complaints, yaml_text
from benchmark.config.kinds import can_be_stored
from benchmark.config.models import DATA_KEYS
from benchmark.core.errors import ConfigError
from benchmark.core.words import nearest

Model = TypeVar("Model", bound=BaseModel)
KeyPath = tuple[str | int, ...]
MOST_KEYS = 100_000
"""Most keys and items of a file; those repeated by YAML's ``*aliases`` count each time."""


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration as read: plain values, the line of each key, and the folder that its paths are relative to.

    Attributes:
        values: the mapping.
        name: the file's path as the user wrote it, or ``configuration`` for a mapping.
        lines: line of each key, counted from 1.
        base: folder that relative paths refer to.
        set_by: what gave a key that is not from the file (``--set statistics.seed=1``, ``--device``); relative paths below
            such keys refer to the working directory.
        notes: what readers of results must know about how it was read.
    """

    values: dict[str, Any]
    name: str
    base: Path
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    set_by: Mapping[KeyPath, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def where(self, path: KeyPath) -> str:
        """File and line of a key or of the nearest key above it; or the setting that gave the key or a part of it."""
        path = self.as_written(path)
        for length in range(len(path), 0, -1):
            key = path[:length]
            if key in self.set_by:
                return self.set_by[key]
            below = next((words for other, words in self.set_by.items() if other[:length] == key), "")
            if key in self.lines:
                with_it = f" (with {below})" if below and length == len(path) else ""
                return f"{self.name}:{self.lines[key]}{with_it}"
            if below:
                return below
        return self.name

    def named(self, path: KeyPath) -> str:
        """The beginning of an error: ``c.yaml:3: report.plots``; for an option of the command line, its name alone."""
        where, key = self.where(path), ".".join(str(part) for part in self.as_written(path))
        return where if where == f"--{key}" else f"{where}: {key}"

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Put the place in front of errors from elsewhere that begin with a key (``dataset.splits: …``)."""
        try:
            yield
        except ConfigError as error:
            match = re.match(
                r"(?:evaluate: )?((?:dataset|protocol|published|report|statistics|train)\..*?): ", str(error)
            )
            if match is None:
                raise
            path = tuple(int(part) if part.isdigit() else part for part in match[1].split("."))
            raise ConfigError(f"{self.named(path)}: {str(error)[match.end() :]}") from None

    def as_written(self, path: KeyPath) -> KeyPath:
        """A key as it is written here: keys of ``dataset`` may be written beside it, and a single value is a list of one."""
        if path[:1] == ("dataset",) and path[1:2] and path[1] in self.values and not _holds(self.values, path[:2]):
            path = path[1:]
        keys: list[str | int] = []
        value: Any = self.values
        for part in path:
            if isinstance(part, int) and value is not None and not isinstance(value, (list, tuple)):
                continue
            keys.append(part)
            value = _below(value, part)
        return tuple(keys)

    def folder(self, path: KeyPath) -> Path:
        """The folder that a relative path at this key is relative to."""
        return Path.cwd() if any(path[: len(key)] == key for key in self.set_by) else self.base

    def overridden(self, values: Mapping[str, Any], words: Mapping[str, str]) -> Source:
        """The same with some top-level keys replaced; ``words`` names where each came from."""
        return replace(
            self,
            values={**self.values, **_plain(_dumped(values))},
            set_by={**self.set_by, **{(key,): words.get(key, key) for key in values}},
        )


def _dumped(value: Any) -> Any:
    """The value with models in it as mappings of what was given."""
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True, exclude_unset=True)
    return {key: _dumped(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _below(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def _holds(values: Mapping[str, Any], path: KeyPath) -> bool:
    value: Any = values
    for part in path[:-1]:
        value = _below(value, part)
    return isinstance(value, Mapping) and path[-1] in value


def read_source(config: Path | str | Mapping[str, Any] | BaseModel, settings: str | Sequence[str] = ()) -> Source:
    """Read a configuration file or take a mapping (or a checked model), then apply ``key=value`` settings.

    Raises:
        ConfigError: the file can't be read, is not a YAML mapping, or repeats a key; a setting is malformed.
    """
    if isinstance(config, BaseModel):
        config = config.model_dump(by_alias=True, exclude_unset=True)
    if not isinstance(config, (Mapping, str, Path)):
        raise ConfigError(f"a configuration is a file's path, a mapping or a model, not a {type(config).__name__}")
    source = source_of(config, "configuration") if isinstance(config, Mapping) else _read_file(Path(config))
    return with_set(source, settings)


def source_of(values: Mapping[str, Any], name: str) -> Source:
    """Values from a command's option or a function's keyword, which errors call ``name``."""
    return Source(values=_plain(values), name=name, base=Path.cwd())


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        unfit = next((key for key in value if not can_be_stored(str(key))), None)
        if unfit is not None:
            raise ConfigError(f"the key {str(unfit)!r} holds what no file can")
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
        line, problem = yaml_text.fault(error, text)
        place = str(path) if line is None else f"{path}:{line}"
        raise ConfigError(f"{place}: not valid YAML: {problem}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply for a configuration") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: a configuration is a mapping of keys to values, this file is not")
    try:
        plain = _plain(values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    return Source(values=plain, name=str(path), base=path.absolute().parent, lines=lines)


def _near_files(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return ""
    near = nearest(path.name, [item.name for item in folder.iterdir() if item.is_file()])
    return f"; did you mean {folder / near}?" if near else ""


def _note_lines(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int], file: Path | None) -> None:
    """Remember the line of each key; a repeated key would silently lose its first value, so it is an error.

    Without a file, the node is a setting's value, and the caller says which.
    """
    if len(lines) > MOST_KEYS:  # a few lines of aliases to aliases can expand to billions of values
        place = f"{file}: " if file else ""
        raise ConfigError(f"{place}more than {MOST_KEYS:,} keys and values are no configuration")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, str(key.value))
            line = key.start_mark.line + 1
            if below in lines:
                place, first = (f"{file}:{line}: ", f" (first in line {lines[below]})") if file else ("", "")
                raise ConfigError(f"{place}the key {key.value!r} stands twice{first}")
            lines[below] = line
            _note_lines(value, below, lines, file)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
            _note_lines(item, (*path, index), lines, file)


def with_set(source: Source, settings: str | Sequence[str]) -> Source:
    """The same with ``key=value`` settings applied, as ``--set`` gives them.

    Raises:
        ConfigError: a setting is malformed.
    """
    if isinstance(settings, str):
        settings = [settings]
    values, lines, set_by = source.values, source.lines, dict(source.set_by)
    for setting in settings:
        key, sign, text = setting.partition("=")
        shown = _one_line(setting)
        if not sign or not re.fullmatch(r"[\w+-]+(\.[\w+-]+)*", key.strip()):
            raise ConfigError(f"--set {shown}: write key=value, with dots between keys (statistics.replicates=2000)")
        try:
            node = yaml_text.compose(text)
            if node is not None:
                _note_lines(node, (), {}, None)
            value = _plain(yaml_text.load(text))
        except ConfigError as error:
            raise ConfigError(f"--set {shown}: {error}") from None
        except yaml.YAMLError:
            raise ConfigError(f"--set {shown}: the value is not valid YAML") from None
        except RecursionError:
            raise ConfigError(f"--set {shown}: nested too deeply for a configuration") from None
        parts = _beside_or_in_dataset(values, key.strip().split("."))
        values = _with_value(values, parts, value, shown)
        at = _path(values, parts)
        set_by[at] = f"--set {shown}"
        lines = {key: line for key, line in lines.items() if key[: len(at)] != at}  # the value there is replaced
    return replace(source, values=values, lines=lines, set_by=set_by)


def _beside_or_in_dataset(values: Mapping[str, Any], parts: list[str]) -> list[str]:
    """A key of the data set where it is already written: beside ``dataset``, or in it."""
    inside = values.get("dataset")
    if len(parts) == 1 and parts[0] in DATA_KEYS and isinstance(inside, Mapping) and parts[0] in inside:
        return ["dataset", *parts]
    return parts[1:] if parts[0] == "dataset" and parts[1:2] and parts[1] in DATA_KEYS and parts[1] in values else parts


def _path(values: Any, parts: Sequence[str]) -> KeyPath:
    """The keys of a setting, with indices where there are lists."""
    keys: list[str | int] = []
    for part in parts:
        keys.append(int(part) if isinstance(values, list) else part)
        values = _below(values, keys[-1])
    return tuple(keys)


def _one_line(setting: str, limit: int = 80) -> str:
    """A setting as messages print it: on one short line, whatever the shell passed."""
    line = " ".join(setting.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _with_value(values: Any, parts: Sequence[str], value: Any, setting: str) -> Any:
    """A copy of ``values`` in which the key at ``parts`` is ``value``; a single word is a name, or a list of one."""
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if head == "0" and (values is None or isinstance(values, str)):
        values = [values]
    if isinstance(values, list) and re.fullmatch("0|[1-9][0-9]{0,8}", head) and int(head) < len(values):
        return [_with_value(item, rest, value, setting) if i == int(head) else item for i, item in enumerate(values)]
    if isinstance(values, str) and not rest:
        values = {"name": values}
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError(f"--set {setting}: there is no such place in the configuration ({head!r})")
    return {**values, head: _with_value(values.get(head), rest, value, setting)}


def parse(model: type[Model], source: Source) -> Model:
    """Check a configuration against its model.

    Raises:
        ConfigError: names file, line, key, what is wrong, and the nearest right word.
    """
    try:
        return model.model_validate(source.values)
    except ValidationError as error:
        raise ConfigError(complaints.explain(error, model, source)) from None


def wrong(error: ValidationError, model: type[BaseModel], given: Mapping[str, Any]) -> ConfigError:
    """The error for a model that is built by its class, which the message names."""
    return ConfigError(complaints.explain(error, model, source_of(given, model.__name__)))


def absolute(path: Path, source: Source, key: KeyPath) -> Path:
    """A path of a configuration made absolute: ``~``, ``$NAME``, ``${NAME}`` and ``..`` resolved, links not followed.

    Variables are not replaced in paths from the command line (except ``--set``) or a keyword: a shell has done that.

    Raises:
        ConfigError: there is no such variable or user; names the key.
    """
    by = next((words for at, words in source.set_by.items() if key[: len(at)] == at), "")
    try:
        text = str(path) if by and not by.startswith("--set") else _with_variables(str(path))
        return Path(os.path.normpath(Path(source.folder(key), home_of(Path(text))).absolute()))
    except ConfigError as error:
        raise ConfigError(f"{source.named(key)}: {error}") from None


def home_of(path: Path) -> Path:
    """A path with ``~`` or ``~name`` at its beginning replaced by the user's folder.

    Raises:
        ConfigError: there is no such user.
    """
    try:
        return path.expanduser()
    except RuntimeError:
        raise ConfigError(
            f"{path}: there is no user {path.parts[0].removeprefix('~')!r} whose folder this could be"
        ) from None


def _with_variables(text: str) -> str:
    """Environment variables in a path replaced by what they hold."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        content = os.environ.get(name)
        if not content:
            raise ConfigError(f"{text}: the environment variable {name} is {'not set' if content is None else 'empty'}")
        return content

    return re.sub(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})", value, text)
