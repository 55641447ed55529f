"""A 3x3 deformable convolution whose sampling places are worked out once and serve many images. Imports torch.

torchvision's ``DeformConv2d`` works out positions and bilinear weights anew for every image and channel. Here they become
a table of four neighbours and four weights for each position and tap (``Places``), channels lie innermost, the gathering
is ``embedding_bag`` 's and the convolution a matrix product. Equal to torchvision's up to rounding. For inference.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

TAPS = 9
_BLOCK = 392 * TAPS
"""Places gathered at a time: an eighth of a 56 x 56 grid, 11 MB of columns, which the allocator keeps at hand."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where one crop's deformed 3x3 kernel reads a G x G grid.

    Attributes:
        neighbours: index into the G*G positions of the four neighbours of each tap, (G*G*9, 4).
        weights: their bilinear weights, zero outside the grid, the same shape.
    """

    neighbours: Tensor
    weights: Tensor


def places(offsets: Tensor) -> Places:
    """Turn the offsets of one crop, (18, G, G) in torchvision's order (dy, dx for each tap), into neighbours and weights."""
    grid = offsets.shape[-1]
    steps = torch.arange(grid, device=offsets.device, dtype=offsets.dtype)
    taps = torch.arange(3, device=offsets.device, dtype=offsets.dtype) - 1
    moved = offsets.view(3, 3, 2, grid, grid)
    y = moved[:, :, 0] + taps.view(3, 1, 1, 1) + steps.view(1, 1, grid, 1)
    x = moved[:, :, 1] + taps.view(1, 3, 1, 1) + steps.view(1, 1, 1, grid)
    top, left = y.floor(), x.floor()
    corners = [
        _corner(top + down, left + right, (y - top - 1 + down).abs_(), (x - left - 1 + right).abs_(), grid)
        for down in (0, 1)
        for right in (0, 1)
    ]
    neighbours, weights = (torch.stack([corner[i] for corner in corners], dim=-1) for i in (0, 1))
    rows = (TAPS, grid * grid, 4)
    return Places(
        neighbours.reshape(rows).transpose(0, 1).reshape(-1, 4).contiguous(),
        weights.reshape(rows).transpose(0, 1).reshape(-1, 4).contiguous(),
    )


def _corner(row: Tensor, column: Tensor, nearness_y: Tensor, nearness_x: Tensor, grid: int) -> tuple[Tensor, Tensor]:
    """Index and weight of one of the four neighbours; those outside the grid get weight zero."""
    inside = (row >= 0) & (row < grid) & (column >= 0) & (column < grid)
    index = row.clamp(0, grid - 1).long() * grid + column.clamp(0, grid - 1).long()
    return index, nearness_y * nearness_x * inside


def kernel_rows(weight: Tensor) -> Tensor:
    """A kernel (out, C, 3, 3) as the matrix (out, 9*C) that ``sample`` 's columns are multiplied with."""
    return weight.permute(0, 2, 3, 1).reshape(len(weight), -1).contiguous()


def sample(features: Tensor, where: Places, kernel: Tensor, bias: Tensor) -> Tensor:
    """The deformable convolution of one crop.

    Args:
        features: (C, G, G), best with channels innermost in memory.
        where: the places of this crop's reference.
        kernel: of ``kernel_rows``, (out, 9*C).
        bias: (out,).

    Returns:
        (out, G, G), channels innermost in memory.
    """
    channels, grid = features.shape[0], features.shape[-1]
    table = features.permute(1, 2, 0).reshape(grid * grid, channels)
    rows: list[Tensor] = []
    for neighbours, weights in zip(
        torch.split(where.neighbours, _BLOCK), torch.split(where.weights, _BLOCK), strict=True
    ):
        columns = functional.embedding_bag(neighbours, table, per_sample_weights=weights, mode="sum")
        rows.append(functional.linear(columns.view(-1, TAPS * channels), kernel, bias))
    return torch.cat(rows).view(grid, grid, -1).permute(2, 0, 1)
