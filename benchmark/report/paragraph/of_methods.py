"""Sentences on the methods: what computed each, with which options, weights and training data; what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.report.content import ReportData
from benchmark.report.naming import count
from benchmark.report.paragraph.bibliography import Bibliography
from benchmark.report.paragraph.origins import Origin, mapping, word
from benchmark.report.paragraph.procedures import TITLES
from benchmark.report.paragraph.wording import listed, opening, private, was
from benchmark.results.scored import OWN, ScoredMethod

SCORED = ("scored", "partial")
OURS, OF_FILES = "efid-bench", "a file of scores"
NOTHING, NOT_DECLARED = "nothing", "not declared"
CHECKPOINT = "checkpoint"
OF_TRAINING = (
    "train_on",
    "seeds",
    "train",
    "select",
    "checkpoint",
    "file",
    "column",
    "title",
    "trained_on",
    "citation",
)
"""Keys of a method's entry that other sentences tell, or that say where a file is and what it is called."""


def of_methods(data: ReportData, found: Sequence[Origin], sources: Bibliography) -> Iterator[str]:
    """Which methods there are, and what their scores depend on."""
    scored = [method for method in data.methods if method.status in SCORED]
    if scored:
        yield from _computed(scored, found, sources)
        yield from _options(scored, found)
        yield from _weights(scored, found)
        yield from _trained(scored)
        yield from _marks(scored)
    yield from _missing(data)


def _cited(method: ScoredMethod, sources: Bibliography) -> str:
    """A method's title with its citation."""
    title = private(method.title)
    return f"{title}{sources.cite(f'the method {title}', method.citation) if method.citation else ''}"


def _computed(scored: Sequence[ScoredMethod], found: Sequence[Origin], sources: Bibliography) -> Iterator[str]:
    by_source: dict[str, list[ScoredMethod]] = {}
    for method in scored:
        by_source.setdefault(method.source, []).append(method)
    tables = [item for item in found if item.from_table]
    of_tables = {label for item in tables for label in _labels(item)}
    yield f"{opening(len(scored))} {'method' if len(scored) == 1 else 'methods'} {was(len(scored))} evaluated."
    for source, methods in by_source.items():
        names = listed(_cited(method, sources) for method in methods)
        if source == OF_FILES:
            yield f"Scores of {names} were read from files."
        elif source == OURS:
            yield f"{names} {was(len(methods))} computed by this tool."
        elif source and not (source in TITLES or _version(source, found)):
            yield f"{names} {was(len(methods))} computed by code whose source is stated as: {private(source)}."
        elif source:
            package = f"{TITLES.get(source, private(source))}{_version(source, found)}{sources.of_software(source)}"
            yield f"{names} {was(len(methods))} computed by means of {package}."
        elif all(method.label in of_tables for method in methods):
            yield f"Scores of {names} were read from {'the table' if len(tables) == 1 else 'the tables'}."
        else:
            yield f"For {names} no package is stated."


def _labels(item: Origin) -> list[str]:
    """The labels of the methods in a record."""
    methods = item.whole.get("methods")
    return [word(mapping(method).get("label")) for method in methods] if isinstance(methods, list) else []


def _version(distribution: str, found: Sequence[Origin]) -> str:
    versions = [word(mapping(item.record.get("versions")).get(distribution)) for item in found]
    return f" {listed(versions)}" if any(versions) and "none" not in versions else ""


def _options(scored: Sequence[ScoredMethod], found: Sequence[Origin]) -> Iterator[str]:
    """Options that a configuration gives, and the settings that each method is computed with."""
    given = _given(found)
    texts = {method.label: _option_words({**given.get(method.label, {})}) for method in scored}
    chosen = [f"{private(method.title)} ({texts[method.label]})" for method in scored if texts[method.label]]
    if chosen:
        yield f"Options were set for {listed(chosen)}."
    by_settings: dict[str, list[str]] = {}
    for method in scored:
        text = _option_words({key: item for key, item in method.settings.items() if CHECKPOINT not in key})
        if text:
            by_settings.setdefault(text, []).append(private(method.title))
    if by_settings:
        yield f"Settings: {'; '.join(f'{text} ({listed(names)})' for text, names in by_settings.items())}."


def _given(found: Sequence[Origin]) -> dict[str, Mapping[str, Any]]:
    """The options in a configuration, by label; of a study those of the whole."""
    given: dict[str, Mapping[str, Any]] = {}
    for item in found:
        entries = mapping(item.whole.get("configuration")).get("methods")
        for entry in entries if isinstance(entries, list) and not item.from_table else ():
            if isinstance(entry, Mapping):
                label = word(entry.get("label")) or word(entry.get("name"))
                own = {key: value for key, value in entry.items() if key not in ("name", "label", *OF_TRAINING)}
                given.setdefault(label, own)
    return given


def _option_words(options: Mapping[str, Any]) -> str:
    """Options in words, without files and folders."""
    pairs = [(private(str(key)), _value(item)) for key, item in options.items()]
    return ", ".join(f"{key}: {text}" for key, text in pairs if text)


def _value(item: object) -> str:
    if isinstance(item, bool):
        return "on" if item else "off"
    if isinstance(item, Mapping):
        return " ".join(filter(None, (_value(part) for part in item.values())))
    if isinstance(item, (list, tuple)):
        return listed(_value(part) for part in item)
    return private(str(item)) if isinstance(item, (str, int, float)) else ""


def _weights(scored: Sequence[ScoredMethod], found: Sequence[Origin]) -> Iterator[str]:
    """Which methods read weights, and which of them not the published ones."""
    files: dict[str, set[str]] = {}
    for item in found:
        for label, own in mapping(item.record.get("weights")).items():
            files.setdefault(str(label), set()).update(map(str, mapping(own)))
    changed = {
        method.label for method in scored if any("weights are not the published" in mark for mark in method.marks)
    }
    titles = {
        method.label: [private(method.title) for name in files.get(method.label, ()) if name != CHECKPOINT][:1]
        for method in scored
    }
    published = [name for label, names in titles.items() if label not in changed for name in names]
    others = [name for label, names in titles.items() if label in changed for name in names]
    if published:
        yield f"Published weights, identified by their SHA-256, were used for {listed(published)}."
    if others:
        yield f"The weights of {listed(others)} are not the published ones."


def _trained(scored: Sequence[ScoredMethod]) -> Iterator[str]:
    """What parameters were fitted to, as plug-ins or checkpoints state it."""
    by_data: dict[str, list[str]] = {}
    for method in scored:
        if method.trained_on and method.trained_on != NOTHING and not method.train_on:
            by_data.setdefault(method.trained_on, []).append(private(method.title))
    unstated = by_data.pop(NOT_DECLARED, [])
    if by_data:
        stated = "; ".join(f"{private(text)} ({listed(names)})" for text, names in by_data.items())
        yield f"Stated training data: {stated}."
    if unstated:
        yield f"No training data are stated for {listed(unstated)}."
    own = [method for method in scored if method.train_on == OWN]
    if own:
        names = listed(private(method.title) for method in own)
        yield f"{names} {was(len(own))} trained anew in each partition, on its training part."
    on: dict[str, list[str]] = {}
    for method in scored:
        if method.train_on and method.train_on != OWN:
            on.setdefault(listed(map(private, method.train_on)), []).append(private(method.title))
    for datasets, titles in on.items():
        yield f"{listed(titles)} {was(len(titles))} trained on {datasets}."
    several = [method for method in scored if len(method.columns) > 1]
    if several:
        names = listed(f"{private(method.title)} ({count(len(method.columns), 'training')})" for method in several)
        yield f"Statistics are means over the trainings of {names}."


def _marks(scored: Sequence[ScoredMethod]) -> Iterator[str]:
    """Remarks that tables carry."""
    by_mark: dict[str, list[str]] = {}
    for method in scored:
        for mark in method.marks:
            if "weights are not the published" not in mark:
                by_mark.setdefault(private(mark), []).append(private(method.title))
    if by_mark:
        yield f"To be noted: {'; '.join(f'{mark} ({listed(names)})' for mark, names in by_mark.items())}."


def _missing(data: ReportData) -> Iterator[str]:
    partial = [method for method in data.methods if method.status == "partial"]
    if partial:
        counts = Counter(data.failures["method"].astype(str))
        parts = []
        for method in partial:
            lacking = sum(counts[one.label] for one in method.single)
            of_pairs = f" ({count(lacking, 'pair')})" if lacking else ""
            parts.append(f"{private(method.title)}{of_pairs}")
        yield f"Some scores are missing of {listed(parts)}."
    gone = [private(method.title) for method in data.methods if method.status not in SCORED]
    if gone:
        yield f"No scores could be obtained for {listed(gone)}."
