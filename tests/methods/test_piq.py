"""What comes through piq gives piq's own values, with the reference described once or not, and 1 or 0 for identical images.

piq is asked in double precision: in single precision its own values are off by up to 1e-2 (IW-SSIM of blurred images).
"""

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import piq
import pytest
import torch
import yaml
from PIL import Image

import benchmark
from benchmark import Method, UserError
from benchmark.plugins import registry

pytestmark = pytest.mark.heavy

OURS_AND_PIQS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("haarpsi", {}, "haarpsi", {}),
    ("haarpsi", {"setting": "medical"}, "haarpsi", {"c": 5.0, "alpha": 4.9}),
    ("haarpsi", {"c": 12.0, "alpha": 3.0}, "haarpsi", {"c": 12.0, "alpha": 3.0}),
    ("haarpsi", {"subsample": False}, "haarpsi", {"subsample": False}),
    ("haarpsi-med", {}, "haarpsi", {"c": 5.0, "alpha": 4.9}),
    ("mdsi", {}, "mdsi", {}),
    ("sr_sim", {}, "srsim", {}),
    ("sr_sim", {"chromatic": True}, "srsim", {"chromatic": True}),
    ("dss", {}, "dss", {}),
    ("iw_ssim", {}, "information_weighted_ssim", {}),
    ("ms_gmsd", {}, "multi_scale_gmsd", {}),
    ("ms_gmsd", {"chromatic": True}, "multi_scale_gmsd", {"chromatic": True}),
]
NAMES = tuple(dict.fromkeys(name for name, *_ in OURS_AND_PIQS))
TOLERANCES = {"sr_sim": 5e-6}
"""piq resizes in single precision whatever it is given; all others agree within 2e-7."""
SIZES = ((161, 178), (176, 193))
REDUCED = ("mdsi", "sr_sim")
"""These first reduce images to about 256 px, by blocks of two or three at larger sizes."""
CASES = [(*case, size) for case in OURS_AND_PIQS for size in SIZES] + [
    (*case, size) for case in OURS_AND_PIQS for size in ((391, 420), (645, 701)) if case[0] in REDUCED
]


def made(name: str, **options: Any) -> Any:
    method = registry.methods().load(name)(**options)
    method.load("cpu")
    return method


def surrounded(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Five enhanced images of one reference in a black surround, in colour: the last but one is blurred, the last equal."""
    generator = torch.Generator().manual_seed(height)
    coarse = torch.rand(1, 3, 9, 11, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bicubic")
    noise = torch.randn(2, 3, height, width, generator=generator)
    reference = (smooth + 0.05 * noise[1:]).clamp(0, 1)
    reference[..., : width // 4] = 0
    blurred = torch.nn.functional.avg_pool2d(reference, 9, stride=1, padding=4)
    noisy, tinted = (reference + 0.1 * noise[:1]).clamp(0, 1), reference.roll(1, dims=1)
    return torch.cat([noisy, tinted, 1 - reference, blurred, reference]), reference


def value_of_piq(function: str, enhanced: torch.Tensor, reference: torch.Tensor, **options: Any) -> torch.Tensor:
    compared: torch.Tensor = getattr(piq, function)(enhanced.double(), reference.double(), reduction="none", **options)
    return compared.float()


@pytest.mark.parametrize(("name", "options", "function", "theirs", "size"), CASES, ids=str)
def test_equals_piq(
    name: str, options: dict[str, Any], function: str, theirs: dict[str, Any], size: tuple[int, int]
) -> None:
    enhanced, reference = surrounded(*size)
    method = made(name, **options)
    kept = enhanced.clone(), reference.clone()
    with torch.inference_mode():
        description = method.describe(reference)
        alone = torch.cat([method.compare(image[None], description) for image in enhanced])
        together = method.compare(enhanced, description)
        plain = method.score(enhanced, reference.expand_as(enhanced))
        expected = torch.cat([value_of_piq(function, image[None], reference, **theirs) for image in enhanced])
    assert alone.dtype == torch.float32
    tolerance = TOLERANCES.get(name, 2e-7)
    for found in (alone, together, plain):
        torch.testing.assert_close(found, expected, rtol=0, atol=tolerance)
    assert torch.equal(enhanced, kept[0])
    assert torch.equal(reference, kept[1])
    assert len(set(expected.tolist())) == 5
    assert float(alone[4]) == pytest.approx(1 if method.info.higher_is_better else 0, abs=1e-12)


@pytest.mark.parametrize("name", ["haarpsi", "mdsi", "sr_sim", "iw_ssim", "ms_gmsd"])
def test_the_channels_are_red_green_and_blue(name: str) -> None:
    """Swapping red and blue, or taking the mean for the luma, changes scores."""
    enhanced, reference = surrounded(176, 193)
    method = made(name)
    with torch.inference_mode():
        right = float(method.score(enhanced[:1], reference))
        swapped = float(method.score(enhanced[:1].flip(1), reference.flip(1)))
    assert abs(right - swapped) > 1e-4


def test_the_enhanced_image_comes_first() -> None:
    """MDSI and IW-SSIM are not symmetric."""
    enhanced, reference = surrounded(176, 193)
    for name in ("mdsi", "iw_ssim"):
        method = made(name)
        with torch.inference_mode():
            there, back = method.score(enhanced[3:4], reference), method.score(reference, enhanced[3:4])
        assert abs(float(there) - float(back)) > 1e-3, name


def test_the_medical_setting_is_the_published_one() -> None:
    """C = 5 and alpha = 4.9: Karner et al., ISBI 2025 (arXiv:2410.24098), for HaarPSI_MED; 30 and 4.2 for photographs."""
    medical, natural = made("haarpsi-med"), made("haarpsi")
    assert (medical.c, medical.alpha) == (5.0, 4.9)
    assert (natural.c, natural.alpha) == (30.0, 4.2)
    assert medical.settings() == made("haarpsi", setting="medical").settings()
    assert medical.settings()["C"] == "5"
    enhanced, reference = surrounded(176, 193)
    with torch.inference_mode():
        assert float(medical.score(enhanced[:1], reference)) < float(natural.score(enhanced[:1], reference))


def test_haarpsi_of_luma_alone_is_piqs_of_a_grey_image() -> None:
    enhanced, reference = surrounded(161, 178)
    with torch.inference_mode():
        found = made("haarpsi", chromatic=False).score(enhanced[:1], reference)
        pair = (piq.functional.rgb2yiq(image.double())[:, :1].clamp(0, 1) for image in (enhanced[:1], reference))
        expected = piq.haarpsi(*pair, reduction="none").float()
        coloured = made("haarpsi").score(enhanced[:1], reference)
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-7)
    assert abs(float(found - coloured)) > 1e-3


@pytest.mark.parametrize(("option", "value"), [("c", 0.0), ("c", -1.0), ("alpha", 0.0), ("alpha", float("nan"))])
def test_haarpsi_refuses_constants_that_are_not_above_0(option: str, value: float) -> None:
    with pytest.raises(UserError, match=rf"haarpsi: `{option}` is {value}; it must be above 0"):
        registry.methods().load("haarpsi")(**{option: value})


@pytest.mark.parametrize(("name", "smallest"), [("haarpsi", 16), ("sr_sim", 40), ("iw_ssim", 161), ("ms_gmsd", 17)])
def test_an_image_that_is_too_small_is_refused(name: str, smallest: int) -> None:
    method = made(name)
    enhanced, reference = torch.rand(2, 1, 3, smallest, smallest)
    assert torch.isfinite(method.score(enhanced, reference)).all()
    with pytest.raises(
        ValueError, match=rf"{smallest + 9}×{smallest - 1}; sides under {smallest} pixels are too small"
    ):
        method.describe(torch.rand(1, 3, smallest - 1, smallest + 9))


def test_dss_needs_eleven_blocks() -> None:
    method = made("dss")
    assert torch.isfinite(method.score(*torch.rand(2, 1, 3, 8, 88))).all()
    with pytest.raises(ValueError, match="the image is 80×8; under 11 blocks of 8×8 are too few for DSS"):
        method.describe(torch.rand(1, 3, 8, 80))


def test_iw_ssim_says_where_the_reference_has_too_little_structure() -> None:
    """piq ends in an inverse of a singular matrix there."""
    grey = torch.full((1, 3, 176, 176), 0.5)
    with pytest.raises(RuntimeError, match="singular"):
        piq.information_weighted_ssim(grey, grey)
    with pytest.raises(ValueError, match="the reference has too little structure for IW-SSIM"):
        made("iw_ssim").describe(grey)


def test_iw_ssim_of_a_smooth_reference_needs_double_precision() -> None:
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 5, 5, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(300, 300), mode="bicubic").clamp(0, 1)
    reference = (255 * smooth).round() / 255
    reference[..., :80] = 0
    enhanced = (reference + 0.02 * torch.randn(smooth.shape, generator=generator)).clamp(0, 1)
    with torch.inference_mode():
        found = made("iw_ssim").score(enhanced, reference)
        expected = value_of_piq("information_weighted_ssim", enhanced, reference)
        single = piq.information_weighted_ssim(enhanced, reference)
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-7)
    assert abs(float(single) - float(expected)) > 2e-5


def test_descriptions_are_complete() -> None:
    for name in NAMES:
        info = registry.methods().load(name).info
        assert info.citation.startswith("@")
        assert info.citation.count("{") == info.citation.count("}")
        assert (info.licence, info.source, info.libraries) == ("piq: Apache-2.0", "piq", ("piq",))
        assert (info.group, info.trained_on, info.weights) == ("hand-crafted", "nothing", ())
    assert "Apache" in str(metadata.metadata("piq").get_all("Classifier"))


def test_where_piq_is_missing_they_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    method: Method = registry.methods().load("mdsi")()
    assert method.unavailable() is None
    monkeypatch.setitem(sys.modules, "piq", None)
    assert method.unavailable() == "needs the package piq, which is not installed: pip install 'piq'"


def test_nothing_of_pyiqa_takes_part(root: Path) -> None:
    """What is free stays free: neither its metrics nor its helpers are imported."""
    script = (
        "import sys, torch; from benchmark.plugins import registry\n"
        f"for name in {NAMES}:\n"
        "    method = registry.methods().load(name)(); method.load('cpu')\n"
        "    method.score(torch.rand(1, 3, 176, 180), torch.rand(1, 3, 176, 180))\n"
        "print('pyiqa' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_demo_has_them_all(root: Path) -> None:
    config = yaml.safe_load((root / "configs" / "demo.yaml").read_text(encoding="utf-8"))
    assert set(NAMES) <= {entry for entry in config["methods"] if isinstance(entry, str)}
    assert config["dataset"]["size"] >= 161  # IW-SSIM's smallest side


@pytest.mark.usefixtures("near")
def test_a_run_describes_each_reference_once_and_its_page_states_licences(tiny_set: Path, tmp_path: Path) -> None:
    """The scores are those of each pair by itself; the page says under which licence each method stands."""
    run = benchmark.run(
        {
            "dataset": {"name": "table", "file": str(tiny_set)},
            "methods": ["psnr", "haarpsi", "haarpsi-med", "mdsi"],
            "statistics": {"replicates": 20},
            "report": {"plots": []},
            "workers": 1,
        },
        output=str(tmp_path / "out"),
    )
    folder = tiny_set.parent
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("haarpsi", "haarpsi", {}),
        ("haarpsi-med", "haarpsi", {"c": 5.0, "alpha": 4.9}),
        ("mdsi", "mdsi", {}),
    ]
    for name, function, theirs in cases:
        expected = [
            float(
                value_of_piq(
                    function, *(picture(folder / str(row[key])) for key in ("enhanced", "reference")), **theirs
                )
            )
            for _, row in run.scores.iterrows()
        ]
        assert run.scores[name].tolist() == pytest.approx(expected, abs=1e-6)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for said in ("HaarPSI (medical): piq: Apache-2.0", "MDSI: piq: Apache-2.0", "PSNR: pyiqa: PolyForm Noncommercial"):
        assert f"<li>{said}" in page
    assert "HaarPSI (medical): channels yiq, C 5, alpha 4.9, downsampling 2 × 2 blocks averaged" in page


def picture(file: Path) -> torch.Tensor:
    """RGB in [0, 1], (1, 3, H, W), as Pillow reads it."""
    values = torch.from_numpy(np.array(Image.open(file).convert("RGB")))
    return values.permute(2, 0, 1).unsqueeze(0) / 255
