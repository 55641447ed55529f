"""Nine sets on trees of small images: exactly the published names, references and labels, from every list in circulation."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from scipy.io import loadmat, savemat

from benchmark.core.errors import DataError
from benchmark.data import pairs
from tests.datasets.trees import PUBLISHED, complete, load, planted

Shared = Callable[[str], Path]


def compare(table: pd.DataFrame, rows: list[dict[str, str]], top: Path) -> None:
    """The table holds exactly these images, references and labels, in this order."""
    found = [
        (str(Path(enhanced).relative_to(top)), str(Path(reference).relative_to(top)), mos)
        for enhanced, reference, mos in zip(table["enhanced_path"], table["reference_path"], table["mos"], strict=True)
    ]
    assert found == [(row["dis_img_path"], row["ref_img_path"], float(row["score"])) for row in rows]
    assert all(Path(path).is_file() for column in pairs.PATHS for path in table[column])


def facts(table: pd.DataFrame) -> tuple[int, int, float, float]:
    return len(table), table["reference"].nunique(), table["mos"].min(), table["mos"].max()


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_tree_gives_exactly_its_list(name: str, shared: Shared, tmp_path: Path) -> None:
    package, options, expected, lower = PUBLISHED[name]
    root, rows = planted(shared, tmp_path, package)
    for place in (root, root.parent):
        dataset = load(name.removesuffix("-100"), root=place, **options)
        table, problems = dataset.examine()
        assert problems == []
        table = pairs.complete(table)
        compare(table, rows, tmp_path)
        assert facts(table) == expected
        assert table["pair"].is_unique
    assert dataset.info.lower_mos_better is lower
    assert f"labels from {package}.txt" in dataset.notes()[0]
    assert dataset.label_files == (root / f"{package}.txt",)
    assert not any("published" in note for note in dataset.notes())


@pytest.mark.parametrize("name", ["a57", "sdivl", "vclfer", "cidiq", "toyama"])
def test_conditions_are_the_packages_kinds(name: str, shared: Shared, tmp_path: Path) -> None:
    root, rows = planted(shared, tmp_path, PUBLISHED[name][0])
    table = complete(load(name, root=root))
    together = set(zip(table["condition"], (row["dis_type"] for row in rows), strict=True))
    assert len(together) == table["condition"].nunique() == len({row["dis_type"] for row in rows}), together


def test_live_md_names_the_five_combinations(shared: Shared, tmp_path: Path) -> None:
    root, _ = planted(shared, tmp_path, "LIVE_MD")
    counts = complete(load("live-md", root=root))["condition"].value_counts().to_dict()
    assert counts == {"blur": 90, "JPEG": 45, "noise": 45, "blur then JPEG": 135, "blur then noise": 135}


@pytest.mark.parametrize("distance", [50, 100])
def test_cidiq_reads_the_authors_file_of_each_distance(distance: int, shared: Shared, tmp_path: Path) -> None:
    root, rows = planted(shared, tmp_path, f"CIDIQ_MOS{distance}")
    (root / f"CIDIQ_MOS{distance}.txt").unlink()
    labels = [[float(row["score"])] for row in rows]
    savemat(root / f"MOS{distance}.mat", {f"MOS{distance}": labels})
    dataset = load("cidiq", root=root, distance=distance)
    table = complete(dataset)
    compare(table, rows, tmp_path)
    assert set(table["observers"]) == {17}
    assert f"a viewing distance of {distance} cm" in dataset.notes()[1]
    savemat(root / f"MOS{distance}.mat", {f"MOS{distance}": labels[1:]})
    with pytest.raises(DataError, match="holds 689 labels for 690 images"):
        dataset.pairs()
    with pytest.raises(DataError, match=f"no list of labels; looked for MOS{150 - distance}.mat"):
        load("cidiq", root=root, distance=150 - distance).pairs()


def test_mdid_reads_a_label_a_line(shared: Shared, tmp_path: Path) -> None:
    root, rows = planted(shared, tmp_path, "MDID2016")
    (root / "MDID2016.txt").unlink()
    labels = [row["score"] for row in rows]
    (root / "mos.txt").write_text("\n".join(labels))
    compare(complete(load("mdid", root=root)), rows, tmp_path)
    (root / "mos.txt").write_text("\n".join(labels[:-1]))
    with pytest.raises(DataError, match="holds 1,599 labels for 1,600 images"):
        load("mdid", root=root).pairs()
    (root / "mos.txt").write_text("\n".join([*labels[:-1], "5,5"]))
    with pytest.raises(DataError, match=r"mos.txt:1600: the label is not a number"):
        load("mdid", root=root).pairs()


@pytest.mark.parametrize("among", [False, True])
def test_mdid2013_reads_the_authors_file(among: bool, shared: Shared, tmp_path: Path) -> None:
    root, rows = planted(shared, tmp_path, "MDID2013")
    (root / "MDID2013.txt").unlink()
    if among:
        for file in (root / "Ref").iterdir():
            file.rename(root / "MDID2013" / file.name)
        rows = [{**row, "ref_img_path": row["ref_img_path"].replace("/Ref/", "/MDID2013/")} for row in rows]
    labels = [[float(row["score"])] for row in rows]
    savemat(root / "MDID_dmos.mat", {"MDID_dmos": labels})
    compare(complete(load("mdid2013", root=root)), rows, tmp_path)
    savemat(root / "MDID_dmos.mat", {"MDID_dmos": labels[1:]})
    with pytest.raises(DataError, match="holds 323 labels for 324 images"):
        load("mdid2013", root=root).pairs()
    savemat(root / "MDID_dmos.mat", {"dmos": labels})
    with pytest.raises(DataError, match="has no variable MDID_dmos; there are: dmos"):
        load("mdid2013", root=root).pairs()


@pytest.mark.parametrize(("first", "apart"), [("Part 1", True), ("Part 1", False), ("Part_1", True), ("Part1", True)])
def test_live_md_reads_the_authors_files_in_every_spelling(
    first: str, apart: bool, shared: Shared, tmp_path: Path
) -> None:
    import numpy as np

    root, rows = planted(shared, tmp_path, "LIVE_MD")
    (root / "LIVE_MD.txt").unlink()
    release = root / "To_Release"
    for number, folder in ((1, "blurjpeg"), (2, "blurnoise")):
        part = release / first.replace("1", str(number))
        (release / f"Part_{number}").rename(part)
        own = [row for row in rows if f"Part_{number}" in row["dis_img_path"]]
        names = np.array([[Path(row["dis_img_path"]).name] for row in own], dtype=object)
        savemat(part / "Imagelists.mat", {"distimgs": names})
        savemat(part / "Scores.mat", {"DMOSscores": [[float(row["score"]) for row in own]]})
        if not apart:
            for file in (release / "Ref_Images").iterdir():
                shutil.copy(file, part / folder / file.name)
    if not apart:
        shutil.rmtree(release / "Ref_Images")
    wanted = [
        {
            **row,
            "dis_img_path": row["dis_img_path"].replace("Part_", first[:-1]),
            "ref_img_path": row["ref_img_path"]
            if apart
            else row["ref_img_path"].replace("Ref_Images", f"{first}/blurjpeg"),
        }
        for row in rows
    ]
    for place in (root, release):
        dataset = load("live-md", root=place)
        table, problems = dataset.examine()
        compare(table, wanted, tmp_path)
        assert table["reference"].nunique() == 15
        found = [str(problem) for problem in problems]
        assert len(found) == (0 if apart else 1), found
    savemat(release / first / "Scores.mat", {"DMOSscores": [[1.0, 2.0]]})
    with pytest.raises(DataError, match=r"Scores.mat: holds 2 labels for 225 images"):
        dataset.pairs()
    (release / first / "Imagelists.mat").unlink()
    with pytest.raises(DataError, match=r"Imagelists.mat: no such file"):
        dataset.pairs()


def test_vclfer_reads_the_file_of_names(shared: Shared, tmp_path: Path) -> None:
    import numpy as np

    root, rows = planted(shared, tmp_path, "VCLFER")
    (root / "VCLFER.txt").unlink()
    names = np.array([[Path(row["dis_img_path"]).stem] for row in rows], dtype=object)
    labels = [[float(row["score"])] for row in rows]
    savemat(root / "VCL_FER.mat", {"Names": names, "mos": labels})
    compare(complete(load("vclfer", root=root)), rows, tmp_path)
    savemat(root / "VCL_FER.mat", {"Names": names, "mos": labels[1:]})
    with pytest.raises(DataError, match="holds 551 labels for 552 images"):
        load("vclfer", root=root).pairs()


def test_toyama_takes_spread_and_observers_from_their_file(shared: Shared, tmp_path: Path) -> None:
    root, rows = planted(shared, tmp_path, "Toyama")
    spread = shared("oracles/toyama/toyama.mat")
    shutil.copyfile(spread, root / "toyama.mat")
    dataset = load("toyama", root=root)
    table = complete(dataset)
    compare(table, rows, tmp_path)
    content = loadmat(str(spread))
    jpeg_first = table.sort_values("condition", key=lambda kind: kind != "JPEG", kind="stable")
    assert jpeg_first["mos"].tolist() == content["MOS"].ravel().tolist()
    assert jpeg_first["mos_sd"].fillna(0).tolist() == content["SD"].ravel().tolist()
    assert set(table["observers"]) == {16}
    source, *others = dataset.notes()
    assert re.fullmatch(
        r"Toyama, labels from Toyama\.txt \(SHA-256 .{12}…\) and toyama\.mat \(SHA-256 .{12}…\)\.", source
    )
    assert others == ["28 rows of Toyama.txt are of originals and left out."]
    savemat(root / "toyama.mat", {**{key: content[key] for key in ("SD", "num_obs")}, "MOS": content["MOS"][::-1]})
    with pytest.raises(DataError, match="its labels are not those of the list"):
        dataset.pairs()
