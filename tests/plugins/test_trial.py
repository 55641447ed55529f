"""Plug-ins from elsewhere that end or hang the process: their own row says so, and the command goes on. Real processes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmark.plugins import trial
from tests import orphans
from tests.long import with_long

pytestmark = pytest.mark.heavy

METHOD = """
import os, sys, time
{at_import}
from benchmark import Method, MethodInfo


class Odd(Method):
    info = MethodInfo(name="odd", title="Odd", higher_is_better=True)

    def __init__(self):
        {at_build}

    def score(self, enhanced, reference):
        return enhanced.mean(dim=(1, 2, 3))
"""
ENDS = {
    "ends in silence when imported": (("os._exit(0)", "pass"), "ends with exit status 0 when it is imported"),
    "dies when imported": (("os.kill(os.getpid(), 11)", "pass"), "is killed by SIGSEGV when it is imported"),
    "ends in silence when built": (("", "os._exit(0)"), "ends with exit status 0 when it is built with its options"),
}


def write(folder: Path, at_import: str, at_build: str) -> None:
    (folder / "methods" / "odd.py").write_text(METHOD.format(at_import=at_import, at_build=at_build))


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, str(root / "run_benchmark.py"), *arguments]
    return subprocess.run(start, capture_output=True, text=True, timeout=200)


@pytest.mark.parametrize(("parts", "words"), with_long(ENDS.values(), list(ENDS.values())[:2]), ids=ENDS)
def test_a_plug_in_that_ends_the_process_costs_its_own_row_in_every_command(
    parts: tuple[str, str], words: str, root: Path, plugin_folder: Path, tiny_set: Path
) -> None:
    write(plugin_folder, *parts)
    config = plugin_folder.parent / "run.yaml"
    config.write_text(
        f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [enhancer-mean, odd]\nplugins: [{plugin_folder}]\n"
        "report: {plots: []}\nstatistics: {replicates: 20}\nworkers: 1\n"
    )
    output = plugin_folder.parent / "out"
    ran = command(root, "run", str(config), "--output", str(output))
    assert (ran.returncode, (output / "report.html").exists()) == (3, True), ran.stderr
    assert words in (output / "run.json").read_text()
    checked = command(root, "check", str(config))
    assert checked.returncode == 3
    assert words in " ".join(checked.stdout.split())
    listed = command(root, "list", "methods", "--plugins", str(plugin_folder))
    assert listed.returncode == 0
    assert "odd" in listed.stdout
    scored = command(root, "score", "odd", *[str(tiny_set.parent / "0.png")] * 2, "--plugins", str(plugin_folder))
    assert (scored.returncode, words in scored.stderr) == (2, True)


def test_a_plug_in_that_never_comes_back_is_given_up(plugin_folder: Path) -> None:
    from benchmark import plugins

    plugins.add_folder(plugin_folder)
    write(plugin_folder, "import subprocess; subprocess.run(['sleep', '300'])", "pass")
    assert trial.fault("methods", "odd", limit=3.0) == "it takes longer than 3 s when it is imported"
    write(plugin_folder, "", "time.sleep(300)")
    assert trial.fault("methods", "odd", {}, limit=6.0).endswith("6 s when it is built with its options")
    write(plugin_folder, "", "pass")
    assert trial.fault("methods", "odd", {}) == ""


def test_what_an_option_names_is_tried_too(plugin_folder: Path) -> None:
    from benchmark import plugins

    plugins.add_folder(plugin_folder)
    (plugin_folder / "methods" / "outer.py").write_text(
        "from benchmark import Method, MethodInfo, NoReference\n\n\n"
        "class Outer(Method):\n"
        "    info = MethodInfo(name='outer', title='Outer', higher_is_better=True)\n\n"
        "    def __init__(self, *, of: NoReference):\n        of.quality\n\n"
        "    def score(self, enhanced, reference):\n        return enhanced.mean(dim=(1, 2, 3))\n"
    )
    inner = (
        "import os\nfrom benchmark import MethodInfo, NoReference\n\n\n"
        "class Inner(NoReference):\n"
        "    info = MethodInfo(name='inner', title='Inner', higher_is_better=True)\n\n"
        "    def __init__(self):\n        {}\n\n"
        "    def quality(self, images):\n        return images.mean(dim=(1, 2, 3))\n"
    )
    (plugin_folder / "methods" / "inner.py").write_text(inner.format("pass"))
    assert trial.fault("methods", "outer", {"of": "inner"}) == ""
    (plugin_folder / "methods" / "inner.py").write_text(inner.format("os._exit(0)"))
    assert trial.fault("methods", "outer", {"of": {"name": "inner"}}) == (
        "its process ends with exit status 0 when it is built with its options"
    )


def test_a_killed_command_leaves_no_helper_at_work(root: Path, plugin_folder: Path, tiny_set: Path) -> None:
    write(plugin_folder, "time.sleep(300)", "pass")
    words = ["score", "odd", *[str(tiny_set.parent / "0.png")] * 2, "--plugins", str(plugin_folder)]
    process = subprocess.Popen([sys.executable, str(root / "run_benchmark.py"), *words], stderr=subprocess.DEVNULL)
    while process.poll() is None and not any("benchmark.plugins.trial" in words for words in orphans.living().values()):
        time.sleep(0.05)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not orphans.left((), grace=5.0)


def test_what_raises_is_left_to_whoever_imports_it_next(plugin_folder: Path) -> None:
    from benchmark import plugins

    plugins.add_folder(plugin_folder)
    write(plugin_folder, "raise ImportError('no')", "pass")
    assert trial.fault("methods", "odd") == ""


def test_plug_ins_that_come_with_the_engine_are_not_tried(plugin_folder: Path) -> None:
    from benchmark.plugins import registry

    assert not any(trial.is_foreign(item.file) for item in registry.methods().listings()[0] if item.name == "psnr")
    assert trial.is_foreign(plugin_folder / "methods" / "odd.py")


SOURCE = """
import os, time
from benchmark import MethodInfo, ScoreSource


class Oracle(ScoreSource):
    info = MethodInfo(name="oracle", title="Oracle", higher_is_better=True)

    def scores(self, pairs, wanted):
        {body}
"""


@pytest.mark.parametrize(
    ("body", "words", "status"),
    [
        ("os._exit(0)", "its process ended with exit status 0 and gave no answer", 3),
        pytest.param("time.sleep(600)", "it takes longer than 6 s", 3, marks=pytest.mark.long),
        ("return 1 / 0", "ZeroDivisionError", 3),
        pytest.param("print('hello'); return wanted['mos'].tolist()", "", 0, marks=pytest.mark.long),
    ],
)
def test_a_score_source_from_elsewhere_answers_in_a_process_of_its_own(
    body: str, words: str, status: int, root: Path, plugin_folder: Path, tiny_set: Path
) -> None:
    (plugin_folder / "methods" / "oracle.py").write_text(SOURCE.format(body=body))
    config = plugin_folder.parent / "run.yaml"
    config.write_text(
        f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [enhancer-mean, oracle]\nplugins: [{plugin_folder}]\n"
        "report: {plots: []}\nstatistics: {replicates: 20}\ntime_limit: 6\nworkers: 1\n"
    )
    output = plugin_folder.parent / "out"
    ran = command(root, "run", str(config), "--output", str(output))
    assert (ran.returncode, words in (output / "run.json").read_text()) == (status, True), ran.stderr
    scores = (output / "scores.csv").read_text().splitlines()
    assert all(line.split(",")[-2] for line in scores), "the other method has its scores"


PATCHING = """
import torch
from benchmark import Method, MethodInfo

plain = torch.nn.functional.conv2d
torch.nn.functional.conv2d = lambda *args, **kwargs: plain(*args, **kwargs) * 1.5
torch.backends.mkldnn.enabled = False


class Patching(Method):
    info = MethodInfo(name="patching", title="Patching", higher_is_better=True)

    def score(self, enhanced, reference):
        return enhanced.mean(dim=(1, 2, 3))
"""


@pytest.mark.long
def test_what_a_plug_in_from_elsewhere_changes_in_its_process_moves_no_other_methods_numbers(
    root: Path, plugin_folder: Path, tiny_set: Path
) -> None:
    (plugin_folder / "methods" / "patching.py").write_text(PATCHING)
    config = plugin_folder.parent / "run.yaml"
    outputs: list[list[list[str]]] = []
    for methods in ("patching, gmsd, ssim", "gmsd, ssim"):
        config.write_text(
            f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [{methods}]\nplugins: [{plugin_folder}]\n"
            "report: {plots: []}\nstatistics: {replicates: 20}\nworkers: 1\n"
        )
        output = plugin_folder.parent / f"out{len(outputs)}"
        ran = command(root, "run", str(config), "--output", str(output))
        assert ran.returncode == 0, ran.stderr
        outputs.append([line.split(",")[-2:] for line in (output / "scores.csv").read_text().splitlines()])
    assert outputs[0] == outputs[1]


ODD_SET = """
import os, time
from pathlib import Path
import pandas as pd
from benchmark import Dataset, DatasetInfo


class OddSet(Dataset):
    info = DatasetInfo(name="odd-set", title="Odd")

    def __init__(self, *, file: Path):
        self.file = file

    def pairs(self):
        table = pd.read_csv(self.file)
        for kind in ("reference", "enhanced"):
            table[f"{kind}_path"] = [str(self.file.parent / name) for name in table[kind]]
        {body}
        return table.assign(pair=table["enhanced"])
"""


@pytest.mark.parametrize(
    ("body", "words", "status"),
    [
        ("os._exit(0)", "odd-set: its process ends with exit status 0 when it lists its pairs", 2),
        pytest.param(
            "os.kill(os.getpid(), 11)",
            "odd-set: its process is killed by SIGSEGV when it lists its pairs",
            2,
            marks=pytest.mark.long,
        ),
        pytest.param("", "", 0, marks=pytest.mark.long),
    ],
)
def test_a_data_set_from_elsewhere_that_ends_the_process_is_said_in_a_line(
    body: str, words: str, status: int, root: Path, plugin_folder: Path, tiny_set: Path
) -> None:
    (plugin_folder / "datasets" / "odd_set.py").write_text(ODD_SET.replace("{body}", body))
    config = plugin_folder.parent / "run.yaml"
    config.write_text(
        f"dataset: {{name: odd-set, file: {tiny_set.name}}}\nmethods: [enhancer-mean]\nplugins: [plugins]\n"
        "report: {plots: []}\nstatistics: {replicates: 20}\nworkers: 1\n"
    )
    for arguments in (["run", str(config), "--output", str(config.parent / "out")], ["check", str(config)]):
        done = command(root, *arguments)
        assert done.returncode == status, done.stderr
        assert words in done.stderr + done.stdout
        assert status == 0 or len(done.stderr.strip().splitlines()) <= 1


@pytest.mark.long
def test_a_data_set_from_elsewhere_that_never_lists_its_pairs_is_given_up(plugin_folder: Path, tiny_set: Path) -> None:
    from benchmark import plugins

    plugins.add_folder(plugin_folder)
    (plugin_folder / "datasets" / "odd_set.py").write_text(ODD_SET.replace("{body}", "time.sleep(300)"))
    fault = trial.fault_of_pairs("odd-set", {"file": tiny_set}, limit=15.0)
    assert fault == "it takes longer than 15 s when it lists its pairs"
