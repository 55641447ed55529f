"""Reads a reference group's images with several threads, and ahead of their turn. No torch.

Reading ahead has two halves. In the supervisor, ``Turns`` hands out groups and predicts which one a worker will be given
next; in a worker, ``Reader`` decodes that group's files while methods compute.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmark.core.errors import UserError
from benchmark.images.read import Decoding, Image, read_image
from benchmark.images.sizes import SizePolicy
from benchmark.scoring.messages import ReferenceGroup
from benchmark.scoring.process import LARGE

ON_CUDA = 4
"""Threads that decode for an accelerator; on a CPU there are as many as compute."""
NICENESS = 10
"""Niceness of threads that give way: they get a tenth of the processor's time beside one that does not."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """An image and the SHA-256 of the bytes that it was decoded from."""

    image: Image
    sha256: str


class Reader:
    """Decodes files; those that were announced may be decoded already.

    Args:
        threads: number of threads that decode at the same time.
        policy: how files are read; images larger than it allows are refused.
        ahead: whether files are read ahead of their turn at all.
        gently: whether the threads run at the lowest priority (Linux), so that they don't slow methods down.
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
        """Each file's image, or what is wrong with it; images that were read ahead and aren't asked for are dropped.

        A file that couldn't be read ahead, for whatever reason, is read again, so that its error is the one of this
        attempt. A file that still waits for a thread is read as if it had not been announced.
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


def worker_reader(threads: int, policy: SizePolicy, *, on_cuda: bool, measured: bool) -> Reader:
    """The reader of a worker process.

    Args:
        threads: number of threads that methods compute with.
        policy: how files are read.
        on_cuda: whether methods compute on an accelerator, so that the processors are free to decode.
        measured: whether the methods' costs are measured. On a CPU these include the process's memory, of which reading
            ahead would use some.
    """
    ahead = on_cuda or not measured
    return Reader(ON_CUDA if on_cuda else threads, policy, ahead=ahead, gently=not on_cuda)


class Turns:
    """Hands out groups to workers, and predicts which group each will be given next.

    Args:
        groups: the groups, drawn one at a time: when a worker is free, or before, so that its images can be read ahead.
        early: whether a group may be drawn before a worker is free.
    """

    def __init__(self, groups: Iterable[ReferenceGroup], early: Callable[[], bool] = lambda: True) -> None:
        self._source: Iterator[ReferenceGroup] | None = iter(groups)
        self._early = early
        self._waiting: deque[ReferenceGroup] = deque()
        self._foreseen: dict[int, ReferenceGroup] = {}

    def take(self, worker: int) -> ReferenceGroup | None:
        """The group that a worker has read ahead, else one that no other has read, else any; ``None`` if there is none."""
        own = self._foreseen.pop(worker, None)
        group = own if own in self._waiting else self._unforeseen() or self._draw() or next(iter(self._waiting), None)
        if group is not None:
            self._waiting.remove(group)
        return group

    def foresee(self, worker: int) -> tuple[str, ...]:
        """The files of the group that a worker will probably be given next; any worker may still take the group."""
        group = (self._unforeseen() or self._draw()) if self._early() else None
        if group is None:
            return ()
        self._foreseen[worker] = group
        return group.files()

    def put_back(self, group: ReferenceGroup) -> None:
        """Take back what is left of a group; it is handed out next."""
        self._waiting.appendleft(group)

    def dismiss(self, worker: int) -> None:
        """Forget which group was predicted for a worker that has ended."""
        self._foreseen.pop(worker, None)

    def stop_foreseeing(self) -> None:
        """Predict no more groups, so that nothing more is read ahead."""
        self._early = lambda: False

    @property
    def more(self) -> bool:
        """Whether there may be more groups to hand out."""
        return bool(self._waiting) or self._source is not None

    def _unforeseen(self) -> ReferenceGroup | None:
        others = self._foreseen.values()
        return next((group for group in self._waiting if group not in others), None)

    def _draw(self) -> ReferenceGroup | None:
        """Draw a new group, which then waits; ``None`` once there are no more."""
        group = next(self._source, None) if self._source is not None else None
        if group is None:
            self._source = None
        else:
            self._waiting.append(group)
        return group


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere the whole process would get the lower priority
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _read(path: str, decoding: Decoding) -> Decoded | UserError:
    digest = hashlib.sha256()
    try:
        return Decoded(read_image(Path(path), **decoding, seen=digest.update), digest.hexdigest())
    except UserError as error:
        return error
