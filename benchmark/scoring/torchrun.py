"""Coordinates the processes that ``torchrun`` started for ``run``: a shared queue, waiting, small summaries. Torch if any.

Only torch's key-value store is used: scores never pass through it, they go into the shared folder. When a rank dies,
torchrun restarts all of them; each round has keys of its own, and finds in the folder what was scored before.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

Item = TypeVar("Item")
EARLY = 4
"""Items per worker of all ranks that must be left for one to be taken early; near the end others could take it sooner."""
_POLL_S = 0.1


def started_by_torchrun() -> bool:
    """Whether this process is one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def is_first() -> bool:
    """Whether this process is alone or the first of its job, which is the one that writes."""
    return not started_by_torchrun() or os.environ.get("RANK", "0") == "0"


@dataclass(frozen=True, slots=True)
class ScoringRanks:
    """This process as one of ``size`` processes; alone by default.

    Attributes:
        rank: number of this process; 0 writes tables and prints.
        size: number of processes on all machines.
        local: number of this process on its machine.
        local_size: number of processes on this machine.
    """

    rank: int = 0
    size: int = 1
    local: int = 0
    local_size: int = 1
    _store: Any = None

    @property
    def first(self) -> bool:
        """Whether this process writes tables and prints."""
        return self.rank == 0

    @contextmanager
    def first_goes_first(self, name: str) -> Iterator[None]:
        """The first rank executes the body alone (downloads, data sets that are written), then all others do."""
        if not self.first:
            _wait_for(self._store, f"{name}/done")
        try:
            yield
        finally:  # where the first fails, the others fail by themselves
            if self.first and self._store is not None:
                self._store.set(f"{name}/done", "1")

    def within(self, name: str) -> ScoringRanks:
        """The same processes with keys of their own, for one of several runs."""
        if self._store is None:
            return self
        from torch.distributed import PrefixStore  # type: ignore[attr-defined] # noqa: PLC0415

        return replace(self, _store=PrefixStore(name, self._store))

    def share(self, items: Sequence[Item], queue: int = 0) -> Iterator[Item]:
        """Items from a queue that all ranks share, taken one at a time, so that a slow rank takes fewer.

        Args:
            items: all items of the queue, including those that others take; the same for all ranks.
            queue: number of the queue, where there are several.
        """
        if self._store is None:
            yield from items
            return
        while (place := self._store.add(f"next/{queue}", 1) - 1) < len(items):
            yield items[place]

    def plenty(self, items: int, workers: int, queue: int = 0) -> bool:
        """Whether enough of ``items`` are left in the queue for a rank of ``workers`` to take some early."""
        return self._store is None or items - self._store.add(f"next/{queue}", 0) > EARLY * self.size * workers

    def tell(self, summary: Any) -> None:
        """Leave a small JSON value for the first rank."""
        if self._store is not None:
            self._store.set(f"summary/{self.rank}", json.dumps(summary))

    def hear(self) -> list[Any]:
        """The summaries of all other ranks, in their order; waits for them."""
        others = range(1, self.size)
        for rank in others:
            _wait_for(self._store, f"summary/{rank}")
        return [json.loads(self._store.get(f"summary/{rank}")) for rank in others]


def join() -> ScoringRanks:
    """Join the processes that ``torchrun`` describes in the environment, if it does."""
    if not started_by_torchrun():
        return ScoringRanks()
    store, rank, size = meet()
    local, local_size = (int(os.environ.get(name, "0")) for name in ("LOCAL_RANK", "LOCAL_WORLD_SIZE"))
    return ScoringRanks(rank, size, local, max(1, local_size), store)


def meet() -> tuple[Any, int, int]:
    """The key-value store of this round of ``torchrun``, this process's rank, and the number of ranks.

    torchrun keeps its store when it restarts the ranks, and with it the addresses of dead processes. So the keys of each
    round have a prefix of their own.
    """
    from torch.distributed import PrefixStore  # type: ignore[attr-defined] # noqa: PLC0415
    from torch.distributed.rendezvous import rendezvous  # noqa: PLC0415

    shared, rank, size = next(iter(rendezvous("env://")))
    return PrefixStore(f"round/{_agree(shared, rank, size)}", shared), rank, size


def _agree(store: Any, rank: int, size: int) -> str:
    """A name for this round that no earlier one had: torchrun keeps the store and its keys when it restarts ranks.

    Every process registers under a random name of its own, and the first rank answers each with the round's name. What an
    earlier round left is overwritten or never read.
    """
    own = secrets.token_hex(8)
    if rank != 0:
        store.set(f"hello/{rank}", own)
        _wait_for(store, f"answer/{own}")
        chosen = str(store.get(f"answer/{own}").decode())
        store.set(f"heard/{chosen}/{rank}", "1")
        return chosen
    waiting = set(range(1, size))
    while waiting:
        for other in sorted(waiting):
            if store.check([f"hello/{other}"]):
                store.set(f"answer/{store.get(f'hello/{other}').decode()}", own)
        waiting = {other for other in waiting if not store.check([f"heard/{own}/{other}"])}
        time.sleep(_POLL_S)
    return own


def _wait_for(store: Any, key: str) -> None:
    while not store.check([key]):
        time.sleep(_POLL_S)
