"""What a user types and what comes back: exit statuses, one-line errors, start-up without heavy imports."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

from benchmark.cli import main

pytestmark = pytest.mark.heavy

TABLE = "ref,enh,mos,cond,a,b\n" + "".join(
    f"r{i // 2}.png,r{i // 2}_{'xy'[i % 2]}.png,{i % 5 + i / 10},{'xy'[i % 2]},{i},{-(i % 5)}\n" for i in range(20)
)


@dataclass(frozen=True)
class Done:
    """A command's exit status, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        status = main(list(arguments))
        return Done(status, *capsys.readouterr())

    return call


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Command:
    """The checkout's command in a process of its own, in an empty folder."""

    def call(*arguments: str) -> Done:
        line = [sys.executable, str(root / "run_benchmark.py"), *arguments]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=240)
        return Done(done.returncode, done.stdout, done.stderr)

    return call


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nowhere.yaml"], "nowhere.yaml: no such configuration file"),
        (["evaluate", "nowhere.csv", "--mos", "mos", "--methods", "a"], "nowhere.csv: no such file"),
        (["evaluate", "t.csv", "--mos", "moss", "--methods", "a"], "t.csv: no column 'moss'; did you mean 'mos'?"),
        (["evaluate", "t.csv", "--mos", "mos", "--methods", "a", "--lower-better", "z"], "--lower-better: 'z'"),
        (
            ["evaluate", "t.csv", "--mos", "mos", "--methods", "a", "--set", "statistics.seeds=1"],
            "did you mean 'seed'?",
        ),
        (["evaluate", "t.csv", "--mos", "mos", "--methods", ","], "--methods"),
        (["score", "pnsr", "a.png", "b.png"], "no method 'pnsr'; did you mean 'psnr'?"),
        (["score", "psnr", "a.png", "b.png", "--set", "test_y=1"], "did you mean 'test_y_channel'?"),
        (["score", "psnr", "a.png", "b.png"], "a.png: no such file"),
        (["report", "nowhere"], "is this the output folder of a run?"),
        (["list", "methods", "--plugins", "nowhere"], "--plugins nowhere: holds neither methods/ nor datasets/"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["run"], "Missing argument"),
    ],
)
def test_a_mistake_is_said_in_a_line_or_two_with_exit_2(
    command: Command, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    done = command(*arguments)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    if done.stderr.startswith("error:"):
        assert len(done.stderr.strip().splitlines()) <= 4


def test_evaluate_writes_the_files_of_the_contract(command: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    done = command(
        *("evaluate", "t.csv", "--mos", "mos", "--methods", "a,b", "--lower-better", "b", "--condition", "cond"),
        *("--reference", "ref", "--set", "statistics.replicates=200"),
    )
    assert done.returncode == 0, done.stderr
    out = tmp_path / "results" / "t"
    assert done.stdout.rstrip().endswith(str(Path("results") / "t" / "report.html"))
    with open(out / "scores.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ",".join(rows[0]) == (
        "dataset,split,fold,pair,reference,cluster,enhanced,condition,mos,mos_sd,observers,a,b"
    )
    assert len(rows) == 20
    header = (out / "summary.csv").read_text().splitlines()[0]
    assert header == "dataset,split,level,condition,method,statistic,value,ci_low,ci_high,n,n_clusters,interval,note"
    header = (out / "comparisons.csv").read_text().splitlines()[0]
    assert header == (
        "dataset,split,level,condition,statistic,method_a,method_b,difference,ci_low,ci_high,"
        "p_value,p_adjusted,significant,test,n,n_clusters"
    )
    for name in (
        "tables/comparison.csv",
        "tables/comparison.md",
        "tables/comparison.tex",
        "report.html",
        "failures.csv",
    ):
        assert (out / name).stat().st_size > 0
    assert list((out / "plots").glob("*.png"))
    assert list((out / "plots").glob("*.pdf"))
    assert json.loads((out / "run.json").read_text())["statistics"]["replicates"] == 200


def test_an_incomplete_method_makes_exit_3_and_is_named(checkout: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE.replace(",4,-4\n", ",,-4\n"))
    done = checkout("evaluate", "t.csv", "--mos", "mos", "--methods", "a,b", "--reference", "ref", "--output", "o")
    assert done.returncode == 3
    with open(tmp_path / "o" / "failures.csv", newline="") as file:
        assert [row["method"] for row in csv.DictReader(file)] == ["a"]
    assert "19 of 20" in done.stdout.replace("\n", " ") or "1 of 20" in done.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], {"torch", "pandas", "numpy", "scipy", "pydantic", "pyiqa", "matplotlib"}),
        (["--version"], {"torch", "pandas", "numpy", "scipy", "pydantic", "pyiqa", "matplotlib"}),
        (["list", "methods"], {"torch", "pandas", "scipy", "pyiqa", "matplotlib", "timm"}),
        (["list", "datasets"], {"torch", "pandas", "scipy", "pyiqa", "matplotlib", "timm"}),
        (
            ["evaluate", "t.csv", "--mos", "mos", "--methods", "a,b", "--set", "statistics.replicates=20"],
            {"torch", "pyiqa", "timm", "torchvision"},
        ),
    ],
)
def test_commands_do_not_pay_for_what_they_do_not_use(
    root: Path, tmp_path: Path, arguments: list[str], forbidden: set[str]
) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    code = (
        "import sys; from benchmark.cli import main; status = main(sys.argv[1:]); "
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules})); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert not loaded & forbidden


def test_the_version_is_the_installed_packages(command: Command) -> None:
    done = command("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"efid-bench {metadata.version('efid-bench')}\n"


def test_list_methods_names_direction_and_licence(command: Command) -> None:
    done = command("list", "methods")
    assert done.returncode == 0
    line = next(line for line in done.stdout.splitlines() if line.split()[:1] == ["psnr"])
    assert "higher" in line
    assert "pyiqa" in line


def test_list_one_shows_its_options(command: Command) -> None:
    done = command("list", "methods", "ssim")
    assert done.returncode == 0
    assert "Mean SSIM with an 11 × 11 Gaussian window" in done.stdout
    assert re.search(r"downsample +bool +False", done.stdout)
    assert "['yiq', 'ycbcr', 'lhm']" in done.stdout
    assert re.search(r"root +Path \| None +None", command("list", "datasets", "efid").stdout)
    assert re.search(r"crops: .*\n(.*\n)+ crops +int +20", command("list", "methods", "sdmp-net").stdout)
    assert "It has no options." in command("list", "methods", "vif").stdout
    assert "no method 'sim'; did you mean 'ssim'?" in command("list", "methods", "sim").stderr
