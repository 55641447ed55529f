"""SDMP-Net as the engine sees it: options, checkpoint in, scores out; ``learning`` trains it. Imports torch when used.

The presets in ``__init__`` are subclasses that differ in their ``architecture``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from benchmark import UserError, WeightFile
from benchmark.plugins import checkpoints

from . import ablations
from . import crops as places
from .architecture import LARGEST_CROP, PUBLISHED_CROP, Architecture, Branches, Offsets
from .learning import SDMPNetTraining
from .own_files import present
from .restore import carries_backbones, check_identity

if TYPE_CHECKING:
    import numpy as np
    import torch

    from .fast import FoldedScorer
    from .network import SDMPNetwork

MOST_PIXELS = {"crops": 2**26, "validation_crops": 2**23}
"""Most pixels of the crops of one image together; more than 1,300 of 224 px in scoring, 167 in validation. Crops of an image
are in memory at the same time, and in validation those of several images."""

_PORTION = 64
"""Most crops that go through the network together when scoring on an accelerator; on a CPU more than one costs memory."""


class SDMPNetMethod(SDMPNetTraining):
    """A preset of SDMP-Net.

    The score is the mean, over crops, of the predicted label scaled to [0, 1] as in training; higher is better. It is
    neither clipped nor scaled back: a linear map changes no correlation, and the label's scale belongs to the training
    set, not to the set that is scored.

    Args:
        checkpoint: file written by ``efid-bench train``; needed for scoring.
        crops: crops that a score averages: 1 (centre), 5 or 9 (fixed grid), else random ones.
        fov_crops: whether each crop must hold at least half field of view; ``False`` is the published behaviour.
        pretrained: ImageNet weights of the frozen backbones in training: the published files, a folder that holds
            them, or ``False`` for random ones. A checkpoint that carries its own backbones goes before.
        dropout: in training.
        crop_size: side length of crops in pixels, a multiple of 32 of at most 2,048; default: the checkpoint's own, or 224.
        flip: random horizontal flip in training.
        random_crop: whether training draws another crop at each step; ``False``: always the centre.
        keep_features: most memory in GiB for the frozen features of crops seen before, which are not computed again; 45
            hold all of EFID with ViT-B/8. Needs ``random_crop: false`` and ``flip: false``: other crops hardly come again.
        crop_pool: training draws from this many crops of each pair, whose frozen features are kept in files if that pays,
            which it rarely does here: most of a step's time goes into what is trained. 0: each step has a crop of its own.
        validation_crops: crops that a prediction averages in validation.
        exact: score layer by layer as published instead of with folded layers: slower, equal up to rounding.
        offsets: of the deformable convolution: ``learned``, ``zero``, or ``none`` for a plain convolution. Of this option
            and all below, the default is what the checkpoint was trained with, else the published network's.
        branches: which frozen networks there are: ``both``, ``cnn`` or ``vit``.
        difference: whether the prediction sees reference - enhanced beside both.
        weighting: whether positions have learned weights.
        scales: stages of the CNN that are read, from 1.
        vit_layers: blocks of the ViT whose tokens are read, from 0.

    Attributes:
        preset: the published network of this name.
        architecture: the network as chosen: the preset, or a variant that lacks parts.

    Raises:
        UserError: an option is out of range, excludes another, or contradicts the checkpoint.
    """

    preset: ClassVar[Architecture]
    scoring_options = frozenset({"checkpoint", "crops", "exact", "crop_size", *ablations.OPTIONS})

    def __init__(
        self,
        checkpoint: Path | None = None,
        crops: int = 20,
        fov_crops: bool = True,
        pretrained: bool | Path = True,
        dropout: float = 0.5,
        crop_size: int | None = None,
        flip: bool = True,
        random_crop: bool = True,
        keep_features: float = 0.0,
        validation_crops: int = 5,
        exact: bool = False,
        offsets: Offsets | None = None,
        branches: Branches | None = None,
        difference: bool | None = None,
        weighting: bool | None = None,
        scales: tuple[int, ...] | None = None,
        vit_layers: tuple[int, ...] | None = None,
        crop_pool: int = 0,
    ) -> None:
        self._check("dropout", dropout, 0 <= dropout < 1, "at least 0 and below 1")
        self.checkpoint, self.pretrained = checkpoint, pretrained
        self.architecture = self._chosen(
            ablations.Choice(
                offsets=offsets,
                branches=branches,
                difference=difference,
                weighting=weighting,
                scales=None if scales is None else tuple(scales),
                vit_layers=None if vit_layers is None else tuple(vit_layers),
            )
        )
        self.crop_size = self._crop_size(crop_size)
        self._check_crops("crops", crops)
        self._check_crops("validation_crops", validation_crops)
        self.crops, self.validation_crops, self.fov_crops = crops, validation_crops, fov_crops
        self._check(
            "crop_pool",
            crop_pool,
            0 <= crop_pool <= places.LARGEST_POOL,
            f"at least 0 and at most {places.LARGEST_POOL:,}",
        )
        self.crop_pool = crop_pool or int((self._stated().get("identity") or {}).get("crop_pool", 0))
        self._check("keep_features", keep_features, 0 <= keep_features < float("inf"), "a number of GiB of at least 0")
        if keep_features and (random_crop or flip):
            raise UserError(f"{self.info.name}: `keep_features` needs `random_crop: false` and `flip: false`")
        if crop_pool > 1 and not random_crop:
            raise UserError(f"{self.info.name}: `crop_pool` needs `random_crop: true`: there is one crop in the centre")
        if keep_features and crop_pool:
            raise UserError(f"{self.info.name}: `crop_pool` keeps features by itself: leave out `keep_features`")
        self.dropout, self.flip, self.exact = dropout, flip, exact
        self.random_crop, self.keep_features = random_crop, keep_features
        self._network: SDMPNetwork | None = None
        self._scorer: SDMPNetwork | FoldedScorer | None = None

    def _chosen(self, given: ablations.Choice) -> Architecture:
        """The preset with the given parts, and with those that the checkpoint was trained with where none are given."""
        identity: Mapping[str, str] = self._stated().get("identity") or {}
        if identity.get("preset") == self.info.name:
            trained = ablations.stated(identity, self.preset)
            given = ablations.joined(self.info.name, given, trained, str(self.checkpoint))
        return ablations.ablated(self.info.name, self.preset, given)

    def _check(self, name: str, value: float, holds: bool, rule: str) -> None:
        if not holds:
            raise UserError(f"{self.info.name}: `{name}` is {value}; it must be {rule}")

    def _check_crops(self, name: str, count: int) -> None:
        self._check(name, count, count >= 1, "at least 1")
        most = max(9, MOST_PIXELS[name] // self.crop_size**2)
        self._check(
            name, count, count <= most, f"at most {most:,}: more crops of {self.crop_size} px are not held in memory"
        )

    def _crop_size(self, given: int | None) -> int:
        """The given size, else the checkpoint's, else the published one."""
        stated = str(self._stated().get("identity", {}).get("crop_size", "")) if given is None else ""
        size = given if given is not None else int(stated) if stated.isdecimal() else PUBLISHED_CROP
        least = self.architecture.smallest_crop
        rule = f"a multiple of 32, at least {least} with this preset and at most {LARGEST_CROP:,}"
        self._check("crop_size", size, least <= size <= LARGEST_CROP and size % 32 == 0, rule)
        return size

    def _stated(self) -> Mapping[str, Any]:
        """What the checkpoint states about its training."""
        return {} if self.checkpoint is None else checkpoints.summary(self.checkpoint)

    # what the engine needs before it loads anything

    def unavailable(self) -> str | None:
        """The reason why it can't score: there is no checkpoint, or it was trained as another network."""
        if self.checkpoint is None:
            return "needs a checkpoint: train one with `efid-bench train CONFIG`, then set `checkpoint: FILE`"
        statement = self._stated()
        if not statement:  # missing or damaged, which is reported when it is read
            return None
        try:
            self._check_identity(statement)
        except UserError as error:
            return str(error)
        return None

    def files(self) -> Mapping[str, str]:
        """The checkpoint; in training, the user's own files of the backbones."""
        if self.checkpoint is not None:
            return {"checkpoint": str(self.checkpoint)}
        return present(self.pretrained, self.architecture) if isinstance(self.pretrained, Path) else {}

    def weights(self) -> Sequence[WeightFile]:
        """The backbones' published weights, unless the checkpoint or the user's folder holds them."""
        carried = carries_backbones(self._stated().get("state"))
        if carried or self.pretrained is not True:
            return ()
        return tuple(backbone.weight_file() for backbone in self.architecture.backbones)

    def settings(self) -> Mapping[str, str]:
        """The settings of crops, backbones and arithmetic."""
        fixed = {1: "1, centre", 5: "5, centre and corners", 9: "9, 3x3 grid"}
        trained = self._stated().get("identity") or {}
        changed = ablations.changed(self.architecture, self.preset)
        return {
            "crops": f"{fixed.get(self.crops, f'{self.crops} random')}, {self.crop_size} px",
            "field of view": self._field_of_view(),
            "backbones": trained.get("backbones") or self._backbones(),
            "arithmetic": "as published" if self.exact else "folded layers",
            **places.pool_setting(self.crop_pool),
            **({"ablation": ablations.in_words(self.architecture, self.preset)} if changed else {}),
        }

    def variant(self) -> Mapping[str, str]:
        """The parts that the network has, and its crops' size, whether options or the checkpoint decided on them."""
        return {**ablations.parts(self.architecture), "crop_size": str(self.crop_size)}

    def _field_of_view(self) -> str:
        """Where crops lie, and where they lay in training if that was different."""
        words = {True: "at least half of each crop", False: "not looked at"}
        trained = (self._stated().get("settings") or {}).get("method.fov_crops", self.fov_crops)
        here = words[self.fov_crops]
        return here if trained == self.fov_crops else f"{here} (in training: {words[bool(trained)]})"

    def gflops(self) -> float | None:
        """Operations of a pair: its crops, and a sixth of the reference's, as for six enhanced images per reference."""
        from .operations import gflops_a_pair  # noqa: PLC0415

        return self.crops * gflops_a_pair(self.architecture, self.crop_size, exact=self.exact)

    def depends_on_seed(self) -> bool:
        """Whether crops are at random places; those of a fixed grid are the same for every seed."""
        return self.crops not in places.FIXED

    # scoring

    def load(self, device: str) -> None:
        """Build the network from the checkpoint, on ``device``, for scoring.

        Raises:
            UserError: there is no checkpoint, or it is of another method, preset or crop size or has other tensors.
            WeightsUnavailableError: the published backbones are needed but not on this machine.
        """
        if self.checkpoint is None:
            raise UserError(f"{self.info.name} {self.unavailable()}")
        self.use(checkpoints.read(self.checkpoint), device)

    def use(self, content: Mapping[str, Any], device: str) -> None:
        """Use the content of a checkpoint for scoring; ``load`` reads it from the file.

        Raises:
            UserError: the checkpoint doesn't fit; the message says what differs.
        """
        from .fast import FoldedScorer  # noqa: PLC0415

        state = content["state"]
        self._check_identity(content)
        network = self._network = self._new()
        if not carries_backbones(state):
            self._fill(network)
        self.restore(state)
        network.to(device).eval().requires_grad_(False)
        self._scorer = network if self.exact else FoldedScorer(network)

    def describe(self, reference: torch.Tensor, *, rng: np.random.Generator) -> Any:
        """The crop places and all that depends on the reference, (1, 3, H, W), alone; computed once for its enhanced images.

        Raises:
            UserError: the reference is smaller than a crop.
        """
        import torch  # noqa: PLC0415

        chosen = places.choose(self.crops, self._ground(reference[0]), rng)
        with torch.inference_mode():
            return chosen, [self._loaded().describe_reference(crops) for crops in self._cut(reference[0], chosen)]

    def compare(self, enhanced: torch.Tensor, description: Any) -> torch.Tensor:
        """Scores of enhanced images, (N, 3, H, W) to (N,): the mean over crops at the described places."""
        import torch  # noqa: PLC0415

        chosen, references = description
        scores: list[torch.Tensor] = []
        with torch.inference_mode():
            for image in enhanced:
                pairs = zip(self._cut(image, chosen), references, strict=True)
                parts = [self._loaded().compare(*pair) for pair in pairs]
                scores.append(torch.cat(parts).mean())
        return torch.stack(scores)

    def _cut(self, image: torch.Tensor, chosen: Sequence[places.Place]) -> Sequence[torch.Tensor]:
        """The crops of an image, in portions that pass through the network together."""
        import torch  # noqa: PLC0415

        portion = 1 if image.device.type == "cpu" else _PORTION
        return torch.split(places.cut(image, chosen, self.crop_size), portion)

    def _check_identity(self, content: Mapping[str, Any]) -> None:
        carried, usual = carries_backbones(content.get("state")), ablations.usual(self.preset)
        check_identity(str(self.checkpoint), content, self.identity(), carried=carried, usual=usual)

    def _loaded(self) -> SDMPNetwork | FoldedScorer:
        if self._scorer is None:
            raise RuntimeError(f"{self.info.name}: call `load` first")
        return self._scorer
