"""Makes the JSON data of the page's script: points, curves, and each pair's images. Deterministic."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, pairs_of
from benchmark.report.content import ReportData
from benchmark.report.page_compare import differences
from benchmark.report.paragraph.bibliography import BEGIN, END, Bibliography
from benchmark.report.plots.curve import Curve
from benchmark.report.ranking import Standing
from benchmark.report.text import one_line

DIGITS = 6


def payload(
    data: ReportData,
    numbers: Numbers,
    standings: Sequence[tuple[Block, Sequence[Standing]]],
    curves: Mapping[tuple[Block, str], Curve | None],
    pictures: Mapping[str, tuple[bytes, bytes]],
) -> dict[str, Any]:
    """Everything that the script draws.

    Args:
        data: the run's data.
        numbers: its numbers.
        standings: blocks with their methods in the order of the page.
        curves: the fitted curve by block and method's label.
        pictures: reference and enhanced thumbnail of those pairs that have them.
    """
    blocks = [block for block, _ in standings]
    images, places = _images(pictures)
    of = {method.label: place for place, method in enumerate(data.methods)}
    return {
        "images": images,
        "references": _references(data),
        "blocks": [
            {
                "title": block.title(blocks),
                "labelName": naming.labels(simulated=data.simulated, lower_is_better=data.lower_labels(block.dataset)),
                "lowerLabelsBetter": data.lower_labels(block.dataset),
                **_points(data, block, places),
                "comparisons": differences(data, numbers, block),
                "methods": [
                    {
                        **_method(data, numbers, block, replace(item, method=one), curves.get((block, one.label))),
                        "of": of[item.method.label],
                    }
                    for item in order
                    for one in item.method.single
                ],
            }
            for block, order in standings
        ],
    }


def _references(data: ReportData) -> dict[str, str]:
    """BibTeX of each method by its label: its entry, or a comment where it states none."""
    found = {}
    every = Bibliography()
    for method in data.methods:
        key = every.cite(f"the method {one_line(method.title)}", method.citation).strip(BEGIN + END)
        lacks = f"% No BibTeX entry is at hand for {one_line(method.title)}".replace("@", "(at)")
        found[method.label] = every.entries[key].to_bibtex() if key else lacks
    return found


def script_json(content: Any) -> str:
    """JSON that is safe inside a script element: it contains no ``<``, ``>`` or ``&``."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def jpeg_uri(content: bytes) -> str:
    """A JPEG as a data URI."""
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()


def _images(pictures: Mapping[str, tuple[bytes, bytes]]) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """Each distinct image once, and for each pair the indices of its two images."""
    index: dict[bytes, int] = {}
    places = {
        pair: (index.setdefault(reference, len(index)), index.setdefault(enhanced, len(index)))
        for pair, (reference, enhanced) in pictures.items()
    }
    return [jpeg_uri(content) for content in index], places


def _points(data: ReportData, block: Block, places: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    pairs = pairs_of(data, block)
    names = [str(pair) for pair in pairs["pair"]]
    return {
        "pairs": names,
        "references": [str(name) for name in pairs["reference"]],
        "conditions": [str(name) for name in pairs["condition"].fillna("")],
        "labels": _rounded(pairs["mos"]),
        "pictures": [places.get(pair) for pair in names],
    }


def _method(data: ReportData, numbers: Numbers, block: Block, item: Standing, curve: Curve | None) -> dict[str, Any]:
    pairs = pairs_of(data, block)
    label = item.method.label
    known = label in pairs.columns and pairs[label].notna().any()
    srcc = numbers.value(Scope(block), label, "srcc")
    return {
        "title": item.method.title,
        "ranked": item.ranked,
        "higher": item.method.higher_is_better,
        "srcc": naming.number(srcc, 3, minus=naming.MINUS),
        "scores": _rounded(pairs[label]) if known else None,
        "curve": None if curve is None else _curve(curve),
    }


def _curve(curve: Curve) -> dict[str, Any]:
    parts = {"x": curve.x, "y": curve.y, "low": curve.low, "high": curve.high}
    return {name: None if values is None else _rounded(values.tolist()) for name, values in parts.items()}


def _rounded(values: Iterable[float]) -> list[float | None]:
    """Numbers with six significant digits, ``null`` where unknown."""
    numbers = np.asarray(list(values), dtype=float)
    return [None if not math.isfinite(value) else float(f"{value:.{DIGITS}g}") for value in numbers.tolist()]
