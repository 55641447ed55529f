"""Frozen features that are kept: computed once, the same bits as without, and never more than the memory allows."""

from types import ModuleType

import pytest
import torch

from benchmark import UserError
from benchmark.plugins.methods.sdmp_net import SDMPNetTiny
from benchmark.plugins.methods.sdmp_net.architecture import TINY
from benchmark.plugins.methods.sdmp_net.kept import GIB, KeptFeatures
from benchmark.plugins.methods.sdmp_net.network import Features, SDMPNetwork

pytestmark = pytest.mark.heavy

FIXED = {"pretrained": False, "crop_size": 64, "random_crop": False, "flip": False, "dropout": 0.0}


class Counter:
    """The network's features, and how many crops they were computed for."""

    def __init__(self) -> None:
        self.network, self.crops = SDMPNetwork(TINY, crop_size=64), 0

    def __call__(self, crops: torch.Tensor) -> Features:
        self.crops += len(crops)
        return self.network.features(crops)


def test_features_are_computed_once_and_equal(plain: ModuleType) -> None:
    compute, crops = Counter(), plain.photographs(4, 64)
    kept = KeptFeatures(compute, gib=1)
    alone = [compute.network.features(crop) for crop in torch.split(crops, 1)]
    for order in ([0, 1, 2, 3], [3, 1], [2]):
        found = kept(crops[order])
        assert torch.equal(found.vit, torch.cat([alone[index].vit for index in order]))
        assert torch.equal(found.cnn[0], torch.cat([alone[index].cnn[0] for index in order]))
    assert compute.crops == 4


def test_memory_is_bounded(plain: ModuleType) -> None:
    compute, crops = Counter(), plain.photographs(3, 64)
    one = compute.network.features(crops[:1])
    size = one.vit.numel() * 4 + one.cnn[0].numel() * 4
    kept = KeptFeatures(compute, gib=2.5 * size / GIB)
    kept(crops)
    kept(crops)
    assert compute.crops == 4, "two of three are kept"


def test_training_sees_the_same_crop_each_time_and_gets_the_same_gradients(plain: ModuleType) -> None:
    import numpy as np

    enhanced, reference = plain.photographs(2, 96)
    gradients = []
    for gib in (0.0, 1.0):
        method = SDMPNetTiny(**FIXED, keep_features=gib, fov_crops=False)
        torch.manual_seed(0)
        network = method.build("cpu").train()
        for epoch in range(2):
            views = method.views(enhanced, reference, rng=np.random.default_rng(epoch), training=True)
            assert torch.equal(views[0][0], enhanced[:, 16:80, 16:80])
            network.zero_grad()
            torch.autograd.backward(method.predict(*views).sum())
        gradients.append([parameter.grad for parameter in network.parameters() if parameter.requires_grad])
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))


def test_kept_features_need_fixed_crops() -> None:
    with pytest.raises(UserError, match="`keep_features` needs `random_crop: false` and `flip: false`"):
        SDMPNetTiny(keep_features=1.0)
