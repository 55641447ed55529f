"""The deformable module: what offsets do, and that it is torchvision's deformable convolution, gradients included."""

import platform
from types import ModuleType

import pytest
import torch
from torch.nn import functional
from torchvision.ops import deform_conv2d

from benchmark.plugins.methods.sdmp_net import columns
from benchmark.plugins.methods.sdmp_net.architecture import TINY
from benchmark.plugins.methods.sdmp_net.deformable import DeformableConvolution, DeformableScale, strides
from benchmark.plugins.methods.sdmp_net.network import SDMPNetwork

pytestmark = pytest.mark.heavy


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


def layer_and_images(grid: int) -> tuple[DeformableConvolution, torch.Tensor]:
    torch.manual_seed(1)
    return DeformableConvolution(7, 5, 3, padding=1), torch.randn(3, 7, grid, grid)


REACHES = [0.0, 0.4, 3.0, 30.0]
"""Offsets within a pixel, of some pixels, and far outside of the grid."""

ON_THE_BORDER = [-8.0, -7.0, -6.5, -1.0, 1.0, 5.0, 6.0, 7.0]
"""Offsets that land exactly on rows -1 and G of a grid of 6, where bilinear weights meet the zero border."""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="elsewhere torchvision's own layer is used")
@pytest.mark.parametrize("reach", [*REACHES, *ON_THE_BORDER])
def test_without_autograd_its_bits_are_torchvisions(reach: float) -> None:
    grid = 6 if reach in ON_THE_BORDER else 9
    layer, images = layer_and_images(grid)
    offsets = (
        torch.full((3, 18, grid, grid), reach) if reach in ON_THE_BORDER else torch.randn(3, 18, grid, grid) * reach
    )
    with torch.inference_mode():
        assert columns.readable(images)
        for image, moved in zip(torch.split(images, 1), torch.split(offsets, 1), strict=True):
            assert torch.equal(layer(image, moved), deform_conv2d(image, moved, layer.weight, layer.bias, padding=1))
        wanted = deform_conv2d(images, offsets, layer.weight, layer.bias, padding=1)
        torch.testing.assert_close(layer(images, offsets), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("reach", REACHES)
def test_with_autograd_its_values_and_gradients_are_torchvisions(reach: float) -> None:
    layer, images = layer_and_images(9)
    images.requires_grad_()
    offsets = (
        torch.randn(3, 18, 9, 9) * reach + 0.3
    ).requires_grad_()  # bilinear reading has no derivative on the grid
    sources = [images, offsets, layer.weight, layer.bias]
    found = layer(images, offsets)
    wanted = deform_conv2d(images, offsets, layer.weight, layer.bias, padding=1)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)
    weights = torch.randn_like(wanted)
    gradients = (torch.autograd.grad((out * weights).sum(), sources) for out in (found, wanted))
    for mine, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-4)


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
