"""Draws a report's plots in several processes, each its share: the bytes are those of one process.

Run as a program it is a helper: it reads its share of the plots from one file and writes the pictures to another. Both are
pickles in a temporary folder that only its user can enter.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmark.core import children
from benchmark.report.plots.style import Kind, Plot
from benchmark.statistics.weighted import processors

PLOTS_EACH = 6
"""Plots that take a process longer than its start."""
MOST = 8
"""Helpers; each takes some 240 MiB."""


def save_all(plots: Sequence[Plot], kinds: Sequence[Kind], processes: int = 0) -> None:
    """Have every plot saved; ``Plot.save`` then only gives the bytes.

    What a helper fails to draw is left undrawn: ``Plot.save`` draws it, and raises what there is to raise.

    Args:
        plots: not drawn yet.
        kinds: the kinds to save each plot as.
        processes: 0 for as many as there are processors and work.
    """
    count = processes or max(1, min(processors(), 1 + MOST, len(plots) // PLOTS_EACH))
    with tempfile.TemporaryDirectory() as folder, _helpers(plots, kinds, count, Path(folder)) as helpers:
        for plot in plots[::count]:
            for kind in kinds:
                plot.save(kind)
        for number, helper in enumerate(helpers, start=1):
            if helper.wait() == 0:
                found = pickle.loads(Path(folder, f"{number}.out").read_bytes())
                for plot, saved in zip(plots[number::count], found, strict=True):
                    plot.keep(saved)


@contextmanager
def _helpers(
    plots: Sequence[Plot], kinds: Sequence[Kind], count: int, folder: Path
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that draw all shares but the first, as far as they start; ended when the caller goes on or fails."""
    helpers: list[subprocess.Popen[bytes]] = []
    try:
        with suppress(OSError):  # too many processes, say: fewer helpers
            for number in range(1, count):
                (folder / f"{number}.in").write_bytes(pickle.dumps((plots[number::count], kinds)))
                helper = subprocess.Popen(
                    children.command(__name__, str(folder / str(number))),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=children.environment(),
                    start_new_session=True,
                )
                helpers.append(helper)
        yield helpers
    finally:
        for helper in helpers:
            helper.kill()
            helper.wait()


def _help(stem: str) -> None:
    children.die_with_parent()
    plots, kinds = pickle.loads(Path(f"{stem}.in").read_bytes())
    saved = [{kind: plot.save(kind) for kind in kinds} for plot in plots]
    Path(f"{stem}.out").write_bytes(pickle.dumps(saved))


if __name__ == "__main__":
    _help(sys.argv[1])
