"""Scoring with real worker processes: misbehaving methods cost their own row, equal bytes, resume. No statistics here."""

import textwrap
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.console import Console

from benchmark.core.hashes import FileHashes
from benchmark.images.sizes import SizePolicy
from benchmark.scoring.engine import Crew, Outcome, score_missing
from benchmark.scoring.messages import MethodTask, Setup
from benchmark.scoring.plan import ScoredPair, make_plan
from benchmark.scoring.progress import ScoringProgress
from benchmark.scoring.store import Producer, Store

pytestmark = pytest.mark.heavy

PAIRS = [(f"{number}_{condition}.png", f"{number}.png") for number in range(2) for condition in ("soft", "hard")]

HEAD = "import os, sys, time, random\nimport torch\nfrom benchmark import Method, MethodInfo\n"


def method(name: str, body: str) -> str:
    indented = textwrap.indent(textwrap.dedent(body), " " * 4)
    info = f'MethodInfo(name="{name}", title="{name}", higher_is_better=True)'
    return f"\n\nclass M_{name}(Method):\n    info = {info}\n\n{indented}\n"


MAE = "def score(self, enhanced, reference):\n    return (enhanced - reference).abs().mean(dim=(1, 2, 3))"


def score(
    folder: Path,
    images: Path,
    labels: list[str],
    *,
    workers: int = 1,
    time_limit: float = 60.0,
    output: str = "store",
    measure: tuple[str, ...] = (),
) -> tuple[Outcome, Store]:
    """Score the tiny set with methods of a plug-in folder, into a store beside it."""
    setup = Setup(
        methods=tuple(MethodTask(label, label, {}) for label in labels),
        plugin_folders=(str(folder),),
        sizes=asdict(SizePolicy()),
        device="cpu",
        threads=1,
        seed=0,
        measure=measure,
    )
    producers = {label: Producer({"method": label}) for label in labels}
    store = Store(folder / output)
    store.read()
    pairs = [ScoredPair(enhanced, str(images / reference), str(images / enhanced)) for enhanced, reference in PAIRS]
    plan = make_plan(pairs, producers, store, FileHashes(folder / "files.json"))
    missing = {label: sum(reasons.values()) for label, reasons in plan.reasons.items()}
    with Counted(Console(quiet=True), missing, len(plan.known)) as progress:
        outcome = score_missing(plan, setup, producers, store, progress, Crew(workers, time_limit))
    assert outcome.broken or progress.groups == len(plan.groups), "the pace is told by whole references"
    return outcome, store


class Counted(ScoringProgress):
    groups = 0

    def group_done(self) -> None:
        self.groups += 1
        super().group_done()


def values(outcome: Outcome, label: str) -> list[float | None]:
    return [outcome.scores.get((label, pair)) for pair, _ in PAIRS]


@pytest.fixture
def images(tiny_set: Path) -> Path:
    return tiny_set.parent


@pytest.mark.usefixtures("near")
def test_a_score_is_the_mean_absolute_difference_of_rgb_in_0_1(plugin_folder: Path, images: Path) -> None:
    import numpy as np
    from PIL import Image

    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("mae", MAE))
    outcome, _ = score(plugin_folder, images, ["mae"])
    for (pair, reference), value in zip(PAIRS, values(outcome, "mae"), strict=True):
        one, other = (np.asarray(Image.open(images / name).convert("RGB"), float) for name in (pair, reference))
        assert value == pytest.approx(np.abs(one - other).mean() / 255, abs=1e-6)


def test_whatever_a_method_does_costs_its_own_row_only(plugin_folder: Path, images: Path) -> None:
    bad = {
        "raises": "def score(self, enhanced, reference):\n    raise ValueError('no such thing\\nsecond line')",
        "nan_once": "def score(self, enhanced, reference):\n    v = (enhanced - reference).abs().mean(dim=(1, 2, 3))\n"
        "    return v * float('nan') if v > 0.028 else v",
        "wrong_shape": "def score(self, enhanced, reference):\n    return enhanced.mean(dim=(2, 3))",
        "whole_numbers": "def score(self, enhanced, reference):\n    return torch.tensor([1])",
        "a_float": "def score(self, enhanced, reference):\n    return 0.5",
        "exits": "def score(self, enhanced, reference):\n    sys.exit(7)",
        "dies": "def score(self, enhanced, reference):\n    os._exit(9)",
        "will_not_load": "def load(self, device):\n    raise RuntimeError('no such file')\n\n" + MAE,
        "spoils": "def score(self, enhanced, reference):\n    enhanced.zero_(); reference.fill_(1)\n"
        "    torch.set_default_dtype(torch.float64); torch.manual_seed(1); random.seed(1); torch.set_num_threads(2)\n"
        "    torch.backends.cudnn.allow_tf32 = True; torch.set_float32_matmul_precision('medium')\n"
        "    print('hello'); os.write(1, b'raw\\n')\n    return torch.ones(1)",
    }
    precise = "def score(self, enhanced, reference):\n    assert not torch.backends.cudnn.allow_tf32\n"
    precise += "    assert torch.get_float32_matmul_precision() == 'highest'\n    return torch.ones(1)"
    methods = {**bad, "mae": MAE, "last": MAE, "precise": precise}
    text = HEAD + "".join(method(name, body) for name, body in methods.items())
    (plugin_folder / "methods" / "m.py").write_text(text)
    outcome, _ = score(plugin_folder, images, list(methods))
    undisturbed, _ = score(plugin_folder, images, ["mae"], output="other")
    assert values(outcome, "mae") == values(undisturbed, "mae") == values(outcome, "last")
    assert None not in values(outcome, "mae")
    reasons = {(failure.label, failure.pair): failure.reason for failure in outcome.failures}
    first = PAIRS[0][0]
    assert reasons["raises", first] == "ValueError: no such thing"
    assert "shape (1, 3)" in reasons["wrong_shape", first]
    assert "torch.int64" in reasons["whole_numbers", first]
    assert "float, not a tensor" in reasons["a_float", first]
    assert reasons["exits", first] == "it called sys.exit(7)"
    assert "exit status 9" in reasons["dies", first]
    assert "no such file" in reasons["will_not_load", first]
    nan = [pair for label, pair in reasons if label == "nan_once"]
    assert 0 < len(nan) < len(PAIRS)
    assert all(reasons["nan_once", pair] == "the score is nan, not a finite number" for pair in nan)
    for label in ("raises", "exits", "dies", "will_not_load"):
        assert values(outcome, label) == [None] * 4
        assert {pair for name, pair in reasons if name == label} == {pair for pair, _ in PAIRS}
    assert "stopped" in reasons["dies", PAIRS[-1][0]]
    assert values(outcome, "spoils") == values(outcome, "precise") == [1.0] * 4


def test_a_hanging_method_is_stopped_and_the_others_go_on(plugin_folder: Path, images: Path) -> None:
    hang = "def score(self, enhanced, reference):\n    time.sleep(1000)"
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("hangs", hang) + method("mae", MAE))
    outcome, _ = score(plugin_folder, images, ["hangs", "mae"], time_limit=4.0)
    assert None not in values(outcome, "mae")
    assert values(outcome, "hangs") == [None] * 4
    assert all("took longer than 4 s" in failure.reason for failure in outcome.failures)


def test_bytes_are_equal_for_one_worker_or_two_and_after_a_resume(plugin_folder: Path, images: Path) -> None:
    shared = (
        "def depends_on_seed(self):\n    return True\n\n"
        "def describe(self, reference, *, rng):\n    return reference, rng.random()\n\n"
        "def compare(self, enhanced, description):\n    reference, number = description\n"
        "    return ((enhanced - reference) ** 2).mean(dim=(1, 2, 3)).sqrt() + number + random.random()"
    )
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("split", shared) + method("mae", MAE))
    one, store = score(plugin_folder, images, ["split", "mae"])
    two, _ = score(plugin_folder, images, ["split", "mae"], workers=2, output="two")
    assert one.scores == two.scores
    assert one.computed == 8
    again, _ = score(plugin_folder, images, ["split", "mae"])
    assert again.computed == 0
    assert again.scores == one.scores
    store.compact()
    part = next(store.directory.glob("part-*.jsonl"))
    lines = [line for line in part.read_text().splitlines() if '"m": "split"' not in line or PAIRS[1][0] not in line]
    lines[-1] = '{"end": 7}'  # as parts were before they had a checksum
    part.write_text("\n".join(lines) + "\n")
    resumed, _ = score(plugin_folder, images, ["split", "mae"])
    assert resumed.computed == 1
    assert resumed.scores == one.scores


@pytest.mark.usefixtures("near")
def test_an_image_that_cannot_be_decoded_fails_its_pair_alone(plugin_folder: Path, images: Path) -> None:
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("mae", MAE))
    (images / PAIRS[0][0]).write_text("no picture")
    outcome, _ = score(plugin_folder, images, ["mae"])
    assert values(outcome, "mae")[0] is None
    assert None not in values(outcome, "mae")[1:]
    assert [failure.pair for failure in outcome.failures] == [PAIRS[0][0]]
    assert PAIRS[0][0] in outcome.failures[0].reason
    (images / PAIRS[1][0]).unlink()
    outcome, _ = score(plugin_folder, images, ["mae"])
    assert {failure.pair for failure in outcome.failures} == {PAIRS[0][0], PAIRS[1][0]}


def test_a_method_that_leaks_shows_in_its_own_peak_memory(plugin_folder: Path, images: Path) -> None:
    leaks = (
        "kept = []\ndef score(self, enhanced, reference):\n    self.kept.append(torch.ones(20 * 2**20))\n"
        "    return (enhanced - reference).abs().mean(dim=(1, 2, 3))"
    )
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("leaks", leaks) + method("tidy", MAE))
    outcome, _ = score(plugin_folder, images, ["leaks", "tidy"], measure=("leaks", "tidy"))
    assert values(outcome, "leaks") == values(outcome, "tidy")
    assert None not in values(outcome, "tidy")
    assert outcome.costs["leaks"]["memory_mib"] == pytest.approx(240, abs=30)  # the first pair's 80 MiB, and two more
    assert outcome.costs["tidy"]["memory_mib"] < 40
