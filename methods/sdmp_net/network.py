"""SDMP-Net as one module: frozen backbones, deformable sampling, prediction. Imports torch.

``describe_reference`` and ``compare`` split the work so that a reference is processed once for all its enhanced images;
``forward`` does both, for training. ``fast`` computes ``compare`` with folded weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .architecture import Architecture
from .backbones import NoResNet, NoViT, ResNetFeatures, ViTFeatures
from .deformable import DeformableScale
from .head import Prediction
from .restore import FROZEN


@dataclass(frozen=True, slots=True)
class Features:
    """The features of N crops from the frozen backbones.

    Attributes:
        cnn: one tensor for each stage that is read; in the published network only one, (N, 768, 56, 56).
        vit: (N, 3840, 28, 28) with ViT-B/8, (N, 3840, 14, 14) with ViT-B/16; no channels where there is no ViT.
    """

    cnn: list[Tensor]
    vit: Tensor


@dataclass(frozen=True, slots=True)
class ReferenceDescription:
    """What the comparison needs of N reference crops.

    Attributes:
        offsets: sampling offsets of each scale, (N, 18, G, G).
        joint: joint features, (N, 256, V, V).
    """

    offsets: list[Tensor]
    joint: Tensor


class SDMPNetwork(nn.Module):
    """The network of one architecture at one crop size.

    Attributes:
        architecture: its sizes.
        crop_size: S, side length of the crops in pixels.
        keep: replaces ``features`` in training, since it may have kept its earlier results (``kept``).
    """

    def __init__(self, architecture: Architecture, *, crop_size: int = 224, dropout: float = 0.5) -> None:
        super().__init__()
        self.architecture, self.crop_size = architecture, crop_size
        self.keep: Callable[[Tensor], Features] | None = None
        widths = architecture.widths
        self.cnn = _cnn(architecture, crop_size)
        self.vit = _vit(architecture, crop_size)
        self.scales = nn.ModuleList(
            DeformableScale(
                channels,
                grid,
                self.vit.channels,
                self.vit.grid,
                widths.sampled,
                widths.bridge,
                widths.bridged,
                architecture.offsets,
            )
            for channels, grid in zip(self.cnn.channels, self.cnn.grids, strict=True)
        )
        self.head = Prediction(
            self.vit.channels + len(self.scales) * widths.bridged,
            widths,
            dropout,
            difference=architecture.difference,
            weighting=architecture.weighting,
        )

    @torch.no_grad()
    def features(self, crops: Tensor) -> Features:
        """Frozen features of crops, RGB in [0, 1], (N, 3, S, S); always without autograd."""
        images = (crops - 0.5) / 0.5
        return Features(self.cnn(images), self.vit(images))

    def offsets(self, reference: Features) -> list[Tensor]:
        """Sampling offsets of each scale, (N, 18, G, G), from the reference's ViT features."""
        return [scale.offsets(reference.vit) for scale in self.scales]  # type: ignore[operator]

    def joint(self, features: Features, offsets: list[Tensor]) -> Tensor:
        """Joint features of one image, (N, 256, V, V), sampled with its reference's offsets."""
        bridged = [scale(cnn, offset) for scale, cnn, offset in zip(self.scales, features.cnn, offsets, strict=True)]
        return self.head.join(features.vit, bridged)

    def describe_reference(self, crops: Tensor) -> ReferenceDescription:
        """Compute all that depends on the reference alone, from its crops, RGB in [0, 1], (N, 3, S, S)."""
        features = self._seen(crops)
        offsets = self.offsets(features)
        return ReferenceDescription(offsets, self.joint(features, offsets))

    def compare(self, crops: Tensor, reference: ReferenceDescription) -> Tensor:
        """Quality of enhanced crops at the described places, (N, 3, S, S) to (N,), in units of the scaled label."""
        out: Tensor = self.head(reference.joint, self.joint(self._seen(crops), reference.offsets))
        return out

    def _seen(self, crops: Tensor) -> Features:
        return self.features(crops) if self.keep is None else self.keep(crops)

    def forward(self, enhanced: Tensor, reference: Tensor) -> Tensor:
        """Quality of pairs of crops, RGB in [0, 1], (N, 3, S, S) twice to (N,); differentiable in the trained parts."""
        return self.compare(enhanced, self.describe_reference(reference))

    def from_features(self, enhanced: Features, reference: Features) -> Tensor:
        """The same from the frozen features of both crops."""
        offsets = self.offsets(reference)
        out: Tensor = self.head(self.joint(reference, offsets), self.joint(enhanced, offsets))
        return out

    def trained_state(self) -> dict[str, Tensor]:
        """The tensors of the trained parts, by their names in the network."""
        return {key: value for key, value in self.state_dict().items() if not key.startswith(FROZEN)}


def _cnn(architecture: Architecture, crop_size: int) -> ResNetFeatures | NoResNet:
    if not architecture.cnn_stages:
        return NoResNet()
    return ResNetFeatures(architecture.cnn.name, architecture.cnn_stages, architecture.cnn_blocks, crop_size)


def _vit(architecture: Architecture, crop_size: int) -> ViTFeatures | NoViT:
    if not architecture.vit_layers:
        return NoViT(architecture.vit.patch, crop_size)
    return ViTFeatures(architecture.vit.name, architecture.vit_layers, crop_size)
