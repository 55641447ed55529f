"""YAML as people write configurations: keys are text, only plain numbers are numbers, and numbers remember their text.

YAML 1.1, which PyYAML reads, takes ``on`` for true, ``010`` for 8, ``1:00:00`` for 3,600 and ``1e3`` for a word. Here
``true`` and ``false`` are truth values, decimal and hexadecimal numbers are numbers, ``null`` and ``~`` are nothing, and
everything else is text as written. A number keeps its text, because ``0.900`` says more than 0.9, and because where text
is wanted (a label ``1_000``) the text is what was meant.
"""

from __future__ import annotations

import re
from typing import Any, Self

import yaml


class WrittenInt(int):
    """A whole number with its text in the file."""

    text: str

    def __new__(cls, value: int, text: str) -> Self:
        """The number, and the text that it was written as."""
        number = super().__new__(cls, value)
        number.text = text
        return number

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (int(self), self.text)


class WrittenFloat(float):
    """A number with its text in the file (``0.900``)."""

    text: str

    def __new__(cls, value: float, text: str) -> Self:
        """The number, and the text that it was written as."""
        number = super().__new__(cls, value)
        number.text = text
        return number

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (float(self), self.text)


def bare(value: Any) -> Any:
    """A value with plain numbers, which no longer know their text."""
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(bare(item) for item in value)
    if isinstance(value, WrittenInt):
        return int(value)
    return float(value) if isinstance(value, WrittenFloat) else value


_TAG = "tag:yaml.org,2002:"
_KINDS = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*)|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:[0-9][0-9_]*\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
    ),
    ("merge", r"<<", ["<"]),
)


class _Loader(yaml.SafeLoader):
    """A safe loader with fewer guesses; its keys are text as written in the file."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        self.flatten_mapping(node)
        values: dict[Any, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key is a word or text", key.start_mark)
            values[key.value] = self.construct_object(value, deep=deep)
        return values

    def written_int(self, node: yaml.ScalarNode) -> WrittenInt:
        try:
            return WrittenInt(int(node.value, 16 if node.value.startswith("0x") else 10), node.value)
        except ValueError:  # from an explicit `!!int`, or thousands of digits
            raise yaml.constructor.ConstructorError(None, None, "no whole number", node.start_mark) from None

    def written_float(self, node: yaml.ScalarNode) -> WrittenFloat:
        try:
            return WrittenFloat(float(re.sub(r"\.(?=inf|nan)", "", node.value.lower())), node.value)
        except ValueError:  # from an explicit `!!float`
            raise yaml.constructor.ConstructorError(None, None, "no number", node.start_mark) from None

    def text(self, node: yaml.ScalarNode) -> str:
        return str(node.value)

    def truth(self, node: yaml.ScalarNode) -> bool:
        value = self.bool_values.get(str(node.value).lower())
        if value is None:  # from an explicit `!!bool`
            raise yaml.constructor.ConstructorError(None, None, "no truth value", node.start_mark)
        return bool(value)

    def refused(self, node: yaml.Node) -> None:
        tag = str(node.tag).replace(_TAG, "!!")
        raise yaml.constructor.ConstructorError(None, None, f"the tag {tag} is not read here", node.start_mark)


_Loader.yaml_implicit_resolvers = {}  # none of YAML 1.1's
for _name, _pattern, _first in _KINDS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _first)
_Loader.add_constructor(f"{_TAG}int", _Loader.written_int)
_Loader.add_constructor(f"{_TAG}float", _Loader.written_float)
_Loader.add_constructor(f"{_TAG}merge", _Loader.text)
_Loader.add_constructor(f"{_TAG}bool", _Loader.truth)
for _name in ("binary", "timestamp", "omap", "pairs", "set"):
    _Loader.add_constructor(_TAG + _name, _Loader.refused)
_Loader.add_constructor(None, _Loader.refused)


def fault(error: yaml.YAMLError, text: str) -> tuple[int | None, str]:
    """The line of a YAML error, counted from 1 (``None`` if unknown), and what is wrong, on one line."""
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1, f"a character that no text holds ({error.character:#04x})"
    if not isinstance(error, yaml.MarkedYAMLError):
        return None, " ".join(str(error).split())
    problem, mark = str(error.problem), error.problem_mark
    if "'\\t'" in problem:
        problem = "a tab stands where blanks are needed"
    elif error.context == "while scanning a simple key" and error.context_mark is not None:
        problem, mark = "a key needs a colon and a blank after it", error.context_mark
    return (mark.line + 1 if mark is not None else None), problem


def compose(text: str) -> yaml.Node | None:
    """The nodes of a document, with their places."""
    return yaml.compose(text, Loader=_Loader)


def load(text: str) -> Any:
    """The values of a document: plain Python, numbers as ``WrittenInt`` and ``WrittenFloat``."""
    return yaml.load(text, Loader=_Loader)
