"""Small sets in published layouts: the loaders read them without remarks, every table says that they are simulated."""

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import typer
import yaml

import benchmark
from benchmark.commands.check import check
from benchmark.commands.demo_data import command
from benchmark.core.errors import UserError
from benchmark.data import pairs
from benchmark.images.read import read_image
from benchmark.simulation import bapps, write_like
from benchmark.simulation.crowd import Crowd, annoyance, quality
from benchmark.simulation.distort import DISTORTIONS, distort
from benchmark.simulation.layouts import LAYOUTS
from benchmark.simulation.like import find
from tests.datasets.published_files import remarks
from tests.datasets.trees import load
from tests.long import with_long
from tests.simulation.test_simulation import digest


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_loader_reads_its_layout_and_has_nothing_to_remark(name: str, tmp_path: Path) -> None:
    layout = LAYOUTS[name]
    write_like(name, tmp_path / "set", references=2, size=64)
    dataset = load(name, root=tmp_path / "set")
    assert remarks(dataset) == [], "other numbers than the published ones alarm nobody here"
    table = pairs.complete(dataset.pairs())
    assert len(table) == 2 * len(layout.kinds) * layout.levels
    assert table["reference"].nunique() == 2
    assert table["enhanced_path"].is_unique
    low, high = sorted((layout.worst, layout.best))
    assert table["mos"].between(low, high).all()
    known_low, known_high = dataset.info.label_range
    if known_low is not None and known_high is not None:
        assert known_low - 0.5 <= low < high <= known_high + 0.5, "the labels are on the published scale"
    assert dataset.info.lower_mos_better == (layout.best < layout.worst)
    assert dataset.labels == "simulated"  # type: ignore[attr-defined]
    assert dataset.notes()[0].startswith("Simulated labels: no person judged these images (")
    assert dataset.found_at(tmp_path / "set") is False, "lists of data sets don't take it for the real one"


def test_an_own_copy_that_is_not_marked_is_compared_with_what_was_published(tmp_path: Path) -> None:
    write_like("csiq", tmp_path / "set", references=2, size=64)
    (tmp_path / "set" / "dataset.json").unlink()
    dataset = load("csiq", root=tmp_path / "set")
    assert any("60 labelled pairs, 866 are published" in text for text in remarks(dataset))
    assert dataset.labels == "opinions"  # type: ignore[attr-defined]
    assert dataset.found_at(tmp_path / "set")


def test_same_seed_same_bytes_and_the_same_set_is_not_written_twice(tmp_path: Path) -> None:
    for name in ("live", "csiq"):
        made = [
            write_like(name, tmp_path / f"{name}{at}", references=2, size=64, seed=seed)
            for at, seed in enumerate((0, 0, 1))
        ]
        assert made[0] == made[1]
        digests = [digest(tmp_path / f"{name}{at}") for at in range(3)]
        assert digests[0] == digests[1] != digests[2]
    header = (tmp_path / "live0" / "dmos.mat").read_bytes()[:116]
    assert header == b"MATLAB 5.0 MAT-file".ljust(116), "it doesn't say when"
    with zipfile.ZipFile(tmp_path / "csiq0" / "csiq.DMOS.xlsx") as book:
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
        assert set(re.findall(rb"(\d{4})-\d\d-\d\dT", book.read("docProps/core.xml"))) == {b"1980"}
    before = (tmp_path / "live0" / "dmos.mat").stat().st_mtime_ns
    write_like("live", tmp_path / "live0", references=2, size=64)
    assert (tmp_path / "live0" / "dmos.mat").stat().st_mtime_ns == before
    with pytest.raises(UserError, match="holds a demo data set with another name, title"):
        write_like("csiq", tmp_path / "live0", references=2, size=64)


def test_labels_follow_strength_in_the_direction_of_the_set(tmp_path: Path) -> None:
    for name, sign in (("live", 1), ("kadid10k", -1)):
        write_like(name, tmp_path / name, references=2, size=64)
        table = pairs.complete(load(name, root=tmp_path / name).pairs())
        level = table.groupby(["reference", "condition"]).cumcount()
        assert sign * np.corrcoef(level, table["mos"])[0, 1] > 0.6
    assert table["mos_sd"].between(0.05, 1).mean() > 0.9
    assert set(table["observers"].dropna()) == {30}


def test_observers_know_the_distortion_and_see_no_pixels() -> None:
    rng = np.random.default_rng(0)
    mean, sd = Crowd(rng, 500).opinion("blur", 0.5, 1.0, rng)
    assert mean == pytest.approx(quality("blur", 0.5), abs=0.02)
    assert quality("blur", 0.5) == pytest.approx(np.exp(-1.6 * annoyance("blur") * 0.5))
    assert sd == pytest.approx(np.hypot(0.05, 0.07), abs=0.01)
    assert all(0.6 <= annoyance(kind) <= 1.4 for kind in DISTORTIONS)


@pytest.mark.parametrize("kind", DISTORTIONS)
def test_a_stronger_distortion_changes_more(kind: str) -> None:
    from benchmark.simulation import scenes

    image = next(scenes.shipped(1, 64, np.random.default_rng(1)))
    changes = [
        np.abs(distort(kind, image, strength, np.random.default_rng(2)) - image).mean() for strength in (0.2, 1.0)
    ]
    assert 0 < changes[0] < changes[1]
    assert np.isfinite(changes).all()


def test_bapps_has_three_images_and_a_share_for_each_choice(tmp_path: Path) -> None:
    made = write_like("bapps", tmp_path / "set", references=2, size=64)
    assert made.images == bapps.CHOICES
    judges = sorted((tmp_path / "set" / "2afc").rglob("*.npy"))
    assert len(judges) == 2 * made.images
    groups = ["cnn", "color", "deblur", "frameinterp", "superres", "traditional"]
    for split, votes in (("train", 2), ("val", 5)):
        folder = tmp_path / "set" / "2afc" / split
        assert sorted(path.name for path in folder.iterdir()) == groups
        for group in groups:
            names = [path.stem for path in sorted((folder / group / "judge").iterdir())]
            assert names == [f"{number:06d}" for number in range(6)]
            for name in names:
                share = np.load(folder / group / "judge" / f"{name}.npy")
                assert (share.dtype, share.shape) == (np.float32, (1,))
                assert float(share[0] * votes) == pytest.approx(round(float(share[0] * votes)), abs=1e-5)
                images = [read_image(folder / group / part / f"{name}.png") for part in ("ref", "p0", "p1")]
                assert {image.shape for image in images} == {(3, 64, 64)}
    assert (tmp_path / "set" / "dataset.json").is_file()


def test_photographs_of_ones_own_are_cropped_to_squares(tmp_path: Path) -> None:
    import cv2

    (tmp_path / "photos").mkdir()
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 256, (90, 150, 3), dtype=np.uint8)
        assert cv2.imwrite(str(tmp_path / "photos" / f"{number}.png"), pixels)
    write_like("live", tmp_path / "set", references=2, size=90, photos=tmp_path / "photos")
    stored = read_image(sorted((tmp_path / "set" / "refimgs").iterdir())[0])
    given = read_image(tmp_path / "photos" / "1.png")[:, :, 30:120]
    assert np.abs(stored - given).max() < 1 / 255
    with pytest.raises(UserError, match="2 photographs for 3 references"):
        write_like("live", tmp_path / "other", references=3, size=64, photos=tmp_path / "photos")


def test_names_are_found_in_any_spelling_and_others_are_answered_with_the_nearest() -> None:
    assert [find(name) for name in ("LIVE", "SRIQA_Bench", "TID-2013")] == ["live", "sriqa-bench", "tid2013"]
    with pytest.raises(
        UserError, match=r"demo-data: no layout 'kadid'; did you mean 'kadid10k'\? There is a57, bapps, "
    ):
        find("kadid")
    with pytest.raises(UserError, match="no layout 'xyz'; There is"):
        find("xyz")
    with pytest.raises(UserError, match="A57 has 3 references; say --references 3 or fewer"):
        write_like("a57", Path("nowhere"), references=4)


def test_the_command_prints_a_configuration_that_is_ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "a set: #1"
    with pytest.raises(typer.Exit) as end:
        command(folder, like="csiq", references=2, size=64)
    assert end.value.exit_code == 0
    first, _, configuration = capsys.readouterr().out.partition("\n")
    assert first == f"{folder}: CSIQ's layout, 2 references x 30 distorted images, simulated labels"
    _, _, text = configuration.partition("\n\n")
    assert yaml.safe_load(text) == {
        "dataset": {"name": "csiq", "root": str(folder)},
        "methods": ["psnr", "ssim"],
        "output": "results/csiq-simulated",
    }


@pytest.mark.heavy
@pytest.mark.parametrize("name", with_long(["live", "csiq", "kadid10k"], {"csiq", "kadid10k"}))
def test_check_and_run_work_and_say_simulated(name: str, tmp_path: Path) -> None:
    from rich.console import Console

    write_like(name, tmp_path / "set", references=2, size=64)
    config = tmp_path / "config.yaml"
    head = f"dataset: {{name: {name}, root: set}}\nmethods: [psnr, ssim]\noutput: out\nworkers: 1\n"
    config.write_text(head + "statistics: {replicates: 20}\nreport: {plots: []}\n")
    printed = io.StringIO()
    assert check(config, [], [], Console(file=printed, width=200)) == 0
    assert "simulated" in printed.getvalue().lower()
    assert "published" not in printed.getvalue()
    done = benchmark.run(config)
    assert len(done.scores) == 2 * len(LAYOUTS[name].kinds) * LAYOUTS[name].levels
    table = (tmp_path / "out" / "tables" / "comparison.md").read_text()
    assert "Simulated labels." in table.splitlines()[0]
    assert "Simulated labels: no person judged these images" in table
    assert "Simulated labels" in (tmp_path / "out" / "report.html").read_text()
