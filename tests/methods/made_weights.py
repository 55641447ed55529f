"""Stand-ins for published weights: real files, with seeded random content of the right shapes. For tests and benchmarks.

Not collected; ``conftest`` beside it and ``tests/performance`` load it from its file.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

LPIPS_CHANNELS = {
    "LPIPS_v0.1_alex-df73285e.pth": (64, 192, 384, 256, 256),
    "LPIPS_v0.0_alex-18720f55.pth": (64, 192, 384, 256, 256),
    "LPIPS_v0.1_vgg-a78928a0.pth": (64, 128, 256, 512, 512),
    "LPIPS_v0.1_squeeze-4a5350f2.pth": (64, 128, 256, 384, 384, 512, 512),
}


def made_up(shapes: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Random values that keep a network's activations in scale; classifiers are one repeated zero, stored once."""
    state: dict[str, torch.Tensor] = {}
    for key, like in shapes.items():
        if key.startswith("classifier"):
            state[key] = torch.zeros(1).expand(like.shape)
        elif like.dim() > 1:
            state[key] = torch.randn(like.shape) * math.sqrt(2 / like[0].numel())
        else:
            state[key] = torch.randn(like.shape) * 0.1
    return state


def write(hub: Path) -> None:
    """Weights for LPIPS and DISTS in ``hub/checkpoints`` and ``hub/pyiqa``, as torch and pyiqa lay them out."""
    from torchvision import models

    checkpoints, own = hub / "checkpoints", hub / "pyiqa"
    checkpoints.mkdir(parents=True)
    own.mkdir()
    torch.manual_seed(0)
    with torch.device("meta"):
        shapes = {
            "alexnet-owt-7be5be79.pth": models.alexnet(weights=None).state_dict(),
            "vgg16-397923af.pth": models.vgg16(weights=None).state_dict(),
            "squeezenet1_1-b8a52dc0.pth": models.squeezenet1_1(weights=None).state_dict(),
        }
    for name, state in shapes.items():
        torch.save(made_up(state), checkpoints / name)
    for name, channels in LPIPS_CHANNELS.items():
        lins = {f"lin{i}.model.1.weight": torch.rand(1, count, 1, 1) for i, count in enumerate(channels)}
        torch.save(lins, own / name)
    torch.save({name: torch.rand(1, 1475, 1, 1) for name in ("alpha", "beta")}, own / "DISTS_weights-f5e65c96.pth")
