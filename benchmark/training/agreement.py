"""Which checkpoint a training goes on from, and whether it was made with the same data, options and backbones. No torch.

Checkpoints state both in ``record``; what they state is read without torch, so that ``check`` says the same as ``train``.
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
    """Where a training begins.

    Attributes:
        path: the checkpoint that it goes on from; ``None``: it begins anew.
        note: why that one, where it is not what ``load_epoch`` names; else empty.
    """

    path: Path | None
    note: str = ""


def choose(directory: Path, options: TrainSection, about: CheckpointContent) -> Start:
    """The checkpoint to go on from: the latest, or that of the epoch that ``load_epoch`` names.

    A second call with the same ``load_epoch`` goes on from what the first one made instead of training the same epochs
    again: after an interruption the same command is repeated. A finished training begins anew with ``load_epoch: 0``.

    Args:
        directory: of the checkpoints.
        options: ``load_epoch`` and ``n_epoch``.
        about: what the training states now (``record``).

    Raises:
        UserError: an epoch was named that has no checkpoint.
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
    """Refuse to go on with other pairs, images, options or backbones than the checkpoint's.

    Raises:
        UserError: says what differs, and what to do.
    """
    found = differences(before, about)
    if found:
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise UserError(
            f"{path} was made otherwise: {'; '.join(found[:SHOWN])}{more}. Put that back, name another checkpoints_dir, or "
            "start anew with --set train.load_epoch=0"
        )


def differences(before: CheckpointContent, about: CheckpointContent) -> list[str]:
    """What a checkpoint states otherwise than the training that would go on; what it does not state is passed over."""
    found = _values(before.get("identity"), about["identity"], "network: ")
    found += _values(before.get("weights"), about.get("weights"), "backbone ", shorten=True)
    if "settings" in before:
        found += _values(before["settings"], about["settings"])
    else:
        known = set(TrainSection.model_fields) - statement.HARMLESS - statement.ELSEWHERE
        parts = [
            {key: part[key] for key in known if key in part} for part in (before.get("train") or {}, about["train"])
        ]
        found += _values(parts[0], parts[1], "train.")
    if before.get("pairs_sha256") != about["pairs_sha256"]:
        counts = [len(part["images"]) for part in (before, about) if "images" in part]
        told = f" (there were {counts[0]} pairs, now {counts[1]})" if len(set(counts)) == 2 else ""
        found.append(f"pairs or labels are others{told}")
    elif "images" in before:
        found += _images(before, about)
    if not found and before.get("label_scaling") != about["label_scaling"]:
        found += _values(before.get("label_scaling"), about["label_scaling"], "label scaling: ")
    return found


def remarks(before: CheckpointContent, circumstances: Circumstances) -> list[str]:
    """What was otherwise before, though the training may go on: rounding, dropout's generator; or can't be compared."""
    found = [f"its {words} are not recorded and not compared" for key, words in RECORDS.items() if key not in before]
    was: Mapping[str, object] = before.get("circumstances") or {}
    now: Mapping[str, object] = circumstances
    for key, words in CIRCUMSTANCES.items():
        if key in was and was[key] != now.get(key):
            values = f" (was {was[key]}, is {now.get(key)})" if key != "code" else ""
            found.append(f"other {words} than before{values}")
    return found


def _values(before: Any, now: Any, prefix: str = "", *, shorten: bool = False) -> list[str]:
    if not isinstance(before, Mapping) or not isinstance(now, Mapping):
        return []
    found = []
    for key in sorted({*before, *now}):
        one, other = (part.get(key, ABSENT) for part in (before, now))
        if one != other:
            shown = [_shown(value, shorten=shorten) for value in (one, other)]
            found.append(f"{prefix}{key} was {shown[0]}, is {shown[1]}")
    return found


def _shown(value: Any, *, shorten: bool) -> str:
    if value is ABSENT:
        return "not there"
    return f"{value[:12]}…" if shorten and isinstance(value, str) else repr(value)


def _images(before: CheckpointContent, about: CheckpointContent) -> list[str]:
    """Image files whose content changed, references first."""
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
