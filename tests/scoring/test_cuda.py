"""On a CUDA device: the CPU's scores, through pinned transfers and batches; a batch that fits no memory is halved there."""

import textwrap
from pathlib import Path

import pytest
import torch

from benchmark.scoring.messages import MethodTask, PairTask, ReferenceGroup, Setup
from benchmark.scoring.supervisor import Failed, Scored, Supervisor

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device at hand"),
]

METHODS = """
import torch
from benchmark import Method, MethodInfo


class Products(Method):
    info = MethodInfo(name="products", title="Products", higher_is_better=True)

    def describe(self, reference):
        assert reference.device.type == device
        return reference

    def compare(self, enhanced, description):
        weight = torch.full((8, 3, 3, 3), 1 + 2**-12, device=enhanced.device)  # TF32 would take it for 1
        return torch.nn.functional.conv2d(enhanced * description, weight).mean(dim=(1, 2, 3))


class Hungry(Method):
    info = MethodInfo(name="hungry", title="Hungry", higher_is_better=True)

    def score(self, enhanced, reference):
        if device == "cuda":
            free, _ = torch.cuda.mem_get_info()
            torch.empty(len(enhanced) * int(0.6 * free), dtype=torch.uint8, device=enhanced.device)
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""


def scores(folder: Path, images: Path, labels: tuple[str, ...], device: str, autocast: str = "") -> dict[str, float]:
    """Of both references of the tiny set, by method and pair."""
    plugins = folder / device
    for kind in ("methods", "datasets"):
        (plugins / kind).mkdir(parents=True, exist_ok=True)
    (plugins / "methods" / "m.py").write_text(f"device = {device!r}\n{textwrap.dedent(METHODS)}")
    work = []
    for number in range(2):
        names = [f"{number}_{condition}.png" for condition in ("soft", "hard")]
        tasks = tuple(PairTask(name, str(images / name), "") for name in names)
        work.append(
            ReferenceGroup(number, str(images / f"{number}.png"), "", tasks, dict.fromkeys(labels, tuple(names)))
        )
    methods = tuple(MethodTask(label, label, {}) for label in labels)
    setup = Setup(methods, (str(plugins),), {}, device, 1, 0, autocast=autocast)
    events = list(Supervisor(setup, 1, 300.0).run(work))
    assert [event for event in events if isinstance(event, Failed)] == []
    return {f"{event.label} {event.pair}": event.value for event in events if isinstance(event, Scored)}


def test_scores_are_the_cpus(tmp_path: Path, tiny_set: Path) -> None:
    labels = ("psnr", "ssim", "gmsd", "products")
    by_cpu = scores(tmp_path, tiny_set.parent, labels, "cpu")
    assert len(by_cpu) == 16
    assert scores(tmp_path, tiny_set.parent, labels, "cuda") == pytest.approx(by_cpu, rel=1e-5)


def test_a_batch_that_fits_no_memory_is_halved(tmp_path: Path, tiny_set: Path) -> None:
    by_cpu = scores(tmp_path, tiny_set.parent, ("hungry",), "cpu")
    assert len(by_cpu) == 4
    assert scores(tmp_path, tiny_set.parent, ("hungry",), "cuda") == pytest.approx(by_cpu, rel=1e-5)


def test_autocast_computes_more_roughly(tmp_path: Path, tiny_set: Path) -> None:
    exact = scores(tmp_path, tiny_set.parent, ("products",), "cuda")
    rough = scores(tmp_path, tiny_set.parent, ("products",), "cuda", "float16")
    assert rough != exact
    assert rough == pytest.approx(exact, rel=1e-2)
