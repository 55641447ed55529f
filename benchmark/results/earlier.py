"""The files that an earlier version wrote into a folder without a list: the documented names that ``run.json`` implies.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmark.core import places
from benchmark.core.file_names import file_stems
from benchmark.results import claims

KINDS = ("intervals", "significance", "ranks", "best", "conditions", "multiples")
"""Plots of all methods together; each method also has ``scatter`` and, if it was trained, ``history``."""


def files(record: Mapping[str, Any]) -> list[str]:
    """Names, relative to the folder, of files that a run with this record may have written; none if it isn't our record."""
    if claims.of_record(record) is None:
        return []
    single = record.get("runs")
    records = list(single.values()) if isinstance(single, Mapping) else [record]
    always = [name for name in places.FILES if name not in places.PARAGRAPH]  # which came later: they are the user's
    return list(dict.fromkeys([*always, *(name for item in records for name in _of(item))]))


def _of(record: Mapping[str, Any]) -> Iterator[str]:
    report, methods, dataset = (record.get(key) for key in ("report", "methods", "dataset"))
    tables = report.get("tables") if isinstance(report, Mapping) else None
    for table in [*(tables if isinstance(tables, list) else [{}]), {"name": "efficiency"}]:
        name = table.get("name", "comparison") if isinstance(table, Mapping) else ""
        yield from (f"tables/{name}.{kind}" for kind in ("csv", "md", "tex"))
    listed = methods if isinstance(methods, list) else []
    labels = [str(item["label"]) for item in listed if isinstance(item, Mapping) and "label" in item]
    stems = list(file_stems(labels).values())
    yield from (f"histories/{stem}.csv" for stem in stems)
    yield "thumbnails/index.json"
    suffixes = ["", *(f"_{stem}" for stem in _blocks(dataset if isinstance(dataset, Mapping) else {}))]
    plots = [f"{kind}{suffix}" for kind in KINDS for suffix in suffixes]
    plots += [f"scatter{suffix}_{stem}" for suffix in suffixes for stem in stems]
    plots += [f"history_{stem}" for stem in stems]
    yield from (f"plots/{plot}.{kind}" for plot in plots for kind in ("png", "pdf"))


def _blocks(dataset: Mapping[str, Any]) -> list[str]:
    name, splits = str(dataset.get("name", "")), dataset.get("splits")
    blocks = [f"{name}-{split}" for split in splits] if isinstance(splits, list) and splits else [name]
    return list(file_stems(blocks).values())
