"""``train``: from a configuration to a trained checkpoint, step by step. Torch is imported once everything is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmark.commands import front
from benchmark.commands.steps import training_forecast
from benchmark.commands.steps.one_training import (
    PreparedTraining,
    build_method,
    possession,
    train_owned,
    usable_device,
)
from benchmark.commands.steps.train_study import plan_of, train_study
from benchmark.config.source import Source, absolute, parse, read_source
from benchmark.config.study import is_study
from benchmark.config.training import TrainConfig
from benchmark.core import places
from benchmark.core.errors import ConfigError, UserError
from benchmark.data import load
from benchmark.evaluation import foresight
from benchmark.plugins import named_folders
from benchmark.scoring import torchrun
from benchmark.training.splits import divide


def train(
    config: str | Path | Mapping[str, Any],
    *,
    settings: Sequence[str] = (),
    console: Console | None = None,
    only: tuple[int, int] | None = None,
) -> Path:
    """Train a method, or what is missing of a study, resuming where an earlier call was interrupted.

    Args:
        config: path of a configuration file, or a mapping.
        settings: ``key=value`` with dotted keys, as for ``--set``.
        console: where progress is shown; silent by default.
        only: of a study, one share of how many: ``(3, 40)``.

    Returns:
        The folder of checkpoints: ``best.pt``, ``last.pt``, ``epoch_N.pt``, ``history.csv``, ``history.png``; of a study,
        the folder of all of them.

    Raises:
        UserError: the configuration, the data, the weights or an earlier checkpoint can't be used; or a training failed.
    """
    console = console or Console(quiet=True)
    source = read_source(config, settings)
    if is_study(source):
        result = train_study(source, config, console, only)
        if result.failed:
            raise UserError(result.lines[-1])
        return result.root
    prepared = prepare(source)
    words = f"train of {config}" if isinstance(config, (str, Path)) else "train of a configuration in Python"
    with possession(prepared.directory, words) as own:
        return train_owned(prepared, console, own)


def prepare(source: Source) -> PreparedTraining:
    """Check everything that can be checked before weights are located; imports no torch.

    Raises:
        UserError: the configuration or the data can't be used.
    """
    parsed = parse(TrainConfig, source)
    named_folders.use(named_folders.absolute(parsed.plugins, source))
    method, options = build_method(parsed, source)
    device = usable_device(parsed, source)
    loaded = load.load(parsed.dataset, source, None, offline=parsed.offline)
    section = parsed.train
    with source.placing():
        division = divide(
            loaded.table, section.split, section.validate_, section.seed, lower_mos_better=loaded.lower_mos_better
        )
    directory = absolute(parsed.checkpoints_dir, source, ("checkpoints_dir",))
    lacking = places.why_no_temporary()
    if lacking:
        raise ConfigError(lacking)
    closed = places.why_no_output(directory, (), ())
    if closed:
        raise ConfigError(f"{source.where(('checkpoints_dir',))}: checkpoints_dir: {closed}")
    weights_dir = parsed.weights_dir and absolute(parsed.weights_dir, source, ("weights_dir",))
    foresight.refuse_weights_dir(weights_dir, [method], source)
    return PreparedTraining(parsed, method, options, loaded, division, directory, weights_dir, device)


def _share(text: Any) -> tuple[int, int]:
    """A share of several, ``3/40``."""
    match = re.fullmatch(r"\s*([0-9]{1,9})\s*/\s*([0-9]{1,9})\s*", str(text))
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise typer.BadParameter(f"expected K/N with K from 1 to N, as in 3/40 (given: {text!r})")
    return int(match[1]), int(match[2])


@front.guarded
def command(
    config: Annotated[
        Path,
        typer.Argument(metavar="CONFIG", help="A configuration with `method` and `train`, or a study with `train_on`."),
    ],
    set_: front.Settings = None,
    only: Annotated[
        Any,
        typer.Option("--only", parser=_share, metavar="K/N", help="Of a study: the K-th of N shares of its trainings."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Of a study: print what is to be trained; write nothing.")
    ] = False,
) -> int:
    """Train a learned method, or all of a study; the same command goes on where it was interrupted."""
    out, err = front.consoles()
    source = read_source(config, set_ or ())
    if is_study(source):
        return _study(source, config, only, (out, err), dry_run=dry_run)
    if only is not None or dry_run:
        option = "--dry-run" if dry_run else "--only"
        raise ConfigError(f"{option}: {config} is one training; it is for studies, whose methods have `train_on`")
    directory = train(config, settings=set_ or (), console=err)
    out.print(f"checkpoint: {directory / 'best.pt'}", soft_wrap=True, highlight=False, markup=False)
    return 0


def _study(
    source: Source, config: Path, only: tuple[int, int] | None, consoles: tuple[Console, Console], *, dry_run: bool
) -> int:
    """Train a share of a study, or print what that would be; return the exit status."""
    out, err = consoles
    if dry_run:
        return training_forecast.show(plan_of(source, config), only, out) if torchrun.is_first() else 0
    result = train_study(source, config, err, only)
    if not torchrun.is_first():
        return 0
    for line in result.lines:
        out.print(line, soft_wrap=True, highlight=False, markup=False)
    if result.status and torchrun.started_by_torchrun():
        err.print(f"(exit status {result.status} without torchrun, which would start the job again)", highlight=False)
        return 0
    return result.status
