"""Checkpoints that hold data, but odd data: ``train`` and ``check`` say so in one line, whatever stands where."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.cli import main
from benchmark.core.errors import UserError
from benchmark.plugins import checkpoints

pytestmark = pytest.mark.heavy

NESTED: list[Any] = []
for _ in range(200):
    NESTED = [NESTED]
STATED: dict[str, list[Any]] = {
    "history": [5, "text", {"a": 1}, [1, [2]], [{"epoch": [1]}], [{"epoch": 10**400}], [{"epoch": {"a": 1}}], NESTED],
    "epoch": ["2", 1.5, 10**400, -7, [2], math.nan],
    "begun": ["0", [0], math.inf],
    "changes": [5, [1], {"a": 1}],
    "circumstances": ["cpu", [1], 3],
    "images": [[1], {"a": 1}, NESTED],
    "training_references": [{"a": [1]}, 5],
    "selected_on": [[1], {"references": [1]}],
    "label_scaling": [{"low": 10**400, "high": 1.0}, {"low": "0", "high": 1.0}, [0, 1]],
    "settings": [[1], "text"],
    "state": [[1], None, torch.zeros(2)],
    "optimizer": [[1], 3],
    "scheduler": [[1], "text"],
}
"""By key, values of another kind than a checkpoint has there."""
INSIDE: dict[str, Any] = {
    "state": {"weight": torch.zeros(2)},
    "optimizer": {"state": {}, "param_groups": []},
    "scheduler": {},
    "history": [{"epoch": 1, "loss": 2.0}],
}
"""Of the right kind, with something else inside."""
Train = Callable[..., str]


@pytest.mark.parametrize("key", STATED)
def test_what_is_no_checkpoints_content_is_refused_with_its_key(key: str, tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    for value in STATED[key]:
        torch.save({"format": checkpoints.FORMAT, "state": {}, key: value}, path)
        for read in (checkpoints.read, checkpoints.summary):
            if value is None or (isinstance(value, torch.Tensor) and read is checkpoints.summary):
                continue  # a summary has no tensors
            with pytest.raises(UserError, match=f"its '{key}' is not what a checkpoint states"):
                read(path)


@pytest.mark.parametrize(
    "key", ["epoch", "changes", "history", *[f"inside {key}" for key in INSIDE], "no state", "NaN"]
)
def test_a_training_does_not_go_on_from_it(
    key: str, workshop: Path, train: Train, capsys: pytest.CaptureFixture[str]
) -> None:
    train("train.n_epoch=1")
    last = workshop / "one" / "last.pt"
    content: dict[str, Any] = {**checkpoints.read(last)}
    if key == "no state":
        del content["state"]
    elif key == "NaN":
        content["state"] = {name: tensor * math.nan for name, tensor in content["state"].items()}
    else:
        where = key.removeprefix("inside ")
        content[where] = STATED[where][-1] if where == key else INSIDE[where]
    torch.save(content, last)
    before = last.read_bytes()
    capsys.readouterr()
    assert main(["train", str(workshop / "train.yaml"), "--set", "train.n_epoch=2"]) == 2
    said = [line for line in capsys.readouterr().err.strip().splitlines() if not line.startswith("note")]
    errors = [line for line in said if line.startswith("error: ")]
    assert len(errors) == 1, said
    assert len(errors[0]) < 500
    kind = "the loss is nan" if key == "NaN" else "is not what a checkpoint states"
    assert ("can't be gone on from" if key.startswith(("inside", "no ")) else kind) in errors[0]
    assert "Traceback" not in "".join(said)
    assert last.read_bytes() == before
