"""Keeps thumbnails and training histories in a run's folder, so that ``report`` can be repeated anywhere.

Pandas; Pillow only where thumbnails are made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pandas as pd

from benchmark.core import atomic, regular
from benchmark.core.errors import UserError
from benchmark.core.file_names import file_stems
from benchmark.images.sizes import SizePolicy
from benchmark.plugins import checkpoints, contract_check
from benchmark.plugins.checkpoint_content import EpochRecord
from benchmark.plugins.contracts import Trainable
from benchmark.report import thumbnails
from benchmark.report.content import ReportData
from benchmark.results import csv_files
from benchmark.results.belongings import Holding
from benchmark.scoring.lineup import Entrant

HISTORIES = "histories"
MOST_HISTORY = 64 * 2**20


def attach(
    data: ReportData,
    holding: Holding,
    pairs: pd.DataFrame,
    hashes: Mapping[str, str],
    entrants: Sequence[Entrant],
    sizes: SizePolicy,
) -> ReportData:
    """Make a run's thumbnails and histories, write them into its folder, and return the data with them.

    Args:
        data: the run's data.
        holding: its folder.
        pairs: the scored pairs with the paths of their images.
        hashes: SHA-256 of image files by path.
        entrants: the methods; those with a checkpoint have the history of its training.
        sizes: how images were read.

    Raises:
        UserError: files that the engine did not write are in the way.
        OSError: the folder can't be written to.
    """
    stems, histories = _stems(data), _histories(entrants)
    wanted = thumbnails.wanted_pairs(data)
    courses = {f"{HISTORIES}/{stems[label]}.csv": table for label, table in histories.items()}
    holding.admit([*courses, *thumbnails.file_names(wanted)])
    gone = {name for name in holding.files if name.startswith(f"{HISTORIES}/")} - set(courses)
    holding.settle(holding.files - gone)
    for name, table in courses.items():
        atomic.write_text(holding.folder / name, table.to_csv(index=False, lineterminator="\n"))
    thumbnails.write(holding.folder, pairs, wanted, hashes, sizes)
    return read(data, holding.folder)


def read(data: ReportData, directory: Path) -> ReportData:
    """The data of a finished run with the valid attachments in its folder."""
    histories: dict[str, pd.DataFrame] = {}
    for label, stem in _stems(data).items():
        path = directory / HISTORIES / f"{stem}.csv"
        if _content(path, MOST_HISTORY):
            histories[label] = csv_files.read_table(path)
    return replace(data, histories=histories, thumbnails=thumbnails.read(directory, data.scores))


def names(data: ReportData) -> list[str]:
    """The files, relative to a run's folder, that ``read`` reads if they are there."""
    histories = [f"{HISTORIES}/{stem}.csv" for stem in _stems(data).values()]
    return [*histories, *thumbnails.file_names(map(str, data.scores["pair"]))]


def contents(data: ReportData, directory: Path) -> dict[str, bytes]:
    """The valid attachments in a run's folder, by name."""
    files: dict[str, bytes] = {}
    for name in names(data):
        picture = name.endswith(".jpg")
        content = _content(directory / name, thumbnails.MOST_BYTES if picture else MOST_HISTORY)
        if content is not None and (not picture or content.startswith(thumbnails.JPEG)):
            files[name] = content
    return files


def _content(path: Path, most: int) -> bytes | None:
    """The content of a regular file; ``None`` where there is none, or a link, or something else."""
    if path.parent.is_symlink():
        return None
    with suppress(UserError, OSError):
        return regular.read_bytes(path, most)
    return None


def _stems(data: ReportData) -> Mapping[str, str]:
    return file_stems(one.label for method in data.methods for one in method.single)


def _histories(entrants: Sequence[Entrant]) -> dict[str, pd.DataFrame]:
    """Loss and validation by epoch of each method's whole training, including epochs after the checkpoint's."""
    histories: dict[str, pd.DataFrame] = {}
    for entrant in entrants:
        place = (
            contract_check.files_of(entrant.method).get("checkpoint") if isinstance(entrant.method, Trainable) else None
        )
        history = checkpoints.summary(Path(place)).get("history") if place and entrant.status == "scored" else None
        if place and history:
            whole = _whole(Path(place), history)
            histories[entrant.label] = pd.DataFrame(whole).drop(columns="seconds", errors="ignore")
    return histories


def _whole(checkpoint: Path, history: Sequence[EpochRecord]) -> Sequence[EpochRecord]:
    """The longest history beside a checkpoint that continues its own, which for ``best.pt`` ends at the best epoch."""
    beside = [checkpoints.summary(checkpoint.with_name("last.pt")).get("history"), _written(checkpoint.parent)]
    same = [item for item in beside if isinstance(item, list) and _alike(item[: len(history)], history)]
    return max([history, *same], key=len)


def _written(folder: Path) -> list[EpochRecord]:
    """The epochs of ``history.csv``."""
    content = _content(folder / "history.csv", MOST_HISTORY)
    try:
        table = pd.read_csv(BytesIO(content or b""), **csv_files.EXACT)
    except ValueError:
        return []
    return [cast(EpochRecord, row) for row in table.to_dict("records")]


def _alike(some: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether epochs agree in every number, including undefined ones."""
    return len(some) == len(others) and all(
        isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys()
        and all(_equal(one[key], other[key]) for key in one)
        for one, other in zip(some, others, strict=True)
    )  # fmt: skip


def _equal(one: Any, other: Any) -> bool:
    both = all(isinstance(item, (int, float)) for item in (one, other))
    return one == other or (both and math.isnan(one) and math.isnan(other))
