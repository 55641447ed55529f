"""``report``: makes tables, plots and page again from the files of one or several finished runs. Pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.commands import front
from benchmark.config.source import read_source
from benchmark.evaluation import foresight
from benchmark.report.stored_runs import read, together


@front.guarded
def command(
    directories: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Output folders of runs.")],
    output: front.Output = None,
    overwrite: front.Overwrite = False,
) -> int:
    """Redo tables, plots and report from stored scores; no models."""
    out, _ = front.consoles()
    result = read(directories[0]) if len(directories) == 1 else together(directories)
    place = output or result.directory
    foresight.refuse_output(place, read_source({}))
    result.save(place, overwrite=overwrite)
    front.show(result, out, place)
    return int(result.exit_status)
