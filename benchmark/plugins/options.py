"""Checks plug-in options against the plug-in's own signature: types, unknown names, paths. Pydantic; names no plug-in."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from benchmark.config.complaints import explain
from benchmark.config.sections import Section
from benchmark.config.source import KeyPath, Source, absolute
from benchmark.core.errors import ConfigError


class _Options(Section):
    """Options of any plug-in: their annotations may be of any type."""

    model_config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=(), allow_inf_nan=True)


class _AnyOptions(_Options):
    """Options of a plug-in that accepts anything (``**options``) and checks it itself."""

    model_config = ConfigDict(extra="allow")


def options_model(plugin: type) -> type[BaseModel]:
    """A model of the keyword arguments of ``plugin.__init__``."""
    signature = inspect.signature(plugin)
    try:
        hints = get_type_hints(_constructor(plugin), include_extras=True)
    except Exception:  # a plug-in's annotations may name what only its type checker sees
        hints = {}
    fields: dict[str, Any] = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (hints.get(name, Any), default)
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values())
    return create_model(f"{plugin.__name__}Options", __base__=_AnyOptions if anything else _Options, **fields)


def _constructor(plugin: type) -> Any:
    """The ``__init__`` of a plug-in's class or of the nearest base that has one."""
    return next(vars(base)["__init__"] for base in plugin.__mro__ if "__init__" in vars(base))


def check_options(plugin: type, options: Mapping[str, Any], source: Source, prefix: KeyPath) -> dict[str, Any]:
    """The given options, with their types converted and their paths absolute; and paths that are relative by default.

    Raises:
        ConfigError: an unknown or missing option, or a wrong value, with file and line.
    """
    model = options_model(plugin)
    try:
        checked = model.model_validate(dict(options))
    except ValidationError as error:
        raise ConfigError(explain(error, model, source, prefix)) from None
    given = {name: item.default for name, item in model.model_fields.items() if isinstance(item.default, Path)}
    given |= {name: getattr(checked, name) for name in checked.model_fields_set}
    return {name: _resolve(value, source, (*prefix, name)) for name, value in given.items()}


def _resolve(value: Any, source: Source, key: KeyPath) -> Any:
    """The value with its paths made absolute, also inside a list, tuple or mapping."""
    if isinstance(value, Path):
        return absolute(value, source, key)
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(_resolve(item, source, key) for item in value)
    return {name: _resolve(item, source, key) for name, item in value.items()} if type(value) is dict else value


def plain_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as JSON can hold them, for keys and records."""
    return {name: _plain(value) for name, value in sorted(options.items())}


def _plain(value: Any) -> Any:
    """The value with paths as text, also inside a list or tuple."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def takes_path(plugin: type, name: str) -> bool:
    """Whether an option is annotated as a path."""
    info = options_model(plugin).model_fields.get(name)
    return info is not None and (info.annotation is Path or Path in get_args(info.annotation))
