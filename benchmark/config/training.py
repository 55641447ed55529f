"""The configuration of ``train`` as checked models; it shares data set and method with ``run``'s. Pydantic only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from benchmark.config.models import DatasetEntry, Device, MethodEntry, Seed, as_entry, data_keys_inside
from benchmark.config.sections import Section
from benchmark.core.words import did_you_mean

LOSSES = ("mse", "plcc", "rank")


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
    """The split that is trained on."""
    validate_: Annotated[float | str, BeforeValidator(_a_share_or_a_split)] = Field(default=0.1, alias="validate")
    """Share of its references (patients, where the data say so) that select the checkpoint; or a split's name; 0 is
    none."""
    n_epoch: Annotated[int, Field(ge=1, le=1_000_000)] = 150
    """Epochs; each sees every pair once."""
    batch_size: Annotated[int, Field(ge=1, le=4096)] = 8
    """Pairs in a batch; the last one may be smaller."""
    learning_rate: Annotated[float, Field(gt=0)] = 1e-4
    """Of the trained parts only."""
    weight_decay: Annotated[float, Field(ge=0)] = 1e-5
    """Of the trained parts only."""
    optimizer: Literal["adam", "adamw"] = "adam"
    """What updates the weights."""
    T_max: Annotated[int, Field(ge=1, le=1_000_000_000)] = 50
    """Cosine annealing: steps from the rate to its least value."""
    eta_min: Annotated[float, Field(ge=0)] = 0.0
    """Cosine annealing: the least rate."""
    scheduler_step: Literal["iteration", "epoch"] = "iteration"
    """What a step of the annealing is."""
    loss: Annotated[
        Literal["mse", "plcc", "rank"] | dict[Literal["mse", "plcc", "rank"], float], BeforeValidator(_weighted_losses)
    ] = "mse"
    """On labels scaled to [0, 1]: `mse`; `plcc`, 1 − Pearson in the batch; `rank`, a pairwise margin of 0.05; or a
    weighted sum, `{mse: 1, plcc: 0.5}`."""
    num_workers: Annotated[int, Field(ge=0, le=256)] = 8
    """Loading processes; any number gives the same weights."""
    val_freq: Annotated[int, Field(ge=1)] = 1
    """Epochs between validations."""
    save_interval: Annotated[int, Field(ge=1)] = 5
    """Epochs between kept checkpoints."""
    load_epoch: Annotated[int, Field(ge=-1)] = -1
    """−1 goes on from the latest checkpoint, N from epoch N, 0 anew. The same command again goes on from what the
    first one made."""
    seed: Seed = 0
    """Decides order, crops, flips, dropout and which references validate."""
    crop_size: Annotated[int, Field(ge=32, le=2048)] | None = None
    """Side of the crops that are trained on, in pixels, for methods that have them; may stand under `method`
    instead, not in both with two values. By default the method's."""
    flip: bool | None = None
    """Whether crops are mirrored at random; otherwise as `crop_size`."""
    amp: bool = False
    """Autocast to bfloat16, on CUDA only."""
    channels_last: bool = False
    """Memory layout."""

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

    dataset: Annotated[DatasetEntry, BeforeValidator(as_entry)]
    """The data set and how its images are prepared."""
    method: Annotated[MethodEntry, BeforeValidator(as_entry)]
    """The method, one that can be trained."""
    train: TrainSection = TrainSection()
    """How it is trained."""
    checkpoints_dir: Path
    """Where checkpoints and the training history are written."""
    weights_dir: Path | None = None
    """A folder filled by `weights CONFIG --to DIR`; its files are checked against its manifest."""
    offline: bool = False
    """Never download weights."""
    unpublished_weights: Literal["refuse", "mark"] = "refuse"
    """A weight file whose hash is not the published one: `refuse` it, or `mark` its method in every table."""
    plugins: tuple[Path, ...] = ()
    """Further folders with `methods/` and `datasets/`: code, which runs with your rights."""
    device: Device = "auto"
    """Where the method computes; `auto` takes CUDA where it is usable."""
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Threads of torch; they decide the last bits of weights."""

    @model_validator(mode="before")
    @classmethod
    def _data_keys_may_stand_outside(cls, raw: Any) -> Any:
        return data_keys_inside(raw)
