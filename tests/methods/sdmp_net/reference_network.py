"""The published SDMP-Net written a second time, plainly: whole timm backbones, forward hooks, both images, pair by pair.

What ``methods/sdmp_net`` must equal. Shares no code with it; ``copy_weights`` gives it the weights of a cut network.
"""

from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import deform_conv2d


class WholeNetwork(nn.Module):
    """One scale, read by hooks from networks that run to their last layer."""

    def __init__(
        self, cnn: str, vit: str, channels: int, sampled: int, head: tuple[int, int, int, int, int, int]
    ) -> None:
        super().__init__()
        resnet: Any = timm.create_model(cnn, pretrained=False)
        transformer: Any = timm.create_model(vit, pretrained=False)
        self.resnet, self.transformer = resnet, transformer
        bridge, bridged, joint, mixed, judged, hidden = head
        width = 5 * int(transformer.embed_dim)
        self.side = 224 // int(transformer.patch_embed.patch_size[0])
        self.offset_conv = nn.Conv2d(width, 18, 3, padding=1)
        self.deform = nn.Conv2d(channels, sampled, 3, padding=1)
        self.down1 = nn.Conv2d(sampled, bridge, 3, stride=2, padding=1)
        self.down2 = nn.Conv2d(bridge, bridged, 3, stride=1 if self.side == 28 else 2, padding=1)
        self.reduce = nn.Conv2d(width + bridged, joint, 1)
        self.conv1 = nn.Conv2d(3 * joint, mixed, 3, padding=1)
        self.conv2 = nn.Conv2d(mixed, judged, 3, padding=1)
        self.hidden = nn.Conv2d(judged, hidden, 1)
        self.score, self.weight = nn.Conv2d(hidden, 1, 1), nn.Conv2d(hidden, 1, 1)
        self.seen: list[Tensor] = []
        self.shapes: dict[str, tuple[int, ...]] = {}
        for block in [*resnet.layer1[:3], *transformer.blocks[:5]]:
            block.register_forward_hook(lambda _module, _args, output: self.seen.append(output))
        self.eval()

    def hooked(self, network: nn.Module, images: Tensor) -> list[Tensor]:
        """Run a whole backbone and take what the hooks saw."""
        self.seen.clear()
        network(images)
        return list(self.seen)

    def note(self, name: str, tensor: Tensor) -> Tensor:
        """Remember the shape of one item."""
        self.shapes[name] = tuple(tensor.shape[1:])
        return tensor

    def backbones(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """CNN and ViT features of crops in [0, 1]."""
        images = (crops - 0.5) / 0.5
        cnn = torch.cat(self.hooked(self.resnet, images), dim=1)
        tokens = torch.cat([block[:, 1:, :] for block in self.hooked(self.transformer, images)], dim=2)
        vit = tokens.permute(0, 2, 1).contiguous().view(len(crops), -1, self.side, self.side)
        return self.note("cnn", cnn), self.note("vit", vit)

    def forward(self, enhanced: Tensor, reference: Tensor) -> Tensor:
        """Quality of pairs of crops, (N, 3, 224, 224) twice to (N,)."""
        return self.quality(self.backbones(enhanced), self.backbones(reference))

    def quality(self, enhanced: tuple[Tensor, Tensor], reference: tuple[Tensor, Tensor]) -> Tensor:
        """Quality from both images' features; apart only because tests have little time."""
        (cnn_r, vit_r), (cnn_e, vit_e) = reference, enhanced
        upsampled = functional.interpolate(vit_r, size=cnn_r.shape[2:], mode="nearest")
        offset = self.note("offset", self.offset_conv(upsampled))
        joint = []
        for cnn, vit in ((cnn_r, vit_r), (cnn_e, vit_e)):
            deformed = deform_conv2d(cnn, offset, self.deform.weight, self.deform.bias, padding=1)
            halved = self.down1(self.note("deformed", deformed))
            bridged = self.note("bridged", self.down2(functional.relu(self.note("halved", halved))))
            joint.append(self.note("joint", self.reduce(self.note("together", torch.cat([vit, bridged], dim=1)))))
        x = self.note("three", torch.cat([joint[0], joint[1], joint[0] - joint[1]], dim=1))
        x = self.note("judged", self.conv2(functional.relu(self.note("mixed", self.conv1(x)))))
        hidden = self.note("hidden", functional.relu(self.hidden(x)))
        scores, weights = self.note("scores", self.score(hidden)), torch.sigmoid(self.weight(hidden))
        return (scores * weights).sum(dim=(1, 2, 3)) / weights.sum(dim=(1, 2, 3))

    def copy_weights(self, cut: nn.Module) -> None:
        """Take the weights of ``SDMPNetwork``; layers of the backbones that it doesn't have keep their own."""
        state = cut.state_dict()
        for name, network in (("cnn.", self.resnet), ("vit.vit.", self.transformer)):
            part = {key.removeprefix(name): value for key, value in state.items() if key.startswith(name)}
            assert not network.load_state_dict(part, strict=False).unexpected_keys
        for name, layer in {
            "scales.0.conv_offset": self.offset_conv,
            "scales.0.deform": self.deform,
            "scales.0.bridge1": self.down1,
            "scales.0.bridge2": self.down2,
            "head.joint": self.reduce,
            "head.mix1": self.conv1,
            "head.mix2": self.conv2,
            "head.hidden": self.hidden,
            "head.score": self.score,
            "head.weight": self.weight,
        }.items():
            layer.load_state_dict({key: state[f"{name}.{key}"] for key in ("weight", "bias")})


PUBLISHED_HEAD = (512, 768, 256, 1024, 512, 256)


def published(vit: str = "vit_base_patch8_224") -> WholeNetwork:
    """The published network, B/8 or B/16."""
    return WholeNetwork("resnet152", vit, 768, 768, PUBLISHED_HEAD)


def tiny() -> WholeNetwork:
    """The small variant."""
    return WholeNetwork("resnet18", "vit_tiny_patch16_224", 128, 128, (64, 96, 48, 96, 64, 32))


def enliven(network: nn.Module, seed: int = 0) -> None:
    """Random weights under which every layer matters: activations in scale, offsets of some pixels."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.startswith("cnn."):
                continue
            if parameter.dim() > 1:
                fan_in = parameter[0].numel()
                gain = 1.0 if name.startswith("vit.") else 2.0
                parameter.normal_(0, (gain / fan_in) ** 0.5, generator=generator)
                if name.endswith("deform.weight"):
                    parameter.mul_(10)  # an untrained ResNet's features are small beside the ViT's
            elif name.endswith("bias"):
                parameter.normal_(0, 0.1, generator=generator)


def photographs(count: int, size: int, seed: int = 0) -> Tensor:
    """Smooth coloured fields with noise, RGB in [0, 1], (count, 3, size, size); no two alike."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 7, 7, generator=generator)
    smooth = functional.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=False)
    noise = torch.randn(count, 3, size, size, generator=generator) * torch.rand(count, 1, 1, 1, generator=generator)
    return (smooth + 0.2 * noise).clamp(0, 1)
