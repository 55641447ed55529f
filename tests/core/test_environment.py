"""What the environment may be: backends of notebooks, folders that can't be written to, devices that aren't there."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.cli import main
from benchmark.core.errors import ConfigError

pytestmark = pytest.mark.heavy

EVALUATE = ("evaluate", "t.csv", "--mos", "mos", "--methods", "a,b", "--set", "statistics.replicates=50")


def scores(folder: Path) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"reference": [f"r{i // 3}" for i in range(30)], "condition": ["x", "y", "z"] * 10})
    table["mos"] = rng.normal(size=30)
    table["a"] = table["mos"] + rng.normal(size=30)
    table["b"] = table["mos"] + rng.normal(size=30)
    table.to_csv(folder / "t.csv", index=False)
    return table


def command(root: Path, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(root / "run_benchmark.py"), *arguments]
    return subprocess.run(
        line, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=240
    )


def figures(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "plots").iterdir())}


@pytest.mark.long
def test_figures_are_the_same_whatever_backend_or_matplotlibrc_the_environment_names(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main([*EVALUATE, "--output", "usual"]) == 0
    usual = figures(tmp_path / "usual")
    assert len(usual) > 4
    broken = tmp_path / "broken"
    broken.write_bytes(b"\xff\xfe\x00")
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nfont.size: 30\nbackend: nonsense\n")
    for number, environment in enumerate(
        (
            {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
            {"MPLBACKEND": "nonsense", "MATPLOTLIBRC": str(broken)},
        )
    ):
        done = command(root, tmp_path, *EVALUATE, "--output", f"out{number}", **environment)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
        assert figures(tmp_path / f"out{number}") == usual


def test_the_backend_that_a_notebook_asked_for_stays_the_notebooks(root: Path) -> None:
    code = (
        "import benchmark.report.plots, matplotlib, os; print(matplotlib.rcParams['backend'], os.environ['MPLBACKEND'])"
    )
    environment = {**os.environ, "MPLBACKEND": "svg", "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["svg", "svg"]


@pytest.mark.parametrize("variable", [None, "NUMBA_CACHE_DIR"])
def test_statistics_are_computed_where_neither_installation_nor_home_can_be_written_to(
    root: Path, tmp_path: Path, variable: str | None
) -> None:
    """Files stand where numba would make its folders: that holds for root too, whom permissions don't bind."""
    site, closed, scratch = tmp_path / "site", tmp_path / "closed", tmp_path / "scratch"
    shutil.copytree(root / "benchmark", site / "benchmark", ignore=shutil.ignore_patterns("__pycache__"))
    closed.touch()
    scratch.mkdir()
    (site / "benchmark" / "statistics" / "__pycache__").touch()
    code = (
        "from benchmark.statistics import rank_kernels, compiled\n"
        "kernel = rank_kernels.rank_correlations\n"
        "print(rank_kernels.__file__, type(kernel._cache).__name__)\n"
    )
    environment = {key: text for key, text in os.environ.items() if key not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    environment |= {
        "PYTHONPATH": str(site),
        "HOME": str(closed),
        "TMPDIR": str(scratch),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if variable is not None:
        environment[variable] = str(closed)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    place, cache = done.stdout.split()
    assert Path(place).is_relative_to(site)
    assert cache == ("FunctionCache" if variable is None else "NullCache")


def test_check_says_which_folders_cannot_be_written_to(root: Path, tiny_set: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.touch()
    (tmp_path / "c.yaml").write_text(
        f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [psnr, dists]\noutput: {closed}/out\n"
    )
    environment = {"HOME": str(closed), "XDG_CACHE_HOME": "", "TORCH_HOME": "", "HF_HOME": ""}
    done = command(root, tmp_path, "check", "c.yaml", **environment)
    assert done.returncode == 2, done.stderr
    assert f"error: output: {closed} is not a folder; name another folder (--output)" in done.stdout
    assert f"warning: weights: {closed} is not a folder" in done.stdout
    assert f"note: home: {closed} is not a folder: what numba compiles is kept in" in done.stdout


def configuration(table: Path, **changes: Any) -> dict[str, Any]:
    data = {"name": "table", "file": str(table), "condition": "condition"}
    return {"dataset": data, "methods": ["psnr"], "statistics": {"replicates": 30}, "workers": 1, **changes}


def tables(**table: Any) -> dict[str, Any]:
    return {"report": {"tables": [table]}}


HOLM = {"multiplicity": "holm", "interval": "percentile", "replicates": 30}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            tables(rows={"A": ["psnrr"]}),
            r"report.tables.0.rows.A: no method 'psnrr' is scored here; did you mean 'psnr'",
        ),
        (tables(conditions="softt"), r"report.tables.0.conditions: no condition 'softt' .*did you mean 'soft'"),
        (tables(splits=["test"]), r"report.tables.0.splits: no split 'test' is scored here"),
        (tables(datasets="kadid10k"), r"report.tables.0.datasets: no dataset 'kadid10k'"),
        ({"statistics": HOLM, "methods": ["psnr", "ssim", "gmsd"]}, r"statistics.replicates to 119 or more"),
        ({"device": "cuda:99"}, r"device: .*cuda"),
    ],
)
def test_what_can_be_known_before_scoring_is_said_before_it(
    tiny_set: Path, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        benchmark.run(configuration(tiny_set, **changes), output=tmp_path / "out")
    assert not list((tmp_path / "out").rglob("part-*"))  # no score was stored
    assert not (tmp_path / "out" / "scores.csv").exists()


def test_an_output_that_cannot_be_written_to_is_said_before_scoring(root: Path, tiny_set: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tables").touch()
    for output, said in (("file", "is not a folder"), ("out", "is a folder, but a file"), ("other", "is not a folder")):
        with pytest.raises(ConfigError, match=f"--output: .*{said}"):
            benchmark.run(configuration(tiny_set), output=tmp_path / output)
    scores(tmp_path)
    done = command(root, tmp_path, *EVALUATE, "--output", "file")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a folder" in done.stderr


def test_without_a_place_for_temporary_files_nothing_is_begun(
    tiny_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container whose disk is read-only: figures and workers need one."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "file")])
    with pytest.raises(ConfigError, match="no folder for temporary files can be written to; set TMPDIR"):
        benchmark.run(configuration(tiny_set), output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_demo_data_says_at_once_that_its_folder_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    assert main(["demo-data", "file/data", "--references", "2", "--size", "64"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"error: demo-data: {tmp_path / 'file'} is not a folder; name another folder\n"


@pytest.mark.usefixtures("near")
def test_rows_of_methods_that_a_run_leaves_out_are_no_mistake(tiny_set: Path, tmp_path: Path) -> None:
    settings = configuration(tiny_set, methods=["psnr", "ssim"], **tables(rows={"A": ["psnr", "ssim"]}))
    benchmark.run(settings, output=tmp_path / "out", methods="psnr")
    again = benchmark.run(tmp_path / "out" / "run.json", output=tmp_path / "again")
    assert again.exit_status == 0
