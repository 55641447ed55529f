"""Writes an audit as CSV (a row a cell), JSON (the protocol and its chance) and HTML. pandas, jinja2.

Beside them goes the printed file with right numbers, all else byte for byte.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from benchmark.audit import spellings as words
from benchmark.audit.conduct import Audit, JudgedNumber
from benchmark.audit.layout import LabelPlace
from benchmark.audit.leads import Lead
from benchmark.audit.printed_table import PrintedTable
from benchmark.audit.values import PAIRS
from benchmark.core import atomic
from benchmark.core.errors import UserError
from benchmark.core.hashes import sha256_file

COLUMNS = (
    "row",
    "column",
    "group",
    "statistic",
    "printed",
    "computed",
    "verdict",
    "protocol",
    "explanation",
    "points_to",
    "method",
    "mark",
    "table",
)
SUFFIX = {"latex": ".tex", "markdown": ".md", "html": ".html", "csv": ".csv"}
WORDS = {
    "follows": "follows",
    "fewer-digits": "fewer digits",
    "differs": "differs",
    "not-computable": "can't be computed",
}


def rows(audit: Audit) -> pd.DataFrame:
    """One row a cell, in the order of the file; see ``COLUMNS``."""
    marked: dict[int, list[str]] = {}
    for fault in audit.faults:
        marked.setdefault(id(fault.cell), []).append(fault.text)
    made = []
    for item in audit.judged:
        cell, labels = item.cell, item.cell.printed.labels
        made.append(
            {
                "row": _joined(labels, ("section", "row")),
                "column": _joined(labels, ("column",)),
                "group": cell.subset.name,
                "statistic": cell.statistic,
                "printed": cell.printed.number.text,
                "computed": item.computed,
                "verdict": item.verdict,
                "protocol": item.protocol,
                "explanation": "; ".join(map(str, item.explanations)) or item.reason,
                "points_to": "; ".join(explanation.points_to for explanation in item.explanations),
                "method": cell.method,
                "mark": "; ".join(marked.get(id(cell), ())),
                "table": cell.printed.table,
            }
        )
    return pd.DataFrame(made, columns=list(COLUMNS))


def _joined(labels: Mapping[LabelPlace, str], axes: Sequence[str]) -> str:
    places = sorted(
        (place for place in labels if place.axis in axes), key=lambda place: (axes.index(place.axis), place.number)
    )
    return " / ".join(dict.fromkeys(labels[place] for place in places if labels[place]))


def record(audit: Audit) -> dict[str, Any]:
    """What ``audit.json`` holds: verdict, counts, protocol, chance, and what could not be matched."""
    protocol, by_chance, counts = audit.protocol, audit.chance, audit.counts
    made: dict[str, Any] = {
        "table": audit.printed.name,
        "scores": {
            file.name: [{"file": path.name, "sha256": sha256_file(path)} for path in file.files] for file in audit.files
        },
        "answer": audit.answer,
        "reproduced": audit.answer == "reproduced",
        "cells": len(audit.judged),
        "computable": audit.computable,
        "follow": counts["follows"],
        "fewer_digits": counts["fewer-digits"],
        "differ": counts["differs"],
        "not_computable": counts["not-computable"],
    }
    if protocol is not None and by_chance is not None:
        bases = dict(protocol.bases)
        choices = protocol.choices
        made |= {
            "label": _one({name: basis.label for name, basis in bases.items() if basis.label}),
            "averaging": _one({name: basis.averaging for name, basis in bases.items()}) or PAIRS,
            "label_reversed": _one({name: basis.reversed for name, basis in bases.items()}),
            "mapping": _one({name: choice.variant for name, choice in choices.items() if name not in {"srcc", "krcc"}})
            or "none",
            "variants": {name: choice.variant for name, choice in choices.items()},
            "sign": _one({name: choice.sign for name, choice in choices.items()}),
            "percent": _one({name: choice.scale == 100 for name, choice in choices.items()}),
            "cut": protocol.cut,
            "digits": _one({f"table {table}, {name}": digits for (table, name), digits in protocol.digits.items()}),
            "chance": {
                "mean": round(by_chance.mean, 3),
                "most": by_chance.most,
                "p_value": round(by_chance.p_value, 4),
            },
            "protocols": [
                {
                    "label": item.label,
                    "follow": item.follow,
                    "chance": round(by_chance.by_label.get(item.label, math.nan), 3),
                }
                for item in audit.alternatives[:10]
            ],
        }
    made |= {
        "matching": list(audit.matching.lines),
        "not_matched": list(audit.matching.asked),
        "left_out": list(audit.matching.left_out),
        "hints": list(audit.hints),
        "marks": dict(audit.meanings),
        "mark_faults": [{"cell": fault.cell.name, "mark": fault.mark, "text": fault.text} for fault in audit.faults],
        "leads": [{**_of_lead(lead), "text": lead.text} for lead in audit.leads],
    }
    return made


def _of_lead(lead: Lead) -> dict[str, Any]:
    """A lead's numbers and the names of its cells."""
    names = {"best": lead.best.name, "next": lead.next.name}
    return names | {
        key: getattr(lead, key) for key in ("difference", "low", "high", "p_value", "p_adjusted", "clusters")
    }


def _one(values: Mapping[str, Any]) -> Any:
    """The only value of a mapping, or the mapping if its values differ; ``None`` of nothing."""
    distinct = list(dict.fromkeys(values.values()))
    return None if not distinct else distinct[0] if len(distinct) == 1 else dict(values)


def corrected(audit: Audit) -> tuple[bytes, int]:
    """The printed file with right numbers in place of wrong ones, all else byte for byte.

    Returns:
        Its bytes, and how many numbers could not be put in, because they do not stand in the file in one piece.
    """
    text, kept = audit.printed.text, 0
    changes = []
    for item in audit.judged:
        if item.right and item.verdict in {"differs", "fewer-digits"}:
            span = item.cell.printed.span
            if span is None:
                kept += 1
            else:
                changes.append((*span, item.right))
    for start, end, right in sorted(changes, reverse=True):
        text = text[:start] + right + text[end:]
    return text.encode(audit.printed.encoding), kept


def page(audit: Audit) -> str:
    """``audit.html``: each table as printed, every number marked; hovering or focusing says why."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("benchmark.audit", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    by_cell: dict[int, list[JudgedNumber]] = {}
    for item in audit.judged:
        by_cell.setdefault(id(item.cell.printed.cell), []).append(item)
    used = {item.cell.printed.table for item in audit.judged}
    tables = [_grid(table, by_cell) for table in audit.printed.tables if table.number in used]
    return environment.get_template("audit.html.j2").render(
        audit=audit,
        tables=tables,
        words=WORDS,
        headline=headline(audit),
        protocol=protocol_lines(audit),
        counts=audit.counts,
    )


def _grid(table: PrintedTable, by_cell: Mapping[int, Sequence[JudgedNumber]]) -> dict[str, Any]:
    lines: list[list[dict[str, Any]]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        judged = by_cell.get(id(cell), ())
        lines[cell.row].append({"cell": cell, "parts": _parts(cell.text, judged), "judged": judged})
    return {"table": table, "rows": lines}


def _parts(text: str, judged: Sequence[JudgedNumber]) -> list[tuple[str, JudgedNumber | None]]:
    """A cell's text in pieces: numbers with their verdicts, and what stands between them."""
    parts: list[tuple[str, JudgedNumber | None]] = []
    at = 0
    for item in sorted(judged, key=lambda item: item.cell.printed.number.start):
        number = item.cell.printed.number
        parts += [(text[at : number.start], None), (text[number.start : number.end], item)]
        at = number.end
    return [part for part in [*parts, (text[at:], None)] if part[0]]


def headline(audit: Audit) -> str:
    """The outcome in one line."""
    counts = audit.counts
    parts = [f"{counts['follows']} of {audit.computable} numbers follow"]
    parts += [
        f"{counts[key]} {word}"
        for key, word in (
            ("fewer-digits", "at fewer digits"),
            ("differs", "differ"),
            ("not-computable", "can't be computed"),
        )
        if counts[key]
    ]
    if not audit.computable:
        return f"nothing can be computed: {counts['not-computable']} numbers"
    by_chance = audit.chance
    told = (
        f"; chance gives {by_chance.mean:.1f}, at most {by_chance.most} in 99 % of draws"
        if by_chance is not None
        else ""
    )
    return f"{audit.answer}: {', '.join(parts)}{told}"


def protocol_lines(audit: Audit) -> list[str]:
    """The protocol in words, a line for each part of it."""
    protocol = audit.protocol
    if protocol is None:
        return []
    bases = {name: str(basis) for name, basis in protocol.bases.items()}
    same = len(set(bases.values())) == 1
    lines = (
        [f"all groups: {next(iter(bases.values()))}"]
        if same
        else [f"group {name}: {basis}" for name, basis in bases.items()]
    )
    for name, choice in protocol.choices.items():
        sign = f", {choice.sign}" if name in words.CORRELATIONS else ""
        lines.append(f"{words.SHOWN[name]}: {choice.variant}{sign}{', percent' if choice.scale == 100 else ''}")
    digits = sorted(set(protocol.digits.values()))
    lines.append(f"numbers are {protocol.cut} at {' or '.join(map(str, digits))} digits")
    return lines


def refuse(folder: Path, *, overwrite: bool = False) -> None:
    """Refuse a folder that holds something else than an audit.

    Raises:
        UserError: naming it and what to do.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; name a folder: --output DIR")
    names = {item.name for item in folder.iterdir()} if folder.exists() else set()
    if names and "audit.json" not in names and not overwrite:
        raise UserError(
            f"{folder}: holds other files; name another folder (--output), or write beside them: --overwrite"
        )


def save(audit: Audit, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write all files of an audit.

    Raises:
        UserError: the folder holds something that is not an audit.
    """
    refuse(folder, overwrite=overwrite)
    content, _ = corrected(audit)
    made = {
        "audit.csv": rows(audit).to_csv(index=False, lineterminator="\n").encode(),
        "audit.json": (json.dumps(_plain(record(audit)), ensure_ascii=False, indent=2) + "\n").encode(),
        "audit.html": page(audit).encode(),
        f"corrected{SUFFIX[audit.printed.kind]}": content,
    }
    for name, data in made.items():
        atomic.write_bytes(folder / name, data)
    return [folder / name for name in made]


def _plain(value: Any) -> Any:
    """Values as JSON has them: what is undefined is null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value
