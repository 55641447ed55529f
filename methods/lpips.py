"""LPIPS, a distance between deep features, with the weights and layers of pyiqa or of its authors' package.

See ``_pyiqa.py``. The reference's features are computed once for all its enhanced images.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from benchmark import MethodInfo, WeightFile

from ._packages import lacking
from ._pyiqa import PyiqaMethod, one_each, pyiqa_file, pyiqa_with, quiet, require, torchvision_file

if TYPE_CHECKING:
    import torch

Net = Literal["alex", "vgg", "squeeze"]
Version = Literal["0.0", "0.1"]
Source = Literal["pyiqa", "lpips"]

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
TINY = 1e-10
TRAINED_ON = "BAPPS (backbone: ImageNet-1k)"


class LPIPS(PyiqaMethod):
    """Calibrated distance between unit-normalised features of a classification network; 0 for equal images.

    Args:
        net: the network.
        version: of the calibration; ``0.0`` doesn't standardise the input.
        source: whose code and calibration: ``pyiqa``, which downloads the calibration, or the package ``lpips``, which holds
            it, the same to the byte, under BSD-2-Clause. Both need the network itself from torchvision.
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

    def __init__(self, *, net: Net = "alex", version: Version = "0.1", source: Source = "pyiqa") -> None:
        super().__init__()
        self.net: Net = net
        self.version: Version = version
        self.source: Source = source
        if source == "lpips":  # whose licence and version count belongs to the option, not to the class
            vars(self)["info"] = replace(
                type(self).info,
                licence="lpips: BSD-2-Clause; torchvision's network: BSD-3-Clause",
                source="lpips",
                libraries=("lpips", "torchvision"),
            )

    def options(self) -> dict[str, Any]:
        return {"net": self.net, "version": self.version}

    def settings(self) -> Mapping[str, str]:
        own = {"code": "the package lpips"} if self.source == "lpips" else {}
        return {"net": self.net, "version": self.version, **own}

    def weights(self) -> Sequence[WeightFile]:
        """The network; the calibration too where no package holds it."""
        network = BACKBONES[self.net]
        return (network,) if self.source == "lpips" else (network, CALIBRATIONS[self.version, self.net])

    def unavailable(self) -> str | None:
        """Whether the chosen package is there; the network's weights are looked for by the engine."""
        return lacking("lpips", "efid-bench[lpips]") if self.source == "lpips" else None

    def load(self, device: str) -> None:
        import torch  # noqa: PLC0415

        if self.source == "lpips":
            self._net = self._packaged().to(device)
        else:
            super().load(device)
        # with channels innermost, AlexNet's convolutions take only three quarters of the time
        self._net.to(memory_format=torch.channels_last)

    def _packaged(self) -> torch.nn.Module:
        """The package's metric, whose parts are named as pyiqa's are."""
        require(self.info.name, self.weights())
        with quiet():
            import lpips  # noqa: PLC0415

            metric: torch.nn.Module = lpips.LPIPS(net=self.net, version=self.version, verbose=False)
        return metric.eval()

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Scores, (N,), of the metric's own function; see ``Method.score``."""
        if self.source == "lpips":
            return one_each(self._net(enhanced, reference, normalize=True), len(enhanced))
        return super().score(enhanced, reference)

    def describe(self, reference: torch.Tensor) -> list[torch.Tensor]:
        """The normalised features of one reference, (1, 3, H, W), layer by layer."""
        return list(self._features(reference))

    def compare(self, enhanced: torch.Tensor, description: list[torch.Tensor]) -> torch.Tensor:
        """Distances, (N,), of enhanced images, (N, 3, H, W), from the described reference."""
        lins = self._metric.lins
        features = self._features(enhanced)
        layers: list[torch.Tensor] = [
            lin((of_reference - of_enhanced).square_()).mean(dim=(2, 3))
            for lin, of_reference, of_enhanced in zip(lins, description, features, strict=True)
        ]
        return sum(layers[1:], layers[0]).squeeze(1)

    @property
    def _metric(self) -> Any:
        """The module that holds the network and the calibration; pyiqa wraps its own once more."""
        return self._net if self.source == "lpips" else self._net.net

    def _features(self, images: torch.Tensor) -> Iterator[torch.Tensor]:
        """Each layer's unit-normalised features, one at a time, so that only one layer need be kept in memory."""
        import torch  # noqa: PLC0415

        metric = self._metric
        hidden = (2 * images - 1).contiguous(memory_format=torch.channels_last)
        if self.version == "0.1":
            hidden = metric.scaling_layer(hidden)
        for number in range(metric.net.N_slices):
            hidden = getattr(metric.net, f"slice{number + 1}")(hidden)
            yield hidden / (hidden.square().sum(dim=1, keepdim=True).sqrt_() + TINY)


class LPIPSVGG(LPIPS):
    """LPIPS with VGG-16, pyiqa's ``lpips-vgg``.

    Args:
        version: of the calibration; ``0.0`` doesn't standardise the input.
        source: whose code and calibration: ``pyiqa``, or the package ``lpips``.
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

    def __init__(self, *, version: Version = "0.1", source: Source = "pyiqa") -> None:
        super().__init__(net="vgg", version=version, source=source)
