"""Keeps one method's work from touching another's: random state, default dtype and device, threads, gradients. Torch."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def undisturbed(digest: str) -> Iterator[None]:
    """Run a method's code with global random state that depends on the reference alone, and set everything back after.

    Args:
        digest: SHA-256 of the decoded reference; methods that draw from global generators become repeatable by it.

    Arithmetic is in full single precision within, and stays so.
    """
    threads = torch.get_num_threads()
    dtype = torch.get_default_dtype()
    deterministic = _determinism()
    seed = int(digest[:8], 16)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    full_precision()
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_default_device(None)
        torch.set_num_threads(threads)
        if _determinism() != deterministic:  # setting it imports torch's compiler, which takes as long as torch itself
            torch.use_deterministic_algorithms(deterministic[0], warn_only=deterministic[1])


def _determinism() -> tuple[bool, bool]:
    """Whether nondeterministic algorithms are refused, and whether they are only warned of."""
    return torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()


def full_precision() -> None:
    """Single precision as such, whatever a method asked for before: GPUs round convolutions to 10 bits (TF32) unasked."""
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
