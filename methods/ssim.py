"""SSIM, the structural similarity index, of the luma or of all RGB channels. Computed by pyiqa; see ``_pyiqa.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from benchmark import MethodInfo

from ._pyiqa import LICENCE, SOURCE, PyiqaMethod


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
        citation="@article{wang2004image, author={Wang, Zhou and Bovik, Alan C. and Sheikh, Hamid R. and "
        "Simoncelli, Eero P.}, title={Image quality assessment: from error visibility to structural similarity}, "
        "journal={IEEE Transactions on Image Processing}, volume={13}, number={4}, pages={600--612}, year={2004}}",
        licence=LICENCE,
        source=SOURCE,
        libraries=("pyiqa",),
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
