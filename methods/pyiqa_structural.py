"""pyiqa's hand-crafted full-reference metrics beside ``psnr.py`` and ``ssim.py``; the adapter is ``_pyiqa.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark import MethodInfo

from ._pyiqa import LICENCE, SOURCE, PyiqaMethod

LUMA = "luma of yiq"
LUMA_8_BIT = "luma of yiq, rounded to 8 bit"


class PSNRY(PyiqaMethod):
    """PSNR of the luma."""

    info = MethodInfo(
        name="psnry",
        title="PSNR (luma)",
        higher_is_better=True,
        score_range=(0.0, 80.0),
        group="hand-crafted",
        citation="@article{huynhthu2008scope, author={Huynh-Thu, Quan and Ghanbari, Mohammed}, "
        "title={Scope of validity of {PSNR} in image/video quality assessment}, journal={Electronics Letters}, "
        "volume={44}, number={13}, pages={800--801}, year={2008}}",
        licence=LICENCE,
        source=SOURCE,
        libraries=("pyiqa",),
    )
    metric = "psnry"
    arch = "psnr_arch"
    notes = (("channels", LUMA),)


class CWSSIM(PyiqaMethod):
    """Complex-wavelet SSIM at the fourth level with eight orientations and K = 0.

    With K = 0 a place without any signal in either image, as in a black surround, compares rounding noise.
    """

    info = MethodInfo(
        name="cw_ssim",
        title="CW-SSIM",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="hand-crafted",
        citation="@article{sampat2009complex, author={Sampat, Mehul P. and Wang, Zhou and Gupta, Shalini and "
        "Bovik, Alan C. and Markey, Mia K.}, title={Complex wavelet structural similarity: a new image similarity "
        "index}, journal={IEEE Transactions on Image Processing}, volume={18}, number={11}, pages={2385--2401}, "
        "year={2009}}",
        licence=LICENCE,
        source=SOURCE,
        libraries=("pyiqa",),
    )
    metric = "cw_ssim"
    arch = "ssim_arch"
    notes = (("channels", LUMA_8_BIT), ("wavelets", "level 4, 8 orientations"))


class FSIM(PyiqaMethod):
    """Similarity of phase congruency and gradients; with ``chromatic`` also of the I and Q channels (FSIMc).

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
        licence=LICENCE,
        source=SOURCE,
        libraries=("pyiqa",),
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
            "downsampling": "blocks averaged to about 256 px",
        }


class GMSD(PyiqaMethod):
    """Deviation of the gradient magnitude similarity; 0 for equal images."""

    info = MethodInfo(
        name="gmsd",
        title="GMSD",
        higher_is_better=False,
        score_range=(0.0, None),
        group="hand-crafted",
        citation="@article{xue2014gradient, author={Xue, Wufeng and Zhang, Lei and Mou, Xuanqin and Bovik, Alan C.}, "
        "title={Gradient magnitude similarity deviation: a highly efficient perceptual image quality index}, "
        "journal={IEEE Transactions on Image Processing}, volume={23}, number={2}, pages={684--695}, year={2014}}",
        licence=LICENCE,
        source=SOURCE,
        libraries=("pyiqa",),
    )
    metric = "gmsd"
    arch = "gmsd_arch"
    notes = (("channels", LUMA_8_BIT), ("downsampling", "2 × 2 blocks averaged"))


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
        licence=LICENCE,
        source=SOURCE,
        libraries=("pyiqa",),
    )
    metric = "vsi"
    arch = "vsi_arch"
    notes = (("channels", "lmn"), ("downsampling", "blocks averaged to about 256 px"))


class NLPD(PyiqaMethod):
    """Distance between normalised Laplacian pyramids; 0 for equal images."""

    info = MethodInfo(
        name="nlpd",
        title="NLPD",
        higher_is_better=False,
        score_range=(0.0, None),
        group="hand-crafted",
        citation="@article{laparra2016perceptual, author={Laparra, Valero and Ball{\\'e}, Johannes and "
        "Berardino, Alexander and Simoncelli, Eero P.}, title={Perceptual image quality assessment using a normalized "
        "{Laplacian} pyramid}, journal={Electronic Imaging}, volume={2016}, number={16}, pages={1--6}, year={2016}}",
        licence=LICENCE,
        source=SOURCE,
        libraries=("pyiqa", "torchvision"),
    )
    metric = "nlpd"
    arch = "nlpd_arch"
    notes = (("channels", LUMA),)


class MAD(PyiqaMethod):
    """Most apparent distortion: visible differences in good images, changes of local statistics in bad ones."""

    info = MethodInfo(
        name="mad",
        title="MAD",
        higher_is_better=False,
        score_range=(0.0, None),
        group="hand-crafted",
        citation="@article{larson2010most, author={Larson, Eric C. and Chandler, Damon M.}, "
        "title={Most apparent distortion: full-reference image quality assessment and the role of strategy}, "
        "journal={Journal of Electronic Imaging}, volume={19}, number={1}, pages={011006}, year={2010}}",
        licence=LICENCE,
        source=SOURCE,
        libraries=("pyiqa",),
    )
    metric = "mad"
    arch = "mad_arch"
    notes = (("channels", "RGB, averaged"),)
