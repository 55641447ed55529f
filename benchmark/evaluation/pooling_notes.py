"""The notes of the analysis over data sets: how it pools, what is missing, who shares photographs, what ranks say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmark.statistics.catalogue import find
from benchmark.statistics.friedman import FEWEST_SETS, Ranked

ALIKE = 0.5
"""Share of the smaller data set's references whose names the other has too, from which a note asks if they are the same."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A method without a value that could be pooled, on one data set, and why."""

    label: str
    place: str
    why: str


def how_pooled(names: Sequence[str], confidence: float, fewest: int, *, corrected: bool) -> Iterator[str]:
    """How data sets are pooled, and a warning where there are few."""
    tested = "after Holm's correction over all pairs of methods" if corrected else "without correction"
    yield (
        f"Pooled over {len(names)} data sets ({', '.join(names)}): random effects on Fisher's z; variances within by the "
        f"jackknife over references (or clusters), between by Paule and Mandel; {confidence * 100:.4g} % intervals by "
        f"Hartung and Knapp, Student's t; p-values of differences {tested}."
    )
    if len(names) < fewest:
        yield f"Unreliable: fewer than five data sets ({len(names)}); how far they differ can't be known from so few."


def lacking_notes(lacking: Sequence[Lacking], statistic: str, sets: int) -> Iterator[str]:
    """Of each method that is pooled over fewer data sets than there are, which it lacks and why."""
    by_label: dict[str, list[Lacking]] = {}
    for item in lacking:
        by_label.setdefault(item.label, []).append(item)
    for label, items in by_label.items():
        where = "; ".join(f"{item.place}: {item.why or 'undefined'}" for item in items)
        yield f"{label}: {find(statistic).title} pooled over {sets - len(items)} of {sets} data sets ({where})."


def unknown_names(shared: Sequence[Sequence[str]], known: Collection[str]) -> Iterator[str]:
    """Names of data sets that share photographs, as was said, which are not there."""
    for name in dict.fromkeys(name for group in shared for name in group if name not in known):
        yield f"report.pooling.shared names {name!r}, which is not among the data sets ({', '.join(known)})."


def counted_once(shared: Sequence[Sequence[str]], known: Collection[str]) -> Iterator[str]:
    """The data sets that count as one."""
    for group in shared:
        here = [name for name in known if name in group]
        if len(here) > 1:
            yield (
                f"{', '.join(here)} count as one data set, since they share photographs: the mean of their z, with the mean "
                "of their standard errors."
            )


def perhaps_shared(references: Mapping[str, set[str]], shared: Sequence[Sequence[str]]) -> Iterator[str]:
    """Data sets whose references have the same names, and that were not said to share photographs."""
    for (first, one), (second, other) in combinations(references.items(), 2):
        common = len(one & other)
        together = any(first in group and second in group for group in shared)
        if not together and common and common >= ALIKE * min(len(one), len(other)):
            yield (
                f"{first} and {second} have {common} references of the same name. If these are the same photographs, the "
                f"data sets are not independent: report.pooling.shared: [[{first}, {second}]] counts them once."
            )


def rank_notes(statistic: str, found: Ranked | None, sets: int, methods: int, complete: int) -> list[str]:
    """What the ranks over data sets say, or why they are not compared."""
    title = find(statistic).title
    if sets < FEWEST_SETS:
        return [
            f"Ranks are not compared over data sets (Friedman, Nemenyi): that needs at least {FEWEST_SETS}, and there are "
            f"{sets}."
        ]
    if found is None:
        return [f"{title}: ranks are not compared: fewer than two methods have a value on all data sets."]
    freedom = (complete - 1, (complete - 1) * (found.sets - 1))
    left_out = f" ({methods - complete} without a value on all data sets left out)" if complete < methods else ""
    return [
        f"{title}: mean ranks of {complete} methods over {found.sets} data sets{left_out}: Friedman's chi² = "
        f"{found.chi_squared:.2f}, {_p(found.p_value)}; Iman and Davenport's F({freedom[0]}, {freedom[1]}) = {found.f:.2f}, "
        f"{_p(found.f_p_value)}; Nemenyi's critical difference {found.critical:.2f}."
    ]


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
