"""Measures without reference, and gains, in a run: what they are given, how often, and where tables put them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import benchmark
from benchmark.config.models import MethodEntry, as_entry
from benchmark.config.source import read_source
from benchmark.core.errors import PluginError
from benchmark.plugins import contract_check, registry
from benchmark.plugins.contracts import NoReference
from benchmark.plugins.options import construct
from benchmark.scoring import lineup
from benchmark.scoring.batching import can_batch
from benchmark.scoring.lanes import lanes
from benchmark.scoring.measure_cost import parameters
from benchmark.scoring.score_group import PreparedPair, Terms, score_batch, score_pair
from benchmark.scoring.torchrun import ScoringRanks

pytestmark = pytest.mark.heavy

COUNTING = """
from pathlib import Path

from benchmark import MethodInfo, NoReference


class Counting(NoReference):
    info = MethodInfo(name="counting", title="Counting", higher_is_better=False, score_range=(0.0, 1.0))

    def quality(self, images):
        with open(Path(__file__).parent / "calls.txt", "a") as calls:
            calls.write(f"{float(images.mean()):.9f}\\n" * len(images))
        return images.mean(dim=(1, 2, 3))
"""
DRAWING = """
import torch

from benchmark import MethodInfo, NoReference


class Drawing(NoReference):
    info = MethodInfo(name="drawing", title="Drawing", higher_is_better=True, {declared})

    def quality(self, images, *, rng):
        place = int(rng.integers(images.shape[-1]))
        return images[..., place].mean(dim=(1, 2)) + place
"""


def settings(table: Path, methods: list[Any], **more: object) -> dict[str, Any]:
    return {
        "dataset": {"name": "table", "file": str(table)},
        "methods": methods,
        "statistics": {"replicates": 20},
        "report": {"plots": []},
        "workers": 1,
        "offline": True,
        **more,
    }


def test_a_run_measures_each_reference_once_and_groups_what_needs_none(
    tiny_set: Path, plugin_folder: Path, tmp_path: Path, near: None
) -> None:
    (plugin_folder / "methods" / "counting.py").write_text(COUNTING)
    methods = ["psnr", {"name": "gain", "of": "counting"}, "counting", {"name": "gain", "of": "niqe", "label": "later"}]
    configuration = settings(tiny_set, methods, plugins=[str(plugin_folder)])
    run = benchmark.run(configuration, output=str(tmp_path / "out"))
    calls = (plugin_folder / "methods" / "calls.txt").read_text().split()
    assert len(calls) == 4 + 4 + 2, "of each enhanced image in both rows, and of each reference once"

    def mean(name: str) -> float:
        return float((np.asarray(Image.open(tmp_path / name), dtype=np.float32) / 255).mean())

    names = run.scores[["enhanced", "reference"]].itertuples(index=False)
    expected = [mean(str(enhanced)) - mean(str(reference)) for enhanced, reference in names]
    np.testing.assert_allclose(run.scores["gain"], expected, atol=1e-6)
    by_label = {method.label: method for method in run.data.methods}
    assert (by_label["gain"].title, by_label["gain"].higher_is_better) == ("Gain in Counting", False)
    assert by_label["gain"].settings["score"] == "Counting of the enhanced image minus Counting of its reference"
    assert {name: method.group for name, method in by_label.items() if name != "psnr"} == dict.fromkeys(
        ("gain", "counting", "later"), "no-reference"
    )
    assert by_label["later"].status == "unavailable"
    assert "niqe_modelparameters.mat is not on this machine" in by_label["later"].reason
    for suffix, heading in (("md", "*No reference*"), ("tex", r"\textit{No reference}"), ("csv", "No reference,gain")):
        table = (tmp_path / "out" / "tables" / f"comparison.{suffix}").read_text()
        assert heading in table
        assert table.index("PSNR") < table.index("Gain in Counting")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "No reference" in page

    benchmark.run(configuration, output=str(tmp_path / "out"))
    assert len((plugin_folder / "methods" / "calls.txt").read_text().split()) == 10


def prepared(enhanced: Any, reference: Any) -> PreparedPair:
    return PreparedPair("", enhanced, reference, "5" * 64)


def test_a_measure_that_draws_shares_its_numbers_among_the_images_of_a_reference(
    plugin_folder: Path, near: None
) -> None:
    (plugin_folder / "methods" / "drawing.py").write_text(DRAWING.format(declared="random=True"))
    found = registry.methods().load("drawing")
    rng = np.random.default_rng(1)
    first, second, reference = rng.random((3, 3, 4, 1000)).astype(np.float32)
    scores = [score_pair(found(), prepared(image, reference), Terms("cpu", 0)) for image in (first, second)]
    places = {int(score) for score in scores}
    assert len(places) == 1
    assert int(score_pair(found(), prepared(first, reference), Terms("cpu", 1))) not in places
    gain, _ = construct(registry.methods().load("gain"), {"of": "drawing"})
    contract_check.check_method(gain)
    assert gain.depends_on_seed()
    assert not can_batch(found())
    place = places.pop()
    differences = [float(image[..., place].mean() - reference[..., place].mean()) for image in (first, second)]
    pairs = [prepared(image, reference) for image in (first, second)]
    assert [score_pair(gain, pair, Terms("cpu", 0)) for pair in pairs] == pytest.approx(differences, abs=1e-4)
    assert score_batch(gain, pairs, Terms("cpu", 0)) == pytest.approx(differences, abs=1e-4)


def test_a_measure_that_draws_declares_what_the_seed_does(plugin_folder: Path, near: None) -> None:
    (plugin_folder / "methods" / "drawing.py").write_text(DRAWING.format(declared="version='1'"))
    method = registry.methods().load("drawing")()
    with pytest.raises(PluginError, match=r"its `quality\(\)` takes `rng`, but nothing declares"):
        contract_check.check_method(method)


def test_a_measure_without_its_function_is_refused(plugin_folder: Path, near: None) -> None:
    (plugin_folder / "methods" / "idle.py").write_text(
        "from benchmark import MethodInfo, NoReference\n\n\n"
        "class Idle(NoReference):\n    info = MethodInfo(name='idle', title='Idle', higher_is_better=True)\n"
    )
    with pytest.raises(PluginError, match="Idle defines no `quality`"):
        registry.methods().load("idle")


def test_batches_are_the_same_as_single_images() -> None:
    method = registry.methods().load("piqe")()
    method.load("cpu")
    assert isinstance(method, NoReference)
    images = np.random.default_rng(2).random((3, 3, 64, 80)).astype(np.float32)
    pairs = [prepared(image, images[0]) for image in images]
    singly = [score_pair(method, pair, Terms("cpu", 0)) for pair in pairs]
    assert score_batch(method, pairs, Terms("cpu", 0)) == pytest.approx(singly, rel=1e-6)


def test_only_the_enhanced_image_counts_as_of_one_colour(tiny_set: Path, tmp_path: Path, near: None) -> None:
    """A measure that never sees the reference can't be surprised by it."""
    plain = Image.fromarray(np.full((32, 32, 3), 90, np.uint8))
    plain.save(tmp_path / "1.png")
    plain.save(tmp_path / "0_soft.png")
    plug = tmp_path / "plug" / "methods"
    plug.mkdir(parents=True)
    (plug / "flat.py").write_text(
        "from benchmark import MethodInfo, NoReference\n\n\n"
        "class Flat(NoReference):\n"
        "    info = MethodInfo(name='flat', title='Flat', higher_is_better=True, flat_images='0')\n\n"
        "    def quality(self, images):\n        return images.amax((1, 2, 3)) - images.amin((1, 2, 3))\n"
    )
    run = benchmark.run(settings(tiny_set, ["flat"], plugins=[str(tmp_path / "plug")]), output=str(tmp_path / "out"))
    assert any("flat: 1 pair holds an image of one colour; it gives 0." in note for note in run.data.notes)


def test_gains_on_real_photographs_are_differences_of_pyiqas_values(shared: Callable[[str], Path]) -> None:
    from pyiqa import create_metric

    folder = shared("oracles/tid2013_pairs")

    def read(file: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
        values = np.asarray(Image.open(file).convert("RGB"), dtype=np.float32) / 255
        return np.ascontiguousarray(values.transpose(2, 0, 1))

    for name in ("piqe", "entropy"):
        direct = create_metric(name, device=torch.device("cpu"))
        gain, _ = construct(registry.methods().load("gain"), {"of": name})
        gain.load("cpu")
        for image in ("I04.bmp", "I19.bmp"):
            enhanced, reference = read(folder / "distorted" / image), read(folder / "reference" / image)
            values = [direct(torch.from_numpy(one)[None]).item() for one in (enhanced, reference)]
            found = score_pair(gain, prepared(enhanced, reference), Terms("cpu", 0))
            assert found == values[0] - values[1]
            assert score_pair(gain, prepared(reference, reference), Terms("cpu", 0)) == 0


def test_ranges_of_gains_are_those_of_differences() -> None:
    def gain(of: Any) -> Any:
        return construct(registry.methods().load("gain"), {"of": of})[0]

    assert gain("entropy").info.score_range == (-8.0, 8.0)
    assert gain("niqe").info.score_range == (None, None)
    assert gain("liqe").info.score_range == (-4.0, 4.0)
    niqe = gain("niqe")
    assert (niqe.info.title, niqe.info.higher_is_better, niqe.info.group) == ("Gain in NIQE", False, "no-reference")
    assert [weight.name for weight in niqe.weights()] == ["niqe_modelparameters.mat"]
    assert "PolyForm Noncommercial" in niqe.info.licence


def test_the_parameters_of_a_gain_are_the_measures() -> None:
    class Held(NoReference):
        info = benchmark.MethodInfo(name="held", title="Held", higher_is_better=True)

        def __init__(self) -> None:
            self.net = torch.nn.Linear(3, 5)

        def quality(self, images: torch.Tensor) -> torch.Tensor:
            return images.mean(dim=(1, 2, 3))

    gain = registry.methods().load("gain")(of=Held())  # type: ignore[call-arg]
    assert parameters(gain) == parameters(Held()) == 20


def test_plug_ins_from_elsewhere_share_no_process_with_others_through_a_gain(plugin_folder: Path, near: None) -> None:
    (plugin_folder / "methods" / "counting.py").write_text(COUNTING)
    named = [
        "psnr",
        {"name": "gain", "of": "counting"},
        "counting",
        {"name": "gain", "of": "piqe", "label": "piqe gain"},
    ]
    entries = [MethodEntry.model_validate(as_entry(entry)) for entry in named]
    entrants = lineup.line_up(entries, read_source({}))
    found = [list(lane.labels) for lane in lanes(entrants, 1, ScoringRanks())]
    assert found == [["psnr", "piqe gain"], ["gain", "counting"]]


def test_a_gain_from_python() -> None:
    method = benchmark.create_method("gain", of="entropy")
    image = torch.rand(2, 3, 40, 50)
    assert method.score(image, image).tolist() == [0.0, 0.0]
    assert float(method.score(image, torch.zeros_like(image))[0]) > 5
