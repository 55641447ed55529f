"""The configuration file as checked models: what may stand in it, of what type, with what default.

Pydantic only. Reading files, line numbers and ``--set`` are in ``config_file.py``; plug-in options are checked
against the plug-in's own signature in ``options.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from benchmark.config.sections import Section
from benchmark.config.written import Written
from benchmark.config.yaml_text import WrittenFloat, WrittenInt
from benchmark.core.words import did_you_mean

LOSSES = ("mse", "plcc", "rank")
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""What every generator takes: torch's refuses more than 63 bits."""

Side = Annotated[int, Field(ge=8)]
"""Of an image that is resized, px."""

STATISTICS = (
    "srcc",
    "plcc",
    "krcc",
    "plcc_logistic4",
    "plcc_logistic5",
    "rmse",
    "outlier_ratio",
    "auc_ds",
    "auc_bw",
    "cc_0",
    "pairs_ordered",
)
Device = Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:\d+)?)$", description="auto, cpu, cuda or cuda:N")]
Statistic = Literal[
    "srcc",
    "plcc",
    "krcc",
    "plcc_logistic4",
    "plcc_logistic5",
    "rmse",
    "outlier_ratio",
    "auc_ds",
    "auc_bw",
    "cc_0",
    "pairs_ordered",
]
SCORE_KEYS = (
    "dataset",
    "split",
    "fold",
    "pair",
    "reference",
    "cluster",
    "enhanced",
    "condition",
    "mos",
    "mos_sd",
    "observers",
)
EFFICIENCY = "efficiency"
"""Name of the table of costs, which every report may have."""
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


class PluginEntry(Section):
    """A plug-in by name; every key that is not the engine's is an option of the plug-in."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    IN_WORDS: ClassVar[str] = "a name, or a mapping with `name`"

    name: str

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
    folds: Annotated[int, Field(ge=2)] | None = None
    test_fold: Annotated[int, Field(ge=1)] | None = None
    fold_seed: Seed = 0
    size_mismatch: Literal["error", "resize-reference", "resize-enhanced", "crop"] = "error"
    resize: Side | tuple[Side, Side] | None = None
    orientation: Literal["ignore", "apply"] = "ignore"
    bit_depth: Annotated[int, Field(ge=8, le=16)] | None = None
    fov: Literal["none", "crop", "blank"] = "none"
    lower_mos_better: bool | None = None
    max_pixels: Annotated[int, Field(ge=1)] = 100_000_000

    @model_validator(mode="after")
    def _resized_images_are_allowed(self) -> DatasetEntry:
        sides = (self.resize, self.resize) if isinstance(self.resize, int) else self.resize
        if sides is not None and sides[0] * sides[1] > self.max_pixels:
            raise ValueError(f"resize makes {sides[1]}×{sides[0]} or more, above max_pixels ({self.max_pixels:,})")
        return self

    @model_validator(mode="after")
    def _folds_have_one_left_out(self) -> DatasetEntry:
        if self.folds is not None and self.test_fold is None:
            raise ValueError("folds needs `test_fold`: the one that is scored and not trained on")
        return self


class MethodEntry(PluginEntry):
    """A method with its options; ``label`` names its column and row."""

    label: str | None = None


class StatisticsConfig(Section):
    """How correlations are resampled and compared."""

    replicates: Annotated[int, Field(ge=1, le=10_000_000)] = 10_000
    resample: Literal["cluster", "pair"] = "cluster"
    interval: Literal["auto", "percentile", "bca", "jackknife"] = "auto"
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    multiplicity: Literal["max-t", "holm", "none"] = "max-t"
    mapping_resamples: Literal["refit", "once"] = "refit"
    tests: tuple[Literal["steiger", "williams", "f-test"], ...] = ()
    comparisons: Literal["auto", "all", "best"] = "auto"
    baseline: str = ""
    seed: Seed = 0


class TableConfig(Section):
    """One comparison table: its rows, columns and style."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", description="letters, digits, - and _")] = "comparison"
    caption: str = ""
    label: str = ""
    rows: Annotated[dict[str, Annotated[list[str], Field(min_length=1)]], Field(min_length=1)] | None = None
    columns: Annotated[tuple[Statistic, ...], Field(min_length=1)] = ("srcc", "plcc", "krcc", "plcc_logistic4", "rmse")
    level: Literal["pair", "reference", "system"] = "pair"
    conditions: Literal["none", "all"] | tuple[str, ...] = "none"
    datasets: tuple[str, ...] | None = None
    splits: tuple[str, ...] | None = None
    interval: bool | Literal["below"] = True
    magnitude: bool = False
    digits: Annotated[int, Field(ge=1, le=6)] = 3
    wide: Literal["none", "adjustbox", "table*"] = "adjustbox"


class ReportConfig(Section):
    """Which tables and plots are written."""

    plots: tuple[Literal["png", "pdf"], ...] = ("png", "pdf")
    tables: tuple[TableConfig, ...] = (TableConfig(),)
    title: str = ""

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
        return self


class PublishedEntry(Section):
    """Values that a paper prints for a method: shown as reported, never as measured; they keep their digits."""

    srcc: Written | None = None
    plcc: Written | None = None
    krcc: Written | None = None
    rmse: Written | None = None
    plcc_logistic4: Written | None = None
    plcc_logistic5: Written | None = None
    mapping: str = "unknown"
    absolute: bool | Literal["unknown"] = "unknown"
    source: str
    dataset: str = ""
    split: str = ""

    @field_validator("srcc", "plcc", "krcc", "plcc_logistic4", "plcc_logistic5")
    @classmethod
    def _correlations_have_a_range(cls, value: Written | None) -> Written | None:
        if value is not None and abs(value) > 1:
            raise ValueError("a correlation lies between -1 and 1: write 0.807 for 80.7 %")
        return value

    @field_validator("rmse")
    @classmethod
    def _errors_have_a_range(cls, value: Written | None) -> Written | None:
        if value is not None and value < 0:
            raise ValueError("a root mean squared error is not negative")
        return value


class EvaluateConfig(Section):
    """What ``evaluate --set`` can change."""

    statistics: StatisticsConfig = StatisticsConfig()
    report: ReportConfig = ReportConfig()
    published: dict[str, PublishedEntry] = Field(default_factory=dict)


def _as_entry(value: Any) -> Any:
    if isinstance(value, (WrittenInt, WrittenFloat)):
        value = value.text
    return {"name": value} if isinstance(value, str) else value


def data_keys_inside(raw: Any) -> Any:
    """The keys that say how the data are read may stand beside ``dataset`` or in it, not in both."""
    if not isinstance(raw, dict):
        return raw
    outside = {key: raw[key] for key in DATA_KEYS if key in raw}
    if not outside or not isinstance(_as_entry(raw.get("dataset")), dict):
        return raw
    dataset = _as_entry(raw["dataset"])
    twice = [key for key in outside if key in dataset]
    if twice:
        raise ValueError(f"{twice[0]} stands both at the top and under dataset: keep one")
    rest = {key: value for key, value in raw.items() if key not in outside}
    return {**rest, "dataset": {**dataset, **outside}}


class RunConfig(Section):
    """A configuration for ``run``."""

    dataset: Annotated[DatasetEntry, BeforeValidator(_as_entry)]
    methods: Annotated[
        tuple[Annotated[MethodEntry, BeforeValidator(_as_entry)], ...],
        Field(min_length=1),
    ]
    statistics: StatisticsConfig = StatisticsConfig()
    report: ReportConfig = ReportConfig()
    published: dict[str, PublishedEntry] = Field(default_factory=dict)
    weights_dir: Path | None = None
    offline: bool = False
    unpublished_weights: Literal["refuse", "mark"] = "refuse"
    plugins: tuple[Path, ...] = ()
    output: Path | None = None
    device: Device = "auto"
    autocast: Literal["bfloat16", "float16"] | None = None
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    time_limit: Annotated[float, Field(gt=0)] = 600.0
    seed: Seed = 0
    limit: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _data_keys_may_stand_outside(cls, raw: Any) -> Any:
        return data_keys_inside(raw)

    @model_validator(mode="after")
    def _labels_differ(self) -> RunConfig:
        labels = [entry.label or entry.name for entry in self.methods]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"methods: {twice[0]!r} stands twice; give each a `label` of its own")
        taken = [label for label in labels if label in SCORE_KEYS]
        if taken:
            raise ValueError(f"methods: the label {taken[0]!r} is the name of a column of scores.csv; take another")
        return self


class PluginFolders(Section):
    """Folders that the command line or a keyword adds."""

    plugins: tuple[Path, ...] = ()


class DeviceChoice(Section):
    """A device that the command line or a keyword names."""

    device: Device = "auto"


class SeedChoice(Section):
    """A seed that a keyword names."""

    seed: Seed = 0


def _a_share_or_a_split(value: float | str) -> float | str:
    if isinstance(value, bool) or (isinstance(value, (int, float)) and not 0 <= value < 1):
        raise ValueError("a share of the training references is at least 0 and below 1; otherwise name a split")
    return value


def _weighted_losses(value: Any) -> Any:
    if not isinstance(value, (str, Mapping)):
        raise ValueError(f"names one of {', '.join(LOSSES)}, or weights of them: {{mse: 1, plcc: 0.5}}")
    weights = {value: 1} if isinstance(value, str) else value
    if not weights:
        raise ValueError(f"is empty: name {', '.join(LOSSES)}, or weights of them: {{mse: 1, plcc: 0.5}}")
    for name, weight in weights.items():
        if name not in LOSSES:
            raise ValueError(f"there is no loss {name!r}{did_you_mean(str(name), LOSSES)} (known: {', '.join(LOSSES)})")
        number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if not number or not math.isfinite(weight) or weight <= 0:
            raise ValueError(f"the weight of {name} is {weight!r}; it must be a finite number above 0")
    return value


class TrainSection(Section):
    """How a method is trained; names and defaults as published. Upper limits are what no machine of today would hold."""

    split: str = "train"
    validate_: Annotated[float | str, BeforeValidator(_a_share_or_a_split)] = Field(default=0.1, alias="validate")
    n_epoch: Annotated[int, Field(ge=1, le=1_000_000)] = 150
    batch_size: Annotated[int, Field(ge=1, le=4096)] = 8
    learning_rate: Annotated[float, Field(gt=0)] = 1e-4
    weight_decay: Annotated[float, Field(ge=0)] = 1e-5
    optimizer: Literal["adam", "adamw"] = "adam"
    T_max: Annotated[int, Field(ge=1, le=1_000_000_000)] = 50
    eta_min: Annotated[float, Field(ge=0)] = 0.0
    scheduler_step: Literal["iteration", "epoch"] = "iteration"
    loss: Annotated[
        Literal["mse", "plcc", "rank"] | dict[Literal["mse", "plcc", "rank"], float], BeforeValidator(_weighted_losses)
    ] = "mse"
    num_workers: Annotated[int, Field(ge=0, le=256)] = 8
    val_freq: Annotated[int, Field(ge=1)] = 1
    save_interval: Annotated[int, Field(ge=1)] = 5
    load_epoch: Annotated[int, Field(ge=-1)] = -1
    seed: Seed = 0
    crop_size: Annotated[int, Field(ge=32, le=2048)] | None = None
    flip: bool | None = None
    amp: bool = False
    channels_last: bool = False

    @model_validator(mode="after")
    def _numbers_fit_together(self) -> TrainSection:
        if self.eta_min > self.learning_rate:
            raise ValueError(f"eta_min ({self.eta_min:g}) is above learning_rate ({self.learning_rate:g})")
        if self.load_epoch > self.n_epoch:
            raise ValueError(f"load_epoch ({self.load_epoch}) is beyond n_epoch ({self.n_epoch})")
        among = sorted(set(self.loss_weights) - {"mse"})
        if among and self.batch_size < 2:
            raise ValueError(f"loss {among[0]} compares the pairs of a batch: batch_size must be at least 2")
        return self

    @property
    def loss_weights(self) -> dict[str, float]:
        """The loss as a weighted sum."""
        return (
            {self.loss: 1.0} if isinstance(self.loss, str) else {str(name): value for name, value in self.loss.items()}
        )


class TrainConfig(Section):
    """A configuration for ``train``."""

    dataset: Annotated[DatasetEntry, BeforeValidator(_as_entry)]
    method: Annotated[MethodEntry, BeforeValidator(_as_entry)]
    train: TrainSection = TrainSection()
    checkpoints_dir: Path
    weights_dir: Path | None = None
    offline: bool = False
    unpublished_weights: Literal["refuse", "mark"] = "refuse"
    plugins: tuple[Path, ...] = ()
    device: Device = "auto"
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _data_keys_may_stand_outside(cls, raw: Any) -> Any:
        return data_keys_inside(raw)
