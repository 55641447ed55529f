"""``report``: makes tables, plots and page again from the files of one or several finished runs. Pandas."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from benchmark.commands import front
from benchmark.config.source import read_source, with_set
from benchmark.evaluation import foresight
from benchmark.report.other_settings import overlaid, with_settings
from benchmark.report.stored_runs import read, together


@front.guarded
def command(
    directories: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Output folders of runs.")],
    output: front.Output = None,
    set_: front.Settings = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            parser=front.path_option,
            metavar="FILE",
            help="Tables, plots, title and published values as in this configuration.",
        ),
    ] = None,
    overwrite: front.Overwrite = False,
) -> int:
    """Redo tables, plots and report from stored scores; no models. --set report.tables=… changes tables."""
    out, err = front.consoles()
    result = read(directories[0]) if len(directories) == 1 else together(directories)
    if config is not None or set_:
        given = read_source({} if config is None else config)
        if "statistics" in given.values:
            line = (
                f"{given.named(('statistics',))}: not used, since report computes nothing: call run or evaluate with it"
            )
            err.print(line, highlight=False, soft_wrap=True)
        source = with_set(overlaid(result.data, given, whole=config is not None), set_ or ())
        result = replace(result, data=with_settings(result.data, source))
    if len(directories) > 1:
        whose = directories[0] if config is None else config
        hint = "; --config FILE names others" if config is None else ""
        err.print(f"tables as in {whose}{hint}", highlight=False, soft_wrap=True)
    place = output or result.directory
    foresight.refuse_output(place, read_source({}))
    result.save(place, overwrite=overwrite)
    front.show(result, out, place)
    return int(result.exit_status)
