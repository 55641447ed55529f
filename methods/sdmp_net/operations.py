"""Counts the operations of SDMP-Net for a pair of crops, on tensors without content. Imports torch."""

from __future__ import annotations

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


def deformable(network: SDMPNetwork) -> float:
    """Operations of the deformable convolutions of one image, which torch's counter doesn't count."""
    total = 0.0
    for scale in network.scales:
        assert isinstance(scale, DeformableScale)
        if isinstance(scale.deform, DeformableConvolution):
            total += 2 * scale.deform.weight.numel() * scale.grid**2
    return total
