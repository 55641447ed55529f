"""``run``: from a configuration to scores, statistics, tables, plots and a report page, step by step. No torch."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmark.commands import front
from benchmark.commands.steps.conclude import conclude
from benchmark.commands.steps.prepare import prepare
from benchmark.commands.steps.ready import Ready, get_ready
from benchmark.config.overrides import Overrides
from benchmark.core import keywords
from benchmark.evaluation.announcer import EvaluationProgress
from benchmark.report import attachments
from benchmark.report.content import ReportData
from benchmark.report.evaluation import Run
from benchmark.results import belongings
from benchmark.results.belongings import Holding
from benchmark.results.run_record import Times
from benchmark.scoring import torchrun
from benchmark.scoring.destinations import Config
from benchmark.scoring.engine import Outcome
from benchmark.scoring.work import Prepared, score


@keywords.exact
def run(
    config: Config,
    *,
    settings: str | Sequence[str] = (),
    console: Console | None = None,
    output: str | Path | None = None,
    methods: str | Sequence[str] | None = None,
    limit: int | None = None,
    device: str | None = None,
    plugins: str | Path | Sequence[str | Path] | None = None,
    fresh: bool = False,
    overwrite: bool = False,
) -> Run:
    """Score a data set with methods, then write statistics, tables, plots and report.

    Args:
        config: path of a configuration file or of an earlier run's ``run.json``, or a mapping, or the model.
        settings: ``key=value`` with dotted keys, as for ``--set``.
        console: where progress is shown; silent by default.
        output: folder for all files of the run.
        methods: only these methods of the configuration, by label or name.
        limit: only the first references, up to this number.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        plugins: further folders with ``methods/`` and ``datasets/`` in them.
        fresh: hash every file again instead of trusting size and time.
        overwrite: replace the results of another configuration or data set.

    Returns:
        The run; its files are in ``directory``.

    Raises:
        UserError: the configuration or the data can't be used.
        SystemExit: with status 0, in every process of ``torchrun`` except the first, once its share is scored.
    """
    begin = time.time()
    asked = Overrides(
        output=output, limit=limit, device=device, plugins=plugins, methods=methods, fresh=fresh, overwrite=overwrite
    )
    group = torchrun.join()
    console = console if console is not None and group.first else Console(quiet=True)
    with contextlib.ExitStack() as possessions:
        with group.first_goes_first("prepared"):
            prepared = prepare(config, settings, asked)
            holding = possessions.enter_context(_possession(prepared, console, asked)) if group.first else None
            ready = get_ready(prepared, group, console, fresh=fresh)
            if holding is not None:
                holding.note()
        scored = score(ready.prepared, ready.work, group, console)
        if holding is None:
            raise SystemExit(0)
        with EvaluationProgress(console) as announce:
            concluded = conclude(ready, scored, announce)
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


@front.guarded
def command(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="A configuration, or the run.json of an earlier run.")
    ],
    output: front.Output = None,
    set_: front.Settings = None,
    methods: Annotated[str | None, typer.Option(metavar="A,B", help="Only these methods of the configuration.")] = None,
    limit: Annotated[
        int | None, typer.Option(parser=front.whole_number(1), metavar="N", help="Only the first N references.")
    ] = None,
    device: front.Device = None,
    plugins: front.Plugins = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Hash every file anew instead of trusting size and time.")
    ] = False,
    overwrite: front.Overwrite = False,
) -> int:
    """Score a data set, then write statistics, tables, plots and report."""
    out, err = front.consoles()
    result = run(
        config,
        settings=set_ or (),
        console=err,
        output=output,
        methods=front.names(methods),
        limit=limit,
        device=device,
        plugins=plugins,
        fresh=fresh,
        overwrite=overwrite,
    )
    front.show(result, out)
    if result.exit_status == 3 and torchrun.started_by_torchrun():
        err.print("done in part (exit status 3 without torchrun, which would start the job again)", highlight=False)
        return 0
    return int(result.exit_status)
