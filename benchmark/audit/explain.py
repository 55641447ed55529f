"""What happened to a cell that does not follow: what gives its printed number, and what that points to. numpy.

An explanation is a value that something else gives. Of many values tried some agree by chance; how likely that is stands
beside each explanation that is not certain, and those that chance explains as well are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmark.audit.looks import CERTAIN, LIKELY_CHANCE, LOOKS, SMALL, Explanation, Known
from benchmark.audit.matching import AuditedCell
from benchmark.audit.premises import value


def explain(cell: AuditedCell, known: Known) -> list[Explanation]:
    """The explanations of one cell, the likeliest first; each kind and target once."""
    found: list[Explanation] = []
    for look in LOOKS:
        found += look(cell, known)
    kept: dict[tuple[str, str], Explanation] = {}
    for item in found:
        if item.chance <= LIKELY_CHANCE:
            kept.setdefault((item.kind, item.points_to), item)
    return list(kept.values())


def explain_all(cells: Sequence[AuditedCell], known: Known) -> dict[int, list[Explanation]]:
    """The explanations of all cells that differ, by identity; what a whole row has in common comes first."""
    found = {id(cell): explain(cell, known) for cell in cells}
    for method in dict.fromkeys(cell.method for cell in cells):
        own = [cell for cell in cells if cell.method == method]
        row = [cell for cell in known.cells if cell.method == method and id(cell) in known.computed]
        if len(own) < 3 or 2 * len(own) <= len(row):
            continue
        common = _row(own, row, known)
        told = sum(
            1 for cell in own if any(item.chance <= CERTAIN and item.kind != "digits" for item in found[id(cell)])
        )
        if 2 * told > len(own) and any(item.kind == "row" for item in common):
            common = []
        slight = np.median([_apart(cell, known) for cell in own]) < SMALL
        for cell in own:
            rest = [item for item in found[id(cell)] if not slight or (item.kind != "digits" and not item.chance)]
            found[id(cell)] = [*common, *rest]
    return found


def _apart(cell: AuditedCell, known: Known) -> float:
    return abs(cell.printed.number.value - known.computed[id(cell)]) / known.protocol.choices[cell.statistic].scale


def _row(own: Sequence[AuditedCell], row: Sequence[AuditedCell], known: Known) -> list[Explanation]:
    """What most cells of a method have in common: another column of scores, or other scores altogether."""
    columns = {name for file in known.files for name in file.numbers}
    for column in sorted(columns):
        hits = [
            cell for cell in own if known.same(cell, value(replace(cell, column=column), known.protocol, known.values))
        ]
        if len(hits) >= 2 and 2 * len(hits) > len(own):
            text = f"the scores of column {column} give {len(hits)} of this method's {len(own)} numbers that differ"
            return [Explanation("scores", text, column)]
    if len(own) > 0.8 * len(row):
        return [
            Explanation(
                "row",
                "most numbers of this method differ: other scores (weights, version, implementation)",
                own[0].method,
            )
        ]
    return []
