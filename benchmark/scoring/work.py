"""Plans what is to be scored in a run, and scores it, alone or as one of several ranks. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path

from rich.console import Console

from benchmark.config.models import RunConfig
from benchmark.config.source import Source
from benchmark.core import memory_file, provenance
from benchmark.core.errors import UserError, in_words
from benchmark.core.hashes import FileHashes
from benchmark.data.load import Data
from benchmark.images.read import image_header
from benchmark.plugins import weights
from benchmark.results.scored import Failure
from benchmark.results.study_columns import StudyColumns
from benchmark.scoring import again, cost_memory, lanes, lineup, promise
from benchmark.scoring.destinations import Destination
from benchmark.scoring.engine import Crew, Outcome, default_workers, score_missing
from benchmark.scoring.idle_workers import IdleWorkers
from benchmark.scoring.lineup import Entrant
from benchmark.scoring.messages import Setup
from benchmark.scoring.method_building import CHANGED
from benchmark.scoring.plan import Plan, ScoredPair, make_plan
from benchmark.scoring.progress import ScoringProgress
from benchmark.scoring.store import DAMAGED, Producer, Store
from benchmark.scoring.torchrun import ScoringRanks

MOST_ROUNDS = 3
"""How many times images that change while they are scored are scored."""
MOST_THREADS = 4096
"""Most threads of a worker; more than any machine has."""
CUDA_WORKERS = 2
"""Workers of a GPU: while one decodes and copies, the other computes."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and how scores are computed: device, threads of each worker, number of workers, of programs at once."""

    device: str
    threads: int
    workers: int
    programs: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run's configuration with everything that it names located and checked.

    Of a study's data set, ``studied`` are the methods among its entrants that the study trains. ``groups`` has, by grouping,
    the cell of each chosen pair, or why there are none.
    """

    config: RunConfig
    source: Source
    destination: Destination
    plugin_folders: tuple[str, ...]
    data: Data
    entrants: list[Entrant]
    studied: tuple[StudyColumns, ...] = ()
    groups: Mapping[str, Sequence[str] | str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        """The folder of results."""
        return self.destination.folder

    @property
    def store(self) -> Path:
        """The folder of scores."""
        return self.destination.store


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be scored and with what: the pairs, the plan, and what workers, store and hashes need."""

    rows: list[ScoredPair]
    plan: Plan
    setup: Setup
    producers: Mapping[str, Producer]
    store: Store
    memory: FileHashes
    machine: Machine
    fault: Callable[[str, float], str]


def find_machine(prepared: Prepared, group: ScoringRanks) -> Machine:
    """Device, threads and workers of this process; threads are part of a score's key, since they affect the last bits."""
    device = prepared.config.device
    if device == "auto":
        device = "cuda" if provenance.cuda_at_hand() else "cpu"
    if device == "cuda" and group.size > 1:
        device = f"cuda:{group.local}"
    note = prepared.store / "machine.json"
    threads = prepared.config.threads
    if threads is None:
        threads = memory_file.read(note, unsigned=True).get("threads")
        if type(threads) is not int or not 1 <= threads <= MOST_THREADS:
            threads = 1
    workers = prepared.config.workers
    if workers is not None:
        return Machine(device, threads, workers, workers)
    pixels = _pixels(str(prepared.data.chosen["reference_path"].iloc[0]))
    workers = max(1, default_workers(pixels) // group.local_size // threads)
    return Machine(device, threads, workers if device == "cpu" else CUDA_WORKERS, workers)


def _pixels(path: str) -> int:
    """The number of pixels of an image, from its header; 0 where it can't be read (scoring will report that)."""
    try:
        header = image_header(Path(path))
    except UserError:
        return 0
    return header.width * header.height


def plan_work(prepared: Prepared, machine: Machine, memory: FileHashes, group: ScoringRanks, console: Console) -> Work:
    """Plan what the store does not hold yet, with what workers need to know to compute it."""
    config, chosen = prepared.config, prepared.data.chosen
    sizes = asdict(prepared.data.sizes)
    for entrant in prepared.entrants:
        if entrant.scores_images:
            _note_files(entrant, memory)
    entrants = [entrant for entrant in prepared.entrants if entrant.scores_images]
    producers = producers_of(prepared, machine)
    store = Store(prepared.store, prepared.destination.data)
    store.read()
    for path in store.unreadable:
        what = "is what is left of a damaged part, set aside" if path.name.endswith(DAMAGED) else "can't be read"
        line = f"store: {path} {what}; its scores are computed anew"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    rows = [ScoredPair(str(row.pair), str(row.reference_path), str(row.enhanced_path)) for row in chosen.itertuples()]
    infos = {entrant.label: entrant.info for entrant in entrants}

    def fault(label: str, value: float) -> str:
        return promise.fault(value, infos[label], config.autocast or "")

    plan = make_plan(rows, producers, store, memory, fault)
    if group.first:
        memory.save()
    measured = cost_memory.read(store.directory)
    setup = Setup(
        methods=tuple(entrant.task() for entrant in entrants),
        plugin_folders=prepared.plugin_folders,
        sizes=sizes,
        device=machine.device,
        threads=machine.threads,
        seed=config.seed,
        environment=_weights_environment(entrants, store.directory / "weights"),
        autocast=config.autocast or "",
        measure=tuple(label for label, item in producers.items() if group.first and item.key not in measured),
    )
    if plan.groups and group.first:
        memory_file.write(store.directory / "machine.json", {"threads": machine.threads})
    return Work(rows, plan, setup, producers, store, memory, machine, fault)


def producers_of(prepared: Prepared, machine: Machine) -> dict[str, Producer]:
    """What would produce the scores of each method that scores images: the key of its stored scores."""
    found: dict[str, Producer] = {}
    for entrant in prepared.entrants:
        if entrant.scores_images:
            on_device = lanes.programs_of(entrant) is None  # programs get the same images whatever the device
            found[entrant.label] = lineup.producer(
                entrant,
                device=machine.device if on_device else "cpu",
                threads=machine.threads,
                seed=prepared.config.seed,
                sizes=prepared.data.sizes.key(),
                autocast=(prepared.config.autocast or "") if on_device else "",
            )
    return found


def _note_files(entrant: Entrant, memory: FileHashes) -> None:
    try:
        lineup.note_files(entrant, memory)
    except (OSError, SyntaxError, ValueError) as error:
        entrant.give_up("failed", f"its files can't be read any more ({in_words(error)})")


def score(
    prepared: Prepared, work: Work, group: ScoringRanks, console: Console, idle: IdleWorkers | None = None
) -> Outcome:
    """Compute this process's share of what is missing; the first rank then has the outcome of all.

    Images that changed since they were planned are planned and scored again; ``work.plan.hashes`` then states what was
    scored. A method whose files have changed has no scores.

    Args:
        prepared: the run.
        work: what is missing.
        group: this process among those of its job.
        console: where progress is shown.
        idle: workers that the engine's own methods go on from one scoring to the next with.
    """

    def compute(plan: Plan) -> Outcome:
        return _compute(prepared, work, plan, group, console, idle)

    scored = compute(work.plan)
    scored = _pool(work, scored, group, console) if group.size > 1 else _until_steady(work, scored, compute, console)
    if group.first:
        work.store.compact()
        scored.costs = cost_memory.merge(work.store.directory, work.producers, scored.costs)
        _take_stored_times(work, scored)
    for label, (status, reason) in scored.broken.items():
        if status == CHANGED:
            console.print(f"{label}: {reason}", markup=False, highlight=False, soft_wrap=True)
            again.without(scored, label, reason, [row.pair for row in work.rows])
    for entrant in prepared.entrants:
        if entrant.label in scored.broken:
            status, reason = scored.broken[entrant.label]
            entrant.give_up("unavailable" if status == "unavailable" else "failed", reason)
    return scored


def _take_stored_times(work: Work, scored: Outcome) -> None:
    """State times as they are stored, once for equal images, so that a repeated run states the same."""
    hashes = work.plan.hashes
    for row in work.rows:
        for label, producer in work.producers.items():
            if (label, row.pair) in scored.seconds:
                stored = work.store.get(producer, hashes[row.enhanced_path], hashes[row.reference_path])
                if stored is not None:
                    scored.seconds[label, row.pair] = stored.seconds


def _compute(
    prepared: Prepared, work: Work, plan: Plan, group: ScoringRanks, console: Console, idle: IdleWorkers | None
) -> Outcome:
    missing = {label: sum(reasons.values()) for label, reasons in plan.reasons.items()}
    workers = work.machine.workers
    with ScoringProgress(console, missing, len(plan.known), group.size, workers=workers) as progress:
        crew = Crew(
            workers,
            prepared.config.time_limit,
            lanes.lanes(prepared.entrants, work.machine.programs, group),
            group.share,
            lambda lane: group.plenty(len(plan.references), workers, lane),
            idle,
        )
        return score_missing(plan, work.setup, work.producers, work.store, progress, crew)


def _until_steady(work: Work, scored: Outcome, compute: Callable[[Plan], Outcome], console: Console) -> Outcome:
    """Score pairs again whose images were exchanged meanwhile, until none changes or one has changed too often."""
    changed: set[str] = set()
    for attempt in range(MOST_ROUNDS):
        if not scored.changed:
            break
        changed |= scored.changed
        plan = _plan_again(work, scored.changed, console)
        left = again.restricted(plan, changed, without=scored.broken)
        last = attempt == MOST_ROUNDS - 1
        later = again.outcome_of(plan) if last or not left.groups else compute(left)
        scored = again.merged(scored, later, left, changed if last else set())
    return scored


def _plan_again(work: Work, changed: Iterable[str], console: Console) -> Plan:
    """The plan for the images as they are now."""
    for path in sorted(changed):
        work.memory.forget(path)
        line = f"{again.changed_in_words(path)}; what counts is the image as it is now"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    plan = make_plan(work.rows, work.producers, work.store, work.memory, work.fault)
    work.plan.hashes.clear()
    work.plan.hashes.update(plan.hashes)
    work.memory.save()
    return plan


def _pool(work: Work, own: Outcome, group: ScoringRanks, console: Console) -> Outcome:
    """The outcome of all ranks: scores from the shared folder, failures as each rank reports them."""
    summary = {"failures": [astuple(item) for item in own.failures], "broken": own.broken}
    group.tell({**summary, "computed": own.computed, "changed": sorted(own.changed)})
    if not group.first:
        return own
    heard = group.hear()
    work.store.read()
    changed = own.changed.union(*(summary["changed"] for summary in heard))
    plan = _plan_again(work, changed, console)
    reported = [Failure(*item) for summary in heard for item in summary["failures"]]
    reported += again.lost(again.restricted(plan, changed, without=()), changed)
    reasons = {(item.pair, item.label): item for item in [*reported, *own.failures]}
    lost = [(name, label) for part in plan.groups for label, names in part.wanted.items() for name in names]
    failures = [reasons.get(key, Failure(*key, "its rank ended before it was scored")) for key in lost]
    broken = {label: tuple(item) for summary in heard for label, item in summary["broken"].items()} | own.broken
    computed = own.computed + sum(summary["computed"] for summary in heard)
    failed = [*plan.failures, *failures]
    return Outcome(plan.known, plan.seconds, failed, broken, own.costs, computed, plan.flat, plan.same)


def _weights_environment(entrants: Sequence[Entrant], shelf: Path) -> dict[str, str]:
    """The environment in which workers' libraries find exactly the weight files that were located."""
    files = dict.fromkeys(item for entrant in entrants for item in entrant.weight_files)
    return weights.environment([weight for weight, _ in files], [path for _, path in files], shelf)


def say_why(plan: Plan, console: Console) -> None:
    """Print why scores are computed although the method has scored these pairs before."""
    for label, reasons in plan.reasons.items():
        for reason, count in sorted(reasons.items()):
            if reason != "new":
                console.print(f"{label}: {count} pairs to compute anew: {reason}", markup=False, highlight=False)
