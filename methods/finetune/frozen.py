"""What the frozen part of a network computes of a pair of crops, and the network's number from that. Imports torch.

LPIPS and DISTS compare features channel by channel: a thousand numbers a crop, from which their own head, or a linear one,
predicts. TOPIQ's head sees its backbone's whole maps of both crops.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn

Kept = Literal["layers", "structure", "maps"]


class Frozen(ABC):
    """The frozen part of one of pyiqa's networks."""

    @abstractmethod
    def features(self, net: Any, enhanced: Tensor, reference: Tensor) -> list[Tensor]:
        """What it computes of crops, RGB in [0, 1], (N, 3, h, w) twice; each tensor's first axis is N."""

    @abstractmethod
    def value(self, net: Any, features: Sequence[Tensor]) -> Tensor:
        """The network's own number from these, (N,); differentiable in its head."""

    def differences(self, features: Sequence[Tensor]) -> Tensor | None:
        """What a linear head sees, (N, C): 0 for identical crops, of the order of 1 otherwise; ``None`` if it can't."""
        return None

    def count(self, net: Any) -> int:
        """C, the numbers that a linear head sees."""
        return 0


class Layers(Frozen):
    """LPIPS and its kin: squared differences of normalised features, averaged over the crop, for each channel.

    Its own head is linear in these too. With them its dropout drops whole channels instead of single places.
    """

    def features(self, net: Any, enhanced: Tensor, reference: Tensor) -> list[Tensor]:
        seen: list[Tensor] = []
        hooks = [lin.register_forward_pre_hook(lambda _, given: seen.append(given[0])) for lin in net.lins]
        try:
            with torch.no_grad():
                net(enhanced, reference)
                layer = getattr(net, "semantic_weight_layer", -1)
                if layer < 0:
                    return [differences.mean((2, 3)) for differences in seen]
                weights = net.net(net.scaling_layer(2 * reference - 1))[layer].sum(1, keepdim=True)
                return [_weighted(differences, weights) for differences in seen]
        finally:
            for hook in hooks:
                hook.remove()

    def value(self, net: Any, features: Sequence[Tensor]) -> Tensor:
        parts = [lin(part[:, :, None, None]).reshape(-1) for lin, part in zip(net.lins, features, strict=True)]
        return torch.stack(parts).sum(0)

    def differences(self, features: Sequence[Tensor]) -> Tensor:
        return torch.cat(list(features), dim=1).clamp(min=0).sqrt()

    def count(self, net: Any) -> int:
        channels: int = sum(net.chns)
        return channels


class Structure(Frozen):
    """DISTS: the similarity of means and of covariances of each channel (Ding et al., TPAMI 2022, eq. 5 and 6)."""

    SMALL = 1e-6

    def features(self, net: Any, enhanced: Tensor, reference: Tensor) -> list[Tensor]:
        with torch.no_grad():
            pairs = list(zip(net.forward_once(enhanced), net.forward_once(reference), strict=True))
            return [
                torch.cat([self._means(*pair) for pair in pairs], 1),
                torch.cat([self._both(*pair) for pair in pairs], 1),
            ]

    def _means(self, one: Tensor, other: Tensor) -> Tensor:
        first, second = one.mean((2, 3)), other.mean((2, 3))
        return (2 * first * second + self.SMALL) / (first**2 + second**2 + self.SMALL)

    def _both(self, one: Tensor, other: Tensor) -> Tensor:
        first, second = (part - part.mean((2, 3), keepdim=True) for part in (one, other))
        spread = (first**2).mean((2, 3)) + (second**2).mean((2, 3))
        together = (one * other).mean((2, 3)) - one.mean((2, 3)) * other.mean((2, 3))
        return (2 * together + self.SMALL) / (spread + self.SMALL)

    def value(self, net: Any, features: Sequence[Tensor]) -> Tensor:
        weights = net.alpha.flatten(), net.beta.flatten()
        whole = sum(weight.sum() for weight in weights)
        parts = [(part * weight / whole).sum(1) for part, weight in zip(features, weights, strict=True)]
        out: Tensor = 1 - parts[0] - parts[1]
        return out

    def differences(self, features: Sequence[Tensor]) -> Tensor:
        return 1 - torch.cat(list(features), dim=1)

    def count(self, net: Any) -> int:
        channels: int = sum(net.chns)
        return 2 * channels


class Maps(Frozen):
    """TOPIQ: all that its backbone computes of both crops."""

    def features(self, net: Any, enhanced: Tensor, reference: Tensor) -> list[Tensor]:
        with torch.no_grad():
            return [part for crops in (enhanced, reference) for part in net.semantic_model(net.preprocess(crops))]

    def value(self, net: Any, features: Sequence[Tensor]) -> Tensor:
        half = len(features) // 2
        nothing = features[0].new_zeros(len(features[0]), 3, 1, 1)
        with _answering(net, [list(features[:half]), list(features[half:])]):
            out: Tensor = net(nothing, nothing)
        return out.reshape(-1)


class _Answers(nn.Module):
    """Stands for a backbone: returns, call by call, what is known."""

    def __init__(self, answers: Sequence[Any]) -> None:
        super().__init__()
        self._answers = iter(answers)

    def forward(self, _: Tensor) -> Any:
        return next(self._answers)


@contextmanager
def _answering(net: Any, answers: Sequence[Any]) -> Iterator[None]:
    """TOPIQ's backbone answers from what is known."""
    before = net.semantic_model
    net.semantic_model = _Answers(answers)
    try:
        yield
    finally:
        net.semantic_model = before


def _weighted(differences: Tensor, weights: Tensor) -> Tensor:
    """Means over the crop, weighted by a coarser or finer map, (N, 1, h, w)."""
    fitted = nn.functional.interpolate(weights, size=differences.shape[2:], mode="bilinear", align_corners=False)
    return (differences * fitted).sum((2, 3)) / fitted.sum((2, 3))


FROZEN: dict[Kept, Frozen] = {"layers": Layers(), "structure": Structure(), "maps": Maps()}
