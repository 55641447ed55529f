"""BAPPS in the layout that its authors' script unpacks: every root, splits, votes, and damaged trees."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark.cli import main
from benchmark.config.models import DatasetEntry
from benchmark.config.source import source_of
from benchmark.core.errors import ConfigError, DataError
from benchmark.data import choices, pairs
from benchmark.data.check_table import audit
from benchmark.data.load import Data
from benchmark.data.load import load as load_data
from tests.datasets.choice_trees import plant_bapps
from tests.datasets.published_files import refused, remarks
from tests.datasets.trees import load

GROUPS = {"val/cnn": 3, "val/traditional": 2, "train/mix": 2}


@pytest.fixture
def bapps(tmp_path: Path) -> Path:
    """The folder that holds ``dataset/2afc``, and beside it the part that is not read."""
    plant_bapps(tmp_path / "dataset" / "2afc", GROUPS)
    for part in ("p0", "p1", "same"):
        (tmp_path / "dataset" / "jnd" / "val" / "cnn" / part).mkdir(parents=True)
    return tmp_path


def tables(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    dataset = load("bapps", root=root)
    table = pairs.complete(dataset.pairs(), labelled=False)
    given = dataset.choices()
    assert given is not None
    return table, choices.complete(given, table)


@pytest.mark.parametrize("below", ["", "dataset", "dataset/2afc"])
def test_each_patch_is_a_pair_and_each_judgement_a_choice(bapps: Path, below: str) -> None:
    table, chosen = tables(bapps / below)
    assert table["pair"].tolist() == [
        f"{group}/{side}/{number:06d}"
        for group in ("train/mix", "val/cnn", "val/traditional")
        for number in range(GROUPS[group])
        for side in ("p0", "p1")
    ]
    assert table["reference"].tolist()[:3] == [f"train/mix/ref/00000{number}.png" for number in (0, 0, 1)]
    assert table["mos"].isna().all()
    for row in table.itertuples():
        assert Path(str(row.enhanced_path)) == bapps / "dataset/2afc" / str(row.enhanced)
        assert Path(str(row.reference_path)).is_file()
        assert Path(str(row.enhanced_path)).is_file()
    for choice in chosen.to_dict("records"):
        file = bapps / "dataset/2afc" / f"{choice['first'].replace('/p0/', '/judge/')}.npy"
        assert choice["preference"] == np.load(file)[0]
        assert choice["second"] == choice["first"].replace("/p0/", "/p1/")
        assert choice["cluster"] == choice["reference"] == f"{choice['first'].replace('/p0/', '/ref/')}.png"
        assert (choice["split"], choice["condition"]) == tuple(choice["first"].split("/")[:2])
    assert chosen["votes"].tolist() == [2, 2, 5, 5, 5, 5, 5]


def test_shares_of_another_number_of_votes_leave_it_open(bapps: Path) -> None:
    np.save(bapps / "dataset/2afc/val/cnn/judge/000000.npy", np.array([1 / 3], dtype=np.float32))
    dataset = load("bapps", root=bapps)
    dataset.pairs()
    given = dataset.choices()
    assert given is not None
    assert given.groupby("condition")["votes"].apply(lambda votes: votes.isna().all()).to_dict() == {
        "cnn": True,
        "mix": False,
        "traditional": False,
    }
    assert "Shares of val/cnn are not of the documented number of votes" in " ".join(dataset.notes())


@pytest.mark.parametrize("array", [np.float32(0.4), np.array([[[0.4]]], dtype=np.float16), np.array([1]), np.array(0)])
def test_a_judgement_may_have_any_shape_of_one_number(bapps: Path, array: object) -> None:
    np.save(bapps / "dataset/2afc/val/cnn/judge/000000.npy", np.asarray(array))
    share = float(np.asarray(array).reshape(()))
    assert tables(bapps)[1]["preference"].iloc[2] == round(share * 5) / 5, "of five votes"


def test_a_copy_that_is_not_whole_says_so(bapps: Path) -> None:
    found = remarks(load("bapps", root=bapps))
    assert any("val/cnn holds 3 choices, 4,720 are published" in text for text in found)
    assert any("has no val/superres, val/frameinterp, val/deblur, val/color" in text for text in found)
    assert all(text.startswith("warning") for text in found)


def test_check_counts_the_choices(bapps: Path) -> None:
    found = [str(problem) for problem in audit(load("bapps", root=bapps))]
    assert "7 choices between 14 images of 7 references in 3 groups (mix, cnn, traditional), 2 to 5 votes each" in found
    assert not any("unbalanced" in text or "label each" in text for text in found)


def damaged(name: str, content: bytes | None = None) -> Callable[[Path], None]:
    """A file that is gone, or holds something else."""

    def damage(root: Path) -> None:
        if content is None:
            (root / name).unlink()
        else:
            (root / name).write_bytes(content)

    return damage


def saved(array: object, *, objects: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array, dtype=object if objects else None), allow_pickle=objects)
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    np.savez(file, one=np.array([0.5]))
    return file.getvalue()


def renamed(name: str, other: str) -> Callable[[Path], None]:
    def rename(root: Path) -> None:
        (root / name).rename(root / other)

    return rename


JUDGE = "val/cnn/judge/000001.npy"
DAMAGES = {
    "p0": (damaged("val/cnn/p0/000001.png"), "val/cnn/p0: no image 000001.png, which ref, p1, judge have"),
    "judge": (damaged(JUDGE), "val/cnn/judge: no judgement 000001.npy, which ref, p0, p1 have"),
    "all images": (damaged("val/traditional/ref/000000.png"), "val/traditional/ref: no image 000000.png"),
    "no folder": (lambda root: shutil.rmtree(root / "val/cnn/p1"), "val/cnn: no folder 'p1': unpack the archive again"),
    "case": (
        renamed("val/cnn/p1", "val/cnn/P1"),
        "val/cnn: no folder 'p1'; there is 'P1': names must be equal in case",
    ),
    "shape": (damaged(JUDGE, saved([0.4, 0.6])), "000001.npy: holds 2 numbers (shape (2,)); a judgement is the share"),
    "none": (damaged(JUDGE, saved([])), "holds 0 numbers (shape (0,))"),
    "range": (damaged(JUDGE, saved([1.2])), "holds 1.2; a judgement is the share of observers who prefer p1"),
    "percent": (damaged(JUDGE, saved([60])), "holds 60; "),
    "negative": (damaged(JUDGE, saved([-0.2])), "holds -0.2; "),
    "NaN": (damaged(JUDGE, saved([np.nan])), "holds nan; "),
    "text": (damaged(JUDGE, saved(["p1"])), "holds 'p1', not a number; "),
    "objects": (damaged(JUDGE, saved([0.4], objects=True)), "holds Python objects, which are never loaded; "),
    "no array": (damaged(JUDGE, b"0.4\n"), "is no array that NumPy reads; "),
    "empty": (damaged(JUDGE, b""), "is no array that NumPy reads; "),
    "cut": (damaged(JUDGE, saved([0.4])[:-4]), "is no array that NumPy reads; "),
    "several": (damaged(JUDGE, zipped()), "holds several arrays (.npz); "),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_trees_are_named(bapps: Path, name: str) -> None:
    damage, words = DAMAGES[name]
    root = bapps / "dataset" / "2afc"
    damage(root)
    message = refused(load("bapps", root=root))
    assert words in message
    assert message.startswith(str(root))
    found = [problem for problem in audit(load("bapps", root=root)) if problem.severity == "error"]
    assert [words in str(problem) for problem in found] == [True]


def test_a_folder_that_was_not_unpacked_is_one_line(bapps: Path) -> None:
    for file in (bapps / "dataset/2afc/val/cnn/p0").iterdir():
        file.unlink()
    (problem,) = (text for text in remarks(load("bapps", root=bapps)) if text.startswith("error"))
    assert "p0: no image 000000.png and 2 more, which ref, p1, judge have" in problem


def test_two_copies_and_other_folders_are_refused(bapps: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    shutil.copytree(bapps / "dataset/2afc", bapps / "2afc")
    assert "two copies at once" in refused(load("bapps", root=bapps))
    shutil.copy(bapps / "2afc/val/cnn/p0/000000.png", bapps / "2afc/val/cnn/p0/000000.jpg")
    assert "two images of one choice, 000000.jpg and 000000.png" in refused(load("bapps", root=bapps / "2afc"))
    empty = tmp_path_factory.mktemp("empty")
    (empty / "jnd").mkdir()
    assert "`root` is the folder 2afc, or `dataset` of the authors' script (there is jnd/)" in refused(
        load("bapps", root=empty)
    )
    with pytest.raises(DataError, match="no such folder"):
        load("bapps", root=empty / "2afc").pairs()


def loaded(root: Path, limit: int | None = None, **changes: object) -> Data:
    """The data of a run."""
    values = {"name": "bapps", "root": str(root), **changes}
    return load_data(DatasetEntry.model_validate(values), source_of({"dataset": values}, "test"), limit)


def test_splits_and_limits_choose_choices_with_their_pairs(bapps: Path) -> None:
    asked: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({}, ["cnn"] * 3 + ["traditional"] * 2),
        ({"splits": ["train"]}, ["mix"] * 2),
        ({"splits": ["all"]}, ["mix"] * 2 + ["cnn"] * 3 + ["traditional"] * 2),
        ({"limit": 2}, ["cnn"] * 2),
    )
    for changes, groups in asked:
        data = loaded(bapps, **changes)
        assert data.choices is not None
        assert data.choices["condition"].tolist() == groups
        assert len(data.chosen) == 2 * len(groups)
        assert f"{len(groups)} choices of observers between two images of a reference." in data.notes
    with pytest.raises(ConfigError, match="test"):
        loaded(bapps, splits=["test"])


def test_the_fingerprint_is_of_the_choices_too(bapps: Path) -> None:
    before = loaded(bapps).fingerprint({})
    file = bapps / "dataset/2afc/val/cnn/judge/000000.npy"
    np.save(file, 1 - np.load(file))
    assert loaded(bapps).fingerprint({}) != before


def test_an_imitation_says_that_it_is_one(tmp_path: Path) -> None:
    assert main(["demo-data", "--like", "bapps", str(tmp_path / "made")]) == 0
    (root,) = {path.parent for path in tmp_path.rglob("dataset.json")}
    for place in (root, root / "2afc"):
        dataset = load("bapps", root=place)
        table = pairs.complete(dataset.pairs(), labelled=False)
        given = dataset.choices()
        assert given is not None
        chosen = choices.complete(given, table)
        assert set(chosen["votes"]) == {2, 5}
        assert dataset.labels == "simulated"  # type: ignore[attr-defined]
        assert "Simulated labels" in dataset.notes()[0]
        assert not dataset.found_at(place)
        assert remarks(dataset) == []


def test_copies_are_found_by_their_folders(bapps: Path) -> None:
    kind = type(load("bapps", root=bapps))
    for below in ("", "dataset", "dataset/2afc"):
        assert kind.found_at(bapps / below)
    assert not kind.found_at(bapps / "dataset/2afc/val")
    assert not kind.found_at(bapps / "dataset/jnd")
