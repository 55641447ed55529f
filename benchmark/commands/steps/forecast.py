"""``--dry-run``: what a run or a study would do, from its configuration, data and store. Writes nothing; no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from benchmark.commands.steps.disturbed import with_disturbance
from benchmark.core.errors import UserError
from benchmark.core.hashes import FileHashes
from benchmark.report import naming
from benchmark.report.thumbnails import MOST_PAIRS
from benchmark.scoring import lanes, lineup
from benchmark.scoring.lineup import Entrant
from benchmark.scoring.plan import ScoredPair, make_plan
from benchmark.scoring.store import Producer, Store
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import Machine, Prepared, find_machine, producers_of

A_SCORE = 400
"""Bytes of a stored score with its cell in ``scores.csv``."""
A_PAIR = 300
"""Bytes of a pair in ``scores.csv``."""
A_PICTURE = 16_000
"""Bytes of a pair's two thumbnails, which stand in the page too."""
A_REPORT = 6_000_000
"""Bytes of a data set's page, plots and tables."""
PUBLISHED = "as published"


@dataclass(slots=True)
class Forecast:
    """What would be done with one data set.

    Attributes:
        label: what it is called; empty for a run without a study.
        pairs, references: their numbers.
        methods: number of methods that can be used.
        unusable: number of the others.
        stored: number of scores at hand.
        missing: number of scores to compute, by method.
        seconds: mean seconds per pair of the methods of which that was measured, by method.
        workers: number of processes.
        partitions: number of partitions; 0 where splits are as published.
        notes: what prevents or delays methods.
        at_once: number of processes of the methods that have another.
        programs: what methods would start, by the command line.
        reason: why the data set can't be used; empty where it can.
    """

    label: str
    pairs: int = 0
    references: int = 0
    methods: int = 0
    unusable: int = 0
    stored: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    workers: int = 1
    partitions: int = 0
    notes: list[str] = field(default_factory=list)
    at_once: dict[str, int] = field(default_factory=dict)
    programs: list[str] = field(default_factory=list)
    reason: str = ""

    @property
    def to_compute(self) -> int:
        """How many scores are missing."""
        return sum(self.missing.values())

    @property
    def unmeasured(self) -> list[str]:
        """Methods with scores to compute, of which no stored score tells how long one takes."""
        return [label for label, count in self.missing.items() if count and label not in self.seconds]

    @property
    def time(self) -> float:
        """Seconds that the measured methods would take on all processes together."""
        return sum(
            count * self.seconds.get(label, 0.0) / max(1, self.at_once.get(label, self.workers))
            for label, count in self.missing.items()
        )

    @property
    def disk(self) -> int:
        """Bytes that would be written, roughly."""
        if self.reason:
            return 0
        return self.to_compute * A_SCORE + self.pairs * A_PAIR + min(self.pairs, MOST_PAIRS) * A_PICTURE + A_REPORT


@dataclass(frozen=True, slots=True)
class Apart:
    """Pairs that are scored beside the data set's own: a study's test part with checkpoints of its own, or disturbed.

    Attributes:
        prepared: the pairs and the methods with these checkpoints.
        rows: what tables call each method, by its label there.
    """

    prepared: Prepared
    rows: Mapping[str, str]


def forecast(prepared: Prepared, label: str = "", partitions: int = 0, apart: Sequence[Apart] = ()) -> Forecast:
    """What the run of a prepared configuration would do.

    Args:
        prepared: the checked configuration.
        label: what the data set is called in a study.
        partitions: how many the study divides it into.
        apart: test parts that are scored with checkpoints of their own.
    """
    chosen = prepared.data.chosen
    if not chosen.size:
        raise UserError("the chosen splits have no pairs")
    machine = find_machine(prepared, ScoringRanks())
    memory = FileHashes(prepared.store / "files.json")
    store = Store(prepared.store, prepared.destination.data)
    store.read(mend=False)
    found = Forecast(label, len(chosen), int(chosen["reference"].nunique()), workers=machine.workers)
    found.partitions = partitions
    found.notes += prepared.source.notes
    rows = {entrant.label: entrant.label for entrant in prepared.entrants}
    usable: dict[str, None] = {}
    unusable: dict[str, None] = {}
    disturbed = [Apart(with_disturbance(prepared, name), rows) for name in prepared.config.robustness]
    for part in (Apart(prepared, rows), *apart, *disturbed):
        later = _without_weights(part.prepared, memory)
        _count(found, part, later, machine, store, memory)
        for entrant in part.prepared.entrants:
            able = entrant.status == "scored" or entrant in later
            (usable if able else unusable)[part.rows[entrant.label]] = None
    found.notes[:] = dict.fromkeys(found.notes)
    found.methods, found.unusable = len(usable), len(unusable)
    return found


def _count(
    found: Forecast, part: Apart, later: Sequence[Entrant], machine: Machine, store: Store, memory: FileHashes
) -> None:
    """Add what the methods of some pairs have and lack.

    Args:
        found: what is added to.
        part: the pairs and their methods.
        later: methods whose weights are to be downloaded first.
        machine: where scores would be computed.
        store: the scores at hand.
        memory: hashes files.
    """
    prepared, rows = part.prepared, part.rows
    found.notes += [f"{rows[entrant.label]}: its weights are to be downloaded first" for entrant in later]
    missing = {entrant.label: len(prepared.data.chosen) for entrant in later}
    for entrant in prepared.entrants:
        if entrant.scores_images:
            lineup.note_files(entrant, memory)
    missing |= _look_up(found, part, producers_of(prepared, machine), store, memory)
    _note_programs(found, part, machine)
    for label, count in missing.items():
        found.missing[rows[label]] = found.missing.get(rows[label], 0) + count
    found.notes += [
        f"{rows[entrant.label]}: {entrant.status}: {entrant.reason}"
        for entrant in prepared.entrants
        if entrant.status != "scored" and entrant not in later
    ]


def _note_programs(found: Forecast, part: Apart, machine: Machine) -> None:
    """Note what methods would start, and how much of it at once."""
    for entrant in part.prepared.entrants:
        started = lanes.programs_of(entrant)
        if started is not None:
            label = part.rows[entrant.label]
            found.at_once[label] = started.at_once or machine.programs
            terms = f"{found.at_once[label]} at once, {started.time_limit:g} s at most"
            found.programs += [f"{label} starts {line} ({terms})" for line in started.lines]


def _without_weights(prepared: Prepared, memory: FileHashes) -> list[Entrant]:
    """Find weights without downloading any; return the methods whose weights a run would download."""
    scoring = [entrant for entrant in prepared.entrants if entrant.scores_images]
    config = prepared.config
    lineup.find_weights(
        prepared.entrants, memory, config.weights_dir, offline=True, unpublished=config.unpublished_weights
    )
    return [] if config.offline else [entrant for entrant in scoring if entrant.status == "unavailable"]


def _look_up(
    found: Forecast, part: Apart, producers: Mapping[str, Producer], store: Store, memory: FileHashes
) -> dict[str, int]:
    """Count what is stored; return what is missing. Images are hashed only if scores are stored that may be theirs."""
    means, chosen = store.mean_seconds(), part.prepared.data.chosen
    known = {label: means[item.key] for label, item in producers.items() if item.key in means}
    for label, seconds in known.items():
        found.seconds.setdefault(part.rows[label], seconds)
    if not known:
        return dict.fromkeys(producers, len(chosen))
    pairs = [ScoredPair(str(row.pair), str(row.reference_path), str(row.enhanced_path)) for row in chosen.itertuples()]
    plan = make_plan(pairs, producers, store, memory)
    found.stored += len(plan.known)
    unreadable = len({failure.pair for failure in plan.failures})
    found.notes += [f"{naming.count(unreadable, 'pair')} can't be read"] if unreadable else []
    return {label: sum(plan.reasons[label].values()) for label in producers}


def show(found: Sequence[Forecast], console: Console) -> int:
    """Print forecasts and their total; return the exit status.

    Returns:
        0 if all could be done, 3 if a part, 2 if nothing.
    """
    study = len(found) > 1 or bool(found[0].label)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for title in ("Data set", "pairs", "references", "methods", "stored", "to compute", "partitions", "time", "disk"):
        if study or title not in ("Data set", "partitions"):
            table.add_column(title, justify="left" if title == "Data set" else "right", no_wrap=title != "Data set")
    used = [item for item in found if not item.reason]
    for item in used:
        table.add_row(*_row(item, study=study))
    if len(used) > 1:
        table.add_row(*_total(used))
    if used:
        console.print(table)
    for item in found:
        for line in [*item.notes, *([f"can't be used: {item.reason}"] if item.reason else [])]:
            console.print(
                f"{item.label}: {line}" if item.label else line, markup=False, highlight=False, soft_wrap=True
            )
    for line in dict.fromkeys(line for item in used for line in item.programs):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    unmeasured = list(dict.fromkeys(label for item in used for label in item.unmeasured))
    if unmeasured:
        line = f"not measured: seconds per pair of {naming.join(unmeasured)}, of which no score is stored"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print("nothing was written (--dry-run)", highlight=False)
    return 2 if not used else 3 if len(used) < len(found) or any(item.unusable for item in used) else 0


def _row(item: Forecast, *, study: bool) -> list[str]:
    numbers = [f"{count:,}" for count in (item.pairs, item.references, item.methods, item.stored, item.to_compute)]
    parts = f"{item.partitions:,}" if item.partitions else PUBLISHED
    ends = [_time([item]), size(item.disk)]
    return [item.label, *numbers, parts, *ends] if study else [*numbers, *ends]


def _total(used: Sequence[Forecast]) -> list[str]:
    sums = [sum(getattr(item, name) for item in used) for name in ("pairs", "references")]
    later = [sum(getattr(item, name) for item in used) for name in ("stored", "to_compute")]
    methods = max(item.methods for item in used)
    partitions = sum(item.partitions for item in used)
    ends = [_time(used), size(sum(item.disk for item in used))]
    numbers = [f"{count:,}" for count in (*sums, methods, *later)]
    return ["total", *numbers, f"{partitions:,}" if partitions else PUBLISHED, *ends]


def _time(items: Sequence[Forecast]) -> str:
    """The time in words; a lower bound where some methods were not measured."""
    seconds = sum(item.time for item in items)
    unmeasured = any(item.unmeasured for item in items)
    if unmeasured and not seconds:
        return "not measured"
    return f"{'at least ' if unmeasured else ''}{duration(seconds)}"


def duration(seconds: float) -> str:
    """Seconds in words."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s" if seconds >= 1 or not seconds else "1 s"


def size(count: int) -> str:
    """Bytes in words; empty for none."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB" if count else ""
