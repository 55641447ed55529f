"""The same scores whatever surrounds the run: hash seed, locale, time zone, working directory, order of files, threads."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.simulation import write_demo

pytestmark = pytest.mark.heavy

METHODS = ["psnr", "ssim", "ms_ssim", "fsim", "gmsd", "vsi", "nlpd"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reproducibility")
    write_demo(folder / "data", references=2, size=176, photos=None, seed=0)
    (folder / "run.yaml").write_text(
        f"dataset: {{name: efid, root: data, splits: [all]}}\nmethods: [{', '.join(METHODS)}]\nworkers: 2\n"
        "statistics: {replicates: 20}\nreport: {plots: []}\n"
    )
    return folder


def scores(root: Path, config: Path, output: Path, *settings: str, cwd: Path, **environment: str) -> Path:
    options = [part for setting in settings for part in ("--set", setting)]
    command = [sys.executable, str(root / "run_benchmark.py"), "run", str(config), "--output", str(output), *options]
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return output / "scores.csv"


@pytest.fixture(scope="module")
def usual(root: Path, place: Path) -> Path:
    return scores(root, place / "run.yaml", place / "usual", cwd=place)


def test_surroundings_change_no_byte(root: Path, place: Path, usual: Path, tmp_path: Path) -> None:
    environment = {"PYTHONHASHSEED": "1", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo"}
    found = scores(root, place / "run.yaml", tmp_path / "out", "workers=1", cwd=tmp_path, **environment)
    assert found.read_bytes() == usual.read_bytes()


@pytest.mark.long
def test_other_surroundings_and_files_copied_in_another_order_change_no_byte(
    root: Path, place: Path, usual: Path, tmp_path: Path
) -> None:
    """A folder's own order of files is that of their making on some file systems."""
    for path in sorted((place / "data").rglob("*"), reverse=True):
        if path.is_file():
            target = tmp_path / "data" / path.relative_to(place / "data")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    shutil.copy(place / "run.yaml", tmp_path / "run.yaml")
    environment = {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "UTC", "COLUMNS": "40", "OMP_NUM_THREADS": "2"}
    found = scores(root, tmp_path / "run.yaml", tmp_path / "out", "workers=1", cwd=tmp_path, **environment)
    assert found.read_bytes() == usual.read_bytes()


@pytest.mark.long
def test_four_threads_agree_with_one(root: Path, place: Path, usual: Path, tmp_path: Path) -> None:
    found = scores(root, place / "run.yaml", tmp_path / "out", "threads=4", "workers=1", cwd=tmp_path)
    one, four = pd.read_csv(usual), pd.read_csv(found)
    for method in METHODS:
        scale = np.maximum(1, one[method].abs())
        assert ((one[method] - four[method]).abs() / scale).max() <= 1e-6, method
