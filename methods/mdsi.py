"""MDSI with piq's filters and colours; a reference's gradients and colours are computed once for all its images.

See ``_piq.py``. Deviations are pooled in double precision: the score is the fourth root of their mean, which enlarges
rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._feature_maps import DOWNSAMPLING
from ._piq import PIQ, PiqMethod, in_blocks, refuse_small

if TYPE_CHECKING:
    import torch

GRADIENT_STABILISER, MEAN_STABILISER, CHROMA_STABILISER = 140.0, 55.0, 550.0
GRADIENT_SHARE = 0.6
EXPONENT, POOLING_EXPONENT = 0.25, 0.25
SMALLEST = 3


@dataclass(frozen=True, slots=True)
class Maps:
    """What MDSI compares.

    Attributes:
        slopes: horizontal and vertical gradients of the luminance, (N, 2, H, W), with their sign.
        magnitude: their magnitude, (N, 1, H, W).
        chroma: the H and M channels, (N, 2, H, W).
    """

    slopes: torch.Tensor
    magnitude: torch.Tensor
    chroma: torch.Tensor


class MDSI(PiqMethod):
    """Mean deviation of the similarity of gradients and colours, which are added; 0 for equal images."""

    info = MethodInfo(
        name="mdsi",
        title="MDSI",
        higher_is_better=False,
        score_range=(0.0, None),
        group="hand-crafted",
        citation="@article{nafchi2016mean, author={Nafchi, Hossein Ziaei and Shahkolaei, Atena and Hedjam, Rachid and "
        "Cheriet, Mohamed}, title={Mean deviation similarity index: efficient and reliable full-reference image quality "
        "evaluator}, journal={IEEE Access}, volume={4}, pages={5579--5590}, year={2016}}",
        **PIQ,
    )

    def settings(self) -> dict[str, str]:
        return {"channels": "lhm", "downsampling": DOWNSAMPLING}

    def describe(self, reference: torch.Tensor) -> Maps:
        """The maps of one reference, (1, 3, H, W) in [0, 1]."""
        return maps(reference)

    def compare(self, enhanced: torch.Tensor, description: Maps) -> torch.Tensor:
        """MDSI, (N,), of enhanced images, (N, 3, H, W), against the described reference."""
        own = maps(enhanced)
        likeness = GRADIENT_SHARE * gradient_likeness(own, description)
        return deviation(likeness.add_((1 - GRADIENT_SHARE) * chroma_likeness(own.chroma, description.chroma)))


def maps(images: torch.Tensor) -> Maps:
    """The maps of images, (N, 3, H, W) in [0, 1].

    Raises:
        ValueError: a side is too short for a gradient.
    """
    import torch  # noqa: PLC0415
    from piq.functional import prewitt_filter, rgb2lhm  # noqa: PLC0415

    refuse_small(images, SMALLEST)
    colours: torch.Tensor = rgb2lhm(255 * in_blocks(images))
    across = prewitt_filter(device=colours.device, dtype=colours.dtype)
    kernels = torch.stack([across, across.transpose(1, 2)])
    slopes = torch.nn.functional.conv2d(colours[:, :1].contiguous(), kernels, padding=1)
    return Maps(slopes, steepness(slopes), colours[:, 1:].contiguous())


def steepness(slopes: torch.Tensor) -> torch.Tensor:
    """Magnitude, (N, 1, H, W), of gradients, (N, 2, H, W)."""
    return slopes.square().sum(dim=1, keepdim=True).sqrt_()


def gradient_likeness(enhanced: Maps, reference: Maps) -> torch.Tensor:
    """Similarity of gradients, (N, 1, H, W), also to those of the mean of both images; may fall below 0."""
    from piq.functional import similarity_map  # noqa: PLC0415

    of_mean = steepness((enhanced.slopes + reference.slopes) / 2)
    likeness: torch.Tensor = similarity_map(enhanced.magnitude, reference.magnitude, GRADIENT_STABILISER)
    likeness += similarity_map(enhanced.magnitude, of_mean, MEAN_STABILISER)
    likeness -= similarity_map(reference.magnitude, of_mean, MEAN_STABILISER)
    return likeness


def chroma_likeness(enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Similarity, (N, 1, H, W), of H and M channels, (N, 2, H, W); exactly 1 where they are equal."""
    shared = (enhanced * reference).sum(dim=1, keepdim=True).mul_(2).add_(CHROMA_STABILISER)
    own = enhanced.square().sum(dim=1, keepdim=True) + reference.square().sum(dim=1, keepdim=True)
    return shared.div_(own.add_(CHROMA_STABILISER))


def deviation(likeness: torch.Tensor) -> torch.Tensor:
    """The pooled mean deviation, (N,), of the fourth roots of similarities, (N, 1, H, W).

    The root of a negative similarity is the complex one with the angle of pi / 4.
    """
    root = likeness.double().abs().pow_(EXPONENT)
    negative = likeness < 0
    real = root.where(~negative, root * math.cos(math.pi * EXPONENT))
    imaginary = (root * math.sin(math.pi * EXPONENT)).masked_fill_(~negative, 0)
    across, along = (part - part.mean(dim=(1, 2, 3), keepdim=True) for part in (real, imaginary))
    distance = across.square().add_(along.square()).sqrt_()
    return distance.mean(dim=(1, 2, 3)).pow_(POOLING_EXPONENT).to(likeness)
