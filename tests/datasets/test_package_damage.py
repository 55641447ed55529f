"""Nine sets on trees that are damaged: each damage is named in a line, with what to do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from scipy.io import savemat

from benchmark.core.errors import DataError
from tests.datasets.trees import PUBLISHED, SMALL, complete, load, plant, planted, small, write

Shared = Callable[[str], Path]


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
            f"This copy has 2 labelled pairs, {wanted[0]:,} are published: ",
            f"This copy has 1 reference, {wanted[1]:,} are published: ",
        ):
            assert any(note.startswith(words) for note in dataset.notes())
            assert any(item.severity == "warning" and item.message.startswith(words) for item in problems)

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
        assert any(note.startswith("Labels of this copy are -3 to 120, published are ") for note in dataset.notes())


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
    words = "Labels of this copy are 0.327739 to 0.537439, published are 0.31971 to 0.55271: another scale"
    assert dataset.notes()[1].startswith(words)


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
