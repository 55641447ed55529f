"""The contract of methods that learn on top of a frozen part whose features may be kept. Torch only inside functions.

With ``crop_pool`` a training draws from a fixed number of crops of each pair. Then the frozen part sees the same crops again
and again, and what it computes of them is kept in files where that pays (``benchmark.training.feature_pool``).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from benchmark.plugins.contracts.trainable import Trainable

if TYPE_CHECKING:
    import torch


class KeepsFeatures(Trainable):
    """A method that learns, and can say what its frozen part computes of a pair of crops.

    ``views`` is asked for one training crop ``crop_pool`` times a pair, each time with another generator. Whether features
    are kept changes the time of a training, never its result: ``predict_from`` sees equal numbers.

    Attributes:
        crop_pool: how many crops of each pair training draws from; 0 for new ones at every step.
    """

    crop_pool: int = 0

    @abstractmethod
    def frozen(self, enhanced: torch.Tensor, reference: torch.Tensor) -> Sequence[torch.Tensor]:
        """What the frozen part computes of crops, without gradient; it does not depend on anything that is trained.

        Args:
            enhanced: crops, RGB in [0, 1], (N, 3, h, w).
            reference: crops at the same places.

        Returns:
            float32 tensors whose first axis is N, always in the same order and of the same shapes.
        """

    @abstractmethod
    def predict_from(self, features: Sequence[torch.Tensor]) -> torch.Tensor:
        """The scaled label of each pair of crops from what ``frozen`` returned, (N,); differentiable as ``predict`` is."""

    @abstractmethod
    def frozen_state(self) -> Mapping[str, torch.Tensor]:
        """The tensors of the frozen part: features are shared by all trainings in which they and the crops are equal."""

    @abstractmethod
    def crop_identity(self) -> Mapping[str, str]:
        """The options that decide crops and what the frozen part computes of them, the number of crops left out."""
