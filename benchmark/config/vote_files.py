"""The configuration of single votes: in which file or columns they are, and how a label is made of them. Pydantic only.

``evaluate`` takes it for a table, ``run`` for its data set.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, model_validator

from benchmark.config import yaml_text
from benchmark.config.sections import Section


class OpinionsEntry(Section):
    """Single votes of observers: a row a vote (`observer`, `vote`), or a column an observer (`columns`)."""

    file: Path | None = None
    """The table of votes, joined by the images' names; without it, `columns` are those of the table of scores itself."""
    columns: tuple[str, ...] = ()
    """A column an observer: their headings, or patterns such as `Subject *`."""
    observer: str | None = None
    """A row a vote: the column that says who voted; by default one with a usual heading (`observer`, `subject`, …)."""
    vote: str | None = None
    """A row a vote: the column of the votes; by default one with a usual heading (`vote`, `rating`, …)."""
    names: str | None = None
    """The column of image names, where it has none of the usual headings."""
    folder: str | None = None
    """The column of folders, where images of several folders have the same name."""
    centre: Literal["none", "observer"] = "none"
    """`observer`: each observer's mean is removed from their votes first, since one who votes high all over lifts what they
    saw; the mean of all votes is added again."""
    sheet: str = ""
    """Sheet of a workbook; by default the one that has the columns."""
    decimal: Literal[",", "."] | None = None
    """The decimal mark of the votes; by default detected where it is unambiguous."""

    @model_validator(mode="after")
    def _has_one_form(self) -> OpinionsEntry:
        given = next((key for key in ("observer", "vote") if getattr(self, key) is not None), None)
        if self.columns and given:
            raise ValueError(f"`columns` (a column an observer) and `{given}` (a row a vote) exclude each other")
        if self.file is None and not self.columns:
            lone = next((f"`{key}` alone says too little; " for key in sorted(self.model_fields_set - {"file"})), "")
            raise ValueError(
                f"{lone}name the `file` of the votes, or the `columns` of the observers in the table of scores"
            )
        if self.file is None:
            unused = next((key for key in ("names", "folder", "sheet", "decimal") if getattr(self, key)), None)
            if unused:
                raise ValueError(f"`{unused}` goes with `file`: columns of the table of scores are read as it is")
        return self


def as_opinions(value: Any) -> Any:
    """Votes as people write them: a file's path, ``{columns: "Subject *"}`` as text, or a mapping."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return yaml_text.load(value)
        except yaml.YAMLError:
            raise ValueError(f"{value!r} is no mapping: write {{file: votes.csv, centre: observer}}") from None
    return {"file": value} if isinstance(value, (str, Path)) else value


WrittenOpinions = Annotated[OpinionsEntry, BeforeValidator(as_opinions)]
