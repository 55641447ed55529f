"""The configuration of ``run`` and ``evaluate`` as checked models: keys, types and defaults. Pydantic only.

The configuration of ``train`` is in ``training.py``. Reading files, line numbers and ``--set`` are in ``source.py``;
plug-in options are checked against the plug-in's own signature in ``plugins/options.py``. The text below a field says what
the key means: the documentation's tables are made from these texts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from benchmark.config.printing import PublishedEntry, ReportConfig, Statistic
from benchmark.config.sections import Section
from benchmark.config.vote_files import OpinionsEntry, WrittenOpinions
from benchmark.config.yaml_text import WrittenFloat, WrittenInt
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS

Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""The largest seed that every generator accepts: torch's refuses more than 63 bits."""

Side = Annotated[int, Field(ge=8)]
"""Side of a resized image, px."""

Margin = Annotated[float, Field(gt=0)]
"""A margin of equivalence, in the statistic's unit."""

Device = Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:\d+)?)$", description="auto, cpu, cuda or cuda:N")]
DATA_KEYS = (
    "reference_pattern",
    "condition_pattern",
    "size_mismatch",
    "resize",
    "orientation",
    "bit_depth",
    "fov",
    "lower_mos_better",
    "max_pixels",
)

SEVERAL = "columns"
"""The option of a method's entry that may stand for several methods."""


class PluginEntry(Section):
    """A plug-in by name; every key that is not the engine's is an option of the plug-in."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    IN_WORDS: ClassVar[str] = "a name, or a mapping with `name`"

    name: str
    """The plug-in's name, as `list methods` or `list datasets` prints it; its own options stand beside it."""

    @property
    def options(self) -> dict[str, Any]:
        """The plug-in's own options, unchecked."""
        return dict(self.model_extra or {})


class DatasetEntry(PluginEntry):
    """The data set, how its images are prepared, and which splits are scored.

    ``test_fold`` makes one fold of the references the test split and the others the training split; ``folds`` says how many
    there are, where the data set has none of its own, and ``fold_seed`` which reference falls into which.
    """

    splits: tuple[str, ...] | None = None
    """Which splits are scored, `all` for each; by default `[test]`, else `[val]`, else all there are."""
    folds: Annotated[int, Field(ge=2)] | None = None
    """Divide the references (or clusters) into so many folds; one is the test split, the others the training split."""
    test_fold: Annotated[int, Field(ge=1)] | None = None
    """The fold that is scored and not trained on, counted from 1."""
    fold_seed: Seed = 0
    """Decides which reference falls into which fold."""
    size_mismatch: Literal["error", "resize-reference", "resize-enhanced", "crop"] = "error"
    """What happens to a pair whose images differ in size."""
    resize: Side | tuple[Side, Side] | None = None
    """Bring all images to this shorter side, or to `[height, width]`, in pixels; together at most `max_pixels`."""
    orientation: Literal["ignore", "apply"] = "ignore"
    """EXIF orientation: `ignore` it, as other readers do, or `apply` it to each image that has one; tables say
    which where any image has one."""
    bit_depth: Annotated[int, Field(ge=8, le=16)] | None = None
    """How many bits the values of 16-bit files have, by default all: `12` divides by 4,095 instead of 65,535, and
    refuses a file that holds more."""
    fov: Literal["none", "crop", "blank"] = "none"
    """The round field of view: `crop` to it, or `blank` what is outside it."""
    lower_mos_better: bool | None = None
    """Whether a lower label means better quality; by default as the data set says."""
    max_pixels: Annotated[int, Field(ge=1)] = 100_000_000
    """Larger images are refused before they are decoded."""
    opinions: WrittenOpinions | None = None
    """Single votes of observers: the file of a table, or a mapping with the keys that `evaluate --opinions` takes. They
    give the labels' SD and number of observers where the data set has none."""

    @model_validator(mode="after")
    def _resized_images_are_allowed(self) -> DatasetEntry:
        sides = (self.resize, self.resize) if isinstance(self.resize, int) else self.resize
        if sides is not None and sides[0] * sides[1] > self.max_pixels:
            raise ValueError(f"resize makes {sides[1]}×{sides[0]} or more, above max_pixels ({self.max_pixels:,})")
        return self

    @field_validator("opinions")
    @classmethod
    def _votes_are_in_a_file(cls, value: OpinionsEntry | None) -> OpinionsEntry | None:
        if value is not None and value.file is None:
            raise ValueError("name the `file` of the votes: a data set has no columns of its own")
        return value

    @model_validator(mode="after")
    def _folds_have_one_left_out(self) -> DatasetEntry:
        if self.folds is not None and self.test_fold is None:
            raise ValueError("folds needs `test_fold`: the one that is scored and not trained on")
        return self


class MethodEntry(PluginEntry):
    """A method with its options; ``label`` names its column and row."""

    label: str | None = None
    """What the method's column and row are called, by default its name; needed where a method stands twice with
    different options. Before the names of an entry that stands for several methods (`columns`), where it is given."""

    @property
    def stands_for_several(self) -> bool:
        """Whether it may be written out as several entries before a run; see ``benchmark.scoring.several``."""
        return SEVERAL in self.options


class StatisticsConfig(Section):
    """How correlations are resampled and compared."""

    replicates: Annotated[int, Field(ge=1, le=10_000_000)] = 10_000
    """How many resamples are drawn."""
    resample: Literal["cluster", "pair", "cluster+observer"] = "cluster"
    """What is drawn: references (or the clusters that the data set names) with all their pairs, or single pairs; with
    `cluster+observer` also the observers, of whose votes (`opinions`) labels are made anew: intervals and tests of
    correlations then speak of other observers, too."""
    interval: Literal["auto", "percentile", "bca", "jackknife"] = "auto"
    """How intervals are made; `auto` chooses by the number of references and says so."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Confidence of the intervals."""
    multiplicity: Literal["max-t", "holm", "none"] = "max-t"
    """How p-values are corrected for many comparisons: by Romano–Wolf `max-t`, by `holm`, or not at all."""
    family: tuple[Statistic, ...] = ()
    """Statistics whose p-values are corrected together, over all pairs of methods of all of them: for a table in which
    marks are to hold for several columns at once. By default each statistic by itself."""
    mapping_resamples: Literal["refit", "once"] = "refit"
    """Logistic mappings are fitted anew in each resample (`refit`), or `once`."""
    tests: tuple[Literal["steiger", "williams", "meng", "f-test"], ...] = ()
    """Tests beside the resampled ones; they take pairs as independent."""
    comparisons: Literal["auto", "all", "best"] = "auto"
    """`all` compares every two methods, `best` the best by each statistic (and `baseline`) with all others; `auto`
    is `all` up to 60 methods."""
    baseline: str = ""
    """Label of a method that is compared with all others too, where comparisons are limited."""
    seed: Seed = 0
    """Seed of the resampling."""
    subsets: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """Conditions taken together, by a name under which tables show them beside the single ones:
    `{Noise: [additive Gaussian noise, impulse noise]}`."""
    ranges: Literal[0] | Annotated[int, Field(ge=2, le=10)] = 0
    """Divide the pairs into so many ranges of their labels, from the lowest quality to the highest, and compute and compare
    correlations in each; `level: range` prints them. By default none."""
    equivalence: Margin | dict[Statistic, Margin] | None = None
    """Differences below this margin don't matter: `0.02` for all correlations and shares, or by statistic, `{srcc: 0.02,
    rmse: 1}`. Each comparison is then better, worse, equivalent (inside the margin) or undecided."""
    noise_ceiling: bool = False
    """Whether to compute, as a last line of tables, the correlation that a perfect method would have with labels as noisy
    as these; they need their SD and number of observers, 95 % limits, or single votes."""

    @model_serializer(mode="wrap")
    def _only_what_is_used(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        unused = [key for key in ("subsets", "ranges", "equivalence", "noise_ceiling") if not content.get(key)]
        return {key: item for key, item in content.items() if key not in unused}

    @field_validator("equivalence")
    @classmethod
    def _an_empty_mapping_is_a_slip(cls, value: Any) -> Any:
        if value == {}:
            raise ValueError("name at least one statistic, as in {srcc: 0.02}, or leave the key out")
        return value

    @model_validator(mode="after")
    def _two_factors_have_a_form(self) -> StatisticsConfig:
        if self.resample == "cluster+observer" and self.interval == "bca":
            raise ValueError("`interval: bca` has no form for `resample: cluster+observer`; take auto or percentile")
        return self

    @field_validator("family")
    @classmethod
    def _members_differ(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((name for place, name in enumerate(value) if name in value[:place]), "")
        if twice:
            raise ValueError(f"{twice} is named twice")
        return value


class EvaluateConfig(Section):
    """What ``evaluate --set`` can change."""

    statistics: StatisticsConfig = StatisticsConfig()
    """How correlations are resampled and compared."""
    report: ReportConfig = ReportConfig()
    """Which tables and plots are written."""
    published: dict[str, PublishedEntry] = Field(default_factory=dict)
    """By label, values that a paper prints."""


def as_entry(value: Any) -> Any:
    """A plug-in as people write it: its name alone, or a mapping."""
    if isinstance(value, (WrittenInt, WrittenFloat)):
        value = value.text
    return {"name": value} if isinstance(value, str) else value


def data_keys_inside(raw: Any) -> Any:
    """The keys that say how the data are read may be written beside ``dataset`` or in it, not in both."""
    if not isinstance(raw, dict):
        return raw
    outside = {key: raw[key] for key in DATA_KEYS if key in raw}
    if not outside or not isinstance(as_entry(raw.get("dataset")), dict):
        return raw
    dataset = as_entry(raw["dataset"])
    twice = [key for key in outside if key in dataset]
    if twice:
        raise ValueError(f"{twice[0]} stands both at the top and under dataset: keep one")
    rest = {key: value for key, value in raw.items() if key not in outside}
    return {**rest, "dataset": {**dataset, **outside}}


class RunConfig(Section):
    """A configuration for ``run``."""

    dataset: Annotated[DatasetEntry, BeforeValidator(as_entry)]
    """The data set and how its images are prepared."""
    methods: Annotated[
        tuple[Annotated[MethodEntry, BeforeValidator(as_entry)], ...],
        Field(min_length=1),
    ]
    """The methods that are scored."""
    statistics: StatisticsConfig = StatisticsConfig()
    """How correlations are resampled and compared."""
    report: ReportConfig = ReportConfig()
    """Which tables and plots are written."""
    published: dict[str, PublishedEntry] = Field(default_factory=dict)
    """By label, values that a paper prints."""
    weights_dir: Path | None = None
    """A folder filled by `weights CONFIG --to DIR`; its files are checked against its manifest."""
    offline: bool = False
    """Never download weights."""
    unpublished_weights: Literal["refuse", "mark"] = "refuse"
    """A weight file whose hash is not the published one: `refuse` it, or `mark` its method in every table."""
    plugins: tuple[Path, ...] = ()
    """Further folders with `methods/` and `datasets/`: code, which runs with your rights."""
    output: Path | None = None
    """Where everything is written; by default `results/` and the file's name."""
    device: Device = "auto"
    """Where methods compute; `auto` takes CUDA where it is usable."""
    robustness: tuple[Literal["shift", "rotate", "jpeg", "half"], ...] = ()
    """Score everything again with the enhanced images changed a little, and tell how far scores and ranks move: a `shift`
    by one pixel, a rotation by one degree (`rotate`), storing as `jpeg` of quality 95, or both images at `half` size."""
    autocast: Literal["bfloat16", "float16"] | None = None
    """Run `torch.autocast` around every score; this changes numbers, and every table says so."""
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Threads of each worker, which decide the last bits of scores; by default 1, or as before in this output."""
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Worker processes; by default one a core, as memory allows, and two on CUDA."""
    time_limit: Annotated[float, Field(gt=0)] = 600.0
    """Seconds for one pair; a method that takes longer is stopped, and the others go on."""
    seed: Seed = 0
    """Seed of methods that draw random numbers."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Score only the first so many references of each split; by default all."""

    @model_validator(mode="before")
    @classmethod
    def _data_keys_may_stand_outside(cls, raw: Any) -> Any:
        return data_keys_inside(raw)

    @model_validator(mode="after")
    def _labels_differ(self) -> RunConfig:
        labels = [entry.label or entry.name for entry in self.methods if not entry.stands_for_several]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"methods: {twice[0]!r} stands twice; give each a `label` of its own")
        taken = [label for label in labels if label in (*SCORE_KEYS, *LIMITS)]
        if taken:
            raise ValueError(f"methods: the label {taken[0]!r} is the name of a column of scores.csv; take another")
        return self


class PluginFolders(Section):
    """Folders that the command line or a keyword adds."""

    plugins: tuple[Path, ...] = ()
    """Further folders with `methods/` and `datasets/`."""


class DeviceChoice(Section):
    """A device that the command line or a keyword names."""

    device: Device = "auto"
    """Where methods compute."""


class SeedChoice(Section):
    """A seed that a keyword names."""

    seed: Seed = 0
    """Seed of methods that draw random numbers."""
