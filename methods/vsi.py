"""VSI with pyiqa's colours and filter; a reference's maps are computed once for all its images. See ``_pyiqa.py``.

It is computed in double precision, like pyiqa's. To save memory, only one channel at a time is at the image's full size,
and blocks are averaged before colours are converted, which is a linear operation.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._feature_maps import DOWNSAMPLING, SIDE, block_side, scharr_magnitude
from ._pyiqa import PYIQA, PyiqaMethod

if TYPE_CHECKING:
    import torch

SALIENCY_STABILISER, GRADIENT_STABILISER, CHROMA_STABILISER = 1.27, 386.0, 130.0
GRADIENT_EXPONENT, CHROMA_EXPONENT = 0.4, 0.02
FREQUENCY, BANDWIDTH, CENTRE_SPREAD, WARMTH_SPREAD = 0.021, 1.34, 145.0, 0.001
"""Parameters of saliency (SDSP): the log-Gabor filter's centre and width, and the spreads of centre and colour priors."""


@dataclass(frozen=True, slots=True)
class SaliencyMaps:
    """The maps that VSI compares, in double precision.

    Attributes:
        saliency: saliency of about 0 to 1, (N, 1, H, W).
        gradient: gradient magnitude of the first channel, of the same shape.
        chroma: the M and N channels, (N, 2, H, W).
    """

    saliency: torch.Tensor
    gradient: torch.Tensor
    chroma: torch.Tensor


class VSI(PyiqaMethod):
    """Similarity of visual saliency, gradients and colour, weighted by saliency."""

    info = MethodInfo(
        name="vsi",
        title="VSI",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation="@article{zhang2014vsi, author={Zhang, Lin and Shen, Ying and Li, Hongyu}, "
        "title={{VSI}: a visual saliency-induced index for perceptual image quality assessment}, "
        "journal={IEEE Transactions on Image Processing}, volume={23}, number={10}, pages={4270--4281}, year={2014}}",
        **PYIQA,
        flat_images="1, the best score, between any two images of one colour (black and white, for example)",
    )
    metric = "vsi"
    arch = "vsi_arch"
    notes = (("channels", "lmn"), ("downsampling", DOWNSAMPLING))

    def describe(self, reference: torch.Tensor) -> SaliencyMaps:
        """The maps of one reference, (1, 3, H, W) in [0, 1]."""
        return maps(reference)

    def compare(self, enhanced: torch.Tensor, description: SaliencyMaps) -> torch.Tensor:
        """VSI, (N,), of enhanced images, (N, 3, H, W), against the described reference."""
        import torch  # noqa: PLC0415
        from pyiqa.archs.func_util import similarity_map  # noqa: PLC0415

        enhanced_maps = maps(enhanced)
        tiny = torch.finfo(torch.float64).eps
        chroma: torch.Tensor = similarity_map(enhanced_maps.chroma, description.chroma, CHROMA_STABILISER)
        likeness = real_power(chroma.prod(dim=1, keepdim=True), CHROMA_EXPONENT)
        gradient = similarity_map(enhanced_maps.gradient, description.gradient, GRADIENT_STABILISER)
        likeness = likeness * gradient.pow_(GRADIENT_EXPONENT)
        likeness = likeness * similarity_map(enhanced_maps.saliency, description.saliency, SALIENCY_STABILISER)
        weight = torch.maximum(enhanced_maps.saliency, description.saliency)
        score: torch.Tensor = (likeness * weight).sum(dim=(1, 2, 3)) + tiny
        return score / (weight.sum(dim=(1, 2, 3)) + tiny)


def maps(images: torch.Tensor) -> SaliencyMaps:
    """The maps of images, (N, 3, H, W) in [0, 1]."""
    import torch  # noqa: PLC0415
    from pyiqa.utils.color_util import rgb2lmn  # noqa: PLC0415

    size, sides = images.shape[-2:], (SIDE, SIDE)
    blocks, small = [], []
    for channel in (plane.double() for plane in torch.tensor_split(images, 3, dim=1)):
        blocks.append(in_blocks(channel))
        small.append(torch.nn.functional.interpolate(channel, sides, mode="bilinear", align_corners=False))
    colours: torch.Tensor = rgb2lmn(255 * torch.cat(blocks, dim=1)).contiguous()
    return SaliencyMaps(saliency(torch.cat(small, dim=1), size), scharr_magnitude(colours[:, :1]), colours[:, 1:])


def saliency(images: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """Saliency from 0 to 1, (N, 1, H, W) of about 256 px, of reduced images, (N, 3, 256, 256) in [0, 1].

    Args:
        images: the reduced images in double precision.
        size: height and width of the unreduced images; 0 and 1 are the extremes of the map at that size.

    L. Zhang, Z. Gu, H. Li: SDSP: a novel saliency detection method by combining simple priors, ICIP 2013.
    """
    import torch  # noqa: PLC0415
    from pyiqa.utils.color_util import rgb2lab  # noqa: PLC0415

    lab: torch.Tensor = rgb2lab(images, data_range=1).contiguous()
    band, centre = priors(images.device)
    answers = torch.fft.irfft2(torch.fft.rfft2(lab) * band, s=(SIDE, SIDE))
    tiny = torch.finfo(torch.float64).eps
    texture = answers.square().sum(dim=1, keepdim=True).add_(tiny).sqrt_()
    chroma = lab[:, 1:]
    low, high = chroma.amin(dim=(2, 3), keepdim=True), chroma.amax(dim=(2, 3), keepdim=True)
    warmth = ((chroma - low) / (high - low + tiny)).square_().sum(dim=1, keepdim=True)
    attention = texture * centre * (1 - torch.exp(-warmth / WARMTH_SPREAD**2))
    whole = torch.nn.functional.interpolate(attention, size, mode="bilinear", align_corners=True)
    low, high = whole.amin(dim=(2, 3), keepdim=True), whole.amax(dim=(2, 3), keepdim=True)
    return (in_blocks(whole) - low) / (high - low + tiny)


@functools.cache
def priors(device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """pyiqa's log-Gabor filter, (256, 129), and its prior for the saliency of each position, (256, 256)."""
    import torch  # noqa: PLC0415
    from pyiqa.archs.func_util import get_meshgrid  # noqa: PLC0415
    from pyiqa.archs.vsi_arch import _log_gabor  # noqa: PLC0415

    band: torch.Tensor = _log_gabor((SIDE, SIDE), FREQUENCY, BANDWIDTH).double()
    places = torch.stack(get_meshgrid((SIDE, SIDE))).double() * SIDE + 1
    centre = torch.exp(-places.square().sum(dim=0) / CENTRE_SPREAD**2)
    return band[:, : SIDE // 2 + 1].contiguous().to(device), centre.to(device)


def in_blocks(planes: torch.Tensor) -> torch.Tensor:
    """Means of the square blocks that reduce the shorter side to about 256 px, with edges replicated by half a block."""
    import torch  # noqa: PLC0415

    block = block_side(planes)
    before, after = block // 2, (block - 1) // 2
    if before:
        planes = torch.nn.functional.pad(planes, (before, after, before, after), mode="replicate")
    return torch.nn.functional.avg_pool2d(planes, block)


def real_power(base: torch.Tensor, exponent: float) -> torch.Tensor:
    """Real part of the principal power of a real base; for a negative base it has the factor cos(pi * exponent)."""
    size = base.abs().pow(exponent)
    return size.where(base >= 0, size * math.cos(math.pi * exponent))
