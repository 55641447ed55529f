"""Five real TID2013 pairs, from file to score by the command `score`, against piq and cvvdp on files that Pillow read.

This holds the wiring: which file is the reference, the order of channels, the range, the size, the options.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import piq
import pytest
import torch
from PIL import Image

from benchmark.cli import main

pytestmark = pytest.mark.heavy

PIQS: list[tuple[str, tuple[str, ...], str, dict[str, Any], float]] = [
    ("haarpsi", (), "haarpsi", {}, 1e-5),
    ("haarpsi-med", (), "haarpsi", {"c": 5.0, "alpha": 4.9}, 1e-5),
    ("mdsi", (), "mdsi", {}, 1e-6),
    ("sr_sim", (), "srsim", {}, 2e-5),
    ("sr_sim", ("chromatic=true",), "srsim", {"chromatic": True}, 2e-5),
    ("dss", (), "dss", {}, 2e-4),
    ("iw_ssim", (), "information_weighted_ssim", {}, 1e-5),
    ("ms_gmsd", (), "multi_scale_gmsd", {}, 1e-6),
    ("ms_gmsd", ("chromatic=true",), "multi_scale_gmsd", {"chromatic": True}, 1e-6),
]
"""Ours, our options, piq's function and arguments, and how far its single precision is from its double here, rounded up."""


def pixels(path: Path) -> Any:
    """8-bit RGB, (H, W, 3)."""
    return np.array(Image.open(path).convert("RGB"))


def as_tensor(path: Path) -> torch.Tensor:
    """RGB in [0, 1], (1, 3, H, W), double precision."""
    return torch.from_numpy(pixels(path)).permute(2, 0, 1).unsqueeze(0).double() / 255


@pytest.fixture(scope="module")
def pairs(shared: Callable[[str], Path]) -> list[tuple[Path, Path]]:
    """The distorted image and its reference, five times."""
    folder = shared("oracles/tid2013_pairs")
    return [(path, folder / "reference" / path.name) for path in sorted((folder / "distorted").iterdir())]


def scored(capsys: pytest.CaptureFixture[str], name: str, enhanced: Path, reference: Path, *options: str) -> float:
    settings = [part for option in options for part in ("--set", option)]
    assert main(["score", name, str(enhanced), str(reference), "--json", *settings]) == 0
    return float(json.loads(capsys.readouterr().out)["score"])


@pytest.mark.parametrize(("name", "options", "function", "theirs", "rounding"), PIQS, ids=str)
def test_equals_piq(
    name: str,
    options: tuple[str, ...],
    function: str,
    theirs: dict[str, Any],
    rounding: float,
    pairs: list[tuple[Path, Path]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    compare = getattr(piq, function)
    found, precise, single = [], [], []
    with torch.inference_mode():
        for enhanced, reference in pairs:
            images = as_tensor(enhanced), as_tensor(reference)
            precise.append(float(compare(*images, **theirs)))
            single.append(float(compare(*(image.float() for image in images), **theirs)))
            found.append(scored(capsys, name, enhanced, reference, *options))
    assert len(set(found)) == len(pairs) == 5
    assert found == pytest.approx(precise, rel=0, abs=5e-6 if name == "sr_sim" else 3e-7)
    assert found == pytest.approx(single, rel=0, abs=rounding)


@pytest.mark.parametrize("display", ["standard_4k", "standard_fhd"])
def test_equals_cvvdp(display: str, pairs: list[tuple[Path, Path]], capsys: pytest.CaptureFixture[str]) -> None:
    pycvvdp = pytest.importorskip("pycvvdp", reason="the optional package cvvdp is not installed")
    metric = pycvvdp.cvvdp(display_name=display, device=torch.device("cpu"), quiet=True)
    expected = [
        float(metric.predict(pixels(enhanced), pixels(reference), dim_order="HWC")[0]) for enhanced, reference in pairs
    ]
    capsys.readouterr()
    found = [scored(capsys, "cvvdp", *pair, f"display={display}") for pair in pairs]
    assert found == pytest.approx(expected, rel=0, abs=1e-5)
    assert len(set(found)) == 5


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("haarpsi", 1),
        ("haarpsi-med", 1),
        ("mdsi", 0),
        ("sr_sim", 1),
        ("dss", 1),
        ("iw_ssim", 1),
        ("ms_gmsd", 0),
        ("cvvdp", 10),
    ],
)
def test_identical_images_get_the_best_score(
    name: str, best: float, pairs: list[tuple[Path, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "cvvdp":
        pytest.importorskip("pycvvdp", reason="the optional package cvvdp is not installed")
    for _, reference in pairs[:2]:
        assert scored(capsys, name, reference, reference) == pytest.approx(best, abs=1e-7)
