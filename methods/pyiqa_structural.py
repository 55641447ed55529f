"""pyiqa's hand-crafted full-reference metrics that have no file of their own; the adapter is ``_pyiqa.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._pyiqa import LUMA, LUMA_8_BIT, PYIQA, PyiqaMethod, pyiqa_with

if TYPE_CHECKING:
    import torch


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
        **PYIQA,
    )
    metric = "psnry"
    arch = "psnr_arch"
    notes = (("channels", LUMA),)


class CWSSIM(PyiqaMethod):
    """Complex-wavelet SSIM at the fourth level with eight orientations and K = 0.

    With K = 0 a place without any signal in either image, as in a black surround, compares rounding noise. Where one of the
    orientations has no signal anywhere, as in images of one colour and in ramps, pyiqa's value is 125,000 or more: such a
    pair has no score.
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
        **PYIQA,
    )
    metric = "cw_ssim"
    arch = "ssim_arch"
    notes = (("channels", LUMA_8_BIT), ("wavelets", "level 4, 8 orientations"))


class NLPD(PyiqaMethod):
    """Distance between normalised Laplacian pyramids, the reference's built once; 0 for equal images."""

    info = MethodInfo(
        name="nlpd",
        title="NLPD",
        higher_is_better=False,
        score_range=(0.0, None),
        group="hand-crafted",
        citation="@article{laparra2016perceptual, author={Laparra, Valero and Ball{\\'e}, Johannes and "
        "Berardino, Alexander and Simoncelli, Eero P.}, title={Perceptual image quality assessment using a normalized "
        "{Laplacian} pyramid}, journal={Electronic Imaging}, volume={2016}, number={16}, pages={1--6}, year={2016}}",
        **pyiqa_with("torchvision"),
    )
    metric = "nlpd"
    arch = "nlpd_arch"
    notes = (("channels", LUMA),)

    def describe(self, reference: torch.Tensor) -> list[torch.Tensor]:
        """The normalised pyramid of one reference, (1, 3, H, W) in [0, 1], finest level first."""
        return self._pyramid(reference)

    def compare(self, enhanced: torch.Tensor, description: list[torch.Tensor]) -> torch.Tensor:
        """NLPD, (N,), of enhanced images, (N, 3, H, W), from the described reference."""
        import torch  # noqa: PLC0415

        pairs = zip(self._pyramid(enhanced), description, strict=True)
        return torch.stack(
            [(enhanced_level - level).square().mean(dim=(1, 2, 3)).sqrt() for enhanced_level, level in pairs]
        ).mean(dim=0)

    def _pyramid(self, images: torch.Tensor) -> list[torch.Tensor]:
        from pyiqa.utils.color_util import to_y_channel  # noqa: PLC0415

        levels: list[torch.Tensor] = self._net.net.pyramid(to_y_channel(images))
        return levels


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
        **PYIQA,
        flat_images="0, the best score, between any two images of one colour, and for anything against a black reference",
    )
    metric = "mad"
    arch = "mad_arch"
    notes = (("channels", "RGB, averaged"),)
