"""``demo-data``: writes an EFID-shaped data set with simulated labels, for trying out everything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.commands import front
from benchmark.core import places
from benchmark.core.errors import UserError
from benchmark.simulation import write_demo
from benchmark.simulation.bar import WritingProgress


@front.guarded
def command(
    directory: Annotated[Path, typer.Argument(metavar="DIR")],
    references: Annotated[
        int | None,
        typer.Option(
            parser=front.whole_number(2),
            metavar="N",
            help="Number of degraded photographs (default: all of --photos, else 24).",
        ),
    ] = None,
    size: Annotated[
        int, typer.Option(parser=front.whole_number(64), metavar="PX", help="Width and height of each image.")
    ] = 256,
    photos: Annotated[
        Path | None,
        typer.Option(parser=front.path_option, metavar="DIR", help="Real photographs to degrade and enhance."),
    ] = None,
    seed: Annotated[int, typer.Option(parser=front.whole_number(0), metavar="S", help="Same seed, same bytes.")] = 0,
) -> int:
    """Write an EFID-shaped data set with simulated labels."""
    closed = places.why_not_writable(directory.absolute())
    if closed:
        raise UserError(f"demo-data: {closed}; name another folder")
    with WritingProgress(front.consoles()[1]) as progress:
        count = write_demo(directory, references=references, size=size, photos=photos, seed=seed, progress=progress)
    print(f"{directory}: {count} references x 6 enhanced images, simulated labels")
    return 0
