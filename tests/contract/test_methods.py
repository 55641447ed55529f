"""What every registered method must keep, whoever wrote it: cheap to build, honest about itself, right shape and direction.

Methods whose weights are not on this machine are skipped with the reason shown; their metadata is checked all the same.
"""

import inspect
from typing import Any

import numpy as np
import pytest

from benchmark.plugins import registry, weights
from benchmark.plugins.contracts import Method, NoReference, ScoreSource

pytestmark = pytest.mark.heavy

NAMES = registry.methods().names()


def build(name: str) -> Method:
    found = registry.methods().load(name)
    required = [
        item.name for item in inspect.signature(found).parameters.values() if item.default is inspect.Parameter.empty
    ]
    if required:
        pytest.skip(f"needs options: {', '.join(required)}")
    return found()


@pytest.fixture(scope="module")
def pair() -> tuple[Any, Any, Any]:
    """A smooth coloured picture, a lightly and a heavily disturbed copy: (1, 3, 192, 192) each, in [0, 1]."""
    import torch
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(0)
    picture = gaussian_filter(rng.random((3, 192, 192)), (0, 3, 3))
    picture = (picture - picture.min()) / (picture.max() - picture.min())
    noise = rng.normal(size=picture.shape)
    images = [np.clip(picture + amount * noise, 0, 1) for amount in (0.0, 0.02, 0.2)]
    clean, light, heavy = (torch.from_numpy(image.astype(np.float32))[None] for image in images)
    return clean, light, heavy


@pytest.mark.parametrize("name", NAMES)
def test_metadata_is_complete(name: str) -> None:
    info = registry.methods().load(name).info
    assert info.title
    assert info.source
    if info.name not in ("scores-file", "command"):  # numbers from anywhere
        assert info.citation
        assert info.licence
    assert info.trained_on
    assert info.group in ("hand-crafted", "learned", "no-reference", "floor", "other")
    assert (info.group == "hand-crafted") <= (info.trained_on == "nothing")
    for weight in info.weights:
        assert weight.url.startswith("https://")


@pytest.mark.parametrize("name", NAMES)
def test_shape_range_direction_and_inputs(name: str, pair: tuple[Any, Any, Any]) -> None:
    import torch

    from benchmark.scoring.score_group import PreparedPair, Terms, score_pair

    method = build(name)
    if isinstance(method, ScoreSource):
        pytest.skip("scores come from labels or a file")
    reason = method.unavailable()
    missing = [weight.name for weight in method.weights() if weights.locate(weight) is None]
    if reason or missing:
        pytest.skip(reason or f"weights not on this machine: {', '.join(missing)}")
    torch.set_num_threads(1)
    method.load("cpu")
    clean, *disturbed = (image[0].numpy() for image in pair)
    before = clean.copy()
    scores = [
        score_pair(method, PreparedPair("", image, clean, "0" * 64), Terms("cpu", 0)) for image in (clean, *disturbed)
    ]
    assert (clean == before).all()
    again = score_pair(method, PreparedPair("", disturbed[0], clean, "0" * 64), Terms("cpu", 0))
    assert again == scores[1]
    assert np.isfinite(scores).all()
    low, high = method.info.score_range
    slack = 1e-4
    assert all((low is None or value >= low - slack) and (high is None or value <= high + slack) for value in scores)
    if isinstance(method, NoReference):
        return  # none promises to rank these three: noise raises entropy
    turned = np.array(scores) * (1 if method.info.higher_is_better else -1)
    assert turned[0] > turned[2], "an undisturbed copy must be better than a heavily disturbed one"
    assert turned[1] > turned[2]
