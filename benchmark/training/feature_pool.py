"""A fixed pool of crops of each pair, seen through the frozen part of a network; features are kept if it pays. Torch.

The places of a pair's crops follow from its two files alone, so that partitions, seeds and heads share them. Each crop goes
through the frozen part by itself: kept features and features computed again are the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from benchmark.core.errors import UserError
from benchmark.core.randomness import reference_rng
from benchmark.images.sizes import SizePolicy, harmonise
from benchmark.plugins.contracts import KeepsFeatures
from benchmark.training.batches import ImageCache
from benchmark.training.feature_files import FeatureFiles, Rows, folder_name
from benchmark.training.inputs import Batch, Given

Kind = Literal["training", "validation"]


@dataclass(frozen=True, slots=True)
class Shapes:
    """How a crop's features lie in a row.

    Attributes:
        each: shape of each tensor, without the axis of crops.
    """

    each: tuple[tuple[int, ...], ...]

    @property
    def counts(self) -> list[int]:
        """Numbers of each tensor."""
        return [int(np.prod(shape)) for shape in self.each]

    def joined(self, features: Sequence[Tensor]) -> Rows:
        """The rows of crops' features."""
        rows = torch.cat([part.detach().float().flatten(1) for part in features], dim=1)
        return np.asarray(rows.cpu().numpy(), dtype=np.float32)

    def parted(self, rows: Rows, device: str) -> Given:
        """The tensors that the rows hold."""
        parts = torch.split(torch.from_numpy(rows).to(device), self.counts, dim=1)
        return tuple(part.reshape(len(rows), *shape) for part, shape in zip(parts, self.each, strict=True))


class FeaturePool:
    """Features of a fixed pool of crops, from files or computed again at every step (see ``training.inputs.Inputs``).

    Args:
        method: chooses the crops; its frozen part is built.
        sizes: how images are prepared.
        read: decodes image files.
        seed: the training's seed, which draws from the pool.
        device: where the network is.
        digest: the SHA-256 of an image file.
    """

    def __init__(
        self,
        method: KeepsFeatures,
        sizes: SizePolicy,
        read: ImageCache,
        seed: int,
        device: str,
        digest: Callable[[Path], str],
    ) -> None:
        self._method, self._sizes, self._read = method, sizes, read
        self._seed, self._device, self._digest = seed, device, digest
        self._shapes: Shapes | None = None
        self._files: dict[Kind, FeatureFiles] = {}
        self._names: dict[tuple[str, str], str] = {}

    # the pool

    def crops(self, row: Any, kind: Kind, only: int | None = None) -> list[tuple[Tensor, Tensor]]:
        """The crops of a pair's pool, (1, 3, h, w) twice each, on the device.

        Args:
            row: the pair's row of the table.
            kind: those of training, or those of validation.
            only: of training, the number of the only one that is wanted.

        Raises:
            UserError: an image can't be used; the message names the pair.
        """
        try:
            return self._cut(row, kind, only)
        except UserError as error:
            raise UserError(f"{row.pair}: {error}") from None

    def _cut(self, row: Any, kind: Kind, only: int | None) -> list[tuple[Tensor, Tensor]]:
        paths = str(row.enhanced_path), str(row.reference_path)
        original = self._read(paths[1])
        own = self._read(paths[0])
        enhanced, reference = (torch.from_numpy(image.copy()) for image in harmonise(own, original, self._sizes, paths))
        training = kind == "training"
        numbers = [0] if not training else range(self._method.crop_pool) if only is None else [only]
        found: list[tuple[Tensor, Tensor]] = []
        for number in numbers:
            rng = reference_rng(number, self._name(row) if training else self._digest(Path(paths[1])))
            one, other = self._method.views(enhanced, reference, rng=rng, training=training)
            found += zip(torch.split(one, 1), torch.split(other, 1), strict=True)
        return [(one.to(self._device), other.to(self._device)) for one, other in found]

    def compute(self, crops: Sequence[tuple[Tensor, Tensor]]) -> Rows:
        """The features of crops, one row each."""
        rows = []
        with torch.no_grad():
            for pair in crops:
                features = self._method.frozen(*pair)
                if self._shapes is None:
                    self._shapes = Shapes(tuple(tuple(part.shape[1:]) for part in features))
                rows.append(self._shapes.joined(features))
        return np.concatenate(rows)

    # files

    def keep(self, folder: Path, made_from: Mapping[str, Any], sample: Any) -> FeatureFiles:
        """Keep features in files from now on; return those of training.

        Args:
            folder: the folder of all kept features.
            made_from: what decides the features beside the images and the method's own statements.
            sample: a pair's row, which shows how many numbers there are.

        Raises:
            UserError: the sample's images can't be used.
            OSError: the folder can't be written to.
        """
        stated = {
            **made_from,
            "crops": dict(self._method.crop_identity()),
            "frozen part": _state_sha256(self._method.frozen_state()),
            "images": self._sizes.key(),
            "device": self._device.partition(":")[0],
        }
        kinds: tuple[Kind, ...] = ("training", "validation")
        for kind in kinds:
            crops = self.crops(sample, kind)
            width = self.compute(crops).shape[1]
            of_kind = {**stated, "kind": kind, "number of crops": len(crops)}
            files = FeatureFiles(folder / folder_name(of_kind), len(crops), width)
            files.describe(of_kind)
            self._files[kind] = files
        return self._files["training"]

    def fill(self, table: pd.DataFrame, kind: Kind, start: int = 0) -> int:
        """Compute and keep what is missing of a table's pairs; return of how many.

        Args:
            table: the pairs.
            kind: whose crops.
            start: the row to begin with: other processes that begin elsewhere share the work.

        Raises:
            UserError: an image can't be used; the message names the pair.
            OSError: the disk is full.
        """
        files, made = self._files[kind], 0
        rows = list(table.itertuples())
        for row in rows[start:] + rows[:start]:
            name = self._name(row)
            if not files.holds(name):
                files.write(name, self.compute(self.crops(row, kind)))
                made += 1
        return made

    def _name(self, row: Any) -> str:
        """The hash of a pair's two files, by which its features are found."""
        paths = str(row.enhanced_path), str(row.reference_path)
        if paths not in self._names:
            images = [self._digest(Path(path)) for path in paths]
            self._names[paths] = sha256(" ".join(images).encode()).hexdigest()
        return self._names[paths]

    # what the loop asks for

    def batches(
        self, table: pd.DataFrame, labels: Sequence[float], epoch: int | None, order: Sequence[Sequence[int]]
    ) -> Iterator[Batch | None]:
        """See ``Inputs.batches``."""
        rows = list(table.itertuples())
        for places in order:
            if not places:
                yield None
                continue
            found = np.concatenate([self._features(rows[place], epoch) for place in places])
            assert self._shapes is not None
            given = self._shapes.parted(found, self._device)
            known = torch.tensor([labels[place] for place in places], dtype=torch.float32, device=self._device)
            yield Batch(given, known)

    def predict(self, given: Given) -> Tensor:
        """See ``Inputs.predict``."""
        return self._method.predict_from(given)

    def _features(self, row: Any, epoch: int | None) -> Rows:
        """One crop's features, drawn from the pool by (seed, epoch, pair), or those of all of validation's crops."""
        if epoch is None:
            return self._rows(row, "validation", None)
        rng = np.random.default_rng([self._seed, epoch, *str(row.pair).encode()])
        return self._rows(row, "training", int(rng.integers(self._method.crop_pool)))

    def _rows(self, row: Any, kind: Kind, only: int | None) -> Rows:
        files = self._files.get(kind)
        if files is None:
            return self.compute(self.crops(row, kind, only))
        name = self._name(row)
        wanted = range(files.crops) if only is None else [only]
        return np.stack([files.read(name, number) for number in wanted])


def _state_sha256(state: Mapping[str, Tensor]) -> str:
    """The hash of tensors with their names."""
    digest = sha256()
    for name in sorted(state):
        value = state[name].detach().cpu().contiguous()
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
