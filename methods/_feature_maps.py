"""What FSIM and VSI share: the factor by which images are reduced, and their gradients.

A helper, not a plug-in: ``fsim.py`` and ``vsi.py`` hold the methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SIDE = 256
DOWNSAMPLING = f"blocks averaged to about {SIDE} px"


def block_side(images: torch.Tensor) -> int:
    """Side of the square blocks whose averages reduce the shorter side of images, (…, H, W), to about 256 px."""
    return max(1, round(min(images.shape[-2:]) / SIDE))


def scharr_magnitude(channel: torch.Tensor) -> torch.Tensor:
    """Magnitude of the Scharr gradients, (N, 1, H, W), of a channel of the same shape, as pyiqa computes it."""
    import torch  # noqa: PLC0415
    from pyiqa.archs.func_util import gradient_map, scharr_filter  # noqa: PLC0415

    across = scharr_filter()
    magnitude: torch.Tensor = gradient_map(channel, torch.stack([across, across.transpose(1, 2)]))
    return magnitude
