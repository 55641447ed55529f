"""Scores of five real TID2013 pairs against the methods' official implementations (IQA-PyTorch's calibration folder)."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from benchmark.plugins import registry
from benchmark.plugins.contracts import DescribesReference
from benchmark.scoring import process
from tests.long import with_long

pytestmark = pytest.mark.heavy

# Largest deviation: as pyiqa 0.1.16 was measured against the official scores, else 1 in their last printed digit.
TOLERANCES = {
    "psnr": 0.01,
    "ssim": 0.0005,
    "ms_ssim": 0.005,
    "cw_ssim": 0.0001,
    "fsim": 0.0001,
    "gmsd": 0.00001,
    "vif": 0.0005,
    "vsi": 0.013,
    "nlpd": 0.006,
    "mad": 0.0001,
    "piqe": 0.005,
    "entropy": 0.0001,
}


def read(path: Path) -> torch.Tensor:
    """RGB in [0, 1], (1, 3, H, W)."""
    values = np.asarray(Image.open(path).convert("RGB"), dtype=np.float32) / 255
    return torch.from_numpy(values).permute(2, 0, 1).unsqueeze(0)


def as_run(method: Any, enhanced: torch.Tensor, reference: torch.Tensor) -> float:
    """The score as a run computes it: with the reference described apart, where the method can."""
    if isinstance(method, DescribesReference):
        return float(method.compare(enhanced, method.describe(reference)))
    return float(method.score(enhanced, reference))


@pytest.fixture(scope="module")
def folder(shared: Callable[[str], Path]) -> Path:
    process.tune_allocator()
    return shared("oracles/tid2013_pairs")


@pytest.fixture(scope="module")
def official(folder: Path) -> dict[str, dict[str, float]]:
    with open(folder / "official_scores.csv", encoding="utf-8", newline="") as file:
        rows = {row.pop("Method"): row for row in csv.DictReader(file)}
    return {method: {image: float(score) for image, score in row.items()} for method, row in rows.items()}


@pytest.mark.parametrize("name", with_long(TOLERANCES, {"mad"}))
def test_equals_the_official_scores(name: str, folder: Path, official: dict[str, dict[str, float]]) -> None:
    method = registry.methods().load(name)()
    method.load("cpu")
    with torch.no_grad():
        scores = {
            image: as_run(method, read(folder / "distorted" / image), read(folder / "reference" / image))
            for image in official[name]
        }
    assert len(scores) == 5
    assert scores == pytest.approx(official[name], rel=0, abs=TOLERANCES[name])
