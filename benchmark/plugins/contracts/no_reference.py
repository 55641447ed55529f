"""The contract of measures that look at one image only. Imports no torch."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from benchmark.plugins.contracts.method import Method, takes_rng

if TYPE_CHECKING:
    import torch


class NoReference(Method):
    """A measure of one image: the reference has no part in its score. Define ``quality`` instead of ``score``.

    The engine asks it for the enhanced images; the method ``gain`` asks it for the reference too. A measure that draws
    random numbers takes ``*, rng`` in ``quality``, as ``Method`` explains: all images of a reference share it.
    """

    @abstractmethod
    def quality(self, images: torch.Tensor) -> torch.Tensor:
        """Scores, (N,), of images, float32 RGB in [0, 1], (N, 3, H, W), in the direction that ``info`` declares."""

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """The quality of the enhanced images; see ``Method.score``."""
        if not takes_rng(self.quality):
            return self.quality(enhanced)
        import torch  # noqa: PLC0415 - only reached where torch tensors already exist

        from benchmark.core.randomness import reference_rng  # noqa: PLC0415

        generators = ({"rng": reference_rng(0, image.cpu().numpy())} for image in reference)
        return torch.cat([self.quality(image[None], **own) for image, own in zip(enhanced, generators, strict=True)])
