"""Sentences on the data: data sets, numbers of pairs, splits, labels, partitions, and how images were read. Pandas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from benchmark.core.pair_columns import LIMITS
from benchmark.report.content import ReportData
from benchmark.report.naming import count
from benchmark.report.paragraph.bibliography import Bibliography
from benchmark.report.paragraph.origins import Origin, mapping, whole_number, word
from benchmark.report.paragraph.wording import listed, opening, private, was, where_it_holds

MISMATCH = {
    "resize-reference": "where the images of a pair differed in size, the reference was resized",
    "resize-enhanced": "where the images of a pair differed in size, the enhanced image was resized",
    "crop": "where the images of a pair differed in size, both were cropped to the common part",
}
VIEW = {
    "crop": "they were cropped to the round field of view",
    "blank": "what lies outside the round field of view was blanked",
}


def of_data(data: ReportData, found: Sequence[Origin], sources: Bibliography) -> Iterator[str]:
    """What was scored, and how images were read."""
    parts = {item.dataset: data.scores[data.scores["dataset"].astype(str) == item.dataset] for item in found}
    named = [
        f"{private(item.title)}{_cited(item, sources)} ({_named(item)}{_counts(data, item, parts[item.dataset])})"
        for item in found
    ]
    tables = [item for item in found if item.from_table]
    if named and len(tables) == len(found):
        noun = "the table" if len(named) == 1 else f"{opening(len(named)).lower()} tables:"
        yield f"Scores and labels were read from {noun} {listed(named)}."
    elif named:
        noun = "the data set" if len(named) == 1 else f"{opening(len(named)).lower()} data sets:"
        yield f"Methods were evaluated on {noun} {listed(named)}."
    if data.failed_data:
        missing = listed(private(name) for name in data.failed_data)
        yield f"No results could be obtained for {missing}."
    yield from where_it_holds({private(item.title): _labels(data, item, parts[item.dataset]) for item in found})
    yield from where_it_holds({private(item.title): _reading(item) for item in found})


def _named(item: Origin) -> str:
    """What a data set is, where a study calls it otherwise."""
    own = private(word(mapping(item.record.get("dataset")).get("title")))
    return f"{own}, " if own and own != private(item.title) and not item.from_table else ""


def _cited(item: Origin, sources: Bibliography) -> str:
    about = mapping(item.record.get("dataset"))
    if item.from_table or not about:
        return ""
    return sources.cite(f"the data set {private(item.title)}", word(about.get("citation")))


def _counts(data: ReportData, item: Origin, rows: pd.DataFrame) -> str:
    """Numbers of pairs, references and conditions, by split where there are several."""
    splits = list(dict.fromkeys(rows["split"].fillna("").astype(str)))
    if len(splits) == 1:
        where = f", split {private(splits[0])}" if splits[0] else ""
        return f"{_of_rows(data, item, rows)}{where}"
    return "; ".join(
        f"split {private(split) or 'without a name'}: {_of_rows(data, item, rows[rows['split'].fillna('') == split])}"
        for split in splits
    )


def _of_rows(data: ReportData, item: Origin, rows: pd.DataFrame) -> str:
    references = count(int(rows["reference"].nunique()), "reference")
    conditions = len({str(name) for name in rows["condition"].fillna("")} - {""})
    under = f" under {count(conditions, 'condition')}" if conditions else ""
    labelled = int(rows["mos"].notna().sum())
    chosen = data.choices
    choices = len(chosen[chosen["dataset"].astype(str) == item.dataset]) if len(chosen) else 0
    if choices:
        return f"{count(choices, 'choice')} between two of {count(len(rows), 'image')} of {references}{under}"
    some = "" if labelled in (0, len(rows)) else f", {labelled:,} of them with labels"
    return f"{count(len(rows), 'pair')} of {references}{under}{some}"


def _labels(data: ReportData, item: Origin, rows: pd.DataFrame) -> str:
    """What labels are, and their direction."""
    about = mapping(item.record.get("dataset"))
    if not rows["mos"].notna().any():
        return "Observers chose the better of two images." if len(data.choices) else ""
    name = word(about.get("label_name"))
    if data.simulated and about.get("labels") == "simulated":
        what = "Labels are simulated and no opinions of people"
    elif about.get("labels") == "opinions":
        what = "Labels are opinions of observers" + (f" ({private(name)})" if name else "")
    else:
        what = f"Labels are {private(name)}" if name else ""
    direction = "lower" if data.lower_labels(item.dataset) else "higher"
    said = f"{what}; {direction}" if what else direction.capitalize()
    return f"{said} labels mean better quality{_spread(rows)}."


def _spread(rows: pd.DataFrame) -> str:
    """What is known of the opinions behind a label."""
    known = [
        words
        for name, words in (("mos_sd", "their standard deviation"), ("observers", "the number of observers"))
        if rows[name].notna().any()
    ]
    known += ["their published limits"] if set(LIMITS) <= set(rows.columns) and rows[LIMITS[0]].notna().any() else []
    return f", and {listed(known)} {'is' if len(known) == 1 else 'are'} known" if known else ""


def _reading(item: Origin) -> str:
    """How images were read, where scores were computed of them."""
    if item.from_table or not mapping(item.record.get("efficiency")):
        return ""
    asked = mapping(mapping(item.record.get("configuration")).get("dataset"))
    turned = asked.get("orientation") == "apply"
    steps = [
        "Images were read as RGB in [0, 1]" + _depth(asked),
        f"their EXIF orientation was {'applied' if turned else 'ignored'}",
        VIEW.get(word(asked.get("fov")), ""),
        MISMATCH.get(word(asked.get("size_mismatch")), ""),
        _size(asked),
    ]
    limit = whole_number(mapping(item.record.get("configuration")).get("limit"))
    if limit:
        steps.append(f"only the first {count(limit, 'reference')} of each split {was(limit)} scored")
    return f"{'; '.join(filter(None, steps))}."


def _depth(asked: Mapping[str, Any]) -> str:
    bits = whole_number(asked.get("bit_depth"))
    return f", values of 16-bit files as of {bits} bits" if bits else ""


def _size(asked: Mapping[str, Any]) -> str:
    size = asked.get("resize")
    if whole_number(size) is not None:
        return f"all were resized to a shorter side of {size:,} pixels"
    if isinstance(size, (list, tuple)) and len(size) == 2 and all(whole_number(side) is not None for side in size):
        return f"all were resized to {size[0]:,} × {size[1]:,} pixels (height × width)"
    return "their sizes were left as they are"
