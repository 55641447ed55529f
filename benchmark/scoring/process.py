"""Sets up a worker process before anything is imported: allocator and pipes. Standard library only."""

from __future__ import annotations

import ctypes
import os
import platform
from typing import BinaryIO

LARGE = 4_000_000
"""Pixels of an image above which memory is saved: freed blocks are not kept, and images are not read ahead."""
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # glibc's malloc.h
_MMAP_MAX_DEFAULT, _TRIM_DEFAULT = 65536, 128 * 1024


def tune_allocator(*, keep: bool = True) -> None:
    """Keep large freed blocks instead of returning them to the system at every free (glibc only).

    Image tensors are allocated and freed at the same sizes again and again; page faults would take most of SSIM's time.

    Args:
        keep: ``False`` restores glibc's own behaviour, for photographs so large that kept blocks would fill the memory.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_MAX, 0 if keep else _MMAP_MAX_DEFAULT)
        libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1 if keep else _TRIM_DEFAULT)
        if not keep:
            libc.malloc_trim(0)


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Reserve standard input and output for messages; what plug-ins print goes to standard error instead."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return incoming, outgoing
