"""Gaussian-window statistics of pyiqa's SSIM, computed with separable windows and once for each reference.

A helper, not a plug-in: ``ssim.py`` holds the methods. pyiqa filters with an 11 × 11 window in double precision, which takes
ten times as long and, at ten megapixels, ten gigabytes.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SIZE, SIGMA = 11, 1.5
PEAK = 255.0
LUMINANCE_STABILISER = (0.01 * PEAK) ** 2
CONTRAST_STABILISER = (0.03 * PEAK) ** 2


@dataclass(frozen=True, slots=True)
class WindowedImage:
    """An image at one scale with its window statistics.

    Attributes:
        image: (N, C, H, W), double precision, 0 to 255.
        mean: mean in the window around each position, (N, C, H - 10, W - 10).
        variance: variance in the window, of the same shape.
    """

    image: torch.Tensor
    mean: torch.Tensor
    variance: torch.Tensor


def windowed(image: torch.Tensor) -> WindowedImage:
    """An image, (N, C, H, W) in 0 to 255, with its window statistics.

    Raises:
        ValueError: a side is shorter than the window.
    """
    if min(image.shape[-2:]) < SIZE:
        raise ValueError(f"the image is {image.shape[-1]}×{image.shape[-2]}; sides under {SIZE} pixels are too small")
    mean = window_mean(image)
    return WindowedImage(image, mean, window_mean(image.square()).sub_(mean.square()))


def similarity(enhanced: WindowedImage, reference: WindowedImage) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean SSIM and the mean of its contrast and structure term, (N,) each; negative terms count as 0."""
    product = enhanced.mean * reference.mean
    covariance = window_mean(enhanced.image * reference.image).sub_(product)
    structure = covariance.mul_(2).add_(CONTRAST_STABILISER)
    structure = structure.div_(enhanced.variance + reference.variance + CONTRAST_STABILISER).relu_()
    level = product.mul_(2).add_(LUMINANCE_STABILISER)
    level = level.div_(enhanced.mean.square() + reference.mean.square() + LUMINANCE_STABILISER)
    return (level * structure).mean(dim=(1, 2, 3)), structure.mean(dim=(1, 2, 3))


def window_mean(image: torch.Tensor) -> torch.Tensor:
    """Gaussian-weighted mean, (N, C, H - 10, W - 10), around each position of an image, (N, C, H, W)."""
    weights = window()
    columns = image.shape[-1] - SIZE + 1
    across = image[..., :columns] * weights[0]
    for place in range(1, SIZE):
        across.add_(image[..., place : place + columns], alpha=weights[place])
    rows = image.shape[-2] - SIZE + 1
    down = across[..., :rows, :] * weights[0]
    for place in range(1, SIZE):
        down.add_(across[..., place : place + rows, :], alpha=weights[place])
    return down


@functools.cache
def window() -> tuple[float, ...]:
    """The row whose outer product with itself is nearest to pyiqa's window, which is rounded to single precision."""
    import torch  # noqa: PLC0415
    from pyiqa.matlab_utils import fspecial  # noqa: PLC0415

    square = fspecial(SIZE, SIGMA)[0, 0].double()
    row: torch.Tensor = torch.linalg.svd(square)[0][:, 0].abs()
    return tuple((row * (square.sum().sqrt() / row.sum())).tolist())
