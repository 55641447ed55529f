"""Split files: written and read back, damaged ones explained; pyiqa's files and stored orders read."""

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark.config.protocol import Protocol
from benchmark.core.errors import UserError
from benchmark.data import protocols, split_files, split_imports, stored_orders
from benchmark.data.partitions import Partitions, marks, select


def pairs(references: int = 10, conditions: int = 3) -> pd.DataFrame:
    rows = [(f"r{r}", f"r{r}_{c}.png", f"c{c}") for r in range(references) for c in range(conditions)]
    table = pd.DataFrame(rows, columns=["reference", "enhanced", "condition"])
    return table.assign(split="", cluster=table["reference"], pair=table["enhanced"], fold=np.nan)


def tenfold(table: pd.DataFrame) -> Partitions:
    return protocols.make(table, Protocol(repeat=3, test=0.2, validate=0.1), "set")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    file = tmp_path / "splits.json"
    assert split_files.write(file, tenfold(pairs()))
    return file


@pytest.mark.parametrize(
    "protocol",
    [
        Protocol(folds=5, seed=1),
        Protocol(repeat=2, test=0.2),
        Protocol(leave_out=("condition",)),
        Protocol(leave_out=("condition", "reference")),
        Protocol(published=True),
    ],
)
def test_partitions_are_read_back_as_written(tmp_path: Path, protocol: Protocol) -> None:
    table, file = pairs(), tmp_path / "ä" / "splits.json"
    made = protocols.make(table, protocol, "sät")
    assert split_files.write(file, made)
    assert not split_files.write(file, made)
    assert split_files.read(file, table.iloc[::-1], "sät") == made
    assert protocols.make(table, Protocol(file=file), "sät") == made
    assert split_files.sha256(made) == split_files.sha256(split_files.read(file, table, "sät"))
    other = protocols.make(table, Protocol(folds=3), "sät")
    with pytest.raises(UserError, match=r"other partitions are there.*--overwrite"):
        split_files.write(file, other)
    assert split_files.write(file, other, overwrite=True)
    assert list(file.parent.iterdir()) == [file]


def test_the_split_file_says_which_pairs_it_was_made_for(written: Path) -> None:
    fewer = pairs().drop(index=4)
    with pytest.raises(UserError, match=r"made for other pairs.*1 are not in the data set \('r1_1.png'\)$"):
        split_files.read(written, fewer, "set")
    more = pairs(11)
    with pytest.raises(UserError, match=r"3 are not in the file \('r10_0.png', 'r10_1.png', 'r10_2.png'\)"):
        split_files.read(written, more, "set")
    patients = pairs().assign(cluster="p")
    with pytest.raises(UserError, match=r"30 belong to other clusters \('r0_0.png': 'p', in the file 'r0'\)"):
        split_files.read(written, patients, "set")


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.pop("format"), "no split file"),
        (lambda c: c.update(format="efid-bench splits 2"), "no split file"),
        (lambda c: c.update(byy="pair"), "unknown key 'byy'; did you mean 'by'?"),
        (lambda c: c.update(by="image"), "expected cluster or pair"),
        (lambda c: c.update(partitions=[]), "expected a list of at least one"),
        (lambda c: c["pairs"].update(r0=["x"]), "changed by hand"),
        (lambda c: c["pairs"].update(r0="x"), "each to a list of names"),
        (lambda c: c["partitions"][1].update(tests=[]), "unknown key 'tests'; did you mean 'test'?"),
        (lambda c: c["partitions"][1].update(test=[]), "partition 2: test: names nothing"),
        (lambda c: c["partitions"][1].update(test="r1"), "partition 2: test: expected a list of names"),
        (lambda c: c["partitions"][1].update(number=1), "partition 2: number"),
        (lambda c: c["partitions"][1]["train"].append(c["partitions"][1]["test"][0]), "stands in train and in test"),
        (lambda c: c["partitions"][0]["train"].append(c["partitions"][0]["train"][0]), "stands twice in train"),
        (lambda c: c["partitions"][0]["train"].append("r_3"), "the data set has no cluster 'r_3'; did you mean 'r3'?"),
        (lambda c: c.update(protocol=3), "`protocol` to be a mapping"),
        (lambda c: c["partitions"].append(3), "partition 4: expected a mapping"),
    ],
)
def test_a_damaged_file_is_explained_in_a_line(written: Path, change: Change, words: str) -> None:
    content = json.loads(written.read_text())
    change(content)
    written.write_text(json.dumps(content))
    with pytest.raises(UserError) as caught:
        split_files.read(written, pairs(), "set")
    assert words in str(caught.value)
    assert str(written) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_what_is_no_json_is_said(written: Path) -> None:
    written.write_text(written.read_text()[:200])
    with pytest.raises(UserError, match="not valid JSON"):
        split_files.read(written, pairs(), "set")
    with pytest.raises(UserError, match="no such file"):
        split_files.read(written.with_name("none.json"), pairs(), "set")
    with pytest.raises(UserError, match=r"none of \.json, \.csv and \.pkl"):
        split_files.read(written.with_name("splits.txt"), pairs(), "set")


def test_a_file_by_hand_needs_names_only_and_unused_references_are_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    content = {"format": split_files.FORMAT, "partitions": [{"train": ["r0", "r1"], "test": ["r2"]}, {"test": ["r3"]}]}
    file.write_text(json.dumps(content))
    read = split_files.read(file, pairs(6), "set")
    assert read.partitions[0].train == ("r0", "r1")
    never, unknown = read.notes
    assert never == "2 references are in no part of any partition ('r4', 'r5')."
    assert "does not say which pairs" in unknown
    (second,) = split_files.read(file, pairs(4), "set").notes[:1]
    assert second == "2 of 2 partitions leave references out, at most 3."


def test_only_a_file_that_says_so_divides_pairs_and_it_is_marked(tmp_path: Path) -> None:
    file, table = tmp_path / "mine.json", pairs(2)
    content: dict[str, Any] = {
        "format": split_files.FORMAT,
        "partitions": [{"train": ["r0_0.png"], "test": ["r0_1.png"]}],
    }
    file.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"the data set has no cluster 'r0_0.png'"):
        split_files.read(file, table, "set")
    file.write_text(json.dumps({**content, "by": "pair"}))
    read = split_files.read(file, table, "set")
    assert list(select(table, read.partitions[0])["split"]) == ["train", "test"]
    (mark,) = marks(table, read)
    assert (
        mark == "Split by pair: the same reference is on both sides (in 1 of 1 partitions, at most 1 of 2 references)."
    )
    renamed = table.assign(pair="test/" + table["enhanced"])
    assert split_files.read(file, renamed, "set").partitions[0].test == ("test/r0_1.png",)


def pyiqa(folder: Path, table: pd.DataFrame, made: Partitions) -> Path:
    """The meta table that pyiqa would have for these partitions, its rows in another order than the data set's."""
    meta = table.sample(frac=1, random_state=3).reset_index(drop=True)
    columns = {"ref_name": meta["reference"], "dist_name": meta["enhanced"], "mos": 1.0, "official_split": "train"}
    for item in made.partitions:
        of_pair = select(table, item).set_index("pair")["split"]
        columns[f"ratio802_seed123_split_{item.number:02d}"] = meta["pair"].map(of_pair)
    file = folder / "meta_info_set.csv"
    pd.DataFrame(columns).to_csv(file, index=False)
    return file


def test_pyiqas_meta_table_is_read(tmp_path: Path) -> None:
    table = pairs()
    made = tenfold(table)
    meta = pyiqa(tmp_path, table, made)
    with pytest.raises(UserError, match="several kinds of splits"):
        split_files.read(meta, table, "set")
    read = split_files.read(meta, table, "set", columns="ratio802")
    assert [(item.train, item.validation, item.test) for item in read.partitions] == [
        (item.train, item.validation, item.test) for item in made.partitions
    ]
    assert read.by == "cluster"
    assert read.partitions[1].label == "ratio802_seed123_split_02"
    assert read.notes == ("meta_info_set.csv divides references.",)
    assert protocols.make(table, Protocol(file=meta, columns="ratio802"), "set") == read
    with pytest.raises(UserError, match="no column whose name begins with 'ratio702'"):
        split_files.read(meta, table, "set", columns="ratio702")
    text = meta.read_text()
    meta.write_text(text.replace(",val", ",validate", 1))
    with pytest.raises(UserError, match=r"meta_info_set.csv:\d+: expected train, val, test or nothing"):
        split_files.read(meta, table, "set", columns="ratio802")
    meta.write_text(text.replace("r3_1.png", "r3-1.png"))
    with pytest.raises(UserError, match=r"'r3-1.png' fits no single pair of the data set; did you mean 'r3_1.png'"):
        split_files.read(meta, table, "set", columns="ratio802")


@pytest.mark.parametrize("as_arrays", [False, True])
def test_pyiqas_pickle_needs_the_table_that_it_numbers(tmp_path: Path, as_arrays: bool) -> None:
    table = pairs()
    made = tenfold(table)
    meta = pyiqa(tmp_path, table, made)
    listed = pd.read_csv(meta)["dist_name"].tolist()
    file = tmp_path / "set_123.pkl"
    content: dict[int, dict[str, Any]] = {}
    for item in made.partitions:
        of_pair = select(table, item).set_index("pair")["split"]
        rows = {
            part: [at for at, name in enumerate(listed) if of_pair[name] == part] for part in ("train", "val", "test")
        }
        content[item.number] = {part: np.array(at) if as_arrays else at for part, at in rows.items()}
    file.write_bytes(pickle.dumps(content))
    with pytest.raises(UserError, match="it numbers rows: say of which table with `rows`"):
        split_files.read(file, table, "set")
    read = split_files.read(file, table, "set", rows=meta)
    assert [item.parts for item in read.partitions] == [item.parts for item in made.partitions]
    assert read.by == "cluster"
    with pytest.raises(UserError, match=r"it divides pairs, not references.*split CONFIG --from set_123.pkl"):
        split_files.read(file, table, "set", rows=Path("dataset"))
    by_pair = split_files.read(file, table, "set", rows=Path("dataset"), convert=True)
    assert by_pair.by == "pair"
    assert by_pair.notes == ("set_123.pkl divides pairs: in 3 of 3 partitions.",)


class Runs:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.file}",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({1: {"train": [0, 30], "test": [1]}}, "there is no row 30: the table has 30"),
        ({1: {"train": [-1], "test": [1]}}, "there is no row -1"),
        ({1: {"train": [1], "test": [1]}}, "stands in train and in test"),
        ({1: {"train": [1], "tset": [2]}}, "no part 'tset'; did you mean 'test'?"),
        ({1: {"train": [1], "test": []}}, "there is nothing to test"),
        ({1: {"train": "all", "test": [2]}}, "expected a list of row numbers"),
        ([[1], [2]], "expected a mapping"),
        ({}, "expected a mapping"),
    ],
)
def test_a_wrong_pickle_is_explained(tmp_path: Path, content: Any, words: str) -> None:
    file = tmp_path / "set.pkl"
    file.write_bytes(pickle.dumps(content))
    with pytest.raises(UserError) as caught:
        split_files.read(file, pairs(), "set", rows=Path("dataset"))
    assert words in str(caught.value)


def test_a_pickle_that_runs_something_is_refused_and_does_not(tmp_path: Path) -> None:
    file, trace = tmp_path / "set.pkl", tmp_path / "ran"
    file.write_bytes(pickle.dumps({1: {"train": Runs(trace), "test": [2]}}))
    with pytest.raises(UserError, match="it would run"):
        split_files.read(file, pairs(), "set", rows=Path("dataset"))
    assert not trace.exists()


def listing(folder: Path, **columns: list[str]) -> split_imports.NamedRows:
    pd.DataFrame(columns).to_csv(folder / "names.csv", index=False)
    return split_imports.list_names(folder / "names.csv")


@pytest.mark.parametrize("first", [0, 1])
def test_stored_orders_are_cut(tmp_path: Path, first: int) -> None:
    table, file = pairs(2, 2), tmp_path / "orders.csv"
    orders = [[2, 0, 3, 1], [0, 1, 2, 3]]
    file.write_text("\n".join(",".join(str(place + first) for place in order) for order in orders) + "\n")
    names = table["enhanced"].tolist()
    made = stored_orders.from_orders(file, listing(tmp_path, enhanced=names), 0.5, 0.25, table, "set")
    assert made.by == "pair"
    assert made.partitions[0].parts == {
        "train": ("r0_0.png", "r1_0.png"),
        "validation": ("r1_1.png",),
        "test": ("r0_1.png",),
    }
    whole = stored_orders.from_orders(
        file, listing(tmp_path, enhanced=names, reference=["r0", "r0", "r1", "r1"]), 0.5, 0, None, ""
    )
    assert whole.by == "pair"
    assert whole.pairs == {"r0": ("r0_0.png", "r0_1.png"), "r1": ("r1_0.png", "r1_1.png")}
    split_files.write(tmp_path / "splits.json", whole)
    assert split_files.read(tmp_path / "splits.json", table, "set").partitions == whole.partitions


def test_stored_orders_of_references_divide_references(tmp_path: Path) -> None:
    table, file = pairs(3, 2), tmp_path / "orders.csv"
    file.write_text("3 1 2\n")
    made = stored_orders.from_orders(file, listing(tmp_path, reference=["r0", "r1", "r2"]), 0.6, 0, table, "set")
    assert made.by == "cluster"
    assert (made.partitions[0].train, made.partitions[0].test) == (("r0", "r2"), ("r1",))
    with pytest.raises(UserError, match="the data set has no reference 'r_2'; did you mean 'r2'"):
        stored_orders.from_orders(file, listing(tmp_path, reference=["r0", "r1", "r_2"]), 0.6, 0, table, "set")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2,3\n", "is 1×3; a row for each order of 4 names"),
        ("1,2,3,4\n1,2,3,3\n", "row 2 does not hold each number"),
        ("2,3,4,5\n", "row 1 does not hold each number"),
        ("1,2,3,x\n", "whole numbers only"),
        ("1,2,3,4\n1,2,3\n", "3 numbers, the first order has 4"),
        ("\n", "is empty"),
    ],
)
def test_what_is_no_order_is_said(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(text)
    with pytest.raises(UserError, match=words):
        stored_orders.read_orders(file, 4)


def names_in(file: Path) -> list[str]:
    from scipy.io import loadmat

    return [str(item[0]) for item in loadmat(file)[file.stem][0]]


def test_published_orders_are_reproduced(shared: Callable[[str], Path], tmp_path: Path) -> None:
    from scipy.io import loadmat

    folder = shared("oracles/mdm_splits")
    images, file = names_in(folder / "nameOfDistortedImagesCSIQ.mat"), folder / "Splits1000x116.mat"
    orders = loadmat(file)[file.stem].astype(int)
    made = stored_orders.from_orders(file, listing(tmp_path, enhanced=images), 0.8, 0, None, "")
    assert len(made.partitions) == 1000
    assert "names no references" in made.notes[0]
    for row in (0, 499, 999):
        assert made.partitions[row].train == tuple(sorted(images[at - 1] for at in orders[row, :93]))
        assert made.partitions[row].test == tuple(sorted(images[at - 1] for at in orders[row, 93:]))


def test_orders_that_cut_through_a_reference_are_found_and_marked(
    shared: Callable[[str], Path], tmp_path: Path
) -> None:
    from scipy.io import loadmat, savemat

    folder = shared("oracles/mdm_splits")
    images, references = (names_in(folder / f"nameOf{kind}ImagesCCID2014.mat") for kind in ("Distorted", "Reference"))
    few = tmp_path / "few.mat"
    savemat(few, {"few": loadmat(folder / "Splits1000x655.mat")["Splits1000x655"][:20]})
    names = listing(tmp_path, enhanced=images, reference=references)
    made = stored_orders.from_orders(few, names, 0.8, 0, None, "")
    assert made.by == "pair"
    (mark,) = marks(stored_orders.table_of(names), made)
    assert mark.startswith("Split by pair: the same reference is on both sides (in ")
    assert mark.endswith("at most 1 of 15 references).")
