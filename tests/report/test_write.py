"""Writing a report: the files, the same bytes again, edge cases, and nothing heavy imported."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.report import ReportData, write_report

pytestmark = pytest.mark.heavy

Maker = Callable[..., ReportData]
NASTY = "a_b%c&d#e$f{g}h\\i~j^k ü <script>alert(1)</script>"


def test_files(make_report: Maker, tmp_path: Path) -> None:
    written = write_report(make_report({"psnr": 0.5, "ssim": 0.7}), tmp_path)
    stems = ("plots/intervals", "plots/significance", "plots/scatter_psnr", "plots/scatter_ssim")
    expected = {f"tables/comparison.{kind}" for kind in ("csv", "md", "tex")} | {"report.html"}
    expected |= {f"{stem}.{kind}" for stem in stems for kind in ("png", "pdf")}
    assert expected <= set(written)
    assert all(path.read_bytes() for path in written.values())
    present = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert present == {*set(written), ".report.json"}


@pytest.mark.long
def test_same_data_same_bytes_on_another_day_and_elsewhere(make_report: Maker, tmp_path: Path) -> None:
    first = write_report(make_report(record={"seed": 1, "times": {"started": "now"}}), tmp_path / "a")
    second = write_report(make_report(record={"seed": 1, "times": {"started": "later"}}), tmp_path / "b")
    differing = [name for name, path in first.items() if path.read_bytes() != second[name].read_bytes()]
    assert set(first) == set(second)
    assert not differing
    for name, path in first.items():
        content = path.read_bytes()
        assert b"CreationDate" not in content
        assert b"matplotlib" not in content.lower() or name == "report.html"


def test_same_bytes_in_processes_with_other_hash_seeds_and_locales(
    make_report: Maker, tmp_path: Path, root: Path
) -> None:
    stored = tmp_path / "data.pickle"
    stored.write_bytes(pickle.dumps(make_report({"psnr": 0.5, "ssim": 0.7}, title="Größe")))
    script = (
        "import hashlib, pathlib, pickle, sys\n"
        "from benchmark.report import write_report\n"
        "written = write_report(pickle.loads(pathlib.Path(sys.argv[1]).read_bytes()), sys.argv[2])\n"
        "assert not {'torch', 'pyiqa', 'matplotlib.pyplot'} & set(sys.modules)\n"
        "print([(name, hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in sorted(written.items())])\n"
    )
    answers = []
    for place, settings in (
        ("a", {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0"}),
        ("b", {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "12345678"}),
    ):
        command = [sys.executable, "-c", script, str(stored), str(tmp_path / place)]
        environment = {**os.environ, **settings, "PYTHONPATH": str(root)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout)
    assert answers[0] == answers[1]


def test_plots_that_are_gone_are_removed_and_strangers_kept(make_report: Maker, tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    stranger = tmp_path / "plots" / "my_photo.png"
    stranger.write_bytes(b"x")
    write_report(make_report({"psnr": 0.5, "ssim": 0.7}), tmp_path)
    written = write_report(make_report({"psnr": 0.5}), tmp_path)
    present = {path.name for path in (tmp_path / "plots").iterdir()}
    assert "scatter_ssim.png" not in present
    assert present == {path.name for name, path in written.items() if name.startswith("plots/")} | {"my_photo.png"}


def test_only_the_wanted_kinds(make_report: Maker, tmp_path: Path) -> None:
    data = make_report({"psnr": 0.5})
    written = write_report(replace(data, config=data.config.model_copy(update={"plots": ("png",)})), tmp_path)
    assert {path.suffix for name, path in written.items() if name.startswith("plots/")} == {".png"}


@pytest.mark.parametrize(
    "case",
    [
        {"strengths": {"only": 0.5}},
        {"strengths": {"a": 0.5, "b": 0.2}, "intervals": False, "references": 1, "conditions": tuple("abcdef")},
        {"strengths": {"a": 0.5, "b": 0.2}, "conditions": ("",)},
        {
            "strengths": {"a": 0.5, "b": 0.2},
            "missing": {"a": 36, "b": 36},
            "methods": {name: {"status": "unavailable", "reason": "no weights"} for name in "ab"},
        },
    ],
    ids=["one method", "no interval", "no condition", "zero scored"],
)
def test_unusual_runs_still_give_a_report(make_report: Maker, tmp_path: Path, case: dict[str, object]) -> None:
    written = write_report(make_report(**case), tmp_path)
    page = written["report.html"].read_text(encoding="utf-8")
    assert ">nan" not in page
    assert "None" not in written["tables/comparison.md"].read_text(encoding="utf-8")


@pytest.mark.long
def test_thirty_methods_half_of_them_unavailable(make_report: Maker, tmp_path: Path) -> None:
    names = [f"method-{index:02d}" for index in range(30)]
    gone = {name: {"status": "unavailable", "reason": f"no weights for {name}"} for name in names[15:]}
    strengths = {name: 0.03 * index for index, name in enumerate(names)}
    data = make_report(strengths, missing=dict.fromkeys(gone, 36), methods=gone, statistics=("srcc",))
    written = write_report(replace(data, config=data.config.model_copy(update={"plots": ("png",)})), tmp_path)
    assert "plots/scatter_method-14.png" in written
    assert "plots/scatter_method-15.png" not in written
    page = written["report.html"].read_text(encoding="utf-8")
    assert all(f"no weights for {name}" in page for name in gone)


def test_no_pairs_and_no_numbers(make_report: Maker, tmp_path: Path) -> None:
    data = make_report({"a": 0.5})
    empty = replace(data, summary=data.summary.iloc[:0], comparisons=data.comparisons.iloc[:0])
    assert "Not ranked" in write_report(empty, tmp_path)["tables/comparison.md"].read_text(encoding="utf-8")


def test_odd_names_survive(make_report: Maker, tmp_path: Path) -> None:
    data = make_report({NASTY: 0.5, "../../etc": 0.6}, conditions=(NASTY, "=1+1", "$x$"), title=NASTY)
    scores = data.scores.assign(enhanced=NASTY)
    failures = pd.DataFrame([[NASTY, NASTY, "<b>boom</b>"]], columns=["pair", "method", "reason"])
    written = write_report(replace(data, scores=scores, failures=failures), tmp_path / "inside")
    inside = (tmp_path / "inside").resolve()
    assert all(path.resolve().is_relative_to(inside) for path in written.values())
    page = written["report.html"].read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "<b>boom</b>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_text_files_have_unix_line_ends(make_report: Maker, tmp_path: Path) -> None:
    written = write_report(make_report({"psnr": 0.5}), tmp_path)
    for name in ("tables/comparison.csv", "tables/comparison.md", "tables/comparison.tex", "report.html"):
        content = written[name].read_bytes()
        assert b"\r" not in content
        assert content.endswith(b"\n")


def test_scores_may_be_missing_here_and_there(make_report: Maker, tmp_path: Path) -> None:
    data = make_report({"a": 0.5, "b": 0.4})
    scores = data.scores.copy()
    scores.loc[3, ["mos", "a"]] = np.nan
    assert "plots/scatter_a.png" in write_report(replace(data, scores=scores), tmp_path)
