"""``demo-data``: writes a data set with simulated labels, for trying out everything: EFID-shaped, or like another one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmark.commands import front
from benchmark.core import places
from benchmark.core.errors import UserError
from benchmark.simulation import SetMade, write_demo, write_like
from benchmark.simulation.bar import WritingProgress
from benchmark.simulation.like import NAMES, REFERENCES, SIZE, find

EFID_SIZE = 256
CONFIGURATION = """\
dataset: {{name: {name}, root: {root}}}
methods: [psnr, ssim]
output: {output}
"""


@front.guarded
def command(
    directory: Annotated[Path, typer.Argument(metavar="DIR")],
    like: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"The layout of a published set, small: {', '.join(NAMES)}."),
    ] = None,
    references: Annotated[
        int | None,
        typer.Option(
            parser=front.whole_number(2),
            metavar="N",
            help=f"Number of photographs (default: all of --photos, else 24; with --like {REFERENCES}).",
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            parser=front.whole_number(64),
            metavar="PX",
            help=f"Width and height of each image (default: {EFID_SIZE}; with --like {SIZE}).",
        ),
    ] = None,
    photos: Annotated[
        Path | None,
        typer.Option(parser=front.path_option, metavar="DIR", help="Real photographs to degrade and enhance."),
    ] = None,
    seed: Annotated[int, typer.Option(parser=front.whole_number(0), metavar="S", help="Same seed, same bytes.")] = 0,
) -> int:
    """Write a data set with simulated labels: EFID-shaped, or in the layout of a published set."""
    name = None if like is None else find(like)
    closed = places.why_not_writable(directory.absolute())
    if closed:
        raise UserError(f"demo-data: {closed}; name another folder")
    doing = "degrade, enhance and judge" if name is None else "distort and judge"
    with WritingProgress(front.consoles()[1], doing) as progress:
        if name is not None:
            side = size or SIZE
            made = write_like(
                name, directory, references=references, size=side, photos=photos, seed=seed, progress=progress
            )
        else:
            side = size or EFID_SIZE
            count = write_demo(directory, references=references, size=side, photos=photos, seed=seed, progress=progress)
    if name is None:
        print(f"{directory}: {count} references x 6 enhanced images, simulated labels")
    else:
        _say(directory, made)
    return 0


def _say(directory: Path, made: SetMade) -> None:
    """What was written, and a configuration to try it with."""
    what = "choices" if made.name == "bapps" else "distorted images"
    print(f"{directory}: {made.title}'s layout, {made.references} references x {made.images} {what}, simulated labels")
    print("A configuration for it; on the real data, only `root` and `output` change:\n")
    root = json.dumps(str(directory.absolute()), ensure_ascii=False)
    print(CONFIGURATION.format(name=made.name, root=root, output=f"results/{made.name}-simulated"), end="")
