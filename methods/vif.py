"""VIF with pyiqa's filters, only the bands that count, the reference's once for all its enhanced images; see ``_pyiqa.py``.

pyiqa computes all 26 bands of both images, and window sums at nine times the places that it reads.
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
"""Of the six of the pyramid: the two that the authors' code compares."""
BLOCK = 3
TINY = 1e-12
EQUAL = 1e-5
"""How far rounding may take the value of equal images from 1."""


@dataclass(frozen=True, slots=True)
class BandDescription:
    """One band of the reference.

    Attributes:
        band: (1, 1, H, W), sides cut to multiples of the block.
        window: side of the windows of its level.
        mean: (1, 1, H / 3, W / 3), in the window around each block's middle.
        energy: sum of squared deviations from the mean there.
        power: variance of each block after whitening, divided by the block's size.
        spread: eigenvalues of the blocks' covariance, (1, 1, 9).
        information: of the reference in this band, (1,), bits.
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
        """Bands of one reference, (1, 3, H, W), with what each tells."""
        return self._describe([whole_blocks(band) for band in bands(reference)])

    def compare(self, enhanced: torch.Tensor, description: list[BandDescription]) -> torch.Tensor:
        """VIF, (N,), of enhanced images, (N, 3, H, W), against the described reference.

        Where single precision ends in a logarithm of a negative number, as it does for blocks that hardly vary, or gives
        equal images another value than 1, the bands are compared anew in double precision, as the authors' code does.
        """
        found = [whole_blocks(band) for band in bands(enhanced)]
        ratio = self._ratio(found, description)
        doubtful = ~ratio.isfinite() | (equal(found, description) & ((ratio - 1).abs() > EQUAL))
        if bool(doubtful.any()):
            precise = self._describe([reference.band.double() for reference in description], precise=True)
            double = self._ratio([band.double() for band in found], precise).to(ratio)
            ratio = double.where(doubtful, ratio)
        return ratio

    def _describe(self, found: list[torch.Tensor], *, precise: bool = False) -> list[BandDescription]:
        net = self._net.net
        chosen = dict(zip(net.subbands, found, strict=True))
        listed: list[Any] = [chosen.get(number + 1) for number in range(max(net.subbands))]
        powers, spreads, _ = net.refparams_vecgsm(listed)
        if precise:
            powers, spreads = ([part.clamp(min=0) for part in parts] for parts in (powers, spreads))
        described = []
        for number, band in enumerate(found):
            window = window_side(number)
            mean, energy = window_statistics(band, window)
            power, spread = inner(powers[number], window), spreads[number]
            information = bits(power, spread, net.sigma_nsq)
            described.append(BandDescription(band, window, mean, energy, power, spread, information))
        return described

    def _ratio(self, found: list[torch.Tensor], description: list[BandDescription]) -> torch.Tensor:
        """Information kept over the reference's, (N,)."""
        import torch  # noqa: PLC0415

        noise = self._net.net.sigma_nsq
        kept = []
        for band, reference in zip(found, description, strict=True):
            gain, residual = (inner(part, reference.window) for part in channel(band, reference))
            kept.append(bits(gain * gain * reference.power, reference.spread, residual + noise))
        whole = torch.stack([reference.information for reference in description], dim=1).sum(dim=1)
        return torch.stack(kept, dim=1).sum(dim=1) / (whole + TINY)


def bands(images: torch.Tensor) -> list[torch.Tensor]:
    """The compared bands of images' steerable pyramids, (N, 1, H, W) each, coarsest first."""
    from pyiqa.archs.vif_arch import corrDn, sp5_filters  # noqa: PLC0415
    from pyiqa.utils.color_util import to_y_channel  # noqa: PLC0415

    filters = sp5_filters()
    side = round(len(filters["bfilts"]) ** 0.5)
    low = corrDn(to_y_channel(images, 255), filters["lo0filt"])
    found: list[torch.Tensor] = []
    for level in range(LEVELS):
        oriented = [corrDn(low, filters["bfilts"][:, number].reshape(side, side).T) for number in ORIENTATIONS]
        found = [*oriented, *found]
        if level < LEVELS - 1:
            low = corrDn(low, filters["lofilt"], step=2)
    return found


def equal(found: list[torch.Tensor], description: list[BandDescription]) -> torch.Tensor:
    """Which of some enhanced images, (N,), have the reference's bands; the smallest tell for nearly all that have not."""
    same = (found[0] == description[0].band).flatten(1).all(dim=1)
    for band, reference in zip(found[1:], description[1:], strict=True):
        if not bool(same.any()):
            break
        same = same & (band == reference.band).flatten(1).all(dim=1)
    return same


def channel(enhanced: torch.Tensor, reference: BandDescription) -> tuple[torch.Tensor, torch.Tensor]:
    """Gain and residual variance, (N, 1, H / 3, W / 3), that turn the reference's band into the enhanced one's."""
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
    """Mean, and sum of squared deviations, in the window around the middle of each block."""
    places = window**2
    mean = window_sum(band, window, 1 / places)
    return mean, (window_sum(band**2, window) - places * mean**2).relu()


def window_sum(values: torch.Tensor, window: int, weight: float = 1.0) -> torch.Tensor:
    """Weighted sums over square windows around the middle of each 3 × 3 block; mirrored beyond the edges."""
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
    """Side of the windows of a band, which are counted from the coarsest level, two a level."""
    return int(2 ** (number // len(ORIENTATIONS) + 1)) + 1


def whole_blocks(band: torch.Tensor) -> torch.Tensor:
    """A band without what is left over after whole blocks."""
    height, width = band.shape[2:]
    return band[:, :, : height - height % BLOCK, : width - width % BLOCK]


def inner(values: torch.Tensor, window: int) -> torch.Tensor:
    """Without the blocks whose windows reach over the edges."""
    margin = -(-(window // 2) // BLOCK)
    height, width = values.shape[2:]
    return values[:, :, margin : height - margin, margin : width - margin]
