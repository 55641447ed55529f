"""Measures which share of a training step its frozen part takes, which decides whether keeping its features pays. Torch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from benchmark.plugins.contracts import KeepsFeatures

LEAST = 1 / 3
"""Smallest share with which features are kept."""
ROUNDS = 3
"""The first starts what is started once; the fastest of the others counts."""


@dataclass(frozen=True, slots=True)
class FrozenShare:
    """How long the parts of a step take.

    Attributes:
        frozen: seconds that the frozen part takes for a pair's crop.
        rest: seconds that the trained rest takes, forward and backward.
    """

    frozen: float
    rest: float

    @property
    def share(self) -> float:
        """The frozen part's share of both."""
        return self.frozen / (self.frozen + self.rest)

    @property
    def pays(self) -> bool:
        """Whether its features are kept."""
        return self.share >= LEAST

    def __str__(self) -> str:
        both = 1000 * (self.frozen + self.rest)
        return f"the frozen part takes {self.share:.0%} of a step ({1000 * self.frozen:.3g} of {both:.3g} ms a pair)"


def measure(
    method: KeepsFeatures,
    module: torch.nn.Module,
    crops: Sequence[tuple[Tensor, Tensor]],
    loss_of: Callable[[Tensor, Tensor], Tensor],
) -> FrozenShare:
    """Measure a step without taking it: weights, statistics of layers and random generators stay as they are.

    Args:
        method: the method.
        module: its network.
        crops: the crops of some pairs, (1, 3, h, w) twice each, on the device.
        loss_of: the loss of predictions and labels.
    """
    labels = torch.linspace(0.0, 1.0, len(crops), device=crops[0][0].device)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    frozen, rest = [], []
    module.train()
    with torch.random.fork_rng():
        for _ in range(ROUNDS):
            begin = _now(labels)
            features = [method.frozen(*pair) for pair in crops]
            middle = _now(labels)
            together = [torch.cat(parts) for parts in zip(*features, strict=True)]
            loss_of(method.predict_from(together).float(), labels).backward()  # type: ignore[no-untyped-call]
            frozen.append(middle - begin)
            rest.append(_now(labels) - middle)
    module.zero_grad(set_to_none=True)
    module.load_state_dict(before)
    return FrozenShare(min(frozen[1:]) / len(crops), min(rest[1:]) / len(crops))


def _now(on: Any) -> float:
    """The time once the device has done what it was told."""
    if on.is_cuda:
        torch.cuda.synchronize(on.device)
    return time.perf_counter()
