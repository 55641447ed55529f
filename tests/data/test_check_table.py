"""The audit finds each planted fault, names it with file and line, and says nothing of a sound set."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from benchmark.core.errors import DataError, Problem, UserError
from benchmark.data import pairs
from benchmark.data.check_table import audit
from benchmark.data.survey import survey
from benchmark.images.sizes import SizePolicy
from benchmark.plugins import registry
from benchmark.plugins.contracts import Dataset, DatasetInfo

CONDITIONS = ("clahe", "gamma")
Fault = Callable[[Path], None]


def write_image(path: Path, seed: int, *, width: int = 40, height: int = 36) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert cv2.imwrite(str(path), pixels)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """An EFID-like set without fault: two splits of three references with two enhanced images each."""
    root = tmp_path / "EFID"
    for split, start in (("train", 0), ("test", 3)):
        lines = []
        for number in range(start, start + 3):
            write_image(root / f"{split}_ref" / f"{number:05d}.png", 100 * number)
            for step, condition in enumerate(CONDITIONS, 1):
                name = f"{number:05d}_{condition}.png"
                write_image(root / f"{split}_eha" / name, 100 * number + step)
                lines.append(f"{name},{1 + (number - start) + step / 4}")
        (root / f"Label_{split}_list.txt").write_text("\n".join(lines))
    return root


def efid(root: Path) -> Dataset:
    return registry.datasets().load("efid")(root=root)  # type: ignore[call-arg]


def found(root: Path, severity: str = "", **options: object) -> list[str]:
    """Findings as they are printed, paths relative to the set."""
    problems = audit(efid(root), **options)  # type: ignore[arg-type]
    return [str(problem).replace(f"{root}/", "") for problem in problems if problem.severity.startswith(severity)]


def test_a_sound_set_has_notes_only(sound: Path) -> None:
    problems = audit(efid(sound), learned=True)
    assert {problem.severity for problem in problems} == {"note"}
    assert found(sound) == [
        "EFID layout found: train from train_ref/, train_eha/, Label_train_list.txt; "
        "test from test_ref/, test_eha/, Label_test_list.txt.",
        "split train: 6 pairs of 3 references; pairs by condition: clahe 3, gamma 3",
        "split test: 6 pairs of 3 references; pairs by condition: clahe 3, gamma 3",
        "split train: labels from 1.25 to 3.5, 6 different values in 6 pairs",
        "split test: labels from 1.25 to 3.5, 6 different values in 6 pairs",
        "image sizes: 40×36 (18 files)",
    ]


def append(line: str) -> Fault:
    def add(root: Path) -> None:
        with (root / "Label_test_list.txt").open("a") as file:
            file.write("\n" + line)

    return add


def cut_off(root: Path) -> None:
    file = root / "test_eha" / "00003_gamma.png"
    file.write_bytes(file.read_bytes()[:2000])


def text_named_png(root: Path) -> None:
    (root / "test_eha" / "00003_gamma.png").write_text("no image")


def empty(root: Path) -> None:
    (root / "test_eha" / "00003_gamma.png").write_bytes(b"")


def a_folder(root: Path) -> None:
    (root / "test_eha" / "00003_gamma.png").unlink()
    (root / "test_eha" / "00003_gamma.png").mkdir()


def a_pipe(root: Path) -> None:
    (root / "test_eha" / "00003_gamma.png").unlink()
    os.mkfifo(root / "test_eha" / "00003_gamma.png")


def another_size(root: Path) -> None:
    write_image(root / "test_eha" / "00003_gamma.png", 9, width=41)


def unreadable_reference(root: Path) -> None:
    (root / "test_ref" / "00003.png").write_bytes(b"BM")


def no_reference(root: Path) -> None:
    (root / "test_ref" / "00003.png").unlink()


@pytest.mark.parametrize(
    ("fault", "where", "words"),
    [
        (append("gone.png,1"), "Label_test_list.txt:7: ", "no image 'gone.png'"),
        (append("00003_gamma.png,1"), "Label_test_list.txt:7: ", "already stands in line 2"),
        (append("../Label_test_list.txt,1"), "Label_test_list.txt:7: ", "leaves the data folder"),
        (append("x.png,nan"), "Label_test_list.txt:7: ", "not a finite number"),
        (cut_off, "Label_test_list.txt:2: ", "00003_gamma.png"),
        (text_named_png, "Label_test_list.txt:2: ", "not a PNG, JPEG, BMP or TIFF"),
        (empty, "Label_test_list.txt:2: ", "empty"),
        (a_folder, "Label_test_list.txt:2: ", "folder"),
        (a_pipe, "Label_test_list.txt:2: ", "pipe"),
        (another_size, "Label_test_list.txt:2: ", "00003_gamma.png is 41×36, its reference 00003.png is 40×36"),
        (unreadable_reference, "Label_test_list.txt:1: ", "(2 pairs need it)"),
        (no_reference, "Label_test_list.txt:1: ", "no reference's name"),
    ],
)
def test_an_error_is_found_and_named_with_file_and_line(sound: Path, fault: Fault, where: str, words: str) -> None:
    fault(sound)
    errors = found(sound, "error")
    assert errors
    assert errors[0].startswith(where)
    assert words in errors[0]
    assert all("\n" not in error for error in errors)


def test_all_faults_in_one_pass(sound: Path) -> None:
    for fault in (append("gone.png,1"), append("x"), another_size, unreadable_reference):
        fault(sound)
    (sound / "train_eha" / "00000_clahe.png").write_text("no image")
    lines = [error.split(": ")[0] for error in found(sound, "error")]
    assert sorted(lines) == sorted(
        f"Label_{item}" for item in ("test_list.txt:7", "test_list.txt:8", "test_list.txt:1", "train_list.txt:1")
    )


def test_headers_alone_are_read_when_asked(sound: Path) -> None:
    cut_off(sound)
    assert found(sound, "error", whole=False) == []
    assert len(found(sound, "error")) == 1


def test_sizes_follow_the_policy(sound: Path) -> None:
    another_size(sound)
    assert found(sound, "error", sizes=SizePolicy(size_mismatch="crop")) == []
    assert any(
        "1 pairs differ in size; size_mismatch is crop" in item
        for item in found(sound, "warning", sizes=SizePolicy(size_mismatch="crop"))
    )
    too_large = found(sound, "error", sizes=SizePolicy(max_pixels=40 * 36))
    assert len(too_large) == 1
    assert "max_pixels" in too_large[0]
    assert found(sound, "error", sizes=SizePolicy(max_pixels=40 * 36), whole=False) == too_large


def test_widely_different_and_tiny_images_are_listed(sound: Path) -> None:
    for name in ("test_ref/00003.png", "test_eha/00003_clahe.png", "test_eha/00003_gamma.png"):
        write_image(sound / name, len(name) + sum(name.encode()), width=16, height=8)
    warnings = found(sound, "warning")
    assert any(
        "sizes differ widely: test_ref/00003.png is 16×8, train_ref/00000.png is 40×36" in item for item in warnings
    )
    assert any(item.startswith("3 images are less than 32 px") for item in warnings)


@pytest.mark.parametrize(("learned", "severity"), [(False, "warning"), (True, "error")])
def test_references_shared_between_splits(sound: Path, learned: bool, severity: str) -> None:
    shutil.copy(sound / "train_ref" / "00000.png", sound / "test_ref" / "00004.png")
    (said,) = [item for item in found(sound, severity, learned=learned) if "same reference" in item]
    assert said.startswith("Label_test_list.txt:3: ")
    assert "00000.png and 00004.png" in said
    assert "test and train" in said


def test_a_shared_name_is_told_from_a_shared_image(sound: Path) -> None:
    for folder in ("ref", "eha"):
        for file in sorted((sound / f"test_{folder}").iterdir()):
            file.rename(file.with_name(file.name.replace("00003", "00000")))
    text = (sound / "Label_test_list.txt").read_text()
    (sound / "Label_test_list.txt").write_text(text.replace("00003", "00000"))
    (different,) = [item for item in found(sound, "warning", learned=True) if "00000.png" in item]
    assert "different images have the name 00000.png in the splits test and train" in different
    shutil.copy(sound / "train_ref" / "00000.png", sound / "test_ref" / "00000.png")
    (same,) = found(sound, "error", learned=True)
    assert "the reference 00000.png stands in the splits test and train" in same
    assert not [item for item in found(sound, "warning", learned=True) if "together they count" in item]


def test_an_image_that_two_splits_list_is_said_once_by_its_reference(sound: Path) -> None:
    dataset = registry.datasets().load("efid")
    paths = {"ref_path": sound / "test_ref", "eha_path": sound / "test_eha", "list": sound / "Label_test_list.txt"}
    twice = dataset(**{f"{split}_{key}": path for split in ("val", "test") for key, path in paths.items()})
    warnings = [problem.message for problem in audit(twice) if problem.severity != "note"]
    assert warnings == [f"the reference 0000{n}.png stands in the splits test and val" for n in (3, 4, 5)]


def test_duplicates(sound: Path) -> None:
    shutil.copy(sound / "test_ref" / "00003.png", sound / "test_eha" / "00003_clahe.png")
    shutil.copy(sound / "test_eha" / "00004_clahe.png", sound / "test_eha" / "00004_gamma.png")
    shutil.copy(sound / "test_eha" / "00005_clahe.png", sound / "train_eha" / "00000_clahe.png")
    shutil.copy(sound / "train_ref" / "00001.png", sound / "train_ref" / "00002.png")
    warnings = found(sound, "warning")
    for words in (
        "00003_clahe.png is identical to its reference 00003.png",
        "test/00004_clahe.png and test/00004_gamma.png are the same image",
        "train/00000_clahe.png and test/00005_clahe.png are the same image",
        "train/00001.png and train/00002.png are the same image, but count as different references",
    ):
        assert sum(words in item for item in warnings) == 1, words
    assert found(sound, "error") == []
    (leak,) = found(sound, "error", learned=True)
    assert "00005_clahe.png" in leak


def test_labels_that_are_constant_or_on_another_scale(sound: Path) -> None:
    for split, labels in (("train", "3 3 3 3 3 3"), ("test", "50 7 60 7 90 7")):
        names = [line.split(",")[0] for line in (sound / f"Label_{split}_list.txt").read_text().split("\n")]
        lines = [f"{name},{label}" for name, label in zip(names, labels.split(), strict=True)]
        (sound / f"Label_{split}_list.txt").write_text("\n".join(lines))
    assert found(sound, "warning") == [
        "split train: every label is 3: no correlation can be computed",
        "split test: every label of condition gamma is 7: no correlation within it",
        "split test: the labels seem to be on another scale than those of split train (7 to 90, 3 to 3)",
    ]


def test_unbalanced_conditions_and_images_without_label(sound: Path) -> None:
    lines = (sound / "Label_test_list.txt").read_text().split("\n")
    (sound / "Label_test_list.txt").write_text("\n".join(lines[:-1]))
    write_image(sound / "test_ref" / "99999.png", 7)
    (sound / "test_eha" / "Thumbs.db").write_bytes(b"")
    assert found(sound, "warning") == [
        "split test: condition gamma is unbalanced: 1 of 3 references have fewer than 1 of its pairs: 00005.png",
        f"{sound}/test_eha: 1 images without a usable label: 00005_gamma.png".replace(f"{sound}/", ""),
        "test_ref: 1 images of no enhanced image: 99999.png",
    ]


def test_conditions_that_are_none_or_too_many_or_differ_in_case(sound: Path) -> None:
    file = sound / "test_eha" / "00003_clahe.png"
    file.rename(file.with_name("00003_CLAHE.png"))
    listed = sound / "Label_test_list.txt"
    listed.write_text(listed.read_text().replace("00003_clahe", "00003_CLAHE"))
    assert any("CLAHE and clahe differ only in case" in item for item in found(sound, "warning"))
    many = registry.datasets().load("efid")(root=sound, condition_pattern="(?P<condition>.*)")  # type: ignore[call-arg]
    none = registry.datasets().load("efid")(root=sound, condition_pattern="(?P<condition>)")  # type: ignore[call-arg]
    assert any("6 conditions in 6 pairs: set condition_pattern?" in str(item) for item in audit(many))
    assert any("no pair has a condition" in str(item) for item in audit(none))


def test_what_readers_drop_is_said_once_a_kind(sound: Path) -> None:
    for name in ("00003_clahe.png", "00003_gamma.png"):
        pixels = np.random.default_rng(len(name)).integers(0, 256, (36, 40, 4), dtype=np.uint8)
        pixels[0, 0, 0] = ord(name[6])
        cv2.imwrite(str(sound / "test_eha" / name), pixels)
    assert found(sound, "warning") == ["test_eha/00003_clahe.png and 1 more files: its alpha channel is dropped"]


def test_a_table_that_was_read_already_is_taken(sound: Path) -> None:
    dataset = efid(sound)
    table = pairs.complete(dataset.pairs())
    another_size(sound)
    (error,) = [problem for problem in audit(dataset, table) if problem.severity == "error"]
    assert error.where == "test/00003_gamma.png", "without list and line the pair is named"


class Stranger(Dataset):
    """A data set that defines `pairs` alone."""

    info = DatasetInfo(name="stranger", title="Stranger")

    def __init__(self, result: pd.DataFrame | UserError) -> None:
        self._result = result

    def pairs(self) -> pd.DataFrame:
        if isinstance(self._result, UserError):
            raise self._result
        return self._result


def test_other_peoples_data_sets(sound: Path) -> None:
    table = efid(sound).pairs().drop(columns="source")
    assert {problem.severity for problem in audit(Stranger(table))} == {"note"}
    another_size(sound)
    table.loc[0, "mos"] = np.inf
    errors = [str(problem) for problem in audit(Stranger(table)) if problem.severity == "error"]
    assert len(errors) == 2, "a wrong label hides no wrong image"
    assert "inf" in errors[0]
    assert "41×36" in errors[1]
    assert [str(problem) for problem in audit(Stranger(table.drop(columns="mos")))] == [
        "the data set's table of pairs lacks the column(s) mos"
    ]
    both = [Problem("error", "a"), Problem("warning", "b")]
    assert audit(Stranger(DataError(both))) == both
    assert [problem.message for problem in audit(Stranger(UserError("no photos")))] == ["no photos"]
    assert [problem.message for problem in audit(Stranger(table.iloc[:0]))] == ["the data set has no pairs"]


def test_each_file_is_looked_at_once_and_progress_is_told(sound: Path) -> None:
    path = str(sound / "test_ref" / "00003.png")
    told: list[tuple[int, int]] = []
    looks = survey([path, path, "gone.png"], progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
    assert looks[path].size == (40, 36)
    assert "no such file" in looks["gone.png"].problem
