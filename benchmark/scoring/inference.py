"""Scores one reference group inside a worker: one decode for all methods, one description for all enhanced images. Torch.

Every pair is compared alone on a CPU, so that a score depends on its two images only, not on what else is missing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmark.contracts import Method, splits_work, takes_rng
from benchmark.errors import UserError
from benchmark.images import read_image
from benchmark.randomness import content_sha256, reference_rng
from benchmark.scoring.cost import CostMeter
from benchmark.scoring.guard import undisturbed
from benchmark.scoring.messages import Group
from benchmark.sizes import Preparer, SizePolicy

Array = np.ndarray[Any, np.dtype[np.float32]]
Emit = Callable[..., None]


@dataclass(frozen=True, slots=True)
class PreparedPair:
    """A pair as methods see it.

    Attributes:
        pair: its identifier.
        enhanced: (3, H, W) in [0, 1].
        reference: the same shape; the same object for all pairs that share the prepared reference.
        digest: SHA-256 of the reference as decoded, before any size policy.
    """

    pair: str
    enhanced: Array
    reference: Array
    digest: str


def prepare(group: Group, sizes: SizePolicy, emit: Emit) -> list[PreparedPair]:
    """Decode a group's images; a pair whose images can't be used is emitted as failed for all methods that want it."""
    prepared: list[PreparedPair] = []
    try:
        reference = read_image(Path(group.reference), max_pixels=sizes.max_pixels)
    except UserError as error:
        for task in group.pairs:
            _fail_pair(group, task.pair, str(error), emit)
        return prepared
    digest = content_sha256(reference)
    preparer = Preparer(reference, sizes, group.reference)
    for task in group.pairs:
        try:
            enhanced = read_image(Path(task.path), max_pixels=sizes.max_pixels)
            enhanced, fitted = preparer.pair(enhanced, task.path)
        except UserError as error:
            _fail_pair(group, task.pair, str(error), emit)
            continue
        prepared.append(PreparedPair(task.pair, enhanced, fitted, digest))
    return prepared


def _fail_pair(group: Group, pair: str, reason: str, emit: Emit) -> None:
    for label, names in group.wanted.items():
        if pair in names:
            emit("failure", label=label, pair=pair, reason=reason)


def score_group(
    group: Group,
    methods: Mapping[str, Method],
    device: str,
    seed: int,
    sizes: SizePolicy,
    emit: Emit,
    meter: CostMeter,
) -> None:
    """Score what the group still wants, emitting each score or failure as it is known."""
    prepared = prepare(group, sizes, emit)
    for label, names in group.wanted.items():
        if label not in methods:
            continue
        wanted = [pair for pair in prepared if pair.pair in names]
        _score_method(label, methods[label], wanted, device, seed, emit, meter)


def _score_method(
    label: str,
    method: Method,
    pairs: Sequence[PreparedPair],
    device: str,
    seed: int,
    emit: Emit,
    meter: CostMeter,
) -> None:
    descriptions: dict[int, tuple[Any, float]] = {}
    for pair in pairs:
        emit("started", label=label, pair=pair.pair)
        begin = time.perf_counter()
        try:
            with meter.around(label, method, device), undisturbed(pair.digest):
                value, shared = _compute(method, pair, device, seed, descriptions)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plug-in's failure is its pair's, sys.exit included
            emit("failure", label=label, pair=pair.pair, reason=in_words(error))
            continue
        seconds = time.perf_counter() - begin - shared + shared / len(pairs)
        if math.isfinite(value):
            emit("score", label=label, pair=pair.pair, value=value, seconds=seconds)
        else:
            emit("failure", label=label, pair=pair.pair, reason=f"the score is {value}, not a finite number")


def score_pair(method: Method, pair: PreparedPair, device: str, seed: int) -> float:
    """The score of a single pair, as a run computes it; what the method raises goes through."""
    with undisturbed(pair.digest):
        return _compute(method, pair, device, seed, {})[0]


def _compute(
    method: Method, pair: PreparedPair, device: str, seed: int, descriptions: dict[int, tuple[Any, float]]
) -> tuple[float, float]:
    """The score of one pair, and the seconds that went into work its group shares."""
    enhanced = as_tensor(pair.enhanced, device)
    if not splits_work(method):
        reference = as_tensor(pair.reference, device)
        options = {"rng": reference_rng(seed, pair.digest)} if takes_rng(method.score) else {}
        return as_number(method.score(enhanced, reference, **options)), 0.0
    begin = time.perf_counter()
    key = id(pair.reference)
    if key not in descriptions:
        describe = method.describe  # type: ignore[attr-defined]
        options = {"rng": reference_rng(seed, pair.digest)} if takes_rng(describe) else {}
        descriptions.clear()
        description = describe(as_tensor(pair.reference, device), **options)
        descriptions[key] = (description, time.perf_counter() - begin)
        shared = descriptions[key][1]
    else:
        shared = 0.0
    compare = method.compare  # type: ignore[attr-defined]
    return as_number(compare(enhanced, descriptions[key][0])), shared


def as_tensor(image: Array, device: str) -> torch.Tensor:
    """A fresh (1, 3, H, W) float32 tensor: a method that writes into its input spoils no other's."""
    return torch.from_numpy(image.copy()).unsqueeze(0).to(device)


def as_number(result: Any) -> float:
    """A method's result for one pair as a number.

    Raises:
        TypeError: the result is no floating-point tensor.
        ValueError: its shape is not (1,).
    """
    if not isinstance(result, torch.Tensor):
        raise TypeError(f"`score` returned {type(result).__name__}, not a tensor")
    if result.shape != (1,):
        raise ValueError(f"`score` returned shape {tuple(result.shape)} for one pair, not (1,)")
    if not result.is_floating_point():
        raise TypeError(f"`score` returned {result.dtype}, not a floating-point tensor")
    return float(result.detach().to(device="cpu", dtype=torch.float64).item())


def in_words(error: BaseException) -> str:
    """An exception as one line."""
    if isinstance(error, SystemExit):
        return f"it called sys.exit({error.code})"
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
