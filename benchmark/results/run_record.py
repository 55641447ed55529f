"""Types of the content of ``run.json``, which says what made a run and how to repeat it. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict


class Tool(TypedDict):
    """The version of this tool that made a run; ``commit`` is empty outside a checkout."""

    name: str
    version: str
    commit: str


class DataSetRecord(TypedDict, total=False):
    """The pairs that were scored; ``fingerprint`` is the SHA-256 over their names, labels and images.

    ``label_files`` gives the SHA-256 of each file of labels, by its name (with its folder, where several have one name).
    """

    name: str
    title: str
    source: str
    labels: str
    label_name: str
    citation: str
    fingerprint: str
    label_files: dict[str, str]
    pairs: int
    references: int
    splits: list[str]


class Times(TypedDict):
    """Values that differ from call to call: start (UTC), duration, number of computed scores."""

    started: str
    seconds: float
    computed: int


class StudyPartRecord(TypedDict):
    """One data set of a study: the folder of its results, why it has none (empty if it has), and its partitions.

    ``seen`` tells why it is no test of a method, by the method's label; only where there are such methods. ``made`` is what
    the data set's own record says of its pairs and scores.
    """

    folder: str
    reason: str
    partitions: int
    seen: NotRequired[dict[str, str]]
    made: NotRequired[dict[str, Any]]


class RunRecord(TypedDict, total=False):
    """The whole record; a report of several runs side by side has only ``runs``, by name.

    ``configuration`` repeats the run. ``weights`` and ``failed_pairs`` are by label, ``scores`` and ``opinions``
    the SHA-256 of joined files by path, ``efficiency`` by label and quantity, ``rows`` counts the rows of each CSV file,
    ``analyses`` has the notes of further ones.
    """

    format: int
    tool: Tool
    configuration: dict[str, Any]
    dataset: DataSetRecord
    weights: dict[str, Any]
    scores: dict[str, str]
    opinions: dict[str, str]
    failed_pairs: dict[str, int]
    efficiency: Mapping[str, Mapping[str, float | None]]
    device: str
    threads: int
    versions: dict[str, str]
    machine: dict[str, Any]
    statistics: dict[str, Any]
    report: dict[str, Any]
    published: dict[str, dict[str, Any]]
    title: str
    notes: list[str]
    lower_mos_better: bool
    simulated: bool
    methods: list[dict[str, Any]]
    rows: dict[str, int]
    analyses: dict[str, list[str]]
    times: Times
    runs: dict[str, RunRecord]
    study: dict[str, StudyPartRecord]
    lower_mos_better_in: list[str]


def statistics_settings(record: RunRecord) -> list[Mapping[str, Any]]:
    """The section ``statistics`` of a record, or of each run of a report of several."""
    single = record.get("runs")
    records = list(single.values()) if single is not None else [record]
    return [one.get("statistics", {}) for one in records]


def subsets_of(record: RunRecord) -> dict[str, tuple[str, ...]]:
    """Conditions taken together, by name, of a record or of each run of a report of several."""
    return {name: tuple(some) for one in statistics_settings(record) for name, some in one.get("subsets", {}).items()}
