"""pyiqa's networks through the engine's loop: loss falls, the same bytes twice, a checkpoint scores by itself."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import benchmark
from benchmark import UserError
from benchmark.plugins import checkpoints
from benchmark.plugins.methods.finetune import FineTune

pytestmark = pytest.mark.heavy

Train = Callable[..., str]
MSSWD = "{name: finetune, metric: msswd, pretrained: false, crop_size: 32, flip: false}"


def method(text: str, *more: str) -> tuple[str, ...]:
    return (f"method={text}", "train.learning_rate=0.005", *more)


def losses(folder: Path) -> list[float]:
    with open(folder / "history.csv", newline="") as file:
        return [float(row["train_loss"]) for row in csv.DictReader(file)]


@pytest.mark.long
def test_loss_falls_twice_in_the_same_bytes_and_the_checkpoint_scores_by_itself(workshop: Path, train: Train) -> None:
    said = train(*method(MSSWD, "train.n_epoch=12"))
    assert "MS-SWD (from scratch)" in said
    fallen = losses(workshop / "one")
    assert fallen[-1] < 0.7 * fallen[0]
    train(*method(MSSWD, "train.n_epoch=12", f"checkpoints_dir={workshop}/two"))
    train(*method(MSSWD, "train.n_epoch=12", f"checkpoints_dir={workshop}/three", "train.seed=1"))
    one, two, three = (checkpoints.read(workshop / name / "last.pt") for name in ("one", "two", "three"))
    assert one["state"].keys() == two["state"].keys()
    assert all(torch.equal(value, two["state"][name]) for name, value in one["state"].items())
    assert not torch.equal(one["state"]["net.conv_m1.weight"], three["state"]["net.conv_m1.weight"])
    assert one["weights"] == {}
    assert one["label_scaling"]["low"] < one["label_scaling"]["high"]

    scored = benchmark.run(
        {
            "dataset": {"name": "table", "file": str(workshop / "pairs.csv"), "splits": ["test"]},
            "methods": [{"name": "finetune", "checkpoint": str(workshop / "one" / "last.pt")}],
            "plugins": [str(workshop / "plugins")],
            "statistics": {"replicates": 20},
            "report": {"plots": []},
            "workers": 1,
        },
        output=str(workshop / "out"),
    )
    row = scored.data.methods[0]
    assert row.status == "scored", row.reason
    assert row.title == "MS-SWD (from scratch)"
    assert row.settings["begun with"] == "random values, backbone included"
    assert row.higher_is_better
    values = scored.scores["finetune"]
    assert values.notna().all()
    assert values.between(-1, 2).all()


def test_an_interrupted_training_goes_on_and_another_network_is_refused(workshop: Path, train: Train) -> None:
    train(*method(MSSWD, "train.n_epoch=2"))
    train(*method(MSSWD, "train.n_epoch=3"))
    train(*method(MSSWD, "train.n_epoch=3", f"checkpoints_dir={workshop}/two"))
    one, two = (checkpoints.read(workshop / name / "last.pt")["state"] for name in ("one", "two"))
    assert all(torch.equal(value, two[name]) for name, value in one.items())
    with pytest.raises(UserError, match="metric was 'msswd', is 'lpips'"):
        train(*method(MSSWD.replace("msswd", "lpips")))
    file = workshop / "one" / "last.pt"
    with pytest.raises(UserError, match="metric is 'msswd', not 'lpips'"):
        FineTune(metric="lpips", checkpoint=file).load("cpu")
    with pytest.raises(UserError, match="start is 'scratch', not 'published'"):
        FineTune(pretrained=True, checkpoint=file).load("cpu")


def test_a_head_on_an_untrained_backbone_is_marked(workshop: Path, train: Train) -> None:
    text = "{name: finetune, metric: lpips, pretrained: false, train_parts: head, crop_size: 32}"
    train(*method(text))
    content = checkpoints.read(workshop / "one" / "last.pt")
    assert content["identity"]["backbones"] == "untrained"
    assert "net.net.slice1.0.weight" in content["state"]
    restored = FineTune(checkpoint=workshop / "one" / "last.pt")
    restored.load("cpu")
    assert restored.settings()["trained"] == "all but the backbone"
    assert all(torch.equal(value, restored.state()[name]) for name, value in content["state"].items())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"metric": "lpips"}, r"alexnet-owt-7be5be79\.pth is not on this machine \(offline\)"),
        ({}, "needs `metric`, one of ahiq, "),
        ({"metric": "ssim"}, r"finetune: 'ssim' can't be trained: it has no parameters"),
        ({"metric": "msswd", "checkpoint": "x.pt"}, "training begins with the published weights or from scratch"),
    ],
)
def test_what_cannot_begin_says_why_and_leaves_nothing(
    workshop: Path, train: Train, options: dict[str, Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(workshop / "torch"))
    given = ", ".join(f"{name}: {value}" for name, value in {"name": "finetune", **options}.items())
    with pytest.raises(UserError, match=reason):
        train(*method(f"{{{given}}}", "offline=true"))
    assert not list(workshop.rglob("*.pt"))
