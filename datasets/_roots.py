"""Images that lie in one or several folders: each name is looked for in all of them. A helper of ``table.py``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmark import Problem
from benchmark.data.labels import short
from benchmark.data.name_matching import IMAGE_SUFFIXES, is_image

from ._folders import Folder
from ._templates import Template

SHOWN = 3


class Missing(NamedTuple):
    """An image that is in none of the folders.

    Attributes:
        line: of the table.
        name: as the table gives it.
    """

    line: int
    name: str


@dataclass(slots=True)
class Roots:
    """The folders of the reference images or of the enhanced ones.

    Attributes:
        kind: which of the two, for messages.
        template: how their names follow from a row.
        folders: in the order of the option.
        missing: what was looked for in vain.
    """

    kind: str
    template: Template
    folders: Sequence[Folder]
    missing: list[Missing] = field(default_factory=list)

    def find(self, name: str, line: int) -> str | None:
        """The path of an image; ``None``, and one more missing, if no folder has it.

        Raises:
            ValueError: two folders have one; the message names both.
        """
        found = [folder.path_of(name) for folder in self.folders if folder.has(name)]
        if not found:
            self.missing.append(Missing(line, name))
            return None
        other = next((path for path in found[1:] if not os.path.samefile(found[0], path)), None)
        if other is not None:
            raise ValueError(f"the {self.kind} image {short(name)} is in two folders: {found[0]} and {other}; keep one")
        return found[0]

    def problems(self, file: Path, total: int) -> list[Problem]:
        """The missing images: one line each if they are few, else one for all."""
        if len(self.missing) <= SHOWN:
            return [self._problem(file, item, "") for item in self.missing]
        first = ", ".join(short(item.name) for item in self.missing[:SHOWN])
        count = f"; {len(self.missing):,} of {total:,} rows lack theirs ({first}, …)"
        return [self._problem(file, self.missing[0], count)]

    def _problem(self, file: Path, item: Missing, more: str) -> Problem:
        place = " or ".join(str(folder.path) for folder in self.folders)
        template = self.template
        column = f"column {template.columns[0]!r}" if template.is_column else f"{self.kind}: {template.text!r}"
        message = f"{column}: no {self.kind} image {short(item.name)} in {place}{self._hint(item.name)}{more}"
        return Problem("error", message, f"{file}:{item.line}")

    def _hint(self, name: str) -> str:
        if not is_image(name) and self.template.is_column:
            column = self.template.columns[0]
            ending = next((end for end in IMAGE_SUFFIXES for folder in self.folders if folder.has(name + end)), None)
            if ending is not None:
                return f'; `{self.kind}: "{{{column}}}{ending}"` adds the ending'
        return next((hint for hint in (folder.hint(name) for folder in self.folders) if hint), "")


def open_roots(kind: str, template: Template, paths: Sequence[Path]) -> Roots:
    """The folders, each listed.

    Raises:
        DataError: one can't be listed.
    """
    return Roots(kind, template, [Folder(path) for path in dict.fromkeys(paths)])
