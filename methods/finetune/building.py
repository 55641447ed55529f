"""Builds pyiqa's networks, from published files that are at hand or from random values. Imports torch and pyiqa.

Nothing is downloaded here: while a network is built from scratch, ``_backbones.py`` replaces what would fetch weights.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Literal, Self

import torch
from torch import Tensor, nn

from benchmark.core.errors import WeightsUnavailableError

from .._backbones import replaced, without_backbones
from .._pyiqa import at_hand, quiet
from .frozen import FROZEN, Frozen
from .networks import Network, begins

Parts = Literal["all", "head", "linear"]


class Adapter(nn.Module):
    """A network of pyiqa whose number is mapped linearly to a label from 0 to 1, higher is better.

    Args:
        net: pyiqa's network.
        network: what is known of it.
        parts: what is trained: ``all``, the ``head`` without the backbone, or a ``linear`` layer in the head's place.
    """

    def __init__(self, net: nn.Module, network: Network, parts: Parts) -> None:
        super().__init__()
        self.net, self.network, self.parts = net, network, parts
        self.linear: nn.Linear | None = None
        if parts == "linear":
            self.linear = _linear(self._kept().count(net))
            net.requires_grad_(False)
            return
        self.slope = nn.Parameter(torch.tensor(network.slope))
        self.offset = nn.Parameter(torch.tensor(network.offset))
        norms = _norms_that_pyiqa_fixes(net)
        for name, parameter in net.named_parameters():
            frozen = begins(name, network.unused) or (parts == "head" and begins(name, network.backbone))
            parameter.requires_grad_(not frozen and name not in norms)

    def _kept(self) -> Frozen:
        if not self.network.kept:
            raise RuntimeError("the frozen part of this network can't be taken apart")
        return FROZEN[self.network.kept]

    def features(self, enhanced: Tensor, reference: Tensor) -> list[Tensor]:
        """What the frozen part computes of crops, RGB in [0, 1], (N, 3, h, w) twice."""
        return self._kept().features(self.net, enhanced, reference)

    def from_features(self, features: Sequence[Tensor]) -> Tensor:
        """Predicted labels, (N,), from ``features``."""
        if self.linear is None:
            return self.offset + self.slope * self._kept().value(self.net, features)
        seen = self._kept().differences(features)
        assert seen is not None
        out: Tensor = self.linear(seen).reshape(-1)
        return out

    def forward(self, enhanced: Tensor, reference: Tensor) -> Tensor:
        """Predicted labels, (N,), of RGB in [0, 1], (N, 3, H, W) twice."""
        if self.linear is not None:
            return self.from_features(self.features(enhanced, reference))
        saved = getattr(self.net, "save_output", None)
        if saved is not None:
            saved.outputs.clear()  # AHIQ's: a failed pair leaves its features behind
        value: Tensor = self.net(enhanced, reference)
        return self.offset + self.slope * value.reshape(len(enhanced))

    def train(self, mode: bool = True) -> Self:
        """Switch the mode of what is trained; frozen parts, their batch normalisation and dropout stay in eval mode."""
        super().train(mode)
        if self.network.in_eval_mode:
            self.net.train(False)
        for part in self.net.modules():
            parameters = list(part.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                part.train(False)
        return self

    def stored(self, *, only_head: bool) -> dict[str, Tensor]:
        """The tensors that decide scores, without those of a frozen backbone if only the head is wanted."""
        left_out = (*self.network.unused, *(self.network.backbone if only_head else ()))
        return {
            name: value
            for name, value in self.state_dict().items()
            if not name.startswith("net.")
            or not (begins(name.removeprefix("net."), left_out) or (self.linear is not None and not self._behind(name)))
        }

    def frozen(self) -> dict[str, Tensor]:
        """The backbone's tensors."""
        return {name: value for name, value in self.state_dict().items() if self._behind(name)}

    def _behind(self, name: str) -> bool:
        """Whether a tensor belongs to the backbone."""
        return name.startswith("net.") and begins(name.removeprefix("net."), self.network.backbone)


def _linear(count: int) -> nn.Linear:
    """A linear layer that begins as 1 minus the mean difference, so that no first prediction is a constant."""
    layer = nn.Linear(count, 1)
    nn.init.constant_(layer.weight, -1 / count)
    nn.init.ones_(layer.bias)
    return layer


def published(network: Network) -> nn.Module:
    """The network with its published weights.

    Raises:
        WeightsUnavailableError: a file is not at hand.
        UserError: a file lacks parameters.
    """
    plugin = network.published()
    missing = [weight.name for weight in plugin.weights() if not at_hand(weight)]
    if missing:
        raise WeightsUnavailableError(
            f"finetune: the published weights {', '.join(missing)} are not on this machine; `efid-bench weights CONFIG` "
            "downloads them, or `pretrained: false` begins from scratch"
        )
    plugin.load("cpu")
    net: nn.Module = plugin._net.net
    for name, value in network.options.items():
        _set(net, name, value)
    return net


def _set(net: nn.Module, option: str, value: object) -> None:
    """Set an option of pyiqa's class on its object, where it may be called otherwise."""
    attribute = {"num_crop": "crops"}.get(option, option)
    if not hasattr(net, attribute):
        raise TypeError(f"the installed pyiqa's {type(net).__name__} has no {attribute!r}")
    setattr(net, attribute, value)


def from_scratch(network: Network) -> nn.Module:
    """The network with random values everywhere, backbone included, from torch's generator; no file is read."""
    with quiet():
        from pyiqa.archs import build_network  # noqa: PLC0415
        from pyiqa.default_model_configs import DEFAULT_CONFIGS  # noqa: PLC0415

        module = importlib.import_module(f"pyiqa.archs.{network.published.arch}")
        given = DEFAULT_CONFIGS[network.published.metric]["metric_opts"]
        with without_backbones(module), replaced(module, load_state_dict_from_url=lambda *_, **__: {}):
            net: nn.Module = build_network({**given, **network.options, **network.untrained})
    for norm in net.modules():
        # timm initialises residual blocks as identities; where their normalisation is fixed they would stay so
        if isinstance(norm, nn.BatchNorm2d) and not norm.weight.any():
            nn.init.constant_(norm.weight, 0.25)
    return net


def _norms_that_pyiqa_fixes(net: nn.Module) -> set[str]:
    """Names of the parameters of batch normalisation that pyiqa fixes at each step (TOPIQ's ``fix_bn``)."""
    if not hasattr(net, "fix_bn"):
        return set()
    return {
        f"{name}.{own}"
        for name, part in net.named_modules()
        if isinstance(part, nn.BatchNorm2d)
        for own, _ in part.named_parameters(recurse=False)
    }
