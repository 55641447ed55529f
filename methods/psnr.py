"""PSNR, the peak signal-to-noise ratio in dB, of all RGB values or of the luma. Computed by pyiqa; see ``_pyiqa.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from benchmark import MethodInfo

from ._pyiqa import PYIQA, PyiqaMethod


class PSNR(PyiqaMethod):
    """10 log10(1 / (MSE + 1e-8)) with values in [0, 1]: at most 80 dB, which equal images get.

    Args:
        test_y_channel: compare the luma instead of red, green and blue.
        color_space: whose luma: ``yiq`` (full range), ``ycbcr`` (ITU-R BT.601, 16 to 235) or ``lhm``.
    """

    info = MethodInfo(
        name="psnr",
        title="PSNR",
        higher_is_better=True,
        score_range=(0.0, 80.0),
        group="hand-crafted",
        citation="@article{huynhthu2008scope, author={Huynh-Thu, Quan and Ghanbari, Mohammed}, "
        "title={Scope of validity of {PSNR} in image/video quality assessment}, journal={Electronics Letters}, "
        "volume={44}, number={13}, pages={800--801}, year={2008}}",
        **PYIQA,
    )
    metric = "psnr"
    arch = "psnr_arch"

    def __init__(self, *, test_y_channel: bool = False, color_space: Literal["yiq", "ycbcr", "lhm"] = "yiq") -> None:
        super().__init__()
        self.test_y_channel = test_y_channel
        self.color_space = color_space

    def options(self) -> dict[str, Any]:
        return {"test_y_channel": self.test_y_channel, "color_space": self.color_space}

    def settings(self) -> Mapping[str, str]:
        return {"channels": f"luma of {self.color_space}" if self.test_y_channel else "RGB"}
