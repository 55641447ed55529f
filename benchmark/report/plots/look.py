"""How a report's figures look: their size, letters, fonts and colours, as the configuration asks. No pyplot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmark.config.figures import FigureConfig
from benchmark.report.plots.fonts import Fonts, find_fonts
from benchmark.report.text import one_line

COLUMN, PAGE = 3.4, 7.0
"""Widths in inches on paper: one column of a paper in two columns, both columns."""
SCALES = {"paper": 1.0, "screen": 1.5, "poster": 2.5}
DPI = {"paper": 200, "screen": 144, "poster": 150}
PALETTES = {
    # Okabe and Ito's colours without yellow, in an order in which adjacent ones differ in lightness.
    "okabe-ito": ("#0072b2", "#e69f00", "#1a1a1a", "#56b4e9", "#d55e00", "#009e73", "#cc79a7"),
    # Paul Tol's bright scheme (personal.sron.nl/~pault), in an order in which adjacent ones differ in lightness.
    "tol": ("#4477aa", "#ccbb44", "#aa3377", "#66ccee", "#228833", "#ee6677", "#bbbbbb"),
    "grey": ("#1a1a1a", "#9a9a9a", "#4d4d4d", "#b8b8b8", "#333333", "#7f7f7f", "#666666"),
}
VERDICTS = {
    # Better and worse, and a band: different in lightness too, for greyscale prints.
    "okabe-ito": ("#1b5e9b", "#e08a2e", "#9ec5e6"),
    "tol": ("#225588", "#ccbb44", "#bbccee"),
    "grey": ("#3a3a3a", "#b5b5b5", "#d5d5d5"),
}
SHADES = {
    # From the first place to the last: dark to white.
    "okabe-ito": ("#0b3c6f", "#5b93c7", "#dcebf7", "#ffffff"),
    "tol": ("#1b3d66", "#4477aa", "#dce6f2", "#ffffff"),
    "grey": ("#2b2b2b", "#8a8a8a", "#ebebeb", "#ffffff"),
}
RAMPS = {
    # From the lowest group to the highest: different in lightness too, for greyscale prints.
    "okabe-ito": ("#e08a2e", "#c9a26b", "#9aa4ad", "#5d8fbf", "#1b5e9b"),
    "tol": ("#ccbb44", "#c3bc8a", "#99a8b8", "#5f87b0", "#225588"),
    "grey": ("#c9c9c9", "#a6a6a6", "#818181", "#5c5c5c", "#333333"),
}
WORDS = {"okabe-ito": ("blue", "orange"), "tol": ("blue", "yellow"), "grey": ("dark", "light")}
"""What the colours of better and worse are called."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
FEW = 10
"""Up to so many conditions differ in colour and marker; more come in families of one colour."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """How figures look. Sizes are those on paper; ``scale`` enlarges the whole figure, letters and lines with it.

    Attributes:
        scale: how many times as large as on paper everything is.
        dpi: pixels in an inch of PNG files.
        palette: the name of the colours.
        width: the width of every figure on paper in inches; ``None`` for each figure's own.
        fonts: the fonts.
    """

    scale: float = 1.0
    dpi: int = 200
    palette: str = "okabe-ito"
    width: float | None = None
    fonts: Fonts = field(default_factory=Fonts)

    def wide(self, own: float) -> float:
        """A figure's width on paper in inches, from its own."""
        return own if self.width is None else self.width

    def text(self, text: str) -> str:
        """Text on one line; a frame stands for what no font has."""
        missing = self.fonts.missing
        return "".join("▯" if letter in missing else letter for letter in one_line(text))

    @property
    def better(self) -> str:
        """The colour of what is better."""
        return VERDICTS[self.palette][0]

    @property
    def worse(self) -> str:
        """The colour of what is worse."""
        return VERDICTS[self.palette][1]

    @property
    def band(self) -> str:
        """The colour of a curve's band."""
        return VERDICTS[self.palette][2]

    @property
    def words(self) -> tuple[str, str]:
        """What the colours of better and worse are called."""
        return WORDS[self.palette]

    @property
    def shades(self) -> tuple[str, ...]:
        """Colours of places, from the first to the last."""
        return SHADES[self.palette]

    def shade(self, number: int, count: int) -> str:
        """The colour of the ``number``-th of ``count`` groups that have an order."""
        ramp = RAMPS[self.palette]
        return ramp[round(number * (len(ramp) - 1) / max(count - 1, 1))]

    def of(self, index: int, count: int = 0) -> tuple[str, str]:
        """Colour and marker of the ``index``-th of ``count`` conditions: 49 different ones.

        Up to ten differ in both from their neighbours; more come in families, each of one colour with several markers, so
        that the colour leads to a few entries of the legend and the marker to one.
        """
        colours = PALETTES[self.palette]
        if count <= FEW:
            turn, place = divmod(index, len(colours))
            return colours[place], MARKERS[(place + turn) % len(MARKERS)]
        family, place = divmod(index, family_size(count))
        return colours[family], MARKERS[place]


PAPER = Appearance()
"""The look of figures on paper, with the default font."""


def family_size(count: int) -> int:
    """How many conditions share a colour."""
    return -(-count // len(MARKERS))


def look_of(config: FigureConfig | None, texts: Iterable[str] = ()) -> Appearance:
    """The look that a configuration asks for, with fonts for the characters of texts."""
    wanted = config or FigureConfig()
    scale = SCALES[wanted.style]
    widths: dict[Any, float | None] = {"column": COLUMN, "text": PAGE, None: None}
    width = widths[wanted.width] if wanted.width in widths else float(wanted.width or 0) / scale
    return Appearance(scale, DPI[wanted.style], wanted.palette, width, find_fonts(wanted.font, texts))
