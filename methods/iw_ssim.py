"""IW-SSIM with piq's pyramid and filters; a reference's part of it is computed once for all its images. See ``_piq.py``.

The reference's part is the larger one: its information at each place, for which a matrix is taken apart and inverted. All is
in double precision, as in the authors' code: in single precision piq's value of a blurred fundus photograph is off by 0.01.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._piq import LUMA, PIQ, PiqMethod, luma, refuse_small

if TYPE_CHECKING:
    import torch

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Weights of the five scales, finest first."""
WINDOW, SIGMA = 11, 1.5
LUMINANCE_STABILISER, CONTRAST_STABILISER = (0.01 * 255) ** 2, (0.03 * 255) ** 2
BLOCK = 3
NOISE = 0.4
"""Variance of the visual noise."""
MARGIN = (WINDOW - BLOCK) // 2
"""How many places of the blocks lie outside those of the windows on each side."""
SMALLEST = (WINDOW - 1) * 2 ** (len(SCALE_WEIGHTS) - 1) + 1


@dataclass(frozen=True, slots=True)
class Windowed:
    """One scale of an image, in double precision.

    Attributes:
        band: a band of the Laplacian pyramid, or the coarsest scale itself, (N, 1, H, W).
        mean: Gaussian-weighted mean around each place, (N, 1, H - 10, W - 10).
        variance: Gaussian-weighted variance, of the same shape.
    """

    band: torch.Tensor
    mean: torch.Tensor
    variance: torch.Tensor


@dataclass(frozen=True, slots=True)
class Information:
    """How much a reference tells at each place of a scale.

    Attributes:
        mean: mean of each block of 3 × 3, (1, 1, H - 2, W - 2).
        variance: variance of each block, of the same shape.
        power: squared length of each block's whitened values, of the same shape.
        spread: eigenvalues of the blocks' covariance, (C,).
    """

    mean: torch.Tensor
    variance: torch.Tensor
    power: torch.Tensor
    spread: torch.Tensor


@dataclass(frozen=True, slots=True)
class Description:
    """A reference at all scales, finest first; the coarsest weighs all places alike, and has no information."""

    windows: list[Windowed]
    information: list[Information]


class IWSSIM(PiqMethod):
    """MS-SSIM whose places are weighted by the information that both images share there."""

    info = MethodInfo(
        name="iw_ssim",
        title="IW-SSIM",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation="@article{wang2011information, author={Wang, Zhou and Li, Qiang}, "
        "title={Information content weighting for perceptual image quality assessment}, "
        "journal={IEEE Transactions on Image Processing}, volume={20}, number={5}, pages={1185--1198}, year={2011}}",
        flat_images="no score where the reference is one",
        **PIQ,
    )

    def settings(self) -> Mapping[str, str]:
        return {"channels": LUMA, "downsampling": "none before the first scale"}

    def describe(self, reference: torch.Tensor) -> Description:
        """The scales of one reference, (1, 3, H, W) in [0, 1], with the information of each."""
        bands = pyramid(reference)
        coarser = [*bands[1:-1], None]
        information = [inform(band, parent) for band, parent in zip(bands[:-1], coarser, strict=True)]
        return Description([windowed(band) for band in bands], information)

    def compare(self, enhanced: torch.Tensor, description: Description) -> torch.Tensor:
        """IW-SSIM, (N,), of enhanced images, (N, 3, H, W), and the described reference."""
        import torch  # noqa: PLC0415

        factors = []
        for number, band in enumerate(pyramid(enhanced)):
            reference = description.windows[number]
            level, structure = similarity(windowed(band), reference)
            if number < len(description.information):
                weight = shared_information(band, reference.band, description.information[number])
                factors.append((structure * weight).sum(dim=(1, 2, 3)) / weight.sum(dim=(1, 2, 3)))
            else:
                factors.append((level * structure).mean(dim=(1, 2, 3)))
        exponents = factors[0].new_tensor(SCALE_WEIGHTS)
        return (torch.stack(factors, dim=1).abs() ** (exponents / exponents.sum())).prod(dim=1).to(enhanced)


def pyramid(images: torch.Tensor) -> list[torch.Tensor]:
    """The four bands of images' Laplacian pyramids and what is left, (N, 1, H, W) each, of images, (N, 3, H, W) in [0, 1].

    Raises:
        ValueError: a side is too short for five scales.
    """
    from piq.functional import binomial_filter1d  # noqa: PLC0415
    from piq.iw_ssim import _pyr_step  # noqa: PLC0415

    refuse_small(images, SMALLEST)
    left = luma(images.double())
    bands: list[torch.Tensor] = []
    kernel = binomial_filter1d(kernel_size=5, device=left.device, dtype=left.dtype) * 2**0.5
    while len(bands) < len(SCALE_WEIGHTS) - 1:
        left, band = _pyr_step(left, kernel)
        bands.append(band)
    return [*bands, left]


def windowed(band: torch.Tensor) -> Windowed:
    """A band with its window statistics."""
    mean = window_mean(band)
    return Windowed(band, mean, window_mean(band.square()).sub_(mean.square()).relu_())


def window_mean(band: torch.Tensor) -> torch.Tensor:
    """Gaussian-weighted means, (N, 1, H - 10, W - 10): the window is a row and then a column."""
    import torch  # noqa: PLC0415

    places = torch.arange(WINDOW, dtype=band.dtype, device=band.device) - (WINDOW - 1) / 2
    row = torch.exp(-places.square() / (2 * SIGMA**2))
    row = (row / row.sum()).view(1, 1, 1, WINDOW)
    return torch.nn.functional.conv2d(torch.nn.functional.conv2d(band, row), row.transpose(2, 3))


def similarity(enhanced: Windowed, reference: Windowed) -> tuple[torch.Tensor, torch.Tensor]:
    """Similarity of luminance, and of contrast and structure, at each place."""
    product = enhanced.mean * reference.mean
    covariance = window_mean(enhanced.band * reference.band).sub_(product)
    structure = covariance.mul_(2).add_(CONTRAST_STABILISER)
    structure = structure.div_(enhanced.variance + reference.variance + CONTRAST_STABILISER)
    level = product.mul_(2).add_(LUMINANCE_STABILISER)
    return level.div_(enhanced.mean.square() + reference.mean.square() + LUMINANCE_STABILISER), structure


def inform(band: torch.Tensor, parent: torch.Tensor | None) -> Information:
    """The information of a reference's band, (1, 1, H, W), whose blocks also hold their place in the next coarser band.

    Raises:
        ValueError: the blocks don't differ in as many ways as they have values.
    """
    import torch  # noqa: PLC0415
    from piq.iw_ssim import _image_enlarge  # noqa: PLC0415

    blocks = torch.nn.functional.unfold(band, BLOCK)[0]
    if parent is not None:
        enlarged = _image_enlarge(parent)[:, :, 1 : band.shape[2] - 1, 1 : band.shape[3] - 1]
        blocks = torch.cat([blocks, enlarged.reshape(1, -1)])
    values, vectors = torch.linalg.eigh(blocks @ blocks.T / blocks.shape[1])
    positive = values.clamp(min=0)
    spread = positive * (values.sum() / positive.sum())
    if not bool((spread > 0).all()):
        raise ValueError("the reference has too little structure for IW-SSIM, as images of one colour have")
    whitened = (vectors / spread.sqrt()).T @ blocks
    power = whitened.square_().sum(dim=0) / len(blocks)
    mean = block_mean(band)
    variance = block_mean(band.square()).sub_(mean.square()).relu_()
    return Information(mean, variance, power.reshape(mean.shape), spread)


def shared_information(enhanced: torch.Tensor, band: torch.Tensor, reference: Information) -> torch.Tensor:
    """Information that bands, (N, 1, H, W), share with the reference's, at the places of the windows."""
    import torch  # noqa: PLC0415

    tiny = torch.finfo(enhanced.dtype).eps
    mean = block_mean(enhanced)
    variance = block_mean(enhanced.square()).sub_(mean.square()).relu_()
    covariance = block_mean(enhanced * band).sub_(mean * reference.mean)
    gain = covariance / (reference.variance + tiny)
    residual = variance - gain * covariance
    flat, blank = reference.variance < tiny, variance < tiny
    residual = residual.where(~flat, variance).masked_fill(blank, 0)
    gain = gain.masked_fill(flat | blank, 0)
    kept = slice(MARGIN, -MARGIN)
    gain, residual, power = (part[:, :, kept, kept] for part in (gain, residual, reference.power))
    signal = (residual + (1 + gain.square()) * NOISE).mul_(power).div_(NOISE**2)
    noise = residual / NOISE
    product = torch.ones_like(signal)  # ten factors stay far from the largest number, and one logarithm is enough
    for spread in reference.spread:
        product *= 1 + noise + signal * spread
    bits = product.log2_()
    return bits.masked_fill_(bits < tiny, 0)


def block_mean(band: torch.Tensor) -> torch.Tensor:
    """Mean of each block of 3 × 3, (N, 1, H - 2, W - 2)."""
    import torch  # noqa: PLC0415

    return torch.nn.functional.avg_pool2d(band, BLOCK, stride=1)
