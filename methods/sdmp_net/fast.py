"""SDMP-Net's scoring with less arithmetic: the same function as ``network``, equal up to rounding. Imports torch.

Two linear layers without a ReLU between them are folded into one: the bridge's second convolution and the joint 1x1
convolution; the difference (reference - enhanced) and the first convolution over it, whose reference part is computed
once; the second convolution and the perceptron's first layer. Offsets are computed on the smaller grid, since a 1x1
convolution commutes with nearest resizing. It is for inference only: weights are copied and folded when it is built.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .deformable import DeformableScale, to_grid
from .network import Features, SDMPNetwork


@dataclass(frozen=True, slots=True)
class FoldedDescription:
    """What the comparison needs of N reference crops.

    Attributes:
        offsets: sampling offsets of each scale, (N, 18, G, G).
        mixed: the reference's share of the first convolution over the pair, bias included, (N, 1024, V, V).
    """

    offsets: list[Tensor]
    mixed: Tensor


class FoldedScale:
    """One scale, from CNN features to its share of the joint features."""

    def __init__(self, scale: DeformableScale, joint: Tensor) -> None:
        """Fold a scale of the network with its columns of the joint 1x1 convolution, (256, 768)."""
        self._scale = scale
        if scale.kind == "learned":
            # `fold` adds a tap's value at p - d to p, whereas a convolution reads at p + d: hence the flip
            taps = scale.conv_offset.weight.flip(2, 3).permute(0, 2, 3, 1)
            self._offset_taps = taps.flatten(0, 2)[:, :, None, None].contiguous()
        bridge2 = scale.bridge2
        self._stride = bridge2.stride
        self._bridge = _compose(joint, bridge2.weight)
        self.bias = joint.double() @ _bias(bridge2).double()

    def offsets(self, reference_vit: Tensor) -> Tensor:
        """The offsets, (N, 18, G, G): each tap's share on the ViT's grid, resized to the CNN's, then shifted and summed."""
        if self._scale.kind != "learned":
            return self._scale.offsets(reference_vit)
        grid, conv = self._scale.grid, self._scale.conv_offset
        shares = to_grid(functional.conv2d(reference_vit, self._offset_taps), grid).flatten(2)
        summed = functional.fold(shares, (grid, grid), 3, padding=1)
        return summed + _bias(conv)[:, None, None]

    def joint(self, cnn: Tensor, offsets: Tensor) -> Tensor:
        """Share of the joint features without their bias: (N, C, G, G) to (N, 256, V, V)."""
        bridged = functional.relu(self._scale.bridge1(self._scale.sample(cnn, offsets)))
        return to_grid(functional.conv2d(bridged, self._bridge, stride=self._stride, padding=1), self._scale.vit_grid)


class FoldedScorer:
    """Scores pairs of crops like ``network.SDMPNetwork`` in eval mode, but faster; the network must not change meanwhile."""

    def __init__(self, network: SDMPNetwork) -> None:
        self._network = network
        head, vit_channels = network.head, network.vit.channels
        joint = head.joint.weight.detach().flatten(1)
        self._vit = joint[:, :vit_channels, None, None].contiguous()
        shares = joint[:, vit_channels:].chunk(len(network.scales), dim=1) if len(network.scales) else ()
        with torch.no_grad():
            self._scales = [FoldedScale(scale, share) for scale, share in zip(network.scales, shares, strict=True)]  # type: ignore[arg-type]
            self._bias = (_bias(head.joint).double() + sum(scale.bias for scale in self._scales)).float()
            reference, enhanced, *difference = torch.split(head.mix1.weight.double(), head.joint.out_channels, dim=1)
            self._mix_reference = (reference + difference[0] if difference else reference).float()
            self._mix_enhanced = (enhanced - difference[0] if difference else enhanced).float()
            hidden = head.hidden.weight.flatten(1)
            self._judge = _compose(hidden, head.mix2.weight)
            self._judge_bias = (_bias(head.hidden).double() + hidden.double() @ _bias(head.mix2).double()).float()

    @torch.inference_mode()
    def describe_reference(self, crops: Tensor) -> FoldedDescription:
        """Compute all that depends on the reference alone, from its crops, RGB in [0, 1], (N, 3, S, S)."""
        features = self._network.features(crops)
        offsets = [scale.offsets(features.vit) for scale in self._scales]
        joint = self._joint(features, offsets)
        mixed = functional.conv2d(joint, self._mix_reference, self._network.head.mix1.bias, padding=1)
        return FoldedDescription(offsets, mixed)

    @torch.inference_mode()
    def compare(self, crops: Tensor, reference: FoldedDescription) -> Tensor:
        """Quality of enhanced crops at the described places, (N, 3, S, S) to (N,), in units of the scaled label."""
        joint = self._joint(self._network.features(crops), reference.offsets)
        mixed = functional.conv2d(joint, self._mix_enhanced, padding=1) + reference.mixed
        hidden = functional.conv2d(functional.relu(mixed), self._judge, self._judge_bias, padding=1)
        return self._network.head.judge(hidden)

    def _joint(self, features: Features, offsets: list[Tensor]) -> Tensor:
        joint = self._bias[:, None, None]
        if self._vit.shape[1]:
            joint = functional.conv2d(features.vit, self._vit, self._bias)
        for scale, cnn, moved in zip(self._scales, features.cnn, offsets, strict=True):
            joint = joint + scale.joint(cnn, moved)
        return joint


def _compose(after: Tensor, kernel: Tensor) -> Tensor:
    """The kernel of a convolution followed by a linear map of its channels, computed in double precision."""
    return torch.einsum("oc,cixy->oixy", after.double(), kernel.double()).float()


def _bias(layer: nn.Conv2d) -> Tensor:
    if layer.bias is None:
        raise TypeError("SDMP-Net's trained convolutions have a bias")
    return layer.bias
