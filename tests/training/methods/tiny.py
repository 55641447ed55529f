"""A plug-in for tests of training: a small network that dies or is slow where a test asks for it, in files beside this one.

``kill-R`` holds the number of the training step at which rank R is killed, once; ``pause`` the seconds that each step waits.
"""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark import MethodInfo
from benchmark.plugins.contracts import Trainable

HERE = Path(__file__).parent


class Tiny(Trainable):
    info = MethodInfo(name="tiny", title="Tiny", higher_is_better=True, trained_on="this data set's training split")

    def __init__(self, *, checkpoint: str | None = None, noise: float = 0.1) -> None:
        self.checkpoint, self.noise, self.calls = checkpoint, noise, 0

    def files(self) -> dict[str, Any]:
        return {"checkpoint": self.checkpoint} if self.checkpoint else {}

    def build(self, device: str) -> Any:
        import torch

        self.frozen = torch.nn.Linear(6, 16).requires_grad_(False)
        layers = torch.nn.Linear(16, 32), torch.nn.ReLU(), torch.nn.Dropout(self.noise), torch.nn.Linear(32, 1)
        self.net = torch.nn.Sequential(*layers)
        return self.net

    def views(self, enhanced: Any, reference: Any, *, rng: Any, training: bool) -> Any:
        top, left = (int(rng.integers(0, 17)) for _ in range(2)) if training else (8, 8)
        return tuple(image[None, :, top : top + 16, left : left + 16] for image in (enhanced, reference))

    def predict(self, enhanced: Any, reference: Any) -> Any:
        import torch

        if self.net.training:
            self._step()
        difference = enhanced - reference
        seen = torch.cat([difference.mean((2, 3)), difference.abs().mean((2, 3))], 1) * 10
        return self.net(self.frozen(seen))[:, 0]

    def _step(self) -> None:
        self.calls += 1
        pause, kill = HERE / "pause", HERE / f"kill-{os.environ.get('RANK', '0')}"
        if pause.exists():
            time.sleep(float(pause.read_text()))
        if kill.exists() and self.calls == int(kill.read_text()):
            kill.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    def identity(self) -> Mapping[str, str]:
        return {"width": "32"}

    def state(self) -> dict[str, Any]:
        return {**self.net.state_dict(), **{f"frozen.{k}": v for k, v in self.frozen.state_dict().items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.frozen.load_state_dict({k[7:]: v for k, v in state.items() if k.startswith("frozen.")})
        self.net.load_state_dict({k: v for k, v in state.items() if not k.startswith("frozen.")})

    def load(self, device: str) -> None:
        from benchmark.plugins import checkpoints

        self.build(device)
        assert self.checkpoint is not None
        self.restore(checkpoints.read(Path(self.checkpoint))["state"])
        self.net.eval()

    def score(self, enhanced: Any, reference: Any) -> Any:
        return self.predict(enhanced, reference)
