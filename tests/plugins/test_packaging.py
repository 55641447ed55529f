"""The wheel: one top-level name, and it works outside the checkout. The checkout: `datasets` stays the installed package."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(root)]
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True, text=True)
    return next(folder.glob("*.whl"))


def test_its_only_top_level_name_is_benchmark_and_plugins_lie_inside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"benchmark"}
    for inside in (
        "methods/psnr.py",
        "methods/_pyiqa.py",
        "datasets/efid.py",
        "configs/demo.yaml",
        "methods/__init__.py",
    ):
        assert f"benchmark/plugins/{inside}" in names
    assert any(name.startswith("benchmark/report/templates/") for name in names)
    assert not any("tests" in name or "__pycache__" in name for name in names)


@pytest.mark.long
def test_the_installed_wheel_lists_methods_and_evaluates_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    install = ["pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run([sys.executable, "-m", *install], check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    script = [sys.executable, str(site / "bin" / "efid-bench")]
    listed = subprocess.run([*script, "list", "methods"], cwd=work, env=environment, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr
    names = {line.split()[0] for line in listed.stdout.splitlines() if line.strip()}
    assert {"psnr", "ssim", "lpips", "dists", "enhancer-mean"} <= names
    (work / "t.csv").write_text("ref,mos,a\n" + "".join(f"r{i % 5},{i},{(i * 7) % 20}\n" for i in range(20)))
    evaluate = ["evaluate", "t.csv", "--mos", "mos", "--methods", "a", "--set", "statistics.replicates=50"]
    done = subprocess.run([*script, *evaluate], cwd=work, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (work / "results" / "t" / "report.html").is_file()
    where = subprocess.run(
        [sys.executable, "-c", "import benchmark, datasets; print(benchmark.__file__); print(datasets.__file__)"],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert where[0].startswith(str(site))
    assert not where[1].startswith(str(site))


def test_datasets_in_the_checkout_is_the_installed_package(root: Path) -> None:
    code = "import datasets; print(datasets.__file__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert "site-packages" in done.stdout
