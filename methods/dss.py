"""DSS with piq's filters and colours; a reference's DCT subbands are computed once for all its images. See ``_piq.py``.

Only the 17 of the 64 subbands whose weight is not negligible are computed, and these in double precision: a local variance
is a small difference of large numbers, and in single precision piq's scores are off by up to 2e-4.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._piq import LUMA, PIQ, PiqMethod, luma

if TYPE_CHECKING:
    import torch

BLOCK = 8
WEIGHT_SIGMA, LEAST_WEIGHT = 1.55, 0.01
WINDOW, WINDOW_SIGMA = 3, 1.5
LOWEST_STABILISER, STABILISER = 1000.0, 300.0
WORST = 0.05
"""The share of a subband's blocks, those that differ most, that enters the score."""
FEWEST = 11
"""Fewest blocks of which the worst 5 %, rounded, are at least one."""


@dataclass(frozen=True, slots=True)
class Subbands:
    """What DSS compares, in double precision.

    Attributes:
        lowest: each block's lowest coefficient, (N, 1, H / 8, W / 8).
        mean: its local mean, of the same shape.
        variance: local variances of all subbands, (N, 17, H / 8, W / 8), the lowest first.
    """

    lowest: torch.Tensor
    mean: torch.Tensor
    variance: torch.Tensor


class DSS(PiqMethod):
    """Similarity of the local variances of DCT subbands, of their worst 5 %, weighted towards low frequencies."""

    info = MethodInfo(
        name="dss",
        title="DSS",
        higher_is_better=True,
        score_range=(-1.0, 1.0),
        group="hand-crafted",
        citation="@inproceedings{balanov2015image, author={Balanov, Amnon and Schwartz, Arik and Moshe, Yair and "
        "Peleg, Nimrod}, title={Image quality assessment based on {DCT} subband similarity}, "
        "booktitle={IEEE International Conference on Image Processing (ICIP)}, pages={2105--2109}, year={2015}}",
        **PIQ,
    )

    def settings(self) -> Mapping[str, str]:
        return {"channels": LUMA, "downsampling": "none"}

    def describe(self, reference: torch.Tensor) -> Subbands:
        """The subbands of one reference, (1, 3, H, W) in [0, 1]."""
        return subbands(reference)

    def compare(self, enhanced: torch.Tensor, description: Subbands) -> torch.Tensor:
        """DSS, (N,), of enhanced images, (N, 3, H, W), against the described reference."""
        import torch  # noqa: PLC0415

        own = subbands(enhanced)
        stabilisers = own.variance.new_full((own.variance.shape[1], 1, 1), STABILISER)
        stabilisers[0] = LOWEST_STABILISER
        shared = (own.variance * description.variance).sqrt_()
        likeness = (2 * shared + stabilisers).div_(own.variance + description.variance + stabilisers)
        scores = worst(likeness)
        covariance = local_mean(own.lowest * description.lowest) - own.mean * description.mean
        structure = (covariance + LOWEST_STABILISER) / (shared[:, :1] + LOWEST_STABILISER)
        scores = torch.cat([scores[:, :1] * worst(structure), scores[:, 1:]], dim=1)
        return (scores * shares(scores)).sum(dim=1).to(enhanced)


def subbands(images: torch.Tensor) -> Subbands:
    """The subbands of images, (N, 3, H, W) in [0, 1].

    Raises:
        ValueError: there are too few blocks.
    """
    import torch  # noqa: PLC0415

    height, width = images.shape[-2:]
    if (height // BLOCK) * (width // BLOCK) < FEWEST:
        raise ValueError(f"the image is {width}×{height}; under {FEWEST} blocks of {BLOCK}×{BLOCK} are too few for DSS")
    channel = luma(images.double())
    bands = torch.nn.functional.conv2d(channel, waves().to(channel), stride=BLOCK)
    mean = local_mean(bands)
    variance = local_mean(bands.square()).sub_(mean.square()).relu_()
    return Subbands(bands[:, :1], mean[:, :1], variance)


def local_mean(bands: torch.Tensor) -> torch.Tensor:
    """Gaussian-weighted means over 3 × 3 blocks, zero beyond the edges, of subbands, (N, C, H, W)."""
    import torch  # noqa: PLC0415
    from piq.functional import gaussian_filter  # noqa: PLC0415

    window = gaussian_filter(WINDOW, WINDOW_SIGMA, dtype=bands.dtype, device=bands.device)
    count = bands.shape[1]
    return torch.nn.functional.conv2d(bands, window.expand(count, 1, -1, -1), padding=WINDOW // 2, groups=count)


def worst(likeness: torch.Tensor) -> torch.Tensor:
    """Means, (N, C), of the lowest 5 % of similarities, (N, C, H, W)."""
    values = likeness.flatten(2)
    return values.topk(round(WORST * values.shape[2]), dim=2, largest=False).values.mean(dim=2)


@functools.cache
def kept() -> tuple[tuple[int, int, float], ...]:
    """Row, column and weight of the subbands that count, the lowest frequency first."""
    weights = {
        (row, column): math.exp(-((row + 0.5) ** 2 + (column + 0.5) ** 2) / (2 * WEIGHT_SIGMA**2))
        for row in range(BLOCK)
        for column in range(BLOCK)
    }
    return tuple((*place, weight) for place, weight in weights.items() if weight >= LEAST_WEIGHT)


def shares(like: torch.Tensor) -> torch.Tensor:
    """The subbands' shares of the score, (17,)."""
    import torch  # noqa: PLC0415

    weights = like.new_tensor([weight for _, _, weight in kept()])
    return weights / weights.sum() + torch.finfo(weights.dtype).eps


@functools.cache
def waves() -> torch.Tensor:
    """The cosines of the subbands that count, (17, 1, 8, 8)."""
    import torch  # noqa: PLC0415

    places = torch.arange(BLOCK, dtype=torch.float64)
    lines = torch.cos(math.pi / BLOCK * torch.outer(places, places + 0.5)) * math.sqrt(2 / BLOCK)
    lines[0] /= math.sqrt(2)
    squares = [torch.outer(lines[row], lines[column]) for row, column, _ in kept()]
    return torch.stack(squares).unsqueeze(1)
