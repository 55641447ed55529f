"""Multi-scale GMSD with piq's filters and colours; a reference's gradients are computed once for all its images.

See ``_piq.py``; GMSD at one scale is ``gmsd.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._piq import LUMA, PIQ, PiqMethod, halved, refuse_small

if TYPE_CHECKING:
    import torch

SCALE_WEIGHTS = (0.096, 0.596, 0.289, 0.019)
"""Weights of the four scales, finest first."""
STABILISER, MASKING = 170.0, 0.5
CHROMA_WEIGHT, CHROMA_SHARE, CHROMA_FALL = 0.01, 0.32, 15.0
"""The paper's beta 1 to 3: the distance of colours counts where gradients hardly differ."""
SMALLEST = 2 ** len(SCALE_WEIGHTS) + 1


@dataclass(frozen=True, slots=True)
class Scales:
    """What multi-scale GMSD compares.

    Attributes:
        gradients: gradient magnitudes of the luma, (N, 1, H, W), finest scale first.
        chroma: the I and Q channels at the coarsest scale, (N, 2, H, W).
    """

    gradients: list[torch.Tensor]
    chroma: torch.Tensor


class MSGMSD(PiqMethod):
    """Deviation of the similarity of gradients at four scales; 0 for equal images.

    Args:
        chromatic: count the distance of colours too (MS-GMSDc).
    """

    info = MethodInfo(
        name="ms_gmsd",
        title="MS-GMSD",
        higher_is_better=False,
        score_range=(0.0, None),
        group="hand-crafted",
        citation="@inproceedings{zhang2017gradient, author={Zhang, Bo and Sander, Pedro V. and Bermak, Amine}, "
        "title={Gradient magnitude similarity deviation on multiple scales for color image quality assessment}, "
        "booktitle={ICASSP}, pages={1253--1257}, year={2017}}",
        **PIQ,
    )

    def __init__(self, *, chromatic: bool = False) -> None:
        self.chromatic = chromatic

    def settings(self) -> Mapping[str, str]:
        return {
            "channels": "yiq (MS-GMSDc)" if self.chromatic else LUMA,
            "downsampling": "none before the first scale",
        }

    def describe(self, reference: torch.Tensor) -> Scales:
        """The scales of one reference, (1, 3, H, W) in [0, 1]."""
        return scales(reference)

    def compare(self, enhanced: torch.Tensor, description: Scales) -> torch.Tensor:
        """MS-GMSD, (N,), of enhanced images, (N, 3, H, W), against the described reference."""
        import torch  # noqa: PLC0415

        own = scales(enhanced)
        pairs = zip(own.gradients, description.gradients, strict=True)
        variances = [variance(one, other) * weight for weight, (one, other) in zip(SCALE_WEIGHTS, pairs, strict=True)]
        distance = torch.stack(variances).sum(dim=0).sqrt_()
        if not self.chromatic:
            return distance
        colours = (own.chroma - description.chroma).square_().mean(dim=(2, 3)).sum(dim=1).sqrt_()
        share = 2 / (1 + CHROMA_SHARE * torch.exp(-CHROMA_FALL * distance)) - 1
        return share * distance + (1 - share) * CHROMA_WEIGHT * colours


def scales(images: torch.Tensor) -> Scales:
    """The scales of images, (N, 3, H, W) in [0, 1].

    Raises:
        ValueError: a side is too short for four scales.
    """
    import torch  # noqa: PLC0415
    from piq.functional import gradient_map, prewitt_filter, rgb2yiq  # noqa: PLC0415

    refuse_small(images, SMALLEST)
    yiq: torch.Tensor = rgb2yiq(255 * images).contiguous()
    across = prewitt_filter(dtype=yiq.dtype, device=yiq.device)
    kernels = torch.stack([across, across.transpose(1, 2)])
    gradients = [gradient_map(yiq[:, :1], kernels)]
    while len(gradients) < len(SCALE_WEIGHTS):
        yiq = halved(yiq)
        gradients.append(gradient_map(yiq[:, :1], kernels))
    return Scales(gradients, yiq[:, 1:])


def variance(enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Variance, (N,), of the masked similarity of gradient magnitudes, (N, 1, H, W)."""
    from piq.functional import similarity_map  # noqa: PLC0415

    likeness: torch.Tensor = similarity_map(enhanced, reference, STABILISER, MASKING)
    return likeness.var(dim=(1, 2, 3), correction=0)
