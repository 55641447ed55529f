"""Chooses the checkpoint that a training resumes from, and checks its data, options and backbones. No torch.

``statement`` defines what checkpoints state; it is read without torch, so that ``check`` reports the same as ``train``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.config.training import TrainSection
from benchmark.core.errors import UserError
from benchmark.plugins import checkpoints
from benchmark.plugins.checkpoint_content import CheckpointContent, Circumstances
from benchmark.training import statement
from benchmark.training.course import others

SHOWN = 4
ABSENT = object()
RECORDS = {
    "settings": "options of method and data set",
    "images": "content of images",
    "weights": "backbones",
}
CIRCUMSTANCES = {"device": "device", "processes": "processes", "threads": "threads", "code": "code of the method"}


@dataclass(frozen=True, slots=True)
class Start:
    """The point at which a training begins.

    Attributes:
        path: the checkpoint that it resumes from; ``None`` for a new training.
        note: why this one, where it is not what ``load_epoch`` names; else empty.
    """

    path: Path | None
    note: str = ""


def choose(directory: Path, options: TrainSection, about: CheckpointContent) -> Start:
    """Choose the checkpoint to resume from: the latest, or that of the epoch that ``load_epoch`` names.

    A second call with the same ``load_epoch`` resumes from what the first one made instead of training the same epochs
    again, since after an interruption users repeat the same command. ``load_epoch: 0`` restarts a finished training.

    Args:
        directory: the folder of checkpoints.
        options: ``load_epoch`` and ``n_epoch``.
        about: what the training states now (``statement``).

    Raises:
        UserError: ``load_epoch`` names an epoch without a checkpoint.
    """
    last, named = directory / "last.pt", options.load_epoch
    if named == -1:
        return Start(last if last.exists() else None)
    before = checkpoints.summary(last)
    begun, done = before.get("begun", (before.get("train") or {}).get("load_epoch")), int(before.get("epoch") or 0)
    same = begun == named and done > named and not differences(before, about)
    if same and (named > 0 or (done < options.n_epoch and before.get("code") == about.get("code"))):
        began = "anew" if named == 0 else f"from epoch {named}"
        return Start(last, f"it began {began}, as train.load_epoch={named} says; to do so again, remove last.pt")
    if named == 0:
        return Start(None)
    path = directory / f"epoch_{named}.pt"
    if not path.exists():
        raise UserError(f"train.load_epoch: there is no {path}{others(directory)}")
    return Start(path)


def check_same(path: Path, before: CheckpointContent, about: CheckpointContent) -> None:
    """Refuse to resume with pairs, images, options or backbones that differ from the checkpoint's.

    Raises:
        UserError: the message says what differs, and what to do.
    """
    changes = differences(before, about)
    if changes:
        more = f"; and {len(changes) - SHOWN} more" if len(changes) > SHOWN else ""
        raise UserError(
            f"{path} was made otherwise: {'; '.join(changes[:SHOWN])}{more}. Put that back, name another checkpoints_dir, "
            "or start anew with --set train.load_epoch=0"
        )


def differences(before: CheckpointContent, about: CheckpointContent) -> list[str]:
    """What differs between a checkpoint and the training that would resume it; what it does not state is not compared."""
    changes = _values(before.get("identity"), about["identity"], "network: ")
    changes += _values(before.get("weights"), about.get("weights"), "backbone ", shorten=True)
    if "settings" in before:
        changes += _values(before["settings"], about["settings"])
    else:
        known = set(TrainSection.model_fields) - statement.HARMLESS - statement.ELSEWHERE
        parts = [
            {key: part[key] for key in known if key in part} for part in (before.get("train") or {}, about["train"])
        ]
        changes += _values(parts[0], parts[1], "train.")
    if before.get("pairs_sha256") != about["pairs_sha256"]:
        counts = [len(part["images"]) for part in (before, about) if "images" in part]
        counted = f" (there were {counts[0]} pairs, now {counts[1]})" if len(set(counts)) == 2 else ""
        changes.append(f"pairs or labels are others{counted}")
    elif "images" in before:
        changes += _images(before, about)
    if not changes and before.get("label_scaling") != about["label_scaling"]:
        changes += _values(before.get("label_scaling"), about["label_scaling"], "label scaling: ")
    return changes


def remarks(before: CheckpointContent, circumstances: Circumstances) -> list[str]:
    """What differs without preventing the training from resuming (rounding, dropout's generator), or can't be compared."""
    notes = [f"its {words} are not recorded and not compared" for key, words in RECORDS.items() if key not in before]
    was: Mapping[str, object] = before.get("circumstances") or {}
    now: Mapping[str, object] = circumstances
    for key, words in CIRCUMSTANCES.items():
        if key in was and was[key] != now.get(key):
            values = f" (was {was[key]}, is {now.get(key)})" if key != "code" else ""
            notes.append(f"other {words} than before{values}")
    return notes


def _values(before: Any, now: Any, prefix: str = "", *, shorten: bool = False) -> list[str]:
    if not isinstance(before, Mapping) or not isinstance(now, Mapping):
        return []
    changes = []
    for key in sorted({*before, *now}):
        one, other = (part.get(key, ABSENT) for part in (before, now))
        if one != other:
            shown = [_shown(value, shorten=shorten) for value in (one, other)]
            changes.append(f"{prefix}{key} was {shown[0]}, is {shown[1]}")
    return changes


def _shown(value: Any, *, shorten: bool) -> str:
    if value is ABSENT:
        return "not there"
    return f"{value[:12]}…" if shorten and isinstance(value, str) else repr(value)


def _images(before: CheckpointContent, about: CheckpointContent) -> list[str]:
    """Messages for image files whose content changed, references first."""
    changed = [
        name
        for before, now in zip(_digests(before), _digests(about), strict=True)
        for name, digest in now.items()
        if before.get(name) != digest
    ]
    return [f"{len(changed)} image files have other content ({_some(changed)})"] if changed else []


def _digests(content: CheckpointContent) -> tuple[Mapping[str, str], ...]:
    """SHA-256 by name of the training references, of the validation references, and of the enhanced images."""
    selected = content.get("selected_on")
    return (
        content.get("training_references") or {},
        (selected.get("references") or {}) if selected else {},
        content.get("images") or {},
    )


def _some(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
