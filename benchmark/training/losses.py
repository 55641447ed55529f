"""The losses of training: mean squared error, 1 - Pearson, pairwise ranking, and weighted sums of them. Torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

MARGIN = 0.05


def mse(predicted: Tensor, labels: Tensor) -> Tensor:
    """Mean squared error over the batch: maps (N,) and (N,) to ()."""
    return torch.mean((predicted - labels) ** 2)


def plcc(predicted: Tensor, labels: Tensor) -> Tensor:
    """1 - Pearson's correlation in the batch, in [0, 2]; 1 where either is constant or the batch has a single pair."""
    x, y = predicted - predicted.mean(), labels - labels.mean()
    scale = torch.sqrt((x * x).sum() * (y * y).sum() + 1e-12)
    return 1 - (x * y).sum() / scale


def rank(predicted: Tensor, labels: Tensor) -> Tensor:
    """Mean hinge loss over pairs with different labels: the better one should lead by 0.05 (of the scaled range)."""
    sign = torch.sign(labels[:, None] - labels[None])
    short = torch.relu(MARGIN - sign * (predicted[:, None] - predicted[None]))
    differing = sign != 0
    return (short * differing).sum() / differing.sum().clamp(min=1)


LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {"mse": mse, "plcc": plcc, "rank": rank}


def combined(weights: Mapping[str, float]) -> Callable[[Tensor, Tensor], Tensor]:
    """The weighted sum of named losses."""

    def loss(predicted: Tensor, labels: Tensor) -> Tensor:
        parts = [weight * LOSSES[name](predicted, labels) for name, weight in weights.items()]
        return torch.stack(parts).sum()

    return loss
