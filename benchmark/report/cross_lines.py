"""The rows of a matrix across data sets: what each method was trained on, and its counterpart within a data set. Pandas.

A method with ``train_on: own`` is trained anew within each data set. What a paper prints of it is the diagonal of the rows
of the same method that were trained on one whole data set; where such rows are lacking, it has a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.config.printing import TableConfig
from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.results.scored import OWN, ScoredMethod

ITSELF = "each data set itself"
BENEATH = "Not trained here"


@dataclass(frozen=True, slots=True)
class CrossLine:
    """A row.

    Attributes:
        label: the method's.
        method: the method; ``None`` where the study has no value of it.
        on: what the study trained it on; empty for methods that it did not train.
        own: the same method, trained within each data set; ``None`` where there is none.
    """

    label: str
    method: ScoredMethod | None
    on: tuple[str, ...] = ()
    own: ScoredMethod | None = None

    @property
    def trained_on(self) -> str:
        """What it was trained on, as it is printed."""
        if self.on == OWN:
            return ITSELF
        declared = self.method.trained_on if self.method is not None else ""
        return " + ".join(self.on) or declared


def arranged(data: ReportData, spec: TableConfig, datasets: Sequence[str]) -> list[tuple[str, list[CrossLine]]]:
    """The rows under their headings: as configured, else all that the study trains, by what they were trained on.

    Args:
        data: the study's data.
        spec: the table.
        datasets: those of its columns.
    """
    trained = [method for method in data.methods if method.train_on]
    own = [method for method in trained if method.train_on == OWN]
    known = {item.label: CrossLine(item.label, item, item.train_on, _counterpart(item, own)) for item in data.methods}
    if spec.rows is not None:
        return _configured(spec.rows, {**_without_values(data), **known})
    across = sorted((method for method in trained if method not in own), key=lambda item: _place(item, datasets))
    lines = [known[method.label] for method in across]
    within = [known[method.label] for method in own if not _on_diagonal(method, lines, datasets)]
    sets = list(dict.fromkeys(method.train_on for method in across))
    if len(sets) == len(across):
        return [("", [*lines, *within])]
    groups = [(f"Trained on {' + '.join(one)}", [line for line in lines if line.on == one]) for one in sets]
    return [*groups, *([(f"Trained on {ITSELF}", within)] if within else [])]


def _configured(rows: dict[str, list[str]], known: dict[str, CrossLine]) -> list[tuple[str, list[CrossLine]]]:
    """The rows as they were asked for; in a plain list, those that the study does not train stand beneath the others."""
    groups = [
        (heading, [known.get(label, CrossLine(label, None)) for label in labels]) for heading, labels in rows.items()
    ]
    if list(rows) != [""]:
        return groups
    ((_, lines),) = groups
    trained, beneath = [line for line in lines if line.on], [line for line in lines if not line.on]
    return [(heading, some) for heading, some in (("", trained), (BENEATH, beneath)) if some]


def _without_values(data: ReportData) -> dict[str, CrossLine]:
    """Methods that were trained on all data sets of the study, so that none is left to test them, by label."""
    on: dict[str, list[str]] = {}
    for dataset, labels in data.seen.items():
        for label in labels:
            on.setdefault(label, []).append(dataset)
    return {label: CrossLine(label, None, tuple(datasets)) for label, datasets in on.items()}


def _place(method: ScoredMethod, datasets: Sequence[str]) -> tuple[int, list[int]]:
    """Single data sets before several, each in the order of the columns; those without a column last."""
    places = [datasets.index(name) if name in datasets else len(datasets) for name in method.train_on]
    return len(places), places


def _counterpart(method: ScoredMethod, own: Sequence[ScoredMethod]) -> ScoredMethod | None:
    """The method of the same options that is trained within each data set, the one whose training differs least."""
    if len(method.train_on) != 1 or method.train_on == OWN or not method.recipe:
        return None
    alike = [other for other in own if other.name == method.name and _options(other) == _options(method)]
    return min(alike, key=lambda other: len(_differing(method, other)), default=None)


def _options(method: ScoredMethod) -> dict[str, str]:
    return {key: value for key, value in method.recipe.items() if key.startswith("method.")}


def _differing(method: ScoredMethod, other: ScoredMethod) -> list[str]:
    keys = dict.fromkeys((*method.recipe, *other.recipe))
    return [key for key in keys if method.recipe.get(key) != other.recipe.get(key)]


def _on_diagonal(own: ScoredMethod, lines: Sequence[CrossLine], datasets: Sequence[str]) -> bool:
    """Whether each value of a method that is trained within data sets stands on the diagonal of other rows."""
    there = {line.on for line in lines if line.own is own}
    return all((dataset,) in there for dataset in datasets)


def trained_otherwise(lines: Sequence[CrossLine]) -> list[str]:
    """Notes on rows whose diagonal is of a training with other settings than the row's own."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for line in lines:
        if line.method is not None and line.own is not None:
            keys = tuple(key.removeprefix("train.") for key in _differing(line.method, line.own))
            if keys:
                found.setdefault((line.own.title, keys), []).append(line.method.title)
    return [
        f"{title}, on the diagonal, is trained otherwise than {naming.join(rows)}: {naming.join(list(keys))}."
        for (title, keys), rows in found.items()
    ]
