"""The course of a training in a report: the whole of it, after the best epoch too, and of no other training."""

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.core import owner
from benchmark.core.errors import UserError
from benchmark.plugins import checkpoints, registry
from benchmark.report import attachments
from benchmark.training import course as progress
from benchmark.training.course import Epoch

pytestmark = pytest.mark.heavy

NAN = float("nan")
EPOCHS = [Epoch(n, 1 / n, 1e-4 / 3, 0.9 - abs(n - 3) / 10 if n > 1 else NAN, NAN, NAN, 0.125) for n in range(1, 9)]


def write(path: Path, epochs: list[Epoch]) -> None:
    checkpoints.write(path, {"state": {}, "epoch": len(epochs), "history": progress.history_record(epochs)})


def course(checkpoint: Path) -> list[int]:
    learned = registry.methods().load("sdmp-net-tiny")(checkpoint=checkpoint)  # type: ignore[call-arg]
    entrant: Any = SimpleNamespace(label="x", status="scored", method=learned)
    return [int(epoch) for epoch in attachments._histories([entrant])["x"]["epoch"]]


def test_a_course_goes_on_after_the_best_epoch(tmp_path: Path) -> None:
    write(tmp_path / "best.pt", EPOCHS[:3])
    assert course(tmp_path / "best.pt") == [1, 2, 3]
    progress.write_history(tmp_path, EPOCHS[:6])
    assert course(tmp_path / "best.pt") == [*range(1, 7)]
    write(tmp_path / "last.pt", EPOCHS)
    assert course(tmp_path / "best.pt") == [*range(1, 9)]
    write(tmp_path / "epoch_5.pt", EPOCHS[:5])
    assert course(tmp_path / "epoch_5.pt") == [*range(1, 9)]


@pytest.mark.parametrize("what", ["another", "shorter", "damaged", "absent"])
def test_the_course_of_another_training_is_not_taken(tmp_path: Path, what: str) -> None:
    write(tmp_path / "best.pt", EPOCHS[:3])
    if what == "another":
        others = [Epoch(*(*list(vars_of(epoch))[:1], 0.7, *list(vars_of(epoch))[2:])) for epoch in EPOCHS]
        write(tmp_path / "last.pt", others)
        progress.write_history(tmp_path, others)
    elif what == "shorter":
        write(tmp_path / "last.pt", EPOCHS[:2])
        progress.write_history(tmp_path, EPOCHS[:2])
    elif what == "damaged":
        (tmp_path / "last.pt").write_bytes(b"PK")
        (tmp_path / "history.csv").write_bytes(b'"\x00\n\n')
    assert course(tmp_path / "best.pt") == [1, 2, 3]


def vars_of(epoch: Epoch) -> list[Any]:
    return list(progress.history_record([epoch])[0].values())


def test_the_plot_marks_the_best_epoch_of_a_whole_course(tmp_path: Path) -> None:
    from benchmark.report.plots.kinds import history

    progress.write_history(tmp_path, EPOCHS)
    import pandas as pd

    drawn = history.draw(pd.read_csv(tmp_path / "history.csv"), "Learned")
    texts = [text.get_text() for axis in drawn.axes for text in axis.texts]
    assert texts == ["best: 3"]
    with open(tmp_path / "history.csv", newline="") as file:
        assert len(list(csv.reader(file))) == 9


def test_a_second_training_in_one_folder_is_refused(tmp_path: Path) -> None:
    from benchmark.commands.steps import one_training

    with (
        owner.sole_owner(tmp_path, "train of a.yaml", remedy="x"),
        pytest.raises(UserError, match=r"in use by train of a\.yaml .*another checkpoints_dir"),
        one_training.possession(tmp_path, "train of b.yaml"),
    ):
        pass
    with one_training.possession(tmp_path, "train of b.yaml"):
        assert (tmp_path / ".lock").exists()
    assert not (tmp_path / ".lock").exists()


def test_the_other_ranks_of_a_job_share_the_first_ones_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.commands.steps import one_training

    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    with one_training.possession(tmp_path, "train of b.yaml"):
        monkeypatch.setenv("RANK", "1")
        with one_training.possession(tmp_path, "train of b.yaml") as own:
            assert own is None


def test_a_checkpoint_of_another_tool_is_not_replaced(tmp_path: Path) -> None:
    import torch

    from benchmark.commands.steps import one_training

    torch.save({"weights": torch.zeros(2)}, tmp_path / "best.pt")
    before = (tmp_path / "best.pt").read_bytes()
    with (
        pytest.raises(UserError, match="no checkpoint of this tool and would be replaced"),
        one_training.possession(tmp_path, "train of b.yaml"),
    ):
        pass
    assert (tmp_path / "best.pt").read_bytes() == before


@pytest.mark.parametrize("name", ["history.csv", "history.png", "history.pdf"])
def test_a_users_own_file_is_not_replaced_by_a_history(name: str, tmp_path: Path) -> None:
    from benchmark.commands.steps import one_training

    (tmp_path / name).write_text("patient,visit\n1,2\n")
    with (
        pytest.raises(UserError, match=f"{name}: was not written by a training and would be replaced"),
        one_training.possession(tmp_path, "train of b.yaml"),
    ):
        pass
    assert (tmp_path / name).read_text() == "patient,visit\n1,2\n"
    if name != "history.csv":
        progress.write_history(tmp_path, EPOCHS)  # a training's, of which this is the plot
        with one_training.possession(tmp_path, "train of b.yaml"):
            pass
