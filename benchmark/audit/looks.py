"""Things that may give a printed number: each looks for one kind of explanation of one cell. numpy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.audit import spellings as words
from benchmark.audit.matching import AuditedCell
from benchmark.audit.meanings import Subset
from benchmark.audit.numbers import alike
from benchmark.audit.premises import Choice, TableProtocol, agrees_with, value
from benchmark.audit.scores import ScoreFile
from benchmark.audit.values import MEAN_BY, PAIRS, VARIANTS, WITHIN, Basis, ScoreValues

LIKELY_CHANCE = 0.2
"""An explanation that chance gives as often as this says nothing."""
CERTAIN = 0.005
ENTRIES = 40
"""A column with more entries gives no subsets that an author may have taken by mistake."""
UNFINISHED = 0.005
"""A fit that ended early is worse than the best one by so large a share at most."""
SMALL = 0.02
"""Differences below it in a whole row are those of other scores (weights, versions), not slips of a digit."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One thing that gives the printed number.

    Attributes:
        kind: ``exchanged``, ``copied``, ``sign``, ``digits``, ``label``, ``subset``, ``statistic``, ``variant``,
            ``averaging``, ``squared``, ``data set``, ``scores``, ``row``.
        text: what it is, for people.
        points_to: the cell, label, subset or column.
        chance: how likely one of the values tried for this kind agrees by chance; 0 where it can't.
    """

    kind: str
    text: str
    points_to: str
    chance: float = 0.0

    def __str__(self) -> str:
        return f"{self.text} ({self.chance:.0%} by chance)" if self.chance > CERTAIN else self.text


@dataclass(frozen=True, slots=True)
class Known:
    """What explanations are looked for in.

    Attributes:
        cells: all cells of the file's tables.
        computed: of each cell that can be computed, by identity.
        protocol: that the table follows.
        values: the scores' side.
        labels: of each file by name.
        files: of scores.
    """

    cells: Sequence[AuditedCell]
    computed: Mapping[int, float]
    protocol: TableProtocol
    values: ScoreValues
    labels: Mapping[str, Sequence[str]]
    files: Sequence[ScoreFile]

    def follows(self, cell: AuditedCell) -> bool:
        """Whether a cell follows."""
        return id(cell) in self.computed and agrees_with(cell, self.computed[id(cell)], self.protocol)

    def same(self, cell: AuditedCell, other: float) -> bool:
        """Whether another value gives the number that a cell prints, at the cell's own digits."""
        return np.isfinite(other) and agrees_with(cell, other, self.protocol)


def _chance(tried: int, cell: AuditedCell, known: Known) -> float:
    """How likely one of so many values agrees by chance: they lie anywhere among the table's numbers of this statistic."""
    own = [other.printed.number.value for other in known.cells if other.statistic == cell.statistic]
    spread = max(float(np.ptp(own)), 0.2 * known.protocol.choices[cell.statistic].scale)
    width = 10.0 ** -max(known.protocol.digits_of(cell), cell.printed.number.digits)
    return float(1 - (1 - min(1.0, width / spread)) ** tried)


def _exchanged(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """Another cell has this cell's value, and this cell has that one's; or this one only has that one's."""
    one_way: list[AuditedCell] = []
    for other in known.cells:
        if other is cell or id(other) not in known.computed or not known.same(cell, known.computed[id(other)]):
            continue
        if known.same(other, known.computed[id(cell)]) and not known.follows(other):
            what = "columns" if other.method == cell.method else "rows" if _same_column(cell, other) else "cells"
            yield Explanation("exchanged", f"exchanged with {other.name} ({what})", other.name)
        elif not (known.follows(other) and _equal(cell, other)):
            one_way.append(other)
    near = [other for other in one_way if _near(cell, other)]
    for other in near or one_way[:1]:
        tried = len(known.computed) if not near else _row_and_column(cell, known)
        yield Explanation("exchanged", f"is what {other.name} should be", other.name, _chance(tried, cell, known))


def _copied(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """The same number is printed elsewhere."""
    equal = [other for other in known.cells if other is not cell and _equal(cell, other)]
    near = [other for other in equal if _near(cell, other)]
    for other in (near or equal)[:3]:
        tried = _row_and_column(cell, known) if near else len(known.cells)
        where = "" if other.printed.table == cell.printed.table else f" of table {other.printed.table}"
        chance = min(_chance(tried, cell, known), LIKELY_CHANCE)  # that two numbers are printed alike is a fact
        yield Explanation("copied", f"copied: equals {other.name}{where}", other.name, chance)


def _equal(cell: AuditedCell, other: AuditedCell) -> bool:
    first, second = cell.printed.number, other.printed.number
    return first.value == second.value and max(first.digits, second.digits) >= 2 and abs(first.value) not in {0.0, 1.0}


def _same_column(cell: AuditedCell, other: AuditedCell) -> bool:
    return cell.subset is other.subset and cell.statistic == other.statistic


def _near(cell: AuditedCell, other: AuditedCell) -> bool:
    return cell.method == other.method or _same_column(cell, other)


def _row_and_column(cell: AuditedCell, known: Known) -> int:
    return sum(1 for other in known.cells if other is not cell and _near(cell, other))


def _sign(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    computed = known.computed[id(cell)]
    if cell.statistic in words.CORRELATIONS and computed and known.same(cell, -computed):
        text = "the magnitude: the sign is lost" if computed < 0 else "the sign is turned"
        yield Explanation("sign", text, cell.name)


def _unfinished(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """A mapped number that is a little worse than the best curve's: the author's fit ended before it."""
    choice, number = known.protocol.choices[cell.statistic], cell.printed.number.value
    computed = known.computed[id(cell)]
    worse = computed - number if cell.statistic == "plcc" else number - computed
    if choice.variant.startswith("logistic") and 0 < worse < UNFINISHED * abs(computed):
        yield Explanation("variant", f"a fit ({choice.variant}) that ended before the best one", choice.variant)


def _digits(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """The printed digits are the right ones with two exchanged, one left out, one doubled, or one another."""
    number, digits = cell.printed.number, known.protocol.digits_of(cell)
    right = _plain(alike(known.computed[id(cell)], number, digits, known.protocol.cut))
    longer = _plain(alike(known.computed[id(cell)], number, digits + 1, known.protocol.cut))
    given = _plain(number.text)
    if len(given) == len(right):
        wrong = [at for at in range(len(given)) if given[at] != right[at]]
        if len(wrong) == 2 and given[wrong[0]] == right[wrong[1]] and given[wrong[1]] == right[wrong[0]]:
            yield Explanation("digits", f"digits exchanged: {right} became {given}", cell.name, 0.0)
        elif len(wrong) == 1:
            chance = _chance(9 * len(right), cell, known)
            yield Explanation(
                "digits", f"one digit is another: {right} became {given}", cell.name, min(chance, LIKELY_CHANCE)
            )
    for source in (right, longer):
        if len(given) == len(source) - 1 and given in _without_one(source) and given != right:
            yield Explanation("digits", f"a digit dropped: {source} became {given}", cell.name)
            return
    if len(given) == len(right) + 1 and right in _without_one(given):
        yield Explanation("digits", f"a digit too many: {right} became {given}", cell.name)
    for power in (10.0, 100.0, 0.1, 0.01):
        if known.same(cell, known.computed[id(cell)] * power):
            yield Explanation("digits", f"the decimal mark moved: {power:g} times", cell.name)


def _plain(text: str) -> str:
    """The digits of a number, without sign, mark and leading zero."""
    return text.lstrip("+-−–").replace(".", "").replace(",", "").lstrip("0") if float(_float(text)) else text


def _float(text: str) -> str:
    return text.replace("−", "-").replace("–", "-").replace(",", ".")


def _without_one(text: str) -> set[str]:
    return {text[:at] + text[at + 1 :] for at in range(len(text))}


def _tried(
    cell: AuditedCell, known: Known, kind: str, candidates: Sequence[tuple[str, str, Callable[[], float]]]
) -> Iterator[Explanation]:
    """Explanations of one kind: each candidate's text, target and value."""
    chance = _chance(len(candidates), cell, known)
    for text, target, compute in candidates:
        if known.same(cell, compute()):
            yield Explanation(kind, text, target, chance)


def _with_basis(cell: AuditedCell, known: Known, basis: Basis, subset: Subset | None = None) -> float:
    place = subset or cell.subset
    return value(replace(cell, subset=place), known.protocol.with_basis(place.name, basis), known.values)


def _basis(cell: AuditedCell, known: Known) -> Basis:
    return known.protocol.bases.get(cell.subset.name, Basis(""))


def _label(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    basis = _basis(cell, known)
    others = (
        [label for label in known.labels.get(cell.subset.file.name, ()) if label != basis.label]
        if cell.subset.file
        else []
    )
    made = [
        (
            f"computed with the label {label}",
            f"label {label}",
            lambda label=label: _with_basis(cell, known, replace(basis, label=label)),
        )
        for label in others
    ]
    yield from _tried(cell, known, "label", made)


def _subset(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """The value of other rows of the same file: the table's other groups, all rows, entries of its columns."""
    file, basis = cell.subset.file, _basis(cell, known)
    if file is None or cell.subset.rows is None:
        return
    places: dict[bytes, Subset] = {}
    for other in known.cells:
        if other.subset.file is file and other.subset.rows is not None:
            places.setdefault(other.subset.rows.tobytes(), other.subset)
    places.setdefault(np.ones(file.n, dtype=bool).tobytes(), Subset("all rows", file, np.ones(file.n, dtype=bool)))
    for heading, entries in file.groupings.items():
        for entry, rows in entries.items() if len(entries) <= ENTRIES else ():
            places.setdefault(rows.tobytes(), Subset(f"{heading} = {entry}", file, rows))
            places.setdefault((~rows).tobytes(), Subset(f"all but {heading} = {entry}", file, ~rows))
    places.pop(cell.subset.rows.tobytes(), None)
    if cell.statistic not in {"srcc", "plcc"}:
        places = dict(list(places.items())[: 3 * ENTRIES])
    made = [
        (
            f"computed on {place.name or 'all rows'}",
            place.name or "all rows",
            lambda place=place: _with_basis(cell, known, basis, place),
        )
        for place in places.values()
    ]
    yield from _tried(cell, known, "subset", made)


def _statistic(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """Another statistic of the same method and rows."""
    choice = known.protocol.choices[cell.statistic]
    made = []
    for name in ("srcc", "plcc", "krcc"):
        if name != cell.statistic and cell.statistic in words.CORRELATIONS:
            other = known.protocol.choices.get(name, Choice(VARIANTS[name][0], choice.sign, choice.scale))
            protocol = known.protocol.with_choice(name, replace(other, scale=choice.scale))
            made.append(
                (
                    f"is the {words.SHOWN[name]}",
                    words.SHOWN[name],
                    lambda name=name, protocol=protocol: value(replace(cell, statistic=name), protocol, known.values),
                )
            )
    yield from _tried(cell, known, "statistic", made)


def _variant(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """The same statistic in another variant: mapped instead of raw, another tau."""
    choice = known.protocol.choices[cell.statistic]
    made = []
    for variant in VARIANTS[cell.statistic]:
        if variant != choice.variant:
            protocol = known.protocol.with_choice(cell.statistic, replace(choice, variant=variant))
            made.append(
                (
                    f"{variant} instead of {choice.variant}",
                    variant,
                    lambda protocol=protocol: value(cell, protocol, known.values),
                )
            )
    yield from _tried(cell, known, "variant", made)


def _averaging(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    file, basis = cell.subset.file, _basis(cell, known)
    if file is None:
        return
    hows = [PAIRS, *(prefix + heading for heading in file.groupings for prefix in (MEAN_BY, WITHIN))]
    made = [
        (
            f"{how} instead of {basis.averaging}",
            how,
            lambda how=how: _with_basis(cell, known, replace(basis, averaging=how)),
        )
        for how in hows
        if how != basis.averaging
    ]
    yield from _tried(cell, known, "averaging", made[:ENTRIES])


def _squared(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    scale = known.protocol.choices[cell.statistic].scale
    share = known.computed[id(cell)] / scale
    if cell.statistic not in words.CORRELATIONS:
        return
    if known.same(cell, scale * share**2):
        yield Explanation("squared", "the correlation squared", cell.name)
    elif known.same(cell, scale * abs(share) ** 0.5):
        yield Explanation("squared", "the square root of the correlation", cell.name)


def _data_set(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """The value of another file's scores of the same method, on all rows or on the table's groups."""
    basis = _basis(cell, known)
    places = [
        Subset(file.name, file, np.ones(file.n, dtype=bool)) for file in known.files if file is not cell.subset.file
    ]
    made = []
    for place in places:
        assert place.file is not None
        column = place.file.column(cell.column) or place.file.column(cell.method)
        own = next(
            (
                known.protocol.bases[other.subset.name].label
                for other in known.cells
                if other.subset.file is place.file and other.subset.name in known.protocol.bases
            ),
            "",
        )
        for label in dict.fromkeys((own, *known.labels.get(place.file.name, ())[:3])):
            if column is not None and label:
                trial = replace(basis, label=label, averaging=PAIRS)
                made.append(
                    (
                        f"computed on the scores of {place.name}",
                        place.name,
                        lambda place=place, column=column, trial=trial: _with_basis(
                            replace(cell, column=column), known, trial, place
                        ),
                    )
                )
    yield from _tried(cell, known, "data set", made)


def _other_scores(cell: AuditedCell, known: Known) -> Iterator[Explanation]:
    """The value of another column of scores in the same file."""
    file = cell.subset.file
    if file is None or cell.statistic not in {"srcc", "plcc"}:
        return
    used = {other.column for other in known.cells} | {_basis(cell, known).label}
    made = [
        (
            f"computed from the column {column}",
            f"column {column}",
            lambda column=column: value(replace(cell, column=column), known.protocol, known.values),
        )
        for column in file.numbers
        if column not in used
    ]
    yield from _tried(cell, known, "scores", made)


LOOKS: tuple[Callable[[AuditedCell, Known], Iterator[Explanation]], ...] = (
    _exchanged,
    _sign,
    _copied,
    _unfinished,
    _digits,
    _variant,
    _statistic,
    _squared,
    _label,
    _subset,
    _data_set,
    _averaging,
    _other_scores,
)
