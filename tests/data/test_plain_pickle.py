"""Pickles: plain data is read as ``pickle`` would read it; whatever would run something is refused and does not run."""

import os
import pickle
import pickletools
from collections import OrderedDict
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.core.errors import DataError
from benchmark.data import plain_pickle

SPLITS = {1: {"train": [0, 1, 300], "val": [], "test": [70_000, 2**40, -1]}, 2: {"train": [True, None], "test": ["ä"]}}


class Runs:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.file}",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_data_are_what_pickle_reads(protocol: int) -> None:
    data = pickle.dumps(SPLITS, protocol)
    assert plain_pickle.loads(data) == pickle.loads(data)
    assert plain_pickle.loads(pickletools.optimize(data)) == SPLITS


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", ["i1", "u2", "<i4", ">i4", "i8"])
def test_arrays_of_whole_numbers_are_lists(protocol: int, kind: str) -> None:
    numbers = np.array([3, 1, 120], dtype=kind)
    data = pickle.dumps({1: {"train": numbers, "val": numbers[:0], "test": [numbers[0], 5]}}, protocol)
    assert plain_pickle.loads(data) == {1: {"train": [3, 1, 120], "val": [], "test": [3, 5]}}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_would_run_something_is_refused_in_one_line(tmp_path: Path, protocol: int) -> None:
    trace, file = tmp_path / "ran", tmp_path / "splits.pkl"
    for content in (Runs(trace), {1: {"train": [Runs(trace)]}}):
        file.write_bytes(pickle.dumps(content, protocol))
        with pytest.raises(DataError, match=r"splits\.pkl: is not read: it would run (posix|nt)\.system") as caught:
            plain_pickle.read(file)
        assert len(str(caught.value).splitlines()) == 1
    assert not trace.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"(S'true'\nios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'true'\no.",  # OBJ
        b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
        b"\x80\x02cnumpy\nload\nU\x01x\x85R.",
        b"\x80\x02\x82\x01.",  # an extension code
        b"Pid\n.",  # a persistent name
        pickle.dumps(OrderedDict(a=1)),
        pickle.dumps(date(2020, 1, 1)),
        pickle.dumps({1: {2, 3}}),
        pickle.dumps({1: 1.5}),
        pickle.dumps({1: np.array([1.5])}),
        pickle.dumps({1: np.array(["a"], dtype=object)}),
        pickle.dumps({(1, 2): 3}),
        pickle.dumps([[[[[[1]]]]]]),
        pickle.dumps(SPLITS)[:-5],
        b"",
        b"train,val,test\n",
        b"]q\x00h\x00a.",  # a list in itself
        b"\x80\x04\x96\xff\xff\xff\xff\xff\xff\xff\x0f.",  # an exabyte, it says
    ],
)
def test_whatever_is_not_plain_data_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "splits.pkl"
    file.write_bytes(data)
    with pytest.raises(DataError, match=r"splits\.pkl: is not read"):
        plain_pickle.read(file)


def test_a_small_pickle_of_lists_in_lists_stays_small() -> None:
    level: list[Any] = [1] * 1000
    for _ in range(3):
        level = [level] * 1000
    assert len(plain_pickle.loads(pickle.dumps(level))) == 1000


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        plain_pickle.read(tmp_path / "none.pkl")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_pickle_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(pickle.dumps({1: {"train": np.arange(3), "test": [1, 2]}}, 2))
    for _ in range(3):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(plain_pickle.NotPlainError):
        plain_pickle.loads(bytes(content))
