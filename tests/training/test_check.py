"""``check`` on a configuration for ``train``: data, who trains, weights, checkpoints; no torch, nothing written."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from benchmark.cli import main
from benchmark.core.errors import ConfigError, UserError
from benchmark.plugins import checkpoints

pytestmark = pytest.mark.heavy

Train = Callable[..., str]


@pytest.fixture
def check(workshop: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Exit status and what is printed, on one line a finding."""

    def call(*settings: str) -> tuple[int, str]:
        options = [part for setting in settings for part in ("--set", setting)]
        status = main(["check", str(workshop / "train.yaml"), *options])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return call


def test_a_training_configuration_is_audited(check: Callable[..., tuple[int, str]], workshop: Path) -> None:
    status, said = check()
    assert status == 0, said
    assert "9 pairs of 3 references, validated on 3 pairs of 1 other references; labels of" in said
    assert "training begins anew" in said
    assert "quick: can be used" in said
    assert not (workshop / "one").exists(), "checking leaves nothing behind"


def test_what_train_would_refuse_is_found_beforehand(check: Callable[..., tuple[int, str]], workshop: Path) -> None:
    assert "train.loss" in check("train.loss={}")[1]
    status, said = check("train.amp=true")
    assert (status, "train.amp needs a CUDA device" in said) == (2, True)
    status, said = check("method.backbone=true", "offline=true")
    assert (status, "weights are not on this machine (offline): backbone.bin" in said) == (3, True)
    (workshop / "3_2.png").write_bytes((workshop / "3_2.png").read_bytes()[:200])
    status, said = check()
    assert (status, "3_2.png" in said) == (2, True)


def test_images_smaller_than_a_crop_are_found(check: Callable[..., tuple[int, str]]) -> None:
    status, said = check("method={name: sdmp-net-tiny, pretrained: false, crop_size: 64}")
    assert status == 2
    assert "4 images are smaller than crops of 64 px" in said
    assert check("method={name: sdmp-net-tiny, pretrained: false, crop_size: 64}", "resize=64")[0] == 0


def test_the_state_of_the_checkpoints_is_said(
    check: Callable[..., tuple[int, str]], train: Train, workshop: Path
) -> None:
    train("train.n_epoch=1")
    assert "going on after epoch 1 (last.pt)" in check()[1]
    assert "train.n_epoch (1) is reached: nothing is left to train" in check("train.n_epoch=1")[1]
    status, said = check("method.dropout=0.5")
    assert status == 2
    assert "method.dropout was 0.0, is 0.5" in said
    assert "training begins anew, replacing the checkpoints" in check("train.load_epoch=0", "train.seed=1")[1]
    (workshop / "one" / "last.pt").write_bytes(b"cut off")
    status, said = check()
    assert status == 2
    assert "last.pt: it can't be read; --set train.load_epoch=1 goes on from epoch 1" in said


def test_checking_a_training_needs_no_torch(workshop: Path) -> None:
    code = "import sys; from benchmark.cli import main; main(['check', sys.argv[1]]); print('torch' in sys.modules)"
    command = [sys.executable, "-c", code, str(workshop / "train.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip().endswith("False"), done.stdout


@pytest.mark.parametrize(("validate", "status"), [("0.25", 0), ("test", 2)])
def test_a_photograph_under_two_names_that_trains_and_validates_is_found(
    validate: str, status: int, check: Callable[..., tuple[int, str]], train: Train, workshop: Path
) -> None:
    pairs = pd.read_csv(workshop / "pairs.csv")
    references = pairs.loc[pairs["split"] == "train", "reference"].unique()
    others = pairs.loc[pairs["split"] == "test", "reference"].unique()
    with Image.open(workshop / references[0]) as picture:
        for name in others if validate == "test" else references[1:]:
            picture.save(workshop / name, compress_level=1)
    found, said = check(f"train.validate={validate}")
    assert (found, "equal pixels" in said or "pixel by pixel" in said) == (status, True), said
    if status:
        with pytest.raises(ConfigError, match="pixel by pixel"):
            train(f"train.validate={validate}")
    else:
        assert "warning: the reference" in train(f"train.validate={validate}", "train.n_epoch=1")


def test_crops_are_compared_with_the_images_as_training_gets_them(check: Callable[..., tuple[int, str]]) -> None:
    tiny = "method={name: sdmp-net-tiny, pretrained: false, crop_size: 32}"
    for policy in ("dataset.resize=16", "dataset.resize=[48, 24]"):
        status, said = check(tiny, policy)
        assert (status, "4 images are smaller than crops of 32 px" in said) == (2, True), said
    assert check(tiny, "dataset.resize=[48, 32]")[0] == 0


def test_what_a_method_would_refuse_to_train_with_is_found_beforehand(
    check: Callable[..., tuple[int, str]], workshop: Path
) -> None:
    tiny = "method={name: sdmp-net-tiny, crop_size: 32, %s}"
    status, said = check(tiny % "checkpoint: some.pt, pretrained: false")
    assert (status, "training begins with the backbones" in said) == (2, True), said
    status, said = check(tiny % f"pretrained: {workshop}")
    assert (status, "holds no weights of resnet18" in said) == (2, True), said


def test_a_device_that_is_not_there_is_no_traceback(
    check: Callable[..., tuple[int, str]], train: Train, workshop: Path
) -> None:
    status, said = check("device=cuda:99")
    assert (status, "--set device=cuda:99: device: " in said) == (2, True), said
    with pytest.raises(ConfigError, match="cuda:99"):
        train("device=cuda:99")
    assert not (workshop / "one").exists()


@pytest.mark.parametrize("content", [b"", b"junk", b"\x80\x02}q\x00.", b"PK\x03\x04junk", b"\x00" * 300])
def test_whatever_lies_where_a_checkpoint_should_is_refused_in_a_sentence(workshop: Path, content: bytes) -> None:
    place = workshop / "some.pt"
    place.write_bytes(content)
    with pytest.raises(UserError, match=r"some\.pt: (it is|no checkpoint)"):
        checkpoints.read(place)
