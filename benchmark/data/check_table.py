"""Audits a data set for ``check``: everything that is or may be wrong with it, in one pass. Pandas; looks at every image.

Checks of the table of pairs are here, those of image files in ``check_images`` (unreadable, sizes), ``check_reading``
(decoding) and ``check_copies`` (repeated pictures). Each finding is one ``Problem``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmark.core.errors import DataError, Problem, UserError
from benchmark.data import check_copies, check_images, check_reading, choices, pairs
from benchmark.data.survey import survey
from benchmark.images.sizes import SizePolicy
from benchmark.plugins import data_set_check
from benchmark.plugins.contracts import Dataset

SEVERITIES = ("error", "warning", "note")


def audit(
    dataset: Dataset,
    table: pd.DataFrame | None = None,
    *,
    sizes: SizePolicy | None = None,
    learned: bool = False,
    whole: bool = True,
    arrange: Callable[[pd.DataFrame], pd.DataFrame] = lambda table: table,
    progress: Callable[[int, int], None] | None = None,
) -> list[Problem]:
    """Everything worth knowing about a data set before a run.

    Args:
        dataset: the data set; it is read here, so that wrong label lines don't hide wrong images.
        table: its complete table of pairs if it was read already.
        sizes: how images are prepared; default: as an empty configuration does.
        learned: whether a learned method is scored: then images shared by training and test are an error.
        arrange: gives the table the splits that a run will use: those of the folds, if one is left out.
        whole: decode every image, which alone finds files that are cut off; otherwise only headers are read.
        progress: called with the number of images seen and of all images.

    Returns:
        Findings: errors, then warnings, then notes.
    """
    sizes = sizes or SizePolicy()
    problems: list[Problem] = []
    if table is None:
        table, problems = read(dataset)
    stated = {problem.message for problem in problems}
    problems = problems + [Problem("note", note) for note in data_set_check.notes_of(dataset) if note not in stated]
    if table is not None:
        table = arrange(table)
        paths = [*table["reference_path"], *table["enhanced_path"]]
        looks = survey(paths, sizes=sizes, whole=whole, sketched=paths[: len(table)], progress=progress)
        published = _as_published(dataset, table)
        problems += counts(table) + balance(table, published=published) + labels(table)
        problems += check_images.unreadable(table, looks) + check_images.image_sizes(table, looks, sizes)
        problems += check_reading.orientations(table, looks, sizes) + check_reading.bit_depths(looks, sizes)
        problems += check_copies.unenhanced(table, looks, sizes)
        problems += check_copies.duplicates(table, looks, learned=learned)
        problems += check_copies.shared_references(table, looks, learned=learned)
        problems += check_copies.suspected(table, looks)
        problems += [] if published else check_images.not_listed(table)
    return sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))


def read(dataset: Dataset) -> tuple[pd.DataFrame | None, list[Problem]]:
    """The usable pairs (``None``: none) and the problems with the others.

    The table keeps a column ``source`` (list and line of each pair) where the data set has it.
    """
    try:
        table, problems = data_set_check.examined(dataset)
        data_set_check.labels_of(dataset)  # known once the table is read
    except DataError as error:
        return None, list(error.problems)
    except UserError as error:
        return None, [Problem("error", str(error))]
    if table.empty:
        return None, problems or [Problem("error", "the data set has no pairs")]
    labelled = True
    try:
        chosen = data_set_check.choices_of(dataset)
        labelled = chosen is None
        full = pairs.complete(table, labelled=labelled)
        problems = [*problems, *_choices(chosen, full)]
    except DataError as error:
        problems = [*problems, *error.problems]
        sound = _sound(table, labelled=labelled)
        if sound is None:
            return None, problems
        table, full = sound
    except UserError as error:
        return None, [*problems, Problem("error", str(error))]
    if "source" in table.columns:
        full["source"] = table["source"].to_numpy()
    return full, problems


def _choices(chosen: pd.DataFrame | None, full: pd.DataFrame) -> list[Problem]:
    """What is wrong with the choices of a data set, or a note on them."""
    if chosen is None:
        return []
    try:
        known = choices.complete(chosen, full)
    except DataError as error:
        return list(error.problems)
    groups = [name for name in dict.fromkeys(known["condition"]) if name]
    among = f" in {len(groups)} groups ({', '.join(groups)})" if len(groups) > 1 else ""
    least, most = known["votes"].min(), known["votes"].max()
    votes = "" if known["votes"].isna().all() else f", {least:g}{f' to {most:g}' if most > least else ''} votes each"
    used = len(set(known["first"]) | set(known["second"]))
    between = f"{used:,} images of {known['reference'].nunique():,} references"
    return [Problem("note", f"{len(known):,} choices between {between}{among}{votes}")]


def _sound(table: pd.DataFrame, *, labelled: bool) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Rows with a usable label and an unrepeated pair, so that these can be checked although others are wrong."""
    required = {column for column in pairs.REQUIRED if labelled or column != "mos"}
    if not required <= set(table.columns) or table.columns.has_duplicates:
        return None
    key = [column for column in ("split", "pair", "enhanced") if column in table.columns]
    usable = np.ones(len(table), dtype=bool)
    if "mos" in table.columns:
        mos = pd.to_numeric(table["mos"], errors="coerce").to_numpy(dtype=float)
        usable = np.isfinite(mos) | (table["mos"].isna().to_numpy() & (not labelled))
    rest = table[usable].drop_duplicates(key[:-1] if "pair" in key else key)
    try:
        return None if rest.empty else (rest, pairs.complete(rest, labelled=labelled))
    except DataError:  # another column is wrong too, which is already reported
        return None


def counts(table: pd.DataFrame) -> list[Problem]:
    """Notes on the numbers of pairs, references and conditions in each split."""
    problems = []
    for split, rows in _splits(table):
        pairs_of = rows["condition"].value_counts(sort=False)
        listed = ", ".join(f"{name or 'unnamed'} {count}" for name, count in sorted(pairs_of.items())[:30])
        more = f" … and {len(pairs_of) - 30} more" if len(pairs_of) > 30 else ""
        message = f"{len(rows)} pairs of {rows['reference'].nunique()} references; pairs by condition: {listed}{more}"
        problems.append(Problem("note", f"{split}{message}"))
    return problems


def _as_published(dataset: Dataset, table: pd.DataFrame) -> bool:
    """Whether these are as many pairs and references as the set's authors published: then nothing is missing."""
    published = (dataset.info.pairs, dataset.info.references)
    return published == (len(table), table["reference"].nunique())


def balance(table: pd.DataFrame, *, published: bool = False) -> list[Problem]:
    """Warnings about references that lack a condition or repeat it, and conditions that may be one and the same.

    Args:
        table: the complete table of pairs.
        published: whether it is a whole published set, whose conditions are as its authors made them.
    """
    problems = []
    for split, rows in _splits(table):
        conditions = [str(name) for name in rows["condition"].unique()]
        if rows["mos"].isna().all():  # choices: images need no condition, and there is no grid of them
            problems += _one_spelling(split, conditions)
        elif conditions == [""]:
            problems.append(Problem("warning", f"{split}no pair has a condition: no results by enhancement algorithm"))
        elif len(conditions) > max(2, len(rows) // 2):
            message = f"{len(conditions)} conditions in {len(rows)} pairs: set condition_pattern?"
            problems.append(Problem("warning", f"{split}{message} They are {check_images.some(conditions)}"))
        else:
            problems += _one_spelling(split, conditions) + ([] if published else _everywhere(split, rows))
    return problems


def _one_spelling(split: str, conditions: list[str]) -> list[Problem]:
    spellings: dict[str, list[str]] = {}
    for name in sorted(conditions):
        spellings.setdefault(name.casefold(), []).append(name)
    return [
        Problem("warning", f"{split}the conditions {' and '.join(names)} differ only in case; they count as different")
        for names in spellings.values()
        if len(names) > 1
    ]


def _everywhere(split: str, rows: pd.DataFrame) -> list[Problem]:
    """References with a condition less or more often than is usual for that condition."""
    table = pd.crosstab(rows["condition"], rows["reference"])
    problems = []
    for condition, line in zip(table.index.astype(str), table.to_numpy(), strict=True):
        usual = int(np.median(line[line > 0]))
        for differing, how in ((line < usual, "fewer"), (line > usual, "more")):
            names = [str(name) for name in table.columns[differing]]
            if names:
                share = f"{len(names)} of {table.shape[1]} references have {how} than {usual} of its pairs"
                message = f"condition {condition or 'unnamed'} is unbalanced: {share}: {check_images.some(names)}"
                problems.append(Problem("warning", split + message))
    return problems


def labels(table: pd.DataFrame) -> list[Problem]:
    """Range of the labels in each split; warnings where they are constant or the splits' scales seem to differ."""
    problems = []
    ranges: list[tuple[str, float, float]] = []
    for split, rows in _splits(table):
        mos = rows["mos"].dropna()
        if mos.empty:  # only choices
            continue
        low, high = float(mos.min()), float(mos.max())
        message = f"labels from {low:g} to {high:g}, {mos.nunique()} different values in {len(rows)} pairs"
        problems.append(Problem("note", split + message))
        ranges.append((split, low, high))
        if low == high:
            message = f"every label is {low:g}: no correlation can be computed"
            problems.append(Problem("warning", split + message))
            continue
        for condition, part in rows.groupby("condition", sort=True)["mos"]:
            if len(part) > 1 and part.nunique() == 1 and condition:
                message = f"every label of condition {condition!s} is {part.iloc[0]:g}: no correlation within it"
                problems.append(Problem("warning", split + message))
    return problems + _scales(ranges)


def _scales(ranges: list[tuple[str, float, float]]) -> list[Problem]:
    """Warnings about two splits whose ranges don't overlap, or differ in width by a factor of five."""
    problems = []
    for index, (split, low, high) in enumerate(ranges):
        for other, other_low, other_high in ranges[:index]:
            apart = low > other_high or high < other_low
            widths = sorted((high - low, other_high - other_low))
            if apart or (widths[0] > 0 and widths[1] > 5 * widths[0]):
                message = f"the labels seem to be on another scale than those of {other.removesuffix(': ')}"
                shown = f"({low:g} to {high:g}, {other_low:g} to {other_high:g})"
                problems.append(Problem("warning", f"{split}{message} {shown}"))
    return problems


def _splits(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The rows of each split, with the first words of a message about it."""
    groups = table.groupby("split", sort=False)
    return [(f"split {name!s}: " if name else "", rows) for name, rows in groups]
