"""The contract of methods that learn; ``benchmark.training`` trains them. Torch only inside functions.

The order of a training: ``build``; then, for each batch, ``views`` of its pairs in loading processes, ``predict`` and a step
of the optimiser; after each epoch ``state``, which goes into a checkpoint. It continues by ``build`` and ``restore``.
Scoring is ``load``, which reads the checkpoint, and ``score``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark.core.errors import UserError
from benchmark.plugins.contracts.method import Method

if TYPE_CHECKING:
    import numpy as np
    import torch


class Trainable(Method):
    """A method that learns. ``benchmark.training`` trains it; scoring reads the checkpoint that training wrote.

    Labels arrive scaled to [0, 1], higher is better; the engine scales them and stores the scale in the checkpoint. A
    training continues only with its original options. ``files`` names local files, by role: in scoring the
    ``checkpoint``, in training those that it reads.

    Attributes:
        scoring_options: options that don't change the result of training, or that ``identity`` states anyway.
    """

    scoring_options: ClassVar[frozenset[str]] = frozenset({"checkpoint"})

    def untrainable(self) -> str | None:
        """Why it can't be trained as configured, and what to do; ``None`` if it can.

        Asked by ``check`` and before a training begins.
        """
        return None

    @abstractmethod
    def build(self, device: str) -> torch.nn.Module:
        """Make the network ready for training: frozen parts hold their pretrained weights and need no gradient.

        Parameters with ``requires_grad`` are trained. The engine calls ``train()`` and ``eval()`` on the module;
        frozen parts must stay in eval mode by themselves.

        Raises:
            benchmark.core.errors.WeightsUnavailableError: pretrained weights can't be had; says why and what to do.
        """

    @abstractmethod
    def views(
        self, enhanced: torch.Tensor, reference: torch.Tensor, *, rng: np.random.Generator, training: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The crops of one pair that the network sees.

        Args:
            enhanced: float32 RGB in [0, 1], (3, H, W).
            reference: the same shape and range.
            rng: seeded by (seed, epoch, pair) in training, otherwise by (seed, reference).
            training: ``True`` for one augmented crop per step, ``False`` for validation's crops.

        Returns:
            Crops of the enhanced image and of the reference at the same places, (V, 3, h, w) each, in [0, 1].
        """

    @abstractmethod
    def predict(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Differentiable prediction of the scaled label for each crop, (N, 3, h, w) twice to (N,)."""

    @abstractmethod
    def identity(self) -> Mapping[str, str]:
        """Settings on which a checkpoint and the method that reads it must agree: preset, backbones, crop size and so on."""

    @abstractmethod
    def state(self) -> Mapping[str, torch.Tensor]:
        """The tensors that a checkpoint holds: trained weights, and frozen ones that are not published files."""

    @abstractmethod
    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        """Load the tensors of a checkpoint into the network that ``build`` made.

        Raises:
            benchmark.core.errors.UserError: keys or shapes differ; the message says which.
        """

    def load(self, device: str) -> None:
        """Build the network and restore the checkpoint that ``files`` names, ready for scoring.

        Define it where scoring needs another network than training; ``benchmark.plugins.checkpoints.read`` reads the file.

        Raises:
            benchmark.core.errors.UserError: there is no checkpoint, it can't be read, or another network was trained.
        """
        from benchmark.plugins import checkpoints  # noqa: PLC0415 - listing plug-ins reads no checkpoints

        place = self.files().get("checkpoint")
        if place is None:
            raise UserError(f"{self.info.name}: {_NO_CHECKPOINT}")
        content = checkpoints.read(Path(place))
        _check_identity(place, content.get("identity") or {}, self.identity())
        module = self.build(device)
        self.restore(content["state"])
        module.to(device).eval().requires_grad_(False)

    def unavailable(self) -> str | None:
        """Why there is nothing to score with if there is no checkpoint; a method with its own ``load`` decides itself."""
        reads_checkpoint = type(self).load is Trainable.load
        return _NO_CHECKPOINT if reads_checkpoint and "checkpoint" not in self.files() else None


_NO_CHECKPOINT = "needs a checkpoint: train one with `efid-bench train CONFIG`, then set `checkpoint: FILE`"


def _check_identity(place: str, stated: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Refuse a checkpoint that was trained as another network.

    Raises:
        UserError: names each difference.
    """
    different = [
        f"{key} is {stated.get(key, 'not stated')!r}, not {value!r}"
        for key, value in wanted.items()
        if stated.get(key) != value
    ]
    if different:
        raise UserError(f"{place} was trained as another network: {'; '.join(different)}")
