"""Reads a reference group's images with several threads, also ahead of their turn. No torch."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmark.core.errors import UserError
from benchmark.images.read import Decoding, Image, read_image
from benchmark.images.sizes import SizePolicy

ON_CUDA = 4
"""Threads that decode for an accelerator; on a CPU as many as compute."""
NICENESS = 10
"""Of threads that give way: a tenth of the processor's time beside one that does not."""
LARGE = 4_000_000
"""Pixels of an image beyond which memory is saved: it is not read ahead, and what its scoring frees is not kept."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """An image and the SHA-256 of the bytes that it was decoded from."""

    image: Image
    sha256: str


class Reader:
    """Decodes files; those that were named beforehand may be decoded already.

    Args:
        threads: that decode at the same time.
        policy: how files are read; larger images than it allows are refused.
        ahead: whether files are read before their turn at all.
        gently: whether the threads give way to all others (Linux), so that methods take no longer beside them.
    """

    def __init__(
        self, threads: int = 1, policy: SizePolicy | None = None, *, ahead: bool = False, gently: bool = False
    ) -> None:
        self._threads = threads
        self._policy = policy or SizePolicy()
        self._pool = None
        if ahead or threads > 1:
            self._pool = ThreadPoolExecutor(threads, initializer=_give_way if gently else None)
        self._allowed = ahead
        self._ahead: dict[str, Future[Decoded | UserError]] = {}

    @property
    def busy(self) -> bool:
        """Whether files are being read ahead now."""
        return any(not future.done() for future in self._ahead.values())

    def ahead(self, paths: Sequence[str]) -> None:
        """Begin to read files that ``read`` will probably be asked for next."""
        if self._pool is not None and self._allowed:
            self._ahead = {path: self._pool.submit(_read, path, self._policy.decoding(LARGE)) for path in paths}

    def read(self, paths: Sequence[str]) -> list[Decoded | UserError]:
        """Each file's image, or what is wrong with it; what was read ahead and isn't asked for is forgotten.

        A file that couldn't be read ahead, for whatever reason, is read again: what is wrong with it is told as if it had
        never been tried. One that still waits for a thread is read as if it had not been named.
        """
        begun, self._ahead = self._ahead, {}
        started = {path: future for path, future in begun.items() if not future.cancel()}
        images = {path: started[path].result() for path in paths if path in started}
        missing = [path for path in paths if isinstance(images.get(path), (UserError, type(None)))]
        images.update(zip(missing, self._read_now(missing), strict=True))
        return [images[path] for path in paths]

    def _read_now(self, paths: Sequence[str]) -> list[Decoded | UserError]:
        if self._pool is None or self._threads == 1:
            return [_read(path, self._policy.decoding()) for path in paths]
        return list(self._pool.map(lambda path: _read(path, self._policy.decoding()), paths))


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere it would be the whole process that gives way
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _read(path: str, decoding: Decoding) -> Decoded | UserError:
    digest = hashlib.sha256()
    try:
        return Decoded(read_image(Path(path), **decoding, seen=digest.update), digest.hexdigest())
    except UserError as error:
        return error
