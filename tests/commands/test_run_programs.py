"""Runs with ``command`` entries: failures stay in their row, and keys follow what decides numbers."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmark.cli import main
from benchmark.commands.steps.prepare import prepare
from benchmark.config.overrides import Overrides
from benchmark.core.hashes import FileHashes
from benchmark.images.read import read_image
from benchmark.scoring import lineup
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import find_machine, producers_of

pytestmark = pytest.mark.heavy

BOTH = "{reference} {enhanced}"
MEAN = """#!/bin/sh
# The mean of the enhanced image's values, from a PPM.
tail -c +14 "$2" | od -An -v -tu1 | awk '{for (i = 1; i <= NF; i++) {n++; s += $i}} END {printf "%.6f", s / n}'
"""


@pytest.fixture
def study(tiny_set: Path, monkeypatch: pytest.MonkeyPatch, near: None) -> Path:
    """A folder with the tiny set, a program beside its configuration, and the configuration's other keys."""
    folder = tiny_set.parent
    (folder / "mean").write_text(MEAN)
    (folder / "mean").chmod(0o755)
    monkeypatch.chdir(folder)
    return folder


def entry(label: str, command: Any, **options: Any) -> dict[str, Any]:
    return {"name": "command", "label": label, "command": command, "higher_is_better": True, **options}


def write(folder: Path, *methods: Any, **keys: Any) -> Path:
    file = folder / "c.yaml"
    content = {
        "dataset": {"name": "table", "file": "pairs.csv"},
        "methods": ["psnr", *methods],
        "statistics": {"replicates": 20},
        "report": {"plots": []},
        "workers": 1,
        "device": "cpu",
        **keys,
    }
    file.write_text(yaml.safe_dump(content))
    return file


def columns(folder: Path, *labels: str) -> list[list[str]]:
    with open(folder / "results" / "c" / "scores.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [[row[label] for row in rows] for label in labels]


def failures(folder: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with open(folder / "results" / "c" / "failures.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["method"], set()).add(row["reason"])
    return found


def computed(folder: Path, capsys: pytest.CaptureFixture[str], *methods: Any, **keys: Any) -> int:
    """Run, and count what was computed anew."""
    capsys.readouterr()
    assert main(["run", str(write(folder, *methods, **keys))]) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "to compute" in line and "scoring" in line]
    return int(line.split()[1])


def test_several_programs_and_their_failures(study: Path) -> None:
    """Each row is its own: the engine's own scores are the bytes of a run without them."""
    assert main(["run", str(write(study))]) == 0
    (alone,) = columns(study, "psnr")
    entries = [
        entry("Mean", f"./mean {BOTH}", format="ppm"),
        entry("Two", f"sh -c 'echo 1 2' sh {BOTH}"),
        entry("None", f"true {BOTH}"),
        entry("One", f"false {BOTH}"),
        entry("Infinite", f"sh -c 'echo inf' sh {BOTH}"),
        entry("Beyond", f"sh -c 'echo 1.5' sh {BOTH}", score_range=[0, 1]),
        entry("Writes", ["sh", "-c", 'echo 0.5; echo x >> "$2"', "sh", "{reference}", "{enhanced}"]),
        entry("Three", f"sh -c 'echo 3' sh {BOTH}"),
        entry("Missing", f"./no-such-program {BOTH}"),
    ]
    assert main(["run", str(write(study, *entries)), "--overwrite"]) == 3
    assert columns(study, "psnr") == [alone]
    mean, three = columns(study, "Mean", "Three")
    names = [f"{number}_{condition}.png" for number in range(2) for condition in ("soft", "hard")]
    means = [255 * float(read_image(study / name).mean(dtype=float)) for name in names]
    assert [float(value) for value in mean] == pytest.approx(means, abs=1e-4)
    assert three == ["3.0"] * 4
    assert failures(study) == {
        "Two": {"it printed 2 numbers (1, 2), not one: give `number`, a regular expression for it"},
        "None": {"it printed nothing"},
        "One": {"exit status 1"},
        "Infinite": {"the score is inf, not a finite number"},
        "Beyond": {"the score is 1.5, outside the method's range (0 to 1)"},
        "Writes": {"it changed the file of the enhanced image, so that its number can't be trusted"},
    }
    cost = json.loads((study / "results" / "c" / "run.json").read_text(encoding="utf-8"))["efficiency"]
    assert set(cost["Mean"]) == {"milliseconds"}  # a program's memory is not that of the process which starts it
    table = (study / "results" / "c" / "tables" / "comparison.md").read_text(encoding="utf-8")
    assert f"Mean: command ./mean {BOTH}" in table
    assert "Missing" in table


def test_a_program_gets_what_other_methods_get(study: Path) -> None:
    """Resized and 16 bits deep here, since resized values are no multiples of 1/255."""
    size = 'od -An -tu1 -j 16 -N 9 "$2" | awk \'{printf "%d.%d", $4 * 1000 + $8, $9}\''
    file = write(study, entry("Size", ["sh", "-c", size, "sh", "{reference}", "{enhanced}"]), resize=[20, 10])
    assert main(["run", str(file)]) == 0
    assert columns(study, "Size") == [["10020.16"] * 4]


def key(file: Path) -> str:
    """The key under which the entry ``Mean`` stores its scores."""
    prepared = prepare(str(file), (), Overrides())
    memory = FileHashes(file.parent / "hashes.json")
    lineup.find_weights(prepared.entrants, memory, None, offline=True, unpublished="refuse")
    for entrant in prepared.entrants:
        lineup.note_files(entrant, memory)
    return producers_of(prepared, find_machine(prepared, ScoringRanks()))["Mean"].key


@pytest.mark.parametrize(
    "options",
    [{"time_limit": 9}, {"at_once": 3}, {"title": "T"}, {"trained_on": "x"}, {"citation": "x"},
     {"score_range": [0, 255]}, {"higher_is_better": False}],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
def test_what_decides_no_number_is_no_part_of_the_key(study: Path, options: dict[str, Any]) -> None:
    mean = entry("Mean", f"./mean {BOTH}")
    assert key(write(study, {**mean, **options})) == key(write(study, mean))


@pytest.mark.parametrize(
    "options",
    [{"number": r"(\S+)$"}, {"revision": "2"}, {"bits": 8}, {"format": "ppm"}, {"environment": {"A": "b"}},
     {"files": ["pairs.csv"]}, {"exit_codes": [0, 1]}, {"read": "both"}, {"command": "./mean {enhanced} {reference}"}],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
def test_what_decides_the_number_is_part_of_the_key(study: Path, options: dict[str, Any]) -> None:
    mean = entry("Mean", f"./mean {BOTH}")
    assert key(write(study, {**mean, **options})) != key(write(study, mean))


@pytest.mark.parametrize("name", ["mean", "helper.sh", "plain", "weights.bin", "box/deep/f.m"])
def test_each_file_that_decides_the_number_is_part_of_the_key(study: Path, name: str) -> None:
    (study / "box" / "deep").mkdir(parents=True)
    for other in ("helper.sh", "plain", "weights.bin", "box/deep/f.m", "box/g.m", "unnamed.sh"):
        (study / other).write_text("1")
    command = f"./mean {BOTH} helper.sh --with=./plain"
    file = write(study, entry("Mean", command, files=["weights.bin", "box"]))
    before = key(file)
    (study / "unnamed.sh").write_text("2")
    assert key(file) == before
    (study / name).write_text("# 2\n")
    assert key(file) != before


def test_the_device_of_other_methods_is_no_part_of_the_key(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is their precision: programs get the same files."""
    mean = entry("Mean", f"./mean {BOTH}")
    before = key(write(study, mean))
    assert key(write(study, mean, device="cuda", autocast="bfloat16")) == before


def test_an_edited_program_is_run_again(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mean = entry("Mean", f"./mean {BOTH}", format="ppm")
    assert computed(study, capsys, mean) == 8
    assert computed(study, capsys, {**mean, "time_limit": 9}) == 0
    (study / "mean").write_text(MEAN + "# edited\n")
    assert computed(study, capsys, mean) == 4


def test_the_same_program_in_another_place_is_the_same(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mean = entry("Mean", f"./mean {BOTH}", format="ppm")
    assert computed(study, capsys, mean, output="results/c") == 8
    (study / "moved").mkdir()
    shutil.move(study / "mean", study / "moved" / "mean")
    assert computed(study, capsys, {**mean, "folder": "moved"}, output="results/c") == 0


def test_its_own_record_repeats_a_run(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whose folder is another one: what is relative stays relative to the configuration."""
    assert computed(study, capsys, entry("Mean", f"./mean {BOTH}", format="ppm")) == 8
    before = (study / "results" / "c" / "scores.csv").read_bytes()
    assert main(["run", "results/c/run.json", "--output", "again"]) == 0
    assert (study / "again" / "scores.csv").read_bytes() == before


def test_a_dry_run_prints_command_lines_and_starts_nothing(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(
        study,
        entry("Mean", f"./mean {BOTH}", at_once=3, time_limit=90),
        entry("Writes", ["sh", "-c", "touch started; echo 1", "sh", "{reference}", "{enhanced}"]),
        entry("Missing", f"./none {BOTH}"),
    )
    assert main(["run", str(file), "--dry-run"]) == 3
    said = capsys.readouterr().out
    assert f"Mean starts {study}/mean {BOTH} (3 at once, 90 s at most)" in said
    assert "-c 'touch started; echo 1' sh {reference} {enhanced} (1 at once, 60 s at most)" in said
    assert "Missing: unavailable: there is no program `./none`" in said
    assert not list(study.rglob("started"))
    assert main(["check", str(file)]) == 3
    assert not list(study.rglob("started"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"command": "./mean {reference}"}, "c.yaml:7: command: write {enhanced} where the program takes the file"),
        ({"time_limit": 0}, "time_limit: "),
        ({"at_once": 0}, "at_once: "),
        ({"bits": 12}, "bits: "),
        ({"exit_codes": []}, "exit_codes: "),
        ({"exit_code": 1}, "did you mean 'exit_codes'?"),
        ({"number": "("}, "number: not a regular expression"),
    ],
)
def test_options_that_are_wrong_are_named_with_their_line(
    study: Path, options: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(study, {**entry("Mean", f"./mean {BOTH}"), **options})
    assert main(["run", str(file)]) == 2
    assert message in capsys.readouterr().err
