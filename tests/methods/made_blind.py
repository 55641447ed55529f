"""Stand-ins for the weight files of pyiqa's measures of one image: pyiqa's own networks, random values, saved. For tests.

Not collected; ``test_pyiqa_no_reference`` uses it. Networks are whole, except that CLIP's are tiny: its loaders take the
shape from the file.
"""

import contextlib
import importlib
import io
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numpy as np
import scipy.io
import torch

from benchmark.plugins.methods._backbones import replaced, without_backbones
from benchmark.plugins.methods._clip import reading
from benchmark.plugins.methods._pyiqa import cached
from benchmark.plugins.methods._pyiqa_no_reference import PyiqaNoReference

UNDER_PARAMS = ("cnniqa", "nima", "hyperiqa", "wadiqam", "topiq", "dbcnn", "liqe", "clipiqa+_", "qualiclip+")
"""Beginnings of pyiqa's names whose files hold their tensors under the key ``params``."""


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def files(method: PyiqaNoReference) -> list[Path]:
    """The places of a method's weight files."""
    places = [cached(weight) for weight in method.weights()]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
    return places


def statistics(method: PyiqaNoReference) -> None:
    """Make the files of NIQE and its like: models of features, of the right shapes."""
    rng = np.random.default_rng(7)
    for place in files(method):
        name = place.name
        if name.startswith("niqe"):
            scipy.io.savemat(place, {"mu_prisparam": rng.random((1, 36)), "cov_prisparam": np.eye(36)})
        elif name.startswith("ILNIQE"):
            parts = (rng.random((1, 430)), np.eye(430), rng.random((1, 468)), rng.normal(size=(468, 430)))
            model = np.empty((1, 4), dtype=object)
            for at, part in enumerate(parts):
                model[0, at] = part
            scipy.io.savemat(place, {"templateModel": model})
        elif name == "brisque_svm_weights.pth":
            torch.manual_seed(3)
            torch.save((torch.randn(20), torch.rand(20, 36)), place)
        elif name == "brisque_matlab.mat":
            scipy.io.savemat(place, {"sv": rng.random((20, 36)), "sv_coef": rng.normal(size=(20, 1))})
        else:
            scipy.io.savemat(place, {"model": _forests(rng)})


def _forests(rng: np.random.Generator) -> dict[str, Any]:
    """Three forests of five stumps each, and the weights of their means."""
    forests = np.empty((1, 3), dtype=object)
    for at in range(3):
        forests[0, at] = {
            "a": np.tile([[2], [0], [0]], (1, 5)),
            "b": np.tile([[3], [0], [0]], (1, 5)),
            "c": np.zeros((1, 1)),
            "d": np.zeros((1, 1)),
            "e": rng.random((3, 5)),
            "f": rng.random((3, 5)),
            "g": rng.integers(1, 10, (3, 5)),
        }
    return {"linear": rng.normal(size=(4, 1)), "rf": forests}


def network(method: PyiqaNoReference) -> torch.nn.Module:
    """Make the files of a network; returns pyiqa's network with the same values."""
    from pyiqa.archs import build_network
    from pyiqa.default_model_configs import DEFAULT_CONFIGS

    torch.manual_seed(11)
    places = dict(zip(method.weights(), files(method), strict=True))
    clip = {weight.url: place for weight, place in places.items() if weight.folder == "clip"}
    own = [place for weight, place in places.items() if weight.folder != "clip"]
    for place in clip.values():
        _script(_holding(tiny_clip(transformer="ViT" in place.name)), place)
    options = {**DEFAULT_CONFIGS[method.metric]["metric_opts"], **method.options()}
    with quietly(), contextlib.ExitStack() as stack:
        if clip:
            stack.enter_context(reading(clip, method.metric))
        module = importlib.import_module(f"pyiqa.archs.{method.arch}")
        stack.enter_context(without_backbones(module))
        stack.enter_context(replaced(module, load_pretrained_network=lambda *_, **__: None))
        words = stack.enter_context(TemporaryDirectory())
        faces = method.metric.startswith("topiq")
        stack.enter_context(replaced(module, DEFAULT_CACHE_DIR=str(own[0].parent) if faces else words))
        _first(method, module, own)
        net: torch.nn.Module = build_network(options).eval()
    if own:
        _save(method, net, own)
    return net


def tiny_clip(*, transformer: bool) -> dict[str, torch.Tensor]:
    """The tensors of a CLIP network with narrow layers, but the whole vocabulary."""
    from pyiqa.archs.clip_model import CLIP

    vision = (1, 64, 32) if transformer else ((1, 1, 1, 1), 2, None)
    layers, width, patch = vision
    net = CLIP(32, 224, layers, width, patch, 77, 49408, 64, 1, 1)
    return {name: value.clone() for name, value in net.state_dict().items()}


def _script(module: torch.nn.Module, place: Path) -> None:
    with quietly():
        torch.jit.save(torch.jit.script(module), place)


def _holding(tensors: Mapping[str, torch.Tensor]) -> torch.nn.Module:
    """A module with these tensors, as OpenAI's archives are: CLIP takes its shape from their names and sizes."""
    root = torch.nn.Module()
    for name, value in tensors.items():
        *path, last = name.split(".")
        at = root
        for part in path:
            if part not in at._modules:
                at.add_module(part, torch.nn.Module())
            at = at._modules[part]  # type: ignore[assignment]
        at.register_buffer(last, value)
    return root


def _first(method: PyiqaNoReference, module: ModuleType, own: list[Path]) -> None:
    """Make the files that pyiqa reads while it builds the network."""
    if method.metric == "metaiqa":
        torch.save({}, own[0])
    if method.arch == "qualiclip_arch":
        clip = {f"clip_model.{name}": value for name, value in tiny_clip(transformer=False).items()}
        torch.save({"prompts_features": torch.nn.functional.normalize(torch.randn(14, 32)), **clip}, own[0])
    if method.metric == "clipiqa+":
        torch.save(torch.randn(16, 64), own[0])
    if "face" in method.metric:
        detection = importlib.import_module("facexlib.detection.retinaface")
        parsing = importlib.import_module("facexlib.parsing.parsenet")
        torch.save(detection.RetinaFace(network_name="resnet50").state_dict(), own[1])
        torch.save(parsing.ParseNet(in_size=512, out_size=512, parsing_ch=19).state_dict(), own[2])
    if method.arch == "arniqa_arch":
        from torchvision.models import resnet50

        encoder = torch.nn.Sequential(*list(resnet50(weights=None).children())[:-1])
        torch.save({f"model.{name}": value for name, value in encoder.state_dict().items()}, own[0])
        _script(torch.nn.Linear(4096, 1), own[1])


def _save(method: PyiqaNoReference, net: torch.nn.Module, own: list[Path]) -> None:
    """Save what pyiqa's own files hold, as they hold it."""
    if method.metric in ("clipiqa+", "qualiclip") or method.arch == "arniqa_arch":
        return
    if method.metric == "dbcnn":
        module = importlib.import_module("pyiqa.archs.dbcnn_arch")
        torch.save(module.SCNN().state_dict(), own[0])
    state = {name: value.clone() for name, value in net.state_dict().items()}
    if method.metric == "laion_aes":
        state = {name.removeprefix("mlp."): value for name, value in state.items()}
    place = own[0] if "face" in method.metric else own[-1]
    torch.save({"params": state} if method.metric.startswith(UNDER_PARAMS) else state, place)
