"""EXIF orientation: read in every format, applied on request alone, said where it matters, never hidden by a resize."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

import benchmark
from benchmark.commands import score
from benchmark.config.models import DatasetEntry
from benchmark.data import load
from benchmark.data.check_table import audit
from benchmark.images.orientation import notes
from benchmark.images.read import ImageError, decode, parse_header, read_image
from benchmark.images.sizes import SizePolicy, harmonise
from benchmark.plugins.contracts import Dataset, DatasetInfo

RGB = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
STORED = RGB.transpose(2, 0, 1).astype(np.float32) / np.float32(255)


def saved(path: Path, orientation: int, pixels: np.ndarray = RGB, **options: Any) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, exif=exif, **options)
    return path


def upright(path: Path) -> np.ndarray:
    """As Pillow turns it."""
    with Image.open(path) as image:
        turned = ImageOps.exif_transpose(image).convert("RGB")
    return np.asarray(turned).transpose(2, 0, 1).astype(np.float32) / np.float32(255)


def with_chunk(data: bytes, kind: bytes, content: bytes, *, last: bool) -> bytes:
    """A PNG with one more chunk, after its header or before its end."""
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    at = len(data) - 12 if last else 33
    return data[:at] + chunk + data[at:]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("name", "options"),
    [("a.png", {}), ("a.jpg", {"quality": 95}), ("a.tif", {}), ("a.tif", {"compression": "tiff_lzw"})],
)
def test_every_orientation_of_every_format_is_ignored_or_applied(
    tmp_path: Path, name: str, options: dict[str, Any], orientation: int
) -> None:
    path = saved(tmp_path / name, orientation, **options)
    header = parse_header(path.read_bytes(), name=name)
    assert (header.orientation, header.width, header.height) == (orientation, 30, 20)
    stored = read_image(path)
    assert stored.shape == (3, 20, 30), "TIFF too: Pillow turns these without being asked"
    if name != "a.jpg":
        np.testing.assert_array_equal(stored, STORED)
    applied = read_image(path, orientation="apply")
    np.testing.assert_array_equal(applied, upright(path))
    assert applied.flags.c_contiguous
    assert header.size("apply") == (applied.shape[2], applied.shape[1])


@pytest.mark.parametrize("orientation", [1, 3, 5, 6, 8])
def test_sixteen_bit_colour_tiff_lies_as_stored(tmp_path: Path, orientation: int) -> None:
    deep = np.random.default_rng(1).integers(0, 65536, (20, 30, 3), dtype=np.uint16)
    tags = [(256, 30), (257, 20), (259, 1), (262, 2), (274, orientation), (277, 3), (278, 20), (279, deep.nbytes)]
    content = sorted([*tags, (258, 160), (273, 200)])  # 200: pixels, 160: three bit depths
    entries = b"".join(
        struct.pack("<HHII", tag, 3, 3, 160) if tag == 258 else struct.pack("<HHII", tag, 4, 1, value)
        for tag, value in content
    )
    head = b"II*\0" + struct.pack("<IH", 8, len(content)) + entries + b"\0" * 4
    file = head.ljust(160, b"\0") + struct.pack("<HHH", 16, 16, 16)
    path = tmp_path / "deep.tif"
    path.write_bytes(file.ljust(200, b"\0") + deep.astype("<u2").tobytes())
    expected = deep.transpose(2, 0, 1).astype(np.float32) / 65535
    np.testing.assert_array_equal(read_image(path), expected)
    turned = {1: expected, 3: expected[:, ::-1, ::-1], 5: expected.transpose(0, 2, 1)}
    turned |= {number: np.rot90(expected, times, (1, 2)) for number, times in ((6, -1), (8, 1))}
    np.testing.assert_array_equal(read_image(path, orientation="apply"), turned[orientation])


@pytest.mark.parametrize("last", [False, True])
def test_png_orientation_is_found_wherever_programs_keep_it(last: bool) -> None:
    file = io.BytesIO()
    Image.fromarray(RGB).save(file, "PNG")
    exif = Image.Exif()
    exif[0x0112] = 6
    block = exif.tobytes()
    profile = f"\nexif\n{len(block):8}\n{block.hex()}\n".encode()
    packet = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    for kind, content in (
        (b"eXIf", block.removeprefix(b"Exif\0\0")),
        (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile)),
        (b"tEXt", b"Raw profile type exif\0" + profile),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet),
    ):
        data = with_chunk(file.getvalue(), kind, content, last=last)
        assert parse_header(data, name="a").orientation == 6, kind
        assert decode(data, name="a", orientation="apply").shape == (3, 30, 20), kind
    broken = with_chunk(file.getvalue(), b"zTXt", b"Raw profile type exif\0\0garbage", last=last)
    assert parse_header(broken, name="a").orientation == 1
    np.testing.assert_array_equal(decode(broken, name="a", orientation="apply"), STORED)


@pytest.mark.parametrize("policy", ["error", "resize-reference", "resize-enhanced", "crop"])
def test_no_size_policy_papers_over_a_rotation(tmp_path: Path, policy: Any) -> None:
    reference = saved(tmp_path / "r.jpg", 6)
    turned = np.ascontiguousarray(np.rot90(RGB, -1))
    for factor in (1, 2):
        enhanced = tmp_path / f"e{factor}.png"
        cv2.imwrite(str(enhanced), np.repeat(np.repeat(turned, factor, 0), factor, 1))
        images = (read_image(enhanced), read_image(reference))
        with pytest.raises(ImageError, match=r"EXIF orientation \(1 and 6\) is ignored; set orientation: apply"):
            harmonise(*images, SizePolicy(size_mismatch=policy), (str(enhanced), str(reference)))
    applied = SizePolicy(size_mismatch=policy, orientation="apply")
    names = (str(tmp_path / "e1.png"), str(reference))
    enhanced_image, reference_image = (read_image(Path(name), **applied.decoding()) for name in names)
    one, other = harmonise(enhanced_image, reference_image, applied, names)
    assert one.shape == other.shape == (3, 30, 20)
    unsaid = (np.zeros((3, 30, 20), np.float32), np.zeros((3, 20, 30), np.float32))
    with pytest.raises(ImageError, match="seems to be turned by 90°"):
        harmonise(*unsaid, SizePolicy(size_mismatch=policy), ("e.png", "r.png"))


def test_sizes_that_no_rotation_explains_are_settled_as_before(tmp_path: Path) -> None:
    reference = saved(tmp_path / "r.jpg", 6)
    half = SizePolicy(size_mismatch="resize-enhanced")
    one, other = harmonise(np.zeros((3, 10, 15), np.float32), read_image(reference), half, ("e.png", str(reference)))
    assert one.shape == other.shape == (3, 20, 30), "the enhancer ignored the orientation too and halved the size"
    nearly_square = (np.zeros((3, 100, 101), np.float32), np.zeros((3, 101, 100), np.float32))
    assert harmonise(*nearly_square, half, ("e.png", "r.png"))[0].shape == (3, 101, 100)


class Pairs(Dataset):
    """Reference r and enhanced e of one folder."""

    info = DatasetInfo(name="pairs", title="Pairs")

    def __init__(self, folder: Path, names: list[tuple[str, str]]) -> None:
        self._folder, self._names = folder, names

    def pairs(self) -> Any:
        import pandas as pd

        rows = [
            {
                "reference": r,
                "enhanced": e,
                "mos": n,
                "reference_path": self._folder / r,
                "enhanced_path": self._folder / e,
            }
            for n, (r, e) in enumerate(self._names)
        ]
        return pd.DataFrame(rows)


def said(folder: Path, names: list[tuple[str, str]], severity: str, **policy: Any) -> list[str]:
    problems = audit(Pairs(folder, names), sizes=SizePolicy(**policy))
    return [str(problem).replace(f"{folder}/", "") for problem in problems if problem.severity == severity]


def test_check_says_where_pairs_differ_in_orientation(tmp_path: Path) -> None:
    square = RGB[:, :20]
    for number, name in ((6, "r.png"), (3, "s.png"), (1, "e.png"), (1, "f.png")):
        saved(tmp_path / name, number, np.roll(square, len(name) + number + ord(name[0])))
    names = [("r.png", "e.png"), ("s.png", "f.png")]
    (differing,) = [item for item in said(tmp_path, names, "warning") if "in 2 pairs" in item]
    assert "e.png: 1, r.png: 6" in differing
    assert "set orientation: apply" in differing
    assert said(tmp_path, names, "error") == []
    (differing,) = [item for item in said(tmp_path, names, "warning", orientation="apply") if "in 2 pairs" in item]
    assert "it is applied" in differing
    assert not [item for item in said(tmp_path, names, "warning", orientation="apply") if "not applied" in item]
    saved(tmp_path / "r.png", 6)
    saved(tmp_path / "e.png", 1, np.ascontiguousarray(np.rot90(RGB, -1)))
    for policy in ("error", "resize-enhanced"):
        (error,) = said(tmp_path, names, "error", size_mismatch=policy)
        assert "e.png is 20×30, its reference r.png is 30×20" in error
        assert "EXIF orientation (1 and 6) is ignored" in error
    assert said(tmp_path, names, "error", orientation="apply") == []


def test_score_says_it_on_standard_error(tmp_path: Path) -> None:
    reference, enhanced = saved(tmp_path / "r.png", 3), saved(tmp_path / "e.png", 1, 255 - RGB)
    (note,) = score.pair_notes(enhanced, reference)
    assert "e.png: 1, r.png: 3" in note
    assert score.pair_notes(enhanced, saved(tmp_path / "r.png", 1)) == []


def test_notes_of_tables_say_what_was_done_only_where_it_matters() -> None:
    pairs = [("r.png", "a.png"), ("r.png", "b.png")]
    assert notes(pairs, {"r.png": 1, "a.png": 1, "b.png": 1}, "apply") == ()
    (ignored,) = notes(pairs, {"r.png": 6, "a.png": 6, "b.png": 1}, "ignore")
    assert "ignored" in ignored
    assert "2 of 3 images" in ignored
    assert "in 1 pair " in ignored
    assert "b.png" in ignored
    (applied,) = notes(pairs, {"r.png": 6, "a.png": 6, "b.png": 6}, "apply")
    assert "3 of 3 images are turned" in applied
    assert "differ" not in applied


@pytest.mark.usefixtures("near")
@pytest.mark.heavy
def test_a_run_applies_it_says_so_and_shows_what_it_scored(tmp_path: Path, plugin_folder: Path) -> None:
    (plugin_folder / "methods" / "mae.py").write_text(
        "from benchmark import Method, MethodInfo\n\n\nclass Mae(Method):\n"
        "    info = MethodInfo(name='mae', title='MAE', higher_is_better=False)\n\n"
        "    def score(self, enhanced, reference):\n        return (enhanced - reference).abs().mean(dim=(1, 2, 3))\n"
    )
    lines = ["reference,enhanced,mos"]
    for number in range(3):
        pixels = np.roll(RGB, number)
        saved(tmp_path / f"{number}.png", 6, pixels)
        turned = np.ascontiguousarray(np.rot90(pixels, -1))
        Image.fromarray(turned // 2 if number else turned).save(tmp_path / f"{number}_e.png", compress_level=1)
        lines.append(f"{number}.png,{number}_e.png,{number}")
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    config = {
        "dataset": {"name": "table", "file": str(tmp_path / "pairs.csv"), "orientation": "apply"},
        "methods": ["mae"],
        "statistics": {"replicates": 20},
        "report": {"plots": []},
        "workers": 1,
    }
    for _ in range(2):  # computed, then from the store
        result = benchmark.run(config, output=tmp_path / "out", plugins=[plugin_folder])
        expected = [0.0, *(np.abs(np.roll(RGB, n) // 2 / 255 - np.roll(RGB, n) / 255).mean() for n in (1, 2))]
        np.testing.assert_allclose(result.data.scores["mae"], expected, atol=1e-6)
        about = [note for note in result.data.notes if "EXIF orientation is applied" in note]
        assert len(about) == 1
        assert "3 of 6 images are turned" in about[0]
        assert "in 3 pairs" in about[0]
        (unenhanced,) = [note for note in result.data.notes if "pixel by pixel" in note]
        assert "In 1 of 3 pairs" in unenhanced
        assert "0_e.png" in unenhanced
    shown = Image.open(io.BytesIO(result.data.thumbnails.reference["0_e.png"]))
    assert shown.size == (20, 30)
    key = load.size_policy(DatasetEntry(name="table", orientation="apply")).key()
    assert key["orientation"] == "apply"
    assert "orientation" not in SizePolicy().key()
