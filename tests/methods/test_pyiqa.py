"""Every full-reference metric of the installed pyiqa is offered, rightly described, and never scored untrained."""

import subprocess
import sys
from importlib import import_module, metadata, util
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark import Method, NoReference, UserError
from benchmark.plugins import registry

pytestmark = pytest.mark.heavy

# pyiqa leaves out `lower_better` for this distance; see the comment in methods/pyiqa_distances.py.
TURNED = {"dmm"}
WEIGHTLESS = ("psnr", "ssim", "psnry", "ssimc", "ms_ssim", "cw_ssim", "fsim", "vif", "gmsd", "vsi", "nlpd")


def offered() -> dict[str, type[Method]]:
    """The plug-in classes that go through pyiqa, by pyiqa's names."""
    methods = registry.methods()
    found = [
        methods.import_listing(item) for item in methods.listings()[0] if item.module.startswith("benchmark.plugins")
    ]
    return {str(kind.metric): kind for kind in found if hasattr(kind, "metric") and not issubclass(kind, NoReference)}


@pytest.fixture(scope="module")
def configurations() -> dict[str, dict[str, Any]]:
    """pyiqa's own list, read without importing pyiqa."""
    home = util.find_spec("pyiqa")
    assert home is not None
    assert home.submodule_search_locations is not None
    spec = util.spec_from_file_location(
        "configs", Path(home.submodule_search_locations[0]) / "default_model_configs.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    everything: dict[str, dict[str, Any]] = module.DEFAULT_CONFIGS
    return {name: options for name, options in everything.items() if options["metric_mode"] == "FR"}


def test_all_are_offered(configurations: dict[str, dict[str, Any]]) -> None:
    assert set(offered()) == set(configurations)
    assert len(offered()) == 32


def test_directions(configurations: dict[str, dict[str, Any]]) -> None:
    ours = {name: kind.info.higher_is_better for name, kind in offered().items()}
    theirs = {name: not options.get("lower_better", False) for name, options in configurations.items()}
    assert {name for name in ours if ours[name] != theirs[name]} == TURNED


def test_names_are_pyiqas() -> None:
    assert {kind.info.name for kind in offered().values()} == {name.replace("+", "-plus") for name in offered()}


def test_descriptions_are_complete() -> None:
    for kind in offered().values():
        info = kind.info
        assert info.title
        assert info.citation.startswith("@")
        assert info.citation.count("{") == info.citation.count("}")
        assert "PolyForm Noncommercial" in info.licence
        assert "pyiqa" in info.libraries
        assert (info.group == "hand-crafted") == (info.trained_on == "nothing") == (not info.weights)
        assert all(metadata.version(name) for name in info.libraries)


def test_importing_them_imports_nothing_heavy() -> None:
    script = (
        "import sys; from benchmark.plugins import registry; r = registry.methods();"
        "[r.import_listing(item) for item in r.listings()[0] if 'sdmp' not in item.name];"
        "heavy = ('torch', 'torchvision', 'pyiqa', 'piq', 'pycvvdp', 'lpips', 'DISTS_pytorch', 'timm', 'pandas', 'scipy');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_weight_files_are_those_that_the_code_reads() -> None:
    """Each declared file's name stands in the source that would load it, and each default file there is declared."""
    pyiqa = metadata.distribution("pyiqa").locate_file("pyiqa/archs")
    torchvision = metadata.distribution("torchvision").locate_file("torchvision/models")
    timm = metadata.distribution("timm").locate_file("timm/models")
    backbones = "".join(
        Path(str(file)).read_text(encoding="utf-8")
        for folder, names in ((torchvision, ("alexnet", "vgg", "squeezenet")), (timm, ("resnet", "vision_transformer")))
        for file in (Path(str(folder)) / f"{name}.py" for name in names)
    )
    for kind in offered().values():
        source = (Path(str(pyiqa)) / f"{vars(kind).get('arch') or kind.arch}.py").read_text(encoding="utf-8")  # type: ignore[attr-defined]
        for weight in kind().weights():
            if weight.folder == "huggingface":
                name = weight.repository.removeprefix("timm/")
                assert name in backbones + source
            else:
                assert weight.name in source + backbones, kind.info.name
                assert weight.url.endswith(weight.name)


@pytest.fixture(scope="module")
def pair() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    coarse = torch.rand(1, 3, 8, 9, generator=generator)
    reference = torch.nn.functional.interpolate(coarse, size=(176, 192), mode="bicubic").clamp(0, 1)
    noise = torch.randn(reference.shape, generator=generator)
    return (reference + 0.1 * noise).clamp(0, 1), reference


@pytest.mark.parametrize("name", WEIGHTLESS)
def test_shape_range_direction_and_order(name: str, pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    """One number a pair, the same alone and in a batch, best for equal images, the inputs untouched."""
    method = registry.methods().load(name)()
    method.load("cpu")
    bad, reference = pair
    middling = (bad + 3 * reference) / 4
    enhanced, references = torch.cat([bad, middling, reference]), torch.cat([reference] * 3)
    kept = enhanced.clone(), references.clone()
    with torch.no_grad():
        together = method.score(enhanced, references)
        alone = torch.cat([method.score(image[None], reference) for image in enhanced])
    assert together.shape == (3,)
    assert torch.equal(enhanced, kept[0])
    assert torch.equal(references, kept[1])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-6)
    oriented = alone if method.info.higher_is_better else -alone
    assert oriented[0] < oriented[1] < oriented[2]
    low, high = method.info.score_range
    assert low is None or alone.min() >= low - 1e-6
    assert high is None or alone.max() <= high + 1e-4


def test_the_enhanced_image_comes_first(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    """VIF isn't symmetric: a gain in contrast over the reference counts above 1, a loss below."""
    method = registry.methods().load("vif")()
    method.load("cpu")
    strong = pair[1]
    weak = (strong - 0.5) * 0.6 + 0.5
    assert float(method.score(strong, weak)) > 1 > float(method.score(weak, strong))


def test_options_change_numbers_and_are_stated(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    methods = registry.methods()

    def value(name: str, **options: Any) -> float:
        method = methods.load(name)(**options)
        method.load("cpu")
        return float(method.score(*pair))

    assert value("psnr", test_y_channel=True) == value("psnry") != value("psnr")
    assert value("psnr", test_y_channel=True, color_space="ycbcr") != value("psnry")
    assert value("ssim", test_y_channel=False) == value("ssimc") != value("ssim")
    assert value("fsim", chromatic=False) != value("fsim")
    psnr, ssim, fsim = methods.load("psnr"), methods.load("ssim"), methods.load("fsim")
    assert psnr().settings() != psnr(test_y_channel=True).settings()  # type: ignore[call-arg]
    assert ssim().settings() != ssim(downsample=True).settings()  # type: ignore[call-arg]
    assert fsim().settings() != fsim(chromatic=False).settings()  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["lpips", "dists", "topiq_fr", "pieapp", "ahiq", "afine_all", "fgresq_pair"])
def test_missing_weights_are_neither_replaced_nor_downloaded(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """topiq_fr gets here only if pyiqa finds the installed package `datasets`, not this repository's folder."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    from pyiqa.utils import download_util

    monkeypatch.setattr(download_util, "DEFAULT_CACHE_DIR", str(tmp_path / "torch" / "hub" / "pyiqa"))
    method = registry.methods().load(name)()
    with pytest.raises(UserError, match=rf"{name}: the pretrained weights .* are not on this machine"):
        method.load("cpu")
    assert not list(tmp_path.rglob("*.pth"))


def test_topiq_loads_with_nothing_but_its_own_weights(
    weight_cache: Path, pair: tuple[torch.Tensor, torch.Tensor]
) -> None:
    import_module("pyiqa.archs.topiq_arch")
    from pyiqa import create_metric

    torch.manual_seed(2)
    untrained = create_metric("topiq_fr", device="cpu", pretrained=False, backbone_pretrain=False)
    method = registry.methods().load("topiq_fr")()
    file = weight_cache / "pyiqa" / method.weights()[0].name
    state = untrained.net.state_dict()
    torch.save({"params": state}, file)
    method.load("cpu")
    torch.testing.assert_close(method.score(*pair), untrained(*pair).flatten())
    torch.save({"params": {key: value for key, value in state.items() if "conv1" not in key}}, file)
    with pytest.raises(RuntimeError, match="Missing key"):
        method.load("cpu")


def test_parameters_that_a_file_lacks_are_refused(weight_cache: Path) -> None:
    """pyiqa itself would leave them random and say nothing."""
    method = registry.methods().load("lpips-plus")()
    method.load("cpu")
    file = weight_cache / "pyiqa" / method.weights()[1].name
    whole = file.read_bytes()
    try:
        torch.save({}, file)
        with pytest.raises(UserError, match=r"lpips-plus: its weight files give no values for 5 parameters"):
            method.load("cpu")
    finally:
        file.write_bytes(whole)


def test_loading_is_silent(weight_cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    registry.methods().load("lpips")().load("cpu")
    assert capfd.readouterr() == ("", "")
