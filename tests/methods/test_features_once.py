"""Methods that describe the reference once give what pyiqa's own forward gives, whatever network, weights and options."""

from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.plugins import registry
from benchmark.plugins.methods.dists import DISTS
from benchmark.plugins.methods.lpips import LPIPS, LPIPSVGG

pytestmark = pytest.mark.heavy

VARIANTS: list[tuple[Any, dict[str, str]]] = [
    (LPIPS, {}),
    (LPIPS, {"version": "0.0"}),
    (LPIPS, {"net": "vgg"}),
    (LPIPS, {"net": "squeeze"}),
    (LPIPSVGG, {}),
    (DISTS, {}),
]


@pytest.fixture(scope="module")
def images() -> tuple[torch.Tensor, torch.Tensor]:
    """Three enhanced images of one reference: near, far, and the reference itself; smooth, as photographs are."""
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(1, 3, 9, 11, generator=generator)
    reference = torch.nn.functional.interpolate(coarse, size=(71, 88), mode="bicubic").clamp(0, 1)
    noise = torch.rand(2, 3, 71, 88, generator=generator)
    mixed = torch.cat([0.95 * reference + 0.05 * noise[:1], 0.3 * reference + 0.7 * noise[1:], reference])
    return mixed, reference


@pytest.mark.parametrize(("kind", "options"), VARIANTS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_equals_pyiqa(
    kind: Any, options: dict[str, str], images: tuple[torch.Tensor, torch.Tensor], weight_cache: Path
) -> None:
    enhanced, reference = images
    method = kind(**options)
    method.load("cpu")
    with torch.no_grad():
        description = method.describe(reference)
        together = method.compare(enhanced, description)
        alone = torch.cat([method.compare(image[None], description) for image in enhanced])
        expected = torch.cat([method._net(image[None], reference).flatten() for image in enhanced])
        plain = method.score(enhanced, reference.expand_as(enhanced))
    assert together.shape == plain.shape == (3,)
    assert together.dtype == torch.float32
    torch.testing.assert_close(alone, expected, rtol=0, atol=1e-6)
    torch.testing.assert_close(together, expected, rtol=0, atol=1e-6)
    torch.testing.assert_close(plain, expected, rtol=0, atol=1e-6)
    assert expected[0] < expected[1]
    assert expected[1] > 1e-3
    assert abs(float(expected[2])) < 1e-6


def test_the_networks_differ(images: tuple[torch.Tensor, torch.Tensor], weight_cache: Path) -> None:
    enhanced, reference = images
    scores = []
    for net in ("alex", "vgg", "squeeze"):
        method = LPIPS(net=net)
        method.load("cpu")
        with torch.no_grad():
            scores.append(float(method.compare(enhanced[1:2], method.describe(reference))))
    assert len(set(scores)) == 3


def test_weights_follow_the_options() -> None:
    names = {net: [weight.name for weight in LPIPS(net=net).weights()] for net in ("alex", "vgg", "squeeze")}
    assert names["alex"] == ["alexnet-owt-7be5be79.pth", "LPIPS_v0.1_alex-df73285e.pth"]
    assert names["vgg"] == ["vgg16-397923af.pth", "LPIPS_v0.1_vgg-a78928a0.pth"]
    assert names["squeeze"][0] == "squeezenet1_1-b8a52dc0.pth"
    assert LPIPS(version="0.0").weights()[1].name == "LPIPS_v0.0_alex-18720f55.pth"
    assert tuple(LPIPS().weights()) == LPIPS.info.weights
    assert tuple(LPIPSVGG().weights()) == LPIPSVGG.info.weights


HAND_CRAFTED: list[tuple[str, dict[str, Any], tuple[int, int]]] = [
    ("ssim", {}, (71, 88)),
    ("ssim", {"test_y_channel": False}, (40, 33)),
    ("ssim", {"downsample": True}, (391, 420)),
    ("ssim", {"color_space": "ycbcr"}, (11, 12)),
    ("ssimc", {}, (71, 88)),
    ("ms_ssim", {}, (161, 178)),
    ("ms_ssim", {}, (192, 175)),
    ("vif", {}, (176, 193)),
    ("vif", {}, (97, 98)),
    ("vif", {}, (240, 232)),
    ("fsim", {}, (71, 88)),
    ("fsim", {"chromatic": False}, (128, 97)),
    ("fsim", {}, (391, 420)),
    ("fsim", {}, (645, 701)),
    ("vsi", {}, (71, 88)),
    ("vsi", {}, (391, 420)),
    ("vsi", {}, (645, 701)),
    ("gmsd", {}, (72, 88)),
    ("gmsd", {}, (41, 33)),
    ("nlpd", {}, (72, 88)),
    ("nlpd", {}, (97, 161)),
]


def surrounded(size: tuple[int, int], grain: float = 0.05) -> tuple[torch.Tensor, torch.Tensor]:
    """Four enhanced images of one reference in a black surround, as fundus photographs have: the last is equal to it."""
    generator = torch.Generator().manual_seed(sum(size))
    coarse = torch.rand(1, 3, 9, 11, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=size, mode="bicubic")
    noise = torch.randn(2, 3, *size, generator=generator)
    reference = (smooth + grain * noise[1:]).clamp(0, 1)
    reference[..., : size[1] // 4] = 0
    noise = noise[:1]
    noisy, inverted = (reference + 0.1 * noise).clamp(0, 1), 1 - reference
    return torch.cat([noisy, inverted, 0.5 * reference, reference]), reference


@pytest.mark.parametrize(("name", "options", "size"), HAND_CRAFTED, ids=str)
def test_hand_crafted_ones_equal_pyiqa(name: str, options: dict[str, Any], size: tuple[int, int]) -> None:
    enhanced, reference = surrounded(size)
    method: Any = registry.methods().load(name)(**options)
    method.load("cpu")
    with torch.no_grad():
        description = method.describe(reference)
        alone = torch.cat([method.compare(image[None], description) for image in enhanced])
        together = method.compare(enhanced, description)
        expected = torch.cat([method._net(image[None], reference).flatten() for image in enhanced])
    assert together.shape == (4,)
    torch.testing.assert_close(alone, expected, rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(together, expected, rtol=1e-5, atol=1e-7)
    assert len(set(expected.tolist())) == 4
    best = 1 if method.info.higher_is_better else 0
    assert float(expected[3]) == pytest.approx(best, abs=1e-5)


def test_vif_where_single_precision_breaks_down() -> None:
    """Blocks that hardly vary: pyiqa ends in a logarithm of a negative number there."""
    enhanced, reference = surrounded((240, 232), grain=0.0)
    method: Any = registry.methods().load("vif")()
    method.load("cpu")
    with torch.no_grad():
        assert not torch.isfinite(method._net(enhanced[:1], reference)).any()
        scores = method.compare(enhanced, method.describe(reference))
        alone = torch.cat([method.compare(image[None], method.describe(reference)) for image in enhanced])
    torch.testing.assert_close(scores, alone)
    assert 0 < scores[0] < scores[2] < scores[3] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("name", "smallest"), [("ssim", 11), ("ms_ssim", 161)])
def test_an_image_that_is_too_small_is_refused(name: str, smallest: int) -> None:
    method: Any = registry.methods().load(name)()
    method.load("cpu")
    method.describe(torch.rand(1, 3, smallest, smallest))
    with pytest.raises(ValueError, match=f"{smallest + 9}×{smallest - 1}; sides under {smallest}"):
        method.describe(torch.rand(1, 3, smallest - 1, smallest + 9))
