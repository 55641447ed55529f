"""What can't be meant is refused in one line that names the key, before anything is computed; no torch is needed for it."""

import math
from pathlib import Path
from typing import Any

import pytest

from benchmark import UserError
from benchmark.commands import train
from benchmark.config.source import parse, read_source
from benchmark.config.training import TrainConfig
from benchmark.core.errors import ConfigError
from benchmark.plugins.methods.sdmp_net import SDMPNet, SDMPNetB16, SDMPNetMultiScale, SDMPNetTiny

pytestmark = pytest.mark.heavy


def refusal(section: dict[str, Any], **rest: Any) -> str:
    config = {"dataset": "efid", "method": "sdmp-net", "checkpoints_dir": "x", "train": section, **rest}
    with pytest.raises(ConfigError) as refused:
        parse(TrainConfig, read_source(config))
    assert len(str(refused.value).splitlines()) == 1, str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ({"loss": {}}, "train.loss"),
        ({"loss": {"mse": 0}}, "train.loss"),
        ({"loss": {"mse": 1, "plcc": -0.5}}, "train.loss"),
        ({"loss": {"mse": math.nan}}, "train.loss"),
        ({"loss": {"mse": math.inf}}, "train.loss"),
        ({"loss": {"mse": True}}, "train.loss"),
        ({"loss": {"mae": 1}}, "train.loss"),
        ({"loss": ["mse"]}, "train.loss"),
        ({"learning_rate": math.inf}, "train.learning_rate"),
        ({"learning_rate": math.nan}, "train.learning_rate"),
        ({"learning_rate": True}, "train.learning_rate"),
        ({"learning_rate": 0}, "train.learning_rate"),
        ({"weight_decay": math.inf}, "train.weight_decay"),
        ({"weight_decay": True}, "train.weight_decay"),
        ({"eta_min": 0.1}, "eta_min (0.1) is above learning_rate (0.0001)"),
        ({"seed": 2**63}, "train.seed"),
        ({"seed": True}, "train.seed"),
        ({"n_epoch": True}, "train.n_epoch"),
        ({"n_epoch": 2, "load_epoch": 3}, "load_epoch (3) is beyond n_epoch (2)"),
        ({"batch_size": 10**9}, "train.batch_size"),
        ({"batch_size": 1, "loss": "plcc"}, "batch_size must be at least 2"),
        ({"batch_size": 1, "loss": {"mse": 1, "rank": 1}}, "batch_size must be at least 2"),
        ({"num_workers": 10_000}, "train.num_workers"),
        ({"T_max": 0}, "train.T_max"),
        ({"T_max": 10**400}, "train.T_max"),
        ({"validate": 1.0}, "train.validate"),
        ({"validate": math.nan}, "train.validate"),
        ({"validate": True}, "train.validate"),
        ({"validate": False}, "train.validate"),
        ({"crop_size": 10**6}, "train.crop_size"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused_with_their_key(section: dict[str, Any], key: str) -> None:
    assert key in refusal(section)


@pytest.mark.parametrize("section", [{"seed": 2**63 - 1}, {"validate": 0}, {"validate": "val"}, {"eta_min": 1e-4}])
def test_numbers_at_the_limit_are_taken(section: dict[str, Any]) -> None:
    config = {"dataset": "efid", "method": "sdmp-net", "checkpoints_dir": "x", "train": section}
    parse(TrainConfig, read_source(config))


def test_seeds_of_folds_are_bounded_too() -> None:
    dataset = {"name": "efid", "folds": 4, "test_fold": 1, "fold_seed": 2**63}
    assert "dataset.fold_seed" in refusal({}, dataset=dataset)


def test_mixed_precision_needs_a_gpu(workshop: Path) -> None:
    with pytest.raises(ConfigError, match=r"train\.amp needs a CUDA device"):
        train.train(workshop / "train.yaml", settings=["train.amp=true"])


def test_a_share_that_leaves_no_training_reference_is_refused(workshop: Path) -> None:
    with pytest.raises(ConfigError, match=r"train\.validate: 4 references are too few to take 0\.999 of them out"):
        train.train(workshop / "train.yaml", settings=["train.validate=0.999"])


@pytest.mark.parametrize("key", ["train.split", "train.validate"])
def test_a_split_that_is_not_there_is_refused_with_its_own_key(workshop: Path, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"{key}: no split 'tset' in this data set"):
        train.train(workshop / "train.yaml", settings=[f"{key}=tset"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"validation_crops": 100_000}, "`validation_crops` is 100000; it must be at most 167"),
        ({"crops": 100_000}, "`crops` is 100000; it must be at most 1,337"),
        ({"crops": 100, "crop_size": 2048}, "`crops` is 100; it must be at most 16"),
        ({"validation_crops": -1}, "`validation_crops` is -1"),
        ({"dropout": math.nan}, "`dropout` is nan"),
        ({"keep_features": math.inf, "random_crop": False, "flip": False}, "`keep_features` is inf"),
        ({"crop_size": 32_000_000}, "`crop_size` is 32000000"),
        ({"crop_size": 100}, "a multiple of 32"),
    ],
)
def test_options_beyond_what_memory_holds_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError) as refused:
        SDMPNetTiny(**options)
    assert told in str(refused.value)


def test_crops_too_small_for_the_preset_are_refused() -> None:
    """At 32 px the fourth stage of a ResNet has a single place: there is nowhere else to sample."""
    with pytest.raises(UserError, match="`crop_size` is 32; it must be a multiple of 32, at least 64"):
        SDMPNetMultiScale(crop_size=32)
    assert [kind(crop_size=32).crop_size for kind in (SDMPNet, SDMPNetB16, SDMPNetTiny)] == [32, 32, 32]


def test_the_smallest_crops_can_be_learnt_from() -> None:
    import torch

    method = SDMPNetTiny(pretrained=False, crop_size=32)
    method.build("cpu").train()
    method.predict(torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)).sum().backward()


def test_training_does_not_begin_with_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="training begins with the backbones, not with `checkpoint"):
        SDMPNetTiny(checkpoint=tmp_path / "best.pt", pretrained=False).build("cpu")


@pytest.mark.parametrize("workers", [0, 2])
def test_an_image_that_cannot_be_used_is_named_whatever_loads_it(workshop: Path, workers: int) -> None:
    (workshop / "2_1.png").write_bytes((workshop / "2_1.png").read_bytes()[:300])
    with pytest.raises(UserError) as refused:
        train.train(workshop / "train.yaml", settings=["train.validate=0", f"train.num_workers={workers}"])
    assert "2_1.png" in str(refused.value)
    assert "Traceback" not in str(refused.value)
