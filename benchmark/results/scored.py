"""The methods in the columns of ``scores.csv``, which scoring passes to statistics and report. Imports nothing heavy.

They are written into ``run.json`` and read back by ``report``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, get_args

NOT_RECORDED = "not recorded in its checkpoint"
"""Stands for the training data of a method whose checkpoint doesn't state them."""

OWN = ("own",)
"""What a study trained a method on that is trained anew in each partition of each data set."""

Status = Literal["scored", "partial", "failed", "unavailable"]
MAPPINGS = ("settings", "training", "options", "recipe")
LISTS = ("marks", "columns", "train_on", "libraries")
LATER = ("by_partition", "options", "columns", "train_on", "recipe", "source", "libraries")
"""Keys that a record has only where they are used, so that a record without them is what it was before they existed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredMethod:
    """One method of a run: a column of scores and a row of the tables.

    Attributes:
        label: unique in the run; the column's name in ``scores.csv`` and the key in ``tables:`` and ``published:``.
        name: the method's registered name.
        title: the name that tables print.
        higher_is_better: the declared direction.
        group: heading in tables.
        trained_on: the data that its parameters were fitted to; ``nothing`` for hand-crafted methods.
        training: the settings of its checkpoint's training, by key; empty if there is none, or no record of it.
        citation: BibTeX entry, or one line.
        licence: licence of code and weights.
        settings: options that change numbers, for the tables' note.
        status: ``scored`` (all pairs), ``partial`` (some failed), ``failed`` or ``unavailable`` (none scored).
        reason: why it is not ``scored``, and what to do.
        marks: remarks that tables must print, for example that a checkpoint was selected on the scored split.
        by_partition: whether it was trained anew in each partition of a study, and has scores by partition only.
        options: all options in force, as text, where the run has several variants of the method; else empty.
        columns: where it was trained several times, the columns of ``scores.csv`` of these trainings, over which its
            statistics are averaged; else empty: its column is ``label``.
        train_on: what the study trained it on: the labels of data sets, or ``OWN``; empty for methods that it did not train.
        recipe: of a method that the study trained, what decides a training beside data and seed, as text: its options
            (``method.…``), the settings of its training (``train.…``) and ``select``.
        source: the package that computes it, as its plug-in states it; empty where it does not.
        libraries: distributions whose versions affect its scores, likewise.
    """

    label: str
    name: str
    title: str
    higher_is_better: bool
    group: str = "other"
    trained_on: str = "not declared"
    training: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""
    licence: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    status: Status = "scored"
    reason: str = ""
    marks: tuple[str, ...] = ()
    by_partition: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    train_on: tuple[str, ...] = ()
    recipe: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    libraries: tuple[str, ...] = ()

    @property
    def single(self) -> tuple[ScoredMethod, ...]:
        """What has one score a pair: the method itself, or each of its trainings by the label of its column."""

        def named(column: str) -> ScoredMethod:
            title = f"{self.title}{column.removeprefix(self.label)}" if column.startswith(self.label) else column
            return replace(self, label=column, title=title, columns=())

        return tuple(map(named, self.columns)) or (self,)

    def record(self) -> dict[str, Any]:
        """The method as written in ``run.json``."""
        content = {key: list(item) if isinstance(item, tuple) else item for key, item in asdict(self).items()}
        content |= {key: dict(getattr(self, key)) for key in MAPPINGS}
        unused = {name for name in LATER if not content[name]}
        return {key: item for key, item in content.items() if key not in unused}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ScoredMethod:
        """Read back from ``run.json``; keys of later versions are ignored."""
        known = {item.name for item in fields(cls)}
        values = {key: value for key, value in record.items() if key in known}
        return cls(**values | {key: tuple(values.get(key, ())) for key in LISTS})


def record_fault(record: object) -> str:
    """Why a method can't be read back from ``run.json``; empty if it can."""
    if not isinstance(record, Mapping):
        return "no mapping"
    for item in fields(ScoredMethod):
        required = item.name in ("label", "name", "title", "higher_is_better")
        if item.name not in record:
            if required:
                return f"it has no key {item.name!r}"
            continue
        value = record[item.name]
        if item.name in MAPPINGS:
            sound = isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values())
        elif item.name in LISTS:
            sound = isinstance(value, list) and all(isinstance(text, str) for text in value)
        elif item.name in ("higher_is_better", "by_partition"):
            sound = isinstance(value, bool)
        else:
            sound = isinstance(value, str) and (item.name != "status" or value in get_args(Status))
        if not sound:
            return f"{item.name}: {value!r:.40} is none"
    return ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A pair that a method could not score, with the reason."""

    pair: str
    label: str
    reason: str
