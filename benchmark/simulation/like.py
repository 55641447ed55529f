"""Writes a small set in a published layout with simulated labels: a configuration can be tried before the data arrive.

The simulated observers know which distortion an image has and how strong it is; no benchmarked method does.
docs/simulated_labels.md states their rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.core.errors import UserError
from benchmark.core.words import nearest
from benchmark.simulation import bapps, scenes
from benchmark.simulation.crowd import Crowd
from benchmark.simulation.distort import distort
from benchmark.simulation.folder import as_stored, image_file, text_file, whole
from benchmark.simulation.label_files import Judged
from benchmark.simulation.layouts import LAYOUTS, Layout

VERSION = 1
REFERENCES = 4
SIZE = 128
BAPPS = "bapps"
NAMES = tuple(sorted((*LAYOUTS, BAPPS)))
README = """\
{title}'s layout with simulated labels

SIMULATED LABELS: no person judged these images, and none of them is {title}'s. Photographs of scikit-image (or those of
--photos) are distorted in ways that are called like {title}'s; docs/simulated_labels.md states how labels come about.
Results on this set say nothing about any method. dataset.json says how it was made; loaders read there that it is simulated.
"""


@dataclass(frozen=True, slots=True)
class SetMade:
    """What was written, in numbers."""

    name: str
    title: str
    references: int
    images: int


def write_like(
    name: str,
    directory: Path,
    *,
    references: int | None = None,
    size: int = SIZE,
    photos: Path | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> SetMade:
    """Write a set in a published layout, unless the same one is already there.

    Args:
        name: the data set whose layout it has, one of ``NAMES``.
        directory: its folder, which is created whole or not at all.
        references: number of photographs; default: 4, or all where fewer were published.
        size: width and height of each image, px.
        photos: folder of photographs; default: views of those that scikit-image ships.
        seed: same seed, same bytes.
        progress: called with the number of photographs done and of all, first with 0; not if there is nothing to do.

    Raises:
        UserError: there is no such layout, it has fewer references, or something else is at ``directory``.
    """
    known = find(name)
    title, most = ("BAPPS", 1000) if known == BAPPS else (LAYOUTS[known].title, LAYOUTS[known].most)
    count = min(REFERENCES, most) if references is None else references
    if count > most:
        raise UserError(f"demo-data: {title} has {most:,} references; say --references {most} or fewer")
    card = _card(known, title, count, size, photos, seed)
    tell = progress or (lambda done, total: None)

    def write(folder: Path) -> None:
        source, crowd, *streams = np.random.default_rng(seed).spawn(count + 2)
        tell(0, count)
        views = scenes.shipped(count, size, source) if photos is None else scenes.from_folder(photos, count, size)
        text_file(folder / "README.txt", README.format(title=title))
        if known == BAPPS:
            for number, (photograph, rng) in enumerate(zip(views, streams, strict=True)):
                bapps.write_patches(folder, number, as_stored(photograph), rng)
                tell(number + 1, count)
            return
        judges = Crowd(crowd, LAYOUTS[known].observers)
        pairs: list[Judged] = []
        for number, (photograph, rng) in enumerate(zip(views, streams, strict=True)):
            pairs += _photograph(folder, LAYOUTS[known], number, as_stored(photograph), judges, rng)
            tell(number + 1, count)
        LAYOUTS[known].labels(folder, pairs)

    whole(directory, card, write)
    images = bapps.CHOICES if known == BAPPS else len(LAYOUTS[known].kinds) * LAYOUTS[known].levels
    return SetMade(known, title, count, images)


def find(name: str) -> str:
    """The layout of this name, in any spelling of capitals, dashes and underscores.

    Raises:
        UserError: there is none; names the nearest.
    """
    known = {item.replace("-", ""): item for item in NAMES}
    key = name.casefold().replace("_", "").replace("-", "")
    if key in known:
        return known[key]
    near = nearest(name, NAMES)
    hint = f"did you mean {near!r}? " if near else ""
    raise UserError(f"demo-data: no layout {name!r}; {hint}There is {', '.join(NAMES)}")


def _card(name: str, title: str, references: int, size: int, photos: Path | None, seed: int) -> dict[str, Any]:
    return {
        "name": name,
        "title": f"{title}'s layout, by demo-data --like {name}",
        "labels": "simulated",
        "made_by": f"efid-bench demo-data --like {name}",
        "version": VERSION,
        "references": references,
        "size": size,
        "photographs": "scikit-image" if photos is None else photos.name,
        "seed": seed,
    }


def _photograph(
    folder: Path, layout: Layout, number: int, photograph: NDArray[np.float64], judges: Crowd, rng: np.random.Generator
) -> Iterator[Judged]:
    """Write a photograph and its distorted images; yields their labels."""
    names = {"photo": number + 1, "scene": scene(number)}
    reference = layout.reference.format(**names)
    image_file(folder / reference, photograph)
    masking = float(rng.uniform(0.8, 1.25))
    for at, (token, kind) in enumerate(layout.kinds.items()):
        for level in range(1, layout.levels + 1):
            image = layout.image.format(
                **names,
                token=token,
                level=level,
                level0=level - 1,
                letter=chr(ord("A") + level - 1),
                index=at * layout.levels + level,
                serial=number * layout.levels + level,
            )
            image_file(folder / image, distort(kind, photograph, level / layout.levels, rng))
            mean, sd = judges.opinion(kind, level / layout.levels, masking, rng)
            span = layout.best - layout.worst
            yield Judged(image, reference, token, at + 1, level, layout.worst + span * mean, abs(span) * sd)


def scene(number: int) -> str:
    """A photograph's name: ``coffee``, and ``coffee2`` for another view of it."""
    round_, at = divmod(number, len(scenes.SHIPPED))
    return scenes.SHIPPED[at].replace("_", "") + (str(round_ + 1) if round_ else "")
