"""How far scores may differ by the number of threads and by batches: docs/reliability.md states it, this holds it."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.plugins import registry
from benchmark.plugins.contracts import DescribesReference
from tests.long import with_long

pytestmark = pytest.mark.heavy

HAND_CRAFTED = (
    *("psnr", "psnry", "ssim", "ssimc", "ms_ssim", "cw_ssim", "fsim", "vif", "gmsd", "vsi", "nlpd", "mad"),
    *("haarpsi", "haarpsi-med", "mdsi", "sr_sim", "dss", "iw_ssim", "ms_gmsd", "cvvdp"),
)

LEARNED = ("lpips", "lpips-vgg", "dists")
IMAGES, SIZE = 16, 176


def stated(root: Path) -> dict[str, tuple[float, float]]:
    """The table of docs/reliability.md: method, one thread against four, alone against a batch of sixteen."""
    text = (root / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[\w-]+`(?:, )?)+) \| ([\d.e-]+) \| ([\d.e-]+) \|", text, flags=re.M)
    return {
        name: (float(threads), float(batch))
        for names, threads, batch in rows
        for name in re.findall(r"`([\w-]+)`", names)
    }


@pytest.fixture(scope="module")
def images() -> tuple[torch.Tensor, torch.Tensor]:
    """Sixteen enhanced images of one reference in a dark surround, from slight to strong changes."""
    generator = torch.Generator().manual_seed(3)
    coarse = torch.rand(1, 3, 11, 11, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(SIZE, SIZE + 16), mode="bicubic")
    reference = (smooth + 0.03 * torch.randn(smooth.shape, generator=generator)).clamp(0, 1)
    reference[..., :30] *= 0.02
    strength = torch.linspace(0.005, 0.3, IMAGES).view(-1, 1, 1, 1)
    noise = torch.randn(IMAGES, *reference.shape[1:], generator=generator)
    return (reference * (1 - strength) + strength * 0.5 + 0.3 * strength * noise).clamp(0, 1), reference


def scores(method: Any, enhanced: torch.Tensor, reference: torch.Tensor, size: int) -> np.ndarray[Any, Any]:
    """Scores of batches of a size, as a run computes them: the reference described apart where a method can."""
    parts = []
    with torch.inference_mode():
        description = method.describe(reference) if isinstance(method, DescribesReference) else None
        for batch in torch.split(enhanced, size):
            if description is not None:
                parts.append(method.compare(batch, description))
            else:
                parts.append(method.score(batch, reference.expand_as(batch).clone()))
    return torch.cat(parts).double().numpy()


def difference(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    """Greatest difference, relative where scores are above one."""
    return float((abs(one - other) / np.maximum(1, abs(one))).max())


@pytest.mark.parametrize("name", with_long([*HAND_CRAFTED, *LEARNED], {"mad", "lpips-vgg"}))
def test_threads_and_batches_stay_within_what_is_stated(
    name: str, root: Path, images: tuple[torch.Tensor, torch.Tensor], weight_cache: Path
) -> None:
    enhanced, reference = images
    if name == "mad":
        enhanced = enhanced[::4]
    method = registry.methods().load(name)()
    if name == "cvvdp" and method.unavailable():
        pytest.skip("the optional package cvvdp is not installed")
    method.load("cpu")
    usual = torch.get_num_threads()
    try:
        torch.set_num_threads(4)
        four = scores(method, enhanced[::3], reference, 1)
        torch.set_num_threads(1)
        one = scores(method, enhanced, reference, 1)
        batch = scores(method, enhanced, reference, IMAGES)
    finally:
        torch.set_num_threads(usual)
    assert len(set(one.tolist())) == len(enhanced)
    by_threads, by_batch = stated(root)[name]
    assert difference(one[::3], four) <= by_threads, difference(one[::3], four)
    assert difference(one, batch) <= by_batch, difference(one, batch)
