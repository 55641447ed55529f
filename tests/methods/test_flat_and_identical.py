"""What shipped methods give for identical images and for images of one colour, and that seeds change what they should.

Held to: a range is kept or the pair has no score; equal images get the best score or none, unless ``flat_images`` says so.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.core.errors import PluginError, UserError
from benchmark.plugins import contract_check, registry
from benchmark.plugins.contracts import Method, MethodInfo, ScoreSource
from benchmark.plugins.options import options_model
from benchmark.scoring.flatness import is_flat
from benchmark.scoring.lineup import Entrant, producer
from benchmark.scoring.promise import in_words
from benchmark.scoring.score_group import PreparedPair, Terms, score_pair
from tests.long import with_long

pytestmark = pytest.mark.heavy

SIDE = 176
WEIGHTLESS = (
    *("psnr", "psnry", "ssim", "ssimc", "ms_ssim", "cw_ssim", "fsim", "vif", "gmsd", "vsi", "nlpd", "mad"),
    *("haarpsi", "haarpsi-med", "mdsi", "sr_sim", "dss", "iw_ssim", "ms_gmsd", "cvvdp"),
)
BEST = {"psnr": 80.0, "psnry": 80.0, "gmsd": 0.0, "nlpd": 0.0, "mad": 0.0, "lpips": 0.0, "lpips-vgg": 0.0, "dists": 0.0}
BEST |= {"mdsi": 0.0, "ms_gmsd": 0.0, "cvvdp": 10.0}
"""The best score, by definition; 1 for all others."""
NO_SCORE = ("outside the method's range", "not a finite number", "too little structure")
SLOW = ("mad", "lpips-vgg", "dists")
DIFFERENT = (("black", "white"), ("darker ramp", "ramp"), ("noise", "black"), ("noise", "eye"))


def plain(*colour: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.tile(np.array(colour, np.float32)[:, None, None], (1, SIDE, SIDE))


@pytest.fixture(scope="module")
def images() -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    rng = np.random.default_rng(3)
    noise = rng.random((3, SIDE, SIDE)).astype(np.float32)
    ramp = np.broadcast_to(np.linspace(0, 1, SIDE, dtype=np.float32), (3, SIDE, SIDE)).copy()
    eye = noise.copy()
    rows, columns = np.mgrid[:SIDE, :SIDE]
    eye[:, (rows - SIDE / 2) ** 2 + (columns - SIDE / 2) ** 2 > 70**2] = 0
    dot = plain(0, 0, 0)
    dot[:, 88, 88] = 1
    return {
        "black": plain(0, 0, 0),
        "white": plain(1, 1, 1),
        "grey": plain(0.5, 0.5, 0.5),
        "red": plain(1, 0, 0),
        "noise": noise,
        "ramp": ramp,
        "darker ramp": (ramp / 2).astype(np.float32),
        "diagonal": ((ramp + ramp.transpose(0, 2, 1)) / 2).astype(np.float32),
        "eye": eye,
        "dot": dot,
    }


def score(method: Method, enhanced: Any, reference: Any) -> float | None:
    """What a run would note: the score, or nothing where there is none."""
    try:
        return score_pair(method, PreparedPair("", enhanced, reference, "0" * 64), Terms("cpu", 0))
    except (UserError, ValueError) as error:
        if not any(said in str(error) for said in NO_SCORE):
            raise
        return None


def made(name: str) -> Method:
    """The method, loaded; the test is skipped where its package isn't installed."""
    method = registry.methods().load(name)()
    if name == "cvvdp" and method.unavailable():
        pytest.skip("the optional package cvvdp is not installed")
    method.load("cpu")
    return method


@pytest.mark.parametrize("name", with_long([*WEIGHTLESS, "lpips", "lpips-vgg", "dists"], {"mad", "lpips-vgg"}))
def test_identical_images_get_the_best_score_or_none_unless_it_is_said(
    name: str, images: dict[str, Any], weight_cache: Path
) -> None:
    method = made(name)
    torch.set_num_threads(1)
    for kind, image in images.items():
        if name in SLOW and kind not in ("black", "grey", "noise", "diagonal"):
            continue
        found = score(method, image, image)
        if found is not None and not (method.info.flat_images and is_flat(image)):
            assert found == pytest.approx(BEST.get(name, 1.0), abs=1e-5), kind
    for enhanced, reference in DIFFERENT:
        found = score(method, images[enhanced], images[reference])
        low, high = method.info.score_range
        assert found is None or ((low is None or found >= low - 1e-4) and (high is None or found <= high + 1e-4))
        best = found is not None and found == pytest.approx(BEST.get(name, 1.0), abs=1e-5)
        said = method.info.flat_images and (is_flat(images[enhanced]) or is_flat(images[reference]))
        assert not best or said, (enhanced, reference)


def test_cw_ssim_of_images_without_signal_is_no_score(images: dict[str, Any]) -> None:
    """pyiqa gives 1,000,000 for black against white and 125,001 for a ramp against its darker self."""
    method = registry.methods().load("cw_ssim")()
    method.load("cpu")
    assert score(method, images["black"], images["white"]) is None
    assert score(method, images["darker ramp"], images["ramp"]) is None
    assert score(method, images["noise"], images["noise"]) == pytest.approx(1, abs=1e-6)


def test_what_is_said_of_images_of_one_colour_is_so(images: dict[str, Any]) -> None:
    black, white, noise = images["black"], images["white"], images["noise"]
    torch.set_num_threads(1)
    values = {}
    for name in ("vif", "vsi", "mad", "fsim"):
        method = registry.methods().load(name)()
        method.load("cpu")
        pairs = ((black, black), (black, white), (noise, black))
        values[name] = [score(method, *pair) for pair in pairs]
        assert method.info.flat_images
    for name in ("haarpsi", "haarpsi-med", "iw_ssim"):
        assert registry.methods().load(name).info.flat_images
        assert score(made(name), black, black) is None
    assert score(made("haarpsi"), white, white) == 1
    assert score(made("iw_ssim"), noise, white) is None
    assert values["vif"] == [0, 0, 0]
    assert values["vsi"][:2] == [1, 1]
    assert values["mad"] == [0, 0, 0]
    assert values["fsim"][0] == 1
    assert values["fsim"][1] == pytest.approx(0.75, abs=0.005)  # 0.98 at 192 px


def test_cvvdp_sees_no_difference_between_two_greys(images: dict[str, Any]) -> None:
    method = made("cvvdp")
    assert "10, the best score, between any two greys" in method.info.flat_images
    assert [score(method, images[one], images[other]) for one, other in (("black", "white"), ("grey", "white"))] == [
        10,
        10,
    ]
    red = score(method, images["red"], images["grey"])
    assert red is not None
    assert red < 9


def test_the_docs_say_of_every_method_what_it_declares(root: Path) -> None:
    page, _, _ = (root / "docs" / "methods.md").read_text(encoding="utf-8").partition("\n## Free licences")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| `")
    ]
    said = {name: row for row in rows for name in re.findall(r"`([\w-]+)`", row[0])}
    folder = root / "methods"
    ours = [item for item in registry.methods().listings()[0] if item.file is not None and folder in item.file.parents]
    assert sorted(said) == sorted(item.name for item in ours)
    for name, (_, better, scores, _, flat) in said.items():
        found = registry.methods().load(name).info
        if name == "gain":
            assert (better, scores) == ("as the measure", "differences of the measure's")
            continue
        if name == "command":
            assert better == scores == "as its entry says"
            continue
        assert in_words(found) == scores, name
        assert better == ("higher" if found.higher_is_better else "lower") or better.startswith("as the labels")
        assert (flat == found.flat_images) or name == "cw_ssim", name


def shipped() -> dict[str, Method]:
    """Every method that can be built without further options."""
    found = {}
    for name in registry.methods().names():
        kind = registry.methods().load(name)
        required = any(item.is_required() for item in options_model(kind).model_fields.values())
        if not issubclass(kind, ScoreSource) and not required:
            found[name] = kind()
    return found


@pytest.mark.long
def test_only_methods_that_draw_are_keyed_by_the_seed() -> None:
    methods = shipped()
    assert len(methods) > 30
    for name, method in methods.items():
        keys = {
            producer(Entrant(name, name, method=method), device="cpu", threads=1, seed=seed, sizes={}).key
            for seed in (0, 1)
        }
        assert len(keys) == (2 if name.startswith("sdmp-net") else 1), name
    fixed = registry.methods().load("sdmp-net")(crops=5)  # type: ignore[call-arg]
    assert not fixed.depends_on_seed()


@pytest.mark.parametrize("name", [*(name for name in WEIGHTLESS if name != "mad"), "lpips", "lpips-vgg", "dists"])
def test_a_method_that_does_not_declare_itself_random_scores_the_same_for_every_seed(
    name: str, images: dict[str, Any], weight_cache: Path
) -> None:
    method = made(name)
    assert not method.depends_on_seed()
    pair = PreparedPair("", images["eye"], images["noise"], "0" * 64)
    assert score_pair(method, pair, Terms("cpu", 0)) == score_pair(method, pair, Terms("cpu", 12345))


def test_only_a_function_that_is_given_the_generator_must_declare_it() -> None:
    """``compare`` is given none, nor is ``score`` where ``describe`` and ``compare`` do its work."""

    class Idle(Method):
        info = MethodInfo(name="idle", title="Idle", higher_is_better=True)

        def score(self, enhanced: Any, reference: Any, *, rng: Any = None) -> Any:
            return enhanced

        def describe(self, reference: Any) -> Any:
            return reference

        def compare(self, enhanced: Any, description: Any, *, rng: Any = None) -> Any:
            return enhanced

    class Draws(Idle):
        def describe(self, reference: Any, *, rng: Any = None) -> Any:
            return reference

    class Declares(Draws):
        def depends_on_seed(self) -> bool:
            return True

    contract_check.check_method(Idle())
    assert not Idle().depends_on_seed()
    with pytest.raises(PluginError, match="`describe\\(\\)` takes `rng`, but nothing declares whether"):
        contract_check.check_method(Draws())
    contract_check.check_method(Declares())


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize(("declared", "differ"), [("random=True", True), ("random=False", False)])
def test_a_declaration_about_the_seed_cannot_be_broken_silently(
    plugin_folder: Path, declared: str, differ: bool
) -> None:
    (plugin_folder / "methods" / "draws.py").write_text(
        f"""
import torch
from benchmark import Method, MethodInfo


class Draws(Method):
    info = MethodInfo(name="draws", title="Draws", higher_is_better=True, {declared})

    def score(self, enhanced, reference, *, rng):
        return torch.full((1,), rng.random())
"""
    )
    method = registry.methods().load("draws")()
    pair = PreparedPair("", np.zeros((3, 8, 8), np.float32), np.zeros((3, 8, 8), np.float32), "0" * 64)
    scores = {score_pair(method, pair, Terms("cpu", seed)) for seed in (0, 1)}
    assert len(scores) == (2 if differ else 1)
    assert method.depends_on_seed() == differ
    torch.manual_seed(0)
