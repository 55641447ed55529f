"""Makes tensors of pairs: decodes, prepares and crops images, independently of the number of loading processes. Torch."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from benchmark.core.errors import UserError
from benchmark.core.randomness import content_sha256, reference_rng
from benchmark.images.read import read_image
from benchmark.images.sizes import SizePolicy, harmonise
from benchmark.plugins.contracts import Trainable

CACHE_BYTES = 1 << 30
Array = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Views:
    """The crops of one pair: enhanced and reference, (V, 3, h, w) each, and the scaled label."""

    enhanced: Tensor
    reference: Tensor
    label: float


class ViewsOfPairs(Dataset[Views | UserError]):
    """The pairs of a table as crops; an item depends on (seed, epoch, pair) alone, or in validation on (seed, reference).

    For an image that can't be used the item is the error: torch would turn what a loading process raises into a traceback.

    Args:
        table: the pairs.
        labels: scaled labels, (n,).
        method: the method, which chooses the crops.
        sizes: how images are prepared.
        seed: the run's seed.
        epoch: the epoch of training, or ``None`` for validation.
        read: decodes an image file (``ImageCache``).
    """

    def __init__(
        self,
        table: pd.DataFrame,
        labels: Sequence[float],
        method: Trainable,
        sizes: SizePolicy,
        *,
        seed: int,
        epoch: int | None,
        read: Callable[[str], Array],
    ) -> None:
        self._rows = [(str(row.reference_path), str(row.enhanced_path), str(row.pair)) for row in table.itertuples()]
        self._labels = [float(label) for label in labels]
        self._method = method
        self._sizes = sizes
        self._seed = seed
        self._epoch = epoch
        self._read = read

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Views | UserError:
        try:
            return self._views(index)
        except UserError as error:
            return UserError(f"{self._rows[index][2]}: {error}")

    def _views(self, index: int) -> Views:
        reference_path, enhanced_path, pair = self._rows[index]
        original = self._read(reference_path)
        enhanced, reference = harmonise(
            self._read(enhanced_path), original, self._sizes, (enhanced_path, reference_path)
        )
        training = self._epoch is not None
        rng = (
            np.random.default_rng([self._seed, self._epoch or 0, *pair.encode()])
            if training
            else reference_rng(self._seed, content_sha256(original))
        )
        one, other = self._method.views(
            torch.from_numpy(enhanced.copy()), torch.from_numpy(reference.copy()), rng=rng, training=training
        )
        return Views(one, other, self._labels[index])


class ImageCache:
    """Decodes images and keeps the most recently used up to a total size; there is one cache in each loading process."""

    def __init__(self, sizes: SizePolicy, limit: int = CACHE_BYTES) -> None:
        self._sizes = sizes
        self._limit = limit
        self._kept: OrderedDict[str, Array] = OrderedDict()
        self._bytes = 0

    def __call__(self, path: str) -> Array:
        """The decoded image of a file, from the cache if it is there."""
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        image = read_image(Path(path), **self._sizes.decoding())
        self._kept[path] = image
        self._bytes += image.nbytes
        while self._bytes > self._limit and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return image


def batches(
    items: ViewsOfPairs, order: Sequence[Sequence[int]], *, workers: int, pinned: bool
) -> Iterator[list[Views]]:
    """The items of each batch, in the given order.

    Args:
        items: the pairs.
        order: indices of each batch (this rank's share); an empty batch results in an empty list.
        workers: number of loading processes.
        pinned: whether to pin memory for transfers to a GPU.

    Raises:
        UserError: an image can't be used; the message names the pair.
    """
    full = [list(batch) for batch in order if batch]
    loader = DataLoader(
        items,
        batch_sampler=full,
        num_workers=workers,
        collate_fn=list,
        pin_memory=pinned,
    )
    loaded = iter(loader)
    try:
        for batch in order:
            views = next(loaded) if batch else []
            for item in views:
                if isinstance(item, UserError):
                    raise item
            yield views
    finally:
        del loaded  # ends the loading processes, even where a caught error keeps this frame alive


def stack(views: Sequence[Views], device: str) -> tuple[Tensor, Tensor, Tensor]:
    """The crops of a batch joined along the first axis, and one label per pair, on the device."""
    enhanced = torch.cat([item.enhanced for item in views]).to(device, non_blocking=True)
    reference = torch.cat([item.reference for item in views]).to(device, non_blocking=True)
    labels = torch.tensor([item.label for item in views], dtype=torch.float32, device=device)
    return enhanced, reference, labels
