"""Reads a checkpoint's origin: the data, options and backbones of its training, for scoring and tables. No torch.

``training.statement`` writes these statements; ``plugins.checkpoints`` reads the file.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.core.errors import WeightsUnavailableError
from benchmark.plugins import checkpoints, contract_check
from benchmark.plugins.checkpoint_content import CheckpointContent, TrainingData
from benchmark.plugins.contracts import Method, Trainable, WeightFile
from benchmark.results.scored import NOT_RECORDED

if TYPE_CHECKING:
    import pandas as pd


EPOCHS, EPOCH = "train.n_epoch", "epoch"


def stated(method: Method | None) -> CheckpointContent:
    """The content of a trained method's checkpoint; empty if there is none or it can't be read."""
    place = contract_check.files_of(method).get("checkpoint") if isinstance(method, Trainable) else None
    return checkpoints.summary(Path(place)) if place else {}


def fingerprint(rows: pd.DataFrame, digest: Callable[[Path], str]) -> str:
    """SHA-256 over pairs in the order of their names: labels and both image files.

    Raises:
        OSError: an image file can't be read.
    """
    total = hashlib.sha256()
    for row in rows.sort_values("pair").itertuples():
        images = (digest(Path(str(path))) for path in (row.reference_path, row.enhanced_path))
        total.update("\0".join((str(row.pair), repr(row.mos), *images)).encode() + b"\n")
    return total.hexdigest()


def pinned(method: Method, at_hand: Callable[[WeightFile], Path | None]) -> list[WeightFile]:
    """The weight files that a method needs; one to be downloaded is pinned to the hash that its checkpoint states."""
    digests = stated(method).get("weights") or {}
    return [
        replace(weight, sha256=digests[weight.full_name])
        if weight.full_name in digests and at_hand(weight) is None
        else weight
        for weight in contract_check.weights_of(method)
    ]


def check_weights(method: Method, files: Sequence[tuple[WeightFile, Path]], sha256: Callable[[Path], str]) -> None:
    """Refuse backbones that a checkpoint was not trained with: its trained parts are useless on top of them.

    Raises:
        WeightsUnavailableError: names the file, its SHA-256 and the expected one.
    """
    digests = stated(method).get("weights") or {}
    for weight, path in files:
        wanted = digests.get(weight.full_name)
        if wanted is not None and wanted != sha256(path):
            raise WeightsUnavailableError(
                f"{path} is not the {weight.full_name} that the checkpoint was trained with (SHA-256 "
                f"{sha256(path)[:12]}…, not {wanted[:12]}…); put that file back, or train again with this one"
            )


def backbones_unknown(method: Method) -> bool:
    """Whether a checkpoint needs weight files without stating the hash of those it was trained with."""
    content = stated(method)
    digests = content.get("weights") or {}
    return bool(content) and any(weight.full_name not in digests for weight in contract_check.weights_of(method))


def trained_on(content: CheckpointContent, name: str, table: pd.DataFrame, digest: Callable[[Path], str]) -> str:
    """The data that a checkpoint was trained on, in the words of tables.

    Args:
        content: the checkpoint's content.
        name: of the data set that is scored.
        table: all of that data set's pairs.
        digest: SHA-256 of a file.
    """
    record = content.get("data")
    if not isinstance(record, Mapping):
        return NOT_RECORDED
    part = _part(record)
    if record.get("name") != name:
        return f"{record.get('title') or record.get('name')}, {part}"
    if _same_pairs(content, record, table, digest):
        return f"this data set's {part}"
    return f"{record.get('title') or name}, {part} (other files or labels than here)"


def _part(record: TrainingData) -> str:
    split, folds = str(record.get("split", "")), record.get("folds")
    part = "all pairs" if not split else "training split" if split == "train" else f"split {split}"
    return f"{part} (fold {folds['left_out']} of {folds['count']} left out)" if folds else part


def _same_pairs(
    content: CheckpointContent, record: TrainingData, table: pd.DataFrame, digest: Callable[[Path], str]
) -> bool:
    """Whether the table holds the pairs that it was trained and selected on, with the same labels and image files."""
    rows = table[table["pair"].isin(set(content.get("images") or {}))]
    try:
        return len(rows) > 0 and fingerprint(rows, digest) == record.get("fingerprint")
    except OSError:
        return False


def training(content: CheckpointContent) -> dict[str, str]:
    """The settings of a training, by key, as texts: trainings that differ only in ``train.seed`` differ by chance."""
    settings, record = content.get("settings"), content.get("data")
    if not isinstance(settings, Mapping) or not isinstance(record, Mapping):
        return {}
    texts = {str(key): _text(value) for key, value in settings.items()}
    texts |= {EPOCHS: _text((content.get("train") or {}).get("n_epoch")), EPOCH: _epoch(content)}
    backbones = hashlib.sha256(json.dumps(content.get("weights"), sort_keys=True).encode()).hexdigest()
    return {**texts, "training data": str(record.get("fingerprint")), "backbones": backbones}


def _epoch(content: CheckpointContent) -> str:
    """The epoch that a checkpoint holds: the best so far by validation, or one by number."""
    number, history = content.get("epoch"), content.get("history")
    known = [item for item in history if isinstance(item, Mapping)] if isinstance(history, Sequence) else []
    values: dict[int | None, object] = {item.get("epoch"): item.get("val_srcc") for item in known}
    finite = {key: value for key, value in values.items() if isinstance(value, float) and math.isfinite(value)}
    best = finite and finite.get(number) == max(finite.values())
    return "best" if best else _text(number)


def prepared_otherwise(content: CheckpointContent, sizes: Mapping[str, Any]) -> str:
    """How a checkpoint's training images were prepared, if those to be scored are prepared differently.

    Args:
        content: the checkpoint's content.
        sizes: how images are prepared now, by the keys of ``dataset``.
    """
    settings = content.get("settings") or {}
    was = {key: settings[f"dataset.{key}"] for key in sizes if f"dataset.{key}" in settings}
    differing = [key for key, value in was.items() if key != "size_mismatch" and _text(value) != _text(sizes[key])]
    if not differing:
        return ""
    then, now = (", ".join(f"{key}: {_text(values[key])}" for key in differing) for values in (was, sizes))
    return f"its checkpoint was trained on images prepared otherwise ({then}; here {now})"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "none" if value is None else json.dumps(value, sort_keys=True)
