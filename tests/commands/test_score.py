"""`create_method(...).score` takes float RGB in [0, 1] and nothing else, whatever the method."""

from typing import Any

import numpy as np
import pytest
import torch

import benchmark
from benchmark import UserError
from benchmark.core.errors import WeightsUnavailableError
from benchmark.plugins import registry
from benchmark.plugins.contracts import ScoreSource
from benchmark.plugins.options import options_model

pytestmark = pytest.mark.heavy

GOOD = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))

NO_IMAGES: dict[str, tuple[Any, str]] = {
    "8 bit": ((GOOD * 255).to(torch.uint8), "divide 8-bit values by 255"),
    "whole numbers": (torch.ones(2, 3, 16, 16, dtype=torch.int64), "torch.int64"),
    "truth values": (torch.ones(2, 3, 16, 16, dtype=torch.bool), "torch.bool"),
    "complex numbers": (GOOD.to(torch.complex64), "torch.complex64: convert it with images.float()"),
    "0 to 255": (GOOD * 255, "divide 8-bit values by 255"),
    "0 to 65535 in double precision": (GOOD.double() * 65535, "values from"),
    "-1 to 1": (2 * GOOD - 1, "undo a normalisation"),
    "normalised": ((GOOD - 0.45) / 0.22, "undo a normalisation"),
    "slightly above 1": (GOOD * 1.01, "clamp it to"),
    "slightly below 0": (GOOD - 0.01, "clamp it to"),
    "NaN": (GOOD * torch.where(torch.arange(16) == 3, float("nan"), 1.0), "it holds NaN"),
    "infinite": (GOOD / torch.where(torch.arange(16) == 3, 0.0, 1.0), "it holds infinite values"),
    "infinite in one pixel": (torch.where(GOOD.max() == GOOD, float("-inf"), GOOD), "it holds infinite values"),
    "a hair above 1": (GOOD * 0 + 1.00001, "values from 1.00001 to 1.00001"),
    "sparse": (GOOD.to_sparse(), "not a sparse_coo tensor"),
    "without data": (GOOD.to("meta"), "not a meta tensor"),
    "of 8-bit floats": (GOOD.to(torch.float8_e4m3fn), "not torch.float8_e4m3fn: convert it with images.float()"),
    "no batch": (GOOD[0], "images[None]"),
    "a single plane": (GOOD[:, :1], r"not (2, 1, 16, 16)"),
    "with alpha": (torch.cat([GOOD, GOOD[:, :1]], dim=1), r"not (2, 4, 16, 16)"),
    "channels last": (GOOD.permute(0, 2, 3, 1), r"not (2, 16, 16, 3)"),
    "no pixels": (GOOD[..., :0], r"not (2, 3, 16, 0)"),
    "an array": (GOOD.numpy(), "not ndarray: torch.from_numpy"),
    "a list": (GOOD.tolist(), "not list"),
    "nothing": (None, "not NoneType"),
}


@pytest.fixture(scope="module")
def psnr() -> Any:
    return benchmark.create_method("psnr")


@pytest.mark.parametrize("kind", NO_IMAGES)
def test_what_is_no_float_image_in_0_1_is_refused(kind: str, psnr: Any) -> None:
    wrong, hint = NO_IMAGES[kind]
    for name, arguments in (("enhanced", (wrong, GOOD)), ("reference", (GOOD, wrong))):
        with pytest.raises(UserError) as caught:
            psnr.score(*arguments)
        assert str(caught.value).startswith(f"{name} must be a float tensor of RGB values in [0, 1], (N, 3, H, W)")
        assert hint in str(caught.value)


@pytest.mark.parametrize("other", [GOOD[:1], GOOD[..., :15], GOOD.transpose(2, 3)[..., :15]])
def test_other_numbers_or_sizes_are_refused(other: torch.Tensor, psnr: Any) -> None:
    with pytest.raises(UserError, match="they must be of one shape"):
        psnr.score(GOOD, other)


@pytest.mark.parametrize("name", registry.methods().names())
def test_every_method_refuses_alike(name: str) -> None:
    kind = registry.methods().load(name)
    if issubclass(kind, ScoreSource):
        pytest.skip("scores come from labels or a file")
    given: dict[str, Any] = {"gain": {"of": "entropy"}, "clipscore": {"caption": "a retina"}}.get(name, {})
    required = [key for key, item in options_model(kind).model_fields.items() if item.is_required()]
    if set(required) - set(given):
        pytest.skip(f"needs options: {', '.join(required)}")
    try:
        method = benchmark.create_method(name, offline=True, **given)
    except WeightsUnavailableError as error:
        pytest.skip(str(error))
    with pytest.raises(UserError, match=r"^enhanced must be a float tensor of RGB values in \[0, 1\]"):
        method.score((GOOD * 255).to(torch.uint8), (GOOD * 255).to(torch.uint8))
    with pytest.raises(UserError, match="it holds values from"):
        method.score(GOOD * 255, GOOD * 255)


def test_float_tensors_of_any_precision_and_rounding_are_taken(psnr: Any) -> None:
    """With the formula of the signal-to-noise ratio, 10 log10(1 / (MSE + 1e-8))."""
    other = torch.flip(GOOD, dims=[3])
    mse = ((GOOD.double() - other.double()) ** 2).mean(dim=(1, 2, 3)).numpy()
    expected = 10 * np.log10(1 / (mse + 1e-8))
    np.testing.assert_allclose(psnr.score(GOOD, other).numpy(), expected, atol=1e-4)
    np.testing.assert_allclose(psnr.score(GOOD.double(), other.double()).numpy(), expected, atol=1e-4)
    np.testing.assert_allclose(psnr.score(GOOD.half(), other.half()).numpy(), expected, atol=0.05)
    np.testing.assert_allclose(psnr.score(GOOD.requires_grad_(), other).detach().numpy(), expected, atol=1e-4)
    ones = torch.full((1, 3, 8, 8), 1.0000001)
    assert psnr.score(ones, torch.ones(1, 3, 8, 8)).tolist() == [80.0]
    assert psnr.score(GOOD[:0], GOOD[:0]).shape == (0,)


def test_what_a_method_raises_becomes_a_sentence() -> None:
    method = benchmark.create_method("ms_ssim")
    with pytest.raises(UserError, match=r"^ms_ssim: pair 1 of 2: ValueError: the image is 16×16; sides under 161"):
        method.score(GOOD, GOOD)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        (3, {}, "takes a method's name"),
        (None, {}, "takes a method's name"),
        ("psnr", {"seed": "a"}, "seed: expected a whole number"),
        ("psnr", {"seed": -1}, "seed: expected a whole number"),
        ("psnr", {"seed": None}, "seed: expected a whole number"),
        ("psnr", {"device": torch.device("cpu")}, "device: expected auto, cpu"),
        ("enhancer-mean", {}, "not from two images"),
    ],
)
def test_what_names_no_method_device_or_seed_is_refused_in_a_sentence(
    name: Any, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        benchmark.create_method(name, **options)
    assert "\n" not in str(caught.value)
