"""Reads pickles of plain data (mappings, lists, numbers, text, arrays of whole numbers) without ever executing any.

A pickle is a program: loading one may start anything. So ``pickle`` is not used here at all. The standard library lists a
pickle's instructions (``pickletools``), and this module follows the few that build plain data. A name of Python code is
refused, except those by which numpy stores an array, and these are recognised, not called. Standard library and numpy.
"""

from __future__ import annotations

import io
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.core.errors import DataError, Problem
from benchmark.data.labels import beside

MAX_BYTES = 64 * 2**20
_MODULES = ("numpy.core", "numpy._core")
_NUMPY = {
    "numpy": {"ndarray", "dtype"},
    **{f"{module}.multiarray": {"_reconstruct", "scalar"} for module in _MODULES},
    **{f"{module}.numeric": {"_frombuffer"} for module in _MODULES},
    "_codecs": {"encode"},  # pickles of protocols 0 to 2 hold bytes so
    "__builtin__": {"bytes"},  # and no bytes so
}
_MARK = object()
_DEPTH = 4
_VALUES = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
    *("BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class NotPlainError(Exception):
    """Why a pickle is not read: it is damaged, or more than plain data."""


class _Name:
    """A name of Python code in a pickle: one of numpy's, never looked up."""

    def __init__(self, module: str, name: str) -> None:
        if name not in _NUMPY.get(module, ()):
            raise NotPlainError(f"it would run {module}.{name}")
        self.name = name


class _Made:
    """What numpy would make: the name, its arguments, and the state that is added."""

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.name = name
        self.arguments = arguments
        self.state: tuple[Any, ...] = ()


def read(file: Path) -> Any:
    """The data of a pickle.

    Raises:
        DataError: it is missing, too large, damaged, or holds anything but plain data; one line.
    """
    try:
        if not file.is_file():
            raise DataError(Problem("error", f"no such file{beside(file)}", str(file)))
        if file.stat().st_size > MAX_BYTES:
            raise DataError(Problem("error", f"is larger than {MAX_BYTES >> 20} MiB: no split file", str(file)))
        return loads(file.read_bytes())
    except NotPlainError as error:
        message = f"is not read: {error}. A split file holds mappings, lists, whole numbers and text only"
        raise DataError(Problem("error", message, str(file))) from None
    except OSError as error:
        raise DataError(Problem("error", f"can't be read ({error.strerror or error})", str(file))) from None


def loads(data: bytes) -> Any:
    """The data of a pickle's bytes.

    Raises:
        NotPlainError: it is damaged, or holds anything but plain data.
    """
    machine = _Machine()
    try:
        for instruction, argument, _ in pickletools.genops(io.BytesIO(data)):
            if instruction.name == "STOP":
                return _plain(machine.stack.pop())
            machine.follow(instruction.name, argument)
    except NotPlainError:
        raise
    except Exception as error:  # pickletools and wrong programs raise whatever they meet
        raise NotPlainError(f"it is damaged or no pickle ({type(error).__name__})") from None
    raise NotPlainError("it has no end")


class _Machine:
    """Follows the instructions that build plain data."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def follow(self, name: str, argument: Any) -> None:
        """Do one instruction.

        Raises:
            NotPlainError: it is not among those that build plain data.
        """
        if name in _VALUES or name in _CONSTANTS:
            self.stack.append(_CONSTANTS.get(name, argument))
        elif name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self._memo[len(self._memo) if name == "MEMOIZE" else int(argument)] = self.stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self._memo[int(argument)])
        elif name in ("GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD"):
            self._numpy(name, argument)
        elif name not in ("PROTO", "FRAME"):
            self._collect(name)

    def _collect(self, name: str) -> None:
        """Lists, mappings and tuples."""
        if name == "MARK":
            self.stack.append(_MARK)
        elif name in ("EMPTY_LIST", "EMPTY_DICT", "EMPTY_TUPLE"):
            self.stack.append([] if name == "EMPTY_LIST" else {} if name == "EMPTY_DICT" else ())
        elif name in _TUPLES:
            self.stack.append(tuple(self._pop(_TUPLES[name])))
        elif name in ("TUPLE", "LIST", "DICT"):
            items = self._pop_to_mark()
            self.stack.append(tuple(items) if name == "TUPLE" else items if name == "LIST" else _mapping(items))
        elif name in ("APPEND", "APPENDS"):
            items = self._pop(1) if name == "APPEND" else self._pop_to_mark()
            _of_type(self.stack[-1], list).extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = self._pop(2) if name == "SETITEM" else self._pop_to_mark()
            _of_type(self.stack[-1], dict).update(_mapping(items))
        else:
            raise NotPlainError(f"it holds more than plain data ({name})")

    def _numpy(self, name: str, argument: Any) -> None:
        """The names and calls by which numpy stores arrays; nothing is called."""
        if name == "GLOBAL":
            module, _, attribute = str(argument).partition(" ")
            self.stack.append(_Name(module, attribute))
        elif name == "STACK_GLOBAL":
            module, attribute = self._pop(2)
            self.stack.append(_Name(str(module), str(attribute)))
        elif name == "REDUCE":
            function, arguments = self._pop(2)
            self.stack.append(_Made(_of_type(function, _Name).name, _of_type(arguments, tuple)))
        else:
            (state,) = self._pop(1)
            _of_type(self.stack[-1], _Made).state = _of_type(state, tuple)

    def _pop(self, count: int) -> list[Any]:
        items = self.stack[-count:]
        if len(items) < count:
            raise NotPlainError("it is damaged: it takes more values than it has")
        del self.stack[-count:]
        return items

    def _pop_to_mark(self) -> list[Any]:
        at = len(self.stack) - 1 - self.stack[::-1].index(_MARK)
        items = self.stack[at + 1 :]
        del self.stack[at:]
        return items


def _of_type(value: Any, wanted: type[Any]) -> Any:
    if not isinstance(value, wanted):
        raise NotPlainError("it holds more than plain data")
    return value


def _mapping(items: list[Any]) -> dict[Any, Any]:
    keys = [_plain(key) for key in items[::2]]
    if not all(isinstance(key, (int, str)) for key in keys):
        raise NotPlainError("a key is neither a number nor text")
    return dict(zip(keys, items[1::2], strict=True))


def _plain(value: Any, depth: int = 0, done: dict[int, Any] | None = None) -> Any:
    """A value with arrays as lists; what stands in several places is converted once, so that a small file stays small.

    Raises:
        NotPlainError: it is nested too deeply, or holds something else.
    """
    done = {} if done is None else done
    if value is None or isinstance(value, (int, str)):
        return value
    if depth > _DEPTH:
        raise NotPlainError("it is nested too deeply")
    if id(value) not in done:
        if isinstance(value, dict):
            done[id(value)] = {key: _plain(item, depth + 1, done) for key, item in value.items()}
        elif isinstance(value, (list, tuple)):
            done[id(value)] = [_plain(item, depth + 1, done) for item in value]
        elif isinstance(value, _Made):
            done[id(value)] = _array(value)
        else:
            raise NotPlainError("it holds more than plain data")
    return done[id(value)]


def _array(made: _Made) -> Any:
    """An array or number of numpy, as a list or number."""
    if made.name == "scalar":
        kind, content = made.arguments
        return np.frombuffer(_content(content), dtype=_whole(kind)).tolist()[0]
    if made.name == "_reconstruct":
        _, shape, kind, _, content = made.state
    elif made.name == "_frombuffer":
        content, kind, shape, _ = made.arguments
    else:
        raise NotPlainError("it holds more than plain data")
    if len(shape) != 1:
        raise NotPlainError("an array is no list of numbers")
    numbers: list[int] = np.frombuffer(_content(content), dtype=_whole(kind)).tolist()
    if shape != (len(numbers),):
        raise NotPlainError("an array's length is not its content's")
    return numbers


def _content(value: Any) -> bytes:
    if isinstance(value, _Made) and value.name == "encode" and value.arguments[1:] == ("latin1",):
        return str(value.arguments[0]).encode("latin1")
    if isinstance(value, _Made) and value.name == "bytes" and not value.arguments:
        return b""
    if isinstance(value, str):  # Python 2's
        return value.encode("latin1")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise NotPlainError("an array's content is no bytes")


def _whole(kind: Any) -> np.dtype[Any]:
    """The type of an array of whole numbers."""
    name = str(_of_type(kind, _Made).arguments[0]).lstrip("<>=|")
    if kind.name != "dtype" or name not in {f"{sign}{size}" for sign in "iu" for size in (1, 2, 4, 8)}:
        raise NotPlainError("an array holds more than whole numbers")
    order = ">" if len(kind.state) > 1 and kind.state[1] == ">" else "<"
    return np.dtype(order + name)
