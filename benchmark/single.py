"""One method, one pair: for ``score`` and for notebooks. Torch is imported when a score is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark import lineage, registry, weights
from benchmark.config_file import Source
from benchmark.contracts import Method, ScoreSource
from benchmark.errors import PluginError, UserError, WeightsUnavailableError
from benchmark.hashes import sha256_file
from benchmark.options import check_options

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray


class LoadedMethod:
    """A method ready to score tensors.

    Attributes:
        info: what the method says about itself.
    """

    def __init__(self, method: Method, device: str, seed: int) -> None:
        self.info = method.info
        self._method = method
        self._device, self._seed = device, seed

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Score enhanced images against their references, pair by pair as a run does.

        Args:
            enhanced: float32 RGB in [0, 1], (N, 3, H, W).
            reference: the same shape and range.

        Returns:
            Scores, (N,), float64.
        """
        import torch  # noqa: PLC0415

        from benchmark.randomness import content_sha256  # noqa: PLC0415
        from benchmark.scoring import inference  # noqa: PLC0415

        if enhanced.shape != reference.shape or enhanced.ndim != 4 or enhanced.shape[1] != 3:
            shapes = f"{tuple(enhanced.shape)} and {tuple(reference.shape)}"
            raise ValueError(f"enhanced and reference must both be (N, 3, H, W), not {shapes}")
        terms = inference.Terms(self._device, self._seed)
        values = []
        for one, other in zip(enhanced.cpu().float().numpy(), reference.cpu().float().numpy(), strict=True):
            pair = inference.PreparedPair("", one, other, content_sha256(other))
            values.append(inference.score_pair(self._method, pair, terms))
        return torch.tensor(values, dtype=torch.float64)


def create_method(
    name: str, *, device: str = "cpu", seed: int = 0, offline: bool = False, **options: Any
) -> LoadedMethod:
    """A method by name, with its weights loaded.

    Args:
        name: registered name.
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        seed: for methods that draw random numbers.
        offline: never download weights.
        **options: the method's own.

    Raises:
        UserError: no such method, a wrong option, or weights that can't be had.
    """
    source = Source(values={}, name=name, base=Path.cwd())
    return load_method(name, options, source, device=device, seed=seed, offline=offline)


def check_method(name: str, options: Mapping[str, Any], source: Source) -> Method:
    """A method with its options, not yet loaded: cheap, imports no torch.

    Raises:
        UserError: no such method, a wrong option, or it can't be used here.
    """
    found = registry.methods().load(name)
    if issubclass(found, ScoreSource):
        raise PluginError(f"{name}: takes its scores from labels or files, not from two images")
    method = found(**check_options(found, options, source, ()))
    reason = method.unavailable()
    if reason is not None:
        raise WeightsUnavailableError(f"{name} is unavailable: {reason}")
    return method


def load_method(
    name: str, options: Mapping[str, Any], source: Source, *, device: str, seed: int = 0, offline: bool = False
) -> LoadedMethod:
    """As ``create_method``, with errors that name where the options came from.

    Raises:
        UserError: no such method, a wrong option, or weights that can't be had.
    """
    method = check_method(name, options, source)
    wanted = lineage.pinned(method, weights.locate)
    found = weights.ensure(wanted, weights_dir=None, offline=offline)
    lineage.check_weights(method, list(zip(wanted, found, strict=True)), sha256_file)
    for role, place in method.files().items():
        if not Path(place).is_file():
            raise UserError(f"{name}: {role}: no such file: {place}")
    method.load(device)
    return LoadedMethod(method, device, seed)


def read_pair(enhanced: Path, reference: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two image files of the same size, RGB in [0, 1], (3, H, W) each.

    Raises:
        UserError: an image can't be read, or the sizes differ.
    """
    from benchmark.images import read_image  # noqa: PLC0415
    from benchmark.sizes import SizePolicy, harmonise  # noqa: PLC0415

    one, other = read_image(enhanced), read_image(reference)
    return harmonise(one, other, SizePolicy(), (str(enhanced), str(reference)))


def score_pair(method: LoadedMethod, enhanced: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """The score of one pair of images as ``read_pair`` gives them."""
    import torch  # noqa: PLC0415

    return float(method.score(torch.from_numpy(enhanced)[None], torch.from_numpy(reference)[None])[0])
