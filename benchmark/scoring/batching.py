"""Scores several enhanced images of a reference at once, on accelerators; halves batches when memory runs out. Torch.

Batches are not used on CPUs, where they hardly help and change the last digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch

from benchmark.plugins.contracts import DescribesReference, Method, NoReference, takes_rng

PIXELS_AT_ONCE = 8_000_000
"""Most pixels of the enhanced images that go to the device together; thirty images of 512 px."""


def chunks(count: int, pixels: int, budget: int = PIXELS_AT_ONCE) -> Iterator[range]:
    """Divide ``count`` images of ``pixels`` each into runs of at most ``budget`` pixels, at least one image a run."""
    size = max(1, budget // max(1, pixels))
    for first in range(0, count, size):
        yield range(first, min(first + size, count))


def can_batch(method: Method) -> bool:
    """Whether a method takes several pairs at once; one whose ``score`` draws from a pair's generator does not."""
    if isinstance(method, NoReference):
        return not takes_rng(method.quality)
    return isinstance(method, DescribesReference) or not takes_rng(method.score)


def score_together(
    enhanced: Sequence[torch.Tensor], score: Callable[[torch.Tensor], torch.Tensor], budget: int = PIXELS_AT_ONCE
) -> list[float]:
    """The scores of images of one size against one reference.

    Args:
        enhanced: the images, (3, H, W) each, on the host.
        score: maps a batch (N, 3, H, W) to its scores (N,), and moves it to the device by itself.
        budget: most pixels at once; halved for as long as memory runs out.

    Raises:
        torch.OutOfMemoryError: even a single image needs too much.
        ValueError: the result is not one floating-point number for each image.
    """
    values: list[float] = []
    pixels = int(enhanced[0].shape[-1] * enhanced[0].shape[-2])
    for run in chunks(len(enhanced), pixels, budget):
        values += _halving([enhanced[index] for index in run], score)
    return values


def _halving(images: Sequence[torch.Tensor], score: Callable[[torch.Tensor], torch.Tensor]) -> list[float]:
    try:
        result = score(torch.stack(list(images)))
    except torch.OutOfMemoryError:
        if len(images) == 1:
            raise
    else:
        if result.shape != (len(images),) or not result.is_floating_point():
            raise ValueError(f"the result for {len(images)} pairs is {tuple(result.shape)} of {result.dtype}")
        return [float(value) for value in result.detach().to(device="cpu", dtype=torch.float64)]
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    middle = len(images) // 2
    return _halving(images[:middle], score) + _halving(images[middle:], score)
