"""LPIPS and DISTS with the reference described once give what pyiqa's own forward gives, whatever network and weights."""

from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.plugins.methods.dists import DISTS
from benchmark.plugins.methods.lpips import LPIPS, LPIPSVGG

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
