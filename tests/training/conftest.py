"""Small data sets, a learned method without torch at import, and configurations for training tests in this process."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from rich.console import Console

from benchmark.commands import train as training_run
from tests.methods.conftest import weight_cache  # noqa: F401

QUICK = """
from benchmark import MethodInfo
from benchmark.plugins.contracts import Trainable, WeightFile


class Quick(Trainable):
    info = MethodInfo(name="quick", title="Quick", higher_is_better=True, group="learned")

    def __init__(
        self,
        *,
        checkpoint: str | None = None,
        dropout: float = 0.0,
        random_crop: bool = True,
        fov_crops: bool = True,
        crop_size: int = 16,
        backbone: bool = False,
    ):
        self.checkpoint, self.dropout, self.random_crop, self.fov_crops = checkpoint, dropout, random_crop, fov_crops
        self.crop_size, self.backbone, self.net = crop_size, backbone, None

    def files(self):
        return {"checkpoint": self.checkpoint} if self.checkpoint else {}

    def weights(self):
        return (WeightFile(name="backbone.bin", url="http://127.0.0.1:9/backbone.bin"),) if self.backbone else ()

    def build(self, device):
        import torch

        self.net = torch.nn.Linear(6, 1)
        return self.net

    def views(self, enhanced, reference, *, rng, training):
        top = int(rng.integers(0, 9)) if training and self.random_crop else 4
        side = self.crop_size
        return tuple(image[None, :, top : top + side, top : top + side] for image in (enhanced, reference))

    def predict(self, enhanced, reference):
        import torch

        difference = enhanced - reference
        return self.net(torch.cat([difference.mean((2, 3)), difference.abs().mean((2, 3))], 1) * 10)[:, 0]

    def identity(self):
        return {"width": "6"}

    def state(self):
        return self.net.state_dict()

    def restore(self, state):
        self.net.load_state_dict(state)

    def load(self, device):
        from benchmark.plugins import checkpoints

        self.build(device)
        self.restore(checkpoints.read(self.checkpoint)["state"])

    def score(self, enhanced, reference):
        return self.predict(enhanced, reference).detach()
"""


def write_pairs(folder: Path, seed: int = 0) -> None:
    """Six references of 48 px with three enhanced images each; the last two references are the test split."""
    import cv2

    rng, lines = np.random.default_rng(seed), ["reference,enhanced,mos,condition,split"]
    for number in range(6):
        reference = rng.integers(60, 190, (48, 48, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), reference)
        for step in range(3):
            brighter = np.clip(reference.astype(int) + 12 * step + rng.integers(-3, 4), 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"{number}_{step}.png"), brighter)
            split = "test" if number > 3 else "train"
            lines.append(f"{number}.png,{number}_{step}.png,{50 + 10 * step + rng.normal():.3f},c{step},{split}")
    (folder / "pairs.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def workshop(tmp_path: Path, plugin_folder: Path, near: None) -> Path:
    """A folder with pairs, the method ``quick`` and ``train.yaml`` of two epochs."""
    write_pairs(tmp_path)
    (plugin_folder / "methods" / "quick.py").write_text(QUICK)
    section = {"validate": 0.25, "n_epoch": 2, "batch_size": 4, "learning_rate": 0.01, "num_workers": 0}
    config = {
        "dataset": {"name": "table", "file": "pairs.csv"},
        "method": {"name": "quick"},
        "plugins": ["plugins"],
        "threads": 1,
        "device": "cpu",
        "train": {**section, "save_interval": 1},
        "checkpoints_dir": "one",
    }
    (tmp_path / "train.yaml").write_text(yaml.safe_dump(config))
    return tmp_path


@pytest.fixture
def train(workshop: Path) -> Callable[..., str]:
    """Train in this process with ``--set`` options; gives what it says."""

    def call(*settings: str) -> str:
        console = Console(record=True, width=300, file=io.StringIO())
        training_run.train(workshop / "train.yaml", settings=settings, console=console)
        return console.export_text()

    return call
