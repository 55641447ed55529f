"""``check``: checks everything that a configuration names before anything is computed. Decodes images, without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from benchmark.commands import front
from benchmark.commands.steps import check_study_training, check_training, prepare
from benchmark.commands.steps import study as steps
from benchmark.config import study
from benchmark.config.models import RunConfig
from benchmark.config.overrides import Overrides
from benchmark.config.source import Source, absolute, parse, read_source
from benchmark.config.study import is_study
from benchmark.core.errors import Problem, Severity, UserError
from benchmark.data import load
from benchmark.data.check_table import audit
from benchmark.evaluation import foresight
from benchmark.plugins import contract_check, named_folders
from benchmark.plugins.contracts import ScoreSource, Trainable
from benchmark.scoring import destinations, lineup, several
from benchmark.scoring.lineup import Entrant
from benchmark.scoring.work import Prepared

COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "dim"}


def check(config: str | Path, settings: Sequence[str], plugin_folders: Sequence[Path], console: Console) -> int:
    """Print every finding; return 0 if the configuration can be run, 2 if the data can't be used, 3 if a method can't.

    Raises:
        UserError: the configuration itself can't be used.
    """
    source = read_source(config, settings)
    if "method" in source.values:
        problems, about_methods = check_training.findings(source, plugin_folders)
        return _conclude(problems, about_methods, console, "the data and the training")
    source = several.write_out(source, plugin_folders)
    if is_study(source):
        return _check_study(config, source, plugin_folders, console)
    parsed = parse(RunConfig, source)
    asked = Overrides(plugins=plugin_folders)
    found = _findings(
        source,
        parsed,
        plugin_folders,
        destinations.output_of(parsed, source, config),
        lambda: prepare.prepare(config, settings, asked),
    )
    return _conclude(*found, console, "the data")


def _findings(
    source: Source, parsed: RunConfig, plugin_folders: Sequence[Path], output: Path, prepared: Callable[[], Prepared]
) -> tuple[list[Problem], list[Problem]]:
    """Findings about the data, and about the methods, of one run.

    Args:
        source: its configuration.
        parsed: the same, checked.
        plugin_folders: further folders of plug-ins.
        output: the folder of its results.
        prepared: prepares it as ``run`` does.
    """
    named_folders.use(named_folders.absolute(parsed.plugins, source, plugin_folders))
    entrants = lineup.line_up(parsed.methods, source)
    dataset, _ = load.build(parsed.dataset, source, offline=parsed.offline)
    learned = any(isinstance(entrant.method, Trainable) for entrant in entrants)
    with source.placing():
        problems = audit(
            dataset,
            sizes=load.size_policy(parsed.dataset),
            learned=learned,
            arrange=lambda table: load.arranged(table, parsed.dataset),
        )
    folder = parsed.weights_dir and absolute(parsed.weights_dir, source, ("weights_dir",))
    methods = [entrant.method for entrant in entrants if entrant.status == "scored"]
    problems += foresight.closed_folders(output, methods, folder)
    problems += [Problem("note", note, "methods") for note in source.notes]
    if not any(problem.severity == "error" for problem in problems):
        problems += _refusals(prepared)
    return problems, [method_problem(entrant, folder, offline=parsed.offline) for entrant in entrants]


def _check_study(config: str | Path, source: Source, plugin_folders: Sequence[Path], console: Console) -> int:
    """Check each data set of a study; one that can't be used costs its own findings only.

    Returns:
        0 if all can be run, 2 if no data set can be used, 3 if one or a method can't.
    """
    one = study.study_of(source)
    folder, store = steps.places_of(config, one, source, Overrides())
    asked = Overrides(plugins=plugin_folders)
    about_methods: dict[str, Problem] = {}
    unusable = 0
    problems: list[Problem] = []
    for part in one.parts:
        console.print(f"{part.label}:", style="bold", highlight=False)
        try:
            found, of_methods = _findings(
                part.source,
                part.config,
                plugin_folders,
                folder / part.folder,
                partial(steps.prepare_part, part, one.protocol, config, folder, store, asked, steps.DividedImages()),
            )
        except UserError as error:
            found, of_methods = [Problem("error", str(error))], []
        for problem in found:
            _print(problem, console)
        problems += found
        unusable += any(problem.severity == "error" for problem in found)
        about_methods |= {str(problem): problem for problem in of_methods}
    if one.trained:
        about_methods |= {str(problem): problem for problem in check_study_training.findings(source, config)}
    for problem in about_methods.values():
        _print(problem, console)
    console.print("all data sets:" if len(one.parts) > 1 else "in all:", style="bold", highlight=False)
    status = _conclude(problems, list(about_methods.values()), console, "the data", printed=True)
    some = unusable and unusable < len(one.parts)
    if some:
        console.print(f"{unusable} of {len(one.parts)} data sets can't be used; the others can", highlight=False)
    return 3 if some else status


def _refusals(prepared: Callable[[], Prepared]) -> list[Problem]:
    """Problems that a run would refuse before it scores: missing splits, tables or devices."""
    severity: Severity = "error"
    try:
        ready = prepared()
        severity = "warning" if ready.store.is_dir() else severity  # stored scores need no device
        prepare.refuse_device(ready)
    except UserError as error:
        return [Problem(severity, str(error))]
    return []


def _conclude(
    problems: Sequence[Problem],
    about_methods: Sequence[Problem],
    console: Console,
    subject: str,
    *,
    printed: bool = False,
) -> int:
    """Print findings, unless they are printed already, and their number; return the exit status."""
    for problem in () if printed else [*problems, *about_methods]:
        _print(problem, console)
    errors = sum(problem.severity == "error" for problem in problems)
    unusable = sum(problem.severity == "error" for problem in about_methods)
    console.print(
        f"{errors} errors and {sum(problem.severity == 'warning' for problem in problems)} warnings about {subject}, "
        f"{unusable} of {len(about_methods)} methods can't be used",
        highlight=False,
    )
    return 2 if errors else 3 if unusable else 0


def method_problem(entrant: Entrant, weights_dir: Path | None, *, offline: bool) -> Problem:
    """A note that a method can be used, a warning that it downloads weights, or the error that it can't be used."""
    where = f"method {entrant.label}"
    if entrant.method is None or entrant.status != "scored":
        return Problem("error", f"{entrant.status}: {entrant.reason}", where)
    if isinstance(entrant.method, ScoreSource):
        return Problem("note", "can be used", where)
    absent = [str(place) for place in contract_check.files_of(entrant.method).values() if not Path(place).is_file()]
    if absent:
        return Problem("error", f"no such file: {', '.join(absent)}", where)
    return check_training.weights_problem(entrant.method, where, weights_dir, offline=offline)


def _print(problem: Problem, console: Console) -> None:
    colour = COLOURS[problem.severity]
    console.print(Text.assemble((problem.severity, colour), f": {problem}"), highlight=False, soft_wrap=True)


@front.guarded
def command(
    config: Annotated[Path, typer.Argument(metavar="CONFIG")],
    set_: front.Settings = None,
    plugins: front.Plugins = None,
) -> int:
    """Audit a configuration's data set and methods before a run."""
    out, _ = front.consoles()
    return int(check(config, set_ or (), [Path(item) for item in plugins or ()], out))
