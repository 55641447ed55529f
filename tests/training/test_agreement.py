"""A training goes on only with what it began with: every key that changes the result is compared, and named."""

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from benchmark.core.errors import UserError
from benchmark.plugins import checkpoints

pytestmark = pytest.mark.heavy

Train = Callable[..., str]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("method.dropout=0.5", "method.dropout was 0.0, is 0.5"),
        ("method.random_crop=false", "method.random_crop was True, is False"),
        ("method.fov_crops=false", "method.fov_crops was True, is False"),
        ("dataset.resize=24", "dataset.resize was None, is 24"),
        ("fov=blank", "dataset.fov was 'none', is 'blank'"),
        ("size_mismatch=crop", "dataset.size_mismatch was 'error', is 'crop'"),
        ("train.weight_decay=0.1", "train.weight_decay was 1e-05, is 0.1"),
        ("train.optimizer=adamw", "train.optimizer was 'adam', is 'adamw'"),
        ("train.loss=plcc", "train.loss was {'mse': 1.0}, is {'plcc': 1.0}"),
        ("train.seed=1", "train.seed was 0, is 1"),
        ("train.val_freq=2", "train.val_freq was 1, is 2"),
        ("train.channels_last=true", "train.channels_last was False, is True"),
        ("lower_mos_better=true", "dataset.lower_mos_better was False, is True"),
    ],
)
def test_what_changes_the_result_is_not_changed_in_the_middle_of_a_training(
    train: Train, setting: str, told: str
) -> None:
    train("train.n_epoch=1")
    with pytest.raises(UserError) as refused:
        train(setting)
    assert told in str(refused.value)
    assert "another checkpoints_dir" in str(refused.value)


def test_what_changes_no_weight_may_change(train: Train) -> None:
    train("train.n_epoch=1")
    said = train("train.n_epoch=2", "train.num_workers=0", "train.save_interval=2", "train.loss={mse: 1}")
    assert "going on after epoch 1" in said


def test_image_content_and_labels_are_compared_by_what_the_files_hold(train: Train, workshop: Path) -> None:
    train("train.n_epoch=1")
    image = cv2.imread(str(workshop / "0_1.png"))
    assert image is not None
    cv2.imwrite(str(workshop / "0_1.png"), 255 - image)
    with pytest.raises(UserError, match=r"1 image files have other content \(.*0_1\.png\)"):
        train()
    cv2.imwrite(str(workshop / "0_1.png"), image)
    assert "going on after epoch 1" in train()
    table = (workshop / "pairs.csv").read_text()
    (workshop / "pairs.csv").write_text(table.replace("0_1.png,", "0_1.png,1"))
    with pytest.raises(UserError, match="pairs or labels are others"):
        train("train.n_epoch=3")


def test_the_backbones_of_a_training_are_known_and_compared(train: Train, workshop: Path) -> None:
    shelf = workshop / "shelf" / "checkpoints"
    shelf.mkdir(parents=True)
    (shelf / "backbone.bin").write_bytes(b"one")
    options = ("method.backbone=true", f"weights_dir={workshop / 'shelf'}")
    train("train.n_epoch=1", *options)
    said = checkpoints.summary(workshop / "one" / "last.pt")
    assert said["weights"] == {"backbone.bin": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"}
    (shelf / "backbone.bin").write_bytes(b"other")
    with pytest.raises(UserError, match=r"backbone backbone\.bin was 7692c3ad3540…, is d9298a10d1b0…"):
        train(*options)


def test_one_option_in_two_places_is_one_or_refused(train: Train, workshop: Path) -> None:
    with pytest.raises(UserError, match=r"train\.crop_size is 32, but method\.crop_size is 16: keep one"):
        train("train.crop_size=32", "method.crop_size=16")
    with pytest.raises(UserError, match=r"train\.flip: the method 'quick' has no option 'flip'"):
        train("train.flip=true")
    train("train.n_epoch=1", "train.crop_size=32")
    assert "going on" in train("method.crop_size=32")
    assert checkpoints.summary(workshop / "one" / "last.pt")["settings"]["method.crop_size"] == 32


@pytest.mark.long
def test_an_epoch_is_not_trained_again_and_again(train: Train, workshop: Path) -> None:
    """``load_epoch: 1`` twice: the second call goes on from what the first one made, or has nothing to do."""
    train("train.n_epoch=3")
    first = train("train.n_epoch=3", "train.load_epoch=1")
    assert "going on after epoch 1 (epoch_1.pt)" in first
    written = os.stat(workshop / "one" / "last.pt").st_mtime_ns
    second = train("train.n_epoch=3", "train.load_epoch=1")
    assert "going on after epoch 3 (last.pt): it began from epoch 1, as train.load_epoch=1 says" in second
    assert "nothing is left to train" in second
    assert os.stat(workshop / "one" / "last.pt").st_mtime_ns == written
    assert "going on after epoch 3" in train("train.n_epoch=4", "train.load_epoch=1")
    (workshop / "one" / "last.pt").unlink()
    assert "going on after epoch 1 (epoch_1.pt)" in train("train.n_epoch=4", "train.load_epoch=1")


def test_an_interrupted_training_that_began_anew_goes_on_under_the_same_command(train: Train, workshop: Path) -> None:
    train("train.n_epoch=1", "train.load_epoch=0")
    assert "it began anew" in train("train.load_epoch=0")
    assert "going on" not in train("train.load_epoch=0"), "a finished one begins anew"
    assert "going on" not in train("train.load_epoch=0", "train.n_epoch=3", "train.seed=1"), "so does another one"


def test_fewer_epochs_than_are_done_are_said(train: Train) -> None:
    train("train.n_epoch=2")
    assert "train.n_epoch is 1, but 2 epochs are done: nothing is trained" in train("train.n_epoch=1")
    assert "train.n_epoch (2) is reached: nothing is left to train" in train("train.n_epoch=2")


def test_a_checkpoint_that_records_less_is_compared_in_what_it_records_and_the_rest_is_said(
    train: Train, workshop: Path
) -> None:
    import torch

    train("train.n_epoch=1")
    last = workshop / "one" / "last.pt"
    kept = {"format", "identity", "pairs_sha256", "train", "label_scaling", "state", "optimizer", "scheduler"}
    content = {key: value for key, value in checkpoints.read(last).items() if key in {*kept, "epoch", "history"}}
    torch.save(content, last)
    with pytest.raises(UserError, match=r"train\.learning_rate was 0\.01, is 0\.02"):
        train("train.learning_rate=0.02")
    said = train()
    assert "options of method and data set are not recorded and not compared" in said
    assert "backbones are not recorded and not compared" in said
    changes = checkpoints.summary(last)["changes"]
    assert any(line.startswith("after epoch 1: its content of images") for line in changes)
