"""Everything that a report is made from: scores, statistics, methods, notes, configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.core.choice_columns import CHOICE_KEYS
from benchmark.results.run_record import RunRecord
from benchmark.results.scored import ScoredMethod

if TYPE_CHECKING:
    import pandas as pd


def no_choices() -> pd.DataFrame:
    """A table of choices without rows."""
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame(columns=list(CHOICE_KEYS))


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """Small JPEG files for the page; pairs and references may be missing.

    Attributes:
        enhanced: files of the enhanced images, by the pair's name.
        reference: files of the references, also by the pair's name; the page stores equal bytes once.
    """

    enhanced: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    reference: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A further analysis, which only some reports have.

    Attributes:
        table: one number or method per row, with the column ``dataset`` unless it is over all data sets (``POOLING``); its
            file is called like the analysis.
        notes: what readers must know of it.
    """

    table: pd.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """Everything that tables, plots and page are functions of.

    Attributes:
        title: heading of the page.
        scores: one row per pair, one column per method's label (``scores.csv``).
        summary: one number per row (``summary.csv``).
        comparisons: one pair of methods per row (``comparisons.csv``).
        failures: ``pair, method, reason`` (``failures.csv``).
        methods: the methods in the order of the configuration, unavailable ones included.
        choices: one choice between two images per row (``choices.csv``); empty where the labels are opinions of pairs.
        notes: what every reader must know about data and statistics.
        config: which tables and plots are wanted.
        published: values that papers print, by the method's label.
        confidence: confidence level of the intervals, in (0.5, 1).
        lower_mos_better: whether lower labels mean better quality.
        lower_mos_better_in: the data sets in which they do, where runs side by side differ; else ``None``.
        simulated: whether the labels are simulated.
        record: the content of ``run.json``; may be empty.
        histories: the history of each training, by the method's label (``history.csv``).
        thumbnails: small images of pairs, for the page.
        pages: of a study, the page of each data set, relative to the study's.
        failed_data: of a study, why each data set without results has none.
        analyses: further analyses that were asked for, by the names of their files (``places.ANALYSES``).
        seen: of a study, by data set and method's label, why the method's values there are no test: its network has seen
            references that it would be tested on.
    """

    title: str
    scores: pd.DataFrame
    summary: pd.DataFrame
    comparisons: pd.DataFrame
    failures: pd.DataFrame
    methods: tuple[ScoredMethod, ...]
    choices: pd.DataFrame = field(default_factory=no_choices)
    notes: tuple[str, ...] = ()
    config: ReportConfig = field(default_factory=ReportConfig)
    published: Mapping[str, PublishedEntry] = field(default_factory=dict)
    confidence: float = 0.95
    lower_mos_better: bool = False
    lower_mos_better_in: frozenset[str] | None = None
    simulated: bool = False
    record: RunRecord = field(default_factory=RunRecord)
    histories: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    thumbnails: Thumbnails = field(default_factory=Thumbnails)
    pages: Mapping[str, str] = field(default_factory=dict)
    failed_data: Mapping[str, str] = field(default_factory=dict)
    analyses: Mapping[str, Analysis] = field(default_factory=dict)
    seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def lower_labels(self, dataset: str) -> bool:
        """Whether lower labels of a data set mean better quality."""
        return self.lower_mos_better if self.lower_mos_better_in is None else dataset in self.lower_mos_better_in

    @property
    def all_notes(self) -> tuple[str, ...]:
        """Its notes, and those of further analyses after the analysis's name, for where there is room for one list."""
        of_analyses = (f"{name}: {note}" for name, item in self.analyses.items() for note in item.notes)
        return (*self.notes, *of_analyses)

    @property
    def of_study(self) -> bool:
        """Whether it is of several data sets that have pages of their own, or of one divided by a protocol."""
        return bool(self.pages or self.failed_data)

    def __repr__(self) -> str:
        """A short form, since its tables would fill hundreds of screens."""
        shown = ", ".join(method.label for method in self.methods[:9]) + (", …" if len(self.methods) > 9 else "")
        return f"ReportData({self.title!r}: {len(self.scores):,} pairs, {len(self.methods)} methods: {shown})"
