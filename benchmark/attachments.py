"""What a run keeps beside its tables so that ``report`` can be redone anywhere: thumbnails, courses of training.

Pandas; Pillow only where thumbnails are made. Neighbour of ``outcome``, which keeps the tables.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmark import atomic, checkpoints, contract_check, files
from benchmark.contracts import Trainable
from benchmark.lineup import Entrant
from benchmark.report import thumbnails
from benchmark.report.data import ReportData
from benchmark.report.text import file_stems
from benchmark.sizes import SizePolicy

HISTORIES = "histories"


def attach(
    data: ReportData,
    directory: Path,
    pairs: pd.DataFrame,
    hashes: Mapping[str, str],
    entrants: Sequence[Entrant],
    sizes: SizePolicy,
) -> ReportData:
    """Make what belongs to a run's report, write it into the run's folder, and give the data with it.

    Args:
        data: the run.
        directory: its folder.
        pairs: the scored pairs with the paths of their images.
        hashes: SHA-256 of image files by path.
        entrants: the methods; those with a checkpoint bring the course of its training.
        sizes: how images were read.

    Raises:
        OSError: the folder can't be written to.
    """
    shutil.rmtree(directory / HISTORIES, ignore_errors=True)
    stems = _stems(data)
    for label, table in _histories(entrants).items():
        text = table.to_csv(index=False, lineterminator="\n")
        atomic.write_text(directory / HISTORIES / f"{stems[label]}.csv", text)
    thumbnails.write(directory, pairs, thumbnails.wanted_pairs(data), hashes, sizes)
    return read(data, directory)


def read(data: ReportData, directory: Path) -> ReportData:
    """The data of a finished run with what lies in its folder."""
    found = {label: directory / HISTORIES / f"{stem}.csv" for label, stem in _stems(data).items()}
    histories = {label: files.read_table(path) for label, path in found.items() if path.is_file()}
    return replace(data, histories=histories, thumbnails=thumbnails.read(directory, data.scores))


def copy(source: Path, target: Path) -> None:
    """Take what lies in a run's folder along to another folder."""
    for name in (HISTORIES, thumbnails.FOLDER):
        if (source / name).is_dir() and source.absolute() != target.absolute():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)


def _stems(data: ReportData) -> Mapping[str, str]:
    return file_stems(method.label for method in data.methods)


def _histories(entrants: Sequence[Entrant]) -> dict[str, pd.DataFrame]:
    """Loss and validation by epoch, as the checkpoint of a trained method states them."""
    found: dict[str, pd.DataFrame] = {}
    for entrant in entrants:
        place = (
            contract_check.files_of(entrant.method).get("checkpoint") if isinstance(entrant.method, Trainable) else None
        )
        history = checkpoints.summary(Path(place)).get("history") if place and entrant.status == "scored" else None
        if history:
            found[entrant.label] = pd.DataFrame(history).drop(columns="seconds", errors="ignore")
    return found
