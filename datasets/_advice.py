"""Makes the findings on a copy fit to read: one line for many of a kind, and what to do about what is missing.

A helper of ``_published.py``, so that every published set says it in the same words. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmark import Problem

FEW, FEW_OF_ONE = 3, 12
"""As many findings of a kind are listed one by one: in different places, and in one (columns that a table lacks)."""
AGAIN = "unpack the archive again"
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_DIGITS = re.compile(r"[0-9]+")
_LACKING = re.compile(r"no (such (file|folder)|folder|list|image)\b")
_PART = re.compile(r"no (such (file|folder)|folder|image .* here)\b")
_CONVERTED = re.compile(r"no image '?[^']*?\.(\w+)'?[ ,].*; there is [^:]*\.(\w+)'?:")
_ADVISED = ("there is ", "unpack", "download", "`dmos: raw`", "get the file")


def fold(problems: Sequence[Problem]) -> list[Problem]:
    """The problems, with those of which many differ in names and numbers only as one line that says how many they are."""
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        shape = _DIGITS.sub("0", _QUOTED.sub("''", problem.message))
        kinds.setdefault((problem.severity, shape, _DIGITS.sub("0", problem.where)), []).append(problem)
    folded: list[Problem] = []
    for alike in kinds.values():
        first = alike[0]
        few = len(alike) <= (FEW_OF_ONE if len({problem.where for problem in alike}) == 1 else FEW)
        folded += alike if few else [replace(first, message=f"{first.message} (and {len(alike) - 1:,} more like this)")]
    return folded


def advise(problems: Sequence[Problem], source: str) -> list[Problem]:
    """The problems in few lines, where those about something that is missing say what to do; the first also where to get it.

    Args:
        problems: what is wrong with a copy.
        source: the page of its authors.
    """
    advised = fold([_with_advice(problem) for problem in problems])
    first = next((problem for problem in advised if problem.severity == "error" and AGAIN in problem.message), None)
    with_source = first and replace(first, message=first.message.replace(AGAIN, f"{AGAIN} (see {source})", 1))
    return [with_source if with_source and problem is first else problem for problem in advised]


def _with_advice(problem: Problem) -> Problem:
    message = problem.message
    if problem.severity != "error" or _LACKING.match(message) is None or AGAIN in message:
        return problem
    converted = _CONVERTED.match(message)
    if any(words in message for words in _ADVISED) and not (converted and converted[1].lower() != converted[2].lower()):
        return problem
    return replace(problem, message=f"{message}; {AGAIN}")


def only_parts_of(root: Path, problems: Sequence[Problem]) -> bool:
    """Whether all that is wrong is that files and folders directly in the root are missing: perhaps it is another folder."""
    return all(
        _PART.match(problem.message) is not None and _is_above(root, Path(problem.where)) for problem in problems
    )


def together(root: Path, problems: Sequence[Problem], title: str) -> list[Problem]:
    """One line for the parts that a root lacks, where it holds nothing like any of them; else the problems."""
    parts = [Path(problem.where).relative_to(root) for problem in problems if Path(problem.where) != root]
    if len(parts) < len(problems) or len(parts) == 1 or any("; there is " in problem.message for problem in problems):
        return list(problems)
    names = ", ".join(part.as_posix() for part in parts)
    advice = problems[0].message.partition("; ")[2]
    return [Problem("error", f"no whole copy of {title} here, {names} are missing; {advice}", str(root))]


def _is_above(root: Path, missing: Path) -> bool:
    """Whether the root itself lacks a path, or the first part of one; not a folder that is there."""
    parts = missing.relative_to(root).parts if missing.is_relative_to(root) else ()
    return missing == root or (bool(parts) and not (root / parts[0]).exists())
