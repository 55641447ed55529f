"""The command ``split``: what it writes and prints, and what it refuses."""

from pathlib import Path

import pandas as pd
import pytest

from benchmark import cli
from benchmark.core.hashes import sha256_file
from benchmark.data import split_files


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A configuration of a data set of six references with three pairs each; its images are never opened."""
    monkeypatch.chdir(tmp_path)
    rows = [(f"{r}.png", f"{r}_{c}.png", r + c / 10, f"c{c}") for r in range(6) for c in range(3)]
    pd.DataFrame(rows, columns=["reference", "enhanced", "mos", "condition"]).to_csv("pairs.csv", index=False)
    for reference, enhanced, *_ in rows:
        Path(reference).touch()
        Path(enhanced).touch()
    Path("c.yaml").write_text("dataset: {name: table, file: pairs.csv}\nmethods: [psnr]\nstatistics: {seed: 1}\n")
    return "c.yaml"


def test_partitions_are_written_once_and_printed_with_their_hash(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["split", config, "--repeat", "3", "--test", "0.3", "--validate", "0.2", "--seed", "1", "--to", "s.json"]
    assert cli.main(call) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "table: 3 partitions by cluster"
    assert (
        printed[1] == "  1: train 3 references, 9 pairs, validation 1 references, 3 pairs, test 2 references, 6 pairs"
    )
    assert printed[-1] == f"s.json: written, sha256 {sha256_file(Path('s.json'))}"
    before = Path("s.json").read_bytes()
    assert cli.main(call) == 0
    assert "s.json: unchanged" in capsys.readouterr().out
    assert cli.main(["split", config, "--folds", "3", "--to", "s.json"]) == 2
    assert "other partitions are there" in capsys.readouterr().err
    assert Path("s.json").read_bytes() == before
    assert cli.main(["split", config, "--folds", "3", "--to", "s.json", "--overwrite"]) == 0
    assert Path("s.json").read_bytes() != before


def test_the_protocol_of_the_configuration_is_taken(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    with open(config, "a") as file:
        file.write("protocol: {leave_out: condition}\n")
    assert cli.main(["split", config, "--to", "s.json"]) == 0
    printed = capsys.readouterr().out
    assert "3 partitions by pair" in printed
    assert (
        "2 (c1): train 6 references, 12 pairs, validation 0 references, 0 pairs, test 6 references, 6 pairs" in printed
    )
    assert "note: One condition left out: the same reference is on both sides" in printed
    Path("sub").mkdir()
    Path("sub/c.yaml").write_text(
        "dataset: {name: table, file: ../pairs.csv}\nmethods: [psnr]\nprotocol: {file: ../s.json}\n"
    )
    assert cli.main(["split", "sub/c.yaml", "--to", "again.json"]) == 0
    assert Path("again.json").read_bytes() == Path("s.json").read_bytes()


def test_an_impossible_protocol_is_named_by_its_line(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    with open(config, "a") as file:
        file.write("protocol:\n  folds: 7\n")
    assert cli.main(["split", config, "--to", "s.json"]) == 2
    assert "c.yaml:5: protocol.folds: 6 references can't be divided into 7 folds" in capsys.readouterr().err


def test_the_splits_that_a_configuration_names_are_divided(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.read_csv("pairs.csv").assign(split=["train"] * 9 + ["test"] * 9)
    table.to_csv("pairs.csv", index=False)
    assert cli.main(["split", config, "--folds", "3", "--to", "all.json"]) == 0
    assert "1: train 4 references, 12 pairs" in capsys.readouterr().out
    assert cli.main(["split", config, "--set", "dataset.splits=[test]", "--folds", "3", "--to", "test.json"]) == 0
    assert "1: train 2 references, 6 pairs" in capsys.readouterr().out


def test_stored_orders_and_pyiqas_files_become_split_files(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.read_csv("pairs.csv")
    Path("orders.csv").write_text(" ".join(map(str, range(18, 0, -1))) + "\n")
    table[["enhanced", "reference"]].to_csv("names.csv", index=False)
    orders = ["split", "--orders", "orders.csv", "--cut", "0.8", "--names", "names.csv"]
    assert cli.main([*orders, "--to", "alone.json"]) == 0
    printed = capsys.readouterr().out
    assert "note: Split by pair: the same reference is on both sides (in 1 of 1 partitions, at most 1 of 6" in printed
    assert cli.main([orders[0], config, *orders[1:], "--to", "s.json"]) == 0
    assert "train 5 references, 14 pairs, validation 0 references, 0 pairs, test 2 references, 4 pairs" in (
        capsys.readouterr().out
    )
    meta = pd.DataFrame({"dist_name": table["enhanced"], "official_split": ["train"] * 15 + ["test"] * 3})
    meta.to_csv("meta.csv", index=False)
    assert cli.main(["split", config, "--from", "meta.csv", "--to", "official.json"]) == 0
    printed = capsys.readouterr().out
    assert "1 partitions by cluster" in printed
    assert "note: meta.csv divides references." in printed
    data = table.assign(pair=table["enhanced"], cluster=table["reference"], split="")
    assert split_files.read(Path("official.json"), data, "table").partitions[0].test == ("5.png",)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "c.yaml has no `protocol`, so say how: --folds 5"),
        (["--folds", "3", "--repeat", "3", "--test", "0.2"], "folds and repeat are different protocols"),
        (["--repeat", "3"], "repeat needs `test`"),
        (["--repeat", "3", "--test", "1.2"], "--test: expected a number above 0 and below 1 (given: 1.2)"),
        (["--leave-out", "referense"], "--leave-out"),
        (["--folds", "7"], "6 references can't be divided into 7 folds"),
        (["--seed", "3"], "it says no protocol"),
        (["--from", "none.json"], "none.json: no such file"),
        (["--cut", "0.5"], "--cut says how stored orders are read"),
        (["--orders", "o.csv", "--folds", "3"], "--folds and --orders are different protocols"),
        (["--orders", "o.csv", "--cut", "0.5"], "--orders needs --cut"),
        (["--orders", "o.csv", "--cut", "1", "--names", "n.csv"], "shares above 0 whose sum is below 1"),
        (["--folds", "3", "--set", "dataset.splits=[tset]"], "dataset.splits"),
    ],
)
def test_a_mistake_is_said_in_words(
    config: str, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert cli.main(["split", config, *arguments, "--to", "s.json"]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
    assert not Path("s.json").exists()


def test_the_file_to_write_must_be_named(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["split", config, "--folds", "3"]) == 2
    assert "--to splits.json" in capsys.readouterr().err
    assert cli.main(["split", "--folds", "3", "--to", "s.json"]) == 2
    assert "name a configuration" in capsys.readouterr().err


def test_a_study_of_one_data_set_needs_no_choice(config: str, tmp_path: Path) -> None:
    text = Path(config).read_text().replace("dataset:", "datasets:", 1)
    (tmp_path / "study.yaml").write_text(text)
    assert cli.main(["split", str(tmp_path / "study.yaml"), "--folds", "2", "--to", str(tmp_path / "s.json")]) == 0
    assert (tmp_path / "s.json").is_file()
