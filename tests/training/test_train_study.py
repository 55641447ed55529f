"""``train STUDY.yaml``: every training once, in shares, beside other jobs, after a kill; never on what is tested."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

from benchmark import train
from benchmark.cli import main
from benchmark.core import owner
from benchmark.core.errors import UserError
from benchmark.plugins import checkpoints
from tests.training.study_workshop import STUDY, TRAIN, plant, write

pytestmark = pytest.mark.heavy

Said = tuple[int, str]
Command = Callable[..., Said]


@pytest.fixture
def place(tmp_path: Path, plugin_folder: Path, near: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    plant(tmp_path)
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(place: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """A command on the study in this process: exit status, and what it said."""

    def call(name: str, *options: str) -> Said:
        capsys.readouterr()
        status = main([name, "study.yaml", *options])
        said = capsys.readouterr()
        return status, said.out + said.err

    return call


def weights(root: Path) -> dict[str, torch.Tensor]:
    """The trained tensors of every best and last checkpoint, by file and name."""
    return {
        f"{file.relative_to(root)} {key}": value
        for file in sorted(root.rglob("*.pt"))
        if file.name in ("best.pt", "last.pt")
        for key, value in checkpoints.read(file)["state"].items()
    }


def same(one: Path, other: Path) -> bool:
    a, b = weights(one), weights(other)
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def test_each_training_is_done_once_and_shares_make_the_whole(place: Path, command: Command) -> None:
    status, said = command("train", "--only", "2/5")
    assert status == 0, said
    assert "3 of 3 trainings are done (3 now)" in said
    assert sorted(str(file.parent) for file in Path("checkpoints").rglob("best.pt")) == [
        f"checkpoints/{where}" for where in ("A/1/quick/1", "B/1/quick/0", "B/3/quick/1")
    ]
    done = {file: file.read_bytes() for file in Path("checkpoints").rglob("*.pt")}
    status, said = command("train")
    assert (status, "12 of 12 trainings are done (9 now)" in said) == (0, True), said
    assert all(file.read_bytes() == content for file, content in done.items()), "nothing is trained twice"
    assert "12 of 12 trainings are done (0 now)" in command("train")[1]
    assert {file.name for file in Path("checkpoints/A/1/quick/0").iterdir()} >= {"best.pt", "last.pt", "history.csv"}


@pytest.mark.long
def test_what_a_kill_after_the_last_epoch_leaves_undone_is_done_the_next_time(place: Path, command: Command) -> None:
    """The plot of the history, and the unfinished file of a process that died."""
    write(place, datasets=STUDY["datasets"][:1])
    assert command("train")[0] == 0
    folder, rest = place / "checkpoints/A/2/quick/0", place / "checkpoints/.files.json.7.01234567-89abcdef.partial"
    wanted = {file.name: file.read_bytes() for file in folder.iterdir()}
    (folder / "history.pdf").unlink()
    rest.write_text("cut o")
    os.utime(rest, (0, 0))
    status, said = command("train")
    assert (status, "6 of 6 trainings are done (0 now)" in said) == (0, True), said
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == wanted
    assert not rest.exists()


@pytest.mark.long
def test_validation_follows_the_partition_and_the_seed_changes_the_rest(place: Path, command: Command) -> None:
    write(place, methods=[{"name": "quick", "train_on": "own", "seeds": [0, 1, 5], "train": TRAIN}])
    assert command("train")[0] == 0
    for data in "AB":
        parts = set()
        for partition in "123":
            one = [checkpoints.read(place / "checkpoints" / data / partition / "quick" / s / "last.pt") for s in "015"]
            selected = {tuple(sorted(item["selected_on"]["references"])) for item in one}
            assert len(selected) == 1, "the validation references are the partition's"
            assert len({float(item["state"]["weight"].sum()) for item in one}) == 3
            (validation,) = selected
            used = [set(one[0]["training_references"]), set(validation), set(one[0]["tested_on"]["references"])]
            assert [len(names) for names in used] == [3, 1, 2]
            assert len(set.union(*used)) == 6
            parts.add(tuple(sorted(used[2])))
        assert len(parts) > 1


def test_a_dry_run_counts_and_writes_nothing(place: Path, command: Command) -> None:
    status, said = command("train", "--dry-run")
    assert status == 0
    assert re.search(r"^quick +12 +0 +0 +12 +\S+ s +\S+ MB", said, re.M), said
    assert "as measured in 2 steps of A/1/quick/0" in said
    assert not Path("checkpoints").exists()
    command("train", "--only", "1/4")
    status, said = command("train", "--dry-run", "--only", "1/2")
    assert re.search(r"^quick +6 +3 +0 +3", said, re.M), said
    assert "as measured in A/1/quick/0 (history.csv, last.pt)" in said
    assert "share 1 of 2: 6 of 12 trainings" in said


def test_a_training_that_another_job_is_at_is_left_to_it(place: Path, command: Command) -> None:
    with owner.sole_owner(place / "checkpoints" / "A" / "1" / "quick" / "0", "train of elsewhere", remedy="wait"):
        status, said = command("train", "--only", "1/6")
    assert status == 0
    assert "1 of 2 trainings are done (1 now)" in said
    assert "1 left to other jobs, which are at them: A/1/quick/0" in said


@pytest.mark.long
def test_one_failing_training_costs_itself_only(place: Path, command: Command) -> None:
    broken = {"name": "quick", "label": "broken", "train_on": "own", "train": {**TRAIN, "learning_rate": 1e30}}
    write(place, methods=[*STUDY["methods"], broken])
    status, said = command("train")
    assert status == 3, said
    assert "12 of 18 trainings are done" in said
    assert re.search(r"6 failed; the first, A/1/broken/0: epoch \d: the loss is", said), said
    with pytest.raises(UserError, match="6 failed; the first"):
        train("study.yaml")


def test_whole_data_sets_are_trained_on_together_each_in_its_own_labels(place: Path, command: Command) -> None:
    rows = (place / "b" / "pairs.csv").read_text().splitlines()
    turned = [rows[0]] + [",".join([*line.split(",")[:2], f"{-9 * float(line.split(',')[2]):.3f}", *line.split(",")[3:]]) for line in rows[1:]]  # fmt: skip # noqa: E501
    (place / "b" / "pairs.csv").write_text("\n".join(turned) + "\n")
    data = [STUDY["datasets"][0], {**STUDY["datasets"][1], "lower_mos_better": True}]
    method = {"name": "quick", "label": "both", "train_on": ["A", "B"], "train": {**TRAIN, "n_epoch": 12}}
    write(place, datasets=data, methods=[method])
    status, said = command("train")
    assert status == 0, said
    made = checkpoints.read(place / "checkpoints" / "A+B" / "all" / "both" / "0" / "best.pt")
    assert made["label_scaling"] == {"low": 0.0, "high": 1.0, "lower_mos_better": False}
    names = {*made["training_references"], *made["selected_on"]["references"]}
    assert {name.partition("/")[0] for name in names} == {"A", "B"}
    assert len(names) == 12
    assert {name[0] for name in made["selected_on"]["references"]} == {"A", "B"}
    assert max(epoch["val_srcc"] for epoch in made["history"]) > 0.9, "B's labels, which point down, are turned"


def test_a_tested_photograph_under_another_name_is_not_trained_on(place: Path, command: Command) -> None:
    Image.open(place / "a" / "0.png").save(place / "a" / "5.bmp")  # another file, the same pixels
    table = place / "a" / "pairs.csv"
    table.write_text(table.read_text().replace("5.png", "5.bmp"))
    write(place, protocol={"folds": 6, "seed": 0}, datasets=STUDY["datasets"][:1])
    status, said = command("train")
    assert status == 3, said
    refused = [line for line in said.splitlines() if "has the same pixels as" in line and "failed:" in line]
    assert len(refused) >= 4, "two folds test it, two seeds each"
    assert all(f"{place}/a/0.png" in line and f"{place}/a/5.bmp" in line for line in refused)


def test_other_options_are_refused_where_a_checkpoint_is(place: Path, command: Command) -> None:
    command("train", "--only", "1/12")
    write(place, methods=[{"name": "quick", "train_on": "own", "train": {**TRAIN, "batch_size": 5}}])
    status, said = command("train", "--only", "1/6")
    assert status == 2
    assert "train.batch_size was 4, is 5" in said
    status, said = command("train", "--dry-run", "--only", "1/6")
    assert (status, "was made otherwise: train.batch_size was 4, is 5" in said) == (3, True)


def test_what_is_said_of_wrong_use(place: Path, command: Command) -> None:
    for text in ("0/3", "4/3", "3", "a/b"):
        status, said = command("train", "--only", text)
        assert status == 2
        assert "expected K/N with K from 1 to N" in said
    write(place, methods=["psnr"])
    status, said = command("train")
    assert (status, "nothing to train: no method has `train_on`" in said) == (2, True)
    write(place, methods=[{"name": "psnr", "train_on": "own", "label": "x"}])
    status, said = command("train")
    assert status == 2
    assert re.search(r"study\.yaml:\d+: 'psnr' has nothing to train", said), said
    write(place, protocol={"folds": 3}, methods=[{"name": "quick", "train_on": "own", "select": "validation"}])
    status, said = command("train")
    assert (status, "nothing validates: give the protocol a `validate`" in said) == (2, True), said


SLOW = """
    def predict(self, enhanced, reference):
        import time, torch

        time.sleep(0.05)
"""


def test_killed_at_any_moment_and_finished_the_weights_are_the_same(root: Path, place: Path, command: Command) -> None:
    write(place, datasets=STUDY["datasets"][:1])
    assert command("train", "--set", "checkpoints_dir=undisturbed")[0] == 0
    plugin = place / "plugins" / "methods" / "quick.py"
    text = plugin.read_text()
    plugin.write_text(text.replace("    def predict(self, enhanced, reference):\n        import torch\n", SLOW))
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    line = [sys.executable, str(root / "run_benchmark.py"), "train", "study.yaml"]
    process = subprocess.Popen(line, cwd=place, env=environment, stderr=subprocess.DEVNULL)
    half = place / "checkpoints" / "A" / "2" / "quick" / "0"
    limit = time.monotonic() + 120
    while not (half / "last.pt").exists() and time.monotonic() < limit:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    begun = checkpoints.summary(half / "last.pt")
    assert 1 <= int(begun["epoch"]) < 3, "it was killed in the middle of a training"
    plugin.write_text(text)
    status, said = command("train")
    assert status == 0, said
    assert f"going on after epoch {begun['epoch']}" in said
    assert same(place / "undisturbed", place / "checkpoints")


@pytest.mark.long
def test_ranks_take_whole_trainings(root: Path, place: Path, command: Command) -> None:
    write(place, datasets=STUDY["datasets"][:1])
    assert command("train", "--set", "checkpoints_dir=alone")[0] == 0
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    line = [sys.executable, *start, str(root / "run_benchmark.py"), "train", "study.yaml"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(line, cwd=place, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert "6 of 6 trainings are done (6 now)" in done.stdout
    assert same(place / "alone", place / "checkpoints")
    made = checkpoints.read(place / "checkpoints" / "A" / "1" / "quick" / "0" / "last.pt")
    assert made["circumstances"]["processes"] == 1
