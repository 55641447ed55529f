"""LPIPS, a distance between deep features, with pyiqa's weights and layers; see ``_pyiqa.py``.

The reference's features are computed once for all its enhanced images.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from benchmark import MethodInfo, WeightFile

from ._pyiqa import PyiqaMethod, pyiqa_file, pyiqa_with, torchvision_file

if TYPE_CHECKING:
    import torch

Net = Literal["alex", "vgg", "squeeze"]
Version = Literal["0.0", "0.1"]

BACKBONES: dict[Net, WeightFile] = {
    "alex": torchvision_file("alexnet-owt-7be5be79.pth"),
    "vgg": torchvision_file("vgg16-397923af.pth"),
    "squeeze": torchvision_file("squeezenet1_1-b8a52dc0.pth"),
}
CALIBRATIONS: dict[tuple[Version, Net], WeightFile] = {
    ("0.0", "alex"): pyiqa_file("LPIPS_v0.0_alex-18720f55.pth"),
    ("0.0", "vgg"): pyiqa_file("LPIPS_v0.0_vgg-b9e42362.pth"),
    ("0.0", "squeeze"): pyiqa_file("LPIPS_v0.0_squeeze-c27abd3a.pth"),
    ("0.1", "alex"): pyiqa_file("LPIPS_v0.1_alex-df73285e.pth"),
    ("0.1", "vgg"): pyiqa_file("LPIPS_v0.1_vgg-a78928a0.pth"),
    ("0.1", "squeeze"): pyiqa_file("LPIPS_v0.1_squeeze-4a5350f2.pth"),
}
CITATION = (
    "@inproceedings{zhang2018unreasonable, author={Zhang, Richard and Isola, Phillip and Efros, Alexei A. and "
    "Shechtman, Eli and Wang, Oliver}, title={The unreasonable effectiveness of deep features as a perceptual metric}, "
    "booktitle={CVPR}, pages={586--595}, year={2018}}"
)
TRAINED_ON = "BAPPS (backbone: ImageNet-1k)"


class LPIPS(PyiqaMethod):
    """Calibrated distance between unit-normalised features of a classification network; 0 for equal images.

    Args:
        net: the network.
        version: of the calibration; ``0.0`` doesn't standardise the input.
    """

    info = MethodInfo(
        name="lpips",
        title="LPIPS",
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on=TRAINED_ON,
        citation=CITATION,
        weights=(BACKBONES["alex"], CALIBRATIONS["0.1", "alex"]),
        **pyiqa_with("torchvision"),
    )
    metric = "lpips"
    arch = "lpips_arch"

    def __init__(self, *, net: Net = "alex", version: Version = "0.1") -> None:
        super().__init__()
        self.net: Net = net
        self.version: Version = version

    def options(self) -> dict[str, Any]:
        return {"net": self.net, "version": self.version}

    def settings(self) -> Mapping[str, str]:
        return {"net": self.net, "version": self.version}

    def weights(self) -> Sequence[WeightFile]:
        return BACKBONES[self.net], CALIBRATIONS[self.version, self.net]

    def load(self, device: str) -> None:
        import torch  # noqa: PLC0415

        super().load(device)
        # with channels innermost, AlexNet's convolutions take only three quarters of the time
        self._net.to(memory_format=torch.channels_last)

    def describe(self, reference: torch.Tensor) -> list[torch.Tensor]:
        """The normalised features of one reference, (1, 3, H, W), layer by layer."""
        return list(self._features(reference))

    def compare(self, enhanced: torch.Tensor, description: list[torch.Tensor]) -> torch.Tensor:
        """Distances, (N,), of enhanced images, (N, 3, H, W), from the described reference."""
        lins = self._net.net.lins
        features = self._features(enhanced)
        layers: list[torch.Tensor] = [
            lin((of_reference - of_enhanced).square_()).mean(dim=(2, 3))
            for lin, of_reference, of_enhanced in zip(lins, description, features, strict=True)
        ]
        return sum(layers[1:], layers[0]).squeeze(1)

    def _features(self, images: torch.Tensor) -> Iterator[torch.Tensor]:
        """Each layer's unit-normalised features, one at a time, so that only one layer need be kept in memory."""
        import torch  # noqa: PLC0415
        from pyiqa.archs.lpips_arch import normalize_tensor  # noqa: PLC0415

        metric = self._net.net
        hidden = (2 * images - 1).contiguous(memory_format=torch.channels_last)
        if self.version == "0.1":
            hidden = metric.scaling_layer(hidden)
        for number in range(metric.net.N_slices):
            hidden = getattr(metric.net, f"slice{number + 1}")(hidden)
            yield normalize_tensor(hidden)


class LPIPSVGG(LPIPS):
    """LPIPS with VGG-16, pyiqa's ``lpips-vgg``.

    Args:
        version: of the calibration; ``0.0`` doesn't standardise the input.
    """

    info = MethodInfo(
        name="lpips-vgg",
        title="LPIPS (VGG)",
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on=TRAINED_ON,
        citation=CITATION,
        weights=(BACKBONES["vgg"], CALIBRATIONS["0.1", "vgg"]),
        **pyiqa_with("torchvision"),
    )
    metric = "lpips-vgg"

    def __init__(self, *, version: Version = "0.1") -> None:
        super().__init__(net="vgg", version=version)
