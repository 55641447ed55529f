"""Writes out an entry of a configuration that stands for several methods, such as a file of many methods' scores.

Each becomes an entry of its own before anything else reads the methods, so that it can be named wherever a method can.
No torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmark.config.models import SEVERAL, MethodEntry, PluginFolders, as_entry
from benchmark.config.source import KeyPath, Source, parse, source_of
from benchmark.core.errors import ConfigError, PluginError, UserError, in_words
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS
from benchmark.plugins import named_folders, registry
from benchmark.plugins.contracts import Several, StandsForSeveral
from benchmark.plugins.options import check_options


@dataclass(frozen=True, slots=True)
class _Written:
    """An entry as it is written out: its place in the configuration, its content, and the column that it stands for."""

    place: int
    content: Any
    member: str = ""

    @property
    def label(self) -> str:
        """What its row is called; empty where the entry is no entry."""
        entry = _entry(self.content)
        return "" if entry is None else entry.label or entry.name


def write_out(source: Source, plugin_folders: str | Path | Sequence[str | Path] | None = None) -> Source:
    """The configuration with one entry for each method; entries that are wrong are left for its models to refuse.

    Args:
        source: the configuration as read.
        plugin_folders: further folders of plug-ins.

    Raises:
        ConfigError: the methods of an entry can't be found, or two methods would have one name; names file, line and key.
    """
    given = source.values.get("methods")
    raw = given if isinstance(given, list) else [given]
    entries = [_entry(item) for item in raw]
    if not any(entry is not None and entry.stands_for_several for entry in entries):
        return source
    _use_folders(source, plugin_folders)
    written: list[_Written] = []
    notes: list[str] = []
    for place, (item, entry) in enumerate(zip(raw, entries, strict=True)):
        found = _several(entry, place, source) if entry is not None and entry.stands_for_several else None
        if entry is None or found is None:
            written.append(_Written(place, item))
            continue
        written += [_member(entry, name, options, place, source) for name, options in found.members.items()]
        notes += [found.note] if found.note else []
    _refuse_labels(written, source)
    return replace(
        source,
        values={**source.values, "methods": [item.content for item in written]},
        lines=_moved(source.lines, written),
        set_by=_moved(source.set_by, written),
        notes=(*source.notes, *notes),
    )


def _entry(raw: Any) -> MethodEntry | None:
    """An entry as a model; ``None`` where it is wrong."""
    entry = as_entry(raw)
    if not isinstance(entry, dict):
        return None
    try:
        return parse(MethodEntry, source_of(entry, "methods"))
    except ConfigError:
        return None


def _use_folders(source: Source, added: str | Path | Sequence[str | Path] | None) -> None:
    """Register the folders of plug-ins, among which the methods may be."""
    own = replace(source, values={key: source.values[key] for key in ("plugins",) if key in source.values})
    further = [added] if isinstance(added, (str, Path)) else added or ()
    named = parse(PluginFolders, own).plugins
    named_folders.use(named_folders.absolute(named, source, [Path(folder) for folder in further]))


def _several(entry: MethodEntry, place: int, source: Source) -> Several | None:
    """The methods that an entry stands for; ``None`` where its plug-in knows nothing of several."""
    prefix: KeyPath = ("methods", place)
    try:
        kind = registry.methods().load(entry.name)
    except PluginError:
        return None  # the line-up says what is wrong
    if not issubclass(kind, StandsForSeveral):
        return None
    options = check_options(kind, entry.options, source, prefix)
    try:
        found = kind.several(options)
    except UserError as error:
        raise ConfigError(f"{source.where(prefix)}: methods.{place}: {error}") from None
    except (Exception, SystemExit) as error:  # a plug-in may do anything
        raise ConfigError(f"{source.where(prefix)}: methods.{place}: {entry.name}: {in_words(error)}") from None
    members = {  # what is unchanged stays as written: relative paths are of the configuration's folder
        name: {
            key: entry.options[key] if key in options and options[key] == item else item for key, item in own.items()
        }
        for name, own in found.members.items()
    }
    return replace(found, members=members)


def _member(entry: MethodEntry, name: str, options: Mapping[str, Any], place: int, source: Source) -> _Written:
    if SEVERAL in options:
        raise ConfigError(f"{source.where(('methods', place))}: {entry.name}: {name} still has {SEVERAL!r}")
    label = f"{entry.label} {name}" if entry.label else name
    return _Written(place, {"name": entry.name, "label": label, **options}, name)


def _refuse_labels(written: Sequence[_Written], source: Source) -> None:
    """Refuse methods of one name, and those called like a column of ``scores.csv``, where a written-out entry is one."""
    first: dict[str, _Written] = {}
    advice = "give the entry a `label`, which stands before the names of all its columns, or leave the column out"
    for item in written:
        if item.member and item.label in (*SCORE_KEYS, *LIMITS):
            what = f"its column {item.member!r} would be called like a column of scores.csv"
            raise ConfigError(f"{source.named(('methods', item.place))}: {what}; {advice}")
        other = first.setdefault(item.label, item)
        if other is not item and (item.member or other.member):
            one, two = (item, other) if item.member else (other, item)
            what = f"its column {one.member!r} would be called {one.label!r}, as methods.{two.place} is"
            raise ConfigError(f"{source.named(('methods', one.place))}: {what}; {advice}")


def _moved(by_key: Mapping[KeyPath, Any], written: Sequence[_Written]) -> dict[KeyPath, Any]:
    """Lines, or settings, of keys, for the entries as written out."""
    moved: dict[KeyPath, Any] = {}
    for key, item in by_key.items():
        if key[:1] != ("methods",) or len(key) == 1:
            moved[key] = item
            continue
        place, rest = (key[1], key[2:]) if isinstance(key[1], int) else (0, key[1:])
        moved |= {("methods", at, *rest): item for at, entry in enumerate(written) if entry.place == place}
    return moved
