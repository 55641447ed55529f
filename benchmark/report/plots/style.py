"""The common style of all plots (sizes of letters, lines), and their conversion to bytes with fixed metadata. No pyplot.

What the configuration may change of it stands in ``look``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmark.config.figures import FileType
from benchmark.report.plots.enlarged import enlarged_pdf, enlarged_svg
from benchmark.report.plots.fonts import register
from benchmark.report.plots.look import Appearance

UNSAID: Mapping[FileType, Sequence[str]] = {
    "png": ("Software",),
    "pdf": ("Creator", "Producer", "CreationDate"),
    "svg": ("Creator", "Date", "Format", "Type"),
}
"""What matplotlib writes into files of its own accord."""
INK, MUTED, FAINT = "#1a1a1a", "#5c5c5c", "#c8c8c8"
STYLE: Any = {
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.labelsize": 7,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 6.5,
    "axes.linewidth": 0.6,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "lines.linewidth": 1.2,
    "legend.frameon": False,
    "legend.handletextpad": 0.3,
    "legend.columnspacing": 1.0,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "text.parse_math": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "figure",
    "pdf.compression": 9,
    "path.simplify": True,
}


@contextmanager
def style(look: Appearance | None = None) -> Iterator[None]:
    """Set matplotlib's defaults with a look's, whatever the user's settings are; these are restored afterwards."""
    look = look or Appearance()
    register(look.fonts.files)
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE | {"font.family": list(look.fonts.families)})
        yield


@dataclass(frozen=True)
class Plot:
    """A plot, drawn when it is first needed.

    Attributes:
        name: file name without extension, for example ``scatter_psnr``.
        title: heading on the page.
        description: what it shows, in words.
        draw: makes the figure in its size on paper; called inside ``style()``.
        look: its fonts, and how much it is enlarged.
    """

    name: str
    title: str
    description: str
    draw: Callable[[], Figure]
    look: Appearance = field(default_factory=Appearance)
    _saved: dict[str, bytes] = field(default_factory=dict, repr=False)

    @cached_property
    def figure(self) -> Figure:
        """Draw the figure."""
        with style(self.look):
            return self.draw()

    def keep(self, saved: Mapping[str, bytes]) -> None:
        """Keep the bytes that ``save`` returned in another process, by kind."""
        self._saved.update(saved)

    def save(self, kind: FileType) -> bytes:
        """The plot as PNG, PDF (fonts embedded as TrueType) or SVG (text as paths), without date, version or machine."""
        if kind not in self._saved:
            with style(self.look):
                self._saved[kind] = self._file(kind)
        return self._saved[kind]

    def _file(self, kind: FileType) -> bytes:
        scale, metadata = self.look.scale, dict.fromkeys(UNSAID[kind])
        if kind == "pdf" and scale != 1:
            return enlarged_pdf(self.figure, scale, metadata)
        file = io.BytesIO()
        inch: dict[str, Any] = {"pil_kwargs": {"dpi": (self.look.dpi, self.look.dpi)}} if kind == "png" else {}
        self.figure.savefig(file, format=kind, dpi=self.look.dpi * scale, metadata=metadata, **inch)
        return enlarged_svg(file.getvalue(), scale) if kind == "svg" and scale != 1 else file.getvalue()


def figure(width: float, height: float) -> Figure:
    """An empty figure of a size in inches on paper; call it inside ``style()``."""
    drawn = Figure(figsize=(width, height))
    FigureCanvasAgg(drawn)
    return drawn
