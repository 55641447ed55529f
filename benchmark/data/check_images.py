"""The audit's findings about image files: unreadable, of differing size, not listed. Pandas.

Works on the results of ``survey``; called by ``check_table.audit``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from benchmark.core.errors import Problem
from benchmark.data.name_matching import is_image
from benchmark.data.survey import Look
from benchmark.images.orientation import why_sizes_differ
from benchmark.images.sizes import SizePolicy, mismatch

SHOWN = 10
SMALL = 32
VERY_DIFFERENT = 4


class Use(NamedTuple):
    """One place of the table that names a file."""

    role: str
    split: str
    name: str
    path: str
    source: str


def unreadable(table: pd.DataFrame, looks: Mapping[str, Look]) -> list[Problem]:
    """Errors for files that can't be used; warnings about surprises in the others, one line for each kind."""
    sources: dict[str, list[str]] = {}
    for use in uses_of(table, unique=False):
        sources.setdefault(use.path, []).append(use.source)
    problems = []
    kinds: dict[str, list[str]] = {}
    for path, seen in looks.items():
        lines = sources[path]
        if seen.problem:
            several = f" ({len(lines)} pairs need it)" if len(lines) > 1 else ""
            problems.append(Problem("error", seen.problem + several, lines[0]))
        for note in seen.notes:
            kinds.setdefault(note, []).append(path)
    for note, paths in sorted(kinds.items()):
        many = f" and {len(paths) - 1} more files" if len(paths) > 1 else ""
        problems.append(Problem("warning", f"{paths[0]}{many}: {note}"))
    return problems


def image_sizes(table: pd.DataFrame, looks: Mapping[str, Look], sizes: SizePolicy) -> list[Problem]:
    """Pairs whose images differ in size (an error unless the configuration says what to do), and the sizes there are.

    A pair with one image turned by 90° is an error whatever the configuration says: scoring refuses it too.
    """
    problems = []
    differing = 0
    for row, source in zip(table.itertuples(), sources_of(table), strict=True):
        enhanced, reference = looks[str(row.enhanced_path)], looks[str(row.reference_path)]
        if enhanced.problem or reference.problem or enhanced.size == reference.size:
            continue
        differing += 1
        both, orientations = (enhanced.size, reference.size), (enhanced.orientation, reference.orientation)
        turned = why_sizes_differ(both, orientations, sizes.orientation)
        if sizes.size_mismatch == "error" or turned[0]:
            names = (str(row.enhanced), str(row.reference))
            problems.append(Problem("error", mismatch(both, names, *turned), source))
    if differing and sizes.size_mismatch != "error":
        message = f"{differing} pairs differ in size; size_mismatch is {sizes.size_mismatch}"
        problems.append(Problem("warning", message))
    return problems + _all_sizes([seen for seen in looks.values() if not seen.problem])


def _all_sizes(looks: Sequence[Look]) -> list[Problem]:
    if not looks:
        return []
    common = Counter(seen.size for seen in looks).most_common()
    listed = ", ".join(f"{shown_size(size)} ({count} files)" for size, count in common[:SHOWN])
    more = f" … and {len(common) - SHOWN} more sizes" if len(common) > SHOWN else ""
    problems = [Problem("note", f"image sizes: {listed}{more}")]
    small = min(looks, key=lambda seen: seen.width * seen.height)
    large = max(looks, key=lambda seen: seen.width * seen.height)
    if large.width * large.height > VERY_DIFFERENT * small.width * small.height:
        message = (
            f"sizes differ widely: {small.path} is {shown_size(small.size)}, {large.path} is {shown_size(large.size)}"
        )
        problems.append(
            Problem("warning", f"{message}; scores of different sizes may not be comparable (see `resize`)")
        )
    tiny = [seen for seen in looks if min(seen.size) < SMALL]
    if tiny:
        message = (
            f"{len(tiny)} images are less than {SMALL} px wide or high ({tiny[0].path}: {shown_size(tiny[0].size)})"
        )
        problems.append(Problem("warning", f"{message}; many methods refuse them"))
    return problems


def not_listed(table: pd.DataFrame) -> list[Problem]:
    """Warnings, one line per folder: images that lie beside those of the table but are in no usable line."""
    listed: dict[str, set[str]] = {}
    roles: dict[str, set[str]] = {}
    for use in uses_of(table):
        folder, name = os.path.split(use.path)
        listed.setdefault(folder, set()).add(name)
        roles.setdefault(folder, set()).add(use.role)
    problems = []
    for folder, names in sorted(listed.items()):
        try:
            with os.scandir(folder) as entries:
                rest = sorted(entry.name for entry in entries if is_image(entry.name) and entry.name not in names)
        except OSError:
            continue  # every file in it is already reported as unreadable
        if rest:
            of_enhanced = "in no usable choice" if table["mos"].isna().all() else "without a usable label"
            what = of_enhanced if "enhanced" in roles[folder] else "of no enhanced image"
            message = f"{len(rest)} images {what}: {some(rest)}"
            problems.append(Problem("warning", message, folder))
    return problems


def uses_of(table: pd.DataFrame, *, unique: bool = True) -> list[Use]:
    """Where the table names files: references and enhanced images, each once per split, or once per row."""
    uses: dict[tuple[object, ...], Use] = {}
    for number, (row, source) in enumerate(zip(table.itertuples(), sources_of(table), strict=True)):
        for role in ("reference", "enhanced"):
            path = str(getattr(row, f"{role}_path"))
            use = Use(role, str(row.split), str(getattr(row, role)), path, source)
            uses.setdefault((role, use.split, path) if unique else (role, number), use)
    return list(uses.values())


def sources_of(table: pd.DataFrame) -> list[str]:
    """Where each pair is listed (file and line), or else its identifier."""
    return [str(item) for item in (table["source"] if "source" in table.columns else table["pair"])]


def shown_size(size: tuple[int, int]) -> str:
    """Width and height as people write them."""
    return f"{size[0]}×{size[1]}"


def some(names: Sequence[str]) -> str:
    """The first names, and the number of the others."""
    more = f" … and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
