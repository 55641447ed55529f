"""The cut network against the whole published one with hooks: equal quality, every published shape and size."""

from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from benchmark.plugins.methods.sdmp_net.architecture import (
    MULTI_SCALE,
    PUBLISHED,
    PUBLISHED_B16,
    TINY,
    Architecture,
)
from benchmark.plugins.methods.sdmp_net.fast import FoldedScorer
from benchmark.plugins.methods.sdmp_net.network import SDMPNetwork

pytestmark = pytest.mark.heavy

SHAPES = {
    "cnn": (768, 56, 56),
    "offset": (18, 56, 56),
    "deformed": (768, 56, 56),
    "halved": (512, 28, 28),
    "mixed": (1024,),
    "judged": (512,),
    "hidden": (256,),
    "vit": (3840,),
    "bridged": (768,),
    "together": (4608,),
    "joint": (256,),
    "three": (768,),
    "scores": (1,),
}


def pair(plain: ModuleType, architecture: Architecture) -> tuple[SDMPNetwork, Any]:
    """A cut network and the whole one, with the same weights."""
    cut = SDMPNetwork(architecture).eval()
    plain.enliven(cut)
    whole = plain.tiny() if architecture is TINY else plain.published(architecture.vit.name)
    whole.copy_weights(cut)
    return cut, whole


def check_equal(plain: ModuleType, cut: SDMPNetwork, whole: Any, images: int, crops: int) -> None:
    """A reference described once for all its images: equal bits layer by layer, 1e-5 with folded layers."""
    folded = FoldedScorer(cut)
    qualities = []
    for crop in range(crops):
        reference, *enhanced = plain.photographs(1 + images, 224, seed=crop).split(1)
        with torch.inference_mode():
            seen = whole.backbones(reference)
            shared, folded_shared = cut.describe_reference(reference), folded.describe_reference(reference)
            for image in enhanced:
                wanted = whole.quality(whole.backbones(image), seen)
                assert torch.equal(cut.compare(image, shared), wanted)
                torch.testing.assert_close(folded.compare(image, folded_shared), wanted, rtol=1e-5, atol=1e-5)
                qualities.append(wanted)
    assert torch.cat(qualities).std() > 1e-2, "qualities this alike would hide differences"


@pytest.mark.long
def test_small_variant_equals_the_whole_network_over_6_images_and_20_crops(plain: ModuleType) -> None:
    check_equal(plain, *pair(plain, TINY), images=6, crops=20)


def test_small_variant_equals_the_whole_network_in_batches(plain: ModuleType) -> None:
    cut, whole = pair(plain, TINY)
    check_equal(plain, cut, whole, images=2, crops=1)
    enhanced, reference = plain.photographs(8, 224).split(4)
    folded = FoldedScorer(cut)
    with torch.inference_mode():
        wanted = whole(enhanced, reference)
        torch.testing.assert_close(cut(enhanced, reference), wanted, rtol=1e-5, atol=1e-5)
        described = folded.describe_reference(reference)
        torch.testing.assert_close(folded.compare(enhanced, described), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("architecture", "side"),
    [pytest.param(PUBLISHED, 28, id="B/8", marks=pytest.mark.long), pytest.param(PUBLISHED_B16, 14, id="B/16")],
)
def test_published_network_equals_the_whole_one_and_has_the_published_shapes(
    plain: ModuleType, architecture: Architecture, side: int
) -> None:
    cut, whole = pair(plain, architecture)
    check_equal(plain, cut, whole, images=2, crops=2)
    wanted = {name: shape if len(shape) == 3 else (*shape, side, side) for name, shape in SHAPES.items()}
    assert whole.shapes == wanted
    assert shapes_of(cut, plain.photographs(1, 224)) == {
        "cnn": (1, 768, 56, 56),
        "vit": (1, 3840, side, side),
        "scales.0.conv_offset": (1, 18, 56, 56),
        "scales.0.deform": (1, 768, 56, 56),
        "scales.0.bridge1": (1, 512, 28, 28),
        "scales.0.bridge2": (1, 768, side, side),
        "head.joint": (1, 256, side, side),
        "head.mix1": (1, 1024, side, side),
        "head.mix2": (1, 512, side, side),
        "head.hidden": (1, 256, side, side),
        "head.score": (1, 1, side, side),
        "head.weight": (1, 1, side, side),
    }


def shapes_of(network: SDMPNetwork, crops: torch.Tensor) -> dict[str, tuple[int, ...]]:
    """What each layer of a network gives when a reference is compared with itself."""
    shapes: dict[str, tuple[int, ...]] = {}

    def watch(name: str, layer: nn.Module) -> None:
        layer.register_forward_hook(
            lambda _m, _a, out: shapes.update({name: tuple((out[0] if isinstance(out, list) else out).shape)})
        )

    watched = {"cnn": network.cnn, "vit": network.vit} | {
        name: layer
        for name, layer in network.named_modules()
        if name.startswith(("scales", "head")) and list(layer.parameters(recurse=False))
    }
    for name, layer in watched.items():
        watch(name, layer)
    with torch.inference_mode():
        network(crops, crops)
    return shapes


def conv(inputs: int, outputs: int, kernel: int) -> int:
    """Parameters of a convolution with bias."""
    return inputs * outputs * kernel**2 + outputs


def head_size(channels: int) -> int:
    """Parameters of the published prediction, its input given."""
    three = 3 * 256
    return (
        conv(channels, 256, 1)
        + conv(three, 1024, 3)
        + conv(1024, 512, 3)
        + conv(512, 256, 1)
        + conv(256, 1, 1)
        + conv(256, 1, 1)
    )


def scale_size(channels: int) -> int:
    """Parameters of one scale of the published deformable module."""
    reduced = conv(channels, 768, 1) if channels > 768 else 0
    return reduced + conv(3840, 18, 3) + conv(768, 768, 3) + conv(768, 512, 3) + conv(512, 768, 3)


def trained(architecture: Architecture) -> int:
    """Trained parameters of an architecture, built without memory."""
    with torch.device("meta"):
        network = SDMPNetwork(architecture)
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


@pytest.mark.parametrize("architecture", [PUBLISHED, PUBLISHED_B16], ids=["B/8", "B/16"])
def test_26_1_million_trained_parameters(architecture: Architecture) -> None:
    assert trained(architecture) == scale_size(768) + head_size(3840 + 768)
    assert round(trained(architecture) / 1e6, 1) == 26.1


def test_four_scales_read_three_bottlenecks_a_stage() -> None:
    stages = [3 * 256, 3 * 512, 3 * 1024, 3 * 2048]
    assert trained(MULTI_SCALE) == sum(map(scale_size, stages)) + head_size(3840 + 4 * 768)
    with torch.device("meta"):
        network = SDMPNetwork(MULTI_SCALE)
        shapes = shapes_of(network.eval(), torch.zeros(1, 3, 224, 224))
    assert network.cnn.grids == [56, 28, 14, 7]
    assert [shapes[f"scales.{i}.conv_offset"] for i in range(4)] == [(1, 18, g, g) for g in (56, 28, 14, 7)]
    assert shapes["head.score"] == (1, 1, 28, 28)


@pytest.mark.long
def test_four_scales_score_alike_with_folded_layers(plain: ModuleType) -> None:
    network = SDMPNetwork(MULTI_SCALE).eval()
    plain.enliven(network)
    reference, enhanced = plain.photographs(1, 224, seed=1), plain.photographs(1, 224, seed=2)
    folded = FoldedScorer(network)
    with torch.inference_mode():
        wanted = network(enhanced, reference)
        torch.testing.assert_close(
            folded.compare(enhanced, folded.describe_reference(reference)), wanted, rtol=1e-5, atol=1e-5
        )


def test_backbones_hold_no_layer_that_is_not_read() -> None:
    with torch.device("meta"):
        names = set(SDMPNetwork(PUBLISHED).state_dict())
    assert not [name for name in names if name.startswith(("cnn.layer2", "cnn.fc", "vit.vit.blocks.5", "vit.vit.head"))]
    assert "cnn.layer1.2.conv3.weight" in names
    assert "vit.vit.blocks.4.mlp.fc2.weight" in names
