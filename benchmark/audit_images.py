"""The audit's findings about image files: unreadable, of differing size, twice there, shared by splits, not listed. Pandas.

Works on what ``survey`` saw; called by ``audit``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from benchmark.errors import Problem, Severity
from benchmark.names import is_image
from benchmark.survey import Look

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
    """Errors: files that can't be used. Warnings: what a reader may not expect of the others, one line each kind."""
    sources: dict[str, list[str]] = {}
    for use in _uses(table, unique=False):
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


def image_sizes(table: pd.DataFrame, looks: Mapping[str, Look], size_mismatch: str) -> list[Problem]:
    """Pairs whose images differ in size (an error unless the configuration says what to do), and the sizes there are."""
    problems = []
    differing = 0
    for row, source in zip(table.itertuples(), _sources(table), strict=True):
        enhanced, reference = looks[str(row.enhanced_path)], looks[str(row.reference_path)]
        if enhanced.problem or reference.problem or enhanced.size == reference.size:
            continue
        differing += 1
        if size_mismatch == "error":
            message = (
                f"{row.enhanced} is {_size(enhanced.size)}, its reference {row.reference} is {_size(reference.size)}"
            )
            how = "set size_mismatch to resize-reference, resize-enhanced or crop"
            problems.append(Problem("error", f"{message}; {how}", source))
    if differing and size_mismatch != "error":
        problems.append(Problem("warning", f"{differing} pairs differ in size; size_mismatch is {size_mismatch}"))
    return problems + _all_sizes([seen for seen in looks.values() if not seen.problem])


def _all_sizes(looks: Sequence[Look]) -> list[Problem]:
    if not looks:
        return []
    common = Counter(seen.size for seen in looks).most_common()
    listed = ", ".join(f"{_size(size)} ({count} files)" for size, count in common[:SHOWN])
    more = f" … and {len(common) - SHOWN} more sizes" if len(common) > SHOWN else ""
    problems = [Problem("note", f"image sizes: {listed}{more}")]
    small = min(looks, key=lambda seen: seen.width * seen.height)
    large = max(looks, key=lambda seen: seen.width * seen.height)
    if large.width * large.height > VERY_DIFFERENT * small.width * small.height:
        message = f"sizes differ widely: {small.path} is {_size(small.size)}, {large.path} is {_size(large.size)}"
        problems.append(
            Problem("warning", f"{message}; scores of different sizes may not be comparable (see `resize`)")
        )
    tiny = [seen for seen in looks if min(seen.size) < SMALL]
    if tiny:
        message = f"{len(tiny)} images are less than {SMALL} px wide or high ({tiny[0].path}: {_size(tiny[0].size)})"
        problems.append(Problem("warning", f"{message}; many methods refuse them"))
    return problems


def duplicates(table: pd.DataFrame, looks: Mapping[str, Look], *, learned: bool = False) -> list[Problem]:
    """Files with the same content under different names, and enhanced images equal to their reference."""
    problems = []
    for row, source in zip(table.itertuples(), _sources(table), strict=True):
        if _same(looks[str(row.enhanced_path)], looks[str(row.reference_path)]):
            message = f"{row.enhanced} is identical to its reference {row.reference}: nothing was enhanced"
            problems.append(Problem("warning", message, source))
    for role in ("reference", "enhanced"):
        for uses in _by_content(table, looks, role):
            splits = sorted({use.split for use in uses})
            if len({use.path for use in uses}) < 2 or (role == "reference" and len(splits) > 1):
                continue  # shared_references says it
            severity: Severity = "error" if learned and len(splits) > 1 else "warning"
            names = " and ".join(dict.fromkeys(_place(use) for use in uses))
            what = "count as different references" if role == "reference" else "have a label each"
            problems.append(Problem(severity, f"{names} are the same image, but {what}", uses[-1].source))
    return problems


def shared_references(table: pd.DataFrame, looks: Mapping[str, Look], *, learned: bool = False) -> list[Problem]:
    """References that stand in several splits, by content or by name; an error where a learned method is scored."""
    severity: Severity = "error" if learned else "warning"
    problems = []
    said: set[str] = set()
    for uses in _by_content(table, looks, "reference"):
        splits = sorted({use.split for use in uses})
        if len(splits) < 2:
            continue
        names = list(dict.fromkeys(use.name for use in uses))
        said |= set(names)
        what = f"the reference {names[0]}" if len(names) == 1 else f"the same reference, as {' and '.join(names)},"
        message = f"{what} stands in the splits {' and '.join(splits)}"
        why = "; what is learned from one split is no test on the other" if learned else ""
        problems.append(Problem(severity, message + why, uses[-1].source))
    by_name: dict[str, list[Use]] = {}
    for use in _uses(table):
        if use.role == "reference":
            by_name.setdefault(use.name, []).append(use)
    for name, uses in by_name.items():
        splits = sorted({use.split for use in uses})
        if len(splits) > 1 and name not in said:
            known = all(looks[use.path].sha256 for use in uses)
            what = "different images have the name" if known else "a reference of the name"
            message = f"{what} {name} in the splits {' and '.join(splits)}"
            problems.append(Problem("warning", f"{message}; together they count as one reference", uses[-1].source))
    return problems


def not_listed(table: pd.DataFrame) -> list[Problem]:
    """Warnings, one line a folder: images that lie beside those of the table and stand in no usable line."""
    listed: dict[str, set[str]] = {}
    roles: dict[str, set[str]] = {}
    for use in _uses(table):
        folder, name = os.path.split(use.path)
        listed.setdefault(folder, set()).add(name)
        roles.setdefault(folder, set()).add(use.role)
    problems = []
    for folder, names in sorted(listed.items()):
        try:
            with os.scandir(folder) as entries:
                rest = sorted(entry.name for entry in entries if is_image(entry.name) and entry.name not in names)
        except OSError:
            continue  # every file in it is reported as unreadable already
        if rest:
            what = "without a usable label" if "enhanced" in roles[folder] else "of no enhanced image"
            message = f"{len(rest)} images {what}: {some(rest)}"
            problems.append(Problem("warning", message, folder))
    return problems


def _by_content(table: pd.DataFrame, looks: Mapping[str, Look], role: str) -> list[list[Use]]:
    """The uses of a role, grouped by the content of the file, groups of one use apart."""
    groups: dict[str, list[Use]] = {}
    for use in _uses(table):
        digest = looks[use.path].sha256
        if use.role == role and digest:
            groups.setdefault(digest, []).append(use)
    return [uses for uses in groups.values() if len(uses) > 1]


def _uses(table: pd.DataFrame, *, unique: bool = True) -> list[Use]:
    """Where the table names files: references and enhanced images, each once in a split, or once in every row."""
    found: dict[tuple[object, ...], Use] = {}
    for number, (row, source) in enumerate(zip(table.itertuples(), _sources(table), strict=True)):
        for role in ("reference", "enhanced"):
            path = str(getattr(row, f"{role}_path"))
            use = Use(role, str(row.split), str(getattr(row, role)), path, source)
            found.setdefault((role, use.split, path) if unique else (role, number), use)
    return list(found.values())


def _sources(table: pd.DataFrame) -> list[str]:
    """Where each pair is listed (file and line), else its identifier."""
    return [str(item) for item in (table["source"] if "source" in table.columns else table["pair"])]


def _same(one: Look, other: Look) -> bool:
    return bool(one.sha256) and one.sha256 == other.sha256


def _place(use: Use) -> str:
    return f"{use.split}/{use.name}" if use.split else use.name


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" … and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
