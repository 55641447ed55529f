"""Finds the protocol under which most cells of a table follow from the scores. numpy.

Label and averaging may differ between groups, variant and sign between statistics; all are the same in every row. A choice
that only one cell speaks for is not made: it is an explanation of that cell, not a protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from benchmark.audit import spellings as words
from benchmark.audit.matching import AuditedCell
from benchmark.audit.meanings import Subset
from benchmark.audit.numbers import Cut
from benchmark.audit.premises import (
    DIRECT,
    WEIGHTED,
    Choice,
    Sign,
    TableProtocol,
    agrees_with,
    follows,
    plainness,
    usual,
    value,
)
from benchmark.audit.scores import ScoreFile
from benchmark.audit.values import MEAN_BY, PAIRS, SPLITS, VARIANTS, WITHIN, Basis, ScoreValues
from benchmark.core.errors import UserError
from benchmark.core.words import did_you_mean

PROBES = 8
"""Cells that decide whether a choice is worth being tried on all."""
KEPT = 4
"""Labels of a group that stay in the search after the first look."""
SUPPORT = 2
"""Cells that must speak for a group's own label, or a statistic's unusual variant."""
_LABEL_LIKE = re.compile(r"d?mos|score|label|rating|opinion|jnd|elo|quality|bt|votes?$|prefer", re.IGNORECASE)
_DERIVED, _MOST = 0.5, 0.75


@dataclass(frozen=True, slots=True)
class Alternative:
    """A label for all groups at once, and how many cells follow with it."""

    label: str
    follow: int


@dataclass
class Search:
    """The search over one table's cells.

    Attributes:
        cells: that can be computed as far as their names go.
        values: the scores' side.
        labels: columns that may be the label, of each file by name.
        splits: whether test parts are given.
        directions: of columns of scores.
    """

    cells: Sequence[AuditedCell]
    values: ScoreValues
    labels: Mapping[str, Sequence[str]]
    splits: bool = False
    directions: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.subsets = {cell.subset.name: cell.subset for cell in self.cells}
        rows = [subset for subset in self.subsets.values() if subset.rows is not None]
        parts = {
            name: tuple(other for other in rows if other is not subset and not other.average)
            for name, subset in self.subsets.items()
            if subset.average
        }
        self.start = usual(self.cells, self.directions, parts)
        self.of_group = {name: [cell for cell in self.cells if cell.subset.name == name] for name in self.subsets}
        signs: list[Sign] = ["signed", "magnitude", "oriented"] if self.directions else ["signed", "magnitude"]
        turning = words.CORRELATIONS | {"pair_accuracy"}
        self.signs = {name: signs if name in turning else signs[:1] for name in self.start.choices}

    def best(self) -> TableProtocol:
        """The protocol that most cells follow from; of equals, the plainest."""
        shortlist = {name: self._shortlist(name) for name, subset in self.subsets.items() if subset.rows is not None}
        found = []
        cuts: tuple[Cut, ...] = ("rounded", "truncated")
        for cut in cuts:
            protocol = self._climb(replace(self.start, cut=cut), shortlist)
            found.append((self.count(protocol), protocol))
        rounded, truncated = found
        chosen = truncated[1] if truncated[0] >= rounded[0] + SUPPORT else rounded[1]
        return self._with_averages(chosen)

    def count(self, protocol: TableProtocol, cells: Iterable[AuditedCell] | None = None) -> int:
        """How many cells follow."""
        return sum(1 for cell in (self.cells if cells is None else cells) if follows(cell, protocol, self.values))

    def alternatives(self, protocol: TableProtocol) -> list[Alternative]:
        """Each label that every file of the table has, or has alone, for all groups; those that explain most first."""
        found = []
        for label in dict.fromkeys(label for labels in self.labels.values() for label in labels):
            bases = {
                name: replace(basis, label=label)
                for name, basis in protocol.bases.items()
                if basis.label and label in self._labels_of(self.subsets[name])
            }
            if bases:
                trial = replace(protocol, bases={**protocol.bases, **bases})
                own = [cell for cell in self.cells if cell.subset.name in bases]
                if self._worth(own, trial):
                    found.append(Alternative(label, self.count(trial, own)))
        return sorted(found, key=lambda item: -item.follow)

    def _worth(self, cells: Sequence[AuditedCell], protocol: TableProtocol) -> bool:
        """Whether any of a few cells follows, so that all are worth counting."""
        return self.count(protocol, _spread(cells, 3 * PROBES)) > 0

    def _labels_of(self, subset: Subset) -> Sequence[str]:
        return self.labels.get(subset.file.name, ()) if subset.file is not None else ()

    def _shortlist(self, name: str) -> list[Basis]:
        """The bases of a group that a first look leaves: those that most cells speak for, whatever the sign."""
        subset, cells = self.subsets[name], self.of_group[name]
        labels = self._labels_of(subset)
        ranked = self._ranked(cells, [Basis(label) for label in labels])
        if not ranked or ranked[0][0] < _DERIVED * len(_telling(cells)):
            others = [Basis(label, how) for how in self._averagings(subset) for label in labels]
            ranked = sorted([*ranked, *self._ranked(cells, others)], key=lambda item: (-item[0], plainness(item[1])))
        kept = [basis for count, basis in ranked if count > 0][:KEPT]
        if not ranked or ranked[0][0] < _MOST * len(_telling(cells)):
            # Where few agree, numbers may be mapped ones, which the first look does not try.
            likely = [label for label in labels if _LABEL_LIKE.search(label)] or ([] if kept else labels)
            kept += [basis for label in likely[: 2 * KEPT] if (basis := Basis(label)) not in kept]
        return kept

    def _ranked(self, cells: Sequence[AuditedCell], bases: Sequence[Basis]) -> list[tuple[int, Basis]]:
        """Bases by the number of cells that agree in magnitude, in the usual variants."""
        telling = _telling(cells)
        for how in dict.fromkeys(basis.averaging for basis in bases):
            own = [basis.label for basis in bases if basis.averaging == how]
            self.values.correlations(cells[0].subset, how, own, list(dict.fromkeys(cell.column for cell in telling)))
        quick = [cell for cell in telling if cell.statistic in {"srcc", "plcc"}] or telling
        ranked = []
        for basis in bases:
            cheap = quick[0].statistic in {"srcc", "plcc"} and not basis.averaging.startswith(WITHIN)
            looked = quick if cheap else _spread(quick, PROBES)
            counts = (self._loosely(looked, basis, "rounded"), self._loosely(looked, basis, "truncated"))
            ranked.append((max(counts), basis))
        likely = {basis: not _LABEL_LIKE.search(basis.label) for _, basis in ranked}
        return sorted(ranked, key=lambda item: (-item[0], likely[item[1]]))

    def _loosely(self, cells: Sequence[AuditedCell], basis: Basis, cut: Cut) -> int:
        """How many cells agree in magnitude in the usual variants."""
        count = 0
        for cell in cells:
            choice = self.start.choices[cell.statistic]
            protocol = replace(self.start, bases={cell.subset.name: basis}, cut=cut)
            computed = value(cell, protocol, self.values)
            printed = cell.printed.number.value
            middle = 0.5 * choice.scale if cell.statistic == "pair_accuracy" else 0.0
            loose = middle + np.copysign(computed - middle, printed - middle) if np.isfinite(computed) else computed
            count += agrees_with(cell, float(loose), protocol)
        return count

    def _averagings(self, subset: Subset) -> Iterator[str]:
        """Ways of averaging that a group's rows allow."""
        file, rows = subset.file, subset.rows
        if file is None or rows is None:
            return
        if self.splits:
            yield from SPLITS
        seen: set[bytes] = set()
        for heading, entries in file.groupings.items():
            sizes = np.array([(mask & rows).sum() for mask in entries.values()])
            key = np.concatenate([mask & rows for mask in entries.values()]).tobytes()
            if (sizes >= 2).sum() < 2 or key in seen:
                continue
            seen.add(key)
            if (sizes > 0).sum() >= 4:
                yield MEAN_BY + heading
            if (sizes >= 3).any():
                yield WITHIN + heading

    def _climb(self, protocol: TableProtocol, shortlist: Mapping[str, Sequence[Basis]]) -> TableProtocol:
        """The best of several climbs: from the usual choices; where few cells follow so, from each likely label too.

        Numbers that are mapped follow from no label under the usual choices, and a few follow from a wrong one by chance.
        """
        best, best_count = self._climbed(self._with_bases(protocol, shortlist), shortlist)
        likely = {basis.label for bases in shortlist.values() for basis in bases if _LABEL_LIKE.search(basis.label)}
        for label in sorted(likely) if best_count < _DERIVED * len(self.cells) else ():
            own = {name: basis for name, bases in shortlist.items() for basis in bases if basis == Basis(label)}
            trial, count = self._climbed(replace(protocol, bases={**best.bases, **own}), shortlist)
            if count > best_count:
                best, best_count = trial, count
        return best

    def _climbed(self, start: TableProtocol, shortlist: Mapping[str, Sequence[Basis]]) -> tuple[TableProtocol, int]:
        """Improve choices and bases in turn until nothing changes; and how many cells follow then."""
        best, best_count = start, self.count(start)
        for _ in range(4):
            trial = self._with_bases(self._with_choices(best, shortlist), shortlist)
            count = self.count(trial)
            if count < best_count or trial == best:
                break
            best, best_count = trial, count
        return best, best_count

    def _with_bases(self, protocol: TableProtocol, shortlist: Mapping[str, Sequence[Basis]]) -> TableProtocol:
        """The best basis of each group: one for all groups of a file unless a group's own cells speak against it."""
        bases: dict[str, Basis] = {}
        for file in {
            subset.file.name: subset.file for subset in self.subsets.values() if subset.file is not None
        }.values():
            names = [name for name, subset in self.subsets.items() if subset.file is file and name in shortlist]
            counts = {name: self._counts(name, protocol, _turned(shortlist[name])) for name in names}
            totals: dict[Basis, int] = {}
            for own in counts.values():
                for basis, count in own.items():
                    totals[basis] = totals.get(basis, 0) + count
            if not totals:
                continue
            common = max(totals, key=lambda basis: (totals[basis], *(not item for item in plainness(basis))))
            for name in names:
                own = counts[name]
                if common not in own:
                    own[common] = self._count_of(name, protocol, common)
                best = max(own, key=lambda basis: (own[basis], basis == common))
                gain = own[best] - own[common]
                bases[name] = best if gain >= SUPPORT and gain > len(self.of_group[name]) / 4 else common
        return replace(protocol, bases={**protocol.bases, **bases})

    def _counts(self, name: str, protocol: TableProtocol, bases: Iterable[Basis]) -> dict[Basis, int]:
        allowed = set(self._averagings(self.subsets[name])) | {PAIRS}
        return {basis: self._count_of(name, protocol, basis) for basis in bases if basis.averaging in allowed}

    def _count_of(self, name: str, protocol: TableProtocol, basis: Basis) -> int:
        return self.count(protocol.with_basis(name, basis), self.of_group[name])

    def _with_choices(self, protocol: TableProtocol, shortlist: Mapping[str, Sequence[Basis]]) -> TableProtocol:
        """The best variant and sign of each statistic, given the bases; an unusual one needs cells that speak for it."""
        for statistic, usual_choice in protocol.choices.items():
            cells = [cell for cell in self.cells if cell.statistic == statistic and cell.subset.name in protocol.bases]
            if not cells:
                continue
            best, best_count = usual_choice, self.count(protocol, cells)
            for variant, sign in product(VARIANTS[statistic], self.signs[statistic]):
                if best_count == len(cells):
                    break
                choice = replace(usual_choice, variant=variant, sign=sign)
                trial = protocol.with_choice(statistic, choice)
                support = self._support(choice, best, cells, protocol)
                if choice == usual_choice or (support > 0 and not self._worth(cells, trial)):
                    continue
                count = self.count(trial, cells)
                if count >= best_count + support:
                    best, best_count = choice, count
            protocol = protocol.with_choice(statistic, best)
        return protocol

    def _support(self, choice: Choice, present: Choice, cells: Sequence[AuditedCell], protocol: TableProtocol) -> int:
        """How many cells more must follow for a choice to be made in place of the present one.

        Between two unusual variants one cell decides.
        """
        unusual = present.variant != VARIANTS[cells[0].statistic][0]
        support = 1 if len(cells) == 1 or unusual or choice.variant == present.variant else SUPPORT
        if choice.sign == "magnitude" and present.sign == "signed":
            support += self._signs(protocol, cells)
        return support

    def _signs(self, protocol: TableProtocol, cells: Sequence[AuditedCell]) -> int:
        """How much the printed signs speak against magnitudes, under a protocol of signed numbers.

        Each negative number that should be negative does. In a table without any negative correlation, though some should
        be, magnitudes need no number more than signed ones do: those that tell the two apart may all be wrong.
        """
        printed = [cell.printed.number.value for cell in self.cells if cell.statistic in words.CORRELATIONS]
        computed = [value(cell, protocol, self.values) for cell in cells]
        if min(printed, default=-1.0) >= 0:
            return -1 if any(own < 0 for own in computed) else 0
        return 2 * sum(
            1 for cell, own in zip(cells, computed, strict=True) if cell.printed.number.value < 0 and own < 0
        )

    def _with_averages(self, protocol: TableProtocol) -> TableProtocol:
        """Groups that may be averages over others: tried last, when the others' bases are known."""
        for name, subset in self.subsets.items():
            if not subset.average or not protocol.parts.get(name):
                continue
            cells = self.of_group[name]
            present = self.count(protocol, cells) if subset.pooled else -1
            for how in (DIRECT, WEIGHTED):
                trial = protocol.with_basis(name, Basis("", how))
                count = self.count(trial, cells)
                if count >= present + (SUPPORT if present >= 0 else 1):
                    protocol, present = trial, count
            if name not in protocol.bases:
                protocol = protocol.with_basis(name, Basis("", DIRECT))
        return protocol


def candidate_labels(
    cells: Sequence[AuditedCell], files: Sequence[ScoreFile], wanted: Sequence[str]
) -> dict[str, list[str]]:
    """The columns of each file that may be the label: those asked for, or all numbers that are no method of the table.

    Raises:
        UserError: a label that was asked for is no column of numbers.
    """
    for label in wanted:
        if not any(file.column(label) for file in files):
            known = sorted({name for file in files for name in file.numbers})
            raise UserError(
                f"--label {label!r}: no file of scores has such a column of numbers{did_you_mean(label, known)}"
            )
    found = {}
    for file in files:
        methods = {cell.column for cell in cells if cell.subset.file is file or cell.subset.file is None}
        columns = [name for name, values in file.numbers.items() if name not in methods and _varies(values)]
        asked = [column for label in wanted if (column := file.column(label)) is not None]
        found[file.name] = asked or columns
    return found


def _varies(values: np.ndarray) -> bool:
    known = values[np.isfinite(values)]
    return len(known) > 1 and bool(np.ptp(known) > 0)


def _telling(cells: Sequence[AuditedCell]) -> list[AuditedCell]:
    """The cells that tell labels apart without much computing: correlations, if there are any."""
    return [cell for cell in cells if cell.statistic in words.CORRELATIONS | {"pair_accuracy"}] or list(cells)


def _turned(bases: Iterable[Basis]) -> list[Basis]:
    """Each basis, and the same with the label reversed."""
    return [turned for basis in bases for turned in (basis, replace(basis, reversed=True))]


def _spread(cells: Sequence[AuditedCell], most: int) -> Sequence[AuditedCell]:
    """A few cells from all parts of a list."""
    if len(cells) <= most:
        return cells
    return [cells[int(at)] for at in np.linspace(0, len(cells) - 1, most)]
