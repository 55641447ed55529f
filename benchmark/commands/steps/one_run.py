"""The run of one data set, step by step: prepare, score, conclude, write. No torch."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from benchmark.commands.steps.conclude import conclude
from benchmark.commands.steps.disturbed import score_disturbed
from benchmark.commands.steps.ready import Ready, get_ready
from benchmark.config.overrides import Overrides
from benchmark.evaluation.announcer import EvaluationProgress
from benchmark.report import attachments
from benchmark.report.content import ReportData
from benchmark.report.evaluation import Run
from benchmark.results import belongings
from benchmark.results.belongings import Holding
from benchmark.results.run_record import Times
from benchmark.scoring.engine import Outcome
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import Prepared, score


def run_one(
    prepare: Callable[[], Prepared], asked: Overrides, group: ScoringRanks, console: Console, begin: float
) -> Run | None:
    """Score a data set and write its results.

    Args:
        prepare: reads and checks the configuration; called by the first process of a job before the others.
        asked: options of the command.
        group: this process among those of its job.
        console: where progress is shown.
        begin: when the run began, in seconds since 1970.

    Returns:
        The run; ``None`` in every process of ``torchrun`` except the first, once its share is scored.
    """
    with contextlib.ExitStack() as possessions:
        with group.first_goes_first("prepared"):
            prepared = prepare()
            holding = possessions.enter_context(_possession(prepared, console, asked)) if group.first else None
            ready = get_ready(prepared, group, console, fresh=asked.fresh)
            if holding is not None:
                holding.note()
        scored = score(ready.prepared, ready.work, group, console)
        disturbed = score_disturbed(ready, group, console)
        if holding is None:
            return None
        with EvaluationProgress(console) as announce:
            concluded = conclude(ready, scored, announce, disturbed)
            content = _attached(concluded, ready, scored, holding, begin)
            announce(f"writing {prepared.output}")
            return _write(content, ready, holding)


def _possession(prepared: Prepared, console: Console, asked: Overrides) -> contextlib.AbstractContextManager[Holding]:
    """Possession of the run's folder until its report is written."""
    place = prepared.destination
    place.refuse(overwrite=asked.overwrite)
    if place.note:
        console.print(place.note, markup=False, highlight=False, soft_wrap=True)
    return belongings.possession(place.folder, place.claim, inputs=place.inputs, overwrite=asked.overwrite)


def _attached(concluded: Run, ready: Ready, scored: Outcome, holding: Holding, begin: float) -> ReportData:
    """The run's content with times, thumbnails and training histories."""
    times: Times = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin)),
        "seconds": round(time.time() - begin, 3),
        "computed": scored.computed,
    }
    content = replace(concluded.data, record={**concluded.data.record, "times": times})
    prepared, hashes = ready.prepared, ready.work.plan.hashes
    return attachments.attach(content, holding, prepared.data.chosen, hashes, prepared.entrants, prepared.data.sizes)


def _write(content: ReportData, ready: Ready, holding: Holding) -> Run:
    """Write all files of the run into its folder, and return it."""
    destination = ready.prepared.destination
    result = Run(content, ready.prepared.output, holding.claim, destination.inputs)
    result.write(holding, redo=False)
    return result
