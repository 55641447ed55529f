"""Counts the parameters of SDMP-Net, and its operations for a pair of crops, on tensors without content. Imports torch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from .architecture import Architecture
from .deformable import DeformableConvolution, DeformableScale
from .fast import FoldedScorer
from .network import SDMPNetwork

IMAGES = 6
"""Enhanced images that share the work on their reference, as in EFID."""


def gflops_a_pair(architecture: Architecture, crop_size: int, *, exact: bool) -> float:
    """Operations in units of 1e9 (a multiplication with an addition is two) for comparing one crop of an enhanced image.

    A sixth of the work on the reference's crop is included.
    """
    with torch.device("meta"), torch.inference_mode():
        network = SDMPNetwork(architecture, crop_size=crop_size).eval()
        scorer = network if exact else FoldedScorer(network)
        crop = torch.zeros(1, 3, crop_size, crop_size)
        with FlopCounterMode(display=False) as reference:
            described = scorer.describe_reference(crop)
        with FlopCounterMode(display=False) as image:
            scorer.compare(crop, described)  # type: ignore[arg-type]
    counted = float(image.get_total_flops() + reference.get_total_flops() / IMAGES)
    return (counted + deformable(network) * (1 + 1 / IMAGES)) / 1e9


@dataclass(frozen=True, slots=True)
class Costs:
    """What a variant of the network needs.

    Attributes:
        trained: parameters of the parts that are trained.
        frozen: parameters of the backbones, up to the last layer that is read.
        exact: operations of a pair of crops layer by layer, in units of 1e9 (``gflops_a_pair``).
        folded: the same with folded layers, as scores are computed by default.
    """

    trained: int
    frozen: int
    exact: float
    folded: float


def costs(architecture: Architecture, crop_size: int) -> Costs:
    """Parameters and operations of a variant at a crop size in pixels, counted without computing anything."""
    with torch.device("meta"):
        network = SDMPNetwork(architecture, crop_size=crop_size)
    sizes = {True: 0, False: 0}
    for parameter in network.parameters():
        sizes[parameter.requires_grad] += parameter.numel()
    exact, folded = (gflops_a_pair(architecture, crop_size, exact=kind) for kind in (True, False))
    return Costs(sizes[True], sizes[False], exact, folded)


def deformable(network: SDMPNetwork) -> float:
    """Operations of the deformable convolutions of one image, which torch's counter doesn't count."""
    total = 0.0
    for scale in network.scales:
        assert isinstance(scale, DeformableScale)
        if isinstance(scale.deform, DeformableConvolution):
            total += 2 * scale.deform.weight.numel() * scale.grid**2
    return total
