"""SR-SIM with piq's filters and colours; a reference's saliency and gradients are computed once for all its images.

See ``_piq.py``. Saliency is in double precision, since it rests on the phases of weak frequencies. piq stretches the
saliency of a whole batch to 0 to 1; here each image has its own extremes, as alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._feature_maps import DOWNSAMPLING
from ._piq import LUMA, PIQ, PiqMethod, in_blocks, refuse_small

if TYPE_CHECKING:
    import torch

SALIENCY_STABILISER, GRADIENT_STABILISER, CHROMA_STABILISER = 0.4, 225.0, 200.0
GRADIENT_EXPONENT, CHROMA_EXPONENT = 0.5, 0.03
SCALE, BLUR_SIZE, BLUR_SIGMA = 0.25, 10, 3.8
"""Saliency is computed at a quarter of the size and blurred by a Gaussian window of 10 × 10."""
SMALLEST = round(BLUR_SIZE / SCALE)


@dataclass(frozen=True, slots=True)
class Maps:
    """What SR-SIM compares.

    Attributes:
        saliency: spectral residual visual saliency, (N, 1, H, W).
        gradient: gradient magnitude of the luma, of the same shape.
        chroma: the I and Q channels, (N, 2, H, W).
    """

    saliency: torch.Tensor
    gradient: torch.Tensor
    chroma: torch.Tensor


class SRSIM(PiqMethod):
    """Similarity of spectral residual saliency and gradients, weighted by saliency.

    Args:
        chromatic: compare the I and Q channels too, as FSIMc does.
    """

    info = MethodInfo(
        name="sr_sim",
        title="SR-SIM",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation="@inproceedings{zhang2012srsim, author={Zhang, Lin and Li, Hongyu}, "
        "title={{SR-SIM}: a fast and high performance {IQA} index based on spectral residual}, "
        "booktitle={IEEE International Conference on Image Processing (ICIP)}, pages={1473--1476}, year={2012}}",
        **PIQ,
    )

    def __init__(self, *, chromatic: bool = False) -> None:
        self.chromatic = chromatic

    def settings(self) -> Mapping[str, str]:
        return {"channels": "yiq" if self.chromatic else LUMA, "downsampling": DOWNSAMPLING}

    def describe(self, reference: torch.Tensor) -> Maps:
        """The maps of one reference, (1, 3, H, W) in [0, 1]."""
        return maps(reference)

    def compare(self, enhanced: torch.Tensor, description: Maps) -> torch.Tensor:
        """SR-SIM, (N,), of enhanced images, (N, 3, H, W), against the described reference."""
        import torch  # noqa: PLC0415
        from piq.functional import similarity_map  # noqa: PLC0415

        own = maps(enhanced)
        likeness: torch.Tensor = similarity_map(own.gradient, description.gradient, GRADIENT_STABILISER)
        likeness = likeness.pow_(GRADIENT_EXPONENT)
        likeness = likeness * similarity_map(own.saliency, description.saliency, SALIENCY_STABILISER)
        if self.chromatic:
            chroma: torch.Tensor = similarity_map(own.chroma, description.chroma, CHROMA_STABILISER)
            likeness = likeness * chroma.prod(dim=1, keepdim=True).abs_() ** CHROMA_EXPONENT
        weight = torch.maximum(own.saliency, description.saliency)
        tiny = torch.finfo(weight.dtype).eps
        return (likeness * weight).sum(dim=(1, 2, 3)) / (weight.sum(dim=(1, 2, 3)) + tiny)


def maps(images: torch.Tensor) -> Maps:
    """The maps of images, (N, 3, H, W) in [0, 1].

    Raises:
        ValueError: a side is too short for the saliency's blur.
    """
    import torch  # noqa: PLC0415
    from piq.functional import gradient_map, rgb2yiq, scharr_filter  # noqa: PLC0415

    refuse_small(images, SMALLEST)
    yiq: torch.Tensor = rgb2yiq(255 * in_blocks(images)).contiguous()
    luma = yiq[:, :1].contiguous()
    across = scharr_filter(device=luma.device, dtype=luma.dtype)
    gradient = gradient_map(luma, torch.stack([across, across.transpose(1, 2)]))
    return Maps(saliency(luma), gradient, yiq[:, 1:])


def saliency(luma: torch.Tensor) -> torch.Tensor:
    """Saliency from 0 to 1 of a luma, of its shape, (N, 1, H, W): what the spectrum holds beside its smooth course.

    X. Hou, L. Zhang: Saliency detection: a spectral residual approach, CVPR 2007.
    """
    import torch  # noqa: PLC0415
    from piq.functional import imresize  # noqa: PLC0415

    small = imresize(luma.double(), scale=SCALE)
    tiny = torch.finfo(small.dtype).eps
    spectrum = torch.fft.fft2(small)
    course = torch.log(spectrum.abs() + tiny)
    smooth = torch.nn.functional.avg_pool2d(
        torch.nn.functional.pad(course, (1, 1, 1, 1), mode="replicate"), 3, stride=1
    )
    residual = torch.polar(torch.exp(course - smooth), spectrum.angle())
    answer = torch.fft.ifft2(residual).abs().square_()
    kernel = blur(small)
    answer = torch.nn.functional.conv2d(answer, kernel, padding=kernel.shape[-1] // 2)
    low, high = answer.amin(dim=(1, 2, 3), keepdim=True), answer.amax(dim=(1, 2, 3), keepdim=True)
    stretched = (answer - low) / (high - low + tiny)
    sizes: Sequence[int] = luma.shape[-2:]
    whole: torch.Tensor = imresize(stretched, sizes=tuple(sizes)).to(luma)
    return whole


def blur(like: torch.Tensor) -> torch.Tensor:
    """piq's Gaussian window, (1, 1, 11, 11): of even size, with a row and a column of zeros before it, as MATLAB pads."""
    import torch  # noqa: PLC0415
    from piq.functional import gaussian_filter  # noqa: PLC0415

    window: torch.Tensor = gaussian_filter(BLUR_SIZE, BLUR_SIGMA, device=like.device, dtype=like.dtype)
    return torch.nn.functional.pad(window, (1, 0, 1, 0)).unsqueeze(0)
