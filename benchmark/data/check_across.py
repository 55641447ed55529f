"""The same photograph in two data sets, or twice in one: certain by its pixels, suspected by its likeness. Pandas.

Pictures of Kodak's, for example, stand in LIVE, TID2008, TID2013 and others. What is learned on one data set is then no
test on the other. Copies of equal pixels are certain; those that were resized, compressed anew or cropped a little are
suspected (``look_alike``): a person must look, so nothing is ever excluded for being suspected.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import pandas as pd

from benchmark.data.image_facts import ImageFacts
from benchmark.data.look_alike import alike
from benchmark.data.sketch import Sketch
from benchmark.images.read import MAX_PIXELS

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of a data set.

    Attributes:
        dataset: the data set's label; empty where there is only one.
        name: the image's name in it.
        path: the file.
        pixels: SHA-256 of its pixels; empty if they are unknown.
        sketch: its likeness; without one only its pixels are compared.
        role: an enhanced image matters only where it is a reference elsewhere.
    """

    dataset: str
    name: str
    path: str = ""
    pixels: str = ""
    sketch: Sketch | None = None
    role: Literal["reference", "enhanced"] = "reference"

    def __str__(self) -> str:
        name = self.name if self.role == "reference" else f"the enhanced image {self.name}"
        return f"{name} of {self.dataset}" if self.dataset else name


@dataclass(frozen=True, slots=True)
class SameImage:
    """One photograph that stands in several places.

    Attributes:
        copies: its images, grouped by equal pixels.
        correlation: the least one that joins two groups; 1 if there is one group.
        mirrored: whether some group is a mirror image of another.
    """

    copies: tuple[tuple[Picture, ...], ...]
    correlation: float = 1.0
    mirrored: bool = False

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All its images."""
        return tuple(picture for group in self.copies for picture in group)

    @property
    def certain(self) -> bool:
        """Whether all its images have equal pixels; otherwise it is only suspected."""
        return len(self.copies) == 1

    @property
    def datasets(self) -> tuple[str, ...]:
        """The data sets that it stands in, each once, in the order of its images."""
        return tuple(dict.fromkeys(picture.dataset for picture in self.pictures))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its images, one for each of ``pictures``."""
        return tuple(picture.name for picture in self.pictures)

    def certainly_in(self) -> set[frozenset[str]]:
        """The pairs of data sets that both have it with equal pixels."""
        groups = ({picture.dataset for picture in group} for group in self.copies)
        return {frozenset(pair) for group in groups for pair in combinations(sorted(group), 2)}

    def __str__(self) -> str:
        groups = [" and ".join(_some([str(picture) for picture in group])) for group in self.copies]
        if self.certain:
            return f"{groups[0]} are the same image (equal pixels)"
        groups = [
            f"{name} (equal pixels)" if len(group) > 1 else name
            for name, group in zip(groups, self.copies, strict=True)
        ]
        mirrored = ", mirrored" if self.mirrored else ""
        correlation = math.floor(1e4 * self.correlation) / 1e4  # never 1.0000: that would read as equal pixels
        return f"{' and '.join(_some(groups))} may be the same photograph{mirrored} (correlation {correlation:.4f})"


@dataclass(frozen=True, slots=True)
class Shared:
    """How many photographs two data sets share.

    Attributes:
        certain: those that both have with equal pixels.
        suspected: those that one of them may have in another form.
    """

    certain: int = 0
    suspected: int = 0


def references_of(
    dataset: str, table: pd.DataFrame, hashes: Mapping[str, str], facts: ImageFacts, *, max_pixels: int = MAX_PIXELS
) -> list[Picture]:
    """The references of a data set, each file once, with pixels and sketch; those that can't be read are left out.

    Args:
        dataset: its label.
        table: its pairs.
        hashes: SHA-256 of the files by path.
        facts: remember what was decoded; the caller saves them, best in a file of their own.
        max_pixels: larger images are not read.
    """
    files = table[["reference", "reference_path"]].drop_duplicates("reference_path")
    names = {str(path): str(name) for name, path in files.itertuples(index=False, name=None)}
    seen = facts.sketches({path: hashes[path] for path in names if path in hashes}, max_pixels=max_pixels)
    return [Picture(dataset, names[path], path, pixels, sketch) for path, (pixels, sketch) in seen.items()]


def same_images(pictures: Sequence[Picture], *, mirrored: bool = False) -> list[SameImage]:
    """The photographs that stand in several places: certain ones first, then suspected ones, the most alike first.

    Args:
        pictures: of one data set or of several.
        mirrored: also suspect mirror images, as of a left and a right eye; by default they count as different.
    """
    groups: dict[str, list[Picture]] = {}
    for number, picture in enumerate(pictures):
        groups.setdefault(picture.pixels or f"unknown {number}", []).append(picture)
    equal = list(groups.values())
    sketched = [(number, sketch) for number, group in enumerate(equal) if (sketch := _sketch_of(group)) is not None]
    numbers, sketches = [number for number, _ in sketched], [sketch for _, sketch in sketched]
    parts = {number: _Part([number]) for number in range(len(equal))}
    for link in alike(sketches, mirrored=mirrored):
        one, other = parts[numbers[link.first]], parts[numbers[link.second]]
        joined = _Part(
            sorted({*one.groups, *other.groups}),
            min(one.correlation, other.correlation, link.correlation),
            one.mirrored or other.mirrored or link.mirrored,
        )
        parts.update(dict.fromkeys(joined.groups, joined))
    found = []
    for part in {part.groups[0]: part for part in parts.values()}.values():
        copies = tuple(tuple(equal[number]) for number in part.groups)
        same = SameImage(copies, part.correlation, part.mirrored)
        if len(same.pictures) > 1 and any(picture.role == "reference" for picture in same.pictures):
            found.append(same)
    return sorted(found, key=lambda same: (not same.certain, -same.correlation))


def across(found: Iterable[SameImage]) -> list[SameImage]:
    """Those that stand in several data sets."""
    return [same for same in found if len(same.datasets) > 1]


def shared(found: Iterable[SameImage]) -> dict[tuple[str, str], Shared]:
    """How many photographs each two data sets share; without those that share none."""
    counts: dict[tuple[str, str], Shared] = {}
    for same in found:
        certain = same.certainly_in()
        for pair in combinations(same.datasets, 2):
            key = pair if pair in counts or pair[::-1] not in counts else pair[::-1]
            known, sure = counts.get(key, Shared()), frozenset(pair) in certain
            counts[key] = Shared(known.certain + sure, known.suspected + (not sure))
    return counts


def sentences(found: Sequence[SameImage], shown: int = SHOWN) -> list[str]:
    """What people should read: how many photographs each two data sets share, then the first of them by name."""
    several = across(found)
    lines = []
    for (one, other), count in shared(several).items():
        kinds = [f"{count.certain} by equal pixels"] * bool(count.certain)
        kinds += [f"{count.suspected} suspected"] * bool(count.suspected)
        number = count.certain + count.suspected
        lines.append(f"{one} and {other} share {number} photograph{'s' * (number > 1)}: {', '.join(kinds)}")
    lines += [str(same) for same in several[:shown]]
    return lines + [f"… and {len(several) - shown} more"] * (len(several) > shown)


@dataclass(frozen=True, slots=True)
class _Part:
    """Groups of equal pictures that are joined by likeness, and how weakly."""

    groups: list[int]
    correlation: float = 1.0
    mirrored: bool = False


def _sketch_of(group: Iterable[Picture]) -> Sketch | None:
    """The sketch of equal pictures."""
    return next((picture.sketch for picture in group if picture.sketch is not None), None)


def _some(names: Sequence[str]) -> list[str]:
    return [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else list(names)
