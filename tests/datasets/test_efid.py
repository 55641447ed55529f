"""EFID in every layout; lists, names and optional files that are wrong are named with file and line."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark.core.errors import DataError, UserError
from benchmark.data import pairs
from benchmark.plugins import registry
from benchmark.plugins.contracts import Dataset

Tree = Callable[..., Path]
Image = Callable[[Path, int], None]

LAYOUTS = {
    "as documented": {
        "train": ("train_ref", "train_eha", "Label_train_list.txt"),
        "val": ("val_ref", "val_eha", "Label_val_list.txt"),
    },
    "three splits": {
        "train": ("train_ref", "train_eha", "Label_train_list.txt"),
        "val": ("val_ref", "val_eha", "Label_val_list.txt"),
        "test": ("test_ref", "test_eha", "Label_test_list.txt"),
    },
    "one folder of enhanced images": {
        "train": ("reference", "enhanced", "Label_train.txt"),
        "test": ("reference", "enhanced", "Label_test.txt"),
    },
    "lists of the training command": {
        "train": ("train_ref", "train_eha", "train_list.txt"),
        "val": ("val_ref", "val_eha", "val_list.txt"),
    },
    "a folder a split": {
        "train": ("train/ref", "train/eha", "train/Label_train_list.txt"),
        "val": ("valid/ref", "valid/eha", "valid/Label_valid_list.txt"),
        "test": ("test/ref", "test/eha", "test/Label_test_list.txt"),
    },
}
ONE = {"test": LAYOUTS["three splits"]["test"]}
LIST = "Label_test_list.txt"


def efid(**options: Any) -> Dataset:
    return registry.datasets().load("efid")(**options)


def load(**options: Any) -> pd.DataFrame:
    return pairs.complete(efid(**options).pairs())


def problems(**options: Any) -> list[str]:
    with pytest.raises(DataError) as raised:
        efid(**options).pairs()
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_each_layout_loads(tree: Tree, layout: dict[str, tuple[str, str, str]]) -> None:
    root = tree(layout)
    dataset = efid(root=root)
    table = pairs.complete(dataset.pairs())
    assert list(dict.fromkeys(table["split"])) == list(layout)
    assert len(table) == 4 * len(layout)
    first = table.iloc[0]
    assert (first["reference"], first["condition"], first["mos"]) == ("00000.png", "clahe", 0.25)
    assert first["pair"] == "train/00000_clahe.png"
    assert all(Path(path).is_file() for column in pairs.PATHS for path in table[column])
    (note,) = dataset.notes()
    assert all(part in note for parts in layout.values() for part in parts), note


def test_explicit_paths_under_the_documents_names(tree: Tree) -> None:
    root = tree({"train": ("a/x", "a/y", "a/l.txt"), "test": ("b/x", "b/y", "b/l.txt")})
    parts = {"ref_path": "x", "eha_path": "y", "list": "l.txt"}
    given = {
        f"{split}_{key}": root / folder / name
        for split, folder in (("train", "a"), ("test", "b"))
        for key, name in parts.items()
    }
    table = load(**given)
    assert table["split"].tolist() == ["train"] * 4 + ["test"] * 4
    with pytest.raises(UserError, match="test_eha_path and test_list missing"):
        efid(test_ref_path=root)
    with pytest.raises(UserError, match="efid needs `root`"):
        efid()


def test_explicit_paths_override_the_layout_of_that_split_alone(tree: Tree) -> None:
    root = tree({"train": ("train_ref", "train_eha", "train_list.txt"), **ONE})
    (root / "ten.txt").write_text("00100_gamma.png,10\n")
    given = {"test_ref_path": root / "test_ref", "test_eha_path": root / "test_eha", "test_list": root / "ten.txt"}
    table = load(root=root, **given)
    assert table["split"].tolist() == ["train"] * 4 + ["test"]
    assert table["mos"].iloc[-1] == 10


def test_no_layout_is_an_error_that_prints_those_looked_for(tmp_path: Path, tree: Tree) -> None:
    (message,) = problems(root=tmp_path)
    for words in (
        "train_ref/",
        "train/ref/",
        "Label_train_list.txt",
        "train_list.txt",
        "Label_train.txt",
        "valid",
        "enhanced/",
    ):
        assert words in message
    tree(ONE)
    (message,) = problems(root=tmp_path)
    assert f"did you mean root: {tmp_path / 'EFID'}" in message
    (message,) = problems(root=tmp_path / "nowhere")
    assert "No such file" in message


def test_two_layouts_at_once_are_an_error_that_names_both(tree: Tree) -> None:
    root = tree({**ONE, "other": ("test/ref", "test/eha", "test/Label_test_list.txt")})
    messages = problems(root=root)
    assert len(messages) == 3
    for one, other in (("test_ref", "test/ref"), ("test_eha", "test/eha"), (LIST, f"test/{LIST}")):
        assert any(f"{one} or {other}" in message for message in messages)


def test_a_copy_of_the_label_list_is_no_second_layout(tree: Tree) -> None:
    root = tree(ONE)
    (root / "Label_test.txt").write_bytes((root / LIST).read_bytes())
    assert len(load(root=root)) == 4
    (root / "Label_test.txt").write_text("00000_clahe.png,9")
    assert "Label_test_list.txt or Label_test.txt" in problems(root=root)[0]


def test_a_split_without_list_is_a_warning_and_one_without_folder_an_error(tree: Tree) -> None:
    root = tree(ONE)
    (root / "val_ref").mkdir()
    dataset = efid(root=root)
    table, found = dataset.examine()
    assert len(table) == 4
    assert [(problem.severity, "split val" in problem.message) for problem in found] == [("warning", True)]
    assert len(load(root=root)) == 4, "a warning refuses nothing"
    (root / "train_list.txt").write_text("a.png,1")
    assert all("split train: no folder of its" in message for message in problems(root=root)[:2])


def test_lists_end_without_newline_and_lose_no_digit(tree: Tree) -> None:
    root = tree(ONE)
    (root / LIST).write_bytes(b"\xef\xbb\xbf00000_clahe.png,3.25\r\n\r\n 00000_gamma.png , 12.75")
    assert load(root=root)["mos"].tolist() == [3.25, 12.75]


def test_reference_and_condition_patterns(tree: Tree, image: Image) -> None:
    root = tree(ONE)
    image(root / "test_eha" / "00001xRetinex2.png", 5)
    with (root / LIST).open("a") as file:
        file.write("\n00001xRetinex2.png,3")
    (message,) = problems(root=root)
    assert message.startswith(f"{root / LIST}:5: ")
    assert "00001xRetinex2.png" in message
    assert "reference_pattern" in message
    table = load(root=root, reference_pattern="^(?P<ref>.{5})", condition_pattern="[_x](?P<condition>[A-Za-z]+)")
    assert table.iloc[4][["reference", "condition"]].tolist() == ["00001.png", "Retinex"]
    with pytest.raises(UserError, match="reference_pattern"):
        efid(root=root, reference_pattern="(")


def test_two_equally_good_references_are_an_error(tree: Tree, image: Image) -> None:
    root = tree(ONE)
    image(root / "test_ref" / "clahe.png", 5)
    messages = problems(root=root)
    assert len(messages) == 2, "00000 and clahe have five characters both, gamma is no reference"
    assert "'00000.png' and 'clahe.png' equally well" in messages[0]


def test_all_wrong_lines_and_missing_images_are_named_in_one_pass(tree: Tree) -> None:
    root = tree(ONE)
    secret = root.parent / "secret.png"
    secret.write_bytes(b"")
    lines = [
        "00000_clahe.png,1",
        "00000_Gamma.png,1",
        "00001_gamma.jpg,2",
        "nothing.png,3",
        "../../secret.png,3",
        f"{secret},3",
        "test_eha/00000_gamma.png,3",
        "00001_clahe.png,3,5",
    ]
    (root / LIST).write_text("\n".join(lines))
    found = dict(message.removeprefix(f"{root / LIST}:").split(": ", 1) for message in problems(root=root))
    assert sorted(found) == ["2", "3", "4", "5", "6", "7", "8"]
    assert "there is '00000_gamma.png'" in found["2"]
    assert "there is '00001_gamma.png'" in found["3"]
    assert "no image 'nothing.png'" in found["4"]
    assert "leaves the data folder" in found["5"]
    assert "absolute" in found["6"]
    assert "names are relative to that folder" in found["7"]
    assert "last comma" in found["8"]


def test_links_are_followed_and_broken_ones_are_missing(tree: Tree, tmp_path: Path, image: Image) -> None:
    root = tree(ONE)
    image(tmp_path / "elsewhere" / "real.png", 7)
    (root / "test_eha" / "00001_linked.png").symlink_to(tmp_path / "elsewhere" / "real.png")
    (root / "test_eha" / "00001_broken.png").symlink_to(tmp_path / "elsewhere" / "gone.png")
    (root / LIST).write_text("00001_linked.png,2\n00001_broken.png,3\n")
    (message,) = problems(root=root)
    assert "00001_broken.png" in message
    moved = tmp_path / "moved"
    moved.symlink_to(root, target_is_directory=True)
    (root / LIST).write_text("00001_linked.png,2\n")
    assert load(root=moved)["condition"].tolist() == ["linked"]


def test_folders_that_are_none_and_a_missing_list_are_named_together(tree: Tree) -> None:
    root = tree(ONE)
    given = {"test_ref_path": root / "nowhere", "test_eha_path": root / LIST, "test_list": root / "none.txt"}
    messages = problems(**given)
    assert [message.split(": ")[0] for message in messages] == [str(path) for path in given.values()]
    assert "Not a directory" in messages[1]


def test_dataset_json_says_that_labels_are_simulated(tree: Tree) -> None:
    root = tree(ONE)
    assert efid(root=root).labels == "opinions"  # type: ignore[attr-defined]
    (root / "dataset.json").write_text(json.dumps({"labels": "simulated", "title": "Demo", "seed": 0}))
    explicit = {"test_ref_path": root / "test_ref", "test_eha_path": root / "test_eha", "test_list": root / LIST}
    for options in ({"root": root}, explicit):
        dataset = efid(**options)
        dataset.pairs()
        assert dataset.labels == "simulated"  # type: ignore[attr-defined]
        assert dataset.notes()[0].startswith("Simulated labels: ")
        assert "Demo" in dataset.notes()[0]


@pytest.mark.parametrize("content", ["{", "[]", '{"labels": "real"}', "[" * 100_000])
def test_a_wrong_dataset_json_is_an_error(tree: Tree, content: str) -> None:
    root = tree(ONE)
    (root / "dataset.json").write_text(content)
    (message,) = problems(root=root)
    assert message.startswith(str(root / "dataset.json"))


def test_opinions_give_their_spread_and_number(tree: Tree) -> None:
    root = tree(ONE)
    (root / "opinions.csv").write_text(
        "enhanced,mos,mos_sd,observers,split\n00000_clahe.png,0.25,0.5,15,test\n00000_gamma.png,1.25,,,test\n"
    )
    table = load(root=root)
    assert table["mos_sd"].iloc[0] == 0.5
    assert table["observers"].iloc[0] == 15
    assert table[["mos_sd", "observers"]].iloc[1:].isna().to_numpy().all()


def test_opinions_that_contradict_the_labels_are_an_error(tree: Tree) -> None:
    root = tree(ONE)
    (root / "opinions.csv").write_text(
        "enhanced,mos,mos_sd,observers\n00000_clahe.png,4,0.5,15\n00000_gamma.png,1.25,-1,15\n"
        "00001_clahe.png,2.25,x,1.5\n00001_clahe.png,2.25,1,1\nother.png,1,1,1\n"
    )
    messages = [message.removeprefix(f"{root / 'opinions.csv'}:") for message in problems(root=root)]
    assert sorted(message[0] for message in messages) == ["2", "3", "4", "4", "5", "6"]
    conflict = next(message for message in messages if message.startswith("2"))
    assert f"{root / LIST}:1" in conflict
    assert "0.25" in conflict
    (root / "opinions.csv").write_text("enhanced,sd,observers\n")
    assert "no column 'mos_sd'" in problems(root=root)[0]


@pytest.mark.heavy
def test_loading_the_plug_in_imports_neither_pandas_nor_torch(root: Path) -> None:
    code = (
        "import sys; from benchmark.plugins import registry\n"
        "for name in ('efid', 'table', 'tid2013', 'kadid10k'): registry.datasets().load(name)\n"
        "print(sorted({'pandas', 'torch', 'cv2', 'PIL', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
