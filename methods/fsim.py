"""FSIM with pyiqa's filters; a reference's features are computed once for all its enhanced images. See ``_pyiqa.py``.

pyiqa builds its filters again for every image, and transforms them back for constants that depend only on the size.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark import MethodInfo

from ._feature_maps import DOWNSAMPLING, block_side, scharr_magnitude
from ._pyiqa import LUMA, PYIQA, PyiqaMethod

if TYPE_CHECKING:
    import torch

SCALES, ORIENTATIONS = 4, 4
DEVIATIONS, OVERESTIMATE = 2.0, 1.7
"""Deviations of the noise's energy above its mean up to which a response is noise, and the factor that overestimates it."""
CONGRUENCY_STABILISER, GRADIENT_STABILISER, CHROMA_STABILISER = 0.85, 160.0, 200.0
CHROMA_EXPONENT = 0.03


@dataclass(frozen=True, slots=True)
class Features:
    """The features that FSIM compares.

    Attributes:
        congruency: phase congruency of the luma, (N, 1, H, W).
        gradient: gradient magnitude of the luma, of the same shape.
        chroma: I and Q channels, (N, 2, H, W).
    """

    congruency: torch.Tensor
    gradient: torch.Tensor
    chroma: torch.Tensor


@dataclass(frozen=True, slots=True)
class FilterBank:
    """Log-Gabor filters of every orientation for images of one size, on the half spectrum of real images.

    Attributes:
        even: filters for even-symmetric features, (orientations, scales, H, W // 2 + 1), real.
        odd: filters for odd-symmetric features, of the same shape, imaginary.
        noise: by orientation, noise energy per unit of the median squared response at the smallest scale.
    """

    even: torch.Tensor
    odd: torch.Tensor
    noise: tuple[float, ...]


class FSIM(PyiqaMethod):
    """Similarity of phase congruency and gradients; with ``chromatic`` also of the I and Q channels (FSIMc).

    Of two images without any structure, each of one colour, rounding noise is compared: pyiqa's value differs there.

    Args:
        chromatic: compare colour too.
    """

    info = MethodInfo(
        name="fsim",
        title="FSIM",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation="@article{zhang2011fsim, author={Zhang, Lin and Zhang, Lei and Mou, Xuanqin and Zhang, David}, "
        "title={{FSIM}: a feature similarity index for image quality assessment}, "
        "journal={IEEE Transactions on Image Processing}, volume={20}, number={8}, pages={2378--2386}, year={2011}}",
        **PYIQA,
        flat_images="what rounding noise decides between two colours (black against white: 0.75 to 0.98, by their size)",
    )
    metric = "fsim"
    arch = "fsim_arch"

    def __init__(self, *, chromatic: bool = True) -> None:
        super().__init__()
        self.chromatic = chromatic

    def options(self) -> dict[str, Any]:
        return {"chromatic": self.chromatic}

    def settings(self) -> Mapping[str, str]:
        return {
            "channels": "yiq (FSIMc)" if self.chromatic else LUMA,
            "downsampling": DOWNSAMPLING,
        }

    def describe(self, reference: torch.Tensor) -> Features:
        """The features of one reference, (1, 3, H, W) in [0, 1]."""
        return features(reference)

    def compare(self, enhanced: torch.Tensor, description: Features) -> torch.Tensor:
        """FSIM, (N,), of enhanced images, (N, 3, H, W), against the described reference."""
        import torch  # noqa: PLC0415
        from pyiqa.archs.func_util import similarity_map  # noqa: PLC0415

        enhanced_features = features(enhanced)
        likeness = similarity_map(enhanced_features.gradient, description.gradient, GRADIENT_STABILISER)
        likeness = likeness * similarity_map(
            enhanced_features.congruency, description.congruency, CONGRUENCY_STABILISER
        )
        if self.chromatic:
            chroma: torch.Tensor = similarity_map(enhanced_features.chroma, description.chroma, CHROMA_STABILISER)
            likeness = likeness * chroma.prod(dim=1, keepdim=True).abs() ** CHROMA_EXPONENT
        weight = torch.maximum(enhanced_features.congruency, description.congruency)
        score: torch.Tensor = (likeness * weight).sum(dim=(1, 2, 3)) / weight.sum(dim=(1, 2, 3))
        return score


def features(images: torch.Tensor) -> Features:
    """The features of images, (N, 3, H, W) in [0, 1]."""
    import torch  # noqa: PLC0415
    from pyiqa.utils.color_util import rgb2yiq  # noqa: PLC0415

    yiq: torch.Tensor = rgb2yiq(torch.nn.functional.avg_pool2d(images * 255, block_side(images))).contiguous()
    luma, chroma = yiq[:, :1], yiq[:, 1:]
    congruency = torch.cat([phase_congruency(image) for image in luma])
    return Features(congruency.unsqueeze(1), scharr_magnitude(luma), chroma)


def phase_congruency(image: torch.Tensor) -> torch.Tensor:
    """How far an image's (1, H, W) Fourier components agree in phase at each position; of the same shape, from 0 to 1."""
    import torch  # noqa: PLC0415

    height, width = image.shape[-2:]
    bank, spectrum = filter_bank(height, width, image.device), torch.fft.rfft2(image)
    tiny = torch.finfo(image.dtype).eps
    energies, amplitudes = torch.zeros_like(image), torch.zeros_like(image)
    for even_filter, odd_filter, noise in zip(bank.even, bank.odd, bank.noise, strict=True):
        even = torch.fft.irfft2(spectrum * even_filter, s=(height, width))
        odd = torch.fft.irfft2(spectrum * odd_filter, s=(height, width))
        amplitude = (even.square() + odd.square()).sqrt_()
        mean_even, mean_odd = even.sum(dim=0), odd.sum(dim=0)
        length = (mean_even.square() + mean_odd.square()).sqrt_().add_(tiny)
        mean_even, mean_odd = mean_even.div_(length), mean_odd.div_(length)
        across = (even * mean_odd).sub_(odd * mean_even).abs_()
        energy = even.mul_(mean_even).add_(odd.mul_(mean_odd)).sub_(across).sum(dim=0)
        energies += (energy - noise_threshold(amplitude[0], noise)).relu_()
        amplitudes += amplitude.sum(dim=0)
    return (energies + tiny) / (amplitudes + tiny)


def noise_threshold(amplitude: torch.Tensor, noise: float) -> torch.Tensor:
    """Energy, (), up to which responses count as noise, from amplitudes, (H, W), at the smallest scale."""
    spread = amplitude.flatten().median() * math.sqrt(noise / 2)  # Rayleigh's parameter
    return spread * ((math.sqrt(math.pi / 2) + DEVIATIONS * math.sqrt(2 - math.pi / 2)) / OVERESTIMATE)


@functools.lru_cache(maxsize=2)
def filter_bank(height: int, width: int, device: torch.device) -> FilterBank:
    """pyiqa's filters for images of one size on a device, each split into its symmetric and antisymmetric part."""
    import torch  # noqa: PLC0415
    from pyiqa.archs.fsim_arch import _construct_filters  # noqa: PLC0415

    whole = _construct_filters(torch.zeros(1, 1, height, width), SCALES, ORIENTATIONS)
    whole = whole.view(ORIENTATIONS, SCALES, height, width)
    mirrored = whole.flip(2, 3).roll((1, 1), (2, 3))
    half = slice(width // 2 + 1)
    even, odd = ((whole + mirrored) / 2)[..., half], ((whole - mirrored) / 2)[..., half]
    smallest = whole[:, 0].square().sum(dim=(1, 2))
    waves = torch.fft.ifft2(whole).real * math.sqrt(height * width)
    # like the noise's energy, the squared sum over scales has each scale's energy once and each pair of scales twice
    noise = 2 * waves.sum(dim=1).square().sum(dim=(1, 2)) / (smallest * -math.log(0.5))
    return FilterBank(even.contiguous().to(device), (odd * -1j).contiguous().to(device), tuple(noise.tolist()))
