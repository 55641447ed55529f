"""The same picture is found by its pixels, however it is saved: in `check`, and where a checkpoint was trained on it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmark.config.models import DatasetEntry
from benchmark.core.errors import ConfigError
from benchmark.core.hashes import sha256_file
from benchmark.data import load
from benchmark.data.check_table import audit
from benchmark.data.image_facts import ImageFacts
from benchmark.images.read import pixel_sha256, read_image
from benchmark.plugins import checkpoints, registry
from benchmark.plugins.contracts import Dataset, DatasetInfo
from benchmark.scoring import stated_training
from benchmark.scoring.lineup import Entrant

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (36, 40, 3), dtype=np.uint8)
FEW = Image.fromarray(RGB).quantize(16)
COLOURS = np.asarray(FEW.convert("RGB"))


def other_compression(path: Path) -> None:
    Image.fromarray(COLOURS).save(path, "PNG", compress_level=1)


def palette(path: Path) -> None:
    FEW.save(path, "PNG")


def opaque(path: Path) -> None:
    Image.fromarray(COLOURS).convert("RGBA").save(path, "PNG")


def sixteen_bits(path: Path) -> None:
    cv2.imwrite(str(path), COLOURS[..., ::-1].astype(np.uint16) * 257)


def bmp(path: Path) -> None:
    Image.fromarray(COLOURS).save(path, "BMP")


def tiff(path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(COLOURS).save(path, "TIFF", compression="tiff_lzw", exif=exif)


SAVED = [other_compression, palette, opaque, sixteen_bits, bmp, tiff]
each_way = pytest.mark.parametrize("save", SAVED, ids=lambda save: save.__name__)


@each_way
def test_pixels_have_one_hash_however_they_are_saved(tmp_path: Path, save: Callable[[Path], None]) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    save(tmp_path / "b.png")
    assert sha256_file(tmp_path / "a.png") != sha256_file(tmp_path / "b.png")
    first = pixel_sha256(read_image(tmp_path / "a.png"))
    assert pixel_sha256(read_image(tmp_path / "b.png")) == first
    changed = COLOURS.copy()
    changed[35, 39, 2] ^= 1
    Image.fromarray(changed).save(tmp_path / "c.png")
    assert pixel_sha256(read_image(tmp_path / "c.png")) != first
    Image.fromarray(np.ascontiguousarray(COLOURS.reshape(40, 36, 3))).save(tmp_path / "d.png")
    assert pixel_sha256(read_image(tmp_path / "d.png")) != first, "the same bytes in another shape"


def test_grey_is_the_same_picture_as_grey_in_colour(tmp_path: Path) -> None:
    Image.fromarray(RGB[..., 0]).save(tmp_path / "a.png")
    Image.fromarray(RGB[..., :1].repeat(3, axis=2)).save(tmp_path / "b.png")
    assert pixel_sha256(read_image(tmp_path / "a.png")) == pixel_sha256(read_image(tmp_path / "b.png"))


class Pairs(Dataset):
    """Rows of split, reference, enhanced in one folder; files that are not there yet are noise."""

    info = DatasetInfo(name="pairs", title="Pairs")

    def __init__(self, folder: Path, rows: list[tuple[str, str, str]]) -> None:
        self._folder, self._rows = folder, rows
        for _, *names in rows:
            for name in names:
                if not (folder / name).exists():
                    noise = np.random.default_rng(list(name.encode())).integers(0, 256, RGB.shape, dtype=np.uint8)
                    Image.fromarray(noise).save(folder / name)

    def pairs(self) -> pd.DataFrame:
        table = pd.DataFrame(self._rows, columns=["split", "reference", "enhanced"]).assign(mos=range(len(self._rows)))
        paths = {f"{key}_path": [str(self._folder / name) for name in table[key]] for key in ("reference", "enhanced")}
        return table.assign(**paths)


def said(dataset: Dataset, severity: str, *, learned: bool = False) -> list[str]:
    return [str(item) for item in audit(dataset, learned=learned) if item.severity == severity]


@each_way
def test_check_finds_a_training_reference_saved_anew_in_the_test_split(
    tmp_path: Path, save: Callable[[Path], None]
) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "1.png")
    save(tmp_path / "2.png")
    dataset = Pairs(tmp_path, [("train", "1.png", "1_a.png"), ("test", "2.png", "2_a.png")])
    (leak,) = [item for item in said(dataset, "error", learned=True) if "same reference" in item]
    assert "1.png and 2.png, stands in the splits test and train (equal pixels in different files)" in leak
    assert [item for item in said(dataset, "warning") if "same reference" in item]


def test_check_finds_copies_within_a_split_and_unenhanced_images_by_pixels(tmp_path: Path) -> None:
    for name in ("1.png", "1_b.png"):
        Image.fromarray(COLOURS).save(tmp_path / name)
    for name in ("2.png", "1_a.png"):
        palette(tmp_path / name)
    rows = [("test", "1.png", "1_a.png"), ("test", "1.png", "1_b.png"), ("test", "2.png", "2_a.png")]
    warnings = said(Pairs(tmp_path, rows), "warning")
    (unenhanced,) = [item for item in warnings if "nothing was enhanced" in item]
    assert "1_a.png is identical to its reference 1.png, pixel by pixel" in unenhanced
    assert "2 of 3 pairs: 1_a.png, 1_b.png" in unenhanced
    assert [
        item for item in warnings if "test/1.png and test/2.png (equal pixels in different files) are the same" in item
    ]
    assert [item for item in warnings if "test/1_a.png and test/1_b.png (equal pixels" in item]


def test_of_many_copies_a_line_names_ten(tmp_path: Path) -> None:
    names = [f"{number:02d}.png" for number in range(24)]
    for name in names:
        Image.fromarray(COLOURS).save(tmp_path / name)
    rows = [("test" if at else "train", name, f"{at}_a.png") for at, name in enumerate(names[:12])]
    rows += [("test", "12.png", name) for name in names[12:]]
    warnings = [item for item in said(Pairs(tmp_path, rows), "warning") if " same " in item]
    assert len(warnings) == 2
    assert any("test/21.png … and 2 more are the same image, but have a label each" in item for item in warnings)
    assert any("08.png, 09.png … and 3 more, stands in the splits" in item for item in warnings)


def test_check_finds_a_copy_that_folds_put_on_both_sides(tmp_path: Path) -> None:
    rows = [("", f"{number}.png", f"{number}_a.png") for number in range(4)]
    Image.fromarray(COLOURS).save(tmp_path / "0.png")
    palette(tmp_path / "3.png")
    dataset = Pairs(tmp_path, rows)
    counted = []
    for fold in (1, 2, 3, 4):
        entry = DatasetEntry(name="pairs", folds=4, test_fold=fold)
        problems = audit(dataset, learned=True, arrange=partial(load.arranged, entry=entry))
        errors = [item.message for item in problems if item.severity == "error"]
        counted.append(sum("same reference, as 0.png and 3.png" in message for message in errors))
    assert sorted(counted) == [0, 0, 1, 1], "each of the two is left out in one fold"


def judged(folder: Path, stated: Mapping[str, object], scored: Path) -> list[str]:
    checkpoints.write(folder / "best.pt", stated)
    learned = registry.methods().load("sdmp-net-tiny")(checkpoint=folder / "best.pt")  # type: ignore[call-arg]
    entrant = Entrant("mine", "sdmp-net-tiny", method=learned)
    hashes = {str(scored): sha256_file(scored)}
    facts = ImageFacts(folder / "images.json")
    stated_training.judge_checkpoints([entrant], hashes, lambda: facts.pixels(hashes))
    return entrant.marks


@pytest.mark.heavy
@each_way
def test_a_checkpoint_trained_on_what_is_scored_is_refused_by_pixels(
    tmp_path: Path, save: Callable[[Path], None]
) -> None:
    original, anew = tmp_path / "1.png", tmp_path / "other.png"
    Image.fromarray(COLOURS).save(original)
    save(anew)
    pixels, file = {"1.png": pixel_sha256(read_image(original))}, {"1.png": sha256_file(original)}
    with pytest.raises(ConfigError, match=r"trained on 1 .*other\.png …, 1 of them the same pixels saved anew"):
        judged(tmp_path, {"training_references": file, "training_pixels": pixels}, anew)
    others = {"training_references": {"9.png": "ab" * 32}, "training_pixels": {"9.png": "cd" * 32}}
    stated = {**others, "selected_on": {"references": file, "pixels": pixels}}
    assert judged(tmp_path, stated, anew) == ["its checkpoint was selected on the scored split"]


@pytest.mark.heavy
def test_a_checkpoint_of_before_is_compared_by_files_and_that_is_said(tmp_path: Path) -> None:
    original, anew = tmp_path / "1.png", tmp_path / "2.png"
    Image.fromarray(COLOURS).save(original)
    palette(anew)
    stated = {"training_references": {"1.png": sha256_file(original)}}
    (mark,) = judged(tmp_path, stated, anew)
    assert "copies saved anew are not found" in mark
    assert not (tmp_path / "images.json").exists()
    with pytest.raises(ConfigError, match="trained on 1 of the references"):
        judged(tmp_path, stated, original)


def test_pixels_are_looked_at_once(tmp_path: Path) -> None:
    file = tmp_path / "1.png"
    Image.fromarray(COLOURS).save(file)
    hashes = {str(file): sha256_file(file), str(tmp_path / "gone.png"): "0" * 64}
    facts = ImageFacts(tmp_path / "images.json")
    first = facts.pixels(hashes)
    assert first == {str(file): pixel_sha256(read_image(file))}
    assert facts.orientations(hashes) == {str(file): 1, str(tmp_path / "gone.png"): 1}
    facts.save()
    file.unlink()
    assert ImageFacts(tmp_path / "images.json").pixels(hashes) == first, "known by content, no file is read again"
    (tmp_path / "images.json").write_text("damaged")
    assert ImageFacts(tmp_path / "images.json").pixels(hashes) == {}
