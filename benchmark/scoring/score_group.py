"""Scores one reference group inside a worker: each file is decoded once, each reference described once. Torch.

On a CPU every pair is scored alone, so that a score depends on its two images only, not on what else is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from benchmark.core.errors import UserError, in_words
from benchmark.core.randomness import content_sha256, reference_rng
from benchmark.images.read import same_picture
from benchmark.images.sizes import Preparer, SizePolicy
from benchmark.plugins.contracts import DescribesReference, Method, NoReference, takes_rng
from benchmark.scoring import batching, promise
from benchmark.scoring.flatness import is_flat
from benchmark.scoring.guard import undisturbed
from benchmark.scoring.measure_cost import CostMeter
from benchmark.scoring.messages import ReferenceGroup
from benchmark.scoring.process import LARGE, tune_allocator
from benchmark.scoring.read_ahead import Decoded, Reader

Array = np.ndarray[Any, np.dtype[np.float32]]
Emit = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms on which scores are computed.

    Attributes:
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        seed: the run's seed, for methods that draw random numbers.
        autocast: ``bfloat16`` or ``float16`` for ``torch.autocast``; empty for single precision.
    """

    device: str
    seed: int
    autocast: str = ""

    @property
    def on_cuda(self) -> bool:
        """Whether the device is a CUDA device."""
        return self.device.startswith("cuda")

    def arithmetic(self) -> AbstractContextManager[Any]:
        """A context in which operations run in this precision."""
        if not self.autocast:
            return nullcontext()
        return torch.autocast(self.device.split(":")[0], dtype=getattr(torch, self.autocast))


@dataclass(frozen=True, slots=True)
class PreparedPair:
    """A pair as methods receive it.

    Attributes:
        pair: its identifier.
        enhanced: (3, H, W) in [0, 1].
        reference: the same shape; the same object for all pairs that share the prepared reference.
        digest: SHA-256 of the reference as decoded, before any size policy.
        flat: whether either image is of one colour.
        flat_enhanced: whether the enhanced image is.
        same: whether the enhanced image is its reference, pixel by pixel, as decoded.
        files: SHA-256 of the bytes that the enhanced image and the reference were decoded from.
    """

    pair: str
    enhanced: Array
    reference: Array
    digest: str
    flat: bool = False
    flat_enhanced: bool = False
    same: bool = False
    files: tuple[str, str] = ("", "")


def prepare(group: ReferenceGroup, sizes: SizePolicy, emit: Emit, reader: Reader) -> list[PreparedPair]:
    """Decode a group's images; a pair with an unusable image is emitted as failed for all methods that want it.

    Args:
        group: the reference and its enhanced images.
        sizes: what is done where sizes differ.
        emit: sends a message for each pair that fails.
        reader: decodes the files, or has decoded them already.
    """
    prepared: list[PreparedPair] = []
    reference, *images = reader.read(group.files())
    if isinstance(reference, UserError):
        for task in group.pairs:
            _fail_pair(group, task.pair, str(reference), emit)
        return prepared
    digest = content_sha256(reference.image)
    preparer = Preparer(reference.image, sizes, group.reference)
    flat = is_flat(reference.image)
    for task, image in zip(group.pairs, images, strict=True):
        try:
            decoded = _sound(image)
            enhanced, fitted = preparer.pair(decoded.image, task.path)
        except UserError as error:
            _fail_pair(group, task.pair, str(error), emit)
            continue
        flat_enhanced = is_flat(enhanced)
        seen = (flat or flat_enhanced, flat_enhanced, same_picture(decoded.image, reference.image))
        files = (decoded.sha256, reference.sha256)
        prepared.append(PreparedPair(task.pair, enhanced, fitted, digest, *seen, files))
    return prepared


def _sound(image: Decoded | UserError) -> Decoded:
    if isinstance(image, UserError):
        raise image
    return image


def _fail_pair(group: ReferenceGroup, pair: str, reason: str, emit: Emit) -> None:
    for label, names in group.wanted.items():
        if pair in names:
            emit("failure", label=label, pair=pair, reason=reason)


def score_group(
    group: ReferenceGroup,
    methods: Mapping[str, Method],
    terms: Terms,
    sizes: SizePolicy,
    emit: Emit,
    meter: CostMeter,
    reader: Reader,
) -> None:
    """Score what is wanted of the group, emitting each score or failure as it is known; the next is read meanwhile."""
    prepared = prepare(group, sizes, emit, reader)
    reader.ahead(group.next_files)
    tune_allocator(keep=all(pair.enhanced[0].size <= LARGE for pair in prepared))
    for label, names in group.wanted.items():
        if label not in methods:
            continue
        wanted = [pair for pair in prepared if pair.pair in names]
        with meter.turn(label, terms.device):
            _score_method(label, methods[label], wanted, terms, emit, meter)


def _score_method(
    label: str,
    method: Method,
    pairs: Sequence[PreparedPair],
    terms: Terms,
    emit: Emit,
    meter: CostMeter,
) -> None:
    descriptions: dict[int, tuple[Any, float]] = {}
    if terms.on_cuda and len(pairs) > 1 and batching.can_batch(method):
        pairs = _score_batches(label, method, pairs, terms, emit, meter)
    for pair in pairs:
        emit("started", label=label, pair=pair.pair)
        begin = time.perf_counter()
        try:
            with meter.around(label, method, terms.device), undisturbed(pair.digest), terms.arithmetic():
                value, spent, shared = _compute(method, pair, terms, descriptions)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plug-in's failure is its pair's, sys.exit included
            reason = str(error) if isinstance(error, UserError) else in_words(error)
            emit("failure", label=label, pair=pair.pair, reason=reason)
            continue
        seconds = time.perf_counter() - begin - spent + shared / len(pairs)
        _emit_value(label, method, pair, value, seconds, terms, emit)


def _emit_value(
    label: str, method: Method, pair: PreparedPair, value: float, seconds: float, terms: Terms, emit: Emit
) -> None:
    reason = promise.fault(value, method.info, terms.autocast)
    if reason:
        emit("failure", label=label, pair=pair.pair, reason=reason)
    else:
        flat = pair.flat_enhanced if isinstance(method, NoReference) else pair.flat
        seen = {name: True for name, is_so in (("flat", flat), ("same", pair.same)) if is_so}
        emit("score", label=label, pair=pair.pair, value=value, seconds=seconds, images=pair.files, **seen)


def _score_batches(
    label: str,
    method: Method,
    pairs: Sequence[PreparedPair],
    terms: Terms,
    emit: Emit,
    meter: CostMeter,
) -> list[PreparedPair]:
    """Score images that share their prepared reference together; returns the pairs that must be tried alone."""
    alone: list[PreparedPair] = []
    for same in _by_reference(pairs):
        emit("started", label=label, pair=same[0].pair)
        begin = time.perf_counter()
        try:
            with meter.around(label, method, terms.device), undisturbed(same[0].digest), terms.arithmetic():
                values = score_batch(method, same, terms)
        except KeyboardInterrupt:
            raise
        except BaseException:  # one pair may have failed the whole batch: each is then tried alone
            alone += same
            continue
        seconds = (time.perf_counter() - begin) / len(same)
        for pair, value in zip(same, values, strict=True):
            _emit_value(label, method, pair, value, seconds, terms, emit)
    return alone


def _by_reference(pairs: Sequence[PreparedPair]) -> list[list[PreparedPair]]:
    groups: dict[tuple[int, tuple[int, ...]], list[PreparedPair]] = {}
    for pair in pairs:
        groups.setdefault((id(pair.reference), pair.enhanced.shape), []).append(pair)
    return list(groups.values())


def score_batch(
    method: Method, pairs: Sequence[PreparedPair], terms: Terms, budget: int = batching.PIXELS_AT_ONCE
) -> list[float]:
    """The scores of pairs that share their prepared reference, several at a time; see ``batching.score_together``."""
    images = [torch.from_numpy(pair.enhanced) for pair in pairs]
    if isinstance(method, NoReference):
        quality = method.quality
        return batching.score_together(images, lambda batch: quality(_moved(batch, terms.device)), budget)
    reference = as_tensor(pairs[0].reference, terms.device)
    if not isinstance(method, DescribesReference):
        return batching.score_together(
            images,
            lambda batch: method.score(_moved(batch, terms.device), reference.expand(len(batch), -1, -1, -1).clone()),
            budget,
        )
    compare = method.compare
    description = method.describe(reference, **generator(method, method.describe, pairs[0].digest, terms))
    return batching.score_together(images, lambda batch: compare(_moved(batch, terms.device), description), budget)


def _moved(batch: torch.Tensor, device: str) -> torch.Tensor:
    return batch.pin_memory().to(device, non_blocking=True) if device.startswith("cuda") else batch


def score_pair(method: Method, pair: PreparedPair, terms: Terms) -> float:
    """The score of a single pair, as a run computes it; what the method raises is passed on.

    Raises:
        UserError: the score is not finite, or outside the range that the method declares.
    """
    with undisturbed(pair.digest), terms.arithmetic():
        value = _compute(method, pair, terms, {})[0]
    reason = promise.fault(value, method.info, terms.autocast)
    if reason:
        raise UserError(reason)
    return value


def generator(method: Method, function: Callable[..., Any], digest: str, terms: Terms) -> dict[str, Any]:
    """The keyword arguments of ``score``, ``quality`` or ``describe``: a generator if the function takes one.

    A method that declares its scores independent of the seed gets the same generator for every seed, so that its stored
    scores are valid for any other.
    """
    if not takes_rng(function):
        return {}
    return {"rng": reference_rng(terms.seed if method.depends_on_seed() else 0, digest)}


def _compute(
    method: Method, pair: PreparedPair, terms: Terms, descriptions: dict[int, tuple[Any, float]]
) -> tuple[float, float, float]:
    """The score of a pair, the seconds spent here on describing its reference, and those that the description took."""
    enhanced = as_tensor(pair.enhanced, terms.device)
    if isinstance(method, NoReference):
        options = generator(method, method.quality, pair.digest, terms)
        return as_number(method.quality(enhanced, **options), "quality"), 0.0, 0.0
    if not isinstance(method, DescribesReference):
        reference = as_tensor(pair.reference, terms.device)
        options = generator(method, method.score, pair.digest, terms)
        return as_number(method.score(enhanced, reference, **options), "score"), 0.0, 0.0
    begin = time.perf_counter()
    key = id(pair.reference)
    if key not in descriptions:
        options = generator(method, method.describe, pair.digest, terms)
        descriptions.clear()
        description = method.describe(as_tensor(pair.reference, terms.device), **options)
        spent = time.perf_counter() - begin
        descriptions[key] = (description, spent)
    else:
        spent = 0.0
    description, shared = descriptions[key]
    return as_number(method.compare(enhanced, description), "compare"), spent, shared


def as_tensor(image: Array, device: str) -> torch.Tensor:
    """A new (1, 3, H, W) float32 tensor: a method that writes into its input changes no other's."""
    return torch.from_numpy(image.copy()).unsqueeze(0).to(device)


def as_number(result: Any, function: str) -> float:
    """A method's result for one pair as a number.

    Args:
        result: what the method returned.
        function: which of its functions returned it, for messages.

    Raises:
        TypeError: the result is not a floating-point tensor.
        ValueError: its shape is not (1,).
    """
    if not isinstance(result, torch.Tensor):
        raise TypeError(f"`{function}` returned {type(result).__name__}, not a tensor of one number a pair")
    if result.shape != (1,):
        raise ValueError(f"`{function}` returned shape {tuple(result.shape)} for one pair, not (1,)")
    if not result.is_floating_point():
        raise TypeError(f"`{function}` returned {result.dtype}, not a floating-point tensor")
    return float(result.detach().to(device="cpu", dtype=torch.float64).item())
