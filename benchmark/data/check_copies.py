"""The audit's findings about repeated pictures: unenhanced, under two names, in two splits. Pandas.

Pictures are the same if their pixels are, however they are saved. References that were compressed anew, resized or cropped a
little have other pixels: they are suspected, which is never an error. Works on the results of ``survey``; called by
``check_table.audit``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from benchmark.core.errors import Problem, Severity
from benchmark.data.check_across import Picture, same_images
from benchmark.data.check_images import SHOWN, Use, some, sources_of, uses_of
from benchmark.data.survey import Look
from benchmark.images.sizes import SizePolicy


def unenhanced(table: pd.DataFrame, looks: Mapping[str, Look], sizes: SizePolicy) -> list[Problem]:
    """One warning for all pairs whose enhanced image is its reference, pixel by pixel."""
    copies = []
    for row, source in zip(table.itertuples(), sources_of(table), strict=True):
        enhanced, reference = looks[str(row.enhanced_path)], looks[str(row.reference_path)]
        turned = sizes.orientation == "apply" and enhanced.orientation != reference.orientation
        if _picture(enhanced) and _picture(enhanced) == _picture(reference) and not turned:
            copies.append((str(row.enhanced), str(row.reference), source))
    if not copies:
        return []
    enhanced_name, reference_name, source = copies[0]
    message = f"{enhanced_name} is identical to its reference {reference_name}, pixel by pixel: nothing was enhanced"
    every = f": {some([name for name, _, _ in copies])}" if len(copies) > 1 else ""
    return [Problem("warning", f"{message} ({len(copies)} of {len(table)} pairs{every})", source)]


def duplicates(table: pd.DataFrame, looks: Mapping[str, Look], *, learned: bool = False) -> list[Problem]:
    """The same picture under different names, in one role."""
    problems = []
    for role in ("reference", "enhanced"):
        for uses in _by_picture(table, looks, role):
            splits = sorted({use.split for use in uses})
            if len({use.path for use in uses}) < 2 or (role == "reference" and len(splits) > 1):
                continue  # shared_references reports it
            severity: Severity = "error" if learned and len(splits) > 1 else "warning"
            names = _all(list(dict.fromkeys(_place(use) for use in uses))) + _saved(uses, looks)
            each = "count as different images" if table["mos"].isna().all() else "have a label each"
            what = "count as different references" if role == "reference" else each
            problems.append(Problem(severity, f"{names} are the same image, but {what}", uses[-1].source))
    return problems


def shared_references(table: pd.DataFrame, looks: Mapping[str, Look], *, learned: bool = False) -> list[Problem]:
    """References that are in several splits, by content or by name; an error where a learned method is scored."""
    severity: Severity = "error" if learned else "warning"
    problems = []
    reported: set[str] = set()
    for uses in _by_picture(table, looks, "reference"):
        splits = sorted({use.split for use in uses})
        if len(splits) < 2:
            continue
        names = list(dict.fromkeys(use.name for use in uses))
        reported |= set(names)
        what = f"the reference {names[0]}" if len(names) == 1 else f"the same reference, as {_all(names)},"
        message = f"{what} stands in the splits {' and '.join(splits)}{_saved(uses, looks)}"
        why = "; what is learned from one split is no test on the other" if learned else ""
        problems.append(Problem(severity, message + why, uses[-1].source))
    by_name: dict[str, list[Use]] = {}
    for use in uses_of(table):
        if use.role == "reference":
            by_name.setdefault(use.name, []).append(use)
    for name, uses in by_name.items():
        splits = sorted({use.split for use in uses})
        if len(splits) > 1 and name not in reported:
            known = all(looks[use.path].sha256 for use in uses)
            what = "different images have the name" if known else "a reference of the name"
            message = f"{what} {name} in the splits {' and '.join(splits)}"
            problems.append(Problem("warning", f"{message}; together they count as one reference", uses[-1].source))
    return problems


def suspected(table: pd.DataFrame, looks: Mapping[str, Look]) -> list[Problem]:
    """Warnings about references that may be one photograph with other pixels: at most ten, the most alike first."""
    uses = list({use.path: use for use in uses_of(table) if use.role == "reference"}.values())
    source = {use.path: use.source for use in uses}
    pictures = [
        Picture("", _place(use), use.path, _picture(looks[use.path]), looks[use.path].sketch)
        for use in uses
        if not looks[use.path].problem
    ]
    found = [item for item in same_images(pictures) if not item.certain]
    problems = []
    for item in found[:SHOWN]:
        message = f"{item}; if they are, they are not independent references"
        problems.append(Problem("warning", message, source[item.copies[-1][-1].path]))
    if len(found) > SHOWN:
        problems.append(Problem("warning", f"{len(found) - SHOWN} more references may be photographs saved twice"))
    return problems


def _by_picture(table: pd.DataFrame, looks: Mapping[str, Look], role: str) -> list[list[Use]]:
    """The uses of a role, grouped by picture, without groups of one use."""
    groups: dict[str, list[Use]] = {}
    for use in uses_of(table):
        picture = _picture(looks[use.path])
        if use.role == role and picture:
            groups.setdefault(picture, []).append(use)
    return [uses for uses in groups.values() if len(uses) > 1]


def _picture(seen: Look) -> str:
    """A picture's identity: the hash of its pixels, or of its file where only headers were read."""
    return seen.pixels or seen.sha256


def _saved(uses: Sequence[Use], looks: Mapping[str, Look]) -> str:
    files = {looks[use.path].sha256 for use in uses}
    return " (equal pixels in different files)" if len(files) > 1 else ""


def _place(use: Use) -> str:
    return f"{use.split}/{use.name}" if use.split else use.name


def _all(names: Sequence[str]) -> str:
    """The names; of many the first ones and the number of the others, since thousands may be one placeholder."""
    return " and ".join(names) if len(names) <= SHOWN else some(names)
