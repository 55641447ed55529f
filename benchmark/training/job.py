"""What a training is made of, for ``loop`` and what it uses. Torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from rich.console import Console

from benchmark.config.training import TrainSection
from benchmark.images.sizes import SizePolicy
from benchmark.plugins.checkpoint_content import CheckpointContent
from benchmark.plugins.contracts import Trainable
from benchmark.training import agreement
from benchmark.training.parallel import TrainingRanks
from benchmark.training.splits import Division


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where features of frozen parts are kept.

    Attributes:
        folder: the folder of all of them.
        made_from: what decides them beside images and what the method states: code, versions, threads.
        digest: the SHA-256 of an image file.
    """

    folder: Path
    made_from: Mapping[str, Any]
    digest: Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Job:
    """A training run.

    Attributes:
        method: the method, built and on the device.
        module: its network.
        division: training and validation pairs, and the scaling of labels.
        options: the configuration's ``train`` section.
        sizes: how images are prepared.
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        directory: where checkpoints go.
        about: what every checkpoint states (``statement``), and its ``circumstances``.
        start: the checkpoint to resume from.
        ranks: this process among those that train together.
        console: where progress is shown.
        shelf: where features of frozen parts are kept.
        confirm: raises where the folder of checkpoints was taken over by another training.
        watched: pairs of a test part, the best epoch on which is kept in ``best_test.pt``; ``None`` for none.
    """

    method: Trainable
    module: torch.nn.Module
    division: Division
    options: TrainSection
    sizes: SizePolicy
    device: str
    directory: Path
    about: CheckpointContent
    start: agreement.Start
    ranks: TrainingRanks
    console: Console
    shelf: Shelf
    confirm: Callable[[], None] = lambda: None
    watched: pd.DataFrame | None = None
