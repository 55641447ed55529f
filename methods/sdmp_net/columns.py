"""Samples the input of a 3x3 deformable convolution into columns for a matrix product. Imports torch.

One function has a gradient, the other is faster. torchvision's layer spends most of its time on this: its gradient took
three quarters of a training step of the small variant. Both return (N, 9*C, G*G), rows in the order of
``weight.flatten(1)``.
"""

from __future__ import annotations

import platform
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def differentiable(features: Tensor, offsets: Tensor) -> Tensor:
    """Columns whose gradient reaches features and offsets; equal to torchvision's up to rounding.

    Args:
        features: (N, C, G, G).
        offsets: (dy, dx) in pixels for each tap, (N, 18, G, G).
    """
    count, channels, grid, _ = features.shape
    steps = torch.arange(grid, dtype=offsets.dtype, device=offsets.device)
    taps = torch.arange(3, dtype=offsets.dtype, device=offsets.device) - 1
    moved = offsets.view(count, 3, 3, 2, grid, grid)
    y = moved[:, :, :, 0] + taps.view(3, 1, 1, 1) + steps.view(grid, 1)
    x = moved[:, :, :, 1] + taps.view(1, 3, 1, 1) + steps.view(1, grid)
    places = torch.stack([x, y], dim=-1).view(count, 9 * grid, grid, 2) * (2 / (grid - 1)) - 1
    read = functional.grid_sample(features, places, mode="bilinear", padding_mode="zeros", align_corners=True)
    return read.view(count, channels * 9, grid * grid)


def readable(features: Tensor) -> bool:
    """Whether ``read`` equals torchvision bit for bit: in single precision on x86-64, where compilers fuse no operations."""
    return (
        features.device.type == "cpu" and features.dtype == torch.float32 and platform.machine() in ("x86_64", "AMD64")
    )


def read(features: Tensor, offsets: Tensor) -> Tensor:
    """Columns without gradient, in a quarter of torchvision's time; the arguments are those of ``differentiable``."""
    count, channels, grid, _ = features.shape
    out = torch.empty(count, channels * 9, grid * grid)
    for image, moved, columns in zip(features.contiguous(), offsets.contiguous(), out, strict=True):
        _kernel()(image.view(channels, -1).numpy(), moved.view(18, -1).numpy(), columns.view(channels, 9, -1).numpy())
    return out


@cache
def _kernel() -> Any:
    """The kernel, compiled at its first use and cached in the folder beside this file or in the user's."""
    import numba  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    @numba.njit(cache=True, nogil=True, error_model="numpy")
    def fill(image: Any, offsets: Any, columns: Any) -> None:
        """Fill columns (C, 9, P) from an image (C, P) and offsets (18, P), where P = G*G."""
        channels, positions = image.shape
        grid = int(np.sqrt(positions))
        index = np.empty((4, positions), np.int32)
        weight = np.empty((4, positions), np.float32)
        one = np.float32(1)
        for tap in range(9):
            for p in range(positions):
                y = np.float32(p // grid + tap // 3 - 1) + offsets[2 * tap, p]
                x = np.float32(p % grid + tap % 3 - 1) + offsets[2 * tap + 1, p]
                inside = y > -1 and y < grid and x > -1 and x < grid
                top, left = int(np.floor(y)), int(np.floor(x))
                down, right = y - np.float32(top), x - np.float32(left)
                up, before = one - down, one - right
                weights = (up * before, up * right, down * before, down * right)
                for corner in range(4):
                    row, column = top + corner // 2, left + corner % 2
                    held = inside and row >= 0 and row < grid and column >= 0 and column < grid
                    index[corner, p] = row * grid + column if held else positions
                    weight[corner, p] = weights[corner] if inside else np.float32(0)
            padded = np.zeros(positions + 1, np.float32)
            for c in range(channels):
                padded[:positions] = image[c]
                target = columns[c, tap]
                for p in range(positions):
                    target[p] = (
                        weight[0, p] * padded[index[0, p]]
                        + weight[1, p] * padded[index[1, p]]
                        + weight[2, p] * padded[index[2, p]]
                        + weight[3, p] * padded[index[3, p]]
                    )

    return fill
