"""One photograph in two data sets is found by its pixels, and suspected where it was resized, compressed or cropped."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmark.core.hashes import sha256_file
from benchmark.data.check_across import (
    Picture,
    SameImage,
    Shared,
    across,
    references_of,
    same_images,
    sentences,
    shared,
)
from benchmark.data.check_table import audit
from benchmark.data.image_facts import ImageFacts
from benchmark.data.look_alike import ALIKE, alike, likeness
from benchmark.data.sketch import Sketch, sketch_of
from benchmark.images.read import read_image
from benchmark.plugins import registry
from benchmark.simulation.photographs import views

RGB = NDArray[np.uint8]
Alter = Callable[[RGB], RGB]


def jpeg(quality: int) -> Alter:
    def compress(image: RGB) -> RGB:
        file = io.BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file))

    return compress


def resized(across: float, down: float | None = None) -> Alter:
    method = cv2.INTER_AREA if across < 1 else cv2.INTER_CUBIC
    return lambda image: cv2.resize(image, None, fx=across, fy=down or across, interpolation=method).astype(np.uint8)


def cropped(left: float, right: float, top: float = 0, bottom: float = 0) -> Alter:
    def crop(image: RGB) -> RGB:
        height, width = image.shape[:2]
        rows = slice(round(top * height), height - round(bottom * height))
        return np.ascontiguousarray(image[rows, round(left * width) : width - round(right * width)])

    return crop


def brightened(image: RGB) -> RGB:
    return np.clip(1.05 * image.astype(np.float64), 0, 255).round().astype(np.uint8)


def drawn(image: RGB) -> Sketch:
    return sketch_of(np.ascontiguousarray(image.transpose(2, 0, 1), dtype=np.float32) / np.float32(255))


@pytest.fixture(scope="module")
def photographs() -> dict[str, RGB]:
    from skimage import data

    found: dict[str, RGB] = {
        name: np.asarray(getattr(data, name)()) for name in ("astronaut", "coffee", "cat", "rocket")
    }
    found["retina"] = resized(0.5)(np.asarray(data.retina()))  # type: ignore[no-untyped-call]
    return found


ALTERED = {
    "half": resized(0.5),
    "quarter": resized(0.25),
    "double": resized(2),
    "stretched": resized(0.5, 0.75),
    "JPEG 95": jpeg(95),
    "JPEG 75": jpeg(75),
    "JPEG 50": jpeg(50),
    "brighter": brightened,
    "two per cent of each side": cropped(0.01, 0.01, 0.01, 0.01),
    "two per cent of one side": cropped(0, 0.02),
    "another shape": cropped(0.05, 0.05),
    "shape, size and JPEG": lambda image: jpeg(75)(resized(0.7)(cropped(0.04, 0.06)(image))),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
def test_a_photograph_is_suspected_however_it_was_changed(photographs: dict[str, RGB], alter: Alter) -> None:
    sketches = [drawn(image) for image in photographs.values()] + [
        drawn(alter(image)) for image in photographs.values()
    ]
    count = len(photographs)
    assert [(pair.first, pair.second) for pair in alike(sketches)] == [(n, n + count) for n in range(count)]


def test_different_photographs_are_not_suspected(photographs: dict[str, RGB]) -> None:
    rng = np.random.default_rng(0)
    eyes = [np.asarray(255 * view, dtype=np.uint8) for view in views(8, 200, rng)]
    assert alike([drawn(image) for image in [*photographs.values(), *eyes]]) == []


def flat_pictures() -> Iterator[RGB]:
    rows, columns = np.mgrid[:120, :160]
    for level in (0, 128, 255):
        yield np.full((120, 160, 3), level, np.uint8)
    noise = np.random.default_rng(0).integers(120, 123, (120, 160, 1))
    yield np.broadcast_to(noise, (120, 160, 3)).astype(np.uint8)
    for slope in (columns, columns + rows):  # skies: nothing in them tells one from another
        yield np.broadcast_to((100 + slope / 4)[..., None], (120, 160, 3)).astype(np.uint8)
    disc = np.hypot(rows - 60, columns - 80) < 55
    for level in (90, 150):
        yield np.broadcast_to(np.where(disc, level, 0)[..., None], (120, 160, 3)).astype(np.uint8)


def test_flat_pictures_are_like_no_other() -> None:
    sketches = [drawn(image) for image in flat_pictures()]
    assert alike(sketches + sketches, mirrored=True) == []
    assert max(likeness(sketches[0], other) for other in sketches) == 0


def test_a_scene_in_another_light_is_not_suspected(photographs: dict[str, RGB]) -> None:
    picture = photographs["coffee"]
    light = np.linspace(0.75, 1, picture.shape[1])[None, :, None]
    one, other = drawn(picture), drawn((light * picture).astype(np.uint8))
    assert 0.9 < likeness(one, other) < ALIKE
    assert alike([one, other]) == []


def test_pictures_that_share_only_their_coarse_brightness_are_not_alike() -> None:
    rows, columns = np.mgrid[:128, :128] / 128
    rng, pictures = np.random.default_rng(0), []
    for _ in range(2):
        vessels = 10 * np.kron(rng.integers(0, 2, (32, 32)), np.ones((4, 4)))
        grey = 10 + 220 * np.sin(np.pi * rows) * np.sin(np.pi * columns) + vessels
        pictures.append(np.repeat(grey[..., None], 3, axis=2).round().astype(np.uint8))
    one, other = (drawn(picture) for picture in pictures)
    assert np.corrcoef(one.luminance.ravel(), other.luminance.ravel())[0, 1] > 0.99
    assert likeness(one, other) == 0
    assert alike([one, other]) == []


def test_mirror_images_are_suspected_only_if_asked_for(photographs: dict[str, RGB]) -> None:
    picture = photographs["coffee"]
    sketches = [drawn(picture), drawn(jpeg(75)(np.ascontiguousarray(picture[:, ::-1])))]
    assert alike(sketches) == []
    (pair,) = alike(sketches, mirrored=True)
    assert pair.mirrored
    assert pair.correlation >= ALIKE
    pictures = [Picture("A", "1", sketch=sketches[0]), Picture("B", "2", sketch=sketches[1])]
    (same,) = same_images(pictures, mirrored=True)
    assert "mirrored" in str(same)


def test_a_sketch_survives_being_written(photographs: dict[str, RGB]) -> None:
    sketch = drawn(photographs["retina"])
    again = Sketch.of_text(sketch.text())
    assert not sketch.inside.all(), "it has a field of view"
    assert (again.luminance == sketch.luminance).all()
    assert (again.inside == sketch.inside).all()
    assert again.aspect == sketch.aspect


@pytest.mark.heavy
def test_none_of_twelve_eyes_is_suspected_but_each_one_saved_anew_is(shared: Callable[[str], Path]) -> None:
    eyes = []
    for file in sorted(shared("fundus").glob("*.jpg")):
        picture = Image.open(file)
        picture.draft("RGB", (1000, 700))
        eyes.append(np.asarray(picture))
    sketches = [drawn(eye) for eye in eyes]
    assert alike(sketches, mirrored=True) == []
    altered = [drawn(jpeg(50)(resized(0.5)(cropped(0.01, 0.01, 0.01, 0.01)(eye)))) for eye in eyes]
    assert [(pair.first, pair.second) for pair in alike(sketches + altered)] == [(n, n + 12) for n in range(12)]


@pytest.fixture
def trees(tmp_path: Path, photographs: dict[str, RGB]) -> dict[str, pd.DataFrame]:
    """Three data sets: A and B share one photograph as PNG and BMP, C has it smaller as JPEG; each has one of its own."""
    common, own = photographs["coffee"], ("cat", "rocket", "astronaut")
    files: dict[str, dict[str, RGB]] = {
        "A": {"hats.png": common, "own.png": photographs[own[0]]},
        "B": {"I03.bmp": common, "I04.bmp": photographs[own[1]]},
        "C": {"03.jpg": resized(0.6)(common), "04.jpg": photographs[own[2]]},
    }
    tables = {}
    for label, images in files.items():
        (tmp_path / label).mkdir()
        for name, image in images.items():
            Image.fromarray(image).save(tmp_path / label / name, quality=85)
        paths = [str(tmp_path / label / name) for name in images]
        tables[label] = pd.DataFrame({"reference": [*images, *images], "reference_path": paths + paths})
    return tables


def hashes_of(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    paths = {path for table in tables.values() for path in table["reference_path"]}
    return {path: sha256_file(Path(path)) for path in paths}


def test_a_photograph_in_three_data_sets_is_one_finding(trees: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    hashes, facts = hashes_of(trees), ImageFacts(tmp_path / "sketches.json")
    pictures = [item for label, table in trees.items() for item in references_of(label, table, hashes, facts)]
    assert len(pictures) == 6
    (same,) = across(same_images(pictures))
    assert same.datasets == ("A", "B", "C")
    assert same.names == ("hats.png", "I03.bmp", "03.jpg")
    assert not same.certain
    assert ALIKE <= same.correlation < 1
    assert shared([same]) == {("A", "B"): Shared(1, 0), ("A", "C"): Shared(0, 1), ("B", "C"): Shared(0, 1)}
    *counts, name = sentences([same])
    assert counts[:2] == ["A and B share 1 photograph: 1 by equal pixels", "A and C share 1 photograph: 1 suspected"]
    assert name.startswith("hats.png of A and I03.bmp of B (equal pixels) and 03.jpg of C may be the same photograph (")

    (certain,) = across(same_images([item for item in pictures if item.dataset != "C"]))
    assert certain.certain
    assert certain.correlation == 1
    assert str(certain) == "hats.png of A and I03.bmp of B are the same image (equal pixels)"
    assert across(same_images([item for item in pictures if item.dataset == "C"])) == []


def test_what_is_known_of_a_file_is_not_computed_again(trees: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    hashes, facts = hashes_of(trees), ImageFacts(tmp_path / "sketches.json")
    first = references_of("A", trees["A"], hashes, facts)
    facts.save()
    for path in trees["A"]["reference_path"].unique():
        Path(path).unlink()
    again = references_of("A", trees["A"], hashes, ImageFacts(tmp_path / "sketches.json"))
    assert [item.pixels for item in again] == [item.pixels for item in first]
    assert len(same_images([*first, *again])) == 2
    assert references_of("A", trees["A"], hashes, ImageFacts(tmp_path / "none.json")) == []


def test_a_picture_turned_by_its_orientation_is_suspected(tmp_path: Path, photographs: dict[str, RGB]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = np.ascontiguousarray(np.rot90(photographs["rocket"]))
    Image.fromarray(turned).save(tmp_path / "turned.jpg", exif=exif)
    sketches = ImageFacts(tmp_path / "sketches.json").sketches(
        {str(tmp_path / "turned.jpg"): sha256_file(tmp_path / "turned.jpg")}
    )
    ((_, sketch),) = sketches.values()
    assert likeness(sketch, drawn(photographs["rocket"])) >= ALIKE
    assert sketch.aspect > 1
    assert likeness(sketch_of(read_image(tmp_path / "turned.jpg")), drawn(photographs["rocket"])) < ALIKE


def test_an_enhanced_image_matters_where_it_is_a_reference_elsewhere() -> None:
    reference, enhanced = Picture("A", "1.png", pixels="ab"), Picture("B", "1_x.png", pixels="ab", role="enhanced")
    other = Picture("C", "2.png", pixels="ab", role="enhanced")
    (same,) = same_images([reference, enhanced, Picture("B", "3.png", pixels="cd")])
    assert str(same) == "1.png of A and the enhanced image 1_x.png of B are the same image (equal pixels)"
    assert same_images([enhanced, other]) == []
    assert same_images([Picture("A", "1"), Picture("B", "2")]) == [], "pixels that are unknown are not equal"


def test_many_findings_are_cut_and_counted() -> None:
    pictures = [Picture(label, f"{number}.png", pixels=str(number)) for label in "AB" for number in range(14)]
    found = same_images(pictures)
    lines = sentences(found)
    assert lines[0] == "A and B share 14 photographs: 14 by equal pixels"
    assert len(lines) == 12
    assert lines[-1] == "… and 4 more"
    crowd = SameImage((tuple(Picture("A", str(number)) for number in range(12)),))
    assert "and 2 more are the same image" in str(crowd)


def write_set(folder: Path, images: dict[str, RGB]) -> Any:
    """A table of references with one enhanced image each."""
    lines = ["reference,enhanced,mos"]
    for number, (name, image) in enumerate(images.items()):
        Image.fromarray(image).save(folder / name, quality=80)
        Image.fromarray((image // 2).astype(np.uint8)).save(folder / f"e{number}.png")
        lines.append(f"{name},e{number}.png,{number}")
    (folder / "pairs.csv").write_text("\n".join(lines))
    return registry.datasets().load("table")(file=folder / "pairs.csv")  # type: ignore[call-arg]


def test_check_suspects_references_of_one_data_set(tmp_path: Path, photographs: dict[str, RGB]) -> None:
    picture, cat = (resized(0.5)(photographs[name]) for name in ("coffee", "cat"))
    dataset = write_set(tmp_path, {"a.png": picture, "b.jpg": picture, "c.png": cat, "d.bmp": cat})
    (warning,) = [str(item) for item in audit(dataset, learned=True) if "independent references" in item.message]
    assert "pairs.csv:3: a.png and b.jpg may be the same photograph (correlation 0.99" in warning
    assert "not independent references" in warning
    assert not [item for item in audit(dataset, whole=False) if "same photograph" in item.message]


def test_check_names_at_most_ten_suspected(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images: dict[str, RGB] = {}
    for number in range(11):
        blobs = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        images[f"{number}.png"] = images[f"{number}.jpg"] = resized(8)(blobs)
    found = [item.message for item in audit(write_set(tmp_path, images)) if "photograph" in item.message]
    assert len(found) == 11
    assert found[-1] == "1 more references may be photographs saved twice"
