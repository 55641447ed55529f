"""Saves a figure enlarged as a whole: page, letters, lines and markers alike. matplotlib.

Figures are laid out for paper. For a screen or a poster the same figure is so many times as large, so that nothing that
fits on paper collides there. PNG only needs more pixels; here are SVG, whose page has another size, and PDF, whose content
begins with a matrix.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_pdf import Op, PdfFile, RendererPdf
from matplotlib.figure import Figure

DPI = 200
"""Of pictures within a figure, such as the fields of a matrix."""
_SIZE = re.compile(rb'\b(width|height)="([0-9.]+)pt"')


_BACKEND: Any = PdfFile, RendererPdf, MixedModeRenderer
_File, _Renderer, _Mixed = _BACKEND  # matplotlib has no types for these


class _Enlarged(_File):  # type: ignore[valid-type, misc] # since it has none
    """A PDF file whose page is ``scale`` times as large as the figure, and what is drawn with it."""

    scale: float

    def newPage(self, width: float, height: float) -> None:  # noqa: N802 - matplotlib's name
        super().newPage(width * self.scale, height * self.scale)
        self.output(self.scale, 0, 0, self.scale, 0, 0, Op.concat_matrix)


def enlarged_pdf(figure: Figure, scale: float, metadata: Mapping[str, Any]) -> bytes:
    """The figure as a PDF file, ``scale`` times as large."""
    content = io.BytesIO()
    made: Any = _Enlarged
    file = made(content, metadata=dict(metadata))
    file.scale = scale
    before, figure.dpi = figure.dpi, 72  # points in an inch
    try:
        width, height = figure.get_size_inches()
        file.newPage(width, height)
        renderer = _Mixed(figure, width, height, DPI, _Renderer(file, DPI, height, width))
        figure.draw(renderer)
        renderer.finalize()
        file.finalize()
    finally:
        figure.dpi = before
        file.close()
    return content.getvalue()


def enlarged_svg(svg: bytes, scale: float) -> bytes:
    """An SVG file with its page ``scale`` times as large; what it shows follows."""
    head, tag, rest = svg.partition(b"<svg ")
    opening, close, body = rest.partition(b">")
    opening = _SIZE.sub(lambda found: b'%s="%spt"' % (found[1], f"{float(found[2]) * scale:.6g}".encode()), opening)
    return head + tag + opening + close + body
