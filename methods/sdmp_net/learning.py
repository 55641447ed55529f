"""How SDMP-Net is trained: its network, crops, frozen features, and what a checkpoint holds. Imports torch when used.

``method`` has the options and scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark import KeepsFeatures, UserError

from . import ablations
from . import crops as places
from .architecture import Architecture
from .own_files import find
from .restore import carries_backbones, check_tensors

if TYPE_CHECKING:
    import numpy as np
    import torch

    from .fast import FoldedScorer
    from .network import SDMPNetwork


class SDMPNetTraining(KeepsFeatures):
    """What training needs of a preset; its options are attributes that ``SDMPNetMethod`` sets."""

    preset: ClassVar[Architecture]
    architecture: Architecture
    checkpoint: Path | None
    pretrained: bool | Path
    crop_size: int
    validation_crops: int
    fov_crops: bool
    flip: bool
    random_crop: bool
    dropout: float
    keep_features: float
    _network: SDMPNetwork | None
    _scorer: SDMPNetwork | FoldedScorer | None

    def untrainable(self) -> str | None:
        """The reason why no training can begin: a checkpoint is given, or the given folder lacks the backbones."""
        if self.checkpoint is not None:
            return (
                f"{self.info.name}: training begins with the backbones, not with `checkpoint: {self.checkpoint}`; leave it "
                "out (a training goes on from its own checkpoints_dir)"
            )
        if isinstance(self.pretrained, Path):
            try:
                for backbone in self.architecture.backbones:
                    find(self.pretrained, backbone)
            except UserError as error:
                return f"{self.info.name}: {error}"
        return None

    def build(self, device: str) -> torch.nn.Module:
        """The network with pretrained backbones and untrained remaining parts; see ``Trainable.build``.

        Raises:
            UserError: a checkpoint was given, from which no training can begin.
        """
        if self.checkpoint is not None:
            raise UserError(self.untrainable())
        network = self._new()
        if self.pretrained is not False:
            self._fill(network)
        self._network = network.to(device)
        self._scorer = None
        if self.keep_features:
            from .kept import KeptFeatures  # noqa: PLC0415

            network.keep = KeptFeatures(network.features, self.keep_features)
        return self._network

    def views(
        self, enhanced: torch.Tensor, reference: torch.Tensor, *, rng: np.random.Generator, training: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """One crop for training, by default at a random place and flipped at random; ``validation_crops`` for validation.

        Args:
            enhanced: RGB in [0, 1], (3, H, W).
            reference: the same shape and range.
            rng: see ``Trainable.views``.
            training: whether the crops are for training.

        Returns:
            (V, 3, S, S) twice.

        Raises:
            UserError: the images are smaller than a crop.
        """
        ground = self._ground(reference)
        if training and self.random_crop:
            chosen = places.draw(1, ground, rng)
        else:
            chosen = places.choose(1 if training else self.validation_crops, ground, rng)
        flip = rng if training and self.flip else None
        return places.cut_pair((enhanced, reference), chosen, self.crop_size, flip)

    def predict(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Predicted scaled label of each pair of crops, RGB in [0, 1], (N, 3, S, S) twice to (N,); differentiable."""
        out: torch.Tensor = self._built()(enhanced, reference)
        return out

    def frozen(self, enhanced: torch.Tensor, reference: torch.Tensor) -> Sequence[torch.Tensor]:
        """Features of both crops from the backbones, those of the enhanced image first; see ``KeepsFeatures.frozen``."""
        both = [self._built().features(crops) for crops in (enhanced, reference)]
        return [tensor for one in both for tensor in (*one.cnn, one.vit)]

    def predict_from(self, features: Sequence[torch.Tensor]) -> torch.Tensor:
        """Predicted scaled labels, (N,), from what ``frozen`` returns."""
        from .network import Features  # noqa: PLC0415

        half = len(features) // 2
        enhanced, reference = (Features(list(part[:-1]), part[-1]) for part in (features[:half], features[half:]))
        return self._built().from_features(enhanced, reference)

    def frozen_state(self) -> Mapping[str, torch.Tensor]:
        """The backbones' tensors."""
        network = self._built()
        trained = network.trained_state()
        return {name: value for name, value in network.state_dict().items() if name not in trained}

    def crop_identity(self) -> Mapping[str, str]:
        """What decides crops and what is read of the backbones; see ``KeepsFeatures.crop_identity``."""
        own = ("crop_size", "validation_crops", "fov_crops", "flip", "random_crop")
        parts = ablations.parts(self.architecture)
        return {
            "preset": self.info.name,
            **{name: str(getattr(self, name)) for name in own},
            **{name: parts[name] for name in ("branches", "scales", "vit_layers") if name in parts},
        }

    def identity(self) -> Mapping[str, str]:
        """What must be equal in a checkpoint and the method that reads it."""
        architecture = self.architecture
        return {
            **({"crop_pool": str(self.crop_pool)} if self.crop_pool else {}),
            "preset": self.info.name,
            "cnn": architecture.cnn.name,
            "cnn_stages": " ".join(map(str, architecture.cnn_stages)),
            "vit": architecture.vit.name,
            "crop_size": str(self.crop_size),
            "backbones": self._backbones(),
            **ablations.identity(architecture, self.preset),
        }

    def state(self) -> Mapping[str, torch.Tensor]:
        """The trained tensors, and those of the frozen backbones unless these are the published ones."""
        network = self._built()
        return network.trained_state() if self.pretrained is True else network.state_dict()

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take a checkpoint's tensors; see ``Trainable.restore``."""
        network = self._built()
        wanted = network.state_dict() if carries_backbones(state) else network.trained_state()
        check_tensors(self.info.name, state, wanted)
        network.load_state_dict(state, strict=False)
        self._scorer = None

    def _ground(self, reference: torch.Tensor) -> places.Ground:
        shape = (int(reference.shape[1]), int(reference.shape[2]))
        places.check_size(shape, self.crop_size)
        field = places.field_of(reference.cpu().numpy()) if self.fov_crops else None
        return places.Ground(shape, self.crop_size, field)

    def _new(self) -> SDMPNetwork:
        from .network import SDMPNetwork  # noqa: PLC0415

        return SDMPNetwork(self.architecture, crop_size=self.crop_size, dropout=self.dropout)

    def _fill(self, network: SDMPNetwork) -> None:
        from .pretrained import fill  # noqa: PLC0415

        fill(network, self.info.name, self.pretrained if isinstance(self.pretrained, Path) else None)

    def _backbones(self) -> str:
        if self.pretrained is False:
            return "untrained"
        if isinstance(self.pretrained, Path):
            return "own files"
        return ", ".join(backbone.repository for backbone in self.architecture.backbones)

    def _built(self) -> SDMPNetwork:
        if self._network is None:
            raise RuntimeError(f"{self.info.name}: call `build` or `load` first")
        return self._network
