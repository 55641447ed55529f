"""Names of images from a table's row: a column, or a template with columns in braces (``img/{name}.png``).

A helper of ``table.py``. Standard library and the engine's public names only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from benchmark import ConfigError
from benchmark.data.labels import refuse_name, short

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|([{}])|[^{}]+")
_PADDED = re.compile(r"(.+):0([1-9])")
_WHOLE = re.compile(r"[0-9]+(\.0*)?")


@dataclass(frozen=True, slots=True)
class Field:
    """A column that stands in a template.

    Attributes:
        column: its heading.
        digits: a number is given so many digits with leading zeros; 0 leaves the text as it is.
    """

    column: str
    digits: int = 0

    def fill(self, cells: Mapping[str, str]) -> str:
        """The text of a row's cell.

        Raises:
            ValueError: it is missing, or no whole number where digits are asked for.
        """
        text = cells[self.column].replace("\\", "/")
        if not text:
            raise ValueError(f"the {self.column} is missing")
        if not self.digits:
            return text
        if not _WHOLE.fullmatch(text):
            raise ValueError(
                f"{short(text)} in column {self.column!r} is no whole number, which `:0{self.digits}` needs"
            )
        return f"{int(Decimal(text)):0{self.digits}d}"


@dataclass(frozen=True, slots=True)
class Template:
    """How an image's name follows from a row.

    Attributes:
        text: as the user wrote it.
        parts: texts, and the columns between them.
    """

    text: str
    parts: Sequence[str | Field]

    @property
    def columns(self) -> list[str]:
        """The columns that it needs."""
        return [part.column for part in self.parts if isinstance(part, Field)]

    @property
    def is_column(self) -> bool:
        """Whether it is a column's name and nothing else."""
        return len(self.parts) == 1 and "{" not in self.text

    def fill(self, cells: Mapping[str, str]) -> str:
        """The name of a row's image.

        Raises:
            ValueError: a cell is missing or unfit, or the name leaves its folder; the message says so.
        """
        name = "".join(part.fill(cells) if isinstance(part, Field) else part for part in self.parts)
        wrong = refuse_name(name)
        if wrong:
            raise ValueError(f"column {self.columns[0]!r}: {wrong}")
        return name


def parse(option: str, text: str) -> Template:
    """The template of an option; a text without a column in braces is a column's name.

    Raises:
        ConfigError: a brace has no partner, nothing stands between two, or it leads out of the folder of images.
    """
    parts: list[str | Field] = []
    literal = ""
    for found in _PART.finditer(text.replace("\\", "/").removeprefix("./")):
        if found[2]:
            message = f"{text!r} has a brace without its partner; write a literal one twice ({found[2] * 2})"
            raise ConfigError(f"{option}: {message}")
        if found[1] is None:
            literal += found[0][0] if found[0] in ("{{", "}}") else found[0]
            continue
        if not found[1].strip():
            raise ConfigError(f"{option}: {text!r} names no column between its braces")
        padded = _PADDED.fullmatch(found[1].strip())
        parts += [literal] if literal else []
        parts.append(Field(padded[1], int(padded[2])) if padded else Field(found[1].strip()))
        literal = ""
    if not parts:
        return Template(text, [Field(literal)])
    parts += [literal] if literal else []
    start = parts[0] if isinstance(parts[0], str) else ""
    if refuse_name(f"{start}x") and start:
        message = f"{text!r} does not stay in a folder; give the folder as `{option}_root`, and the rest here"
        raise ConfigError(f"{option}: {message}")
    return Template(text, parts)
