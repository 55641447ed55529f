"""The efficiency table: what each method costs, from what was recorded while it scored (``run.json``: ``efficiency``)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from benchmark.config.printing import EFFICIENCY
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid

# key in the record, heading, digits, factor
COLUMNS = (
    ("parameters", "Parameters (M)", 2, 1e-6),
    ("gflops", "GFLOPs a pair", 1, 1.0),
    ("milliseconds", "Time a pair (ms)", 1, 1.0),
    ("memory_mib", "Peak memory (MiB)", 0, 1.0),
)


def efficiency_table(data: ReportData) -> Grid | None:
    """The table, fastest method first; ``None`` where nothing was recorded.

    ``data.record["efficiency"]`` maps a method's label to any of ``parameters`` (a count), ``gflops``, ``milliseconds``
    (per pair, including its share of the reference's work) and ``memory_mib``. Of a method that was trained several times
    it has one entry a training, which cost the same: the first is shown.
    """
    recorded = data.record.get("efficiency")
    if not isinstance(recorded, Mapping):
        return None
    found = [(method.title, recorded.get(method.single[0].label)) for method in data.methods]
    entries = [(title, entry) for title, entry in found if isinstance(entry, Mapping)]
    used = [column for column in COLUMNS if any(_number(entry, column[0]) is not None for _, entry in entries)]
    if not used:
        return None
    entries.sort(key=lambda item: _number(item[1], "milliseconds") or math.inf)
    rows = tuple((title, *(_text(entry, *column) for column in used)) for title, entry in entries)
    header = ("Method", *(heading for _, heading, _, _ in used))
    return Grid(EFFICIENCY, f"What the methods cost: {data.title}.", header, rows, tuple(_notes(data)))


def _text(entry: Mapping[str, Any], key: str, _heading: str, digits: int, factor: float) -> str:
    value = _number(entry, key)
    return "" if value is None else f"{value * factor:,.{digits}f}"


def _number(entry: Mapping[str, Any], key: str) -> float | None:
    value = entry.get(key)
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if known and value is not None else None


def _notes(data: ReportData) -> list[str]:
    """Notes on the machine and the way in which costs were measured."""
    parts = [f"device {data.record['device']}"] if isinstance(data.record.get("device"), str) else []
    if isinstance(data.record.get("threads"), int):
        parts.append(f"{data.record['threads']} thread(s) a worker")
    machine = data.record.get("machine")
    if isinstance(machine, Mapping):
        parts += [str(machine[key]) for key in ("processor", "cpu", "gpu") if machine.get(key)]
    return [f"Measured while scoring: {', '.join(parts)}."] if parts else []
