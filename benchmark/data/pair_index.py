"""Finds the pair that a name in a file of scores means: by identifier, by the image's name, with folders or without.

Standard library only; pandas' tables are read, never made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.core.errors import UserError
from benchmark.data.score_lines import ScoreLine

IMAGE_FORMATS = ("png", "jpg", "jpeg", "bmp", "tif", "tiff", "gif", "webp", "ppm")


@dataclass(frozen=True, slots=True)
class Matched:
    """Scores by pair.

    Attributes:
        scores: the score of each pair that the file names, by its identifier; NaN where the file has none.
        unmatched: how many of the file's names match no pair.
    """

    scores: dict[str, float]
    unmatched: int


class PairIndex:
    """Finds the pairs that a name may mean; exact matches take precedence over looser ones.

    Args:
        pairs: identifiers of the pairs.
        enhanced: names of their enhanced images.
        paths: paths of these, whose folders may tell equal names apart.
    """

    def __init__(self, pairs: Iterable[object], enhanced: Iterable[object], paths: Iterable[object]) -> None:
        identifiers = [str(pair) for pair in pairs]
        names = [str(name).replace("\\", "/") for name in enhanced]
        self._paths = dict(zip(identifiers, (str(path).replace("\\", "/") for path in paths), strict=True))
        self._names = dict(zip(identifiers, names, strict=True))
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
        # Several images share the file's name: its folders may decide, with the extension or without.
        for form in (str, without_extension):
            wanted = f"/{form(name.lstrip('./'))}"
            kept = [pair for pair in fitting if f"/{form(self._paths[pair])}".endswith(wanted)]
            # or the file's folders begin further up than those of the data set
            kept = kept or [
                pair for pair in fitting if "/" in self._names[pair] and wanted.endswith(f"/{form(self._names[pair])}")
            ]
            if kept:
                return kept
        return fitting

    def match(self, lines: Sequence[ScoreLine], file: Path, what: str) -> Matched:
        """The scores of a file by pair.

        Args:
            lines: its lines.
            file: the file, for messages.
            what: what its names should match, for messages.

        Raises:
            UserError: a name fits several pairs, a pair has two lines, or no name fits any.
        """
        scores: dict[str, float] = {}
        places: dict[str, str] = {}
        unmatched = 0
        for line in lines:
            fitting = self.find(line.name)
            if len(fitting) > 1:
                raise UserError(
                    f"{line.where}: {line.name!r} fits {len(fitting)} pairs ({', '.join(fitting[:3])}); write the pair's "
                    "identifier instead, or the image with its folder (`folder:` names a column of folders)"
                )
            if not fitting:
                unmatched += 1
            elif fitting[0] in places:
                raise UserError(f"{line.where}: the pair {fitting[0]} already has a score in {places[fitting[0]]}")
            else:
                places[fitting[0]], scores[fitting[0]] = line.where, line.score
        if not scores:
            raise UserError(f"{file}: none of its {unmatched} names matches {what}")
        return Matched(scores, unmatched)


def file_name(name: str) -> str:
    """A name without its folders."""
    return name.rsplit("/", 1)[-1]


def without_extension(name: str) -> str:
    """A name without the extension of an image format; other dots belong to the name."""
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and suffix.lower() in IMAGE_FORMATS else name


def bare(name: str) -> str:
    """A name without its folders and the extension of an image format."""
    return without_extension(file_name(name))


def group(keys: Iterable[str], identifiers: Iterable[str]) -> dict[str, list[str]]:
    """Identifiers by key."""
    grouped: dict[str, list[str]] = {}
    for key, identifier in zip(keys, identifiers, strict=True):
        grouped.setdefault(key, []).append(identifier)
    return grouped
