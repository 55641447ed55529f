"""Takes a report's record apart by data set: what each one's own record says of its pairs and scores. Pandas.

Records are read back from files that anyone may have edited or that an earlier version wrote: what is missing or of another
type counts as not stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.report.content import ReportData


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the scores of one data set come from.

    Attributes:
        dataset: its name in the report's tables.
        record: what its run recorded; of a study's data set the part that the study keeps.
        whole: the record of the run or study as a whole.
    """

    dataset: str
    record: Mapping[str, Any]
    whole: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What sentences call it: the data set's own title where it is known by its name only."""
        about = mapping(self.record.get("dataset"))
        own = word(about.get("title"))
        return own if own and self.dataset == word(about.get("name")) else self.dataset

    @property
    def from_table(self) -> bool:
        """Whether scores were read from a table."""
        return "evaluate" in mapping(self.record.get("configuration"))


def origins(data: ReportData) -> list[Origin]:
    """The data sets of a report in the order of its tables, each with its record."""
    names = [str(name) for name in dict.fromkeys(data.scores["dataset"])]
    found = _of_record(data.record, names)
    return [found.get(name, Origin(name, {}, data.record)) for name in names]


def _of_record(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Origin]:
    runs = mapping(record.get("runs"))
    if runs:
        found: dict[str, Origin] = {}
        for run, own in runs.items():
            inside = _of_record(mapping(own), _own_names(mapping(own), names, run))
            found |= {name: origin for name, origin in inside.items() if name not in found}
        return found
    study = mapping(record.get("study"))
    if study:
        return {
            name: Origin(name, mapping(mapping(part).get("made")), record)
            for label, part in study.items()
            for name in names
            if name == label or name.startswith(f"{label} (")
        }
    return {name: Origin(name, record, record) for name in names}


def _own_names(record: Mapping[str, Any], names: Sequence[str], run: str) -> list[str]:
    """The names that the data sets of one of several runs have in the report: its own, or these followed by the run's."""
    own = list(mapping(record.get("study"))) or [word(mapping(record.get("dataset")).get("name"))]
    return [name for name in names if name in own or any(name == f"{each} ({run})" for each in own)]


def mapping(value: object) -> Mapping[str, Any]:
    """A mapping; empty where it is none."""
    return value if isinstance(value, Mapping) else {}


def word(value: object) -> str:
    """A text; empty where it is none."""
    return value if isinstance(value, str) else ""


def words(value: object) -> list[str]:
    """The texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, (list, tuple)) else []


def whole_number(value: object) -> int | None:
    """A whole number; ``None`` where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
