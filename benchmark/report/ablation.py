"""Tables of ablations: which rows are variants of one method, and the options in which they differ. Standard library only.

``table`` builds such a table like any other; here it gets its columns of options, which the formats print before the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.printed import ComparisonTable
from benchmark.results.scored import ScoredMethod

CHOSEN_BY_CHANCE = frozenset({"train.seed"})
"""Settings of a training in which variants may differ without another being tested."""


def variants(data: ReportData) -> list[tuple[str, list[str]]]:
    """The methods that have several entries: their titles, if there are several such methods, and the entries' labels."""
    counted = Counter(method.name for method in data.methods)
    names = list(dict.fromkeys(method.name for method in data.methods if counted[method.name] > 1))
    groups = [(name, [method.label for method in data.methods if method.name == name]) for name in names]
    return groups if len(groups) > 1 else [("", labels) for _, labels in groups]


def with_options(data: ReportData, table: ComparisonTable) -> ComparisonTable:
    """A table with a column for each option that is not the same in all its rows, and the notes that belong to them.

    A row of a method that has no such option, or whose options are not recorded, has an empty cell there.
    """
    known = {method.label: method for method in data.methods}
    shown = [known[label] for label in dict.fromkeys(row.label for row in table.rows) if label in known]
    names = differing(shown)

    def options_of(label: str) -> tuple[str, ...]:
        own = known[label].options if label in known else {}
        return tuple(own.get(name, "") for name in names)

    groups = tuple(
        replace(group, rows=tuple(replace(row, options=options_of(row.label)) for row in group.rows))
        for group in table.groups
    )
    return replace(table, options=names, groups=groups, notes=(*_notes(shown, names), *table.notes))


def differing(methods: Sequence[ScoredMethod]) -> tuple[str, ...]:
    """The options that are not the same in all of some methods, in the order of the methods' own."""
    names = dict.fromkeys(name for method in methods for name in method.options)
    return tuple(name for name in names if len({method.options.get(name) for method in methods}) > 1)


def _notes(methods: Sequence[ScoredMethod], names: Sequence[str]) -> list[str]:
    notes = []
    values = {method.options.get(name, "") for method in methods for name in names}
    marked = [
        f"{mark}: {text}"
        for mark, text in ((naming.CHECK, "with"), (naming.MISSING, "without"))
        if any(naming.option(value) == mark for value in values)
    ]
    if marked:
        notes.append(f"{', '.join(marked)} this part or option.")
    if not names:
        notes.append("These rows differ in no recorded option.")
    unknown = [method.title for method in methods if not method.options]
    if unknown and len(methods) > 1:
        notes.append(f"No options are recorded of {naming.join(unknown)}.")
    several = list(dict.fromkeys(method.name for method in methods))
    if len(several) > 1:
        notes.append(
            f"The rows are of several methods, {naming.join(several)}, and may differ in more than their options."
        )
    return notes + _trained_otherwise(methods, names)


def _trained_otherwise(methods: Sequence[ScoredMethod], names: Sequence[str]) -> list[str]:
    """A note on settings of their trainings that differ beside the options in the columns."""
    trained = [method for method in methods if method.training]
    stated = {*(f"method.{name}" for name in names), *CHOSEN_BY_CHANCE}
    keys = dict.fromkeys(key for method in trained for key in method.training if key not in stated)
    other = [key for key in keys if len({method.training.get(key) for method in trained}) > 1]
    return [f"Their trainings differ in more than these options: {naming.join(other)}."] if other else []
