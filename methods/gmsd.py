"""GMSD with pyiqa's luma and kernels; a reference's gradients are computed once for all its images. See ``_pyiqa.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._pyiqa import LUMA_8_BIT, PYIQA, PyiqaMethod

if TYPE_CHECKING:
    import torch

STABILISER = 170.0
TINY = 1e-12


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
        **PYIQA,
    )
    metric = "gmsd"
    arch = "gmsd_arch"
    notes = (("channels", LUMA_8_BIT), ("downsampling", "2 × 2 blocks averaged"))

    def describe(self, reference: torch.Tensor) -> torch.Tensor:
        """Gradient magnitudes, (1, 1, H / 2, W / 2), of one reference, (1, 3, H, W)."""
        return gradients(reference)

    def compare(self, enhanced: torch.Tensor, description: torch.Tensor) -> torch.Tensor:
        """GMSD, (N,), of enhanced images, (N, 3, H, W), against the described reference."""
        magnitude = gradients(enhanced)
        likeness = (2 * magnitude * description).add_(STABILISER)
        likeness = likeness.div_(magnitude.square().add_(description.square()).add_(STABILISER))
        return likeness.flatten(1).std(dim=1)


def gradients(images: torch.Tensor) -> torch.Tensor:
    """Magnitude of the Prewitt gradients, (N, 1, H / 2, W / 2), of images, (N, 3, H, W) in [0, 1]."""
    import torch  # noqa: PLC0415
    from pyiqa.utils.color_util import to_y_channel  # noqa: PLC0415

    luma: torch.Tensor = torch.nn.functional.avg_pool2d(to_y_channel(images, 255), 2)
    across = torch.tensor([[1.0, 0.0, -1.0]] * 3).div(3)
    kernels = torch.stack([across, across.T]).unsqueeze(1).to(luma)
    return (torch.nn.functional.conv2d(luma, kernels, padding=1).square().sum(dim=1, keepdim=True) + TINY).sqrt_()
