"""The deformable module: what offsets do, and that sampling with shared places is torchvision's deformable convolution."""

from types import ModuleType

import pytest
import torch
from torch.nn import functional
from torchvision.ops import deform_conv2d

from benchmark.plugins.methods.sdmp_net.architecture import TINY
from benchmark.plugins.methods.sdmp_net.deformable import DeformableScale, strides
from benchmark.plugins.methods.sdmp_net.network import SDMPNetwork
from benchmark.plugins.methods.sdmp_net.sampling import kernel_rows, places, sample


def scale() -> DeformableScale:
    torch.manual_seed(0)
    return DeformableScale(8, 14, 12, 7, 8, 6, 10)


def test_with_offsets_of_zero_it_is_an_ordinary_convolution() -> None:
    layer, cnn = scale(), torch.randn(2, 8, 14, 14)
    ordinary = functional.conv2d(cnn, layer.deform.weight, layer.deform.bias, padding=1)
    torch.testing.assert_close(layer.deform(cnn, torch.zeros(2, 18, 14, 14)), ordinary)
    moved = layer.deform(cnn, torch.full((2, 18, 14, 14), 0.5))
    assert not torch.allclose(moved, ordinary, atol=1e-2)


def test_whole_offsets_shift_the_features() -> None:
    layer, cnn = scale(), torch.randn(1, 8, 14, 14)
    offsets = torch.zeros(1, 9, 2, 14, 14)
    offsets[:, :, 0], offsets[:, :, 1] = 2, -1  # down and left, the same for all taps
    shifted = torch.zeros_like(cnn)
    shifted[..., :-2, 1:] = cnn[..., 2:, :-1]
    ordinary = functional.conv2d(shifted, layer.deform.weight, layer.deform.bias, padding=1)
    inside = (..., slice(1, 11), slice(2, 13))
    torch.testing.assert_close(layer.deform(cnn, offsets.flatten(1, 2))[inside], ordinary[inside])


@pytest.mark.parametrize("reach", [0.0, 0.4, 3.0, 30.0])
def test_sampling_at_shared_places_equals_torchvision(reach: float) -> None:
    """Offsets within a pixel, of some pixels, and far outside of the grid."""
    torch.manual_seed(1)
    grid = 9
    offsets = torch.randn(1, 18, grid, grid) * reach
    weight, bias = torch.randn(5, 7, 3, 3), torch.randn(5)
    where, kernel = places(offsets[0]), kernel_rows(weight)
    for _image in range(3):
        features = torch.randn(1, 7, grid, grid)
        wanted = deform_conv2d(features, offsets, weight, bias, padding=1)
        torch.testing.assert_close(sample(features[0], where, kernel, bias)[None], wanted, rtol=1e-5, atol=1e-5)


def test_sampling_equals_torchvision_on_and_beyond_the_border() -> None:
    """Offsets that land exactly on rows -1 and G, where bilinear weights meet the zero border."""
    grid = 6
    features, weight, bias = torch.randn(1, 3, grid, grid), torch.randn(4, 3, 3, 3), torch.zeros(4)
    for value in (-8.0, -7.0, -6.5, -1.0, 1.0, 5.0, 6.0, 7.0):
        offsets = torch.full((1, 18, grid, grid), value)
        wanted = deform_conv2d(features, offsets, weight, bias, padding=1)
        got = sample(features[0], places(offsets[0]), kernel_rows(weight), bias)[None]
        torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("grid", "vit_grid", "wanted"),
    [(56, 28, (2, 1)), (56, 14, (2, 2)), (28, 28, (1, 1)), (28, 14, (2, 1)), (14, 28, (1, 1)), (7, 28, (1, 1))],
)
def test_the_bridge_ends_on_the_vit_grid(grid: int, vit_grid: int, wanted: tuple[int, int]) -> None:
    assert strides(grid, vit_grid) == wanted
    with torch.device("meta"):
        layer = DeformableScale(8, grid, 12, vit_grid, 8, 6, 10)
        assert layer.bridge(torch.zeros(1, 8, grid, grid)).shape == (1, 10, vit_grid, vit_grid)


def test_training_moves_the_offsets_and_nothing_frozen(plain: ModuleType) -> None:
    torch.manual_seed(0)
    network = SDMPNetwork(TINY).train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.Adam(trained, lr=1e-3)
    enhanced, reference = plain.photographs(2, 224, seed=1), plain.photographs(2, 224, seed=2)
    loss = functional.mse_loss(network(enhanced, reference), torch.tensor([0.2, 0.9]))
    torch.autograd.backward(loss)
    assert dict(network.named_parameters())["scales.0.conv_offset.weight"].grad.abs().max() > 0
    optimiser.step()
    changed = {key for key, value in network.state_dict().items() if not torch.equal(value, before[key])}
    assert changed == set(network.trained_state())
    assert "scales.0.conv_offset.weight" in changed


def test_frozen_parts_stay_in_eval_mode_and_out_of_autograd(plain: ModuleType) -> None:
    network = SDMPNetwork(TINY).train()
    frozen = [*network.cnn.modules(), *network.vit.modules()]
    assert not any(module.training for module in frozen)
    assert network.head.dropout.training
    features = network.features(plain.photographs(1, 224).requires_grad_())
    assert not any(tensor.requires_grad for tensor in [*features.cnn, features.vit])
    assert not any(parameter.requires_grad for module in frozen for parameter in module.parameters(recurse=False))


def test_it_trains_under_bf16_autocast(plain: ModuleType) -> None:
    torch.manual_seed(0)
    network = SDMPNetwork(TINY).train()
    enhanced, reference = plain.photographs(2, 224).split(1)
    network.head.dropout.eval()
    full = network(enhanced, reference)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = network(enhanced, reference)
    torch.autograd.backward(half.float().sum())
    torch.testing.assert_close(half.float(), full, rtol=0.05, atol=0.05)
    assert dict(network.named_parameters())["scales.0.conv_offset.weight"].grad.abs().max() > 0
