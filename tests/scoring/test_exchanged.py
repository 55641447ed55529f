"""Images, checkpoints and plug-ins exchanged while a run goes on: no score is kept under the hash of another file."""

import importlib
import os
import sys
import textwrap
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

import benchmark
from benchmark.core.hashes import sha256_file
from benchmark.plugins import registry
from benchmark.scoring.store import Store

pytestmark = pytest.mark.heavy

HEAD = """
import os, shutil, time
from pathlib import Path
import torch
from benchmark import Method, MethodInfo

HERE = Path(__file__).resolve().parent


def exchange(path, other):
    # same size, times put back: only the change of state tells
    path, before = Path(path), os.stat(path)
    content = Path(other).read_bytes()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def once(name):
    try:
        os.close(os.open(HERE / f"{name}.done", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
"""
MAE = "def score(self, enhanced, reference):\n    return (enhanced - reference).abs().mean(dim=(1, 2, 3))"


def method(name: str, body: str) -> str:
    info = f'MethodInfo(name="{name}", title="{name}", higher_is_better=False)'
    return f"\n\nclass M_{name}(Method):\n    info = {info}\n\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"


def acting(action: str, then: str = "return (enhanced - reference).abs().mean(dim=(1, 2, 3))") -> str:
    """A method that does something at its first call."""
    action = textwrap.indent(action, " " * 8)
    return f"def score(self, enhanced, reference):\n    if once('act'):\n{action}\n    {then}"


def run(images: Path, folder: Path, methods: list[Any], **more: Any) -> tuple[benchmark.Run, str]:
    console = Console(record=True, width=300, file=StringIO())
    settings = {
        "dataset": {"name": "table", "file": str(images / "pairs.csv")},
        "methods": methods,
        "statistics": {"replicates": 20},
        "report": {"plots": []},
        "workers": 1,
        **more,
    }
    result = benchmark.run(settings, output=images / "out", console=console, plugins=[folder])
    return result, console.export_text()


def true_values(images: Path, result: benchmark.Run) -> list[float]:
    """Mean absolute differences of the files as they are, by NumPy."""
    found = []
    for row in result.scores.itertuples():
        enhanced, reference = (
            np.asarray(Image.open(images / str(name)).convert("RGB"), float) for name in (row.enhanced, row.reference)
        )
        found.append(float(np.abs(enhanced - reference).mean() / 255))
    return found


def check_store(images: Path, factors: dict[str, float]) -> int:
    """Every stored score of images that are there equals the truth; how many there are."""
    store = Store(images / "out" / "store")
    store.read()
    content = {sha256_file(path): np.asarray(Image.open(path), float) for path in images.glob("*.bmp")}
    count = 0
    for score in store._scores.values():
        if score.enhanced in content and score.reference in content:
            count += 1
            truth = np.abs(content[score.enhanced] - content[score.reference]).mean() / 255
            assert score.value == pytest.approx(truth * factors[score.label], abs=1e-6)
    return count


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two references with two enhanced images each, all files of one size; ``other.bmp`` is none of them."""
    rng = np.random.default_rng(0)
    lines = ["reference,enhanced,mos,condition"]
    for number in range(2):
        reference = rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)
        Image.fromarray(reference).save(tmp_path / f"{number}.bmp")
        for step, condition in enumerate(("soft", "hard")):
            noisy = np.clip(reference + rng.normal(0, 8 * (step + 1), reference.shape), 0, 255).astype(np.uint8)
            Image.fromarray(noisy).save(tmp_path / f"{number}_{condition}.bmp")
            lines.append(f"{number}.bmp,{number}_{condition}.bmp,{5 - step - number / 10},{condition}")
    Image.fromarray(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)).save(tmp_path / "other.bmp")
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("name", ["1_hard.bmp", "1.bmp", "0.bmp"], ids=["enhanced", "reference", "already scored"])
def test_an_image_exchanged_between_planning_and_decoding_is_scored_as_it_is(
    name: str, images: Path, plugin_folder: Path
) -> None:
    action = f"exchange({str(images / name)!r}, {str(images / 'other.bmp')!r})"
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("first", acting(action)) + method("mae", MAE))
    result, text = run(images, plugin_folder, ["first", "mae"])
    if name == "0.bmp":  # it had been read already: the run is about what it was
        assert result.exit_status == 0
        result, text = run(images, plugin_folder, ["first", "mae"])
    else:
        assert f"{name}: changed while it was being scored" in text
    assert result.exit_status == 0
    for label in ("first", "mae"):
        assert result.scores[label].tolist() == pytest.approx(true_values(images, result), abs=1e-6)
    assert check_store(images, {"first": 1.0, "mae": 1.0}) >= 8
    again, _ = run(images, plugin_folder, ["first", "mae"])
    assert again.data.record["times"]["computed"] == 0
    assert again.scores.equals(result.scores)
    assert again.data.record["dataset"] == result.data.record["dataset"], "the fingerprint is of what was scored"


@pytest.mark.long
def test_methods_that_saw_different_versions_of_an_image_are_brought_together(
    images: Path, plugin_folder: Path
) -> None:
    """One method has scored the pair, another dies over it; its new worker sees the image that came meanwhile."""
    dying = f"exchange({str(images / '0_hard.bmp')!r}, {str(images / 'other.bmp')!r})\nos._exit(9)"
    (plugin_folder / "methods" / "m.py").write_text(
        HEAD + method("mae", MAE) + method("dies", acting(dying)) + method("last", MAE)
    )
    result, text = run(images, plugin_folder, ["mae", "dies", "last"])
    assert "0_hard.bmp: changed while it was being scored" in text
    truth = true_values(images, result)
    for label in ("mae", "last"):
        assert result.scores[label].tolist() == pytest.approx(truth, abs=1e-6)
    assert result.scores["dies"].isna().sum() == 1


@pytest.mark.usefixtures("near")
def test_an_image_that_never_stays_what_it_is_fails_its_pair(images: Path, plugin_folder: Path) -> None:
    change = (
        f"path = Path({str(images / '0_hard.bmp')!r})\ncontent = bytearray(path.read_bytes())\n"
        "content[-1] = (content[-1] + 1) % 256\npath.write_bytes(bytes(content))\n"
    )
    change = textwrap.indent(change, "    ")
    restless = f"def load(self, device):\n{change}\n" + MAE.replace("\n", f"\n{change}", 1)
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("restless", restless))
    result, _ = run(images, plugin_folder, ["restless"])
    assert result.exit_status == 3
    (failure,) = result.failures.itertuples()
    assert failure.pair == "0_hard.bmp"
    assert "changed while it was being scored: run again" in str(failure.reason)
    assert result.scores["restless"].notna().sum() == 3


FILE = (
    "def __init__(self, *, weights: Path):\n    self.place = weights\n\n"
    "def files(self):\n    return {'checkpoint': self.place}\n\n"
    "def load(self, device):\n    self.factor = float(self.place.read_text())\n\n"
    "def score(self, enhanced, reference):\n"
    "    return self.factor * (enhanced - reference).abs().mean(dim=(1, 2, 3))"
)
LAZY = FILE.replace("self.factor = float(self.place.read_text())", "pass").replace(
    "self.factor *", "float(self.place.read_text()) *"
)


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize(
    ("body", "back"), [(FILE, False), (LAZY, False), (FILE, True)], ids=["load", "score", "undone"]
)
def test_a_checkpoint_exchanged_after_planning_gives_no_stored_score(
    body: str, back: bool, images: Path, plugin_folder: Path
) -> None:
    """The new one is ten times as large; ``undone``: the old one is put back before the run ends."""
    place, new, old = images / "best.pt", images / "new.pt", images / "old.pt"
    place.write_text("1.0")
    old.write_text("1.0")
    new.write_text("9.0")
    action = f"exchange({str(place)!r}, {str(new)!r})"
    end = "pass"
    if back:
        end = f"exchange({str(place)!r}, {str(old)!r})"
    (plugin_folder / "methods" / "m.py").write_text(
        HEAD
        + method("first", "def load(self, device):\n    if once('act'):\n        " + action + "\n\n" + MAE)
        + method("trained", body)
        + method("last", "def load(self, device):\n    if once('end'):\n        " + end + "\n\n" + MAE)
    )
    methods = ["first", {"name": "trained", "weights": str(place)}, "last"]
    result, text = run(images, plugin_folder, methods)
    assert result.exit_status == 3
    assert f"trained: {place}: changed while it was being scored: run again" in text
    assert result.scores["trained"].isna().all()
    assert result.scores["first"].notna().all()
    assert all("best.pt: changed" in reason for reason in result.failures["reason"])
    factor = float(place.read_text())
    check_store(images, {"first": 1.0, "last": 1.0, "trained": factor})
    again, _ = run(images, plugin_folder, methods)
    assert again.exit_status == 0
    expected = [factor * value for value in true_values(images, again)]
    assert again.scores["trained"].tolist() == pytest.approx(expected, abs=1e-5)
    check_store(images, {"first": 1.0, "last": 1.0, "trained": factor})


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize(("helper", "undone"), [(False, False), (True, True)], ids=["plug-in", "its helper, undone"])
def test_a_plugin_edited_after_planning_gives_no_stored_score(
    helper: bool, undone: bool, images: Path, plugin_folder: Path
) -> None:
    """The method is imported after an edit, which another may undo before the run ends: nothing of it is stored."""
    folder = plugin_folder / "methods"
    edited = folder / ("_factor.py" if helper else "edited.py")
    body = "def score(self, enhanced, reference):\n    return FACTOR * (enhanced - reference).abs().mean(dim=(1, 2, 3))"
    (folder / "_factor.py").write_text("FACTOR = 1.0\n")
    where = "from ._factor import FACTOR\n" if helper else "FACTOR = 1.0\n"
    (folder / "edited.py").write_text(HEAD + where + method("edited", body))
    new, old = images / "new.txt", images / "old.txt"
    old.write_text(edited.read_text())
    new.write_text(edited.read_text().replace("FACTOR = 1.0", "FACTOR = 9.0"))
    edit = f"exchange({str(edited)!r}, {str(new)!r})"  # each file's methods have a worker of their own, one after the other
    undo = f"def load(self, device):\n    exchange({str(edited)!r}, {str(old)!r})\n\n"
    (folder / "m.py").write_text(HEAD + method("first", acting(edit)))
    (folder / "last.py").write_text(HEAD + method("last", (undo if undone else "") + MAE))
    methods = ["first", "edited", "last"]
    result, text = run(images, plugin_folder, methods)
    assert f"edited: {edited}: changed while it was being scored: run again" in text
    assert result.scores["edited"].isna().all()
    assert result.scores["last"].tolist() == pytest.approx(true_values(images, result), abs=1e-6)
    factor = 1.0 if undone else 9.0
    again, _ = run(images, plugin_folder, methods)
    expected = [factor * value for value in true_values(images, again)]
    assert again.scores["edited"].tolist() == pytest.approx(expected, abs=1e-5)
    assert again.exit_status == 0


def test_an_edit_of_the_same_size_within_the_same_second_is_imported(
    plugin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiled files that Python keeps know a source by its size and second only."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = plugin_folder / "methods" / "quick.py"
    found = []
    for title in ("one", "two"):
        file.write_text(HEAD + method("quick", MAE).replace('title="quick"', f'title="{title}"'))
        os.utime(file, (1_000_000_000, 1_000_000_000))
        sys.modules.pop("benchmark.plugins.methods.quick", None)
        importlib.invalidate_caches()
        found.append(registry.methods().load("quick").info.title)
    assert found == ["one", "two"]
