"""The simulated data set: repeatable, in EFID's layout, degraded and judged the way its documentation states."""

import csv
import hashlib
import inspect
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy import ndimage

from benchmark.core.errors import UserError
from benchmark.data import pairs
from benchmark.images.read import read_image
from benchmark.plugins import registry
from benchmark.simulation import degrade, enhance, observers, photographs, write_demo

pytestmark = pytest.mark.heavy


def digest(folder: Path) -> str:
    content = hashlib.sha256()
    for file in sorted(item for item in folder.rglob("*") if item.is_file()):
        content.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return content.hexdigest()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "set"
    write_demo(folder, references=4, size=96, seed=3)
    return folder


@pytest.fixture(scope="module")
def clean() -> tuple[np.ndarray, np.ndarray]:
    """A clean photograph and its field of view."""
    image = next(photographs.views(1, 192, np.random.default_rng(1)))
    return image, image.max(axis=2) > 0.02


def test_same_seed_same_bytes_and_another_seed_others(small: Path, tmp_path: Path) -> None:
    write_demo(tmp_path / "again", references=4, size=96, seed=3)
    write_demo(tmp_path / "other", references=4, size=96, seed=4)
    assert digest(tmp_path / "again") == digest(small)
    assert digest(tmp_path / "other") != digest(small)


def test_the_layout_is_efids_and_loads_with_split_condition_and_opinions(small: Path) -> None:
    loader = registry.datasets().load("efid")(root=small)  # type: ignore[call-arg]
    table = pairs.complete(loader.pairs())
    assert len(table) == 24
    assert set(table["split"]) == {"train", "test"}
    assert table.groupby("split")["reference"].nunique().to_dict() == {"train": 2, "test": 2}
    assert set(table["condition"]) == set(enhance.ALGORITHMS)
    assert not pairs.shared_references(table)
    assert (table["observers"] == 15).all()
    assert (table["mos_sd"] > 0).all()
    assert table["mos"].between(0, 100).all()
    assert any("simulated labels" in note.lower() for note in loader.notes())


def test_everything_says_that_labels_are_simulated(small: Path) -> None:
    assert json.loads((small / "dataset.json").read_text())["labels"] == "simulated"
    assert "SIMULATED LABELS" in (small / "README.txt").read_text()


def test_the_same_set_is_left_alone_and_another_is_not_overwritten(small: Path, tmp_path: Path) -> None:
    before = {item: item.stat().st_mtime_ns for item in small.rglob("*")}
    write_demo(small, references=4, size=96, seed=3)
    assert before == {item: item.stat().st_mtime_ns for item in small.rglob("*")}
    with pytest.raises(UserError, match="another seed"):
        write_demo(small, references=4, size=96, seed=4)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(UserError, match="no demo data set"):
        write_demo(tmp_path / "mine", references=4, size=96)
    with pytest.raises(UserError, match="no such folder"):
        write_demo(tmp_path / "new", photos=tmp_path / "nowhere")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["mine"]


def test_degradations_go_the_way_they_say(clean: tuple[np.ndarray, np.ndarray]) -> None:
    image, mask = clean
    rng = np.random.default_rng(0)

    def detail(picture: np.ndarray) -> float:
        return float(np.square(ndimage.laplace(picture[..., 1])[mask]).mean())

    def contrast(picture: np.ndarray) -> float:
        return float(picture[..., 1][mask].std())

    assert detail(degrade.blur(image, 1.0)) < detail(degrade.blur(image, 0.3)) < detail(image)
    assert contrast(degrade.haze(image, 1.0, rng)) < contrast(image)
    assert detail(degrade.noise(image, 1.0, rng)) > detail(image)
    dark = degrade.degrade(image, mask, rng)
    assert (dark[~mask] == 0).all()
    assert dark.min() >= 0
    assert dark.max() <= 1


def test_a_perfect_restoration_is_judged_best_and_worse_ones_lower(clean: tuple[np.ndarray, np.ndarray]) -> None:
    image, mask = clean
    people = observers.panel(np.random.default_rng(0))
    assert observers.faults(image, image, mask) == pytest.approx(np.zeros(4), abs=1e-5)

    def mean(picture: np.ndarray) -> float:
        return float(observers.ratings(observers.faults(picture, image, mask), people, np.random.default_rng(1)).mean())

    rng = np.random.default_rng(2)
    judged = [mean(degrade.blur(image, severity)) for severity in (0.2, 0.6, 1.0)]
    assert mean(image) > judged[0] > judged[1] > judged[2]
    assert (
        mean(image) > mean(degrade.haze(image, 0.4, rng)) > mean(degrade.haze(image, 1.0, np.random.default_rng(2))) - 1
    )
    assert mean(image) > mean(np.clip(image * np.array([0.7, 1, 1.3]), 0, 1) * mask[..., None])


def test_opinions_are_the_mean_and_spread_of_whole_ratings(small: Path) -> None:
    with open(small / "opinions.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    for row in rows:
        total = float(row["mos"]) * 15
        assert total == pytest.approx(round(total), abs=0.01), "fifteen whole-number ratings"
    lists = "".join((small / f"Label_{split}_list.txt").read_text() for split in ("train", "test"))
    assert {line.split(",")[0]: float(line.split(",")[1]) for line in lists.splitlines()} == {
        row["enhanced"]: float(row["mos"]) for row in rows
    }
    assert statistics.pstdev(float(row["mos"]) for row in rows) > 5


def test_real_photographs_fill_the_round_field_of_view(shared: Callable[[str], Path], tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("00001.jpg", "00002.jpg"):
        (folder / name).symlink_to(shared("fundus") / name)
    write_demo(tmp_path / "set", references=2, size=128, photos=folder)
    picture = read_image(tmp_path / "set" / "clean" / "00001.png")
    assert picture.shape == (3, 128, 128)
    lit = picture.max(axis=0) > 0.1
    assert 0.5 < lit.mean() < 0.8
    assert not lit[:4, :4].any()
    with pytest.raises(UserError, match="2 photographs for 3 references"):
        write_demo(tmp_path / "more", references=3, size=128, photos=folder)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photographs, and what lies beside photographs."""
    folder = tmp_path / "photos"
    (folder / "other.png").mkdir(parents=True)
    for number, image in enumerate(photographs.views(3, 80, np.random.default_rng(0))):
        cv2.imwrite(str(folder / f"{number}.PNG"), np.round(image[..., ::-1] * 255))
    (folder / "._0.png").write_bytes(b"Mac OS X")
    (folder / "notes.txt").write_text("x")
    return folder


def test_as_many_references_as_there_are_photographs_unless_told_otherwise(photos: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    assert write_demo(tmp_path / "all", size=64, photos=photos, progress=lambda *now: seen.append(now)) == 3
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert len(list((tmp_path / "all" / "clean").iterdir())) == 3
    assert write_demo(tmp_path / "all", size=64, photos=photos, progress=lambda *now: seen.append(now)) == 3
    assert len(seen) == 4, "nothing is written, nothing is said"
    assert write_demo(tmp_path / "some", references=2, size=64, photos=photos) == 2
    assert inspect.signature(write_demo).parameters["references"].default is None
    assert json.loads((tmp_path / "some" / "dataset.json").read_text())["references"] == 2
    for name in ("1.PNG", "2.PNG"):
        (photos / name).unlink()
    with pytest.raises(UserError, match=r"1 photographs .*2 are needed"):
        write_demo(tmp_path / "one", size=64, photos=photos)


def test_demo_data_says_how_it_goes_beside_its_output_not_in_it(photos: Path, tmp_path: Path, root: Path) -> None:
    command = [
        sys.executable,
        str(root / "run_benchmark.py"),
        "demo-data",
        str(tmp_path / "set"),
        "--photos",
        str(photos),
    ]
    done = subprocess.run([*command, "--size", "64"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path / 'set'}: 3 references x 6 enhanced images, simulated labels\n"
    first, last = done.stderr.splitlines()
    assert first == "demo-data: 3 photographs to degrade, enhance and judge"
    assert re.fullmatch(r"demo-data: 3 photographs in \d+\.\d s", last)
    again = subprocess.run([*command, "--size", "64"], capture_output=True, text=True, check=True)
    assert (again.stdout, again.stderr) == (done.stdout, "")
