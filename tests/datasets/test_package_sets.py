"""Nine sets on trees of placeholders: exactly the published names, references and labels; each damage is named."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy.io import loadmat, savemat

from benchmark.core.errors import DataError
from benchmark.data import pairs
from benchmark.plugins import registry
from benchmark.plugins.contracts import Dataset
from tests.datasets.trees_b import listed, names_of, plant

Shared = Callable[[str], Path]

PUBLISHED: dict[str, tuple[str, dict[str, Any], tuple[int, int, float, float], bool]] = {
    "a57": ("A57", {}, (54, 3, 0.089, 1), True),
    "mdivl": ("MDIVL", {}, (750, 10, 1.4105, 97.9742), False),
    "sdivl": ("SDIVL", {}, (380, 20, 8.16670000000001, 87.7308), False),
    "vclfer": ("VCLFER", {}, (552, 23, 1.5659, 96.5232), False),
    "mdid": ("MDID2016", {}, (1600, 20, 0.078, 7.9184), False),
    "mdid2013": ("MDID2013", {}, (324, 12, 0.31971, 0.55271), True),
    "cidiq": ("CIDIQ_MOS50", {}, (690, 23, 1.18, 7.65), False),
    "cidiq-100": ("CIDIQ_MOS100", {"distance": 100}, (690, 23, 1, 7.76), False),
    "live-md": ("LIVE_MD", {}, (450, 15, 0.61111, 84.6667), True),
    "toyama": ("Toyama", {}, (168, 14, 1, 4.88), False),
}
"""The set's folder in the package, options, (images, references, least and highest label), whether lower is better."""

SMALL = {
    "a57": ("A57/images/dst_imgs/horse/A/horse.FLT.bmp", "A57/images/src_imgs/horse.bmp"),
    "mdivl": (
        "MDIVL/MDIVL/Data_Blur_JPEG/baby_blur_0.001_jpg_100.jpg",
        "MDIVL/MDIVL/MD_IVLreference/OCEreferenceMD/baby.png",
    ),
    "sdivl": ("SDIVL/SDIVL/noise/arrow/arrow_STD_01.png", "SDIVL/SDIVL/reference/arrow.png"),
    "vclfer": ("VCLFER/vcl_fer/IMG_01_AWGN_1.bmp", "VCLFER/Ref_Images/IMG_01.bmp"),
    "mdid": ("MDID2016/distortion_images/img01_01.bmp", "MDID2016/reference_images/img01.bmp"),
    "mdid2013": ("MDID2013/MDID2013/img001.png", "MDID2013/Ref/org001.png"),
    "cidiq": (
        "CIDIQ_MOS50/Images/Reproduction/2_JPEG_Compression/final01_d2_l1.bmp",
        "CIDIQ_MOS50/Images/Original/final01.bmp",
    ),
    "live-md": ("LIVE_MD/To_Release/Part_1/blurjpeg/wheel_blur1.bmp", "LIVE_MD/To_Release/Ref_Images/wheel.bmp"),
    "toyama": ("Toyama/jpeg2000/kp01_12_jp2.bmp", "Toyama/ref_imgs/kp01.bmp"),
}
"""One image and its reference of each; a second image is derived from the first."""


def load(name: str, **options: Any) -> Dataset:
    return registry.datasets().load(name)(**options)


def complete(dataset: Dataset) -> pd.DataFrame:
    return pairs.complete(dataset.pairs())


def second(image: str) -> str:
    """Another image of the same folder and photograph."""
    head, _, tail = image.rpartition("/")
    other = tail.replace("FLT", "JPG") if "FLT" in tail else tail
    for one, two in (("_1.", "_2."), ("_l1.", "_l2."), ("_01.", "_02."), ("001.png", "002.png"), ("blur1.", "blur2.")):
        other = other.replace(one, two) if other == tail else other
    return f"{head}/{other.replace('_12_', '_24_').replace('jpg_100', 'jpg_50')}"


def small(tmp_path: Path, name: str) -> tuple[Path, Path, list[str]]:
    """A tree with two images of one reference: its root, its list and the names of the three files."""
    image, reference = SMALL[name]
    package = image.partition("/")[0]
    if name == "live-md":
        (tmp_path / "LIVE_MD" / "To_Release" / "Part_2" / "blurnoise").mkdir(parents=True)
    images = [image, second(image)]
    assert images[0] != images[1]
    plant(tmp_path, [*images, reference])
    file = tmp_path / package / f"{package}.txt"
    write(file, [(item, "x", reference, score) for item, score in zip(images, (0.5, 0.4), strict=True)])
    return tmp_path / package, file, [*images, reference]


def write(file: Path, rows: list[tuple[str, str, str, float]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("dis_img_path", "dis_type", "ref_img_path", "score"), *rows])


def planted(shared: Shared, tmp_path: Path, package: str) -> tuple[Path, list[dict[str, str]]]:
    """The whole published tree with its list, and the list's rows without originals."""
    file = shared(f"oracles/labels/{package}.txt")
    rows = listed(file)
    plant(tmp_path, names_of(rows))
    shutil.copy(file, tmp_path / package / file.name)
    return tmp_path / package, [row for row in rows if row["dis_type"] != "Reference"]


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
    assert dataset.notes() == (
        "Toyama, labels from Toyama.txt and toyama.mat.",
        "28 rows of Toyama.txt are of originals and left out.",
    )
    savemat(root / "toyama.mat", {**{key: content[key] for key in ("SD", "num_obs")}, "MOS": content["MOS"][::-1]})
    with pytest.raises(DataError, match="its labels are not those of the list"):
        dataset.pairs()


@pytest.mark.parametrize("name", SMALL)
class TestDamage:
    """Each damage to a small copy, which also is said to be none of the published size."""

    def found(self, name: str, root: Path) -> list[str]:
        try:
            _, problems = load(name, root=root).examine()
        except DataError as error:
            problems = list(error.problems)
        return [str(problem) for problem in problems if problem.severity == "error"]

    def test_a_copy_of_another_size_is_said(self, name: str, tmp_path: Path) -> None:
        root, _, names = small(tmp_path, name)
        dataset = load(name, root=root)
        table = complete(dataset)
        top = tmp_path
        assert [str(Path(path).relative_to(top)) for path in table["enhanced_path"]] == names[:2]
        wanted = PUBLISHED[name][2]
        _, problems = dataset.examine()
        for words in (
            f"This copy has labels of 2 images; {wanted[0]:,} were published",
            f"This copy has labels of 1 references; {wanted[1]:,} were published",
        ):
            assert f"{words}." in dataset.notes()
            assert any(item.severity == "warning" and item.message == words for item in problems)

    def test_a_missing_folder(self, name: str, tmp_path: Path) -> None:
        root, _, names = small(tmp_path, name)
        shutil.rmtree((tmp_path / names[0]).parent)
        (message,) = self.found(name, root)
        assert "no such folder" in message or "no folder" in message or "no image img001.png" in message
        assert message.count("\n") == 0
        root, _, names = small(tmp_path / "again", name)
        shutil.rmtree((tmp_path / "again" / names[2]).parent)
        (message,) = self.found(name, root)
        assert "no such folder" in message or "no folder" in message

    def test_a_label_too_few(self, name: str, tmp_path: Path) -> None:
        root, file, names = small(tmp_path, name)
        write(file, [(names[0], "x", names[2], 0.5)])
        _, problems = load(name, root=root).examine()
        (warning,) = [str(item) for item in problems if "no label for" in item.message]
        assert f"no label for {Path(names[1]).name!r}; left out" in warning

    def test_a_swapped_case(self, name: str, tmp_path: Path) -> None:
        root, file, names = small(tmp_path, name)
        image = tmp_path / names[1]
        image.rename(image.with_name(image.name.swapcase()))
        (message,) = self.found(name, root)
        assert message.startswith(f"{file}:3: no image")
        assert f"there is {image.name.swapcase()!r}" in message

    def test_a_second_list(self, name: str, tmp_path: Path) -> None:
        root, file, names = small(tmp_path, name)
        other = tmp_path / file.name
        shutil.copy(file, other)
        assert self.found(name, tmp_path) == []
        write(other, [(names[0], "x", names[2], 0.1)])
        (message,) = self.found(name, tmp_path)
        assert "two lists of labels" in message
        assert str(file) in message
        assert "`label_file`" in message
        assert complete(load(name, root=tmp_path, label_file=other))["mos"].tolist() == [0.1]
        assert self.found(name, root) == []

    def test_an_image_listed_twice_and_a_list_of_another_set(self, name: str, tmp_path: Path) -> None:
        root, file, names = small(tmp_path, name)
        write(
            file,
            [(names[0], "x", names[2], 0.5), (names[0], "x", names[2], 0.4), ("Other/a.png", "x", "Other/b.png", 1)],
        )
        messages = self.found(name, root)
        assert f"already has a label in {file}:2" in next(item for item in messages if item.startswith(f"{file}:3"))
        assert "is it another set's list?" in next(item for item in messages if item.startswith(f"{file}:4"))

    def test_labels_beyond_the_scale(self, name: str, tmp_path: Path) -> None:
        root, file, names = small(tmp_path, name)
        write(file, [(names[0], "x", names[2], -3), (names[1], "x", names[2], 120)])
        dataset = load(name, root=root)
        dataset.pairs()
        assert any(note.startswith("Labels of this copy are -3 to 120; published are ") for note in dataset.notes())


@pytest.mark.parametrize(
    ("name", "folder"), [("a57", "images"), ("mdivl", "MD_IVLreference"), ("vclfer", "vcl_fer"), ("cidiq", "Images")]
)
def test_a_second_copy_and_a_folder_in_another_case(name: str, folder: str, tmp_path: Path) -> None:
    root, _, _ = small(tmp_path, name)
    base = next(path.parent for path in tmp_path.rglob(folder) if path.is_dir())
    inside = base / {"cidiq": "CIDIQ"}.get(name, root.name)
    shutil.copytree(base / folder, inside / folder)
    with pytest.raises(DataError, match="two copies at once, "):
        load(name, root=base).pairs()
    shutil.rmtree(inside)
    (base / folder).rename(base / folder.swapcase())
    with pytest.raises(DataError, match=f"no folder {folder}.*; there is '{folder.swapcase()}'"):
        load(name, root=base).pairs()


def test_a_whole_copy_must_reach_the_published_extremes(shared: Shared, tmp_path: Path) -> None:
    root, rows = planted(shared, tmp_path, "MDID2013")
    write(
        root / "MDID2013.txt",
        [(row["dis_img_path"], "x", row["ref_img_path"], 0.9 * float(row["score"]) + 0.04) for row in rows],
    )
    dataset = load("mdid2013", root=root)
    dataset.pairs()
    assert dataset.notes()[1] == "Labels of this copy are 0.327739 to 0.537439; published are 0.32 to 0.55."


def test_files_that_are_no_matlab_files(tmp_path: Path) -> None:
    small(tmp_path, "mdid2013")
    file = tmp_path / "MDID2013" / "MDID_dmos.mat"
    (tmp_path / "MDID2013" / "MDID2013.txt").unlink()
    file.write_bytes(b"no matlab file")
    with pytest.raises(DataError, match=r"MDID_dmos.mat: can't be read as a MATLAB file"):
        load("mdid2013", root=tmp_path).pairs()
    savemat(file, {"MDID_dmos": [[float("nan")] * 324]})
    with pytest.raises(DataError, match=r"MDID_dmos\(1\) is 'nan', not a finite number"):
        load("mdid2013", root=tmp_path).pairs()


def test_a_file_of_matlabs_newer_format(tmp_path: Path) -> None:
    small(tmp_path, "mdid2013")
    (tmp_path / "MDID2013" / "MDID2013.txt").unlink()
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    (tmp_path / "MDID2013" / "MDID_dmos.mat").write_bytes(header + b"\0" * 400)
    with pytest.raises(DataError, match=r"is a MATLAB file of version 7.3.*save it again with `save -v7`"):
        load("mdid2013", root=tmp_path).pairs()


@pytest.mark.parametrize("spelling", ["Part 1", "Part1"])
def test_the_packages_list_fits_the_authors_folders_of_live_md(spelling: str, tmp_path: Path) -> None:
    root, _, _ = small(tmp_path, "live-md")
    for number in "12":
        (root / "To_Release" / f"Part_{number}").rename(root / "To_Release" / spelling.replace("1", number))
    table = complete(load("live-md", root=root))
    assert table["enhanced"].tolist() == [
        f"{spelling}/blurjpeg/wheel_blur1.bmp",
        f"{spelling}/blurjpeg/wheel_blur2.bmp",
    ]
    shutil.copytree(root / "To_Release" / spelling, root / "To_Release" / "Part_1")
    with pytest.raises(DataError, match=f"two copies of JPEG images, {spelling}/ and Part_1/|Part_1/ and {spelling}/"):
        load("live-md", root=root).pairs()


def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    root, file, names = small(tmp_path, "a57")
    outside = names[0].replace("horse/A", "../../../../outside")
    plant(tmp_path, ["outside/horse.FLT.bmp"])
    write(file, [(outside, "x", names[2], 0.5)])
    with pytest.raises(DataError, match=r"A57.txt:2: the name .* leaves the data folder") as raised:
        load("a57", root=root).pairs()
    assert [problem.severity for problem in raised.value.problems if "leaves" in problem.message] == ["error"]
