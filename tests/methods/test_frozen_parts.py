"""What a frozen part computes, and the head on it, is what the whole network computes; a linear head is linear in it."""

from typing import Any

import pytest
import torch

from benchmark import KeepsFeatures, UserError
from benchmark.plugins.methods.finetune import FineTune
from benchmark.plugins.methods.finetune.networks import NETWORKS
from benchmark.plugins.methods.sdmp_net import SDMPNetTiny
from tests.methods.test_finetune import pair

pytestmark = pytest.mark.heavy

CHEAP = ("lpips", "lpips+", "stlpips", "dists")
KEPT = [*CHEAP, *(pytest.param(name, marks=pytest.mark.long) for name in ("lpips-vgg+", "topiq_fr"))]


def built(metric: str, parts: Any) -> FineTune:
    method = FineTune(metric=metric, pretrained=False, train_parts=parts, crop_size=64)
    torch.manual_seed(3)
    method.build("cpu").eval()
    return method


def test_the_networks_that_can_be_taken_apart_are_these() -> None:
    assert {name for name, network in NETWORKS.items() if network.kept} == {
        "dists", "lpips", "lpips+", "lpips-vgg", "lpips-vgg+", "stlpips", "stlpips-vgg", "topiq_fr", "topiq_fr-pipal",
    }  # fmt: skip


@pytest.mark.parametrize("metric", KEPT)
def test_the_head_on_frozen_features_is_the_whole_network(metric: str) -> None:
    method = built(metric, "head")
    with torch.no_grad():
        whole = method.predict(*pair(64, 3))
        features = method.frozen(*pair(64, 3))
        assert torch.allclose(method.predict_from(features), whole, rtol=1e-4, atol=1e-5)
        single = [method.frozen(*(crops[i : i + 1] for crops in pair(64, 3))) for i in range(3)]
    assert all(len(part) == 3 for part in features)
    assert not any(part.requires_grad for part in features)
    for parts, together in zip(zip(*single, strict=True), features, strict=True):
        assert torch.allclose(torch.cat(parts), together, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("metric", KEPT)
def test_the_gradient_of_the_head_is_that_of_the_whole_network(metric: str) -> None:
    method = built(metric, "head")
    net = method._built()
    found = []
    for predicted in (method.predict(*pair(64)), method.predict_from(method.frozen(*pair(64)))):
        net.zero_grad(set_to_none=True)
        (predicted * torch.tensor([1.0, -2.0])).sum().backward()
        found.append({name: value.grad.clone() for name, value in net.named_parameters() if value.grad is not None})
    assert found[0].keys() == found[1].keys()
    assert all(not name.startswith("net.") or name.removeprefix("net.") for name in found[0])
    assert all(torch.allclose(value, found[1][name], rtol=1e-3, atol=1e-5) for name, value in found[0].items())


@pytest.mark.parametrize("metric", CHEAP)
def test_a_linear_head_is_linear_in_the_frozen_features_and_alone_is_trained(metric: str) -> None:
    method = built(metric, "linear")
    net = method._built()
    assert {name for name, value in net.named_parameters() if value.requires_grad} == {"linear.weight", "linear.bias"}
    enhanced, reference = pair(64)
    with torch.no_grad():
        same, other = method.predict(reference, reference), method.predict(enhanced, reference)
        assert torch.allclose(same, torch.ones(2), atol=1e-3), "identical crops differ in nothing"
        assert (other < same).all()
        net.linear.weight.zero_()
        net.linear.bias.fill_(0.25)
        assert torch.allclose(method.predict(enhanced, reference), torch.full((2,), 0.25))
    assert {name for name in method.state() if not name.startswith("net.")} == {"linear.weight", "linear.bias"}
    assert set(method.frozen_state()) <= set(method.state()), "a random backbone belongs to the checkpoint"


def test_sdmp_net_predicts_from_features_what_it_predicts_from_crops() -> None:
    method = SDMPNetTiny(pretrained=False, crop_size=64, dropout=0.0)
    torch.manual_seed(3)
    method.build("cpu").eval()
    with torch.no_grad():
        assert torch.equal(method.predict_from(method.frozen(*pair(64))), method.predict(*pair(64)))
    assert isinstance(method, KeepsFeatures)
    assert all(name.startswith(("cnn.", "vit.")) for name in method.frozen_state())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"metric": "lpips", "crop_pool": 4}, "`crop_pool` needs `train_parts: head` or `linear`"),
        ({"metric": "ahiq", "train_parts": "head", "crop_pool": 4}, "frozen part of ahiq can't be taken apart"),
        ({"metric": "topiq_fr", "train_parts": "linear"}, "topiq_fr does not compare channel by channel"),
        ({"metric": "pieapp", "train_parts": "linear"}, "`train_parts: linear` works with dists, lpips"),
        ({"metric": "lpips", "train_parts": "head", "crop_pool": -1}, "`crop_pool` is -1; it must be at least 0"),
        ({"metric": "lpips", "train_parts": "head", "crop_pool": 5000}, "`crop_pool` is 5000; it must be .* 4,096"),
    ],
)
def test_what_keeps_no_features_is_told(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        FineTune(**options)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"crop_pool": -1}, "`crop_pool` is -1"),
        ({"crop_pool": 2, "random_crop": False}, "`crop_pool` needs `random_crop: true`"),
    ],
)
def test_sdmp_net_refuses_pools_that_can_not_be(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        SDMPNetTiny(**options)
