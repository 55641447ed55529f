"""The spatially deformable module for one scale: offsets from the reference, deformed sampling, bridge to the ViT's grid.

Imports torch and torchvision. ``network`` holds one ``DeformableScale`` for each CNN stage that is read; ``columns`` samples
the input of the deformable convolution.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import DeformConv2d

from . import columns
from .architecture import Offsets

OFFSETS = 2 * 3 * 3
"""Channels of the offset field: (dy, dx) for each of the nine taps of a 3x3 kernel, in pixels of the sampled grid."""


class DeformableConvolution(DeformConv2d):  # type: ignore[misc] # torchvision states no types
    """torchvision's layer for a 3x3 kernel with padding 1, which samples its input faster where possible.

    Without autograd it equals torchvision's bit for bit; with autograd up to rounding.
    """

    def forward(self, input: Tensor, offset: Tensor, mask: Tensor | None = None) -> Tensor:
        """Convolve features, (N, C, G, G), sampled at positions shifted by offsets, (N, 18, G, G), to (N, out, G, G)."""
        # torchvision's layer supports float32 only, even under autocast
        features, offset = input.float(), offset.float()
        if torch.is_grad_enabled():
            read = columns.differentiable(features, offset)
        elif columns.readable(features):
            read = columns.read(features, offset)
        else:
            out: Tensor = super().forward(features, offset, mask)
            return out
        kernel = self.weight.flatten(1)
        bias = 0 if self.bias is None else self.bias[:, None, None]
        return torch.stack([(kernel @ one).view(-1, *features.shape[2:]) + bias for one in read])


class DeformableScale(nn.Module):
    """One scale of the spatially deformable module; the same weights serve both images.

    For the published network: G = 56 (CNN grid), V = 28 (ViT grid), C = 768, 768 deformed, 512 between, 768 out.

    Attributes:
        grid: G, side length of the CNN features' grid.
        vit_grid: V, side length of the ViT features' grid.
        kind: whether offsets are learned, zero, or absent (the convolution is then a plain one).
    """

    def __init__(
        self,
        cnn_channels: int,
        grid: int,
        vit_channels: int,
        vit_grid: int,
        sampled: int,
        bridge: int,
        bridged: int,
        kind: Offsets = "learned",
    ) -> None:
        super().__init__()
        self.grid, self.vit_grid, self.kind = grid, vit_grid, kind
        channels = min(cnn_channels, sampled)
        self.reduce = nn.Conv2d(cnn_channels, channels, 1) if cnn_channels > channels else nn.Identity()
        if kind == "learned":
            self.conv_offset = nn.Conv2d(vit_channels, OFFSETS, 3, padding=1)
        elif kind == "zero" and vit_channels:
            # drawn and let go, so that with one seed all other weights begin as beside learned offsets
            nn.Conv2d(vit_channels, OFFSETS, 3, padding=1)
        layer = nn.Conv2d if kind == "none" else DeformableConvolution
        self.deform = layer(channels, channels, 3, padding=1)
        first, second = strides(grid, vit_grid)
        self.bridge1 = nn.Conv2d(channels, bridge, 3, stride=first, padding=1)
        self.bridge2 = nn.Conv2d(bridge, bridged, 3, stride=second, padding=1)

    def offsets(self, reference_vit: Tensor) -> Tensor:
        """Compute where to sample, from the reference alone.

        Args:
            reference_vit: ViT features of the reference, (N, 3840, V, V).

        Returns:
            Offsets in pixels of the CNN grid, (N, 18, G, G); without offsets, (N, 0, G, G).
        """
        if self.kind != "learned":
            channels = OFFSETS if self.kind == "zero" else 0
            return reference_vit.new_zeros(len(reference_vit), channels, self.grid, self.grid)
        out: Tensor = self.conv_offset(
            functional.interpolate(reference_vit, size=(self.grid, self.grid), mode="nearest")
        )
        return out

    def forward(self, cnn: Tensor, offsets: Tensor) -> Tensor:
        """Sample an image's CNN features at the deformed positions and map them to the ViT's grid.

        Args:
            cnn: CNN features of an image, (N, C, G, G).
            offsets: sampling offsets of its reference, (N, 18, G, G).

        Returns:
            The deformed features on the ViT's grid, (N, 768, V, V).
        """
        return self.bridge(self.sample(cnn, offsets))

    def sample(self, cnn: Tensor, offsets: Tensor) -> Tensor:
        """The convolution over CNN features, (N, C, G, G), at the deformed positions."""
        reduced = self.reduce(cnn)
        out: Tensor = self.deform(reduced) if self.kind == "none" else self.deform(reduced, offsets)
        return out

    def bridge(self, deformed: Tensor) -> Tensor:
        """Map deformed features, (N, C, G, G), to the ViT's grid, (N, 768, V, V)."""
        out: Tensor = self.bridge2(functional.relu(self.bridge1(deformed)))
        return to_grid(out, self.vit_grid)


def strides(grid: int, vit_grid: int) -> tuple[int, int]:
    """Strides of the bridge's two convolutions: (2, 1) for 56 to 28, (2, 2) for 56 to 14, (1, 1) for no larger grid."""
    ratio = max(1, grid // vit_grid)
    return (1 if ratio == 1 else 2), (2 if ratio > 2 else 1)


def to_grid(x: Tensor, grid: int) -> Tensor:
    """Resize (N, C, g, g) to (N, C, grid, grid) by nearest neighbour; unchanged where it fits."""
    return x if x.shape[-1] == grid else functional.interpolate(x, size=(grid, grid), mode="nearest")
