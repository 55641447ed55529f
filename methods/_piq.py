"""What the metrics that come through piq (PyTorch Image Quality, Apache-2.0) share. None of them needs weights.

A helper, not a plug-in: ``haarpsi.py``, ``mdsi.py``, ``sr_sim.py``, ``dss.py``, ``iw_ssim.py`` and ``ms_gmsd.py`` subclass
``PiqMethod``. piq's functions compare two images at once; here its filters and colours describe a reference once for all its
enhanced images. piq and torch are imported when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from benchmark import Method

from ._feature_maps import block_side
from ._packages import lacking

if TYPE_CHECKING:
    import torch


class Origin(TypedDict):
    """The part of ``MethodInfo`` that states what computes a method; it is the same for all that come through piq."""

    licence: str
    source: str
    libraries: tuple[str, ...]


PIQ: Origin = {"licence": "piq: Apache-2.0", "source": "piq", "libraries": ("piq",)}
LUMA = "luma of yiq"


class PiqMethod(Method):
    """A metric of piq. Images are RGB in [0, 1]; grey photographs arrive as RGB with equal channels."""

    def unavailable(self) -> str | None:
        return lacking("piq", "piq")

    def load(self, device: str) -> None:
        """Import piq, which takes a second, before the first pair is timed."""
        import piq  # noqa: F401, PLC0415


def luma(images: torch.Tensor) -> torch.Tensor:
    """The luma from 0 to 255, (N, 1, H, W), of images, (N, 3, H, W) in [0, 1], with piq's weights; not rounded."""
    from piq.functional import rgb2yiq  # noqa: PLC0415

    channel: torch.Tensor = rgb2yiq(255 * images)[:, :1]
    return channel.contiguous()


def halved(planes: torch.Tensor) -> torch.Tensor:
    """Means of blocks of 2 × 2; as in piq, both sides get a row of zeros at the end where either is odd."""
    import torch  # noqa: PLC0415

    odd = max(planes.shape[2] % 2, planes.shape[3] % 2)
    return torch.nn.functional.avg_pool2d(torch.nn.functional.pad(planes, (0, odd, 0, odd)), 2)


def in_blocks(images: torch.Tensor) -> torch.Tensor:
    """Means of the square blocks that reduce the shorter side to about 256 px; zeros fill half a block at edges."""
    import torch  # noqa: PLC0415

    block = block_side(images)
    before, after = (block - 1) // 2, block // 2
    return torch.nn.functional.avg_pool2d(torch.nn.functional.pad(images, (before, after, before, after)), block)


def refuse_small(images: torch.Tensor, smallest: int) -> None:
    """Refuse images, (N, 3, H, W), with a side under ``smallest`` pixels.

    Raises:
        ValueError: a side is shorter.
    """
    height, width = images.shape[-2:]
    if min(height, width) < smallest:
        raise ValueError(f"the image is {width}×{height}; sides under {smallest} pixels are too small")
