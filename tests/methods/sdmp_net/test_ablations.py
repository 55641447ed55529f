"""Variants that lack a part: the part is gone, and the rest is the published network's."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import timm
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import deform_conv2d

from benchmark import UserError
from benchmark.plugins.methods.sdmp_net import SDMPNet, SDMPNetB16, SDMPNetMultiScale, SDMPNetTiny
from benchmark.plugins.methods.sdmp_net.architecture import (
    PUBLISHED,
    RESNET_18,
    TINY,
    VIT_B8,
    VIT_B16,
    VIT_TI16,
    Architecture,
    Backbone,
)
from benchmark.plugins.methods.sdmp_net.fast import FoldedScorer
from benchmark.plugins.methods.sdmp_net.kept import KeptFeatures
from benchmark.plugins.methods.sdmp_net.network import Features, SDMPNetwork

pytestmark = pytest.mark.heavy

SIZE = 96
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "zero": {"offsets": "zero"},
    "none": {"offsets": "none"},
    "cnn": {"branches": "cnn", "offsets": "none"},
    "cnn, offsets of zero": {"branches": "cnn", "offsets": "zero"},
    "vit": {"branches": "vit"},
    "no difference": {"difference": False},
    "no weights": {"weighting": False},
    "second scale": {"scales": (2,)},
    "two scales": {"scales": (1, 3)},
    "last block": {"vit_layers": (4,)},
    "deeper blocks": {"vit_layers": (1, 6, 11)},
    "nothing but the ViT": {"branches": "vit", "difference": False, "weighting": False, "vit_layers": (0,)},
    "nothing but the CNN": {"branches": "cnn", "offsets": "none", "difference": False, "weighting": False},
}
each = pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)


def architecture(**options: Any) -> Architecture:
    return SDMPNetTiny(**options).architecture


def lively(plain: ModuleType, chosen: Architecture, size: int = SIZE) -> SDMPNetwork:
    """A network whose every layer matters."""
    network = SDMPNetwork(chosen, crop_size=size).eval()
    plain.enliven(network)
    return network


def built_without(state: Mapping[str, Tensor], features: tuple[Features, Features], chosen: Architecture) -> Tensor:
    """The quality from both images' features, as a network computes it that was never built with the missing parts.

    Written from the description alone: plain convolutions of torch and torchvision's deformable one.
    """

    def conv(name: str, x: Tensor, **how: Any) -> Tensor:
        return functional.conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"], **how)

    reference, enhanced = features
    joint = []
    for image in (reference, enhanced):
        parts = [image.vit] if chosen.branches != "cnn" else []
        for scale, cnn in enumerate(image.cnn):
            x = conv(f"scales.{scale}.reduce", cnn) if f"scales.{scale}.reduce.weight" in state else cnn
            deform = (state[f"scales.{scale}.deform.weight"], state[f"scales.{scale}.deform.bias"])
            if chosen.offsets == "learned":
                grown = functional.interpolate(reference.vit, size=cnn.shape[2:], mode="nearest")
                x = deform_conv2d(x, conv(f"scales.{scale}.conv_offset", grown, padding=1), *deform, padding=1)
            else:
                x = functional.conv2d(x, *deform, padding=1)
            ratio = cnn.shape[-1] // (SIZE // 16)  # 24 to 6, 12 to 6, 6 to 6
            x = functional.relu(conv(f"scales.{scale}.bridge1", x, padding=1, stride=2 if ratio > 1 else 1))
            parts.append(conv(f"scales.{scale}.bridge2", x, padding=1, stride=2 if ratio > 2 else 1))
        joint.append(conv("head.joint", torch.cat(parts, dim=1)))
    seen = [*joint, joint[0] - joint[1]] if chosen.difference else joint
    x = conv("head.mix2", functional.relu(conv("head.mix1", torch.cat(seen, dim=1), padding=1)), padding=1)
    hidden = functional.relu(conv("head.hidden", x))
    scores = conv("head.score", hidden)
    if not chosen.weighting:
        return scores.flatten(1).mean(dim=1)
    weights = torch.sigmoid(conv("head.weight", hidden))
    return (scores * weights).flatten(1).sum(dim=1) / weights.flatten(1).sum(dim=1)


@each
def test_a_variant_equals_a_network_built_without_the_part(plain: ModuleType, options: dict[str, Any]) -> None:
    chosen = architecture(**options)
    network = lively(plain, chosen)
    reference, enhanced = plain.photographs(6, SIZE).split(3)
    folded = FoldedScorer(network)
    with torch.inference_mode():
        features = (network.features(reference), network.features(enhanced))
        wanted = built_without(network.state_dict(), features, chosen)
        found = network(enhanced, reference)
        shared = folded.compare(enhanced, folded.describe_reference(reference))
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(shared, wanted, rtol=1e-5, atol=1e-5)
    assert wanted.std() > 1e-2, "qualities this alike would hide differences"


@each
def test_every_trained_tensor_of_a_variant_gets_a_gradient(plain: ModuleType, options: dict[str, Any]) -> None:
    """Nothing is left that no training reaches, as processes that train together demand."""
    network = lively(plain, architecture(**options)).train()
    enhanced, reference = plain.photographs(4, SIZE).split(2)
    torch.autograd.backward(network(enhanced, reference).sum())
    trained = {name: item for name, item in network.named_parameters() if item.requires_grad}
    assert [name for name, item in trained.items() if item.grad is None or not item.grad.abs().max() > 0] == []
    assert set(trained) == set(network.trained_state())


def test_the_chosen_blocks_and_stages_are_read(plain: ModuleType) -> None:
    """Against hooks in whole networks of timm."""
    network = lively(plain, architecture(scales=(1, 3), vit_layers=(1, 6, 11)))
    state, seen = network.state_dict(), []
    cnn: Any = timm.create_model("resnet18", pretrained=False)
    vit: Any = timm.create_model("vit_tiny_patch16_224", pretrained=False, img_size=SIZE)
    for prefix, whole in (("cnn.", cnn), ("vit.vit.", vit)):
        part = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
        assert not whole.load_state_dict(part, strict=False).unexpected_keys
    for block in [*cnn.layer1, *cnn.layer3, vit.blocks[1], vit.blocks[6], vit.blocks[11]]:
        block.register_forward_hook(lambda _module, _args, output: seen.append(output))
    crops = plain.photographs(2, SIZE)
    with torch.inference_mode():
        found = network.features(crops)
        for whole in (cnn, vit):
            whole.eval()((crops - 0.5) / 0.5)
    assert torch.equal(found.cnn[0], torch.cat(seen[:2], dim=1))
    assert torch.equal(found.cnn[1], torch.cat(seen[2:4], dim=1))
    tokens = torch.cat([block[:, 1:] for block in seen[4:]], dim=2)
    torch.testing.assert_close(found.vit.flatten(2), tokens.transpose(1, 2))
    assert not torch.allclose(seen[4], seen[5], atol=1e-2)


LAYERS = ["bridge1", "bridge2", "deform"]
HEAD = ["hidden", "joint", "mix1", "mix2", "score"]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, [*[f"scales.0.{name}" for name in ("bridge1", "bridge2", "conv_offset", "deform")], "weight"]),
        ({"offsets": "zero"}, [*[f"scales.0.{name}" for name in LAYERS], "weight"]),
        ({"offsets": "none"}, [*[f"scales.0.{name}" for name in LAYERS], "weight"]),
        ({"branches": "cnn", "offsets": "none"}, [*[f"scales.0.{name}" for name in LAYERS], "weight"]),
        ({"branches": "vit"}, ["weight"]),
        ({"offsets": "none", "weighting": False}, [f"scales.0.{name}" for name in LAYERS]),
    ],
)
def test_the_layers_of_a_missing_part_are_not_there(options: dict[str, Any], wanted: list[str]) -> None:
    with torch.device("meta"):
        names = {key.rpartition(".")[0] for key in SDMPNetwork(architecture(**options)).trained_state()}
    assert names == {*(f"head.{name}" for name in HEAD)} | {
        f"head.{name}" if name == "weight" else name for name in wanted
    }


@pytest.mark.parametrize(("branch", "other"), [("cnn", "vit."), ("vit", "cnn.")])
def test_the_other_branch_is_not_built(branch: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    create = timm.create_model

    def watched(name: str, **how: Any) -> Any:
        made.append(name)
        return create(name, **how)

    monkeypatch.setattr(timm, "create_model", watched)
    options = {"branches": branch, **({"offsets": "none"} if branch == "cnn" else {})}
    network = SDMPNetwork(architecture(**options))
    assert made == [{"cnn": "resnet18", "vit": "vit_tiny_patch16_224"}[branch]]
    assert not [key for key in network.state_dict() if key.startswith(other)]
    assert [key for key in network.state_dict() if key.startswith(f"{branch}.")]


def count(chosen: Architecture) -> tuple[int, int]:
    """Trained and frozen parameters of a network, built without memory."""
    with torch.device("meta"):
        network = SDMPNetwork(chosen)
    sizes = [(item.requires_grad, item.numel()) for item in network.parameters()]
    return sum(size for trained, size in sizes if trained), sum(size for trained, size in sizes if not trained)


def conv(inputs: int, outputs: int, kernel: int) -> int:
    """Parameters of a convolution with bias."""
    return inputs * outputs * kernel**2 + outputs


def test_parameters_of_the_published_network_without_each_part() -> None:
    """Against sizes worked out by hand from the published widths."""

    def fewer(**options: Any) -> tuple[int, int]:
        trained, frozen = count(SDMPNet(**options).architecture)
        return whole[0] - trained, whole[1] - frozen

    whole = count(PUBLISHED)
    offset, deform = conv(3840, 18, 3), conv(768, 768, 3)
    bridge = conv(768, 512, 3) + conv(512, 768, 3)
    with torch.device("meta"):
        cnn, vit = (
            sum(item.numel() for item in part.parameters())
            for network in [SDMPNetwork(PUBLISHED)]
            for part in (network.cnn, network.vit)
        )
    assert fewer() == (0, 0)
    assert fewer(offsets="zero") == fewer(offsets="none") == (offset, 0)
    assert fewer(difference=False) == (256 * 1024 * 9, 0)
    assert fewer(weighting=False) == (257, 0)
    assert fewer(branches="vit") == (offset + deform + bridge + 768 * 256, cnn)
    assert fewer(branches="cnn", offsets="none") == (offset + 3840 * 256, vit)
    # a block of ViT-B: two norms, attention, perceptron
    block = 2 * 2 * 768 + (768 * 3 * 768 + 3 * 768) + (768 * 768 + 768) + 2 * 4 * 768 * 768 + 5 * 768
    assert fewer(vit_layers=(0, 1, 2)) == (2 * 768 * (18 * 9 + 256), 2 * block)
    assert fewer(vit_layers=(4,)) == (4 * 768 * (18 * 9 + 256), 0)
    assert fewer(scales=(1, 2, 3, 4))[0] == whole[0] - count(SDMPNetMultiScale.preset)[0]


@pytest.mark.parametrize("backbone", [VIT_B8, VIT_B16, VIT_TI16], ids=lambda backbone: backbone.name)
def test_stated_patches_and_blocks_are_timms(backbone: Backbone) -> None:
    with torch.device("meta"):
        whole: Any = timm.create_model(backbone.name, pretrained=False)
    assert (len(whole.blocks), whole.patch_embed.patch_size[0]) == (backbone.blocks, backbone.patch)


def test_a_cnn_alone_lies_on_the_grid_of_the_vit_that_it_lacks() -> None:
    for kind in (SDMPNet, SDMPNetB16):
        with torch.device("meta"):
            whole, alone = (
                SDMPNetwork(kind(**options).architecture, crop_size=64)
                for options in ({}, {"branches": "cnn", "offsets": "none"})
            )
        assert alone.vit.grid == whole.vit.grid


# offsets of zero, and none


def same_parts(chosen: Architecture, source: SDMPNetwork) -> SDMPNetwork:
    """A variant with the weights of another, of which it has no unknown ones."""
    network = SDMPNetwork(chosen, crop_size=source.crop_size).eval()
    known = network.state_dict()
    network.load_state_dict({key: value for key, value in source.state_dict().items() if key in known})
    return network


def test_offsets_of_zero_are_a_plain_convolution(plain: ModuleType) -> None:
    whole = lively(plain, TINY)
    zero, none = (same_parts(replace(TINY, offsets=kind), whole) for kind in ("zero", "none"))
    assert type(none.scales[0].deform) is nn.Conv2d
    enhanced, reference = plain.photographs(4, SIZE).split(2)
    with torch.no_grad():
        moved = whole(enhanced, reference)
        whole.scales[0].conv_offset.weight.zero_()
        whole.scales[0].conv_offset.bias.zero_()
        unmoved = whole(enhanced, reference)
        assert torch.equal(zero(enhanced, reference), unmoved)
    torch.testing.assert_close(none(enhanced, reference), unmoved, rtol=1e-5, atol=1e-5)
    assert (moved - unmoved).abs().max() > 1e-3


def test_with_offsets_of_zero_all_other_weights_begin_as_in_the_published_network() -> None:
    states = []
    for kind in ("learned", "zero"):
        torch.manual_seed(0)
        states.append(SDMPNetwork(replace(TINY, offsets=kind), crop_size=64).state_dict())
    learned, zero = states
    assert set(learned) - set(zero) == {"scales.0.conv_offset.weight", "scales.0.conv_offset.bias"}
    assert all(torch.equal(value, learned[key]) for key, value in zero.items())


# the published network


def test_the_published_network_begins_with_the_same_weights_as_ever() -> None:
    """Its layers are drawn in this order since its first version: with a seed, every training begins as it always did."""
    torch.manual_seed(11)
    state = SDMPNetwork(TINY).state_dict()
    torch.manual_seed(11)
    timm.create_model("resnet18", pretrained=False)
    timm.create_model("vit_tiny_patch16_224", pretrained=False, depth=5, num_classes=0, img_size=224)
    layers = {
        "scales.0.conv_offset": nn.Conv2d(5 * 192, 18, 3),
        "scales.0.deform": nn.Conv2d(128, 128, 3),
        "scales.0.bridge1": nn.Conv2d(128, 64, 3),
        "scales.0.bridge2": nn.Conv2d(64, 96, 3),
        "head.joint": nn.Conv2d(5 * 192 + 96, 48, 1),
        "head.mix1": nn.Conv2d(3 * 48, 96, 3),
        "head.mix2": nn.Conv2d(96, 64, 3),
        "head.hidden": nn.Conv2d(64, 32, 1),
        "head.score": nn.Conv2d(32, 1, 1),
        "head.weight": nn.Conv2d(32, 1, 1),
    }
    wanted = {f"{name}.{key}": value for name, layer in layers.items() for key, value in layer.state_dict().items()}
    assert [key for key in state if not key.startswith(("cnn.", "vit."))] == list(wanted)
    assert all(torch.equal(state[key], value) for key, value in wanted.items())


def test_the_presets_identity_and_settings_are_as_before() -> None:
    """Earlier checkpoints state no parts, and are those of the preset."""
    method = SDMPNetMultiScale()
    assert list(method.identity()) == ["preset", "cnn", "cnn_stages", "vit", "crop_size", "backbones"]
    assert list(method.settings()) == ["crops", "field of view", "backbones", "arithmetic"]
    same = {"offsets": "learned", "branches": "both", "difference": True, "weighting": True, "scales": [1, 2, 3, 4]}
    assert SDMPNetMultiScale(**same, vit_layers=[0, 1, 2, 3, 4]).identity() == method.identity()
    assert SDMPNetMultiScale(scales=(1,)).architecture == PUBLISHED


# options


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"offsets": "fixed"}, "`offsets` is fixed; it must be learned, zero or none"),
        ({"branches": "none"}, "`branches` is none; it must be both, cnn or vit"),
        ({"branches": "cnn"}, "`branches: cnn` leaves out; set `offsets` to zero or none"),
        ({"branches": "cnn", "offsets": "learned"}, "set `offsets` to zero or none"),
        ({"branches": "cnn", "offsets": "none", "vit_layers": [0]}, "`vit_layers: [0]` is about the ViT's features"),
        ({"branches": "vit", "scales": [1]}, "`scales: [1]` is about the CNN's features"),
        ({"branches": "vit", "offsets": "zero"}, "`offsets: zero` is about the CNN's features"),
        ({"scales": []}, "`scales` is []; it must be one or several of 1 to 4, ascending, each once"),
        ({"scales": [0]}, "one or several of 1 to 4"),
        ({"scales": [5]}, "one or several of 1 to 4"),
        ({"scales": [2, 1]}, "ascending"),
        ({"scales": [1, 1]}, "each once"),
        ({"vit_layers": [12]}, "`vit_layers` is [12]; it must be one or several of 0 to 11"),
        ({"vit_layers": [-1]}, "one or several of 0 to 11"),
        ({"vit_layers": []}, "one or several of 0 to 11"),
        ({"scales": [4], "crop_size": 32}, "at least 64"),
    ],
)
def test_what_cannot_be_combined_is_said_in_one_line(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as refused:
        SDMPNetTiny(**options)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_branch_that_is_left_out_needs_no_weights(plain: ModuleType, tmp_path: Path) -> None:
    cnn, vit = {"branches": "cnn", "offsets": "none"}, {"branches": "vit"}
    assert [file.repository for file in SDMPNetTiny(**cnn).weights()] == [RESNET_18.repository]
    assert [file.repository for file in SDMPNetTiny(**vit).weights()] == [VIT_TI16.repository]
    assert SDMPNetTiny(**vit).identity()["backbones"] == VIT_TI16.repository
    whole = plain.tiny()
    torch.save(whole.resnet.state_dict(), tmp_path / "resnet18.pth")
    method = SDMPNetTiny(**cnn, pretrained=tmp_path)
    assert method.untrainable() is None
    assert list(method.files()) == ["resnet18"]
    (tmp_path / "vit_tiny_patch16_224.pth").write_bytes(b"read by nobody")
    assert list(method.files()) == ["resnet18"]
    assert torch.equal(method.build("cpu").state_dict()["cnn.conv1.weight"], whole.resnet.conv1.weight)
    (tmp_path / "vit_tiny_patch16_224.pth").unlink()
    assert "vit_tiny_patch16_224" in str(SDMPNetTiny(pretrained=tmp_path).untrainable())
    assert "vit_tiny_patch16_224" in str(SDMPNetTiny(**vit, pretrained=tmp_path).untrainable())


@pytest.mark.parametrize("options", [{"branches": "cnn", "offsets": "none"}, {"branches": "vit"}], ids=["cnn", "vit"])
def test_features_of_one_branch_are_kept_like_those_of_both(plain: ModuleType, options: dict[str, Any]) -> None:
    network, crops = SDMPNetwork(architecture(**options), crop_size=64), plain.photographs(2, 64)
    kept = KeptFeatures(network.features, gib=1)
    for found in (kept(crops), kept(crops)):
        wanted = [network.features(crop) for crop in crops.split(1)]
        assert torch.equal(found.vit, torch.cat([one.vit for one in wanted]))
        assert [item.shape for item in found.cnn] == [(2, *item.shape[1:]) for item in wanted[0].cnn]


# checkpoints
