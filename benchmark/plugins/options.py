"""Checks plug-in options against the plug-in's own signature: types, unknown names, paths. Pydantic; names no plug-in.

An option that is annotated as a method (``of: NoReference``) names another one, as an entry of ``methods`` does:
``of: niqe`` or ``of: {name: niqe, …}``. ``construct`` builds what it names.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from benchmark.config.complaints import explain
from benchmark.config.models import PluginEntry, as_entry
from benchmark.config.sections import Section
from benchmark.config.source import KeyPath, Source, absolute
from benchmark.core.errors import ConfigError, PluginError
from benchmark.plugins import registry
from benchmark.plugins.contracts import Method, NoReference, ScoreSource, Trainable

Built = TypeVar("Built")

NEEDED: Mapping[type[Method], str] = {NoReference: "a measure without reference"}
"""What an option of such a type takes, in words."""


class _Options(Section):
    """Options of any plug-in: their annotations may be of any type."""

    model_config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=(), allow_inf_nan=True)


class _AnyOptions(_Options):
    """Options of a plug-in that accepts anything (``**options``) and checks it itself."""

    model_config = ConfigDict(extra="allow")


class NamedMethod(PluginEntry):
    """The value of an option that names another method."""


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
        fields[name] = (_field_type(hints.get(name, Any)), default)
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values())
    return create_model(f"{plugin.__name__}Options", __base__=_AnyOptions if anything else _Options, **fields)


def method_options(plugin: type) -> dict[str, type[Method]]:
    """The options that name another method, with the kind of method that each takes."""
    try:
        hints = get_type_hints(_constructor(plugin))
    except Exception:  # as above
        return {}
    kinds = {name: _method_kind(hint) for name, hint in hints.items() if name != "return"}
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _method_kind(hint: Any) -> type[Method] | None:
    among = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return next((item for item in among if isinstance(item, type) and issubclass(item, Method)), None)


def _field_type(hint: Any) -> Any:
    if _method_kind(hint) is None:
        return hint
    named = Annotated[NamedMethod, BeforeValidator(as_entry)]
    return named | None if type(None) in get_args(hint) else named


def _constructor(plugin: type) -> Any:
    """The ``__init__`` of a plug-in's class or of the nearest base that has one."""
    return next(vars(base)["__init__"] for base in plugin.__mro__ if "__init__" in vars(base))


def check_options(plugin: type, options: Mapping[str, Any], source: Source, prefix: KeyPath) -> dict[str, Any]:
    """The given options, with their types converted and their paths absolute; and paths that are relative by default.

    The value of an option that names another method is a mapping: its ``name`` and its checked options.

    Raises:
        ConfigError: an unknown or missing option, or a wrong value, with file and line.
        PluginError: a method that an option names can't be imported.
    """
    model = options_model(plugin)
    try:
        checked = model.model_validate(dict(options))
    except ValidationError as error:
        raise ConfigError(explain(error, model, source, prefix)) from None
    given: dict[str, Any] = {
        name: item.default for name, item in model.model_fields.items() if isinstance(item.default, Path)
    }
    given |= {name: getattr(checked, name) for name in checked.model_fields_set}
    for name, kind in method_options(plugin).items():
        if isinstance(given.get(name), NamedMethod):
            given[name] = _checked_method(given[name], kind, source, (*prefix, name))
    return {name: _resolve(value, source, (*prefix, name)) for name, value in given.items()}


def _checked_method(entry: NamedMethod, kind: type[Method], source: Source, key: KeyPath) -> dict[str, Any]:
    """A named method with its options, checked as those of an entry of ``methods``."""
    methods = registry.methods()
    try:
        listing = methods.find(entry.name)
    except PluginError as error:
        raise ConfigError(f"{source.named(key)}: {error}") from None
    found = methods.import_listing(listing, entry.options)
    if not issubclass(found, kind):
        raise ConfigError(f"{source.named(key)}: {listing.name} is not {NEEDED.get(kind, f'a {kind.__name__}')}")
    if issubclass(found, (ScoreSource, Trainable)):
        why = "has no score of images" if issubclass(found, ScoreSource) else "is trained here"
        raise ConfigError(f"{source.named(key)}: {listing.name} {why}; such a method stands for itself only")
    return {"name": listing.name, **check_options(found, entry.options, source, key)}


def construct(
    plugin: type[Built], options: Mapping[str, Any], *, tried: bool = False
) -> tuple[Built, tuple[Method, ...]]:
    """Build a plug-in, and the methods that its options name.

    Args:
        plugin: the plug-in.
        options: checked, or such options as JSON holds them.
        tried: whether this process may crash, so that nothing is tried in a helper process first.

    Returns:
        The plug-in, and the methods that it was given, directly or through one another.

    Raises:
        PluginError: a method that an option names can't be imported.
        Exception: whatever a constructor raises.
    """
    ready: dict[str, Any] = {
        name: Path(value) if isinstance(value, str) and takes_path(plugin, name) else value
        for name, value in options.items()
    }
    parts: list[Method] = []
    for name in method_options(plugin):
        entry = as_entry(ready.get(name))
        if isinstance(entry, Mapping):
            found = registry.methods().load(str(entry["name"]), tried=tried)
            own = {key: item for key, item in entry.items() if key != "name"}
            method, deeper = construct(found, own, tried=tried)
            ready[name] = method
            parts += [method, *deeper]
    return plugin(**ready), tuple(parts)


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
    """The value with paths as text, also inside a list, tuple or mapping."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in sorted(value.items())}
    return str(value) if isinstance(value, Path) else value


def takes_path(plugin: type, name: str) -> bool:
    """Whether an option is annotated as a path."""
    info = options_model(plugin).model_fields.get(name)
    return info is not None and (info.annotation is Path or Path in get_args(info.annotation))
