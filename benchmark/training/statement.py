"""What every checkpoint states about its training: data, options, backbones, circumstances. No torch.

``agreement`` compares it when a training resumes, ``lineage`` reads it when the checkpoint is scored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark.config.models import DatasetEntry
from benchmark.config.training import TrainConfig, TrainSection
from benchmark.core import provenance
from benchmark.core.hashes import FileHashes
from benchmark.data.load import Data
from benchmark.images import code as image_code
from benchmark.images.read import pixel_sha256, read_image
from benchmark.plugins import registry
from benchmark.plugins.checkpoint_content import CheckpointContent, FoldLeftOut, SelectedOn, TrainingData
from benchmark.plugins.contracts import Trainable
from benchmark.plugins.options import options_model, plain_options, takes_path
from benchmark.results import lineage
from benchmark.training.splits import Division

HARMLESS = {"n_epoch", "num_workers", "save_interval", "load_epoch"}
"""Keys of ``train`` that change neither weights nor the choice of the best epoch."""
ELSEWHERE = {"crop_size", "flip"}
"""Keys of ``train`` that are the method's options."""
SCORING = {"splits", "max_pixels", "opinions"}
"""Keys of ``dataset`` that don't affect training."""


def about(
    parsed: TrainConfig,
    method: Trainable,
    options: Mapping[str, Any],
    loaded: Data,
    division: Division,
    directory: Path,
    weights: Mapping[str, str],
    *,
    remember: bool = True,
) -> CheckpointContent:
    """What a run states, as plain values.

    Args:
        parsed: the configuration.
        method: the method, built from ``options``.
        options: the options that were given.
        loaded: the data set.
        division: the training and validation pairs.
        directory: the folder of checkpoints, which also keeps the hashes of files.
        weights: SHA-256 of each weight file that training reads.
        remember: whether to write the hashes into ``directory``.

    Raises:
        benchmark.core.errors.UserError: a reference can't be read as an image.
        OSError: a file can't be read.
    """
    files, pixels = _memories(directory, loaded.sizes.max_pixels)
    used = pd.concat([division.train, division.validation], ignore_index=True)
    content: CheckpointContent = {
        "method": method.info.name,
        "identity": dict(method.identity()),
        "label_scaling": {
            "low": division.scaling.low,
            "high": division.scaling.high,
            "lower_mos_better": division.scaling.lower_mos_better,
        },
        "pairs_sha256": division.sha256,
        "train": json.loads(parsed.train.model_dump_json(by_alias=True)),
        "method_options": plain_options(options),
        "settings": settings(parsed, method, options, loaded),
        "dataset": loaded.name,
        "data": _data(parsed, loaded, used, files),
        "simulated_labels": loaded.simulated,
        "training_references": _references(division.train, files),
        "training_pixels": _references(division.train, pixels),
        "selected_on": {
            "split": division.selected_on,
            "references": _references(division.validation, files),
            "pixels": _references(division.validation, pixels),
        },
        "images": {str(row.pair): files.sha256(Path(str(row.enhanced_path))) for row in used.itertuples()},
        "weights": dict(weights),
        "versions": provenance.versions({"torch", "torchvision", "timm", "numpy", "efid-bench"}),
        "code": registry.source_sha256(type(method)),
        "commit": provenance.commit(),
        "begun": parsed.train.load_epoch,
    }
    if remember:
        files.save()
        pixels.save()
    return content


def tested_on(tested: pd.DataFrame, loaded: Data, directory: Path, *, remember: bool) -> SelectedOn:
    """The references that are tested with a checkpoint: SHA-256 of their files and pixels.

    Args:
        tested: the pairs.
        loaded: their data set.
        directory: keeps the hashes of files.
        remember: whether to write the hashes into ``directory``.

    Raises:
        benchmark.core.errors.UserError: a reference can't be read as an image.
        OSError: a file can't be read.
    """
    files, pixels = _memories(directory, loaded.sizes.max_pixels)
    found: SelectedOn = {
        "split": "test",
        "references": _references(tested, files),
        "pixels": _references(tested, pixels),
    }
    if remember:
        files.save()
        pixels.save()
    return found


def _memories(directory: Path, max_pixels: int) -> tuple[FileHashes, FileHashes]:
    """What remembers the SHA-256 of files, and of their pixels as they are decoded today."""
    decoder = image_code.sha256()[:8]
    drawn = FileHashes(directory / f"pixels-{decoder}.json", digest=lambda path: _pixels(path, max_pixels))
    return FileHashes(directory / "files.json"), drawn


def seen_twice(content: CheckpointContent) -> str:
    """The photographs that are in both parts, under two names or in two files; empty where there are none."""
    trained = {digest: name for name, digest in content["training_pixels"].items()}
    pixels = content["selected_on"]["pixels"]
    both = sorted((name, trained[digest]) for name, digest in pixels.items() if digest in trained)
    if not both:
        return ""
    (name, other), more = both[0], f", and {len(both) - 1} more" if len(both) > 1 else ""
    return (
        f"the reference {name} validates and is, pixel by pixel, {other}, which is trained on{more}: the best epoch is "
        "chosen on what was learnt; give copies one `cluster`, or leave them out"
    )


def tested_twice(content: CheckpointContent) -> tuple[str, str] | None:
    """A tested reference and the one of equal pixels under another name that is trained on; ``None`` for none.

    The same reference on both sides is what a partition by pairs asks for, which tables say.
    """
    trained = {digest: name for name, digest in content["training_pixels"].items()}
    tested = content["tested_on"]["pixels"] if "tested_on" in content else {}
    found = ((name, trained[digest]) for name, digest in sorted(tested.items()) if digest in trained)
    return next(((name, other) for name, other in found if name != other), None)


def settings(
    parsed: TrainConfig, method: Trainable, options: Mapping[str, Any], loaded: Data
) -> dict[str, str | int | float | bool | list[Any] | dict[str, Any] | None]:
    """The whole configuration, defaults included, by dotted keys, without those that can't change the result.

    What is not named in ``HARMLESS``, ``ELSEWHERE`` or ``SCORING`` is compared, so that a new key is compared by default.
    Folders are left out where the content of their files is hashed.
    """
    entry = {name: getattr(parsed.dataset, name) for name in DatasetEntry.model_fields if name not in SCORING}
    entry["lower_mos_better"] = loaded.lower_mos_better
    entry |= _without_paths(_resolved(type(loaded.dataset), loaded.options), type(loaded.dataset))
    section = {name: getattr(parsed.train, name) for name in TrainSection.model_fields}
    section = {name: value for name, value in section.items() if name not in HARMLESS | ELSEWHERE}
    section["validate"] = section.pop("validate_")
    section["loss"] = parsed.train.loss_weights
    hashed = [Path(place) for place in method.files().values()]
    own = {
        name: value
        for name, value in _resolved(type(method), options).items()
        if name not in method.scoring_options and not _holds(value, hashed)
    }
    flat = {
        **{f"dataset.{name}": value for name, value in entry.items()},
        "method.name": registry.normal(method.info.name),
        **{f"method.{name}": value for name, value in own.items()},
        **{f"train.{name}": value for name, value in section.items()},
    }
    plain: dict[str, Any] = json.loads(json.dumps(flat, default=str, sort_keys=True))
    return plain


def _resolved(plugin: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """A plug-in's options, defaults included."""
    fields = options_model(plugin).model_fields
    return {name: given.get(name, field.default) for name, field in fields.items()}


def _without_paths(values: Mapping[str, Any], plugin: type) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not takes_path(plugin, name)}


def _holds(value: Any, hashed: Iterable[Path]) -> bool:
    return isinstance(value, Path) and any(place.is_relative_to(value) for place in hashed)


def _data(parsed: TrainConfig, loaded: Data, used: pd.DataFrame, files: FileHashes) -> TrainingData:
    split = "" if set(loaded.table["split"]) == {""} else parsed.train.split
    folds: FoldLeftOut | None = None
    if parsed.dataset.test_fold is not None:
        folds = {
            "count": int(loaded.table["fold"].nunique()),
            "left_out": parsed.dataset.test_fold,
            "seed": None if parsed.dataset.folds is None else parsed.dataset.fold_seed,
        }
    return {
        "name": loaded.name,
        "title": loaded.dataset.info.title,
        "split": split,
        "folds": folds,
        "fingerprint": lineage.fingerprint(used, files.sha256),
    }


def _references(table: pd.DataFrame, hashes: FileHashes) -> dict[str, str]:
    paths = dict(zip(table["reference"], table["reference_path"], strict=True))
    return {str(name): hashes.sha256(Path(path)) for name, path in paths.items()}


def _pixels(path: Path, max_pixels: int) -> str:
    return pixel_sha256(read_image(path, max_pixels=max_pixels))
