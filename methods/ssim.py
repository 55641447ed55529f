"""SSIM of the luma or of all RGB channels, and MS-SSIM, with pyiqa's settings.

A reference's window statistics (``_windows.py``) are computed once for all its enhanced images.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from benchmark import MethodInfo

from ._pyiqa import LUMA_8_BIT, PYIQA, PyiqaMethod
from ._windows import WindowedImage, similarity, windowed

if TYPE_CHECKING:
    import torch

CITATION = (
    "@article{wang2004image, author={Wang, Zhou and Bovik, Alan C. and Sheikh, Hamid R. and Simoncelli, Eero P.}, "
    "title={Image quality assessment: from error visibility to structural similarity}, "
    "journal={IEEE Transactions on Image Processing}, volume={13}, number={4}, pages={600--612}, year={2004}}"
)
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Weights of the five scales, finest first (Wang, Simoncelli and Bovik, 2003)."""
SMALLEST = 161
"""Smallest side in pixels, which becomes 11, the window's size, at the fifth scale."""


class SSIM(PyiqaMethod):
    """Mean SSIM with an 11 × 11 Gaussian window (sigma 1.5), K1 = 0.01, K2 = 0.03; negative contrast terms count as 0.

    Args:
        test_y_channel: compare the luma, rounded to 8 bit, instead of red, green and blue.
        downsample: first average blocks, so that the shorter side comes near 256 pixels, as the authors' code does.
        color_space: whose luma: ``yiq`` (full range), ``ycbcr`` (ITU-R BT.601, 16 to 235) or ``lhm``.
    """

    info = MethodInfo(
        name="ssim",
        title="SSIM",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation=CITATION,
        **PYIQA,
    )
    metric = "ssim"
    arch = "ssim_arch"

    def __init__(
        self,
        *,
        test_y_channel: bool = True,
        downsample: bool = False,
        color_space: Literal["yiq", "ycbcr", "lhm"] = "yiq",
    ) -> None:
        super().__init__()
        self.test_y_channel = test_y_channel
        self.downsample = downsample
        self.color_space = color_space

    def options(self) -> dict[str, Any]:
        return {
            "test_y_channel": self.test_y_channel,
            "downsample": self.downsample,
            "color_space": self.color_space,
        }

    def settings(self) -> Mapping[str, str]:
        return {
            "channels": f"luma of {self.color_space}" if self.test_y_channel else "RGB",
            "downsampling": "blocks averaged to about 256 px" if self.downsample else "none",
        }

    def describe(self, reference: torch.Tensor) -> WindowedImage:
        """The window statistics of one reference, (1, 3, H, W)."""
        return self._windowed(reference)

    def compare(self, enhanced: torch.Tensor, description: WindowedImage) -> torch.Tensor:
        """Mean SSIM, (N,), of enhanced images, (N, 3, H, W), and the described reference."""
        return similarity(self._windowed(enhanced), description)[0]

    def _windowed(self, images: torch.Tensor) -> WindowedImage:
        import torch  # noqa: PLC0415

        prepared = eight_bit(images, self._net.net)
        block = max(1, round(min(images.shape[-2:]) / 256))
        if self.downsample and block > 1:
            prepared = torch.nn.functional.avg_pool2d(prepared, kernel_size=block)
        return windowed(prepared)


class SSIMC(SSIM):
    """SSIM of red, green and blue, averaged."""

    info = MethodInfo(
        name="ssimc",
        title="SSIM (RGB)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation=CITATION,
        **PYIQA,
    )
    metric = "ssimc"

    def __init__(self) -> None:
        super().__init__(test_y_channel=False)

    def options(self) -> dict[str, Any]:
        return {}

    def settings(self) -> Mapping[str, str]:
        return {"channels": "RGB, rounded to 8 bit", "downsampling": "none"}


class MSSSIM(PyiqaMethod):
    """SSIM over five scales, multiplied. Sides under 161 pixels are too small for it."""

    info = MethodInfo(
        name="ms_ssim",
        title="MS-SSIM",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation="@inproceedings{wang2003multiscale, author={Wang, Zhou and Simoncelli, Eero P. and Bovik, Alan C.}, "
        "title={Multiscale structural similarity for image quality assessment}, "
        "booktitle={Asilomar Conference on Signals, Systems and Computers}, volume={2}, pages={1398--1402}, year={2003}}",
        **PYIQA,
    )
    metric = "ms_ssim"
    arch = "ssim_arch"
    notes = (("channels", LUMA_8_BIT), ("downsampling", "none before the first scale"))

    def describe(self, reference: torch.Tensor) -> list[WindowedImage]:
        """The window statistics of one reference, (1, 3, H, W), at each scale."""
        return [windowed(image) for image in self._scales(reference)]

    def compare(self, enhanced: torch.Tensor, description: list[WindowedImage]) -> torch.Tensor:
        """MS-SSIM, (N,), of enhanced images, (N, 3, H, W), and the described reference."""
        import torch  # noqa: PLC0415

        scales = zip(self._scales(enhanced), description, strict=True)
        terms = [similarity(windowed(image), reference) for image, reference in scales]
        factors = [structure for _, structure in terms[:-1]] + [terms[-1][0]]
        # pyiqa rounds the exponents to single precision before it converts them to double
        exponents = torch.tensor(SCALE_WEIGHTS).to(factors[0])
        return torch.stack([factor**exponent for factor, exponent in zip(factors, exponents, strict=True)]).prod(dim=0)

    def _scales(self, images: torch.Tensor) -> list[torch.Tensor]:
        import torch  # noqa: PLC0415

        if min(images.shape[-2:]) < SMALLEST:
            raise ValueError(
                f"the image is {images.shape[-1]}×{images.shape[-2]}; sides under {SMALLEST} are too small"
            )
        scales = [eight_bit(images, self._net.net)]
        while len(scales) < len(SCALE_WEIGHTS):
            padding = (scales[-1].shape[2] % 2, scales[-1].shape[3] % 2)
            scales.append(torch.nn.functional.avg_pool2d(scales[-1], kernel_size=2, padding=padding))
        return scales


def eight_bit(images: torch.Tensor, net: Any) -> torch.Tensor:
    """The input of pyiqa's metric, luma or RGB: rounded values of 0 to 255 in double precision."""
    from pyiqa.archs.func_util import preprocess_rgb  # noqa: PLC0415

    prepared: torch.Tensor = preprocess_rgb(images, net.test_y_channel, net.data_range, net.color_space)
    return prepared.double()
