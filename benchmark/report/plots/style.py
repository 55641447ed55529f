"""The common style of all plots (fonts, sizes, colours), and their conversion to bytes with fixed metadata. No pyplot."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmark.report.text import one_line

Kind = Literal["png", "pdf", "svg"]
COLUMN, PAGE = 3.4, 7.0  # widths in inches: one column of a two-column paper, both columns
DPI = 200
INK, MUTED, FAINT = "#1a1a1a", "#5c5c5c", "#c8c8c8"
BETTER, WORSE = "#1b5e9b", "#e08a2e"  # different in lightness too, for greyscale prints
BAND = "#9ec5e6"
# Okabe and Ito's colours without yellow, in an order in which adjacent ones differ in lightness; in grey, markers differ.
COLOURS = ("#0072b2", "#e69f00", "#1a1a1a", "#56b4e9", "#d55e00", "#009e73", "#cc79a7")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
METADATA: Mapping[Kind, tuple[str, ...]] = {
    "png": ("Software",),
    "pdf": ("Creator", "Producer", "CreationDate"),
    "svg": ("Creator", "Date", "Format", "Type"),
}
STYLE: Any = {
    "font.family": "DejaVu Sans",
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
    "pdf.compression": 9,
    "path.simplify": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "efid-bench",
}


@contextmanager
def style() -> Iterator[None]:
    """Set matplotlib's defaults with this style, whatever the user's settings are; these are restored afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


@dataclass(frozen=True)
class Plot:
    """A plot, drawn when it is first needed.

    Attributes:
        name: file name without extension, for example ``scatter_psnr``.
        title: heading on the page.
        description: what it shows, in words.
        draw: makes the figure; called inside ``style()``.
    """

    name: str
    title: str
    description: str
    draw: Callable[[], Figure]
    _saved: dict[str, bytes] = field(default_factory=dict, repr=False)

    @cached_property
    def figure(self) -> Figure:
        """Draw the figure."""
        with style():
            return self.draw()

    def keep(self, saved: Mapping[str, bytes]) -> None:
        """Keep the bytes that ``save`` returned in another process, by kind."""
        self._saved.update(saved)

    def save(self, kind: Kind) -> bytes:
        """The plot as PNG, PDF (fonts embedded as TrueType) or SVG (text as paths), without date, version or machine."""
        if kind not in self._saved:
            file = io.BytesIO()
            names = METADATA[kind]
            with style():
                self.figure.savefig(file, format=kind, dpi=DPI, metadata=dict.fromkeys(names))
            self._saved[kind] = file.getvalue()
        return self._saved[kind]


def figure(width: float, height: float) -> Figure:
    """An empty figure of a size in inches; call it inside ``style()``."""
    drawn = Figure(figsize=(width, height))
    FigureCanvasAgg(drawn)
    return drawn


def look(index: int) -> tuple[str, str]:
    """Colour and marker of the ``index``-th condition: 49 different ones, of which adjacent ones differ in both."""
    turn, place = divmod(index, len(COLOURS))
    return COLOURS[place], MARKERS[(place + turn) % len(MARKERS)]


def shown(text: str, limit: int = 40) -> str:
    """Text on one line as the plots' font can print it; shortened in the middle, since names often differ at the end."""
    line = "".join(character if _has_glyph(character) else "▯" for character in one_line(text))
    if len(line) <= limit:
        return line
    end = limit // 3
    return f"{line[: limit - 1 - end].rstrip()}…{line[-end:].lstrip()}"


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    path = font_manager.findfont("DejaVu Sans")
    return bool(font_manager.get_font(path).get_char_index(ord(character)))
