"""What the network is given at each step: crops at new places, or features of a fixed pool of crops. Torch.

``feature_pool`` is the other kind of inputs; ``loop`` uses either without knowing which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from torch import Tensor

from benchmark.images.sizes import SizePolicy
from benchmark.plugins.contracts import Trainable
from benchmark.training.batches import ImageCache, ViewsOfPairs, batches, stack

Given = tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch of pairs gives to the network.

    Attributes:
        given: tensors whose first axis counts crops.
        labels: scaled labels of the pairs, (N,).
    """

    given: Given
    labels: Tensor


class Inputs(Protocol):
    """Where batches come from, and what predicts from them."""

    def batches(
        self, table: pd.DataFrame, labels: Sequence[float], epoch: int | None, order: Sequence[Sequence[int]]
    ) -> Iterator[Batch | None]:
        """The batches of an epoch.

        Args:
            table: the pairs.
            labels: their scaled labels.
            epoch: the epoch, for one crop a pair; ``None`` for the crops of validation.
            order: places in the table, for each batch; for an empty one, ``None`` is returned.

        Raises:
            UserError: an image can't be used; the message names the pair.
        """
        ...

    def predict(self, given: Given) -> Tensor:
        """The scaled label of each crop, (N,)."""
        ...


@dataclass(frozen=True, slots=True)
class NewCrops:
    """Crops that are cut at every step.

    Attributes:
        method: chooses the crops and predicts.
        sizes: how images are prepared.
        read: decodes image files.
        seed: the training's seed.
        device: where tensors go.
        workers: number of loading processes.
    """

    method: Trainable
    sizes: SizePolicy
    read: ImageCache
    seed: int
    device: str
    workers: int

    def batches(
        self, table: pd.DataFrame, labels: Sequence[float], epoch: int | None, order: Sequence[Sequence[int]]
    ) -> Iterator[Batch | None]:
        """See ``Inputs.batches``."""
        items = ViewsOfPairs(table, labels, self.method, self.sizes, seed=self.seed, epoch=epoch, read=self.read)
        for views in batches(items, order, workers=self.workers, pinned=self.device != "cpu"):
            if not views:
                yield None
                continue
            enhanced, reference, known = stack(views, self.device)
            yield Batch((enhanced, reference), known)

    def predict(self, given: Given) -> Tensor:
        """See ``Inputs.predict``."""
        return self.method.predict(*given)
