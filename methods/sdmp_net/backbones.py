"""SDMP-Net's two frozen image networks, cut after the last layer that is read. Imports torch and timm.

``network`` joins them with the trained parts; ``pretrained`` finds their published weights.
"""

from __future__ import annotations

from typing import Any, Self

import timm
import torch
from torch import Tensor, nn


class Frozen(nn.Module):
    """A part that is never trained: its parameters have no gradient and it stays in eval mode under ``train()``."""

    def freeze(self) -> Self:
        """Fix the parameters and switch to eval mode permanently."""
        self.requires_grad_(False)
        return self.train(False)

    def train(self, mode: bool = True) -> Self:
        """Stay in eval mode: batch normalisation keeps its ImageNet statistics (``mode`` is ignored on purpose)."""
        return super().train(False)


class ResNetFeatures(Frozen):
    """Outputs of the first blocks of some stages of a ResNet.

    Attributes:
        stages: the stages that are read, 1 to 4, ascending.
        channels: channels of each stage's features: number of blocks times their width (ResNet-152, first stage: 768).
        grids: side length of each stage's grid at the crop size that it was built for (224: 56, 28, 14, 7).
    """

    def __init__(self, name: str, stages: tuple[int, ...], blocks: int, crop_size: int) -> None:
        super().__init__()
        whole: Any = timm.create_model(name, pretrained=False)
        self.conv1, self.bn1, self.act1, self.maxpool = whole.conv1, whole.bn1, whole.act1, whole.maxpool
        self.stages = stages
        self._read = blocks
        self.channels: list[int] = []
        self.grids: list[int] = []
        for stage in range(1, max(stages) + 1):
            layer: nn.Sequential = getattr(whole, f"layer{stage}")
            for block in layer:
                # timm initialises blocks as identities; a quarter lets untrained ones act and keeps the scale over fifty
                nn.init.constant_(_last_norm(block).weight, 0.25)
            setattr(self, f"layer{stage}", layer[:blocks] if stage == max(stages) else layer)
            if stage in stages:
                self.channels.append(min(blocks, len(layer)) * _width(layer[0]))
                self.grids.append(crop_size // 4 // 2 ** (stage - 1))
        self.freeze()

    def forward(self, images: Tensor) -> list[Tensor]:
        """Features of each stage that is read.

        Args:
            images: RGB in [-1, 1], (N, 3, S, S).

        Returns:
            One tensor per stage, the concatenated outputs of its blocks: for ResNet-152 at S = 224 and stage 1,
            (N, 768, 56, 56).
        """
        x = self.maxpool(self.act1(self.bn1(self.conv1(images))))
        features: list[Tensor] = []
        for stage in range(1, max(self.stages) + 1):
            outputs: list[Tensor] = []
            for block in getattr(self, f"layer{stage}"):
                x = block(x)
                outputs.append(x)
            if stage in self.stages:
                features.append(torch.cat(outputs[: self._read], dim=1))
        return features


def _width(block: Any) -> int:
    """Output channels of a residual block, which are those of its last convolution."""
    last = block.conv3 if hasattr(block, "conv3") else block.conv2
    return int(last.out_channels)


def _last_norm(block: Any) -> nn.BatchNorm2d:
    """The normalisation after a residual block's last convolution."""
    norm: nn.BatchNorm2d = block.bn3 if hasattr(block, "bn3") else block.bn2
    return norm


class ViTFeatures(Frozen):
    """Patch tokens after some blocks of a vision transformer, of which those after the last one read are not built.

    Attributes:
        layers: the blocks that are read, from 0, ascending.
        channels: number of these blocks times their width (ViT-B, five blocks: 3,840).
        grid: number of patches along each side (224 px: 28 for patches of 8, 14 for patches of 16).
    """

    def __init__(self, name: str, layers: tuple[int, ...], crop_size: int) -> None:
        super().__init__()
        self.layers = layers
        cut: Any = timm.create_model(name, pretrained=False, depth=max(layers) + 1, num_classes=0, img_size=crop_size)
        cut.norm = cut.fc_norm = nn.Identity()
        self.vit = cut
        self.channels = len(layers) * int(cut.embed_dim)
        self.grid = crop_size // int(cut.patch_embed.patch_size[0])
        self.freeze()

    def forward(self, images: Tensor) -> Tensor:
        """Features on the grid of patches; the class token takes part in attention and is dropped.

        Args:
            images: RGB in [-1, 1], (N, 3, S, S).

        Returns:
            The blocks' patch tokens concatenated: for ViT-B/8 at S = 224, (N, 3840, 28, 28).
        """
        x = self.vit.patch_embed(images)
        x = self.vit.norm_pre(self.vit.patch_drop(self.vit._pos_embed(x)))
        tokens: list[Tensor] = []
        for layer, block in enumerate(self.vit.blocks):
            x = block(x)
            if layer in self.layers:
                tokens.append(x[:, self.vit.num_prefix_tokens :])
        joined = torch.cat(tokens, dim=2)
        return joined.transpose(1, 2).contiguous().view(len(images), self.channels, self.grid, self.grid)


class NoResNet(Frozen):
    """Stands where a variant has no CNN: no parameters, no scales."""

    def __init__(self) -> None:
        super().__init__()
        self.channels: list[int] = []
        self.grids: list[int] = []

    def forward(self, images: Tensor) -> list[Tensor]:
        """No features."""
        return []


class NoViT(Frozen):
    """Stands where a variant has no transformer: no parameters, no channels, on the grid that its patches would have."""

    def __init__(self, patch: int, crop_size: int) -> None:
        super().__init__()
        self.channels = 0
        self.grid = crop_size // patch

    def forward(self, images: Tensor) -> Tensor:
        """Features without channels, (N, 0, V, V)."""
        return images.new_zeros(len(images), 0, self.grid, self.grid)
