"""Files of kept features: what was written comes back, anything else is noticed, row by row."""

from pathlib import Path

import numpy as np
import pytest

from benchmark.core.errors import UserError
from benchmark.training.feature_files import FeatureFiles, folder_name

PAIR = "ab" * 32


@pytest.fixture
def files(tmp_path: Path) -> FeatureFiles:
    return FeatureFiles(tmp_path / "kept", 3, 5)


@pytest.fixture
def rows() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)


def test_rows_come_back_bit_for_bit(
    files: FeatureFiles, rows: np.ndarray[tuple[int, int], np.dtype[np.float32]]
) -> None:
    rows[0, 0], rows[1, 1] = -0.0, np.inf
    assert not files.holds(PAIR)
    files.write(PAIR, rows)
    assert files.holds(PAIR)
    assert all(files.read(PAIR, crop).tobytes() == rows[crop].tobytes() for crop in range(3))
    assert files.path(PAIR).stat().st_size == pytest.approx(files.bytes_a_pair, abs=200)


@pytest.mark.parametrize("place", [-1, -30, -70])
def test_a_changed_byte_is_noticed(
    files: FeatureFiles, rows: np.ndarray[tuple[int, int], np.dtype[np.float32]], place: int
) -> None:
    files.write(PAIR, rows)
    content = bytearray(files.path(PAIR).read_bytes())
    content[place] ^= 1
    files.path(PAIR).write_bytes(content)
    with pytest.raises(UserError, match=r"damaged; remove the file, it is made anew"):
        _ = [files.read(PAIR, crop) for crop in range(3)]


def test_a_shortened_or_foreign_file_counts_as_missing(
    files: FeatureFiles, rows: np.ndarray[tuple[int, int], np.dtype[np.float32]]
) -> None:
    files.write(PAIR, rows)
    whole = files.path(PAIR).read_bytes()
    for content in (whole[:-1], whole[:40], b"", b"something else"):
        files.path(PAIR).write_bytes(content)
        assert not files.holds(PAIR)
        with pytest.raises(UserError, match="damaged"):
            files.read(PAIR, 0)
    np.save(files.path(PAIR), rows)
    assert not files.holds(PAIR)


def test_the_folders_name_depends_on_all_that_it_was_made_from() -> None:
    one = {"crops": {"crop_size": "64"}, "frozen part": "abc"}
    assert folder_name(one) == folder_name(dict(reversed(one.items())))
    assert folder_name(one) != folder_name({**one, "frozen part": "abd"})
