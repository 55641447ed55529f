"""Scores that another tool computed, for instance in MATLAB: the method reads them from a file and sees no image.

``_score_lines.py`` reads the lines; this module finds the pair that each of them names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark import MethodInfo, ScoreSource, UserError
from benchmark.data.decimals import Mark

from ._score_lines import read_lines

if TYPE_CHECKING:
    import pandas as pd

IMAGE_FORMATS = ("png", "jpg", "jpeg", "bmp", "tif", "tiff", "gif", "webp", "ppm")


class ScoresFile(ScoreSource):
    """Lines of ``name,score``, or a CSV (comma, semicolon or tab) with a column of image names and a column of scores.

    A name means the pair whose enhanced image it names: by the pair's identifier, by the image's name, with or without
    folders and extension. A pair without a line, or whose score is empty or NaN, has no score.

    Args:
        file: the file.
        higher_is_better: whether a higher score means better quality.
        column: the score's column, by its header; needed where there are several.
        title: what tables print; default: the column or the file's name.
        trained_on: the data that the method's parameters were fitted to.
        citation: BibTeX entry, or one line.
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
        higher_is_better: bool,
        column: str | None = None,
        title: str | None = None,
        trained_on: str = "not declared",
        citation: str = "",
        decimal: Mark | None = None,
    ) -> None:
        self.file = Path(file)
        self.column = column
        self._decimal = decimal
        self._how = ""
        self._unmatched = 0
        # Direction and title belong to the file, not to the class.
        vars(self)["info"] = replace(
            type(self).info,
            title=title or column or self.file.stem,
            higher_is_better=higher_is_better,
            trained_on=trained_on,
            citation=citation,
        )

    def files(self) -> Mapping[str, str]:
        return {"scores": str(self.file)}

    def settings(self) -> Mapping[str, str]:
        """The file, how it was read, and, once ``scores`` was called, how many of its names match no pair."""
        read = {"scores": f"read from {self.file.name}" + (f" ({self._how})" if self._how else "")}
        return {**read, "unused": f"{self._unmatched} names that match no pair"} if self._unmatched else read

    def scores(self, pairs: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray[Any, Any]:
        """The file's scores of ``rows``; see ``ScoreSource.scores``.

        Raises:
            UserError: the file can't be read, a name fits several pairs, a pair has two lines, or no name fits any.
        """
        index = PairIndex(pairs)
        scores: dict[str, float] = {}
        lines: dict[str, str] = {}
        self._unmatched = 0
        read = read_lines(self.file, self.column, self._decimal)
        self._how = read.how
        for line in read.lines:
            fitting = index.find(line.name)
            if len(fitting) > 1:
                raise UserError(
                    f"{line.where}: {line.name!r} fits {len(fitting)} pairs ({', '.join(fitting[:3])}); "
                    "write the pair's identifier instead"
                )
            if not fitting:
                self._unmatched += 1
            elif fitting[0] in lines:
                raise UserError(f"{line.where}: the pair {fitting[0]} already has a score in {lines[fitting[0]]}")
            else:
                lines[fitting[0]], scores[fitting[0]] = line.where, line.score
        if not scores:
            raise UserError(
                f"{self.file}: none of its {self._unmatched} names matches an enhanced image of the data set"
            )
        return np.array([scores.get(pair, np.nan) for pair in rows["pair"]], dtype=float)


class PairIndex:
    """Finds the pairs that a name may mean; exact matches take precedence over looser ones.

    Args:
        pairs: the table of pairs, columns as in ``benchmark.data.pairs``.
    """

    def __init__(self, pairs: pd.DataFrame) -> None:
        identifiers = [str(pair) for pair in pairs["pair"]]
        names = [str(name).replace("\\", "/") for name in pairs["enhanced"]]
        self._paths = dict(
            zip(identifiers, (str(path).replace("\\", "/") for path in pairs["enhanced_path"]), strict=True)
        )
        self._looks = (
            group(identifiers, identifiers),
            group(names, identifiers),
            group((file_name(name) for name in names), identifiers),
            group((bare(name) for name in names), identifiers),
        )

    def find(self, name: str) -> list[str]:
        """Identifiers of the pairs that ``name`` matches; empty where it matches none."""
        keys = (name, name, file_name(name), bare(name))
        fitting = next((look[key] for look, key in zip(self._looks, keys, strict=True) if key in look), [])
        if len(fitting) < 2 or "/" not in name:
            return fitting
        # Several images share the file's name: its folders may decide.
        return [pair for pair in fitting if f"/{self._paths[pair]}".endswith(f"/{name.lstrip('./')}")] or fitting


def file_name(name: str) -> str:
    """A name without its folders."""
    return name.rsplit("/", 1)[-1]


def bare(name: str) -> str:
    """A name without its folders and the extension of an image format; other dots belong to the name."""
    stem, dot, suffix = file_name(name).rpartition(".")
    return stem if dot and suffix.lower() in IMAGE_FORMATS else file_name(name)


def group(keys: Iterable[str], identifiers: Iterable[str]) -> dict[str, list[str]]:
    """Identifiers by key."""
    grouped: dict[str, list[str]] = {}
    for key, identifier in zip(keys, identifiers, strict=True):
        grouped.setdefault(key, []).append(identifier)
    return grouped
