"""Numbers that keep the text they were written as: ``0.900`` says more than 0.9. Pydantic's core only.

A paper's value is printed as the paper prints it, and measured values are compared with it at its digits.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from numbers import Real
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

PLAIN = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?", re.ASCII)
MANY_DIGITS = Context(prec=500, rounding=ROUND_HALF_EVEN)
HOW = "write digits and a decimal point, as in 0.900, or leave the key out"


class Written(float):
    """A number and the text that it was written as.

    Attributes:
        text: as written, with a plain minus sign.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, value: float, text: str) -> Written:
        """The number ``value``, written as ``text``."""
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (Written, (float(self), self.text))

    def __str__(self) -> str:
        return self.text

    @property
    def digits(self) -> int:
        """The number of digits after the point."""
        return max(0, -self._exponent)

    def equals(self, measured: float) -> bool:
        """Whether a measured value equals this one when rounded to its digits."""
        last = Decimal(1).scaleb(self._exponent)
        return math.isfinite(measured) and Decimal(measured).quantize(last, context=MANY_DIGITS) == Decimal(self.text)

    @property
    def _exponent(self) -> int:
        return int(Decimal(self.text).as_tuple().exponent)

    @classmethod
    def read(cls, value: object) -> Written:
        """From a number or its text; a number without a text gets the digits that it needs.

        Raises:
            ValueError: it is not a number as a paper prints it; says what to write.
        """
        if isinstance(value, float | int) and hasattr(value, "text"):  # as it is written in a file
            text = str(value.text)
        elif isinstance(value, float):
            text = float.__repr__(value)
        elif isinstance(value, str | Decimal | Real) and not isinstance(value, bool):
            text = str(value)
        else:
            raise ValueError(f"not a number; {HOW}")
        text = text.strip().replace("\N{MINUS SIGN}", "-")
        if "%" in text:
            raise ValueError("a percentage; write a share of 1, as in 0.807")
        if not PLAIN.fullmatch(text):
            raise ValueError(f"not a number as a paper prints it; {HOW}")
        return cls(float(text), text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        as_text = core_schema.plain_serializer_function_ser_schema(str, when_used="json")
        return core_schema.no_info_plain_validator_function(cls.read, serialization=as_text)
