"""Makes the findings on a copy fit to read: one line for many of a kind, and what to do about what is missing.

A helper of ``_published.py``, so that every published set says it in the same words. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmark import Problem

FEW = 3
"""As many findings of a kind are listed one by one."""
AGAIN = "unpack the archive again"
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_DIGITS = re.compile(r"[0-9]+")
_LACKING = re.compile(r"no (such (file|folder)|folder|list|image)\b")
_PART = re.compile(r"no (such (file|folder)|folder)\b")
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
        few = len(alike) <= FEW
        folded += alike if few else [replace(first, message=f"{first.message} (and {len(alike) - 1:,} more like this)")]
    return folded


def advise(problems: Sequence[Problem], source: str) -> list[Problem]:
    """The problems, where those about something that is missing say what to do; the first also where to get the set."""
    advised = []
    told = False
    for problem in problems:
        message = problem.message
        lacking = problem.severity == "error" and _LACKING.match(message) is not None
        if lacking and not any(words in message for words in _ADVISED):
            message += f"; {AGAIN}"
        if message.endswith(AGAIN) and not told:
            told = True
            message += f" (it is at {source})"
        advised.append(replace(problem, message=message))
    return advised


def only_parts_of(root: Path, problems: Sequence[Problem]) -> bool:
    """Whether all that is wrong is that files and folders directly in the root are missing: perhaps it is another folder."""
    return all(
        _PART.match(problem.message) is not None and root in (Path(problem.where), Path(problem.where).parent)
        for problem in problems
    )
