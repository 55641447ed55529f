"""LPIPS and DISTS from their authors' packages: the packages' own values, without pyiqa, and what they still need."""

import hashlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark import UserError
from benchmark.plugins import registry
from benchmark.plugins.commercial import commercial_use
from benchmark.plugins.methods.dists import CALIBRATION
from benchmark.plugins.methods.lpips import CALIBRATIONS

pytestmark = pytest.mark.heavy

VARIANTS: list[tuple[str, dict[str, str], str]] = [
    ("lpips", {"source": "lpips"}, "lpips"),
    ("lpips", {"source": "lpips", "version": "0.0"}, "lpips"),
    ("lpips", {"source": "lpips", "net": "vgg"}, "lpips"),
    ("lpips", {"source": "lpips", "net": "squeeze"}, "lpips"),
    ("lpips-vgg", {"source": "lpips"}, "lpips"),
    ("dists", {"source": "dists_pytorch"}, "DISTS_pytorch"),
]


def folder_of(package: str) -> Path:
    """Where an optional package lies; the test is skipped where it isn't installed."""
    found = find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"the optional package {package} is not installed")
    return Path(found.origin).parent


def made(name: str, **options: str) -> Any:
    return registry.methods().load(name)(**options)


@pytest.fixture(scope="module")
def images() -> tuple[torch.Tensor, torch.Tensor]:
    """Two enhanced images of one reference, near and equal."""
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(1, 3, 9, 11, generator=generator)
    reference = torch.nn.functional.interpolate(coarse, size=(71, 88), mode="bicubic").clamp(0, 1)
    noise = torch.rand(1, 3, 71, 88, generator=generator)
    return torch.cat([0.8 * reference + 0.2 * noise, reference]), reference


@pytest.mark.filterwarnings("ignore:Arguments other than a weight enum:UserWarning")  # the packages call torchvision so
@pytest.mark.parametrize(("name", "options", "package"), VARIANTS, ids=str)
def test_equals_the_package(
    name: str,
    options: dict[str, str],
    package: str,
    images: tuple[torch.Tensor, torch.Tensor],
    weight_cache: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The package, built and called as its own page says: LPIPS takes values from -1 to 1, DISTS from 0 to 1."""
    folder_of(package)
    enhanced, reference = images
    method = made(name, **options)
    assert method.unavailable() is None
    method.load("cpu")
    assert capfd.readouterr() == ("", "")
    with torch.inference_mode():
        found = method.compare(enhanced, method.describe(reference))
        plain = method.score(enhanced, reference.expand_as(enhanced))
    if package == "lpips":
        import lpips

        net = options.get("net", "vgg" if name == "lpips-vgg" else "alex")
        theirs = lpips.LPIPS(net=net, version=options.get("version", "0.1"), verbose=False)
        pair = enhanced * 2 - 1, (reference * 2 - 1).expand_as(enhanced)
    else:
        import DISTS_pytorch

        theirs = DISTS_pytorch.DISTS()
        pair = enhanced, reference.expand_as(enhanced)
    with torch.inference_mode():
        expected = theirs.eval()(*pair).flatten()
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
    torch.testing.assert_close(plain, expected, rtol=0, atol=1e-6)
    assert expected[0] > 1e-3
    assert abs(float(expected[1])) < 1e-6


@pytest.mark.parametrize(("version", "net"), list(CALIBRATIONS))
def test_lpips_holds_the_calibrations_that_pyiqa_downloads(version: str, net: str) -> None:
    """Byte for byte, so that both sources give the same scores."""
    file = folder_of("lpips") / "weights" / f"v{version}" / f"{net}.pth"
    stated = next(weight.sha256 for key, weight in CALIBRATIONS.items() if key == (version, net))
    assert len(stated) == 8
    assert hashlib.sha256(file.read_bytes()).hexdigest().startswith(stated)


def test_dists_holds_the_calibration_that_pyiqa_downloads() -> None:
    file = folder_of("DISTS_pytorch") / "weights.pt"
    assert hashlib.sha256(file.read_bytes()).hexdigest().startswith(CALIBRATION.sha256)


@pytest.mark.parametrize(
    ("name", "options", "network"),
    [
        ("lpips", {"source": "lpips"}, "alexnet-owt-7be5be79.pth"),
        ("lpips", {"source": "lpips", "net": "squeeze"}, "squeezenet1_1-b8a52dc0.pth"),
        ("lpips-vgg", {"source": "lpips"}, "vgg16-397923af.pth"),
        ("dists", {"source": "dists_pytorch"}, "vgg16-397923af.pth"),
    ],
    ids=str,
)
def test_only_the_network_is_downloaded_and_never_replaced(
    name: str, options: dict[str, str], network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of("DISTS_pytorch" if name == "dists" else "lpips")
    method = made(name, **options)
    assert [weight.name for weight in method.weights()] == [network]
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(UserError, match=rf"{name}: the pretrained weights {network} are not on this machine"):
        method.load("cpu")


@pytest.mark.parametrize(
    ("name", "source", "package", "extra"),
    [("lpips", "lpips", "lpips", "lpips"), ("dists", "dists_pytorch", "DISTS_pytorch", "dists")],
)
def test_where_the_package_is_missing_it_says_what_to_install(
    name: str, source: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    reason = made(name, source=source).unavailable()
    assert reason == f"needs the package {package}, which is not installed: pip install 'efid-bench[{extra}]'"
    assert made(name).unavailable() is None


@pytest.mark.parametrize(("name", "source"), [("lpips", "lpips"), ("dists", "dists_pytorch")])
def test_licence_and_versions_are_the_sources(name: str, source: str) -> None:
    packaged, usual = made(name, source=source).info, made(name).info
    assert (commercial_use(packaged.licence), commercial_use(usual.licence)) == ("yes", "no")
    assert packaged.libraries[0].lower() == source
    assert usual.libraries[0] == "pyiqa"
    assert (packaged.name, packaged.title, packaged.trained_on) == (usual.name, usual.title, usual.trained_on)
    assert made(name, source=source).settings() != made(name).settings()


def test_nothing_of_pyiqa_takes_part(root: Path, weight_cache: Path) -> None:
    folder_of("lpips"), folder_of("DISTS_pytorch")
    script = (
        "import sys, torch; from benchmark.plugins import registry\n"
        "for name, source in (('lpips', 'lpips'), ('dists', 'dists_pytorch')):\n"
        "    method = registry.methods().load(name)(source=source); method.load('cpu')\n"
        "    enhanced, reference = torch.rand(2, 1, 3, 71, 88)\n"
        "    method.score(enhanced, reference), method.compare(enhanced, method.describe(reference))\n"
        "print('pyiqa' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
