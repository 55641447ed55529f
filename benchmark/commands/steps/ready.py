"""The steps between a checked configuration and the first score: weights, checkpoints, and the plan. Pandas."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd
from rich.console import Console

from benchmark.commands.steps.prepare import refuse_device
from benchmark.core import processor
from benchmark.core.errors import UserError
from benchmark.core.hashes import FileHashes
from benchmark.data.image_facts import ImageFacts
from benchmark.data.load import Data
from benchmark.images import orientation
from benchmark.plugins.contracts import Trainable
from benchmark.scoring import lineup, stated_training
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import Machine, Prepared, Work, find_machine, plan_work, say_why


@dataclass(frozen=True, slots=True)
class Ready:
    """A run that is ready for scoring: its parts, the machine, and what is missing."""

    prepared: Prepared
    machine: Machine
    work: Work


def get_ready(prepared: Prepared, group: ScoringRanks, console: Console, *, fresh: bool) -> Ready:
    """Find weights, judge checkpoints, and plan what the store lacks.

    Args:
        prepared: the checked configuration.
        group: this process among those of its job.
        console: prints why stored scores are not used, and notes on the images.
        fresh: hash every file again instead of trusting size and time.

    Raises:
        UserError: there are no pairs, or something that the run needs can't be used.
    """
    if not prepared.data.chosen.size:
        raise UserError("the chosen splits have no pairs")
    memory = FileHashes(prepared.store / "files.json", fresh=fresh)
    machine = find_machine(prepared, group)
    lineup.find_weights(
        prepared.entrants,
        memory,
        prepared.config.weights_dir,
        offline=prepared.config.offline,
        unpublished=prepared.config.unpublished_weights,
    )
    facts = ImageFacts(prepared.store / "images.json")
    references = _reference_hashes(prepared.data.chosen, memory)
    pixels = partial(facts.pixels, references, max_pixels=prepared.data.sizes.max_pixels)
    stated_training.judge_checkpoints(prepared.entrants, references, pixels)
    if any(isinstance(entrant.method, Trainable) for entrant in prepared.entrants):
        labels, lower = _label_extremes(prepared.data, memory), prepared.data.lower_mos_better
        stated_training.check_label_scaling(prepared.entrants, prepared.data.name, labels, lower_mos_better=lower)
        stated_training.tell_training(prepared.entrants, prepared.data, memory.sha256)
    work = plan_work(prepared, machine, memory, group, console)
    if work.plan.groups:
        refuse_device(prepared)
        _say_slow(prepared, machine, console)
    say_why(work.plan, console)
    notes = orientation.notes(
        prepared.data.chosen[["reference_path", "enhanced_path"]].itertuples(index=False, name=None),
        facts.orientations(work.plan.hashes),
        prepared.data.sizes.orientation,
    )
    for note in notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    if group.first:
        facts.save()
    loaded = replace(prepared.data, notes=(*prepared.data.notes, *notes))
    return Ready(replace(prepared, data=loaded), machine, work)


def _say_slow(prepared: Prepared, machine: Machine, console: Console) -> None:
    """Say that a precision was asked for that this processor has no units for."""
    if prepared.config.autocast == "bfloat16" and machine.device == "cpu":
        why = processor.why_slow_in_bf16(processor.bf16_units())
        if why:
            console.print(f"warning: {why}", markup=False, highlight=False, soft_wrap=True)


def _label_extremes(loaded: Data, memory: FileHashes) -> dict[tuple[str, str], tuple[float, float]]:
    """Lowest and highest label of every reference, by its split and the SHA-256 of its file."""
    digests = _reference_hashes(loaded.table, memory)
    rows = loaded.table.assign(digest=loaded.table["reference_path"].map(digests))
    extremes = rows.groupby(["split", "digest"])["mos"].agg(["min", "max"])
    return {(str(key[0]), str(key[1])): (float(row["min"]), float(row["max"])) for key, row in extremes.iterrows()}  # type: ignore[index]


def _reference_hashes(pairs: pd.DataFrame, memory: FileHashes) -> dict[str, str]:
    """SHA-256 of each reference's file by its path; unreadable ones are left to scoring."""
    digests: dict[str, str] = {}
    for path in dict.fromkeys(pairs["reference_path"]):
        with contextlib.suppress(OSError):
            digests[str(path)] = memory.sha256(Path(path))
    return digests
