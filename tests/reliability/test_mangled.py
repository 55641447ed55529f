"""Files of a finished run, mangled: `report` refuses in a line or does its work, and `run` computes the same bytes again."""

import json
import math
import shutil
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

import benchmark
from benchmark.cli import main
from benchmark.core.errors import UserError
from benchmark.report import stored_runs

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("near_module")]

MAE = """
from benchmark import Method, MethodInfo


class MeanAbsoluteError(Method):
    info = MethodInfo(name="mae-mangled", title="MAE", higher_is_better=False)

    def score(self, enhanced, reference):
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""
MANGLINGS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "all but the last bytes": lambda content: content[:-3],
    "a list": lambda content: b"[]",
    "an object": lambda content: b"{}",
    "null": lambda content: b"null\n",
    "nested": lambda content: b"[" * 100_000,
    "binary": lambda content: bytes(range(256)) * 9,
    "zero bytes": lambda content: bytes(len(content)),
    "twice": lambda content: content * 2,
    "a row less": lambda content: b"".join(content.splitlines(keepends=True)[:-1]),
    "a cell less": lambda content: content.rpartition(b",")[0] + b"\n",
    "a cell more": lambda content: content.removesuffix(b"\n") + b",1\n",
    "a cell more in each row": lambda content: content.replace(b"\n", b",1\n").replace(b",1\n", b"\n", 1),
    "another table": lambda content: b"a,b\n1,2\n",
    "numbers of 400 digits": lambda content: content.replace(b"0.", b"9" * 400 + b"."),
}
REPORTED = ("run.json", "scores.csv", "summary.csv", "comparisons.csv", "failures.csv")


SHOWN = ("efficiency", "machine", "dataset", "versions", "weights", "device", "threads", "tool")
"""Keys of a record that are only shown."""


def settings(folder: Path) -> dict[str, Any]:
    return {
        "dataset": {"name": "table", "file": str(folder / "pairs.csv")},
        "methods": ["mae-mangled"],
        "statistics": {"replicates": 20},
        "report": {"plots": []},
        "workers": 1,
        "plugins": [str(folder / "plugins")],
    }


@pytest.fixture(scope="module")
def finished(near_module: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a plug-in, and the output ``out`` of a run of it."""
    folder = tmp_path_factory.mktemp("mangled")
    (folder / "plugins" / "methods").mkdir(parents=True)
    (folder / "plugins" / "methods" / "mangled.py").write_text(MAE)
    rng = np.random.default_rng(0)
    lines = ["reference,enhanced,mos,condition"]
    for number in range(3):
        reference = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(reference).save(folder / f"{number}.png")
        for step, condition in enumerate(("soft", "hard")):
            noisy = np.clip(reference + rng.normal(0, 8 * (step + 1), reference.shape), 0, 255).astype(np.uint8)
            Image.fromarray(noisy).save(folder / f"{number}_{condition}.png")
            lines.append(f"{number}.png,{number}_{condition}.png,{5 - step - number / 10},{condition}")
    (folder / "pairs.csv").write_text("\n".join(lines) + "\n")
    benchmark.run(settings(folder), output=folder / "out")
    return folder


def copy_of(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished / "out", tmp_path / "out")
    return tmp_path / "out"


def assert_refused_or_done(out: Path, capsys: pytest.CaptureFixture[str], name: str = "") -> int:
    capsys.readouterr()
    status = main(["report", str(out), "--output", str(out.parent / "again")])
    said = capsys.readouterr().err
    assert status in (0, 2), said
    assert "Traceback" not in said
    if status == 2:
        assert said.startswith("error: ")
        assert len(said.splitlines()) <= 2
        assert len(said) < 1000
        assert name in said
    return status


@pytest.mark.parametrize("mangle", MANGLINGS.values(), ids=MANGLINGS)
@pytest.mark.parametrize("name", REPORTED)
def test_report_refuses_a_mangled_file_in_a_line_that_names_it(
    name: str, mangle: Callable[[bytes], bytes], finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copy_of(finished, tmp_path)
    content = (out / name).read_bytes()
    mangled = mangle(content)
    (out / name).write_bytes(mangled)
    status = assert_refused_or_done(out, capsys, name)
    shorter = name == "scores.csv" and mangle is MANGLINGS["a row less"]  # pairs may be left out on purpose
    wider = content.count(b"\n") == 1 and mangle is MANGLINGS["a cell more"]  # no rows: a further column does no harm
    if mangled != content and not shorter and not wider:
        assert status == 2


def records(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Records that lack a key or have one of another type."""
    odd: list[Any] = ["text", None, 3, [1], {"a": 1}, [[[]]], 10**400, math.nan]
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    for key in ("title", "notes", "methods", "report", "published", "statistics", "lower_mos_better", "configuration"):
        yield f"without {key}", {name: value for name, value in record.items() if name != key}
        for value in odd:
            yield f"{key} {value!r:.20}", {**record, key: value}
    (method,) = record["methods"]
    for key in method:
        for value in odd[1:]:
            yield f"method's {key} {value!r}", {**record, "methods": [{**method, key: value}]}
    yield "a method twice", {**record, "methods": [method, method]}
    yield "a method without a column", {**record, "methods": [method, {**method, "label": "other"}]}
    yield "an unknown status", {**record, "methods": [{**method, "status": "splendid"}]}
    yield "an unknown plot kind", {**record, "report": {**record["report"], "plots": ["svg"]}}
    yield "a confidence beyond", {**record, "statistics": {**record["statistics"], "confidence": 95}}
    for value in (*odd, {"mae-mangled": [1]}, {"mae-mangled": {"milliseconds": 10**400}}, deep):
        for key in SHOWN:
            yield f"{key} {value!r:.30}", {**record, key: value}


def fault_of(out: Path) -> str:
    """Why a folder can't be reported; empty where it can."""
    try:
        stored_runs.read(out)
    except UserError as error:
        return str(error)
    return ""


def test_report_takes_any_record_or_says_what_is_wrong_with_it(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copy_of(finished, tmp_path)
    record = json.loads((out / "run.json").read_text())
    refused = 0
    together: dict[str, dict[str, Any]] = {}
    for said, changed in records(record):
        (out / "run.json").write_text(json.dumps(changed))
        fault = fault_of(out)
        if fault:
            refused += 1
            assert "run.json: " in fault or "scores.csv: " in fault, said
            assert len(fault.splitlines()) == 1, said
            assert len(fault) < 1000, said
        elif key := next((key for key in SHOWN if said.startswith(f"{key} ") and changed[key] != record[key]), ""):
            together.setdefault(said.removeprefix(key), dict(record))[key] = changed[key]
        else:
            assert_refused_or_done(out, capsys)
    assert refused > 70
    assert len(together) > 5
    for changed in together.values():  # what is only shown is shown at once
        (out / "run.json").write_text(json.dumps(changed))
        assert assert_refused_or_done(out, capsys) == 0, changed


@pytest.mark.parametrize("mangle", MANGLINGS.values(), ids=MANGLINGS)
def test_a_run_over_mangled_memories_gives_the_same_scores(
    mangle: Callable[[bytes], bytes], finished: Path, tmp_path: Path
) -> None:
    out = copy_of(finished, tmp_path)
    parts = list((out / "store").glob("part-*"))
    others = [out / "store" / name for name in ("files.json", "images.json", "costs.json", "machine.json")]
    mangled = [path for path in (*parts, *others, out / "thumbnails" / "index.json") if path.is_file()]
    assert len(mangled) >= 5
    for path in mangled:
        path.write_bytes(mangle(path.read_bytes()))
    console = Console(record=True, width=300, file=StringIO())
    result = benchmark.run(settings(finished), output=out, console=console)
    assert result.exit_status == 0
    for name in ("scores.csv", "summary.csv"):
        assert (out / name).read_bytes() == (finished / "out" / name).read_bytes()
    (aside,) = (out / "store").glob("*.damaged")
    assert aside.name == f"{parts[0].name}.damaged"
    assert f"{aside.name} is what is left of a damaged part" in console.export_text()


def test_a_run_over_a_flipped_bit_gives_the_same_scores(finished: Path, tmp_path: Path) -> None:
    out = copy_of(finished, tmp_path)
    (part,) = (out / "store").glob("part-*")
    content = part.read_bytes()
    place = content.index(b'"v": 0.') + 8
    part.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    result = benchmark.run(settings(finished), output=out)
    assert result.data.record["times"]["computed"] == 6
    assert (out / "scores.csv").read_bytes() == (finished / "out" / "scores.csv").read_bytes()
