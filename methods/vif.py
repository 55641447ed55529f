"""VIF with pyiqa's filters; a reference's bands are computed once for all its enhanced images. See ``_pyiqa.py``.

Only the bands that enter the score are computed, whereas pyiqa computes all 26 bands of both images, and window sums at
nine times as many positions as it reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark import MethodInfo

from ._pyiqa import LUMA_8_BIT, PYIQA, PyiqaMethod

if TYPE_CHECKING:
    import torch

LEVELS = 4
ORIENTATIONS = (3, 0)
"""The two of the pyramid's six orientations that the authors' code compares."""
BLOCK = 3
TINY = 1e-12
EQUAL = 1e-5
"""How far the value of equal images may differ from 1 by rounding."""


@dataclass(frozen=True, slots=True)
class BandDescription:
    """One band of the reference.

    Attributes:
        band: the band, (1, 1, H, W), cropped to multiples of the block.
        window: side of the windows of its level.
        mean: mean in the window around each block's centre, (1, 1, H / 3, W / 3).
        energy: sum of squared deviations from the mean in that window.
        power: variance of each block after whitening, divided by the block's size.
        spread: eigenvalues of the blocks' covariance, (1, 1, 9).
        information: information of the reference in this band in bits, (1,).
    """

    band: torch.Tensor
    window: int
    mean: torch.Tensor
    energy: torch.Tensor
    power: torch.Tensor
    spread: torch.Tensor
    information: torch.Tensor


class VIF(PyiqaMethod):
    """Visual information fidelity in the wavelet domain; above 1 where contrast was gained."""

    info = MethodInfo(
        name="vif",
        title="VIF",
        higher_is_better=True,
        score_range=(0.0, None),
        group="hand-crafted",
        citation="@article{sheikh2006image, author={Sheikh, Hamid R. and Bovik, Alan C.}, "
        "title={Image information and visual quality}, journal={IEEE Transactions on Image Processing}, volume={15}, "
        "number={2}, pages={430--444}, year={2006}}",
        **PYIQA,
        flat_images="0 where it meets one, also for two identical ones",
    )
    metric = "vif"
    arch = "vif_arch"
    notes = (("channels", LUMA_8_BIT),)

    def describe(self, reference: torch.Tensor) -> list[BandDescription]:
        """The bands of one reference, (1, 3, H, W), with the information of each."""
        return self._describe([whole_blocks(band) for band in bands(reference)])

    def compare(self, enhanced: torch.Tensor, description: list[BandDescription]) -> torch.Tensor:
        """VIF, (N,), of enhanced images, (N, 3, H, W), against the described reference.

        Where single precision leads to the logarithm of a negative number, as for blocks that hardly vary, or to a value
        other than 1 for equal images, the bands are compared again in double precision, as in the authors' code.
        """
        enhanced_bands = [whole_blocks(band) for band in bands(enhanced)]
        ratio = self._ratio(enhanced_bands, description)
        doubtful = ~ratio.isfinite() | (equal(enhanced_bands, description) & ((ratio - 1).abs() > EQUAL))
        if bool(doubtful.any()):
            precise = self._describe([reference.band.double() for reference in description], precise=True)
            double = self._ratio([band.double() for band in enhanced_bands], precise).to(ratio)
            ratio = double.where(doubtful, ratio)
        return ratio

    def _describe(self, reference_bands: list[torch.Tensor], *, precise: bool = False) -> list[BandDescription]:
        net = self._net.net
        chosen = dict(zip(net.subbands, reference_bands, strict=True))
        listed: list[Any] = [chosen.get(number + 1) for number in range(max(net.subbands))]
        powers, spreads, _ = net.refparams_vecgsm(listed)
        if precise:
            powers, spreads = ([part.clamp(min=0) for part in parts] for parts in (powers, spreads))
        described = []
        for number, band in enumerate(reference_bands):
            window = window_side(number)
            mean, energy = window_statistics(band, window)
            power, spread = inner(powers[number], window), spreads[number]
            information = bits(power, spread, net.sigma_nsq)
            described.append(BandDescription(band, window, mean, energy, power, spread, information))
        return described

    def _ratio(self, enhanced_bands: list[torch.Tensor], description: list[BandDescription]) -> torch.Tensor:
        """The preserved information divided by the reference's, (N,)."""
        import torch  # noqa: PLC0415

        noise = self._net.net.sigma_nsq
        kept = []
        for band, reference in zip(enhanced_bands, description, strict=True):
            gain, residual = (inner(part, reference.window) for part in channel(band, reference))
            kept.append(bits(gain * gain * reference.power, reference.spread, residual + noise))
        whole = torch.stack([reference.information for reference in description], dim=1).sum(dim=1)
        return torch.stack(kept, dim=1).sum(dim=1) / (whole + TINY)


def bands(images: torch.Tensor) -> list[torch.Tensor]:
    """The compared bands of the images' steerable pyramids, (N, 1, H, W) each, coarsest first."""
    from pyiqa.archs.vif_arch import corrDn, sp5_filters  # noqa: PLC0415
    from pyiqa.utils.color_util import to_y_channel  # noqa: PLC0415

    filters = sp5_filters()
    side = round(len(filters["bfilts"]) ** 0.5)
    low = corrDn(to_y_channel(images, 255), filters["lo0filt"])
    compared: list[torch.Tensor] = []
    for level in range(LEVELS):
        oriented = [corrDn(low, filters["bfilts"][:, number].reshape(side, side).T) for number in ORIENTATIONS]
        compared = [*oriented, *compared]
        if level < LEVELS - 1:
            low = corrDn(low, filters["lofilt"], step=2)
    return compared


def equal(enhanced_bands: list[torch.Tensor], description: list[BandDescription]) -> torch.Tensor:
    """Whether enhanced images, (N,), have the same bands as the reference; the smallest rule out nearly all that don't."""
    same = (enhanced_bands[0] == description[0].band).flatten(1).all(dim=1)
    for band, reference in zip(enhanced_bands[1:], description[1:], strict=True):
        if not bool(same.any()):
            break
        same = same & (band == reference.band).flatten(1).all(dim=1)
    return same


def channel(enhanced: torch.Tensor, reference: BandDescription) -> tuple[torch.Tensor, torch.Tensor]:
    """Gain and residual variance, (N, 1, H / 3, W / 3), that turn the reference's band into the enhanced image's."""
    places = reference.window**2
    mean, energy = window_statistics(enhanced, reference.window)
    joint = window_sum(reference.band * enhanced, reference.window) - places * reference.mean * mean
    gain = joint / (reference.energy + TINY)
    residual = (energy - gain * joint) / places
    flat, blank = reference.energy < TINY, energy < TINY
    residual = residual.where(~flat, energy).masked_fill(blank, 0)
    gain = gain.masked_fill(flat | blank, 0)
    residual = residual.where(gain >= 0, energy)
    return gain.relu(), residual.masked_fill(residual < TINY, TINY)


def window_statistics(band: torch.Tensor, window: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and sum of squared deviations in the window around the centre of each block."""
    places = window**2
    mean = window_sum(band, window, 1 / places)
    return mean, (window_sum(band**2, window) - places * mean**2).relu()


def window_sum(values: torch.Tensor, window: int, weight: float = 1.0) -> torch.Tensor:
    """Weighted sums over square windows around the centre of each 3 × 3 block; images are mirrored beyond the edges."""
    import torch  # noqa: PLC0415

    margin = window // 2
    padded = torch.nn.functional.pad(values, (margin,) * 4, "reflect")[:, :, 1:, 1:]
    return torch.nn.functional.conv2d(padded, padded.new_full((1, 1, window, window), weight), stride=BLOCK)


def bits(power: torch.Tensor, spread: torch.Tensor, noise: torch.Tensor | float) -> torch.Tensor:
    """Information in a band, (N,), summed over the eigenvalues of its blocks."""
    terms: Sequence[torch.Tensor] = [
        (1 + power * spread[:, :, number, None, None] / noise).log2().sum(dim=(2, 3))
        for number in range(spread.shape[2])
    ]
    return sum(terms[1:], terms[0]).mean(dim=1)


def window_side(number: int) -> int:
    """Side of the windows of a band; bands are numbered from the coarsest level, two per level."""
    return int(2 ** (number // len(ORIENTATIONS) + 1)) + 1


def whole_blocks(band: torch.Tensor) -> torch.Tensor:
    """A band cropped to whole blocks."""
    height, width = band.shape[2:]
    return band[:, :, : height - height % BLOCK, : width - width % BLOCK]


def inner(values: torch.Tensor, window: int) -> torch.Tensor:
    """The values of blocks whose windows lie inside the image."""
    margin = -(-(window // 2) // BLOCK)
    height, width = values.shape[2:]
    return values[:, :, margin : height - margin, margin : width - margin]
