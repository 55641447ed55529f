"""Loads ImageNet weights into SDMP-Net's frozen backbones, from published files or the user's folder. Imports torch.

Nothing is downloaded here: the engine has put published files into the Hugging Face hub's cache (``plugins.weights``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import try_to_load_from_cache
from safetensors.torch import load_file
from timm.models import vision_transformer
from torch import Tensor

from benchmark.core.errors import UserError, WeightsUnavailableError

from .architecture import Backbone
from .backbones import ResNetFeatures, ViTFeatures
from .network import SDMPNetwork
from .own_files import find


def fill(network: SDMPNetwork, method: str, folder: Path | None) -> None:
    """Load the weights of the backbones that the network has.

    Args:
        network: the network whose backbones get the weights.
        method: the method's name, for messages.
        folder: where the user keeps the files; ``None``: the Hugging Face hub's cache.

    Raises:
        WeightsUnavailableError: a file isn't there; the message says what to do.
        UserError: a file can't be read or isn't of this backbone.
    """
    architecture = network.architecture
    built: list[tuple[Backbone, torch.nn.Module]] = []
    if isinstance(network.cnn, ResNetFeatures):
        built.append((architecture.cnn, network.cnn))
    if isinstance(network.vit, ViTFeatures):
        built.append((architecture.vit, network.vit.vit))
    for backbone, module in built:
        path = _published(backbone, method) if folder is None else find(folder, backbone)
        _load(module, backbone, path)


def _published(backbone: Backbone, method: str) -> Path:
    file = backbone.weight_file()
    path = try_to_load_from_cache(file.repository, file.name, revision=file.revision)
    if not isinstance(path, str):
        raise WeightsUnavailableError(
            f"{method}: the ImageNet weights {file.repository} are not on this machine; `efid-bench weights CONFIG` "
            "downloads them, or give a folder: `pretrained: DIR`"
        )
    return Path(path)


def _load(module: torch.nn.Module, backbone: Backbone, path: Path) -> None:
    """Load a truncated backbone from a file of the whole one."""
    state = _read(path)
    if isinstance(module, vision_transformer.VisionTransformer):
        # other crop sizes have a different number of positions, which timm interpolates
        state = vision_transformer.checkpoint_filter_fn(dict(state), module)
    wanted = module.state_dict()
    wrong = [key for key, value in wanted.items() if key not in state or state[key].shape != value.shape]
    if wrong:
        raise UserError(
            f"{path} is no file of {backbone.name}: {len(wrong)} of the {len(wanted)} tensors needed are missing or of "
            f"another shape ({wrong[0]} …)"
        )
    module.load_state_dict({key: state[key] for key in wanted})


def _read(path: Path) -> Mapping[str, Tensor]:
    try:
        state: Any = load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)
    except Exception as error:  # whatever the two readers raise for a damaged or foreign file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"{path} can't be read as a file of weights: {reason}") from None
    state = state.get("state_dict", state) if isinstance(state, Mapping) else None
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise UserError(f"{path} holds no table of tensors")
    return state
