"""Checkpoints of ablated networks: rebuilt without being told, contradicted by name, gone on with only alike."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmark import UserError
from benchmark.plugins import checkpoints
from benchmark.plugins.methods.sdmp_net import SDMPNetTiny
from benchmark.plugins.methods.sdmp_net.architecture import TINY
from tests.methods.sdmp_net.test_ablations import architecture, each

pytestmark = pytest.mark.heavy

SCALING = {"low": 1.0, "high": 5.0, "lower_mos_better": False}


def written(plain: ModuleType, folder: Path, **options: Any) -> Path:
    """A checkpoint as training writes it."""
    method = SDMPNetTiny(pretrained=False, crop_size=64, **options)
    plain.enliven(method.build("cpu"))
    path = folder / "best.pt"
    content = {"identity": dict(method.identity()), "state": dict(method.state()), "label_scaling": SCALING}
    checkpoints.write(path, content)
    return path


def predicted(method: SDMPNetTiny, plain: ModuleType) -> Tensor:
    enhanced, reference = plain.photographs(4, 64).split(2)
    with torch.inference_mode():
        found: Tensor = method.predict(enhanced, reference)
    return found


@each
def test_a_checkpoint_rebuilds_its_network(plain: ModuleType, tmp_path: Path, options: dict[str, Any]) -> None:
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    path = written(plain, tmp_path, **options)
    untold, told = SDMPNetTiny(checkpoint=path, crops=1), SDMPNetTiny(checkpoint=path, **options)
    assert untold.architecture == told.architecture == architecture(**options) != TINY
    assert untold.unavailable() is None
    untold.load("cpu")
    told.load("cpu")
    assert torch.equal(predicted(untold, plain), predicted(told, plain))
    assert untold.variant() == told.variant() != SDMPNetTiny().variant()
    assert untold.settings()["ablation"]
    reference, enhanced = plain.photographs(2, 64).split(1)
    described = untold.describe(reference, rng=np.random.default_rng(0))
    assert untold.compare(enhanced, described).shape == (1,)


def test_a_checkpoint_without_parts_is_of_the_published_network(plain: ModuleType, tmp_path: Path) -> None:
    path = written(plain, tmp_path)
    assert SDMPNetTiny(checkpoint=path).architecture == TINY
    assert SDMPNetTiny(checkpoint=path, offsets="learned", branches="both", scales=[1]).unavailable() is None


@pytest.mark.parametrize(
    ("trained", "asked", "said"),
    [
        ({}, {"offsets": "none"}, "`offsets` is none here, but learned in the checkpoint"),
        ({}, {"branches": "vit"}, "`branches` is vit here, but both in the checkpoint"),
        ({}, {"difference": False}, "`difference` is false here, but true in the checkpoint"),
        ({"difference": False}, {"difference": True}, "`difference` is true here, but false in the checkpoint"),
        ({"weighting": False}, {"weighting": True}, "`weighting` is true here, but false in the checkpoint"),
        ({}, {"scales": [1, 2]}, "`scales` is [1, 2] here, but [1] in the checkpoint"),
        ({"vit_layers": [3]}, {"vit_layers": [4]}, "`vit_layers` is [4] here, but [3] in the checkpoint"),
        ({"offsets": "zero"}, {"offsets": "none"}, "`offsets` is none here, but zero in the checkpoint"),
        ({}, {"branches": "cnn", "offsets": "none"}, "; `branches` is cnn here, but both in the checkpoint"),
    ],
)
def test_a_contradiction_names_both(
    plain: ModuleType, tmp_path: Path, trained: dict[str, Any], asked: dict[str, Any], said: str
) -> None:
    path = written(plain, tmp_path, **trained)
    with pytest.raises(UserError) as refused:
        SDMPNetTiny(checkpoint=path, **asked)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_checkpoint_that_is_replaced_meanwhile_is_refused(plain: ModuleType, tmp_path: Path) -> None:
    path = written(plain, tmp_path)
    method = SDMPNetTiny(checkpoint=path)
    written(plain, tmp_path, weighting=False)
    with pytest.raises(UserError, match=r"weighting is 'false', not 'true'"):
        method.load("cpu")
    method = SDMPNetTiny(checkpoint=path)
    written(plain, tmp_path)
    with pytest.raises(UserError, match=r"weighting is 'true', not 'false'"):
        method.load("cpu")


@pytest.mark.parametrize(
    "odd", [{"offsets": "bent"}, {"cnn_stages": "1 9"}, {"vit_layers": "9" * 5000}, {"weighting": ""}]
)
def test_parts_that_nothing_was_trained_with_are_refused(
    plain: ModuleType, tmp_path: Path, odd: dict[str, str]
) -> None:
    path = written(plain, tmp_path)
    content = checkpoints.read(path)
    checkpoints.write(path, {**content, "identity": {**content["identity"], **odd}})
    method = SDMPNetTiny(checkpoint=path)
    assert next(iter(odd)) in str(method.unavailable())
    with pytest.raises(UserError, match="trained as another network"):
        method.load("cpu")


def test_training_goes_on_only_with_the_same_parts() -> None:
    """The options are compared through the identity, so that a training from before they existed goes on."""
    from benchmark.training import agreement

    def about(**options: Any) -> Any:
        return {"identity": dict(SDMPNetTiny(**options).identity()), "train": {}}

    assert {"offsets", "branches", "difference", "weighting", "scales", "vit_layers"} <= SDMPNetTiny.scoring_options
    changes = agreement._values(about()["identity"], about(offsets="none", weighting=False)["identity"], "network: ")
    assert changes == ["network: offsets was not there, is 'none'", "network: weighting was not there, is 'false'"]
