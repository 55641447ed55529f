"""``gain``: a measure without reference, of the enhanced image minus of its reference. Nothing heavy at import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchmark import Method, MethodInfo, NoReference, WeightFile
from benchmark.plugins.contracts import takes_rng

if TYPE_CHECKING:
    import numpy as np
    import torch


class Gain(Method):
    """The measure of the enhanced image minus that of its reference; 0 for equal images.

    Where the reference is the degraded photograph, as in EFID, this is the natural use of a measure without reference: it
    asks whether enhancement improved the photograph. Better is the measure's own direction: for one of which lower is
    better, such as NIQE, a negative gain is an improvement. Each reference is measured once for all its enhanced images.

    Args:
        of: the measure: ``of: niqe``, or with its options ``of: {name: clipscore, caption: …}``.
    """

    info = MethodInfo(
        name="gain",
        title="Gain",
        higher_is_better=True,
        group="no-reference",
        trained_on="as the measure",
        citation="The measure of the enhanced image minus that of its reference.",
        licence="Apache-2.0; the measure: its own",
        source="efid-bench",
    )

    def __init__(self, *, of: NoReference) -> None:
        self.of = of
        known, own = of.info, type(self).info
        # direction, citation and licence are the measure's
        vars(self)["info"] = replace(
            known,
            name=own.name,
            title=f"Gain in {known.title}",
            score_range=_differences(known.score_range),
            group=own.group,
            weights=(),
            version=own.version,
            flat_images="",
        )

    def depends_on_seed(self) -> bool:
        return self.of.depends_on_seed()

    def weights(self) -> Sequence[WeightFile]:
        return self.of.weights()

    def files(self) -> Mapping[str, str]:
        return self.of.files()

    def unavailable(self) -> str | None:
        return self.of.unavailable()

    def settings(self) -> Mapping[str, str]:
        """What is subtracted from what, and the measure's own settings."""
        name = self.of.info.title
        return {"score": f"{name} of the enhanced image minus {name} of its reference", **self.of.settings()}

    def gflops(self) -> float | None:
        return self.of.gflops()

    def load(self, device: str) -> None:
        self.of.load(device)

    def describe(
        self, reference: torch.Tensor, *, rng: np.random.Generator
    ) -> tuple[torch.Tensor, np.random.Generator]:
        """The measure of one reference, (1,), and the generator with which it was drawn."""
        return self._quality(reference, rng), rng

    def compare(self, enhanced: torch.Tensor, description: tuple[torch.Tensor, np.random.Generator]) -> torch.Tensor:
        """Gains, (N,), of enhanced images, (N, 3, H, W), over the described reference."""
        before, rng = description
        return self._quality(enhanced, rng).double() - before.double()

    def _quality(self, images: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
        """The measure of images; one that draws random numbers draws the same ones for each of them."""
        if not takes_rng(self.of.quality):
            return self.of.quality(images)
        import torch  # noqa: PLC0415

        options: list[dict[str, Any]] = [{"rng": deepcopy(rng)} for _ in images]
        return torch.cat([self.of.quality(image[None], **own) for image, own in zip(images, options, strict=True)])


def _differences(score_range: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    """The range of differences of two scores; unbounded where the scores are."""
    low, high = score_range
    return (None, None) if low is None or high is None else (low - high, high - low)
