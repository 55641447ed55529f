"""HaarPSI with piq's filters and colours, and its setting for medical images; see ``_piq.py``.

The reference's wavelet coefficients are computed once for all its enhanced images.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from benchmark import MethodInfo, UserError

from ._piq import LUMA, PIQ, PiqMethod, halved, refuse_small

if TYPE_CHECKING:
    import torch

Setting = Literal["natural", "medical"]

SETTINGS: dict[Setting, tuple[float, float]] = {"natural": (30.0, 4.2), "medical": (5.0, 4.9)}
"""C and alpha: of Reisenhofer et al., fitted to photographs, and of Karner et al., fitted to photoacoustic images and X-rays
of the chest (HaarPSI_MED; also in the authors' code, github.com/ideal-iqa/haarpsi-pytorch)."""
SCALES = 3
SMALLEST = 2 ** (SCALES + 1)
FLAT = "no score where both are black"
CITATION = (
    "@article{reisenhofer2018haar, author={Reisenhofer, Rafael and Bosse, Sebastian and Kutyniok, Gitta and "
    "Wiegand, Thomas}, title={A {Haar} wavelet-based perceptual similarity index for image quality assessment}, "
    "journal={Signal Processing: Image Communication}, volume={61}, pages={33--43}, year={2018}}"
)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What HaarPSI compares.

    Attributes:
        details: magnitudes at the two finer scales of luma, (N, 4, H, W): horizontal and vertical edges, finer scale first.
        weights: magnitudes at the coarsest scale, (N, 2, H, W).
        chroma: magnitudes of the I and Q channels, (N, 2, H, W); none where only luma is compared.
    """

    details: torch.Tensor
    weights: torch.Tensor
    chroma: torch.Tensor | None


class HaarPSI(PiqMethod):
    """Similarity of Haar wavelet coefficients at two scales, weighted by those of a third.

    Args:
        setting: the published values of C and alpha: ``natural`` (30 and 4.2) or ``medical`` (5 and 4.9, HaarPSI_MED).
        c: above 0; in place of the setting's: the smaller, the more do small differences count.
        alpha: above 0; in place of the setting's: steepness of the logistic function that pools similarities.
        chromatic: compare the I and Q channels too, as the authors do for colour images; ``False`` for luma alone, as they
            do for grey ones.
        subsample: first average blocks of 2 × 2, for the usual distance of a viewer.

    Raises:
        UserError: ``c`` or ``alpha`` is not above 0.
    """

    info = MethodInfo(
        name="haarpsi",
        title="HaarPSI",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation=CITATION,
        flat_images=FLAT,
        **PIQ,
    )

    def __init__(
        self,
        *,
        setting: Setting = "natural",
        c: float | None = None,
        alpha: float | None = None,
        chromatic: bool = True,
        subsample: bool = True,
    ) -> None:
        published = SETTINGS[setting]
        self.c = published[0] if c is None else c
        self.alpha = published[1] if alpha is None else alpha
        self.chromatic, self.subsample = chromatic, subsample
        for name, value in (("c", self.c), ("alpha", self.alpha)):
            if not 0 < value < float("inf"):
                raise UserError(f"{self.info.name}: `{name}` is {value}; it must be above 0")

    def settings(self) -> Mapping[str, str]:
        return {
            "channels": "yiq" if self.chromatic else LUMA,
            "C": f"{self.c:g}",
            "alpha": f"{self.alpha:g}",
            "downsampling": "2 × 2 blocks averaged" if self.subsample else "none",
        }

    def describe(self, reference: torch.Tensor) -> Coefficients:
        """The coefficients of one reference, (1, 3, H, W) in [0, 1]."""
        return self._coefficients(reference)

    def compare(self, enhanced: torch.Tensor, description: Coefficients) -> torch.Tensor:
        """HaarPSI, (N,), of enhanced images, (N, 3, H, W), against the described reference."""
        import torch  # noqa: PLC0415
        from piq.functional import similarity_map  # noqa: PLC0415

        own = self._coefficients(enhanced)
        weights = torch.maximum(own.weights, description.weights)
        details = similarity_map(own.details, description.details, self.c)
        likeness = (details[:, :2] + details[:, 2:]) / 2
        if own.chroma is not None:
            chroma = similarity_map(own.chroma, description.chroma, self.c).mean(dim=1, keepdim=True)
            likeness = torch.cat([likeness, chroma], dim=1)
            weights = torch.cat([weights, weights.mean(dim=1, keepdim=True)], dim=1)
        # the logarithm enlarges rounding, which in single precision would keep identical images from 1 by up to 1e-5
        pooled = (likeness.double() * self.alpha).sigmoid_().mul_(weights).sum(dim=(1, 2, 3))
        mean: torch.Tensor = pooled / weights.sum(dim=(1, 2, 3), dtype=torch.float64)
        return (mean.logit() / self.alpha).square_().to(enhanced)

    def _coefficients(self, images: torch.Tensor) -> Coefficients:
        from piq.functional import rgb2yiq  # noqa: PLC0415

        refuse_small(images, SMALLEST)
        prepared = halved(images) if self.subsample else images
        yiq: torch.Tensor = rgb2yiq(255 * prepared)
        details, weights = wavelets(yiq[:, :1].contiguous())
        return Coefficients(details, weights, chroma_magnitude(yiq[:, 1:]) if self.chromatic else None)


class HaarPSIMed(HaarPSI):
    """HaarPSI with the setting for medical images, C = 5 and alpha = 4.9.

    It was fitted to and tested on grey images (photoacoustic, X-ray, CT); here colour counts as it does in HaarPSI.

    Args:
        chromatic: compare the I and Q channels too; ``False`` for luma alone.
        subsample: first average blocks of 2 × 2.
    """

    info = MethodInfo(
        name="haarpsi-med",
        title="HaarPSI (medical)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation='@inproceedings{karner2025parameter, author={Karner, C. and Gr{\\"o}hl, J. and Selby, I. and Babar, J. and '
        "Beckford, J. and Else, T. R. and Sadler, T. J. and Shahipasand, S. and Thavakumar, A. and Roberts, M. and "
        'Rudd, J. H. F. and Sch{\\"o}nlieb, C.-B. and Weir-McCall, J. R. and Breger, A.}, '
        "title={Parameter choices in {HaarPSI} for {IQA} with medical images}, "
        "booktitle={IEEE International Symposium on Biomedical Imaging (ISBI)}, note={arXiv:2410.24098}, year={2025}}",
        flat_images=FLAT,
        **PIQ,
    )

    def __init__(self, *, chromatic: bool = True, subsample: bool = True) -> None:
        super().__init__(setting="medical", chromatic=chromatic, subsample=subsample)


def wavelets(channel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Magnitudes of the Haar coefficients of a luma, (N, 1, H, W): (N, 4, H, W) of two scales, (N, 2, H, W) of the third."""
    import torch  # noqa: PLC0415
    from piq.functional import haar_filter  # noqa: PLC0415

    scales = []
    for scale in range(1, SCALES + 1):
        side = 2**scale
        edges = haar_filter(side, dtype=channel.dtype, device=channel.device)
        before, after = side // 2 - 1, side // 2
        padded = torch.nn.functional.pad(channel, (before, after, before, after))
        scales.append(torch.nn.functional.conv2d(padded, torch.stack([edges, edges.transpose(1, 2)])).abs_())
    return torch.cat(scales[:-1], dim=1), scales[-1]


def chroma_magnitude(channels: torch.Tensor) -> torch.Tensor:
    """Magnitudes of the means over 2 × 2 pixels of the I and Q channels, of their shape, (N, 2, H, W)."""
    import torch  # noqa: PLC0415

    return torch.nn.functional.avg_pool2d(torch.nn.functional.pad(channels, (0, 1, 0, 1)), 2, stride=1).abs_()
