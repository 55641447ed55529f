"""Scores that another tool computed, for instance in MATLAB: the method reads them from a file and sees no image.

``benchmark/data`` reads the lines (``score_lines``), tells columns of scores from others (``score_columns``) and finds the
pair that each line names (``pair_index``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark import MethodInfo, ScoreSource, Several, UserError
from benchmark.core.hashes import sha256_file
from benchmark.data import score_columns
from benchmark.data.decimals import Mark
from benchmark.data.pair_index import PairIndex
from benchmark.data.score_lines import NameColumns, read_lines

if TYPE_CHECKING:
    import pandas as pd

OF_SEVERAL = ("columns", "lower_better", "higher_better")
"""Options of an entry that stands for several methods."""
OF_ONE = ("column", "higher_is_better", "title")
"""Options of an entry that is one method."""


class ScoresFile(ScoreSource):
    """Lines of ``name,score``, or a CSV (comma, semicolon or tab) with a column of image names and a column of scores.

    A name means the pair whose enhanced image it names: by the pair's identifier, by the image's name, with or without
    folders and extension. A pair without a line, or whose score is empty or NaN, has no score.

    An entry with ``columns`` stands for several methods, one a column, which are called like their columns (after the
    entry's ``label``, if it has one).

    Args:
        file: the file.
        higher_is_better: whether a higher score means better quality; needed without ``columns``.
        column: the score's column, by its header; needed where there are several.
        columns: several columns, each a method; or ``all``: those of numbers that are no names, labels, counts, references
            or conditions by their heading. A note says which were left out.
        lower_better: those of ``columns`` in which lower means better, or ``all``.
        higher_better: those in which higher means better; without ``lower_better``, lower is better in the others.
        names: the column of image names, where it has none of the usual headings.
        folder: the column of folders, where images of several folders have the same name.
        title: what tables print; default: the column or the file's name.
        trained_on: the data that the method's parameters were fitted to.
        citation: BibTeX entry, or one line.
        source: where the file comes from, which tables say beside its name.
        decimal: the decimal mark of scores, ``","`` or ``"."``; default: found where nothing else can be meant.
    """

    info = MethodInfo(
        name="scores-file",
        title="Scores from a file",
        higher_is_better=True,
        trained_on="not declared",
        source="a file of scores",
    )

    def __init__(
        self,
        *,
        file: Path,
        higher_is_better: bool | None = None,
        column: str | None = None,
        columns: Literal["all"] | tuple[str, ...] | None = None,
        lower_better: Literal["all"] | tuple[str, ...] = (),
        higher_better: Literal["all"] | tuple[str, ...] = (),
        names: str | None = None,
        folder: str | None = None,
        title: str | None = None,
        trained_on: str = "not declared",
        citation: str = "",
        source: str = "",
        decimal: Mark | None = None,
    ) -> None:
        if columns is not None:
            raise UserError(
                "`columns` stands for several methods, in the `methods` of a run; one method has a `column`"
            )
        if lower_better or higher_better:
            raise UserError("`lower_better` and `higher_better` go with `columns`; one method has `higher_is_better`")
        if higher_is_better is None:
            raise UserError("the key 'higher_is_better' is missing: say whether a higher score means better quality")
        self.file = Path(file)
        self.column = column
        self._given = NameColumns(names, folder)
        self._from = source
        self._decimal = decimal
        self._how = ""
        self._sha256 = ""
        self._unmatched = 0
        # Direction and title belong to the file, not to the class.
        vars(self)["info"] = replace(
            type(self).info,
            title=title or column or self.file.stem,
            higher_is_better=higher_is_better,
            trained_on=trained_on,
            citation=citation,
        )

    @classmethod
    def several(cls, options: Mapping[str, Any]) -> Several:
        """One method for each column; see ``StandsForSeveral.several``.

        Raises:
            UserError: the file can't be read, a column or a direction is unknown, or a key does not go with ``columns``.
        """
        alone = next((key for key in OF_ONE if options.get(key) is not None), None)
        if alone is not None:
            instead = {"column": "leave one of them out", "title": "`label` stands before the names of the columns"}
            raise UserError(f"{alone}: does not go with `columns`; {instead.get(alone, 'give `lower_better`')}")
        if options["columns"] is None:
            raise UserError("columns: name columns, or write `all`")
        file = Path(options["file"])
        found = score_columns.choose(
            file,
            options["columns"],
            lower_better=options.get("lower_better", ()),
            higher_better=options.get("higher_better", ()),
            given=NameColumns(options.get("names"), options.get("folder")),
            decimal=options.get("decimal"),
        )
        shared = {key: item for key, item in options.items() if key not in (*OF_SEVERAL, *OF_ONE)}
        members = {
            name: {**shared, "column": name, "higher_is_better": not lower} for name, lower in found.lower.items()
        }
        return Several(members, found.note(file))

    def files(self) -> Mapping[str, str]:
        return {"scores": str(self.file)}

    def settings(self) -> Mapping[str, str]:
        """The file with its hash, how it was read, and, once ``scores`` was called, how many names match no pair."""
        source = f" of {self._from}" if self._from else ""
        digest = f"SHA-256 {self._sha256[:12]}" if self._sha256 else ""
        how = ", ".join(part for part in (digest, self._how) if part)
        read = {"scores": f"read from {self.file.name}{source}" + (f" ({how})" if how else "")}
        return {**read, "unused": f"{self._unmatched} names that match no pair"} if self._unmatched else read

    def scores(self, pairs: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray[Any, Any]:
        """The file's scores of ``rows``; see ``ScoreSource.scores``.

        Raises:
            UserError: the file can't be read, a name fits several pairs, a pair has two lines, or no name fits any.
        """
        index = PairIndex(pairs["pair"], pairs["enhanced"], pairs["enhanced_path"])
        read = read_lines(self.file, self.column, self._decimal, self._given)
        self._how = read.how
        matched = index.match(read.lines, self.file, "an enhanced image of the data set")
        self._unmatched = matched.unmatched
        self._sha256 = sha256_file(self.file)
        return np.array([matched.scores.get(str(pair), np.nan) for pair in rows["pair"]], dtype=float)
