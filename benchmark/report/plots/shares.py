"""Draws a report's plots in several processes; the bytes are the same as from one process.

Run as a program, this module is a helper: it reads plots from standard input and writes images to standard output, both
as pickles between a process and its own child.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

from benchmark.config.figures import FileType
from benchmark.core import children
from benchmark.report.plots.style import Plot
from benchmark.statistics.weighted import processors

PLOTS_EACH = 6
"""Plots that take a process longer than starting it."""
MOST = 8
"""Most helpers; each takes some 240 MiB."""


def save_all(plots: Sequence[Plot], kinds: Sequence[FileType], processes: int = 0) -> None:
    """Draw every plot, so that ``Plot.save`` only returns the bytes.

    A plot that a helper fails to draw is left undrawn: ``Plot.save`` draws it, and raises any error.

    Args:
        plots: plots that are not drawn yet.
        kinds: the file kinds to save each plot as.
        processes: number of processes; 0 for as many as there are processors and work.
    """
    count = processes or max(1, min(processors(), 1 + MOST, len(plots) // PLOTS_EACH))
    shares = [plots[number::count] for number in range(count)]
    with ThreadPoolExecutor(count) as talkers, ExitStack() as helpers:
        replies = []
        with suppress(OSError):  # for instance, too many processes: there are fewer helpers
            for share in shares[1:]:
                helper = helpers.enter_context(children.running(__name__))
                replies.append(talkers.submit(helper.communicate, pickle.dumps((share, kinds))))
        _draw(shares[0], kinds)
        for share, reply in zip(shares[1:], replies, strict=False):
            with suppress(Exception):  # the rest of a dead helper's answer may be anything
                for plot, saved in zip(share, pickle.loads(reply.result()[0]), strict=True):
                    plot.keep(saved)


def _draw(plots: Sequence[Plot], kinds: Sequence[FileType]) -> list[Mapping[str, bytes]]:
    return [{kind: plot.save(kind) for kind in kinds} for plot in plots]


def _help() -> None:
    children.die_with_parent()
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        out.write(pickle.dumps(_draw(*pickle.load(sys.stdin.buffer))))


if __name__ == "__main__":
    _help()
