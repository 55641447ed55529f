"""DISTS, structure and texture similarity of deep features, with the weights and layers of pyiqa or of its authors' package.

See ``_pyiqa.py``. The reference's features are computed once for all its enhanced images, and the statistics channel by
channel, so that photographs of ten megapixels fit into 16 GB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmark import MethodInfo, WeightFile

from ._packages import lacking
from ._pyiqa import PyiqaMethod, one_each, pyiqa_file, pyiqa_with, quiet, require, torchvision_file

if TYPE_CHECKING:
    import torch

Source = Literal["pyiqa", "dists_pytorch"]

NETWORK = torchvision_file("vgg16-397923af.pth")
CALIBRATION = pyiqa_file("DISTS_weights-f5e65c96.pth")
CHANNELS_AT_ONCE = 8
STABILISER = 1e-6


@dataclass(frozen=True, slots=True)
class LayerDescription:
    """One layer of the reference.

    Attributes:
        features: (1, C, H, W).
        mean: mean over the layer's positions, (1, C).
        variance: biased variance, (1, C).
    """

    features: torch.Tensor
    mean: torch.Tensor
    variance: torch.Tensor


class DISTS(PyiqaMethod):
    """1 minus the weighted similarity of the means and of the structure of VGG-16 features; 0 for equal images.

    Args:
        source: whose code and calibration: ``pyiqa``, which downloads the calibration, or the authors' package
            ``dists_pytorch``, which holds it, the same to the byte, under MIT. Both need VGG-16 itself from torchvision.
    """

    info = MethodInfo(
        name="dists",
        title="DISTS",
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on="KADID-10k, DTD (backbone: ImageNet-1k)",
        citation="@article{ding2022image, author={Ding, Keyan and Ma, Kede and Wang, Shiqi and Simoncelli, Eero P.}, "
        "title={Image quality assessment: unifying structure and texture similarity}, "
        "journal={IEEE Transactions on Pattern Analysis and Machine Intelligence}, volume={44}, number={5}, "
        "pages={2567--2581}, year={2022}}",
        weights=(NETWORK, CALIBRATION),
        **pyiqa_with("torchvision"),
    )
    metric = "dists"
    arch = "dists_arch"

    def __init__(self, *, source: Source = "pyiqa") -> None:
        super().__init__()
        self.source: Source = source
        if source == "dists_pytorch":  # whose licence and version count belongs to the option, not to the class
            vars(self)["info"] = replace(
                type(self).info,
                licence="DISTS_pytorch: MIT; torchvision's network: BSD-3-Clause",
                source="DISTS_pytorch",
                libraries=("DISTS_pytorch", "torchvision"),
            )

    def settings(self) -> Mapping[str, str]:
        return {"code": "the package DISTS_pytorch"} if self.source == "dists_pytorch" else {}

    def weights(self) -> Sequence[WeightFile]:
        """The network; the calibration too where no package holds it."""
        return (NETWORK,) if self.source == "dists_pytorch" else (NETWORK, CALIBRATION)

    def unavailable(self) -> str | None:
        """Whether the chosen package is there; the network's weights are looked for by the engine."""
        return lacking("DISTS_pytorch", "efid-bench[dists]") if self.source == "dists_pytorch" else None

    def load(self, device: str) -> None:
        if self.source == "dists_pytorch":
            self._net = self._packaged().to(device)
        else:
            super().load(device)

    def _packaged(self) -> torch.nn.Module:
        """The package's metric, whose parts are named as pyiqa's are.

        Its calibration is read from where the package lies; the package itself looks only at the interpreter's own folder.
        """
        import torch  # noqa: PLC0415

        require(self.info.name, self.weights())
        found = find_spec("DISTS_pytorch")
        assert found is not None
        assert found.origin is not None
        with quiet():
            import DISTS_pytorch  # noqa: PLC0415

            metric: torch.nn.Module = DISTS_pytorch.DISTS(load_weights=False)
        calibration = torch.load(Path(found.origin).with_name("weights.pt"), map_location="cpu", weights_only=True)
        for name in ("alpha", "beta"):
            getattr(metric, name).data.copy_(calibration[name])
        return metric.eval().requires_grad_(False)

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Scores, (N,), of the metric's own function; see ``Method.score``."""
        if self.source == "dists_pytorch":
            return one_each(self._net(enhanced, reference), len(enhanced))
        return super().score(enhanced, reference)

    @property
    def _metric(self) -> Any:
        """The module that holds the network and the calibration; pyiqa wraps its own once more."""
        return self._net if self.source == "dists_pytorch" else self._net.net

    def describe(self, reference: torch.Tensor) -> list[LayerDescription]:
        """The features, means and variances of one reference, (1, 3, H, W)."""
        return [LayerDescription(features, *moments(features)) for features in self._features(reference)]

    def compare(self, enhanced: torch.Tensor, description: list[LayerDescription]) -> torch.Tensor:
        """Distances, (N,), of enhanced images, (N, 3, H, W), from the described reference."""
        import torch  # noqa: PLC0415

        net = self._metric
        total = net.alpha.sum() + net.beta.sum()
        alphas = torch.split((net.alpha / total).flatten(1), net.chns, dim=1)
        betas = torch.split((net.beta / total).flatten(1), net.chns, dim=1)
        similarity = torch.zeros(len(enhanced), device=enhanced.device)
        for alpha, beta, layer, features in zip(alphas, betas, description, self._features(enhanced), strict=True):
            mean, variance = moments(features)
            covariance = mean_product(features, layer.features) - mean * layer.mean
            texture = (2 * mean * layer.mean + STABILISER) / (mean**2 + layer.mean**2 + STABILISER)
            structure = (2 * covariance + STABILISER) / (variance + layer.variance + STABILISER)
            similarity += (alpha * texture).sum(dim=1) + (beta * structure).sum(dim=1)
        return 1 - similarity

    def _features(self, images: torch.Tensor) -> Iterator[torch.Tensor]:
        """The image and then each stage's features, one at a time, so that only one need be kept in memory."""
        net = self._metric
        yield images
        hidden = (images - net.mean) / net.std
        for stage in (net.stage1, net.stage2, net.stage3, net.stage4, net.stage5):
            hidden = stage(hidden)
            yield hidden


def moments(features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and biased variance, (N, C) each, of features, (N, C, H, W)."""
    import torch  # noqa: PLC0415

    mean = features.mean(dim=(2, 3), keepdim=True)
    variance = [(part - middle).square_().mean(dim=(2, 3)) for part, middle in by_channels(features, mean)]
    return mean.flatten(1), torch.cat(variance, dim=1)


def mean_product(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Mean over positions, (N, C), of the product of features, (N, C, H, W) and (1, C, H, W)."""
    import torch  # noqa: PLC0415

    return torch.cat([(a * b).mean(dim=(2, 3)) for a, b in by_channels(left, right)], dim=1)


def by_channels(left: torch.Tensor, right: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Views of a few channels of both at a time."""
    for first in range(0, left.shape[1], CHANNELS_AT_ONCE):
        some = slice(first, first + CHANNELS_AT_ONCE)
        yield left[:, some], right[:, some]
