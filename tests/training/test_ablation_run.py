"""Ablations from configuration to table: trained with options, scored from what their checkpoints know, side by side."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmark.cli import main

pytestmark = pytest.mark.heavy

DATA = "dataset: {name: table, file: pairs.csv}\nthreads: 1\ndevice: cpu\n"
TRAIN = (
    DATA + "method: {name: sdmp-net-tiny, pretrained: false, crop_size: 32, fov_crops: false%s}\n"
    "train: {validate: 0.25, n_epoch: 1, batch_size: 8, num_workers: 0}\ncheckpoints_dir: %s\n"
)
RUN = (
    DATA + "methods:\n"
    "  - {name: sdmp-net-tiny, label: whole, checkpoint: whole/last.pt, crops: 1, fov_crops: false}\n"
    "  - {name: sdmp-net-tiny, label: vit alone, checkpoint: vit/last.pt, crops: 1, fov_crops: false%s}\n"
    "  - psnr\n"
    "statistics: {replicates: 20}\nworkers: 1\n"
    "report: {plots: [], tables: [{name: ablation, kind: ablation, rows: [whole, vit alone]}]}\n"
)
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(tmp_path: Path, near: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Writes a configuration beside six references with three images each, and runs a command with it."""
    rng, lines = np.random.default_rng(0), ["reference,enhanced,mos,condition,split"]
    for number in range(6):
        reference = cv2.resize(rng.integers(40, 200, (12, 12, 3), dtype=np.uint8), (48, 48))
        cv2.imwrite(str(tmp_path / f"{number}.png"), reference)
        for step in range(3):
            brighter = np.clip(reference.astype(int) + 15 * step, 0, 255).astype(np.uint8)
            cv2.imwrite(str(tmp_path / f"{number}_{step}.png"), brighter)
            split = "test" if number > 3 else "train"
            lines.append(f"{number}.png,{number}_{step}.png,{50 + 10 * step + rng.normal():.3f},c{step},{split}")
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path)

    def call(name: str, configuration: str, *options: str) -> tuple[int, str]:
        Path("config.yaml").write_text(configuration)
        status = main([name, "config.yaml", *options])
        said = capsys.readouterr()
        return status, said.out + said.err

    return call


@pytest.mark.long
def test_variants_are_trained_scored_and_printed_side_by_side(command: Command) -> None:
    for folder, options in (("whole", ""), ("vit", ", branches: vit, weighting: no, vit_layers: [0, 2]")):
        status, said = command("train", TRAIN % (options, folder))
        assert status == 0, said
    score = ["--set", "dataset.splits=test", "--output", "out"]
    status, said = command("run", RUN % "", *score)
    assert status == 0, said
    with Path("out/tables/ablation.csv").open(encoding="utf-8") as file:
        rows = {row["method"]: row for row in csv.DictReader(file)}
    assert {name: rows[name]["option_branches"] for name in rows} == {"whole": "both", "vit alone": "vit"}
    assert {name: rows[name]["option_weighting"] for name in rows} == {"whole": "true", "vit alone": "false"}
    assert rows["vit alone"]["option_vit_layers"] == "0 2"
    differing = {name.removeprefix("option_") for name in rows["whole"] if name.startswith("option_")}
    assert differing == {"offsets", "branches", "weighting", "scales", "vit_layers"}
    records = {item["label"]: item for item in json.loads(Path("out/run.json").read_text())["methods"]}
    assert records["whole"]["options"]["crops"] == "1"
    assert not {"checkpoint", "pretrained"} & set(records["whole"]["options"])
    assert "options" not in records["psnr"]
    assert "branches vit" in records["vit alone"]["settings"]["ablation"]
    text = Path("out/tables/ablation.md").read_text(encoding="utf-8")
    assert "✓" in text

    assert main(["report", "out", "--output", "again"]) == 0
    assert Path("again/tables/ablation.md").read_text(encoding="utf-8") == text

    status, said = command("run", RUN % ", weighting: true", *score)
    assert status != 0
    assert "`weighting` is true here, but false in the checkpoint" in " ".join(said.split())
    assert "config.yaml:6" in said

    status, said = command("train", TRAIN % (", branches: vit, vit_layers: [0, 2]", "vit"))
    assert status != 0
    assert "network: weighting was 'false', is not there" in " ".join(said.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (", offsets: bent", "offsets"),
        (", branches: cnn", "set `offsets` to zero or none"),
        (", scales: [1, yes]", "scales"),
        (", vit_layers: first", "vit_layers"),
        (", difference: maybe", "difference"),
    ],
)
def test_wrong_options_are_refused_with_their_line(command: Command, options: str, said: str) -> None:
    status, printed = command("check", TRAIN % (options, "none"))
    assert status != 0
    assert said in " ".join(printed.split())
    assert "config.yaml:4" in printed
    assert "Traceback" not in printed


def test_a_single_value_is_a_list_of_one(command: Command) -> None:
    status, said = command("train", TRAIN % (", scales: 2, offsets: none, vit_layers: 1", "one"))
    assert status == 0, said
