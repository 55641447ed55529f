"""The architectures of SDMP-Net's variants as plain data: backbones, their layers, widths of the trained parts.

Every other module of the package reads it; it imports nothing heavy, so that presets can be listed without torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmark import WeightFile

PUBLISHED_CROP = 224
LARGEST_CROP = 2048
"""Side lengths of crops in pixels: the published one, and the largest allowed."""

Offsets = Literal["learned", "zero", "none"]
Branches = Literal["both", "cnn", "vit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backbone:
    """A published image network whose ImageNet weights the authors of timm offer.

    Attributes:
        name: timm's name of the architecture.
        tag: timm's name of the weights.
        patch: side length of a vision transformer's patches, px; 0 for a CNN.
        blocks: number of a vision transformer's blocks; 0 for a CNN.
    """

    name: str
    tag: str
    patch: int = 0
    blocks: int = 0

    @property
    def repository(self) -> str:
        """The repository of its weights on the Hugging Face hub."""
        return f"timm/{self.name}.{self.tag}"

    def weight_file(self) -> WeightFile:
        """The published weights in the main branch of that repository."""
        file = "model.safetensors"
        url = f"https://huggingface.co/{self.repository}/resolve/main/{file}"
        return WeightFile(name=file, url=url, folder="huggingface", repository=self.repository, revision="main")


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """Channels of the trained parts; the defaults are the published ones.

    Attributes:
        sampled: most channels that a deformable convolution reads and returns (a stage with more is first reduced).
        bridge: channels between the two convolutions that map deformed features to the ViT's grid.
        bridged: channels after them, for each CNN stage.
        joint: channels of one image's ViT and deformed CNN features together.
        mixed: channels after the first 3x3 convolution over (reference, enhanced, difference).
        judged: channels after the second.
        hidden: channels of the perceptron that computes score and weight of a position.
    """

    sampled: int = 768
    bridge: int = 512
    bridged: int = 768
    joint: int = 256
    mixed: int = 1024
    judged: int = 512
    hidden: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One variant of the network.

    Attributes:
        cnn: a ResNet.
        vit: a vision transformer with square patches and a class token.
        cnn_stages: stages of the ResNet that are read (1 to 4, ascending), one scale each; without any, there is no ResNet.
        cnn_blocks: number of first blocks that are read in each of these stages; all where it has fewer.
        vit_layers: transformer blocks that are read (from 0, ascending); without any, there is no transformer.
        widths: channels of the trained parts.
        offsets: where CNN features are sampled: at learned offsets; by the same layer at offsets of zero; or by a plain
            convolution, for which no layer of offsets is built.
        difference: whether the prediction sees the difference of both images' features beside the features themselves.
        weighting: whether positions have learned weights; otherwise the quality is the plain mean of their scores.
    """

    cnn: Backbone
    vit: Backbone
    cnn_stages: tuple[int, ...] = (1,)
    cnn_blocks: int = 3
    vit_layers: tuple[int, ...] = (0, 1, 2, 3, 4)
    widths: Widths = Widths()
    offsets: Offsets = "learned"
    difference: bool = True
    weighting: bool = True

    @property
    def branches(self) -> Branches:
        """Which of the two frozen networks there are."""
        return "vit" if not self.cnn_stages else "both" if self.vit_layers else "cnn"

    @property
    def backbones(self) -> tuple[Backbone, ...]:
        """The frozen networks that are built, the CNN first."""
        return (*((self.cnn,) if self.cnn_stages else ()), *((self.vit,) if self.vit_layers else ()))

    @property
    def smallest_crop(self) -> int:
        """Side length, px, at which the deepest stage that is read still has a grid of 2×2.

        On a grid of one position there is nowhere else to sample.
        """
        return max(32, 4 << max(self.cnn_stages, default=0))


RESNET_152 = Backbone(name="resnet152", tag="a1h_in1k")
RESNET_18 = Backbone(name="resnet18", tag="a1_in1k")
VIT_B8 = Backbone(name="vit_base_patch8_224", tag="augreg2_in21k_ft_in1k", patch=8, blocks=12)
VIT_B16 = Backbone(name="vit_base_patch16_224", tag="augreg2_in21k_ft_in1k", patch=16, blocks=12)
VIT_TI16 = Backbone(name="vit_tiny_patch16_224", tag="augreg_in21k_ft_in1k", patch=16, blocks=12)

PUBLISHED = Architecture(cnn=RESNET_152, vit=VIT_B8)
PUBLISHED_B16 = Architecture(cnn=RESNET_152, vit=VIT_B16)
MULTI_SCALE = Architecture(cnn=RESNET_152, vit=VIT_B8, cnn_stages=(1, 2, 3, 4))
TINY = Architecture(
    cnn=RESNET_18,
    vit=VIT_TI16,
    widths=Widths(sampled=128, bridge=64, bridged=96, joint=48, mixed=96, judged=64, hidden=32),
)
