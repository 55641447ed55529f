"""The adapter that trains pyiqa's networks: options, crops, checkpoint in, scores out. Imports torch when used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmark import KeepsFeatures, UserError, WeightFile
from benchmark.plugins import checkpoints

from ..sdmp_net.crops import LARGEST_POOL, Ground, choose, cut, cut_pair, draw, field_of, pool_setting
from ..sdmp_net.restore import check_tensors
from .networks import NETWORKS, Network, begins, find

if TYPE_CHECKING:
    import numpy as np
    import torch

    from .building import Adapter

LARGEST_CROP = 2048
Parts = Literal["all", "head", "linear"]
Count = Literal[1, 5, 9]
_PARTS: dict[str, Parts] = {"head": "head", "linear": "linear"}
_TRAINED = {"all": "all of it", "head": "all but the backbone", "linear": "a linear layer on its frozen features"}
_LARGE_PORTION = 16
"""Most crops that go through a network together when scoring on an accelerator."""
_NO_CHECKPOINT = "needs a checkpoint: train one with `efid-bench train CONFIG`, then set `checkpoint: FILE`"


class FineTuneMethod(KeepsFeatures):
    """A network of pyiqa that is trained here.

    The score is the mean, over crops on a fixed grid, of the predicted label scaled to [0, 1] as in training; higher is
    better, for distances too: what pyiqa computes is mapped linearly, and slope and offset are trained with the rest.

    Args:
        metric: pyiqa's name of the network: ``topiq_fr``, ``ahiq``, ``lpips``, ``dists``, ``wadiqam_fr``, ``pieapp`` …;
            default: the checkpoint's.
        checkpoint: file written by ``efid-bench train``; needed for scoring.
        pretrained: ``True``: training begins with the published weights, which must be at hand; ``False``: from scratch,
            backbones included. Default: the checkpoint's, else ``True``.
        train_parts: ``all``; ``head``: all but the backbone, which stays as it is; or ``linear``: a linear layer on what
            the frozen network compares, in its head's place. Default: the checkpoint's, else all.
        crop_pool: training draws from this many crops of each pair, whose frozen features are kept if that pays; 0: each
            step has a crop of its own. Needs ``train_parts: head`` or ``linear``.
        crop_size: side of the crops in pixels; default: the checkpoint's, else the network's own.
        crops: crops that a score averages: 1 (centre), 5 (and corners) or 9 (a grid).
        validation_crops: likewise in validation.
        fov_crops: whether each crop must hold at least half field of view, or as much as any crop does.
        flip: random horizontal flip in training.

    Raises:
        UserError: the network can't be trained, or an option is out of range.
    """

    scoring_options = frozenset({"checkpoint", "crops"})

    def __init__(
        self,
        *,
        metric: str | None = None,
        checkpoint: Path | None = None,
        pretrained: bool | None = None,
        train_parts: Parts | None = None,
        crop_size: int | None = None,
        crops: Count = 9,
        validation_crops: Count = 5,
        fov_crops: bool = True,
        flip: bool = True,
        crop_pool: int = 0,
    ) -> None:
        self.checkpoint = checkpoint
        self.crops, self.validation_crops, self.fov_crops, self.flip = crops, validation_crops, fov_crops, flip
        stated = self._stated().get("identity") or {}
        name = metric or str(stated.get("metric", ""))
        self.network_name = ""
        self._network: Network | None = None
        if name:
            self.network_name, self._network = find(name)
        self.pretrained = stated.get("start") != "scratch" if pretrained is None else pretrained
        self.train_parts = train_parts or _PARTS.get(str(stated.get("trained parts")), "all")
        self.crop_pool = self._pool(crop_pool, stated)
        self.crop_size = 0 if self._network is None else self._side(self._network, crop_size, stated)
        if self._network is not None:
            known = self._network.published.info
            how = "fine-tuned" if self.pretrained else "from scratch"
            # title and citation belong to the network, not to the class
            vars(self)["info"] = replace(
                type(self).info, title=f"{known.title} ({how})", citation=known.citation, libraries=known.libraries
            )
        self._adapter: Adapter | None = None

    def _pool(self, given: int, stated: Mapping[str, str]) -> int:
        """The given size of the pool of crops, else the checkpoint's; what can't be so is refused."""
        count = given or int(stated.get("crop_pool", 0))
        network, can = self._network, [name for name, one in NETWORKS.items() if one.kept]
        linear = [name for name in can if NETWORKS[name].kept != "maps"]
        if network is not None and self.train_parts == "linear" and self.network_name not in linear:
            raise UserError(
                f"finetune: `train_parts: linear` works with {', '.join(linear)}; {self.network_name} does not compare "
                "channel by channel"
            )
        if not 0 <= given <= LARGEST_POOL:
            raise UserError(f"finetune: `crop_pool` is {given}; it must be at least 0 and at most {LARGEST_POOL:,}")
        if count and self.train_parts == "all":
            raise UserError(
                "finetune: `crop_pool` needs `train_parts: head` or `linear`: features of trained parts change"
            )
        if count and network is not None and not network.kept:
            raise UserError(
                f"finetune: `crop_pool` works with {', '.join(can)}; the frozen part of {self.network_name} can't be taken "
                "apart from its head"
            )
        return count

    def _side(self, network: Network, given: int | None, stated: Mapping[str, str]) -> int:
        """The given side of crops, else the checkpoint's, else the network's."""
        text = str(stated.get("crop_size", ""))
        side = given if given is not None else int(text) if text.isdecimal() else network.crop_size
        least, most = network.least, network.crop_size if network.fixed else LARGEST_CROP
        if not least <= side <= most:
            rule = f"{least}" if network.fixed else f"at least {least} and at most {most:,}"
            raise UserError(f"finetune: `crop_size` is {side}; with {self.network_name} it must be {rule}")
        return side

    def _stated(self) -> Mapping[str, Any]:
        """What the checkpoint states about its training."""
        return {} if self.checkpoint is None else checkpoints.summary(self.checkpoint)

    # what the engine needs before it loads anything

    def unavailable(self) -> str | None:
        return _NO_CHECKPOINT if self.checkpoint is None else None

    def files(self) -> Mapping[str, str]:
        return {} if self.checkpoint is None else {"checkpoint": str(self.checkpoint)}

    def weights(self) -> Sequence[WeightFile]:
        """The published files: in training those that it begins with, in scoring none that the checkpoint holds."""
        if self._network is None or not self.pretrained or self._carried(self._stated().get("state")):
            return ()
        return self._network.published().weights()

    def _carried(self, state: Mapping[str, Any] | None) -> bool:
        """Whether a checkpoint's tensors include the backbone."""
        backbone = () if self._network is None else self._network.backbone
        return any(begins(name.removeprefix("net."), backbone) for name in state or () if name.startswith("net."))

    def settings(self) -> Mapping[str, str]:
        if self._network is None:
            return {}
        known = self._network.published.info.trained_on
        counts = {1: "1, centre", 5: "5, centre and corners", 9: "9, 3x3 grid"}
        return {
            "network": f"pyiqa's {self.network_name}",
            "begun with": f"published weights ({known})" if self.pretrained else "random values, backbone included",
            "trained": _TRAINED[self.train_parts],
            **pool_setting(self.crop_pool),
            "crops": f"{counts[self.crops]}, {self.crop_size} px",
            "field of view": "at least half of each crop" if self.fov_crops else "not looked at",
        }

    # training

    def untrainable(self) -> str | None:
        if self._network is None:
            return f"finetune: needs `metric`, one of {', '.join(NETWORKS)}"
        if self.checkpoint is not None:
            return (
                f"finetune: training begins with the published weights or from scratch, not with `checkpoint: "
                f"{self.checkpoint}`; leave it out (a training goes on from its own checkpoints_dir)"
            )
        return None

    def build(self, device: str) -> torch.nn.Module:
        """The network as training begins with it; see ``Trainable.build``.

        Raises:
            UserError: it can't be trained as configured.
            WeightsUnavailableError: published weights are wanted and not at hand.
        """
        reason = self.untrainable()
        if reason is not None:
            raise UserError(reason)
        return self._build(device, published=self.pretrained)

    def _build(self, device: str, *, published: bool) -> Adapter:
        from . import building  # noqa: PLC0415

        network = self._known()
        net = building.published(network) if published else building.from_scratch(network)
        self._adapter = building.Adapter(net, network, self.train_parts).to(device)
        return self._adapter

    def views(
        self, enhanced: torch.Tensor, reference: torch.Tensor, *, rng: np.random.Generator, training: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """One crop at a random place, flipped at random, for training; ``validation_crops`` for validation.

        Raises:
            UserError: the images are smaller than a crop.
        """
        ground = self._ground(reference)
        places = draw(1, ground, rng) if training else choose(self.validation_crops, ground, rng)
        return cut_pair((enhanced, reference), places, self.crop_size, rng if training and self.flip else None)

    def predict(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self._built()(enhanced, reference)
        return out

    def frozen(self, enhanced: torch.Tensor, reference: torch.Tensor) -> Sequence[torch.Tensor]:
        return self._built().features(enhanced, reference)

    def predict_from(self, features: Sequence[torch.Tensor]) -> torch.Tensor:
        return self._built().from_features(features)

    def frozen_state(self) -> Mapping[str, torch.Tensor]:
        return self._built().frozen()

    def crop_identity(self) -> Mapping[str, str]:
        return {
            "metric": self.network_name,
            "crop_size": str(self.crop_size),
            "validation_crops": str(self.validation_crops),
            "fov_crops": str(self.fov_crops),
            "flip": str(self.flip),
        }

    def identity(self) -> Mapping[str, str]:
        untrained = not self.pretrained and self.train_parts != "all"
        return {
            "metric": self.network_name,
            "start": "published" if self.pretrained else "scratch",
            "trained parts": self.train_parts,
            "crop_size": str(self.crop_size),
            "backbones": "untrained" if untrained else "published" if self.pretrained else "trained from scratch",
            **({"crop_pool": str(self.crop_pool)} if self.crop_pool else {}),
        }

    def state(self) -> Mapping[str, torch.Tensor]:
        """What was trained; the backbone too, unless it is frozen and published."""
        return self._built().stored(only_head=self.pretrained and self.train_parts != "all")

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        adapter = self._built()
        check_tensors("finetune", state, adapter.stored(only_head=not self._carried(state)))
        adapter.load_state_dict(state, strict=False)

    # scoring

    def load(self, device: str) -> None:
        """The network with the checkpoint's tensors, ready for scoring; published files are read only where it lacks them.

        Raises:
            UserError: there is no checkpoint, or another network, crop size or part was trained.
            WeightsUnavailableError: it needs a published backbone that is not at hand.
        """
        if self.checkpoint is None:
            raise UserError(f"finetune {_NO_CHECKPOINT}")
        content = checkpoints.read(self.checkpoint)
        self._check_identity(content)
        adapter = self._build("cpu", published=not self._carried(content["state"]))
        self.restore(content["state"])
        adapter.to(device).eval().requires_grad_(False)

    def _check_identity(self, content: Mapping[str, Any]) -> None:
        stated = content.get("identity") or {}
        different = [
            f"{key} is {stated.get(key, 'not stated')!r}, not {value!r}"
            for key, value in self.identity().items()
            if stated.get(key) != value
        ]
        if different:
            raise UserError(f"{self.checkpoint} was trained as another network: {'; '.join(different)}")

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        import numpy as np  # noqa: PLC0415
        import torch  # noqa: PLC0415

        portion = 1 if reference.device.type == "cpu" else _LARGE_PORTION
        rng = np.random.default_rng(0)  # fixed grids draw nothing
        scores: list[torch.Tensor] = []
        with torch.inference_mode():
            for image, original in zip(enhanced, reference, strict=True):
                places = choose(self.crops, self._ground(original), rng)
                crops = (torch.split(cut(one, places, self.crop_size), portion) for one in (image, original))
                pairs = zip(*crops, strict=True)
                scores.append(torch.cat([self.predict(*pair) for pair in pairs]).mean())
        return torch.stack(scores)

    def _ground(self, reference: torch.Tensor) -> Ground:
        height, width = int(reference.shape[1]), int(reference.shape[2])
        if min(height, width) < self.crop_size:
            raise UserError(
                f"an image of {width}x{height} px is smaller than a crop of {self.crop_size}x{self.crop_size} px; "
                "set `resize` in the configuration, a smaller `crop_size`, or use larger images"
            )
        field = field_of(reference.cpu().numpy()) if self.fov_crops else None
        return Ground((height, width), self.crop_size, field)

    def _known(self) -> Network:
        if self._network is None:
            raise UserError(f"finetune: needs `metric`, one of {', '.join(NETWORKS)}")
        return self._network

    def _built(self) -> Adapter:
        if self._adapter is None:
            raise RuntimeError("finetune: call `build` or `load` first")
        return self._adapter
