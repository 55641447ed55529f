"""``weights``: downloads what a configuration's methods need, into caches or into a folder for other machines.

No torch; ``plugins.weights`` locates and downloads single files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmark.commands import front
from benchmark.config.models import MethodEntry, RunConfig
from benchmark.config.source import parse, read_source
from benchmark.config.study import is_study, study_of
from benchmark.config.training import TrainConfig
from benchmark.core import atomic
from benchmark.core.errors import WeightsUnavailableError
from benchmark.core.hashes import sha256_file
from benchmark.plugins import named_folders, weights
from benchmark.plugins.contracts import Trainable, WeightFile
from benchmark.results import lineage
from benchmark.scoring import lineup, several


def fetch_all(config: str | Path, settings: Sequence[str], to: Path | None, console: Console) -> int:
    """Download what a configuration for ``run`` or ``train`` needs; return 3 if some files could not be downloaded.

    A method that is unavailable for another reason is named with it, except one that is yet to be trained.

    Args:
        config: path of the configuration.
        settings: ``key=value`` with dotted keys.
        to: folder to collect the files in, with a manifest of their SHA-256; ``None`` for the libraries' own caches.
        console: where each file is printed.

    Raises:
        UserError: the configuration can't be used.
    """
    source = read_source(config, settings)
    entries: tuple[MethodEntry, ...]
    if "method" in source.values:
        training = parse(TrainConfig, source)
        entries, named = (training.method,), training.plugins
    else:
        source = several.write_out(source)
        study = study_of(source) if is_study(source) else None
        running = study.parts[0].config if study is not None else parse(RunConfig, source)
        trained = study.trained if study is not None else ()
        entries, named = (*running.methods, *(item.plain for item in trained)), running.plugins
    named_folders.use(named_folders.absolute(named, source))
    wanted: dict[WeightFile, str] = {}
    unusable = 0
    for entrant in lineup.line_up(entries, source):
        if entrant.status == "unavailable" and not isinstance(entrant.method, Trainable):
            unusable += 1
            console.print(f"{entrant.label}: {entrant.reason}", markup=False, highlight=False, soft_wrap=True)
        for weight in lineage.pinned(entrant.method, lambda _: None) if entrant.method is not None else ():
            wanted.setdefault(weight, entrant.label)
    return _fetch(wanted, to, console) or (3 if unusable else 0)


def _fetch(wanted: dict[WeightFile, str], to: Path | None, console: Console) -> int:
    manifest = weights.read_manifest(to) if to is not None else {}
    missing = 0
    for weight, label in wanted.items():
        try:
            (path,) = weights.gather([weight], to) if to is not None else weights.ensure([weight])
        except WeightsUnavailableError as error:
            missing += 1
            console.print(f"{label}: {error}", markup=False, highlight=False, soft_wrap=True)
            continue
        if to is not None:
            manifest[path.relative_to(to).as_posix()] = sha256_file(path)
        console.print(f"{label}: {path}", markup=False, highlight=False, soft_wrap=True)
    if to is not None and manifest:
        atomic.write_text(to / weights.MANIFEST, json.dumps(dict(sorted(manifest.items())), indent=2) + "\n")
    console.print(f"{len(wanted) - missing} of {len(wanted)} files at hand", highlight=False)
    return 3 if missing else 0


@front.guarded
def command(
    config: Annotated[Path, typer.Argument(metavar="CONFIG")],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", parser=front.path_option, metavar="DIR", help="Gather the files there, for `weights_dir:`."
        ),
    ] = None,
    set_: front.Settings = None,
) -> int:
    """Download all that the configuration's methods need, for use on a machine without network."""
    return fetch_all(config, set_ or (), to, front.consoles()[0])
