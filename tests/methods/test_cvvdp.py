"""ColorVideoVDP gives the package's own values for the stated display, and keeps to itself."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark import UserError
from benchmark.plugins import registry
from benchmark.plugins.methods.cvvdp import parameters

pytestmark = pytest.mark.heavy

pycvvdp = pytest.importorskip("pycvvdp", reason="the optional package cvvdp is not installed")


def made(**options: Any) -> Any:
    method = registry.methods().load("cvvdp")(**options)
    method.load("cpu")
    return method


@pytest.fixture(scope="module")
def images() -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy, recoloured and equal to a smooth coloured picture."""
    generator = torch.Generator().manual_seed(2)
    coarse = torch.rand(1, 3, 8, 9, generator=generator)
    reference = torch.nn.functional.interpolate(coarse, size=(120, 131), mode="bicubic").clamp(0, 1)
    noise = torch.randn(reference.shape, generator=generator)
    return torch.cat([(reference + 0.05 * noise).clamp(0, 1), reference.roll(1, dims=1), reference]), reference


def eight_bit(image: torch.Tensor) -> Any:
    """(H, W, 3), as cvvdp's page passes photographs."""
    return (image * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()


@pytest.mark.parametrize("display", ["standard_4k", "standard_fhd", "eizo_CG3146"])
def test_equals_the_package(display: str, images: tuple[torch.Tensor, torch.Tensor]) -> None:
    """8-bit arrays of height, width and channels, through the package's own example."""
    enhanced, reference = ((image * 255).round() / 255 for image in images)
    theirs = pycvvdp.cvvdp(display_name=display, device=torch.device("cpu"), quiet=True)
    expected = [
        float(theirs.predict(eight_bit(image), eight_bit(reference[0]), dim_order="HWC")[0]) for image in enhanced
    ]
    method = made(display=display)
    with torch.inference_mode():
        alone = [float(method.score(image[None], reference)) for image in enhanced]
        together = method.score(enhanced, reference.expand_as(enhanced))
    assert alone == pytest.approx(expected, abs=1e-5)
    assert together.tolist() == pytest.approx(expected, abs=1e-5)
    assert together.shape == (3,)
    assert expected[1] < expected[0] < expected[2] == 10


def test_the_display_and_the_distance_count(images: tuple[torch.Tensor, torch.Tensor]) -> None:
    """Fine noise disappears for a viewer further away, and all of it for one far away."""
    enhanced, reference = images
    with torch.inference_mode():
        near, middle, far = (float(made(ppd=ppd).score(enhanced[:1], reference)) for ppd in (20, 75, 900))
        usual = float(made().score(enhanced[:1], reference))
        phone = float(made(display="standard_phone").score(enhanced[:1], reference))
    assert near < middle < far
    assert usual == pytest.approx(middle, abs=0.05)  # standard_4k has 75.4 pixels per degree
    assert abs(phone - usual) > 0.01
    geometry = pycvvdp.vvdp_display_geometry((3840, 2160), ppd=20)
    theirs = pycvvdp.cvvdp(display_geometry=geometry, device=torch.device("cpu"), quiet=True)
    assert near == pytest.approx(float(theirs.predict(enhanced[:1], reference, dim_order="BCHW")[0]), abs=1e-6)


def test_tables_say_which_display() -> None:
    kind: Any = registry.methods().load("cvvdp")
    assert kind().settings() == {"display": "standard_4k", "pixels per degree": "the display's"}
    assert kind(display="eizo_CG3146", ppd=60).settings() == {"display": "eizo_CG3146", "pixels per degree": "60"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"display": "eizo"},
            r"cvvdp: there is no display 'eizo'; those that show sRGB are eizo_CG3146, .*standard_4k",
        ),
        (
            {"display": "standard_hdr_pq"},
            r"the display 'standard_hdr_pq' expects BT\.2020-PQ, but photographs are sRGB",
        ),
        ({"ppd": 0.5}, r"cvvdp: `ppd` is 0\.5; it must be from 1 to 1000 pixels per degree"),
        ({"ppd": float("nan")}, r"cvvdp: `ppd` is nan; it must be from 1 to 1000"),
    ],
    ids=str,
)
def test_wrong_options_are_said_before_anything_is_loaded(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        registry.methods().load("cvvdp")(**options)


def test_an_image_that_is_too_small_is_refused() -> None:
    method = made()
    assert torch.isfinite(method.score(*torch.rand(2, 1, 3, 16, 16))).all()
    with pytest.raises(ValueError, match="the image is 40×15; sides under 16 pixels are too small"):
        method.score(*torch.rand(2, 1, 3, 15, 40))


def test_an_environment_variable_changes_no_score(
    images: tuple[torch.Tensor, torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cvvdp reads its parameters from the folder `CVVDP_PATH` where there is one."""
    enhanced, reference = images
    with torch.inference_mode():
        usual = float(made().score(enhanced[:1], reference))
    shipped = json.loads((parameters() / "cvvdp_parameters.json").read_text())
    (tmp_path / "cvvdp_parameters.json").write_text(json.dumps({**shipped, "jod_a": 1.0}))
    monkeypatch.setenv("CVVDP_PATH", str(tmp_path))
    with torch.inference_mode():
        theirs = pycvvdp.cvvdp(device=torch.device("cpu"), quiet=True).predict(enhanced[:1], reference, "BCHW")[0]
        ours = float(made().score(enhanced[:1], reference))
    assert float(theirs) != pytest.approx(usual, abs=0.1)
    assert ours == usual


def test_loading_and_scoring_are_silent_and_leave_the_search_path(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dark images make cvvdp warn, and its import appends its own folder, with modules such as `utils` and `interp`."""
    for name in [name for name in sys.modules if name.split(".")[0] == "pycvvdp"]:
        monkeypatch.delitem(sys.modules, name)
    before = list(sys.path)
    method = made()
    assert float(method.score(torch.zeros(1, 3, 32, 32), torch.zeros(1, 3, 32, 32))) == 10
    assert sys.path == before
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_where_cvvdp_is_missing_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycvvdp", None)
    kind: Any = registry.methods().load("cvvdp")
    assert (
        kind(display="anything").unavailable()
        == "needs the package cvvdp, which is not installed: pip install 'efid-bench[cvvdp]'"
    )
