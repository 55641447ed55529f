"""A set full of what strangers may send: ``check`` names all of it at once, ``run`` refuses just that, scores the rest."""

import csv
import io
import os
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.cli import main

pytestmark = pytest.mark.heavy

UNUSABLE = {
    "cut.png": "damaged or cut off",
    "cut.jpg": "damaged or cut off",
    "empty.png": "empty",
    "text.png": "not a PNG, JPEG, BMP or TIFF file",
    "zero.png": "no pixels",
    "bomb.png": "more than max_pixels",
    "one.png": "1×1, its reference",
    "long.png": "1×20000, its reference",
    "animated.png": "2 frames",
    "folder.png": "folder",
    "pipe.png": "pipe",
}
USABLE = ("cmyk.jpg", "deep.png", "good.png", "linked.png", "profile.png")


def png(width: int, height: int) -> bytes:
    """A PNG of these sizes by its header, with hardly any pixels in it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """One reference, sixteen enhanced images, their table, and a configuration."""
    import cv2

    rng = np.random.default_rng(0)
    reference = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(reference).save(tmp_path / "reference.png")

    def noisy() -> Image.Image:
        values = reference.astype(int) + rng.integers(-20, 20, reference.shape)
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))

    good = noisy()
    good.save(tmp_path / "good.png")
    (tmp_path / "linked.png").symlink_to("good.png")
    whole = (tmp_path / "good.png").read_bytes()
    jpeg = io.BytesIO()
    good.save(jpeg, "JPEG")
    contents = {
        "cut.png": whole[: len(whole) // 2],
        "cut.jpg": jpeg.getvalue()[:-200],
        "empty.png": b"",
        "text.png": b"hello\n",
        "zero.png": png(0, 5),
        "bomb.png": png(60_000, 60_000),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    Image.new("RGB", (1, 1)).save(tmp_path / "one.png")
    Image.new("RGB", (1, 20_000)).save(tmp_path / "long.png")
    good.convert("CMYK").save(tmp_path / "cmyk.jpg")
    noisy().save(tmp_path / "animated.png", save_all=True, append_images=[noisy()])
    noisy().save(tmp_path / "profile.png", icc_profile=b"no profile")
    cv2.imwrite(str(tmp_path / "deep.png"), np.asarray(good)[:, :, ::-1].astype(np.uint16) * 257)
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    rows = [f"reference.png,{name},{number}" for number, name in enumerate([*UNUSABLE, *USABLE])]
    (tmp_path / "pairs.csv").write_text("\n".join(["reference,enhanced,mos", *rows]) + "\n")
    (tmp_path / "c.yaml").write_text(
        "dataset: {name: table, file: pairs.csv}\nmethods: [psnr, gmsd]\nworkers: 1\n"
        "statistics: {replicates: 20}\nreport: {plots: []}\n"
    )
    return tmp_path


@pytest.mark.usefixtures("near")
def test_check_and_run_refuse_the_same_and_score_the_rest(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(place / "c.yaml")]) == 2
    checked = capsys.readouterr()
    named = [line for line in checked.out.splitlines() if line.startswith("error:")]
    assert len(named) == len(UNUSABLE)
    for number, (name, words) in enumerate(UNUSABLE.items()):
        (line,) = [line for line in named if re.search(rf"pairs\.csv:{number + 2}: (\S*/)?{re.escape(name)}\b", line)]
        assert words in line

    assert main(["run", str(place / "c.yaml"), "--output", str(place / "out")]) == 3
    assert "Traceback" not in checked.err + capsys.readouterr().err
    with open(place / "out" / "failures.csv", newline="") as file:
        failures = {(row["pair"], row["method"]): row["reason"] for row in csv.DictReader(file)}
    assert set(failures) == {(name, method) for name in UNUSABLE for method in ("psnr", "gmsd")}
    for (name, _), reason in failures.items():
        assert UNUSABLE[name] in reason
        assert "\n" not in reason
    with open(place / "out" / "scores.csv", newline="") as file:
        scores = {row["pair"]: row["psnr"] for row in csv.DictReader(file)}
    assert {name for name, value in scores.items() if value} == set(USABLE)
    assert float(scores["deep.png"]) == pytest.approx(float(scores["good.png"]), abs=1e-3)
    assert scores["linked.png"] == scores["good.png"]
