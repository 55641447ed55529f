"""Methods that a study trains: their keys, and the configuration without them. Pydantic only.

A study's ``methods`` hold both kinds; those with ``train_on`` are trained, all others are scored as in any run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from benchmark.config.models import MethodEntry, RunConfig, Seed, as_entry
from benchmark.config.sections import Section
from benchmark.config.source import KeyPath, Source, parse
from benchmark.config.training import TrainSection
from benchmark.core.errors import ConfigError
from benchmark.core.file_names import file_stems
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS
from benchmark.core.words import did_you_mean

OWN = "own"
KEY = "train_on"
BESIDE = ("seeds", "train", "select")
"""The keys that mean nothing without ``train_on``."""
DECIDED: Mapping[str, str] = {
    "split": "`protocol` says which pairs are trained on",
    "seed": "`seeds` stands beside `train`",
    "load_epoch": "to begin anew, remove the folder of that training",
}
"""Keys of ``train`` that a study decides, with what decides them."""
Selection = Literal["last", "validation", "test"]


class TrainedEntry(MethodEntry):
    """A method that a study trains, anew in each partition or on whole data sets."""

    train_on: Annotated[tuple[str, ...], Field(min_length=1)]
    """`own`: in each partition of each data set, on its training references. Or labels of data sets: one training on
    all their pairs, tested on the others."""
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] = (0,)
    """One training each: initialisation, order, crops and dropout. Which references validate follows the partition."""
    train: TrainSection = TrainSection()
    """How it is trained; without `split`, `seed` and `load_epoch`, which the study decides."""
    select: Selection | None = None
    """The epoch that is reported: by `validation` (the default where references validate), the `last` one (where none
    do), or the best on the `test` part, which flatters and is marked ‡ with the other number beside it."""

    @field_validator("seeds", "train_on")
    @classmethod
    def _each_once(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        twice = next((item for place, item in enumerate(value) if item in value[:place]), None)
        if twice is not None:
            raise ValueError(f"{twice} is named twice")
        return value

    @field_validator("train", mode="before")
    @classmethod
    def _decided_elsewhere(cls, value: Any) -> Any:
        found = next((key for key in DECIDED if isinstance(value, Mapping) and key in value), None)
        if found is not None:
            raise ValueError(f"{found} has no place in a study: {DECIDED[found]}")
        return value

    @model_validator(mode="after")
    def _own_alone(self) -> TrainedEntry:
        if OWN in self.train_on and len(self.train_on) > 1:
            raise ValueError("train_on: `own` stands alone; or name data sets")
        if not self.own and self.select == "test":
            raise ValueError("select: test needs a test part: it goes with `train_on: own`")
        if "checkpoint" in self.options:
            raise ValueError("checkpoint stands beside train_on: the study finds its own")
        return self

    @property
    def own(self) -> bool:
        """Whether it is trained in each partition."""
        return self.train_on == (OWN,)

    @property
    def shown(self) -> str:
        """What its row and its folders are called."""
        return self.label or self.name


class _One(Section):
    """A single method."""

    method: TrainedEntry


class PlainConfig(RunConfig):
    """The methods of a study that it does not train: there may be none."""

    methods: tuple[Annotated[MethodEntry, BeforeValidator(as_entry)], ...] = ()
    """The methods that are scored."""


@dataclass(frozen=True, slots=True)
class TrainedMethod:
    """A method that a study trains.

    Attributes:
        entry: its keys.
        stem: name of its folders.
        source: the study's configuration with the method's keys where ``train`` has them, so that errors name lines.
    """

    entry: TrainedEntry
    stem: str
    source: Source

    @property
    def label(self) -> str:
        """What its row is called."""
        return self.entry.shown

    @property
    def plain(self) -> MethodEntry:
        """The method with its own options, as one training has it."""
        return MethodEntry.model_validate({**self.entry.options, "name": self.entry.name, "label": self.entry.label})

    @property
    def beside(self) -> str:
        """What the row is called that shows the same trainings, not selected on the test part."""
        return f"{self.label}, not selected on test"

    @property
    def rows(self) -> tuple[str, ...]:
        """What its rows are called."""
        return (self.label, self.beside) if self.entry.select == "test" else (self.label,)


def is_trained(entry: Any) -> bool:
    """Whether a method's entry says what it is trained on."""
    return isinstance(entry, Mapping) and KEY in entry


def any_trained(source: Source) -> bool:
    """Whether a configuration has methods that it trains."""
    methods = source.values.get("methods")
    return isinstance(methods, list) and any(map(is_trained, methods))


def trained_of(source: Source, labels: Sequence[str]) -> tuple[TrainedMethod, ...]:
    """The methods that a study trains.

    Args:
        source: the configuration.
        labels: of its data sets.

    Raises:
        ConfigError: names file, line and key.
    """
    methods = source.values.get("methods")
    if not isinstance(methods, list):
        return ()
    for place, entry in enumerate(methods):
        lost = next((key for key in BESIDE if isinstance(entry, Mapping) and key in entry and KEY not in entry), None)
        if lost is not None:
            raise ConfigError(f"{source.named(('methods', place, lost))}: means nothing without `{KEY}` beside it")
    sources = {place: _moved(source, place) for place, entry in enumerate(methods) if is_trained(entry)}
    entries = {place: parse(_One, _only_method(own)).method for place, own in sources.items()}
    if entries and source.values.get("checkpoints_dir") is None:
        raise ConfigError(f"{source.name}: no `checkpoints_dir`: where the checkpoints of its trainings are")
    for place, one in entries.items():
        unknown = next((name for name in one.train_on if name not in labels and not one.own), None)
        if unknown is not None:
            near = did_you_mean(unknown, labels) or f" (they are {', '.join(labels)}; or `own`)"
            named = source.named(("methods", place, KEY))
            raise ConfigError(f"{named}: no data set of this study is called {unknown!r}{near}")
    _refuse_labels(source, entries)
    stems = file_stems(one.shown for one in entries.values())
    return tuple(TrainedMethod(one, stems[one.shown], sources[place]) for place, one in entries.items())


def _refuse_labels(source: Source, entries: Mapping[int, TrainedEntry]) -> None:
    """Refuse labels that stand twice, or are columns of ``scores.csv``."""
    plain = [as_entry(item) for place, item in enumerate(source.values["methods"]) if place not in entries]
    taken = [str(item.get("label") or item.get("name")) for item in plain if isinstance(item, Mapping)]
    for place, one in entries.items():
        if one.shown in taken:
            raise ConfigError(
                f"{source.named(('methods', place))}: {one.shown!r} stands twice; give each a `label` of its own"
            )
        if one.shown in (*SCORE_KEYS, *LIMITS):
            raise ConfigError(
                f"{source.named(('methods', place))}: the label {one.shown!r} is the name of a column; take another"
            )
        taken.append(one.shown)


def _moved(source: Source, place: int) -> Source:
    """The configuration with a method's keys where a configuration for ``train`` has them."""

    def at(path: KeyPath) -> KeyPath:
        if path[:2] != ("methods", place):
            return path
        return path[2:] if path[2:3] == ("train",) else ("method", *path[2:])

    entry = as_entry(source.values["methods"][place])
    values = {key: item for key, item in source.values.items() if key != "methods"}
    lines = {at(path): line for path, line in source.lines.items()}
    return replace(
        source,
        values={**values, "method": entry, "train": entry.get("train") or {}},
        lines=lines,
        set_by={at(path): words for path, words in source.set_by.items()},
    )


def _only_method(source: Source) -> Source:
    """The same with the method alone, whose ``train`` is where it was written."""
    lines = {("method", *path) if path[:1] == ("train",) else path: line for path, line in source.lines.items()}
    return replace(source, values={"method": source.values["method"]}, lines=lines)


def without_trained(source: Source) -> Source:
    """The configuration without the methods that it trains; the others keep their lines."""
    methods = source.values.get("methods")
    if not isinstance(methods, list):
        return source
    kept = [place for place, entry in enumerate(methods) if not is_trained(entry)]
    now = {place: number for number, place in enumerate(kept)}

    def at(path: KeyPath) -> KeyPath | None:
        if path[:1] != ("methods",) or len(path) < 2:
            return path
        return ("methods", now[int(path[1])], *path[2:]) if path[1] in now else None

    return replace(
        source,
        values={**source.values, "methods": [methods[place] for place in kept]},
        lines={new: line for path, line in source.lines.items() if (new := at(path)) is not None},
        set_by={new: words for path, words in source.set_by.items() if (new := at(path)) is not None},
    )
