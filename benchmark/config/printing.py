"""The configuration of what is printed: tables, figures, and values of papers beside measured ones. Pydantic only.

A part of the configurations of ``models.py``. The text below a field says what the key means: the documentation's tables
are made from these texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    create_model,
    field_validator,
    model_serializer,
    model_validator,
)

from benchmark.config.calibration_analysis import CalibrationAnalysis
from benchmark.config.figures import FigureConfig, FileType
from benchmark.config.grouping import Grouping
from benchmark.config.kinds import TRUTHS
from benchmark.config.latex_keys import LATEX_KEYS, LatexKeys
from benchmark.config.pooling_analysis import PoolingAnalysis
from benchmark.config.reference_analysis import ReferenceAnalysis
from benchmark.config.sections import Section
from benchmark.config.written import Written
from benchmark.core.places import ANALYSES
from benchmark.statistics import catalogue

if TYPE_CHECKING:
    Statistic = str
else:
    Statistic = Literal[catalogue.names()]
OF_STUDIES = ("by", "average", "aggregate", "spread")
"""Keys of tables that need several data sets or partitions; a record has them only where they are used."""
LATER = (*OF_STUDIES, "kind", "statistic", *LATEX_KEYS)
"""All keys that a record has only where they are used, so that a record without them is what it was before they existed."""
CROSS = "srcc"
"""What the cells of a cross table are, unless it says otherwise."""
OF_ANALYSES = ("reference_quality", "calibration", "groups", "sorting_accuracy", "pooling")
"""Keys of further analyses, which a record has only where they are asked for."""
EFFICIENCY = "efficiency"
"""Name of the table of costs, which any report may have."""
EQUIVALENCE = "equivalence"
"""How the names of tables begin that say which methods are equivalent, where a margin was given."""


class TableConfig(LatexKeys):
    """One comparison table: its rows, columns and style."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", description="letters, digits, - and _")] = "comparison"
    """Name of the table's files in `tables/`; two names that differ in case only are refused."""
    kind: Literal["comparison", "ablation", "cross"] = "comparison"
    """`ablation`: the rows are variants of one method, with a column for each option that differs (✓, –, or its value).
    `cross`, of a study that trains: the rows are what a method was trained on, the columns what it is tested on."""
    statistic: Statistic | None = None
    """What the cells of a `cross` table are; by default SRCC."""
    caption: str = ""
    """LaTeX caption."""
    label: str = ""
    """LaTeX label."""
    rows: Annotated[dict[str, Annotated[list[str], Field(min_length=1)]], Field(min_length=1)] | None = None
    """Groups of rows, `{Hand-crafted: [psnr, ssim], Learned: [lpips]}`, or a list for one group, `[psnr, ssim]`; by default
    all methods, best first; in an `ablation`, each method that has several entries, in their order; in a `cross` table, all
    that the study trains (others that are named stand beneath them)."""
    columns: Annotated[tuple[Statistic, ...], Field(min_length=1)] | None = None
    """The statistics that are printed, in this order; by default the usual ones."""
    level: Literal["pair", "reference", "system", "choice", "range"] | None = None
    """What a statistic is computed over: all pairs, the mean within references, the means of conditions, or choices
    between two images; by default the first of these at which there is such a statistic. `range` prints a column for all
    pairs and one for each range of the labels (`statistics.ranges`)."""
    conditions: Literal["none", "all"] | tuple[str, ...] = "none"
    """A column for each of these conditions; `all` for each there is."""
    datasets: tuple[str, ...] | None = None
    """Which data sets are printed; by default all."""
    splits: tuple[str, ...] | None = None
    """Which splits are printed; by default all."""
    by: Literal["dataset", "statistic", "rows"] = "dataset"
    """How several data sets are laid out: a group of columns each; a group of columns for each statistic, with the data
    sets in it; or a group of `rows` each."""
    average: tuple[Literal["direct", "weighted"], ...] = ()
    """Columns of averages over the data sets: `direct`, or `weighted` by their pairs."""
    aggregate: Literal["none", "median", "mean", "within", "pooled"] = "none"
    """Print the median or mean over the test parts of a study's partitions instead of the value over all pairs; or, where
    methods were trained by partition, the mean `within` partitions or the `pooled` value, with their intervals."""
    spread: Literal["none", "sd", "range", "quartiles"] = "none"
    """What is printed beside an aggregate: how it varies over partitions, which is no interval."""
    interval: bool | Literal["below"] = True
    """Whether intervals are printed beside their values; `below` prints them below."""
    magnitude: bool = False
    """Print and compare magnitudes, as many papers do; what was negative is named in a note."""
    digits: Annotated[int, Field(ge=1, le=6)] = 3
    """Digits after the point."""
    wide: Literal["none", "adjustbox", "table*"] = "adjustbox"
    """What is done with LaTeX tables that are too wide, where `width` does not say it: nothing, shrink them, or let them
    span both columns."""

    @field_validator("rows", mode="before")
    @classmethod
    def _a_list_is_one_group(cls, value: Any) -> Any:
        return {"": value} if isinstance(value, list | tuple) and value else value

    @model_serializer(mode="wrap")
    def _without_unused_keys_of_studies(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        unused = [key for key in LATER if getattr(self, key) == type(self).model_fields[key].default]
        return {key: item for key, item in content.items() if key not in unused}

    @model_validator(mode="after")
    def _intervals_have_one_place(self) -> TableConfig:
        if self.ci is not None and self.interval is not True:
            raise ValueError("`ci` and `interval` both say where intervals stand: keep `ci`")
        return self

    @property
    def shows_interval(self) -> bool:
        """Whether intervals are printed."""
        return self.interval is not False and self.ci != "none"

    @property
    def with_interval(self) -> bool:
        """Whether what is printed may have intervals: all but medians and means over partitions."""
        return self.aggregate not in ("median", "mean")

    @model_validator(mode="after")
    def _spread_is_of_an_aggregate(self) -> TableConfig:
        if self.spread != "none" and self.aggregate == "none":
            raise ValueError("`spread` needs `aggregate`: the spread of a median or mean over partitions")
        if self.spread != "none" and self.with_interval:
            raise ValueError(f"`{self.aggregate}` has an interval, and no `spread`: that is of a median or mean")
        return self

    @model_validator(mode="after")
    def _a_cross_table_has_one_statistic(self) -> TableConfig:
        if self.kind != "cross":
            if self.statistic is not None:
                raise ValueError("`statistic` goes with `kind: cross`; other tables name theirs under `columns`")
            return self
        instead = {
            "columns": "it prints one `statistic`, and its columns are the data sets",
            "conditions": "its columns are the data sets",
            "by": "its columns are the data sets",
            "average": "each of its rows lacks the data sets that it was trained on",
        }
        for key, why in instead.items():
            if getattr(self, key) != type(self).model_fields[key].default:
                raise ValueError(f"a cross table has no `{key}`: {why}")
        shown = self.statistic or CROSS
        if self.level is not None and self.level not in catalogue.find(shown).levels:
            there = ", ".join(catalogue.names(self.level))
            raise ValueError(f"{shown} is not computed at level {self.level} (there: {there})")
        return self


def _by(value: Any) -> Any:
    """A column's name alone stands for a grouping by it."""
    return {"by": value} if isinstance(value, str) else value


def _usual_form(value: Any) -> Any:
    """An analysis that is asked for by a truth value, however it is written, in its usual form; or that is not wanted."""
    truth = TRUTHS.get(str(value).lower()) if isinstance(value, (bool, str)) else None
    return value if truth is None else {} if truth else None


class ReportConfig(Section):
    """Which tables and plots are written."""

    plots: tuple[Literal["png", "pdf"], ...] = ("png", "pdf")
    """File types of figures; `[]` draws none. `figures` says more, and then has `formats` in its place."""
    figures: FigureConfig | None = None
    """How figures look: for a paper, a screen or a poster, with which font, width and colours; its keys are below."""
    tables: tuple[TableConfig, ...] = (TableConfig(),)
    """The comparison tables; their keys are below."""
    title: str = ""
    """Title of the page, by default the data set's."""
    reference_quality: ReferenceAnalysis | None = None
    """An analysis for degraded references; `true` for its usual form, the label of a method for `by`, or its keys below."""
    sorting_accuracy: bool = False
    """PWRC, and its curve of sorting accuracy against the difference of labels that observers notice."""
    groups: tuple[Annotated[Grouping, BeforeValidator(_by)], ...] = ()
    """Correlations in groups of pairs: a list of columns (`[grade, condition]`), or of mappings with the keys below."""
    calibration: CalibrationAnalysis | None = None
    """Errors of mapped scores in the labels' unit, by decile; `true` for the usual form, or its keys below."""

    pooling: PoolingAnalysis | None = None
    """An analysis over several data sets: correlations pooled by random effects, and ranks; `true` for its usual form, or
    its keys below."""

    @field_validator("calibration", "pooling", mode="before")
    @classmethod
    def _a_truth_is_enough(cls, value: Any) -> Any:
        return _usual_form(value)

    @field_validator("reference_quality", mode="before")
    @classmethod
    def _a_word_is_enough(cls, value: Any) -> Any:
        wanted = _usual_form(value)
        return {"by": wanted} if isinstance(wanted, str) else wanted

    @model_serializer(mode="wrap")
    def _without_analyses_that_are_not_wanted(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        content.pop("figures" if self.figures is None else "plots" if self._formats_said else "", None)
        return {key: item for key, item in content.items() if key not in OF_ANALYSES or item}

    @property
    def file_types(self) -> tuple[FileType, ...]:
        """The file types of figures, whichever key says them."""
        return self.figures.formats if self.figures is not None and self._formats_said else self.plots

    @property
    def _formats_said(self) -> bool:
        return self.figures is not None and "formats" in self.figures.model_fields_set

    @model_validator(mode="after")
    def _file_types_have_one_place(self) -> ReportConfig:
        if self._formats_said and "plots" in self.model_fields_set:
            raise ValueError("`plots` and `figures.formats` both say the file types of figures: keep `figures.formats`")
        return self

    @field_validator("groups")
    @classmethod
    def _groupings_differ(cls, value: tuple[Grouping, ...]) -> tuple[Grouping, ...]:
        names = [grouping.by for grouping in value]
        twice = next((name for place, name in enumerate(names) if name in names[:place]), "")
        if twice:
            raise ValueError(f"two groupings are by {twice!r}")
        return value

    @model_validator(mode="after")
    def _names_differ(self) -> ReportConfig:
        names = [table.name for table in self.tables]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise ValueError("two tables have the same name")
            alike = next((other for other in names[:place] if other.casefold() == name.casefold()), "")
            if alike:
                raise ValueError(f"the tables {alike!r} and {name!r} differ in case only: on many disks, one file")
            if name.casefold() == EFFICIENCY:
                raise ValueError(f"the table {name!r} has the name of the table of costs, `{EFFICIENCY}`; take another")
            taken = next((one for one in (*ANALYSES, EQUIVALENCE) if name.casefold().startswith(one)), "")
            if taken:
                raise ValueError(f"the table {name!r} begins like those of the analysis `{taken}`; take another name")
        return self


if TYPE_CHECKING:

    class PrintedValues(Section):
        """A value of each statistic of the catalogue, as a paper prints it."""
else:
    PrintedValues = create_model(
        "PrintedValues",
        __base__=Section,
        **{
            name: (Written | None, Field(default=None, description=f"{item.title} as printed: {item.meaning}."))
            for name, item in catalogue.catalogue().items()
        },
    )


class PublishedEntry(PrintedValues):
    """Values that a paper prints for a method: shown as reported, never as measured; they keep their digits."""

    mapping: str = "unknown"
    """What the paper did before `plcc`: `none`, `logistic4` and so on."""
    absolute: bool | Literal["unknown"] = "unknown"
    """Whether the paper prints magnitudes."""
    source: str
    """The paper."""
    dataset: str = ""
    """The data set that the values belong to; by default any."""
    split: str = ""
    """The split that the values belong to; by default any."""

    @field_validator(*catalogue.names())
    @classmethod
    def _values_have_a_range(cls, value: Written | None, info: ValidationInfo) -> Written | None:
        record = catalogue.find(str(info.field_name))
        low, high = record.range
        if value is None or low <= value <= high:
            return value
        if record.scale == "log":
            raise ValueError(f"it is not negative: {record.meaning}")
        if record.scale == "plain":
            raise ValueError(f"it lies between {low:.3g} and {high:.3g}: {record.meaning}")
        what = "a correlation" if record.correlation else "a share"
        raise ValueError(f"{what} lies between {low:g} and {high:g}: write 0.807 for 80.7 %")

    @model_serializer(mode="wrap")
    def _only_what_is_printed(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        return {key: item for key, item in content.items() if item is not None}
