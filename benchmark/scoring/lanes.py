"""Which methods share worker processes, how many these are, and where they compute. No torch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from benchmark.plugins import contract_check, registry
from benchmark.plugins.contracts import Programs
from benchmark.scoring.lineup import Entrant
from benchmark.scoring.torchrun import ScoringRanks

GRACE_S = 60.0
"""How much longer than its own time limit a method may take that starts programs: to write images and to clear up."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Methods that share processes: those of different lanes never do, and lanes are scored one after the other.

    Attributes:
        labels: the methods' labels.
        workers: number of processes; none where other ranks of this machine have them all; ``None`` for the crew's.
        at_least: seconds that a pair may take, where the crew's limit is less.
        device: where the methods compute; empty for where the run does.
        own: whether all methods come with the engine and start nothing: their workers may go on with other work.
    """

    labels: Collection[str]
    workers: int | None = None
    at_least: float = 0.0
    device: str = ""
    own: bool = False


def lanes(entrants: Sequence[Entrant], programs_at_once: int, ranks: ScoringRanks) -> list[Lane]:
    """The lanes of a run's methods: of the engine's own, of each other plug-in file, of those that start programs.

    What a plug-in does to its process (a patched function, a global setting) can then change no other's scores.

    Args:
        entrants: the methods.
        programs_at_once: how many programs run at once in this process where their method doesn't say.
        ranks: the processes of the run, which share what a method says.
    """
    shared: dict[str, list[str]] = {"": []}
    started: dict[tuple[str, int | None], Lane] = {}
    for entrant in entrants:
        if entrant.method is None or not entrant.scores_images:
            continue
        kinds = [type(item) for item in (entrant.method, *entrant.parts)]
        home = " ".join(kind.__module__ for kind in kinds if registry.is_foreign(kind))
        programs = programs_of(entrant)
        if programs is None:
            shared.setdefault(home, []).append(entrant.label)
            continue
        workers = programs_at_once if programs.at_once is None else _share(programs.at_once, ranks)
        limit = programs.time_limit + GRACE_S
        lane = started.get((home, programs.at_once), Lane((), workers, limit, device="cpu"))
        lane = replace(lane, labels=(*lane.labels, entrant.label), at_least=max(lane.at_least, limit))
        started[home, programs.at_once] = lane
    own = [Lane(labels, own=not home) for home, labels in shared.items() if labels]
    return [*own, *started.values()]


def _share(at_once: int, ranks: ScoringRanks) -> int:
    """This process's share of what may run at once on its machine; none for some where there are more processes."""
    whole, rest = divmod(at_once, ranks.local_size)
    return whole + (ranks.local < rest)


def programs_of(entrant: Entrant) -> Programs | None:
    """What an entrant starts; ``None`` where it starts nothing, or scores no images."""
    return contract_check.programs_of(entrant.method) if entrant.method is not None and entrant.scores_images else None
