"""Every published set: a damaged copy names its damage in the same words, and a copy is found where it lies."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmark.core.errors import DataError
from benchmark.plugins import registry
from benchmark.plugins.copies import find_copies
from tests.datasets.published_files import complete, remarks
from tests.datasets.small_copies import COPIES, SmallCopy

ALL: dict[str, Any] = {
    item.name: registry.datasets().import_listing(item) for item in registry.datasets().listings()[0]
}
PUBLISHED = {name: data_set for name, data_set in ALL.items() if hasattr(data_set, "marks")}
ANY_CASE = {"tid2008", "tid2013"}
"""Sets whose published names differ in case between list and files, so that case means nothing."""
MANY_LISTS = {"pieapp", "sriqa-bench"}
"""Sets that have a list for each reference: of one that is missing, its number of references tells."""


def errors(name: str, root: Path) -> list[str]:
    try:
        _, problems = PUBLISHED[name](root=root).examine()
    except DataError as error:
        problems = list(error.problems)
    return [str(problem) for problem in problems if problem.severity == "error"]


@pytest.fixture(params=sorted(PUBLISHED))
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, SmallCopy]:
    return request.param, COPIES[request.param](tmp_path / "sets")


def test_a_whole_copy_gives_its_labels_and_says_only_that_it_is_small(copy: tuple[str, SmallCopy]) -> None:
    name, tree = copy
    table = complete(PUBLISHED[name](root=tree.root))
    assert table["enhanced_path"].tolist() == [str(image) for image in tree.images]
    assert table["reference_path"].tolist() == [str(tree.reference)] * 2
    info = PUBLISHED[name].info
    assert info.pairs is not None
    assert info.references is not None
    found = remarks(PUBLISHED[name](root=tree.root))
    first, second, *others = [text for text in found if "each reference has" not in text and "Labels of" not in text]
    assert f"This copy has 2 labelled pairs, {info.pairs:,} are published: " in first
    assert f"This copy has 1 reference, {info.references:,} are published: " in second
    assert others == []


def test_a_missing_folder_is_named(copy: tuple[str, SmallCopy], tmp_path: Path) -> None:
    name, tree = copy
    for image in (tree.reference, tree.images[0]):
        away = image.parent.rename(tmp_path / "away")
        message = errors(name, tree.root)[0]
        assert image.parent.name in message or image.name in message, message
        assert "\n" not in message
        found = " ".join(errors(name, tree.root))
        assert "; there is " in found or f"unpack the archive again (see {PUBLISHED[name].info.source})" in found
        away.rename(image.parent)
    assert errors(name, tree.root) == []


def test_a_label_too_few_is_named(copy: tuple[str, SmallCopy]) -> None:
    name, tree = copy
    tree.shorten()
    found = remarks(PUBLISHED[name](root=tree.root))
    if name == "live":  # its labels have no names: their number is all that tells
        assert any("has 981 values; release 2 has 982" in text for text in found)
        return
    assert any("1 labelled pair" in text for text in found)
    if tree.images[0].parent == tree.images[1].parent:
        assert any(f"no label for {tree.images[1].name!r}; left out" in text for text in found)


def test_a_swapped_case_is_named(copy: tuple[str, SmallCopy]) -> None:
    name, tree = copy
    image = tree.images[1]
    other = image.rename(image.with_name(image.name.swapcase()))
    if image.exists():
        pytest.skip("this file system does not tell case apart")
    found = errors(name, tree.root)
    if name in ANY_CASE:
        assert found == []
        return
    assert len(found) == 1
    assert image.name in found[0]
    assert other.name in found[0]


def test_a_second_copy_is_named(copy: tuple[str, SmallCopy], tmp_path: Path) -> None:
    name, tree = copy
    shutil.copytree(tree.root, tmp_path / "copied")
    shutil.move(tmp_path / "copied", tree.root / "again")
    found = remarks(PUBLISHED[name](root=tree.root))
    assert [text.partition("A second copy lies in ")[2].split("/;")[0] for text in found if "second copy" in text] in (
        ["again"],
        ["again/To_Release"],
        ["again/MDIVL"],
        ["again/SDIVL"],
    )


def test_a_copy_is_found_where_it_lies_and_taken_for_no_other_set(copy: tuple[str, SmallCopy]) -> None:
    name, tree = copy
    for top in (tree.root, tree.root.parent):
        found = find_copies(ALL, top)
        assert [other for other, places in found.items() if places] == [name]
        (place,) = found[name] or []
        assert tree.images[0].is_relative_to(place)
    assert found["table"] is None, "nothing tells a file of one's own"


def test_a_root_too_high_or_too_low_is_one_line_or_is_read(copy: tuple[str, SmallCopy], tmp_path: Path) -> None:
    name, tree = copy
    (tmp_path / "outer").mkdir()
    inner = tree.root.rename(tmp_path / "outer" / "somewhere")
    (found,) = errors(name, inner.parent)
    assert "set `root` to that folder" in found
    assert PUBLISHED[name](root=Path(found.partition("; there is ")[2].rpartition(": set")[0])).examine()
    inside = inner / tree.reference.relative_to(tree.root).parts[0]
    for low in errors(name, inside):
        assert "set `root` to that folder" in low or "no list of labels" in low


def test_another_set_is_recognised(copy: tuple[str, SmallCopy]) -> None:
    name, tree = copy
    root = next(place for place in (tree.images[0].parents) if PUBLISHED[name].found_at(place))
    for other in {"live", "kadid10k", "pipal", "csiq", "mdid", "vclfer"} - {name}:
        found = errors(other, root)
        assert f"looks like a copy of {PUBLISHED[name].info.title}, not of " in found[0]
        assert f"`name: {name}`" in found[0]
        assert len(found) == 1


def test_images_in_a_folder_too_deep_are_read_or_named(copy: tuple[str, SmallCopy], tmp_path: Path) -> None:
    name, tree = copy
    for folder in dict.fromkeys((tree.reference.parent, tree.images[0].parent)):
        aside = folder.rename(tmp_path / "aside")
        folder.mkdir()
        aside.rename(folder / folder.name)
        found = errors(name, tree.root)
        assert all("; there is " in text or name == "sriqa-bench" for text in found), found
        shutil.move(folder / folder.name, tmp_path / "aside")
        folder.rmdir()
        (tmp_path / "aside").rename(folder)


def test_a_folder_or_a_list_that_is_still_packed_is_to_be_unpacked(copy: tuple[str, SmallCopy], tmp_path: Path) -> None:
    name, tree = copy
    dataset = PUBLISHED[name](root=tree.root)
    dataset.pairs()
    for place in dict.fromkeys((tree.reference.parent, *(() if name in MANY_LISTS else dataset.label_files))):
        away = place.rename(tmp_path / "away")
        packed = place.with_name(f"{place.name}.zip")
        packed.write_bytes(b"PK")
        found = " ".join(errors(name, tree.root))
        assert f"there is {packed.name!r}: unpack it" in found
        packed.unlink()
        away.rename(place)


def test_a_web_page_in_place_of_a_list_is_to_be_downloaded_again(copy: tuple[str, SmallCopy]) -> None:
    name, tree = copy
    dataset = PUBLISHED[name](root=tree.root)
    dataset.pairs()
    for file in dataset.label_files:
        file.write_text("\n<!DOCTYPE html>\n<html><title>Sign in</title></html>")
        (found,) = errors(name, tree.root)
        assert "is a web page (HTML), whatever its name says; download the file itself again" in found


def test_images_of_another_format_are_named(copy: tuple[str, SmallCopy]) -> None:
    name, tree = copy
    for image in (*tree.images, tree.reference):
        image.rename(image.with_suffix(".tif"))
    found = " ".join(errors(name, tree.root))
    there = [
        image.with_suffix(".tif").name in found.partition("; there is ")[2] for image in (*tree.images, tree.reference)
    ]
    assert any(there) or name == "sriqa-bench"
    assert f"unpack the archive again (see {PUBLISHED[name].info.source})" in found


def test_a_root_that_is_missing_packed_or_empty_is_one_line(copy: tuple[str, SmallCopy], tmp_path: Path) -> None:
    name, _ = copy
    root = tmp_path / "nothing"
    (found,) = errors(name, root)
    assert found == f"{root}: no such folder"
    archive = tmp_path / "nothing.zip"
    archive.write_bytes(b"PK")
    (found,) = errors(name, root)
    assert found == f"{root}: no such folder; there is 'nothing.zip': unpack it"
    (found,) = errors(name, archive)
    assert found == f"{archive}: is a file; unpack it, and set `root` to the folder that it unpacks to"
    (root / "inside").mkdir(parents=True)
    (found,) = errors(name, root / "inside")
    assert found.endswith(f"unpack the archive again (see {PUBLISHED[name].info.source})")
