"""LIVE: the published labels on a tree of placeholders, raw and realigned, and what damaged copies say."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from benchmark.simulation import label_files
from tests.datasets.published_files import base, complete, oracle, refused, remarks
from tests.datasets.trees import Shared, load, plant

FILES = [f"{folder}/img{number}.bmp" for folder, count in label_files.LIVE.items() for number in range(1, count + 1)]


def write(root: Path, scores: NDArray[np.float64], references: list[str], originals: NDArray[np.int64]) -> None:
    """The three MATLAB files, with spreads from 1 to 20; the raw scores are half of the realigned ones."""
    label_files.live_arrays(root, scores, np.linspace(1, 20, len(scores)), originals, references, raw=scores / 2)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A copy of release 2 with made-up references and scores; every fifth image is a reference, less one."""
    root = tmp_path / "databaserelease2"
    originals = np.zeros(982, dtype=np.int64)
    originals[np.arange(203) * 4] = 1
    references = [f"photo{at % 29}.bmp" for at in range(982)]
    plant(root, [*FILES, *(f"refimgs/photo{number}.bmp" for number in range(29))])
    scores = np.linspace(-2.64, 111.7747, 982)
    scores[-2:] = -2.64, 111.7747
    write(root, scores, references, originals)
    return root


def test_the_published_labels_give_exactly_their_names_and_labels(shared: Shared, tmp_path: Path) -> None:
    real = oracle(shared, "LIVE")
    plant(tmp_path, [*FILES, *dict.fromkeys(real["ref_img_path"])])
    labelled = dict(zip(real["dis_img_path"], zip(base(real["ref_img_path"]), real["score"], strict=True), strict=True))
    others = ("bikes.bmp", 0.0)
    references = [labelled.get(name, others)[0] for name in FILES]
    scores = np.array([labelled.get(name, others)[1] for name in FILES])
    write(tmp_path, scores, references, np.array([int(name not in labelled) for name in FILES]))
    dataset = load("live", root=tmp_path)
    table = complete(dataset)
    assert (len(table), table["reference"].nunique()) == (779, 29)
    assert (table["mos"].min(), table["mos"].max()) == (-2.640015016409613, 111.7746935263145)
    assert dict(zip(table["enhanced"], zip(table["reference"], table["mos"], strict=True), strict=True)) == labelled
    assert table["condition"].tolist() == [name.split("/")[0] for name in table["enhanced"]]
    assert table["condition"].value_counts().to_dict() == real["dis_type"].value_counts().to_dict()
    assert table["enhanced"].map(lambda name: name.split("/")[1]).duplicated().any(), "file names repeat over folders"
    assert dataset.info.lower_mos_better
    assert remarks(dataset) == []
    scored = pd.read_csv(shared("oracles/zsiqa/live.csv"))
    assert (scored["type"] + "/" + scored["dis"]).tolist() == table["enhanced"].tolist(), "row by row"
    assert scored["ref"].tolist() == table["reference"].tolist()
    np.testing.assert_allclose(scored["mos"], table["mos"], rtol=0, atol=5e-6)


def test_realigned_scores_have_a_spread_and_raw_ones_are_an_option(live: Path) -> None:
    dataset = load("live", root=live)
    table = complete(dataset)
    assert remarks(dataset) == []
    assert len(table) == 779
    at = FILES.index("jpeg/img3.bmp")
    row = table.set_index("enhanced").loc["jpeg/img3.bmp"]
    assert row["reference"] == f"photo{at % 29}.bmp"
    assert row["mos"] == np.linspace(-2.64, 111.7747, 982)[at]
    assert row["mos_sd"] == np.linspace(1, 20, 982)[at]
    assert row["enhanced_path"] == str(live / "jpeg/img3.bmp")
    raw = load("live", root=live, dmos="raw")
    halved = complete(raw)
    assert halved["mos"].tolist() == (table["mos"] / 2).tolist()
    assert halved["mos_sd"].isna().all()
    assert any("raw DMOS" in note for note in raw.notes())
    assert any("realigned DMOS" in note for note in dataset.notes())
    assert any(note.startswith("203 images in the folders of distortions are references") for note in dataset.notes())
    for name in ("dmos_realigned.mat", "refnames_all.mat"):
        digest = hashlib.sha256((live / name).read_bytes()).hexdigest()
        assert f"{name} (SHA-256 {digest[:12]}…)" in dataset.notes()[0]
    (live / "dmos_realigned.mat").unlink()
    assert "`dmos: raw` reads the scores that are there" in refused(load("live", root=live))


def test_files_that_are_not_those_of_release_2_are_refused(live: Path) -> None:
    savemat(live / "dmos.mat", {"dmos": np.zeros((1, 460)), "orgs": np.zeros((1, 460))})
    message = refused(load("live", root=live, dmos="raw"))
    assert "dmos.mat: has 460 values; release 2 has 982" in message
    savemat(live / "dmos.mat", {"scores": np.zeros((1, 982))})
    assert "has no variable dmos nor orgs; there are: scores" in refused(load("live", root=live, dmos="raw"))
    (live / "dmos.mat").write_bytes(b"MATLAB 5.0 MAT-file, cut")
    assert "dmos.mat: can't be read as a MATLAB file" in refused(load("live", root=live, dmos="raw"))
    (live / "refnames_all.mat").rename(live / "Refnames_all.mat")
    assert "there is 'Refnames_all.mat'" in refused(load("live", root=live))


def test_damaged_trees_are_named(live: Path) -> None:
    for name in ("jpeg/img7.bmp", "jpeg/img8.bmp"):
        (live / name).unlink()
    assert "no image 'jpeg/img7.bmp' and 1 more in" in refused(load("live", root=live))
    (live / "jpeg/img9.bmp").rename(live / "jpeg/img7.BMP")
    assert "there is 'img7.BMP': names must be equal in case" in refused(load("live", root=live))
    (live / "refimgs/photo3.bmp").rename(live / "refimgs/Photo3.bmp")
    assert "no image 'photo3.bmp'" in " ".join(remarks(load("live", root=live)))
    (live / "wn").rename(live / "WN")
    message = refused(load("live", root=live))
    assert "wn: no such folder; there is 'WN'" in message
    (live / "WN").rename(live / "wn")
    (message,) = remarks(load("live", root=live.parent))
    assert f"no copy of LIVE here; there is {live}: set `root` to that folder" in message


def test_scores_that_are_no_numbers_and_other_scales_are_named(live: Path) -> None:
    content: dict[str, Any] = {"orgs": np.zeros((1, 982)), "dmos_std": np.ones((1, 982))}
    scores = np.linspace(0, 1, 982)[None]
    savemat(live / "dmos_realigned.mat", {**content, "dmos_new": scores})
    found = remarks(load("live", root=live))
    assert any("982 labelled pairs, 779 are published" in text for text in found)
    scores[0, 4] = np.nan
    savemat(live / "dmos_realigned.mat", {**content, "dmos_new": scores})
    assert "dmos_realigned.mat: value 5: the label is nan, not a finite number" in refused(load("live", root=live))


def test_a_second_copy_is_named(live: Path) -> None:
    for name in ("refimgs", "refnames_all.mat"):
        target = live / "databaserelease2" / name
        target.parent.mkdir(exist_ok=True)
        target.symlink_to(live / name)
    assert any("A second copy lies in databaserelease2/" in text for text in remarks(load("live", root=live)))


@pytest.mark.parametrize("name", ["live", "csiq", "tid2013", "pipal", "kadid10k", "pieapp", "cid22"])
def test_a_root_that_is_missing_is_one_line(name: str, tmp_path: Path) -> None:
    assert len(remarks(load(name, root=tmp_path / "nowhere"))) == 1
