"""Methods that a study trains, as rows over the columns of one data set's run. Imports nothing heavy.

A training is a column of ``scores.csv``; a method with several seeds has one for each, and one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmark.results.scored import ScoredMethod


@dataclass(frozen=True, slots=True)
class StudyColumns:
    """A method that a study trains, as it enters the run of a data set.

    Attributes:
        label: of its row.
        columns: the labels of its trainings' columns; its own where it has a single seed.
        train_on: as in ``ScoredMethod``.
        recipe: likewise.
        lacking: why each of its other trainings has no column.
    """

    label: str
    columns: tuple[str, ...]
    train_on: tuple[str, ...]
    recipe: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What tables must say of a mean over trainings, and of those that are missing; empty for a single training."""
        count = len(self.columns) + len(self.lacking)
        if self.lacking:
            return f"{self.label}: the mean over {len(self.columns)} of {count} training seeds: {self.lacking[0]}."
        return f"{self.label}: the mean over {count} training seeds." if count > 1 else ""


def rows(
    columns: Sequence[ScoredMethod], studied: Sequence[StudyColumns], titles: Mapping[str, str]
) -> list[ScoredMethod]:
    """The methods of a run: one for each column, but one for all trainings of a method that its study trains.

    Args:
        columns: a method for each column.
        studied: the methods that the study trains.
        titles: what plug-ins call themselves, by the labels of columns.
    """
    of_column = {name: item for item in studied for name in item.columns}
    found: dict[str, ScoredMethod] = {}
    for one in columns:
        item = of_column.get(one.label)
        if item is None:
            found[one.label] = one
        elif item.label not in found:
            found[item.label] = _row(item, [other for other in columns if other.label in item.columns], titles)
    return list(found.values())


def _row(item: StudyColumns, trainings: Sequence[ScoredMethod], titles: Mapping[str, str]) -> ScoredMethod:
    """The row of a method: of its only training as it is, else what its trainings have in common."""
    usable = [one for one in trainings if one.status in {"scored", "partial"}]
    first = (usable or trainings)[0]
    if item.columns == (item.label,):
        return replace(first, train_on=item.train_on, recipe=item.recipe)
    reasons = [one.reason for one in trainings if one.status != "scored"] + list(item.lacking)
    more = f" (and {len(reasons) - 1} more of {len(trainings) + len(item.lacking)} trainings)" if reasons[1:] else ""
    return replace(
        first,
        label=item.label,
        title=titles.get(first.label, item.label) if item.label == first.name else item.label,
        training=_common([one.training for one in trainings]),
        settings=_common([one.settings for one in trainings]),
        options=_common([one.options for one in trainings]),
        status="scored" if not reasons else "partial" if usable else first.status,
        reason=f"{reasons[0]}{more}" if reasons else "",
        marks=tuple(dict.fromkeys(mark for one in trainings for mark in one.marks)),
        columns=item.columns,
        train_on=item.train_on,
        recipe=item.recipe,
    )


def _common(every: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What is the same in all of some mappings; each training has its own checkpoint, for instance."""
    return {key: value for key, value in every[0].items() if all(other.get(key) == value for other in every)}
