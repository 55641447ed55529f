"""Every measure of one image of the installed pyiqa is offered, rightly described, and computed with the files it names."""

from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from benchmark import NoReference, UserError
from benchmark.plugins import contract_check, registry
from benchmark.plugins.methods._clip import reading
from benchmark.plugins.methods._pyiqa_no_reference import PyiqaNoReference
from tests.methods.made_blind import files, network, quietly, statistics

pytestmark = pytest.mark.heavy

OF_SETS = {"fid", "sfid", "fid_dinov2", "inception_score"}
"""What pyiqa files under measures of one image, but compares sets of images."""
WEIGHTLESS = ("piqe", "entropy")
CHEAP: tuple[str, ...] = (
    "cnniqa",
    "wadiqam_nr",
    "clipiqa",
    "clipiqa+",
    "clipiqa+_rn50_512",
    "clipiqa+_vitL14_512",
    "clipscore",
)
CHEAP += ("laion_aes", "liqe", "liqe_mix", "qualiclip", "qualiclip+", "qualiclip+-spaq", "metaiqa", "paq2piq", "unique")
DEAR: tuple[str, ...] = (
    "arniqa",
    "arniqa-csiq",
    "dbcnn",
    "hyperiqa",
    "maniqa",
    "musiq",
    "musiq-ava",
    "nima",
    "nima-vgg16-ava",
)

DEAR += ("topiq_iaa", "topiq_nr", "tres", "uranker")
NETWORKS: list[Any] = [*CHEAP, *(pytest.param(name, marks=pytest.mark.long) for name in DEAR)]
STATISTICS: list[Any] = ["niqe", "niqe_matlab", "brisque", "brisque_matlab"]
STATISTICS += [pytest.param(name, marks=pytest.mark.long) for name in ("nrqm", "pi", "ilniqe")]


def offered() -> dict[str, type[PyiqaNoReference]]:
    methods = registry.methods()
    found: list[type[Any]] = [methods.import_listing(item) for item in methods.listings()[0] if item.file is not None]
    return {kind.metric: kind for kind in found if issubclass(kind, PyiqaNoReference)}


@pytest.fixture(scope="module")
def measures() -> dict[str, type[PyiqaNoReference]]:
    return offered()


@pytest.fixture(scope="module")
def configurations() -> dict[str, dict[str, Any]]:
    from pyiqa.default_model_configs import DEFAULT_CONFIGS

    return {name: options for name, options in DEFAULT_CONFIGS.items() if options["metric_mode"] == "NR"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of torch's."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(
        import_module("pyiqa.utils.download_util"), "DEFAULT_CACHE_DIR", str(tmp_path / "hub" / "pyiqa")
    )
    return tmp_path


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    coarse = torch.rand(2, 3, 8, 9, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(224, 256), mode="bicubic")
    return (smooth + 0.05 * torch.randn(smooth.shape, generator=generator)).clamp(0, 1)


def build(kind: type[PyiqaNoReference]) -> PyiqaNoReference:
    options: dict[str, Any] = {"caption": "a retina"} if kind.metric == "clipscore" else {}
    return kind(**options)


def test_all_are_offered_under_pyiqas_names(
    measures: dict[str, type[PyiqaNoReference]], configurations: dict[str, dict[str, Any]]
) -> None:
    assert set(measures) == set(configurations) - OF_SETS
    assert set(configurations) >= OF_SETS
    for name, kind in measures.items():
        assert kind.info.name == name.replace("+", "-plus")
        assert kind.info.higher_is_better != configurations[name].get("lower_better", False), name


def test_descriptions_are_complete(measures: dict[str, type[PyiqaNoReference]]) -> None:
    assert len({kind.info.title for kind in measures.values()}) == len(measures)
    for kind in measures.values():
        info = kind.info
        assert info.citation.startswith("@")
        assert info.citation.count("{") == info.citation.count("}")
        assert "PolyForm Noncommercial" in info.licence
        assert "pyiqa" in info.libraries
        assert all(metadata.version(name) for name in info.libraries)
        assert info.group == contract_check.group_of(build(kind)) == "no-reference"
        assert (info.trained_on == "nothing") == (kind.metric in WEIGHTLESS), kind.metric


def test_weight_files_are_those_that_the_code_reads(measures: dict[str, type[PyiqaNoReference]]) -> None:
    """Addresses are pyiqa's own, in which ``+`` is ``%2B``; the file in the cache is called like the end of its address."""
    clip = import_module("pyiqa.archs.clip_model")._MODELS.values()
    facexlib = Path(str(metadata.distribution("facexlib").locate_file("facexlib")))
    faces = "".join((facexlib / name / "__init__.py").read_text() for name in ("detection", "parsing"))
    for kind in measures.values():
        weights = build(kind).weights()
        if not weights or kind.metric in ("fgresq",):
            continue
        modules = [f"pyiqa.archs.{arch}" for arch in {kind.arch, "niqe_arch" if kind.metric == "pi" else kind.arch}]
        with quietly(), reading({}, "test"):
            known = {
                url for name in modules for url in vars(import_module(name)).get("default_model_urls", {}).values()
            }
        for weight in weights:
            assert weight.url in {*known, *clip} or weight.url in faces, (kind.metric, weight.url)
            assert weight.url.endswith(f"/{weight.name}")


def test_each_has_the_file_that_its_configuration_names(
    measures: dict[str, type[PyiqaNoReference]], configurations: dict[str, dict[str, Any]]
) -> None:
    """pyiqa chooses among a family's files by an option: a data set, a network or both."""
    chosen = set()
    for name, kind in measures.items():
        with quietly(), reading({}, "test"):
            urls = {} if kind.arch == "qalign_arch" else vars(import_module(f"pyiqa.archs.{kind.arch}"))
        known: dict[str, str] = urls.get("default_model_urls", {})
        options = {key: str(value) for key, value in configurations[name]["metric_opts"].items()}
        both = f"{options.get('base_model_name')}-{options.get('train_dataset', 'ava')}"
        for key in {both, *options.values()} & set(known):
            assert known[key] in {weight.url for weight in build(kind).weights()}, name
            chosen.add(name)
    families = ("arniqa", "musiq", "maniqa", "nima", "tres", "topiq", "qualiclip+", "clipiqa+_", "liqe", "wadiqam")
    assert {name for name in measures if name.startswith(families)} <= chosen


@pytest.mark.parametrize("name", WEIGHTLESS)
def test_without_weights_they_give_pyiqas_own_values_on_real_photographs(
    name: str, shared: Callable[[str], Path], measures: dict[str, type[PyiqaNoReference]]
) -> None:
    from pyiqa import create_metric

    direct = create_metric(name, device=torch.device("cpu"))
    method = build(measures[name])
    method.load("cpu")
    photographs = sorted((shared("oracles/tid2013_pairs") / "distorted").glob("*.bmp"))
    assert len(photographs) == 5
    for file in photographs:
        values = np.asarray(Image.open(file).convert("RGB"), dtype=np.float32) / 255
        photograph = torch.from_numpy(values).permute(2, 0, 1)[None]
        assert torch.equal(method.quality(photograph), direct(photograph).reshape(1)), file.name


@pytest.mark.usefixtures("home", "no_network")
@pytest.mark.parametrize("name", STATISTICS)
def test_models_of_features_are_read_as_pyiqa_reads_them(
    name: str, measures: dict[str, type[PyiqaNoReference]], images: torch.Tensor
) -> None:
    from pyiqa import create_metric

    method = build(measures[name])
    statistics(method)
    method.load("cpu")
    with quietly():
        direct = create_metric(name, device=torch.device("cpu"))
    given = images[:1] if name in ("nrqm", "pi", "ilniqe") else images
    kept = given.clone()
    assert torch.equal(method.quality(given), direct(given).reshape(len(given)))
    assert torch.equal(given, kept)


@pytest.mark.usefixtures("home", "no_network")
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_are_whole_with_the_files_that_are_named(
    name: str, measures: dict[str, type[PyiqaNoReference]], images: torch.Tensor
) -> None:
    """pyiqa's network with random values is saved, and read back without its ImageNet backbone: the values are the same.

    Each file that is named is also needed: spoilt, it can't be loaded.
    """
    method = build(measures[name])
    net = network(method)
    method.load("cpu")
    for one in (net, method._net.net):  # of crops, the first: others are no other code
        vars(one).update({key: 1 for key in ("test_sample", "num_crop") if key in vars(one)})
    captions = {"caption_list": ["a retina"]} if name == "clipscore" else {}
    with torch.no_grad():
        assert torch.equal(method.quality(images[:1]), net(images[:1], **captions).reshape(1))
    for file in files(method):
        content = file.read_bytes()
        file.write_bytes(b"no weights")
        with pytest.raises(Exception, match=r"(?s).*"):  # as many kinds as formats
            build(measures[name]).load("cpu")
        file.write_bytes(content)


@pytest.mark.usefixtures("no_network")
def test_what_finds_a_face_is_read_from_the_files_that_are_named(
    measures: dict[str, type[PyiqaNoReference]], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = build(measures["topiq_nr-face"])
    monkeypatch.setattr(import_module("pyiqa.archs.topiq_arch"), "DEFAULT_CACHE_DIR", str(home / "hub" / "pyiqa"))
    net = network(method)
    method.load("cpu")
    own = method._net.net.face_helper
    for part in ("face_det", "face_parse"):
        expected, found = (getattr(helper, part).state_dict() for helper in (net.face_helper, own))
        assert all(torch.equal(found[name], value) for name, value in expected.items())


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ["niqe", "musiq", "clipiqa+", "afine_nr", "fgresq", "topiq_nr-face"])
def test_missing_weights_are_neither_replaced_nor_downloaded(
    name: str, measures: dict[str, type[PyiqaNoReference]], tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"the pretrained weights .* are not on this machine"):
        measures[name]().load("cpu")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("home", "no_network")
def test_words_are_read_anew_with_other_weights(
    measures: dict[str, type[PyiqaNoReference]], images: torch.Tensor, tmp_path: Path
) -> None:
    """LIQE in pyiqa keeps features of its words in a file, and would use those of the first weights ever after."""
    first = build(measures["liqe"])
    network(first)
    first.load("cpu")
    place = files(first)[1]
    state = torch.load(place)["params"]
    torch.save(
        {"params": {key: value.flip(0) if "text_projection" in key else value for key, value in state.items()}}, place
    )
    second = build(measures["liqe"])
    second.load("cpu")
    words = [method._net.net.text_features for method in (first, second)]
    assert not torch.equal(*words)
    assert not list((tmp_path / "hub" / "pyiqa").glob("liqe_text_feat*"))


@pytest.mark.usefixtures("home", "no_network")
def test_metaiqa_is_the_finished_network_whatever_the_program_is_called(
    measures: dict[str, type[PyiqaNoReference]], images: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pyiqa takes what its training begins with where the program's name has ``train.py`` in it."""
    method = build(measures["metaiqa"])
    net = network(method)
    monkeypatch.setattr("sys.argv", ["/home/ann/train.py"])
    method.load("cpu")
    with torch.no_grad():
        assert torch.equal(method.quality(images), net(images).reshape(2))


@pytest.mark.parametrize(("name", "side"), [("niqe", 192), ("liqe", 224), ("wadiqam_nr", 33)])
def test_images_that_are_too_small_are_refused_with_a_sentence(
    name: str, side: int, measures: dict[str, type[PyiqaNoReference]]
) -> None:
    with pytest.raises(ValueError, match=rf"needs sides of at least {side} px, not 300 × {side - 1}: use `resize`"):
        measures[name]().quality(torch.zeros(1, 3, side - 1, 300))


def test_the_scores_do_not_see_the_reference(measures: dict[str, type[PyiqaNoReference]], images: torch.Tensor) -> None:
    method = build(measures["entropy"])
    method.load("cpu")
    assert isinstance(method, NoReference)
    alone = method.quality(images)
    for reference in (images, torch.zeros_like(images)):
        assert torch.equal(method.score(images, reference), alone)


def test_language_models_say_what_to_fetch(
    measures: dict[str, type[PyiqaNoReference]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    method = build(measures["qrealign-lite"])
    assert method.unavailable() == (
        "its weights, about 8 GB, are not on this machine: `hf download q-future/Q-ReAlign-Lite-4B` gets them; "
        "`weights` does not"
    )
    with pytest.raises(UserError, match="qrealign-lite: its weights, about 8 GB"):
        method.load("cpu")
    compare = str(build(measures["compare2score"]).unavailable())
    assert "`hf download VQA-CityU/Anchor_images --repo-type dataset`" in compare
    folder = tmp_path / "models--q-future--Q-ReAlign-Lite-4B"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("0" * 40)
    (folder / "snapshots" / ("0" * 40) / "sub").mkdir(parents=True)
    assert method.unavailable() is not None
    for name in ("config.json", "sub/model.safetensors"):
        (folder / "snapshots" / ("0" * 40) / name).write_text("{}")
    assert method.unavailable() is None
    assert [role.removeprefix("q-future/Q-ReAlign-Lite-4B/") for role in method.files()] == [
        "config.json",
        "sub/model.safetensors",
    ]
    (folder / "blobs").mkdir()
    (folder / "blobs" / "abc.incomplete").write_text("")
    assert method.unavailable() is not None
