"""Label lists that are missing: which names were looked for, what lies there instead; in `check`, in runs, in training."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.models import DatasetEntry
from benchmark.config.source import Source
from benchmark.core.errors import ConfigError, DataError, UserError
from benchmark.data import load, pairs
from benchmark.data.check_table import audit
from benchmark.plugins import registry
from benchmark.training.splits import divide

Tree = Callable[..., Path]

TEST = ("test_ref", "test_eha", "Label_test_list.txt")
MISSING = {
    "as documented": (("val_ref", "val_eha", "Label_val_list.txt"), "Label_val_list.txt, Label_val.txt, val_list.txt"),
    "valid": (("valid_ref", "valid_eha", "valid_list.txt"), "Label_valid_list.txt, Label_valid.txt, valid_list.txt"),
    "a folder a split": (("val/ref", "val/eha", "val/val_list.txt"), "val/Label_val_list.txt"),
    "training": (("train_ref", "train_eha", "train_list.txt"), "Label_train_list.txt"),
}


def efid(**options: Any) -> Any:
    return registry.datasets().load("efid")(**options)


def loaded(root: Path, **options: Any) -> load.Data:
    entry = DatasetEntry(name="efid", root=str(root), **options)  # type: ignore[call-arg]
    return load.load(entry, Source(values={}, name="run.yaml", base=root), None)


@pytest.mark.parametrize(("parts", "looked"), MISSING.values(), ids=MISSING)
def test_a_split_without_list_says_which_names_were_looked_for(
    tree: Tree, parts: tuple[str, str, str], looked: str
) -> None:
    name = "train" if "train" in parts[0] else "val"
    root = tree({"test": TEST, "other": parts})
    (root / parts[2]).unlink()
    (warning,) = [
        str(item) for item in audit(efid(root=root)) if "label list" in item.message and item.severity != "note"
    ]
    for words in (f"split {name}: {parts[0]}/, {parts[1]}/ but no label list", looked, "is left out"):
        assert words in warning
    assert any(f"Split {name} is left out" in note and looked in note for note in loaded(root).notes), (
        "other splits' runs"
    )
    with pytest.raises(ConfigError, match=f"no split '{name}'.*but no label list") as raised:
        loaded(root, splits=(name,))
    assert looked in str(raised.value)


def test_training_on_or_validating_with_a_split_without_list_says_it_too(tree: Tree) -> None:
    root = tree({"train": ("train_ref", "train_eha", "train_list.txt"), "other": MISSING["as documented"][0]})
    (root / "Label_val_list.txt").unlink()
    table = loaded(root).table
    for split, validate in (("val", 0.5), ("train", "val")):
        with pytest.raises(ConfigError, match=r"looked for Label_val_list\.txt"):
            divide(table, split, validate, 0, lower_mos_better=False)


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("label_val_list.txt", ("val_ref", "val_eha")),
        ("Label_Val_List.TXT", ("val_ref", "val_eha")),
        ("Label_val_list.csv", ("val_ref", "val_eha")),
        ("Label_val_list", ("val_ref", "val_eha")),
        ("val/label_val_list.txt", ("val/ref", "val/eha")),
        ("valid/labels.xlsx", ("valid/ref", "valid/eha")),
        ("mos_val.csv", ("val_ref", "val_eha")),
        ("label_val.txt", ("reference", "enhanced")),
        ("label_val.txt", ("Val_ref", "VAL_EHA")),
    ],
)
def test_what_may_be_the_list_is_named(tree: Tree, name: str, folders: tuple[str, str]) -> None:
    shared = folders[0] == "reference"
    root = tree({"test": (*folders, "Label_test.txt") if shared else TEST, "val": (*folders, name)})
    if (root / name.casefold()).exists() and name != name.casefold():
        pytest.skip("this file system does not tell case apart")
    (warning,) = [str(item) for item in efid(root=root).examine()[1]]
    assert f"there is {name}" in warning
    assert f"{folders[0]}/, {folders[1]}/" in warning


def test_other_files_are_not_taken_for_a_list(tree: Tree) -> None:
    root = tree({"test": ("reference", "enhanced", "Label_test.txt")})
    for name in ("validation_notes.txt", "train.log", "evaluation.csv", "label_val.png"):
        (root / name).write_text("x")
    assert efid(root=root).examine()[1] == []


def test_a_list_without_folders_names_those_that_differ_in_case(tree: Tree) -> None:
    root = tree({"test": TEST, "val": ("Val_ref", "Val_eha", "Label_val_list.txt")})
    if (root / "val_ref").exists():
        pytest.skip("this file system does not tell case apart")
    messages = [str(item) for item in efid(root=root).examine()[1] if item.severity == "error"]
    assert [f"there is Val_{part}/" in message for part, message in zip(("ref", "eha"), messages, strict=True)] == [
        True
    ] * 2


def test_paths_given_in_part_or_wrongly_name_what_lies_there(tree: Tree) -> None:
    root = tree({"val": ("val_ref", "val_eha", "label_val_list.txt")})
    given = {"val_ref_path": root / "val_ref", "val_eha_path": root / "val_eha"}
    with pytest.raises(UserError, match=r"split val: val_list missing.*there is .*label_val_list\.txt"):
        efid(**given)
    with pytest.raises(DataError, match=r"Label_val_list\.txt: no such file; there is 'label_val_list\.txt'"):
        efid(**given, val_list=root / "Label_val_list.txt").pairs()
    wrong = {**given, "val_ref_path": root / "Val_ref", "val_list": root / "label_val_list.txt"}
    with pytest.raises(DataError, match=r"Val_ref: no such folder; there is 'val_ref'"):
        efid(**wrong).pairs()


@pytest.mark.parametrize(
    ("dataset", "wanted", "there"),
    [
        ("kadid10k", "dmos.csv", "DMOS.CSV"),
        ("kadid10k", "dmos.csv", "dmos.txt"),
        ("kadid10k", "dmos.csv", "kadid10k/dmos.csv"),
        ("tid2013", "mos_with_names.txt", "MOS_with_names.txt"),
        ("tid2013", "mos_with_names.txt", "distorted_images/mos_with_names.txt"),
    ],
)
def test_other_data_sets_name_what_lies_there(tmp_path: Path, dataset: str, wanted: str, there: str) -> None:
    for folder in ("images", "reference_images", "distorted_images", "kadid10k"):
        (tmp_path / folder).mkdir()
    (tmp_path / there).write_text("x")
    with pytest.raises(DataError) as raised:
        registry.datasets().load(dataset)(root=tmp_path).pairs()  # type: ignore[call-arg]
    message = str(raised.value)
    assert f"{wanted}: no such file; there is " in message
    assert there in message


def test_reasons_for_splits_left_out_outlive_the_completion_of_the_table(tree: Tree) -> None:
    root = tree({"test": TEST, "val": MISSING["as documented"][0]})
    (root / "Label_val_list.txt").unlink()
    assert "val" in pairs.complete(efid(root=root).pairs()).attrs[pairs.LEFT_OUT]
