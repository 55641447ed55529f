"""Keeps methods from affecting each other by random state, default dtype and device, threads or gradients. Torch."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def undisturbed(digest: str) -> Iterator[None]:
    """Run a method's code with global random state that depends on the reference alone, and restore everything after it.

    Args:
        digest: SHA-256 of the decoded reference; it makes methods that draw from global generators repeatable.

    Arithmetic is in full single precision inside, and stays so afterwards.
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
    """Set full single precision, whatever a method set before: by default GPUs round convolutions to 10 bits (TF32)."""
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
