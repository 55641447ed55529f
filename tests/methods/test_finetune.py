"""Every network of pyiqa that can be trained is trainable; the others are named; nothing is fetched or made up quietly."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmark import UserError
from benchmark.core.errors import WeightsUnavailableError
from benchmark.plugins.methods.finetune import FineTune, building
from benchmark.plugins.methods.finetune.networks import NETWORKS, NO_PARAMETERS, UNTRAINABLE, find

pytestmark = pytest.mark.heavy

CHEAP = ("lpips", "lpips+", "stlpips", "dists", "msswd", "wadiqam_fr")
DEAR = tuple(pytest.param(name, marks=pytest.mark.long) for name in ("ahiq", "topiq_fr", "pieapp", "ckdn", "lpips-vgg"))


@pytest.fixture(scope="module")
def full_reference() -> dict[str, dict[str, Any]]:
    from pyiqa.default_model_configs import DEFAULT_CONFIGS

    return {name: options for name, options in DEFAULT_CONFIGS.items() if options["metric_mode"] == "FR"}


def pair(side: int, count: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(7)
    reference = torch.rand(count, 3, side, side, generator=generator)
    noise = torch.rand(reference.shape, generator=generator)
    return (0.8 * reference + 0.2 * noise).clamp(0, 1), reference


def side_of(method: FineTune) -> int:
    network = NETWORKS[method.network_name]
    side: int = network.crop_size if network.fixed else max(network.least, 48)
    return side


def test_each_of_pyiqas_metrics_is_trainable_or_named(full_reference: dict[str, dict[str, Any]]) -> None:
    assert not set(NETWORKS) & set(UNTRAINABLE)
    assert set(NETWORKS) | set(UNTRAINABLE) == set(full_reference)
    assert all(network.published.metric == name for name, network in NETWORKS.items())


def test_what_is_said_of_the_others_is_so(full_reference: dict[str, dict[str, Any]]) -> None:
    from pyiqa import create_metric

    for name, reason in UNTRAINABLE.items():
        if reason == NO_PARAMETERS:
            net = create_metric(name, device=torch.device("cpu")).net
            assert not list(net.parameters()), name
    nlpd = create_metric("nlpd", device=torch.device("cpu")).net
    assert not any(parameter.requires_grad for parameter in nlpd.parameters())
    for name, forward in (("afine", "AFINE"), ("deepdc", "DeepDC"), ("dmm", "DMM")):
        module = importlib.import_module(f"pyiqa.archs.{name}_arch")
        assert "with torch.no_grad():" in inspect.getsource(getattr(module, forward).forward)


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("psnr", "'psnr' can't be trained: it has no parameters"),
        ("afine-all", "'afine-all' can't be trained: pyiqa computes it without a gradient"),
        ("dmm", "cuts off the gradient of one of the two images"),
        ("resnet", "pyiqa has no full-reference network 'resnet'"),
    ],
)
def test_what_cannot_be_trained_is_named_with_what_can(metric: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason) as caught:
        FineTune(metric=metric)
    assert all(name in str(caught.value) for name in NETWORKS)


def test_names_are_found_as_pyiqa_and_as_we_write_them() -> None:
    assert find("lpips+")[0] == find("lpips-plus")[0] == "lpips+"
    assert find("topiq-fr")[0] == find("TOPIQ_FR")[0] == "topiq_fr"
    assert FineTune().untrainable() == f"finetune: needs `metric`, one of {', '.join(NETWORKS)}"
    assert "needs a checkpoint" in str(FineTune(metric="lpips").unavailable())


@pytest.mark.parametrize("metric", [*CHEAP, *DEAR])
@pytest.mark.parametrize("parts", ["all", "head"])
def test_a_step_changes_all_that_is_trained_and_nothing_else(metric: str, parts: Any, no_network: None) -> None:
    method = FineTune(metric=metric, pretrained=False, train_parts=parts)
    torch.manual_seed(0)
    net = method.build("cpu")
    net.train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    optimizer = torch.optim.Adam([value for value in net.parameters() if value.requires_grad], lr=0.01)
    predicted = method.predict(*pair(side_of(method)))
    assert predicted.shape == (2,)
    ((predicted - torch.tensor([0.2, 0.9])) ** 2).mean().backward()
    optimizer.step()
    trained = {name for name, value in net.named_parameters() if value.requires_grad}
    same = {name for name, value in net.state_dict().items() if torch.equal(value, before[name])}
    assert not trained & same
    network = NETWORKS[metric]
    backbone = {name for name in before if name.removeprefix("net.").startswith(network.backbone)} - {"slope"}
    if parts == "head":
        assert backbone <= same
        assert {"slope", "offset"} <= trained
    else:
        assert backbone & trained
    method.restore({name: value.clone() for name, value in method.state().items()})


def test_frozen_batch_normalisation_keeps_its_statistics_and_trained_dropout_acts(no_network: None) -> None:
    method = FineTune(metric="ckdn", pretrained=False, train_parts="head")
    net = method.build("cpu")
    net.train()
    means = {name: value.clone() for name, value in net.state_dict().items() if name.endswith("running_mean")}
    first, second = (method.predict(*pair(48)) for _ in range(2))
    assert all(torch.equal(value, means[name]) for name, value in net.state_dict().items() if name in means)
    assert not torch.equal(first, second)
    net.eval()
    assert torch.equal(method.predict(*pair(48)), method.predict(*pair(48)))


@pytest.mark.parametrize("metric", ["lpips", "lpips+", "lpips-vgg", "dists"])
@pytest.mark.parametrize("parts", ["all", "head"])
def test_with_published_weights_it_begins_with_pyiqas_number(weight_cache: Path, metric: str, parts: Any) -> None:
    """The order of images and of colours and their range are those of pyiqa; a channel swapped would show."""
    from pyiqa import create_metric

    method = FineTune(metric=metric, train_parts=parts)
    net = method.build("cpu")
    net.eval()
    enhanced, reference = pair(64)
    enhanced[:, 0] *= 0.5
    with torch.no_grad():
        value = create_metric(metric, device=torch.device("cpu"))(enhanced, reference).flatten()
        torch.testing.assert_close(method.predict(enhanced, reference), 1 - value, rtol=1e-5, atol=1e-6)
        swapped = method.predict(enhanced.flip(1), reference.flip(1))
    assert (swapped - 1 + value).abs().max() > 1e-4
    carried = any(name.startswith(("net.net.", "net.stage")) for name in method.state())
    assert carried == (parts == "all")


def test_from_scratch_reads_no_file_even_where_one_lies(weight_cache: Path, no_network: None) -> None:
    def first(pretrained: bool) -> torch.Tensor:
        torch.manual_seed(0)
        state = FineTune(metric="lpips", pretrained=pretrained).build("cpu").state_dict()
        value: torch.Tensor = state["net.net.slice1.0.weight"]
        return value

    file = torch.load(weight_cache / "checkpoints" / "alexnet-owt-7be5be79.pth", weights_only=True)
    assert torch.equal(first(True), file["features.0.weight"])
    assert not torch.equal(first(False), file["features.0.weight"])
    assert torch.equal(first(False), first(False))
    from torchvision import models

    lpips_arch = importlib.import_module("pyiqa.archs.lpips_arch")
    assert lpips_arch.models is models


@pytest.mark.parametrize("metric", ["dists", "topiq_fr", "ahiq"])
def test_without_the_files_there_is_a_reason_and_no_quiet_scratch(
    metric: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_network: None
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    from pyiqa.utils import download_util

    monkeypatch.setattr(download_util, "DEFAULT_CACHE_DIR", str(tmp_path / "torch" / "hub" / "pyiqa"))
    method = FineTune(metric=metric)
    assert method.weights() == NETWORKS[metric].published.info.weights
    with pytest.raises(WeightsUnavailableError, match=r"published weights .* are not on this machine"):
        method.build("cpu")
    assert FineTune(metric=metric, pretrained=False).weights() == ()


def test_untrained_blocks_of_a_fixed_normalisation_act(no_network: None) -> None:
    """timm makes residual blocks identities, and TOPIQ fixes the normalisation that would let them grow."""
    net = building.from_scratch(NETWORKS["topiq_fr"])
    norms = [part for part in net.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    assert norms
    assert all(bool(norm.weight.all()) for norm in norms)


def test_crops_are_at_the_same_places_and_repeatable() -> None:
    method = FineTune(metric="lpips", crop_size=32, fov_crops=False)
    rows = torch.arange(60 * 50, dtype=torch.float32).reshape(1, 60, 50).expand(3, -1, -1) / 3000

    def views(seed: int, training: bool) -> tuple[torch.Tensor, torch.Tensor]:
        crops: tuple[torch.Tensor, torch.Tensor] = method.views(
            rows, rows + 1, rng=np.random.default_rng(seed), training=training
        )
        return crops

    seen = [views(seed, True) for seed in range(12)]
    for enhanced, reference in seen:
        assert enhanced.shape == (1, 3, 32, 32)
        torch.testing.assert_close(reference, enhanced + 1)
    assert len({float(enhanced[0, 0, 0].min()) for enhanced, _ in seen}) > 6
    assert {bool(enhanced[0, 0, 0, 0] < enhanced[0, 0, 0, 1]) for enhanced, _ in seen} == {True, False}
    assert torch.equal(views(3, True)[0], seen[3][0])
    assert views(0, False)[0].shape == (5, 3, 32, 32)
    assert torch.equal(views(0, False)[0], views(1, False)[0])
    with pytest.raises(UserError, match="an image of 50x60 px is smaller than a crop of 64x64 px"):
        FineTune(metric="lpips", crop_size=64).views(rows, rows, rng=np.random.default_rng(0), training=True)


def test_sizes_of_crops_that_a_network_does_not_take_are_refused() -> None:
    with pytest.raises(UserError, match="with ahiq it must be 224"):
        FineTune(metric="ahiq", crop_size=256)
    with pytest.raises(UserError, match="with pieapp it must be at least 91 and at most 2,048"):
        FineTune(metric="pieapp", crop_size=90)
    assert FineTune(metric="pieapp").crop_size == 118
    assert FineTune(metric="ckdn").crop_size == 288


def test_a_score_is_the_mean_over_its_crops(no_network: None) -> None:
    method = FineTune(metric="msswd", pretrained=False, crop_size=32, crops=5, validation_crops=5)
    method.build("cpu").eval()
    enhanced, reference = pair(80)
    scores = method.score(enhanced, reference)
    with torch.no_grad():
        views = method.views(enhanced[1], reference[1], rng=np.random.default_rng(0), training=False)
        expected = method.predict(*views).mean()
    torch.testing.assert_close(scores[1], expected)
