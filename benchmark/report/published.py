"""Values that papers print: shown as reported, and compared with measured ones at the digits that the paper prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchmark.config.printing import PublishedEntry, TableConfig
from benchmark.config.written import Written
from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope
from benchmark.report.content import ReportData
from benchmark.report.spec import Column
from benchmark.results.lineage import EPOCH, EPOCHS
from benchmark.results.scored import NOT_RECORDED, ScoredMethod
from benchmark.statistics.catalogue import catalogue

SEED = "train.seed"
LENGTH = {EPOCHS, EPOCH}
"""Trainings that differ in these keys alone are one training at different epochs."""
CHOICE = "choice"
"""The level of statistics for which mappings and signs mean nothing."""
SIGNS = {True: "absolute values", False: "signed values", "unknown": "sign convention not stated"}


def written(entry: PublishedEntry, statistic: str) -> Written | None:
    """The published value of a statistic as the paper prints it."""
    field = getattr(entry, statistic, None)
    return field if isinstance(field, Written) else None


def value(entry: PublishedEntry, statistic: str) -> float:
    """The published value of a statistic, NaN where the paper has none."""
    printed = written(entry, statistic)
    return float("nan") if printed is None else float(printed)


def column_block(columns: Sequence[Column], entry: PublishedEntry) -> Block | None:
    """The data set and split of an entry: those that it names, else the first for which the table prints its values."""
    own = [
        column
        for column in columns
        if is_whole(column.scope)
        and entry.dataset in ("", column.scope.block.dataset)
        and entry.split in ("", column.scope.block.split)
    ]
    first = next((column for column in own if written(entry, column.statistic) is not None), own[0] if own else None)
    return first.scope.block if first is not None else None


def is_whole(scope: Scope) -> bool:
    """Whether numbers of a scope are what a paper prints of a data set: over all pairs, or all choices."""
    return scope in (Scope(scope.block), Scope(scope.block, "choice"))


def footnote(data: ReportData, numbers: Numbers, label: str, block: Block | None, spec: TableConfig) -> str:
    """Source, mapping and sign convention of an entry, and a comparison with the measured values."""
    entry = data.published[label]
    mapping = {"none": "without a mapping", "unknown": "mapping not stated"}.get(
        entry.mapping, f"mapping: {entry.mapping}"
    )
    source = entry.source.strip().rstrip(".")
    of_labels = any(written(entry, name) is not None for name, item in catalogue().items() if item.levels != {CHOICE})
    how = f" ({mapping}; {SIGNS[entry.absolute]})" if of_labels else ""
    sentence = f"reported in {source}, not measured here{how}"
    compared = comparison(data, numbers, label, block, spec.digits) if block else ""
    return f"{sentence}; {compared}" if compared else sentence


def comparison(data: ReportData, numbers: Numbers, label: str, block: Block, digits: int) -> str:
    """Compares measured with reported values at the printed digits; for one's own training also states the spread."""
    entry = data.published[label]
    method = next((method for method in data.methods if method.label == label), None)
    if method is None:
        return ""
    parts = []
    for statistic, record in catalogue().items():
        scope = Scope(block, CHOICE if record.levels == {CHOICE} else "pair")
        reported, measured = written(entry, statistic), numbers.value(scope, label, statistic)
        if reported is None or math.isnan(measured):
            continue
        measured = abs(measured) if entry.absolute is True else measured
        if trained_here(method):
            parts.append(f"{naming.title(statistic)} {_signed(measured - reported, digits)}")
        else:
            parts.append(f"{naming.title(statistic)} {_agreement(measured, reported)}")
    if not parts:
        return ""
    if trained_here(method):
        return f"measured minus reported: {', '.join(parts)} ({_spread(data, numbers, method, block, digits)})"
    return f"measured here: {', '.join(parts)}"


def trained_here(method: ScoredMethod) -> bool:
    """Whether the method's parameters come from one's own training, whose result depends on its seed."""
    return bool(method.training) or method.trained_on == NOT_RECORDED


def _agreement(measured: float, reported: Written) -> str:
    if reported.equals(measured):
        return f"equal at {naming.count(reported.digits, 'digit')}"
    return f"differs ({naming.number(measured, reported.digits, minus=naming.MINUS)})"


def _signed(difference: float, digits: int) -> str:
    text = naming.number(difference, digits, minus=naming.MINUS)
    return text if difference < 0 else f"+{text}"


def _spread(data: ReportData, numbers: Numbers, method: ScoredMethod, block: Block, digits: int) -> str:
    """The range of SRCC over trainings of the same method that differ in their seed alone; else what they differ in."""
    if not method.training:
        return "its training is not recorded"

    def fixed(other: ScoredMethod) -> dict[str, str]:
        return {key: text for key, text in other.settings.items() if key != "checkpoint"}

    scored = {
        other.label: numbers.value(Scope(block), other.label, "srcc")
        for other in data.methods
        if other.name == method.name and fixed(other) == fixed(method) and other.training
    }
    trainings = [other for other in data.methods if not math.isnan(scored.get(other.label, math.nan))]
    seeds = [other for other in trainings if not _differing([method, other]) - {SEED}]
    if len({other.training.get(SEED) for other in seeds}) > 1:
        return _range("training seeds", seeds, scored, digits)
    differing = _differing(trainings)
    keys = sorted(key.rpartition(".")[2] for key in differing) if differing - LENGTH else []
    if keys:
        shown = ", ".join(keys[:4]) + (" …" if len(keys) > 4 else "")
        return f"{_range('trainings', trainings, scored, digits)}; they differ in {shown}"
    return "one training: its spread over seeds is not known"


def _differing(methods: Sequence[ScoredMethod]) -> set[str]:
    """The keys in which trainings differ."""
    keys = {key for method in methods for key in method.training}
    return {key for key in keys if len({method.training.get(key) for method in methods}) > 1}


def _range(words: str, methods: Sequence[ScoredMethod], values: Mapping[str, float], digits: int) -> str:
    srcc = [values[method.label] for method in methods]
    low, high = (naming.number(end, digits, minus=naming.MINUS) for end in (min(srcc), max(srcc)))
    count = len({tuple(sorted(method.training.items())) for method in methods})
    return f"SRCC over {count} {words}: {low} to {high}"
