"""What the checkpoints of a run's methods state: marked in tables, or refused where they have seen what is scored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmark.core.errors import ConfigError
from benchmark.data.load import Data
from benchmark.plugins import checkpoints, contract_check
from benchmark.plugins.contracts import Trainable
from benchmark.results import lineage
from benchmark.scoring.lineup import Entrant


def judge_checkpoints(
    entrants: Sequence[Entrant],
    references: Mapping[str, str],
    pixels: Callable[[], Mapping[str, str]],
    by_design: Collection[str] = (),
) -> None:
    """Mark checkpoints that were selected on what is scored, and what they were trained on.

    Images are compared by their pixels, so that a copy in another file is recognised; older checkpoints state files only.

    Args:
        entrants: the methods of a run.
        references: SHA-256 of each scored reference's file, by its path.
        pixels: returns ``images.pixel_sha256`` of each; called only where a checkpoint states those of its training images.
        by_design: references that may have been trained on, in other pairs, as a partition by pairs wants it.

    Raises:
        ConfigError: a checkpoint was trained on references that are to be scored.
    """
    for entrant in entrants:
        if not isinstance(entrant.method, Trainable) or entrant.status != "scored":
            continue
        place = contract_check.files_of(entrant.method).get("checkpoint")
        summary = checkpoints.summary(Path(place)) if place else {}
        selection: Mapping[str, Any] = summary.get("selected_on") or {}
        by_pixels = summary.get("training_pixels") is not None
        trained = _digests(summary.get("training_references")) | _digests(summary.get("training_pixels"))
        selected = _digests(selection.get("references")) | _digests(selection.get("pixels"))
        scored = {path: {digest} for path, digest in references.items()}
        for path, digest in (pixels() if by_pixels else {}).items():
            scored[path].add(digest)
        shared = sorted(path for path, digests in scored.items() if digests & trained and path not in by_design)
        if shared:
            anew = sum(references[path] not in trained for path in shared)
            saved = f", {anew} of them the same pixels saved anew" if anew else ""
            raise ConfigError(
                f"methods: {entrant.label}: its checkpoint was trained on {len(shared)} of the references to be scored "
                f"({Path(shared[0]).name} …{saved}); score another split"
            )
        if any(digests & selected for digests in scored.values()):
            entrant.marks.append("its checkpoint was selected on the scored split")
        if summary and not trained:
            entrant.marks.append(
                "its checkpoint does not record its training references: it may have seen those scored here"
            )
        if trained and not by_pixels:
            entrant.marks.append(
                "its checkpoint knows its training references as files: copies saved anew are not found"
            )
        if summary.get("simulated_labels"):
            entrant.marks.append("trained on simulated labels")
        if (summary.get("identity") or {}).get("backbones") == "untrained":
            entrant.marks.append("its backbones are untrained")
        pool = (summary.get("identity") or {}).get("crop_pool")
        if pool:
            entrant.marks.append(f"trained on a fixed pool of {pool} crops a pair")


def _digests(by_name: Mapping[str, str] | None) -> set[str]:
    return set((by_name or {}).values())


def tell_training(entrants: Sequence[Entrant], loaded: Data, digest: Callable[[Path], str]) -> None:
    """Note what each checkpoint was trained on, and mark those whose images were prepared differently.

    Args:
        entrants: the methods of a run.
        loaded: the data set that is scored.
        digest: computes the SHA-256 of a file.
    """
    for entrant in entrants:
        statement = lineage.stated(entrant.method) if entrant.status == "scored" else {}
        if not statement:
            continue
        entrant.trained_on = lineage.trained_on(statement, loaded.name, loaded.table, digest)
        otherwise = lineage.prepared_otherwise(statement, asdict(loaded.sizes))
        if otherwise:
            entrant.marks.append(otherwise)


def check_label_scaling(
    entrants: Sequence[Entrant],
    name: str,
    labels: Mapping[tuple[str, str], tuple[float, float]],
    *,
    lower_mos_better: bool,
) -> None:
    """Refuse a checkpoint that was trained on this data set when its labels were different.

    Args:
        entrants: the methods of a run.
        name: the data set's name; checkpoints of other data sets have a scaling of their own.
        labels: lowest and highest label of each reference, by its split and the SHA-256 of its file.
        lower_mos_better: direction of the labels.

    Raises:
        ConfigError: the labels are different; the message states both scalings.
    """
    for entrant in entrants:
        if not isinstance(entrant.method, Trainable) or entrant.status != "scored":
            continue
        place = contract_check.files_of(entrant.method).get("checkpoint")
        summary = checkpoints.summary(Path(place)) if place else {}
        split = (summary.get("train") or {}).get("split", "")
        digests = (summary.get("training_references") or {}).values()
        trained = [labels.get((split, digest), labels.get(("", digest))) for digest in digests]
        known = [extremes for extremes in trained if extremes is not None]
        scaling: Mapping[str, Any] = summary.get("label_scaling") or {}
        if summary.get("dataset") != name or not scaling or not known or len(known) < len(trained):
            continue
        now = (min(low for low, _ in known), max(high for _, high in known), lower_mos_better)
        then = (scaling.get("low"), scaling.get("high"), scaling.get("lower_mos_better"))
        if now != then:
            raise ConfigError(
                f"methods: {entrant.label}: its checkpoint scales labels from {_scale(*then)}, but its training "
                f"references now have labels from {_scale(*now)}; train again"
            )


def _scale(low: Any, high: Any, lower_better: Any) -> str:
    return f"{low} to {high} ({'lower' if lower_better else 'higher'} is better)"
