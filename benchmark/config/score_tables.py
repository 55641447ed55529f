"""The keys that say how a table of scores is read, and studies of several such tables. Pydantic and YAML.

``evaluate`` takes them as options for one table, or in a configuration for several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, model_validator

from benchmark.config import yaml_text
from benchmark.config.models import PluginEntry, StatisticsConfig, as_entry
from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.config.protocol import WrittenProtocol
from benchmark.config.sections import Section
from benchmark.config.study import PUBLISHED, label_fault
from benchmark.config.vote_files import WrittenOpinions

OF_OPINIONS = ("mos", "mos_sd", "observers", "mos_low", "mos_high", "opinions", "lower_mos_better")
LABELS = ("mos", "mos_sd", "observers", "mos_low", "mos_high")
OF_CHOICES = ("preference", "votes", "votes_first", "votes_second", "first", "second")


class TableKeys(Section):
    """Columns by heading, without blanks around it; their directions; how the table is read."""

    mos: str | None = None
    """Column of labels; required without `choices` or `opinions`."""
    lower_better: tuple[str, ...] = ()
    """Those methods in which lower means better."""
    lower_mos_better: bool = False
    """Whether lower labels mean better quality."""
    reference: str | None = None
    """Column of references; by default the first with one of the usual names."""
    cluster: str | None = None
    """Column of what is resampled and divided, when it is not the reference (for instance the patient)."""
    condition: str | None = None
    """Column of the enhancement algorithm or distortion."""
    mos_sd: str | None = None
    """Column of the labels' standard deviation."""
    observers: str | None = None
    """Column of the number of observers."""
    mos_low: str | None = None
    """Column of the labels' lower 95 % limits."""
    mos_high: str | None = None
    """Column of the labels' upper limits."""
    opinions: WrittenOpinions | None = None
    """Single votes of observers: the file of a table, or a mapping with the keys that `evaluate --opinions` takes. Labels,
    their SD and number of observers follow from them where no column has these."""
    choices: bool = False
    """Whether a row is a choice between two images (2AFC)."""
    preference: str | None = None
    """Choices: column of the share of the votes for the second image."""
    votes: str | None = None
    """Choices: column of the number of votes."""
    votes_first: str | None = None
    """Choices, instead of both: column of the votes for the first image."""
    votes_second: str | None = None
    """Choices, instead of both: column of the votes for the second image."""
    first: str | None = None
    """Choices: columns of the first image's scores, with `{}` for the method: `{}_p0`."""
    second: str | None = None
    """Choices: columns of the second image's scores."""
    sheet: str = ""
    """Sheet of a workbook; by default the one that has the columns."""


def misfit(keys: TableKeys, named: Callable[[str], str], aside: str = "") -> str:
    """What is wrong with keys of opinions beside ``choices``, and the other way round; empty if nothing is.

    Args:
        keys: the keys.
        named: how a key is called where it was written.
        aside: a remark on how to write ``choices``.
    """
    return next(_misfits(keys, named, aside), "")


def _misfits(keys: TableKeys, named: Callable[[str], str], aside: str) -> Iterator[str]:
    other = OF_OPINIONS if keys.choices else OF_CHOICES
    for key in (key for key in other if getattr(keys, key) not in (None, False)):
        if keys.choices:
            yield f"{named(key)}: choices have no opinions of single pairs; leave it out, or {named('choices')}"
        else:
            yield f"{named(key)}: it goes with {named('choices')}{aside}"
    if keys.choices:
        if keys.first is None or keys.second is None:
            patterns = f"{named('first')} '{{}}_p0' {named('second')} '{{}}_p1'"
            yield f"{named('choices')}: name the two columns of scores of each method, as in {patterns}"
        return
    if (keys.mos_low is None) != (keys.mos_high is None):
        yield f"{named('mos_low')} and {named('mos_high')} go together: the columns of the labels' 95 % limits"
    if keys.mos is None and keys.opinions is None:
        choices = f"{named('choices')}, where observers chose between two images"
        yield f"{named('mos')}: name the column of labels; or {choices}"


class ScoresEntry(Section):
    """A file of many methods' scores of the pairs of a table: each of its columns is a method, as in `scores-file`."""

    file: Path
    """The file: text, an Excel workbook or Parquet, with a column of image names."""
    columns: Literal["all"] | tuple[str, ...] = "all"
    """The columns that are methods; `all`: those of numbers that are no names, labels, counts, references or conditions."""
    lower_better: Literal["all"] | tuple[str, ...] = ()
    """Those in which lower means better, or `all`."""
    higher_better: Literal["all"] | tuple[str, ...] = ()
    """Those in which higher means better; without `lower_better`, lower is better in the others."""
    label: str | None = None
    """What stands before the names of the columns."""
    names: str | None = None
    """The column of image names, where it has none of the usual headings."""
    folder: str | None = None
    """The column of folders, where images of several folders have the same name."""
    source: str = ""
    """Where the file comes from, which tables say beside its name."""
    trained_on: str = "not declared"
    """The data that the methods were fitted to."""
    citation: str = ""
    """BibTeX entry, or one line."""
    decimal: Literal[",", "."] | None = None
    """The decimal mark of its numbers; by default detected where it is unambiguous."""


def as_scores(value: Any) -> Any:
    """A file of scores as people write it: its path, ``{file: …, columns: …}`` as text, or a mapping."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return yaml_text.load(value)
        except yaml.YAMLError:
            raise ValueError(f"{value!r} is no mapping: write {{file: scores.csv, columns: all}}") from None
    return {"file": value} if isinstance(value, (str, Path)) else value


WrittenScores = Annotated[ScoresEntry, BeforeValidator(as_scores)]


class TableMethod(PluginEntry):
    """A method of a study of tables: a column of scores, or with ``features`` a plug-in that learns from columns."""

    label: str | None = None
    """With `features`: what its row is called, by default its name."""
    features: tuple[str, ...] = ()
    """The columns from which a plug-in learns, anew in each partition."""

    @property
    def shown(self) -> str:
        """What its row is called."""
        return self.label or self.name

    @property
    def learns(self) -> bool:
        """Whether it is a plug-in that learns from columns, and no column itself."""
        return bool(self.features)

    @model_validator(mode="after")
    def _a_column_has_a_name_only(self) -> TableMethod:
        further = [key for key in ("label", *self.options) if key != "label" or self.label]
        if further and not self.features:
            raise ValueError(f"`{further[0]}`: a column has no options; a plug-in that learns names its `features`")
        return self


TableMethods = tuple[Annotated[TableMethod, BeforeValidator(as_entry)], ...]


class TableEntry(TableKeys):
    """A table of a study, with the keys of `evaluate`."""

    file: Path
    """The table: CSV, an Excel workbook or Parquet, one row a pair, or with `choices` a choice."""
    label: str | None = None
    """What its columns and its folder are called, by default the file's name without its ending."""
    methods: TableMethods | None = None
    """Its own methods, instead of the study's."""
    decimal: Literal[",", "."] | None = None
    """The decimal mark of its numbers; by default detected where it is unambiguous."""
    duplicates: Literal["refuse", "drop-identical"] = "refuse"
    """Rows that stand twice: refuse them, or keep the first of identical ones."""
    partitions: Path | None = None
    """Scores of methods that were trained anew for each partition: a `partitions.csv`."""
    scores: tuple[WrittenScores, ...] = ()
    """Files of scores of the same images, joined by the images' names: each of their columns is a method, too."""

    @property
    def shown(self) -> str:
        """What it is called."""
        return self.label or self.file.stem

    @model_validator(mode="after")
    def _has_columns_of_one_kind(self) -> TableEntry:
        wrong = misfit(self, lambda key: f"`{key}`")
        if wrong:
            raise ValueError(wrong)
        return self


class TableStudyKeys(Section):
    """A configuration of ``evaluate``: several tables of scores side by side, without images."""

    tables: Annotated[tuple[TableEntry, ...], Field(min_length=1)]
    """The tables, each with the keys of `evaluate`."""
    methods: TableMethods = ()
    """Columns of scores in every table that does not name its own; and plug-ins that learn from columns."""
    lower_better: tuple[str, ...] = ()
    """Those of them in which lower means better, in every table that does not name its own."""
    protocol: WrittenProtocol = PUBLISHED
    """How each table is divided into partitions; by default not at all."""
    statistics: StatisticsConfig = StatisticsConfig()
    """How correlations are resampled and compared."""
    report: ReportConfig = ReportConfig()
    """Which tables and plots are written."""
    published: dict[str, PublishedEntry] = Field(default_factory=dict)
    """By label, values that a paper prints."""
    plugins: tuple[Path, ...] = ()
    """Further folders with `methods/`: code, which runs with your rights."""
    output: Path | None = None
    """Where everything is written; by default `results/` and the file's name."""

    @model_validator(mode="after")
    def _labels_differ(self) -> TableStudyKeys:
        fault = label_fault([entry.shown for entry in self.tables], "tables")
        if fault is not None:
            raise ValueError(fault[1])
        return self
