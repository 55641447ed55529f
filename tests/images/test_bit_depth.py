"""16-bit files that hold fewer bits: `check` warns, `bit_depth` says what they are, a file that holds more is refused."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmark.commands import score
from benchmark.config.models import DatasetEntry
from benchmark.data import load
from benchmark.data.check_table import audit
from benchmark.images.read import ImageError, read_image
from benchmark.images.sizes import SizePolicy
from benchmark.plugins.contracts import Dataset, DatasetInfo


def values(bits: int, seed: int = 0, channels: int = 3) -> np.ndarray:
    """Values of so many bits that reach the highest."""
    made = np.random.default_rng([bits, seed]).integers(0, 2**bits, (40, 36, channels), dtype=np.uint16)
    made[0, 0] = 2**bits - 1
    return made


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_values_are_divided_by_the_highest_that_the_depth_has(
    tmp_path: Path, name: str, bits: int, channels: int
) -> None:
    stored = values(bits, channels=channels)
    assert cv2.imwrite(str(tmp_path / name), stored)  # blue, green, red, alpha
    colours = stored[..., 2::-1] if channels > 1 else stored.repeat(3, axis=2)
    expected = colours.transpose(2, 0, 1).astype(np.float32) / np.float32(2**bits - 1)
    np.testing.assert_array_equal(read_image(tmp_path / name, bit_depth=bits), expected)


def test_a_file_with_higher_values_is_refused_by_name(tmp_path: Path) -> None:
    for channels in (1, 3):
        cv2.imwrite(str(tmp_path / "a.png"), values(12, channels=channels))
        with pytest.raises(ImageError, match=r"a\.png: holds values up to 4,095, bit_depth: 10 ends at 1,023"):
            read_image(tmp_path / "a.png", bit_depth=10)


def test_eight_bit_files_are_read_as_ever(tmp_path: Path) -> None:
    pixels = (values(8) % 256).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png", bit_depth=12), read_image(tmp_path / "a.png"))


class Pairs(Dataset):
    """Two references with two enhanced images each."""

    info = DatasetInfo(name="pairs", title="Pairs")

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pairs(self) -> pd.DataFrame:
        rows = [(f"{number}.png", f"{number}_{name}.png", number, name) for number in range(2) for name in "ab"]
        table = pd.DataFrame(rows, columns=["reference", "enhanced", "mos", "condition"])
        paths = {f"{key}_path": [str(self._folder / name) for name in table[key]] for key in ("reference", "enhanced")}
        return table.assign(**paths)


def warned(folder: Path, **policy: Any) -> list[str]:
    problems = audit(Pairs(folder), sizes=SizePolicy(**policy))
    assert not [problem for problem in problems if problem.severity == "error"]
    return [str(problem) for problem in problems if problem.severity == "warning"]


def write(folder: Path, bits: dict[str, int], shift: int = 0) -> None:
    for seed, name in enumerate(("0", "1", "0_a", "0_b", "1_a", "1_b")):
        cv2.imwrite(str(folder / f"{name}.png"), values(bits.get(name, bits.get("", 16)), seed) << shift)


@pytest.mark.parametrize(("bits", "highest"), [(10, "1,023"), (12, "4,095"), (14, "16,383")])
def test_check_warns_once_with_count_and_names_the_key(tmp_path: Path, bits: int, highest: str) -> None:
    write(tmp_path, {"": bits})
    (warning,) = warned(tmp_path)
    assert f"6 of 6 16-bit files hold no value above {highest}, as {bits}-bit data do" in warning
    assert f"set bit_depth: {bits} (else bit_depth: 16)" in warning
    assert warned(tmp_path, bit_depth=bits) == []
    assert warned(tmp_path, bit_depth=16) == []


def test_ten_bits_that_are_dark_in_one_file_are_still_twelve(tmp_path: Path) -> None:
    write(tmp_path, {"": 12, "0_a": 9})
    (warning,) = warned(tmp_path)
    assert "as 12-bit data do" in warning


def test_left_aligned_full_black_and_eight_bit_files_are_no_reason(tmp_path: Path) -> None:
    for bits, shift in ((16, 0), (12, 4), (10, 6)):
        write(tmp_path, {"": bits}, shift)
        assert warned(tmp_path) == [], bits
    cv2.imwrite(str(tmp_path / "0_a.png"), np.zeros((40, 36, 3), np.uint16))
    assert warned(tmp_path) == []


def test_single_files_among_full_ones_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"0": 12, "1": 12})
    (warning,) = warned(tmp_path)
    assert "2 of 6 16-bit files" in warning
    assert "0.png" in warning
    assert "one `bit_depth` can't mend that" in warning


def test_the_key_reaches_the_policy_the_notes_and_the_stores_key(tmp_path: Path) -> None:
    policy = load.size_policy(DatasetEntry(name="x", bit_depth=12))
    assert policy.decoding()["bit_depth"] == 12
    assert "divided by 4,095" in policy.describe()[0]
    assert policy.key()["bit_depth"] == 12
    assert set(SizePolicy(max_pixels=5).key()) == {"size_mismatch", "resize", "fov"}
    cv2.imwrite(str(tmp_path / "r.png"), values(12))
    cv2.imwrite(str(tmp_path / "e.png"), values(12, 1))
    pair = (tmp_path / "e.png", tmp_path / "r.png")
    (note,) = score.pair_notes(*pair)
    assert "bit_depth: 12" in note
    assert score.read_pair(*pair, policy)[0].max() == 1
    assert score.pair_notes(*pair, policy) == []
