"""The methods in the columns of ``scores.csv``, which scoring passes to statistics and report. Imports nothing heavy.

They are written into ``run.json`` and read back by ``report``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

NOT_RECORDED = "not recorded in its checkpoint"
"""Stands for the training data of a method whose checkpoint doesn't state them."""

Status = Literal["scored", "partial", "failed", "unavailable"]


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

    def record(self) -> dict[str, Any]:
        """The method as written in ``run.json``."""
        plain = {"settings": dict(self.settings), "training": dict(self.training), "marks": list(self.marks)}
        content = {**asdict(self), **plain, "options": dict(self.options)}
        unused = {name for name in ("by_partition", "options") if not content[name]}
        return {key: item for key, item in content.items() if key not in unused}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ScoredMethod:
        """Read back from ``run.json``; keys of later versions are ignored."""
        known = {item.name for item in fields(cls)}
        values = {key: value for key, value in record.items() if key in known}
        return cls(**{**values, "marks": tuple(values.get("marks", ()))})


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
        if item.name in ("settings", "training", "options"):
            sound = isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values())
        elif item.name == "marks":
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
