"""A folder of parquet files as a data set: names, splits, images kept once, and what is refused."""

import hashlib
import importlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmark.core.errors import UserError
from benchmark.plugins import registry
from tests.datasets.parquet_sets import cell, empty_caches, pairs, picture, write
from tests.datasets.published_files import complete, refused, remarks
from tests.datasets.trees import load

pytestmark = pytest.mark.heavy  # the library imports torch


@pytest.fixture(autouse=True)
def no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return empty_caches(tmp_path, monkeypatch)


def kept(home: Path) -> list[Path]:
    return sorted(path for path in (home / "efid-bench" / "images").rglob("*") if path.is_file())


def test_pairs_of_one_reference_share_its_name_and_its_file(tmp_path: Path, no_hub: Path) -> None:
    file = write(tmp_path / "set", pairs())
    write(tmp_path / "set", pairs(first=100), "validation")
    dataset = load("huggingface", root=tmp_path / "set")
    table = complete(dataset)
    assert table["split"].tolist() == ["train"] * 4 + ["val"] * 4
    hashed = f"{hashlib.sha256(picture(1)).hexdigest()[:12]}.png"
    assert table["reference"][:4].tolist() == ["a.png", "a.png", hashed, hashed], "no name came with the second"
    assert table["reference"][4] == f"{hashlib.sha256(picture(100)).hexdigest()[:12]}-a.png", "the name is taken"
    assert table["cluster"].tolist() == table["reference"].tolist()
    assert table["mos"][:4].tolist() == [1.5, 2.5, 3.5, 4.5]
    assert Path(table["reference_path"][0]).read_bytes() == picture(0), "a PNG file stays as it is"
    assert table["enhanced"][:4].tolist() == ["0.png", "1.png", "2.png", "3.png"]
    assert len(kept(no_hub)) == 12, "a repeated reference is one file"
    assert dataset.label_files[0] == file
    assert any("Splits: validation is val" in note for note in dataset.notes())
    assert remarks(dataset) == []


def test_images_that_the_library_wrote_are_read_alike(tmp_path: Path) -> None:
    datasets: Any = importlib.import_module("datasets")
    content = pairs()
    write(tmp_path / "plain", content)
    made = datasets.Dataset.from_dict(content)
    for column in ("reference", "enhanced"):
        made = made.cast_column(column, datasets.Image())
    (tmp_path / "typed").mkdir()
    datasets.disable_progress_bars()
    made.to_parquet(tmp_path / "typed" / "test.parquet")
    plain, typed = (complete(load("huggingface", root=tmp_path / name)) for name in ("plain", "typed"))
    assert set(typed["split"]) == {"test"}
    columns = ["reference", "enhanced", "mos", "reference_path", "enhanced_path"]
    assert typed[columns].equals(plain[columns])


def test_a_second_run_reads_the_files_of_the_first(tmp_path: Path, no_hub: Path) -> None:
    write(tmp_path / "set", pairs())
    complete(load("huggingface", root=tmp_path / "set"))
    before = {path: path.stat().st_mtime_ns for path in kept(no_hub)}
    complete(load("huggingface", root=tmp_path / "set"))
    assert {path: path.stat().st_mtime_ns for path in kept(no_hub)} == before
    complete(load("huggingface", root=tmp_path / "set", cache=tmp_path / "elsewhere"))
    assert len(list((tmp_path / "elsewhere").rglob("*.png"))) == 6


@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", ".jpg"), ("BMP", ".bmp"), ("TIFF", ".tif"), ("WEBP", ".png"), ("GIF", ".png")]
)
def test_formats_that_are_read_stay_as_they_are_and_others_become_png(tmp_path: Path, kind: str, suffix: str) -> None:
    data = picture(3, kind, "P" if kind == "GIF" else "RGB")
    content = {**pairs(), "enhanced": [cell(data), *pairs()["enhanced"][1:]]}
    write(tmp_path / "set", content)
    path = Path(complete(load("huggingface", root=tmp_path / "set"))["enhanced_path"][0])
    assert path.suffix == suffix
    assert (path.read_bytes() == data) == (suffix != ".png")
    as_stored, as_given = (np.asarray(Image.open(item).convert("RGB")) for item in (path, io.BytesIO(data)))
    assert np.array_equal(as_stored, as_given)


def test_columns_of_other_names_and_optional_ones(tmp_path: Path) -> None:
    content = pairs()
    renamed = {"src": content["reference"], "out": content["enhanced"], "score": ["1", "2.5", "3", "4"]}
    extra: dict[str, list[Any]] = {
        "method": ["x", "y", "x", None],
        "patient": [7, 7, 8, 8],
        "file": ["p", "q", "r", "s"],
        "photo": ["A", "A", "B", "B"],
        "sd": [0.5, 1.0, None, 2.0],
        "votes": [10, 11, 12, 13],
    }
    write(tmp_path / "set", {**renamed, **extra})
    options = {"reference": "src", "enhanced": "out", "label": "score", "condition": "method", "cluster": "patient"}
    names = {"name": "file", "reference_name": "photo", "mos_sd": "sd", "observers": "votes"}
    loader: Any = registry.datasets().load("huggingface")
    dataset = loader(root=tmp_path / "set", **options, **names, split_names={"train": "test"}, simulated=True)
    table = complete(dataset)
    assert table["pair"].tolist() == ["test/p", "test/q", "test/r", "test/s"]
    assert table["reference"].tolist() == ["A", "A", "B", "B"]
    assert table["cluster"].tolist() == ["7", "7", "8", "8"]
    assert table["condition"].tolist() == ["x", "y", "x", ""]
    assert table["mos"].tolist() == [1.0, 2.5, 3.0, 4.0]
    assert table["mos_sd"].fillna(-1).tolist() == [0.5, 1.0, -1.0, 2.0]
    assert table["observers"].tolist() == [10, 11, 12, 13]
    assert dataset.labels == "simulated"
    assert dataset.notes()[0].startswith("Simulated labels")


def test_names_that_came_with_images_are_made_unique(tmp_path: Path) -> None:
    content = pairs()
    content["enhanced"] = [
        cell(picture(20 + number), name) for number, name in enumerate(["x.png", "x.png", None, None])
    ]
    write(tmp_path / "set", content)
    table = complete(load("huggingface", root=tmp_path / "set"))
    assert table["enhanced"].tolist() == ["x.png", "x.png (row 2)", "000003", "000004"]


def test_a_cell_may_be_a_path_in_the_folder_but_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    content = pairs()
    content["reference"] = ["images/a.png", "images/a.png", "../b.png", "images/c.png"]
    content["enhanced"] = [item["bytes"] for item in content["enhanced"]]
    write(folder, content)
    (folder / "images").mkdir()
    for name in ("set/images/a.png", "b.png"):
        (tmp_path / name).write_bytes(picture(0))
    found = remarks(load("huggingface", root=folder))
    assert any(
        "row 3: the reference image is a path: the name '../b.png' leaves the data folder" in text for text in found
    )
    assert any("row 4: the reference image is the path 'images/c.png', which can't be read" in text for text in found)
    assert len(found) == 2


def test_a_wrong_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "set", pairs())
    message = refused(
        load("huggingface", root=tmp_path / "set", enhanced="enhanced_image", label="mo", condition="kind")
    )
    assert "split train: no column 'enhanced_image' (option `enhanced`); did you mean 'enhanced'?" in message
    assert "no column 'mo' (option `label`); did you mean 'mos'?; there is reference, enhanced, mos" in message
    assert "no column 'kind' (option `condition`)" in message


def test_wrong_rows_are_named(tmp_path: Path) -> None:
    content = pairs()
    content["mos"] = ["1", "good", None, "nan"]
    content["enhanced"][0] = cell(picture(5)[:90])
    content["enhanced"][1] = cell(b"no picture")
    content["reference"][2] = None
    content["cluster"] = ["a", "b", "c", None]
    write(tmp_path / "set", content)
    assert [
        text.removeprefix("error: split train, row ") for text in remarks(load("huggingface", root=tmp_path / "set"))
    ] == [
        "1: the enhanced image can't be read: the PNG file is damaged or cut off (at byte 33 of 90)",
        "2: the enhanced image can't be read: it is no image that can be read (it begins with b'no p')",
        "2: the label is not a number ('good')",
        "3: the reference image is missing",
        "3: the label is missing",
        "4: the label is nan, not a finite number",
        "4: the cluster is missing",
    ]
    numbers = {**pairs(), "enhanced": [1, 2, 3, 4]}
    write(tmp_path / "numbers", numbers)
    assert "row 1: the enhanced image is '1', no image" in refused(load("huggingface", root=tmp_path / "numbers"))


def test_names_that_contradict_contents_are_named(tmp_path: Path) -> None:
    write(tmp_path / "set", {**pairs(), "name": ["p", "p", "q", "r"], "reference_name": ["A", "A", "B", "A"]})
    found = remarks(load("huggingface", root=tmp_path / "set"))
    assert "error: split train, row 2: the name 'p' already stands in split train, row 1" in found
    assert "error: split train, row 4: the reference 'A' is another image than in split train, row 1" in found


def test_folders_and_files_that_are_no_data_set_are_one_line(tmp_path: Path) -> None:
    assert "no such folder" in refused(load("huggingface", root=tmp_path / "nowhere"))
    (tmp_path / "empty").mkdir()
    assert "can't be read by the library `datasets`: EmptyDatasetError" in refused(
        load("huggingface", root=tmp_path / "empty")
    )
    file = write(tmp_path / "set", pairs())
    assert "BuilderConfig 'other' not found" in refused(load("huggingface", root=tmp_path / "set", config="other"))
    file.write_bytes(b"PAR1 no more")
    assert "can't be read by the library `datasets`" in refused(load("huggingface", root=tmp_path / "set"))
    (tmp_path / "file").write_text("")
    write(tmp_path / "set", pairs())
    assert "name another folder by `cache`" in refused(
        load("huggingface", root=tmp_path / "set", cache=tmp_path / "file")
    )
    for options in ({}, {"root": tmp_path, "repository": "a/b"}):
        with pytest.raises(UserError, match="needs either `repository`"):
            load("huggingface", **options)
    with pytest.raises(UserError, match="must read owner/name"):
        load("huggingface", repository="name")
