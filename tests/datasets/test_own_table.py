"""A table of one's own without renaming: templates, several roots, names for conditions, splits from a file, Excel."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark.config.models import DatasetEntry
from benchmark.config.source import read_source
from benchmark.core.errors import ConfigError, DataError, UserError
from benchmark.data import check_table, load, pairs
from benchmark.plugins import registry
from benchmark.plugins.contracts import Dataset

Image = Callable[[Path, int], None]
TEXT = "name;ref;dmos\na;1;3,5\nb;1;2,25\nc;2;1,5\n"
OPTIONS = {"enhanced": "img/{name}.png", "reference": "src/{ref:02}.png", "label": "dmos"}


@pytest.fixture
def folder(tmp_path: Path, image: Image) -> Path:
    for seed, name in enumerate(("src/01.png", "src/02.png", "img/a.png", "img/b.png", "img/c.png")):
        image(tmp_path / name, seed)
    return tmp_path


def table(folder: Path, text: str = TEXT, **options: Any) -> Dataset:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    build: Callable[..., Dataset] = registry.datasets().load("table")
    return build(**{"file": folder / "t.csv", **OPTIONS, **options})


def read(folder: Path, text: str = TEXT, **options: Any) -> pd.DataFrame:
    return pairs.complete(table(folder, text, **options).pairs())


def wrong(folder: Path, text: str = TEXT, **options: Any) -> list[str]:
    """What is wrong, each without the folder."""
    with pytest.raises(UserError) as caught:
        table(folder, text, **options).pairs()
    error = caught.value
    found = [str(problem) for problem in error.problems] if isinstance(error, DataError) else [str(error)]
    assert all("\n" not in message for message in found)
    return [message.replace(f"{folder}/", "").removeprefix("t.csv:") for message in found]


def test_images_are_named_by_templates_of_columns(folder: Path) -> None:
    found = read(folder)
    assert found[["reference", "enhanced", "mos", "pair"]].to_numpy().tolist() == [
        ["src/01.png", "img/a.png", 3.5, "img/a.png"],
        ["src/01.png", "img/b.png", 2.25, "img/b.png"],
        ["src/02.png", "img/c.png", 1.5, "img/c.png"],
    ]
    assert all(Path(path).is_file() for column in pairs.PATHS for path in found[column])


@pytest.mark.parametrize(
    "template", ["./img/{name}.png", "img\\{name}.png", "img/{ name }.png", "{folder}/{name}.{ending}", "img/{path}"]
)
def test_any_columns_and_slashes_do(folder: Path, template: str) -> None:
    text = "name,ref,dmos,folder,ending,path\na,1,3,img,png,a.png\nc,2,1,img,png,c.png\n"
    assert read(folder, text, enhanced=template)["enhanced"].tolist() == ["img/a.png", "img/c.png"]


def test_literal_braces_are_written_twice(folder: Path, image: Image) -> None:
    image(folder / "img/{a}.png", 7)
    assert read(folder, "name,ref,dmos\na,1,3\n", enhanced="img/{{{name}}}.png")["enhanced"].tolist() == ["img/{a}.png"]
    found = read(folder, "{name},ref,dmos\nimg/a.png,1,3\n", enhanced="{{name}}")
    assert found["enhanced"].tolist() == ["img/a.png"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"enhanced": "img/{nam}.png"}, "no column 'nam' (for enhanced: 'img/{nam}.png'); did you mean 'name'?"),
        ({"reference": "src/{Ref}.png"}, "no column 'Ref' (for reference: 'src/{Ref}.png'); did you mean 'ref'?"),
        ({"enhanced": "img/{name.png"}, "enhanced: 'img/{name.png' has a brace without its partner"),
        ({"enhanced": "img/name}.png"}, "write a literal one twice (}})"),
        ({"enhanced": "img/{}.png"}, "names no column between its braces"),
        ({"enhanced": "../{name}.png"}, "give the folder as `enhanced_root`"),
        ({"reference": "/data/{ref}.png"}, "give the folder as `reference_root`"),
        ({"label": "mos"}, "no column 'mos'; did you mean 'dmos'?"),
        ({"enhanced": "name"}, "no enhanced image 'a' in {}; `enhanced: \"{name}.png\"` adds the ending"),
        ({"root": []}, "root: it names no folder"),
        ({"enhanced_root": Path("nowhere")}, "nowhere: no such folder"),
        ({"split": "s", "split_file": Path("s.csv")}, "give one of them"),
    ],
)
def test_a_wrong_column_template_or_folder_is_one_line(folder: Path, options: dict[str, Any], words: str) -> None:
    if options.get("enhanced") == "name":
        options = {**options, "root": [folder / "img"], "reference_root": folder}
    assert words.replace("{};", "img;") in wrong(folder, **options)[0]


def test_cells_that_leave_the_folder_or_fit_no_template_are_refused_by_line(folder: Path) -> None:
    text = "name,ref,dmos\n../img/a,1,3\n,1,3\na,x,3\na,1.5,3\na,1.0,3\n"
    assert wrong(folder, text) == [
        "2: column 'name': the name 'img/../img/a.png' leaves the data folder (`..`); refused",
        "3: the name is missing",
        "4: 'x' in column 'ref' is no whole number, which `:02` needs",
        "5: '1.5' in column 'ref' is no whole number, which `:02` needs",
    ]


def test_images_are_looked_for_in_several_folders(folder: Path, image: Image) -> None:
    image(folder / "more/d.png", 9)
    text = "name,ref,dmos\na.png,01.png,3\nd.png,01.png,1\n"
    options = {"enhanced": "name", "reference": "ref", "reference_root": folder / "src"}
    found = read(folder, text, root=[folder / "img", folder / "more"], **options)
    assert [Path(path).parent.name for path in found["enhanced_path"]] == ["img", "more"]
    image(folder / "more/a.png", 10)
    (message,) = wrong(folder, text, enhanced_root=[folder / "img", folder / "more"], **options)
    assert message == "2: the enhanced image 'a.png' is in two folders: img/a.png and more/a.png; keep one"
    (folder / "more/a.png").unlink()
    os.link(folder / "img/a.png", folder / "more/a.png")
    assert len(read(folder, text, enhanced_root=[folder / "img", folder / "more"], **options)) == 2


def test_missing_images_are_counted_with_the_first_three_and_where_they_were_looked_for(folder: Path) -> None:
    rows = "".join(f"x{number};1;3\n" for number in range(50))
    options = {"root": [folder, folder / "img"]}
    (message,) = wrong(folder, TEXT + rows, **options)
    assert message == (
        f"5: enhanced: 'img/{{name}}.png': no enhanced image 'img/x0.png' in {folder} or img; 50 of 53 rows lack theirs "
        "('img/x0.png', 'img/x1.png', 'img/x2.png', …)"
    )
    few = wrong(folder, TEXT + "A;1;3\nx;1;3\n")
    assert [message.partition(":")[0] for message in few] == ["5", "6"]
    assert "there is 'a.png': names must be equal in case" in few[0]


def test_conditions_that_are_numbers_get_names(folder: Path) -> None:
    text = "name,ref,dmos,kind\na,1,3,1\nb,1,2,01\nc,2,1,2.0\n"
    dataset = table(
        folder, text, condition="kind", condition_names={"1.0": "Gaussian noise", "2": "blur", "7": "JPEG", "x": "y"}
    )
    assert dataset.pairs()["condition"].tolist() == ["Gaussian noise", "Gaussian noise", "blur"]
    assert "condition_names: no pair has the condition 7 (JPEG), x (y)." in dataset.notes()


def test_conditions_without_a_name_and_names_that_cannot_be_meant_are_one_line(folder: Path) -> None:
    text = "name,ref,dmos,condition\na,1,3,1\nb,1,2,3\nc,2,1,3\n"
    assert wrong(folder, text, condition_names={"1": "noise", "2": "blur"}) == [
        "3: the condition '3' has no name in condition_names ('1', '2'); and 1 more line (4)"
    ]
    assert wrong(folder, text, condition_names={"1": "noise", "01": "blur"}) == [
        "condition_names: '1' and '01' are the same condition"
    ]
    assert "the name of '1' is empty" in wrong(folder, text, condition_names={"1": " "})[0]
    assert "no column of conditions" in wrong(folder, condition_names={"1": "noise"})[0]
    assert read(folder, text)["condition"].tolist() == ["1", "3", "3"], "without names they stay what they are"


SPLITS = {
    "references.json": json.dumps({"train": [1], "test": [2]}),
    "references.yaml": "train: [1]\ntest:\n  - 2\n",
    "files.yml": "train: [01.png]\ntest: [src/02]\n",
    "pairs.json": json.dumps({"train": ["a", "b.png"], "test": ["img/c.png"]}),
    "pairs.csv": "enhanced;split\na;train\nb;train\nc;test\n",
    "references.csv": "reference,split\n01,train\n02,test\n",
    "any.tsv": "split\tphoto\ntrain\t01\ntest\t02\n",
    "more.csv": "name,split,remark\na,train,\nb,train,x\nc,test,\n",
}


@pytest.mark.parametrize("name", SPLITS)
def test_splits_come_from_a_file_by_pair_or_by_reference(folder: Path, name: str) -> None:
    (folder / name).write_text(SPLITS[name])
    dataset = table(folder, split_file=folder / name)
    found = pairs.complete(dataset.pairs())
    assert found["split"].tolist() == ["train", "train", "test"]
    assert found["pair"].tolist() == ["train/img/a.png", "train/img/b.png", "test/img/c.png"]
    assert pairs.choose_splits(found, None)["enhanced"].tolist() == ["img/c.png"]
    assert dataset.label_files == (folder / "t.csv", folder / name)
    of_what = "pairs" if name.startswith(("pairs", "more")) else "references"
    assert f"Splits of {of_what} from {name}." in dataset.notes()


def test_what_is_in_no_split_is_left_out_and_said(folder: Path) -> None:
    (folder / "s.yaml").write_text("test: [a, c]\n")
    dataset = table(folder, "name;ref;dmos;split\na;1;3;x\nb;1;2;\nc;2;1;x\n", split_file=folder / "s.yaml")
    assert dataset.pairs()["split"].tolist() == ["test", "test"]
    assert "1 pairs are in no split of s.yaml and left out (img/b.png)." in dataset.notes()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("s.yaml", "train: [a, b]\ntest: [b.png, c]\n", "s.yaml:2: 'b.png' is in the split 'train' and in 'test'"),
        (
            "s.yaml",
            "train: [a, x]\ntest: [c, y]\n",
            "s.yaml:1: 'x' (split 'train') is no reference or enhanced image of the table; and 1 more names ('y')",
        ),
        ("s.csv", "reference,split\n01,train\na,test\n", "s.csv:3: 'a' (split 'test') is no reference image"),
        ("s.csv", "name,split\na,train\nb,\n", "s.csv:3: the split is missing"),
        ("s.csv", "name,part\na,train\n", "s.csv:1: no column 'split'; there are 'name', 'part'"),
        ("s.csv", "reference,enhanced,split\n01,a,test\n", "needs one column of names beside `split`"),
        ("s.csv", "split\ntest\n", "there are no others"),
        ("s.json", '{"test": ["a"], "test": ["b"]}', "s.json: the split 'test' stands more than once"),
        ("s.yaml", "test: [a]\ntest: [b]\n", "s.yaml:2: the split 'test' stands more than once"),
        ("s.json", '{"a": "test"}', "s.json: must map each split to a list of names"),
        ("s.json", '["a"]', "must map each split"),
        ("s.json", '{"test": [null]}', "must map each split"),
        ("s.json", '{"test": ["a"', "s.json: can't be read as JSON"),
        ("s.yaml", "test: a\n", "s.yaml:1: must map each split"),
        ("s.yaml", "test: [a\n", "s.yaml:2: can't be read as YAML"),
        ("s.yaml", "{}", "s.yaml: names no pair"),
        ("s.yaml", None, "s.yaml: no such file"),
    ],
)
def test_a_file_of_splits_that_does_not_fit_is_one_line(folder: Path, name: str, text: str | None, words: str) -> None:
    if text is not None:
        (folder / name).write_text(text)
    assert words in wrong(folder, split_file=folder / name)[0]


def test_a_name_that_may_be_two_images_needs_its_folder(folder: Path, image: Image) -> None:
    image(folder / "img/sub/a.png", 3)
    text = "name,ref,dmos\na,1,3\nsub/a,2,1\n"
    (folder / "s.yaml").write_text("test: [a.png]\ntrain: [img/sub/a.png]\n")
    assert (
        "'a.png' may be 'img/a.png' or 'img/sub/a.png'; give its folder"
        in wrong(folder, text, split_file=folder / "s.yaml")[0]
    )
    (folder / "s.yaml").write_text("test: [a]\ntrain: [sub/a]\n")
    assert read(folder, text, split_file=folder / "s.yaml")["split"].tolist() == ["test", "train"]


def test_check_shows_every_problem_and_note_in_one_pass(folder: Path) -> None:
    (folder / "s.yaml").write_text("test: [a, c, q]\n")
    text = "name;ref;dmos;condition\na;1;3;1\nb;1;x;2\nc;2;1;9\nd;2;1;1\n"
    dataset = table(folder, text, split_file=folder / "s.yaml", condition_names={"1": "noise", "2": "blur"})
    _, found = check_table.read(dataset)
    words = ["3: the dmos is not a number", "5: enhanced:", "4: the condition '9'", "s.yaml:1: 'q'"]
    assert len(found) == len(words)
    assert all(any(word in str(problem) for problem in found) for word in words)


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "csv"])
def test_excel_parquet_and_text_give_the_same_pairs(folder: Path, kind: str) -> None:
    rows = [("a", 1, 3.5, 0.5, 12), ("b", 1, 2.25, None, 12), ("c", 2, 1.5, 0.25, 11)]
    headings = ["name", "ref", "dmos", "mos_sd", "observers"]
    frame = pd.DataFrame(rows, columns=headings)
    file = folder / f"own.{kind}"
    if kind == "xlsx":
        frame.to_excel(file, index=False)
    elif kind == "parquet":
        frame.to_parquet(file)
    else:
        frame.to_csv(file, sep="|", decimal=",", index=False)
    for decimal in (None, ","):
        found = read(folder, file=file, decimal=decimal)
        assert found["mos"].tolist() == [3.5, 2.25, 1.5]
        assert found["mos_sd"].fillna(0).tolist() == [0.5, 0, 0.25]
        assert found["observers"].tolist() == [12, 12, 11]
        assert found["reference"].tolist() == ["src/01.png", "src/01.png", "src/02.png"]


def test_separator_encoding_and_sheet_are_options(folder: Path, image: Image) -> None:
    image(folder / "img/grün.png", 5)
    (folder / "w.txt").write_bytes("name ref  dmos\ngrün 1 3,5\n".encode("cp1252"))
    assert "cp1252 perhaps" in wrong(folder, file=folder / "w.txt")[0]
    found = read(folder, file=folder / "w.txt", encoding="cp1252", separator="blanks")
    assert found[["enhanced", "mos"]].to_numpy().tolist() == [["img/grün.png", 3.5]]
    (folder / "w.txt").write_text("name ref dmos\n1 1 3,5\n", encoding="utf-16-le")
    assert "no text in 'cp1252': it holds zero bytes" in wrong(folder, file=folder / "w.txt", encoding="cp1252")[0]
    assert "separator: 'xy' can't separate columns" in wrong(folder, separator="xy")[0]
    assert "sheet: 'x' is asked for, but this is no .xlsx workbook" in wrong(folder, sheet="x")[0]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (("3,55", "1.234,5"), "2: '3,55' in column 'dmos': decimals or thousands?"),
        (("4", "1.234,5"), "3: the dmos is not a number ('1.234,5')"),
        (("3,5", "2.5"), "2: '3,5' in column 'dmos' has a comma, '2.5' in column 'dmos'"),
        (("1,234", "2,345"), "2: '1,234' in column 'dmos', and 1 more such cells: decimals or thousands?"),
        (("3,5", "gut"), "3: the dmos is not a number ('gut')"),
        (("4", "1 234,5"), "3: the dmos is not a number ('1 234,5')"),
    ],
)
def test_numbers_that_cannot_be_meant_are_shown_as_written(folder: Path, numbers: tuple[str, str], words: str) -> None:
    (message,) = wrong(folder, f"name;ref;dmos\na;1;{numbers[0]}\nb;1;{numbers[1]}\n")
    assert message.startswith(words)


def test_a_configuration_gives_all_of_it(folder: Path) -> None:
    (folder / "t.csv").write_text("name;ref;dmos;kind\na;1;3,5;1\nb;1;2,25;2\nc;2;1,5;1\n")
    (folder / "s.yaml").write_text("train: [1]\ntest: [2]\n")
    (folder / "c.yaml").write_text(
        'dataset:\n  name: table\n  file: t.csv\n  root: [., img]\n  enhanced: "{name}.png"\n'
        '  reference: "src/{ref:02}.png"\n'
        "  label: dmos\n  condition: kind\n  condition_names: {1: Gaussian noise, 2: 3}\n  split_file: s.yaml\n"
        "  splits: [train]\n  lower_mos_better: true\n"
    )
    source = read_source(folder / "c.yaml")
    data = load.load(DatasetEntry.model_validate(source.values["dataset"]), source, None)
    assert data.chosen["condition"].tolist() == ["Gaussian noise", "3"]
    assert data.lower_mos_better
    assert json.loads(json.dumps(data.options))["root"] == [str(folder), str(folder / "img")]
    again = read_source({"dataset": {"name": "table", **data.options}})
    assert len(load.load(DatasetEntry.model_validate(again.values["dataset"]), again, None).chosen) == 1
    source = read_source(folder / "c.yaml", ["dataset.separator=xy"])
    with pytest.raises(ConfigError, match=r"c\.yaml:1.*separator: 'xy'"):
        load.build(DatasetEntry.model_validate(source.values["dataset"]), source)
