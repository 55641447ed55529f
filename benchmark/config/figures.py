"""The keys that decide how figures look: `report.figures`. Pydantic only; a part of `ReportConfig`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SerializerFunctionWrapHandler, field_validator, model_serializer

from benchmark.config.sections import Section

FileType = Literal["png", "pdf", "svg"]
FILE_TYPES: tuple[FileType, ...] = ("png", "pdf")
"""The file types of figures where nothing is said."""
NARROWEST, WIDEST = 2.0, 60.0
Inches = Annotated[float, Field(ge=NARROWEST, le=WIDEST, description="from 2 to 60 inches")]


class FigureConfig(Section):
    """How figures look, so that they stand in a paper, on a screen or on a poster as they are."""

    style: Literal["paper", "screen", "poster"] = "paper"
    """What they are read on. `paper`: letters of 5 to 8 pt; `screen`: all 1.5 times as large; `poster`: 2.5
    times."""
    font: Annotated[str, Field(min_length=1)] = "sans"
    """`sans` (DejaVu Sans), `serif` (STIX, which looks like Times), or the name of an installed font. Characters that it
    does not have come from other installed fonts; those that no font has are named in a note."""
    width: Literal["column", "text"] | Inches | None = None
    """Every figure is this wide: one `column` of a paper in two columns (3.4 in), its `text` (7.0 in), both times 1.5 on
    a `screen` and 2.5 on a `poster`; or a number of inches. By default each has its own width, a column or the text."""
    palette: Literal["okabe-ito", "tol", "grey"] = "okabe-ito"
    """The colours: Okabe and Ito's or Tol's (bright), both for the colour-blind too, or shades of grey."""
    formats: tuple[FileType, ...] = FILE_TYPES
    """File types; `[]` draws none but those that are on the page."""

    @field_validator("formats")
    @classmethod
    def _each_once(cls, value: tuple[FileType, ...]) -> tuple[FileType, ...]:
        return tuple(dict.fromkeys(value))

    @model_serializer(mode="wrap")
    def _only_what_differs(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        content: dict[str, object] = handler(self)
        return {
            key: item for key, item in content.items() if getattr(self, key) != type(self).model_fields[key].default
        }
