"""Sentences on a study's protocol: partitions of the data sets, and how methods were trained in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.report.content import ReportData
from benchmark.report.naming import count
from benchmark.report.paragraph.origins import Origin, mapping, whole_number, word, words
from benchmark.report.paragraph.wording import listed, private, where_it_holds
from benchmark.results.scored import ScoredMethod

REFERENCE = "reference"


def of_study(data: ReportData, found: Sequence[Origin]) -> Iterator[str]:
    """How data sets were divided, and with which settings methods were trained."""
    yield from where_it_holds({private(item.title): _protocol(item) for item in found})
    yield from _training([method for method in data.methods if method.train_on and method.recipe])


def _protocol(item: Origin) -> str:
    """The protocol of a data set of a study; empty where its splits are as published, or in a run of one data set."""
    given = mapping(item.whole.get("configuration")).get("protocol")
    asked = mapping(given)
    study = mapping(item.whole.get("study"))
    if not study or not asked or "published" in asked:
        return ""
    label = next((label for label in study if item.dataset == label or item.dataset.startswith(f"{label} (")), "")
    parts = whole_number(mapping(study.get(label)).get("partitions")) or 0
    how = _form(asked, parts)
    return f"Pairs were divided into training and test parts by {how}{_drawn(asked)}." if how and parts else ""


def _form(asked: Mapping[str, Any], parts: int) -> str:
    left_out = words(asked.get("leave_out")) or [word(asked.get("leave_out"))]
    if "condition" in left_out:
        beside = ", with none of the references of a test part in its training part" if REFERENCE in left_out else ""
        return f"leaving out each condition once{beside} ({count(parts, 'partition')})"
    if "folds" in asked:
        return f"{parts:,} folds of references (or clusters)"
    if "repeat" in asked:
        share = asked.get("test")
        tested = f" with {share:.4g} of the references (or clusters) tested" if isinstance(share, (int, float)) else ""
        return f"{parts:,} random divisions{tested}"
    return f"a file of splits ({count(parts, 'partition')})" if "file" in asked else ""


def _drawn(asked: Mapping[str, Any]) -> str:
    """The share that validates, and the seed."""
    share, seed = asked.get("validate"), asked.get("seed")
    validated = isinstance(share, (int, float)) and share > 0
    parts = [f"a share of {share:.4g} of them for validation"] if validated else []
    drawn = any(key in asked for key in ("folds", "repeat"))
    parts += [f"drawn with seed {seed if whole_number(seed) is not None else 0}"] if drawn else []
    return f", {listed(parts)}" if parts else ""


def _training(methods: Sequence[ScoredMethod]) -> Iterator[str]:
    """The settings of trainings, those that several methods share once."""
    by_settings: dict[str, list[str]] = {}
    for method in methods:
        settings = [
            f"{key.removeprefix('train.').replace('_', ' ')}: {private(text)}"
            for key, text in method.recipe.items()
            if key.startswith("train.") and text
        ]
        chosen = method.recipe.get("select", "")
        settings += [f"reported epoch: {private(chosen)}"] if chosen else []
        if settings:
            by_settings.setdefault(", ".join(settings), []).append(private(method.title))
    if by_settings:
        yield f"Training: {'; '.join(f'{text} ({listed(names)})' for text, names in by_settings.items())}."
