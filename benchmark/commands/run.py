"""``run``: from a configuration to scores, statistics, tables, plots and a report page, step by step. No torch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmark.commands import front
from benchmark.commands.steps import forecast
from benchmark.commands.steps.forecast import Forecast
from benchmark.commands.steps.one_run import run_one
from benchmark.commands.steps.prepare import prepare_read, read
from benchmark.commands.steps.study import forecasts, run_study
from benchmark.config.overrides import Overrides
from benchmark.config.study import is_study
from benchmark.core import keywords
from benchmark.report.evaluation import Run
from benchmark.scoring import torchrun
from benchmark.scoring.destinations import Config


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
    source = read(config, settings, asked)
    if is_study(source):
        result = run_study(config, source, asked, group, console)
    else:
        result = run_one(lambda: prepare_read(config, source, asked), asked, group, console, begin)
    if result is None:
        raise SystemExit(0)
    return result


def _forecasts(config: Config, settings: Sequence[str], asked: Overrides) -> list[Forecast]:
    """What ``run`` would do with each data set."""
    source = read(config, settings, asked)
    if is_study(source):
        return forecasts(config, source, asked)
    prepared = prepare_read(config, source, asked)
    prepared.destination.refuse(overwrite=asked.overwrite)
    return [forecast.forecast(prepared)]


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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be done and how long it would take; write nothing.")
    ] = False,
) -> int:
    """Score a data set or a study, then write statistics, tables, plots and report."""
    out, err = front.consoles()
    if dry_run:
        asked = Overrides(
            output=output,
            limit=limit,
            device=device,
            plugins=plugins,
            methods=front.names(methods),
            fresh=fresh,
            overwrite=overwrite,
        )
        return forecast.show(_forecasts(config, set_ or (), asked), out) if torchrun.is_first() else 0
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
