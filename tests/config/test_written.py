"""Published numbers keep the digits they were written with, whichever way they come in, and are compared at these."""

import copy
import json
import pickle
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import benchmark
from benchmark.cli import main
from benchmark.config.models import EvaluateConfig
from benchmark.config.printing import PublishedEntry
from benchmark.config.source import parse, read_source
from benchmark.config.written import Written
from benchmark.core.errors import ConfigError
from benchmark.plugins.options import check_options
from benchmark.report import stored_runs
from benchmark.report.published import written

TEXTS = ["0.900", "0.9", ".900", "-0.80", "1", "1.", "0.8070", "+0.5", "1.0e-1", "1e-1", "0.000", "-.5"]
DIGITS = [3, 1, 3, 2, 0, 0, 4, 1, 2, 1, 3, 1]


def entry(value: object, statistic: str = "srcc") -> PublishedEntry:
    return PublishedEntry.model_validate({statistic: value, "source": "s"})


def from_file(folder: Path, text: str) -> Written:
    path = folder / "c.yaml"
    path.write_text(f"published:\n  m: {{srcc: {text}, source: s}}\n")
    return srcc(parse(EvaluateConfig, read_source(path)).published["m"])


def srcc(found: PublishedEntry) -> Written:
    value = written(found, "srcc")
    assert value is not None
    return value


@pytest.mark.parametrize(("text", "digits"), list(zip(TEXTS, DIGITS, strict=True)))
def test_the_text_survives_every_way_in_and_out(text: str, digits: int, tmp_path: Path) -> None:
    set_ = parse(EvaluateConfig, read_source({}, [f"published.m.srcc={text}", "published.m.source=s"]))
    whole = parse(EvaluateConfig, read_source({}, [f"published={{m: {{srcc: {text}, source: s}}}}"]))
    made = [srcc(set_.published["m"]), srcc(whole.published["m"]), srcc(entry(text)), from_file(tmp_path, text)]
    first = entry(text)
    made += [srcc(item) for item in (copy.deepcopy(first), pickle.loads(pickle.dumps(first)), first.model_copy())]
    made.append(srcc(PublishedEntry.model_validate(json.loads(json.dumps(first.model_dump(mode="json"))))))
    for found in made:
        assert (str(found), float(found), found.digits) == (text if text != "1" else "1", float(text), digits)


def test_numbers_without_a_text_are_taken_at_the_digits_they_need() -> None:
    given = [0.9, 1, np.float64(0.807), np.float32(0.807), Decimal("0.900"), "\N{MINUS SIGN}0.80 "]
    assert [str(srcc(entry(value))) for value in given] == ["0.9", "1", "0.807", "0.807", "0.900", "-0.80"]


@pytest.mark.parametrize(
    ("text", "measured", "equal"),
    [
        ("0.900", 0.9004, True),
        ("0.900", 0.9006, False),
        ("0.900", 0.94, False),
        ("0.9", 0.94, True),
        (".807", 0.8071, True),
        ("0.8070", 0.8071, False),
        ("-0.80", -0.803, True),
        ("-0.80", 0.803, False),
        ("0.000", -0.0001, True),
        ("1", 0.6, True),
        ("1e-1", 0.14, True),
        ("0.5", float("nan"), False),
        ("0.12345678901234567890", 0.1234567890123, False),
    ],
)
def test_measured_values_are_compared_at_the_digits_that_were_written(text: str, measured: float, equal: bool) -> None:
    assert srcc(entry(text)).equals(measured) is equal


@pytest.mark.parametrize(
    ("statistic", "value", "words"),
    [
        ("srcc", "80.7 %", "write a share of 1"),
        ("srcc", "80.7%", "write a share of 1"),
        ("plcc", "80.7", "between -1 and 1"),
        ("plcc_logistic4", -1.001, "between -1 and 1"),
        ("rmse", "-0.1", "not negative"),
        ("srcc", "'0,807'", "a decimal point"),
        ("srcc", ".nan", "leave the key out"),
        ("krcc", ".inf", "leave the key out"),
        ("srcc", "yes", "not a number"),
        ("srcc", "n/a", "not a number"),
        ("srcc", "1:30.5", "not a number"),
        ("srcc", "0.8_07", "not a number"),
        ("srcc", "[0.8]", "not a number"),
        ("srcc", "0.80 ± 0.02", "not a number"),
    ],
)
def test_what_no_paper_prints_is_refused_with_the_key(
    statistic: str, value: object, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"published:\n  m:\n    {statistic}: {value}\n    source: s\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=words) as caught:
        parse(EvaluateConfig, read_source(path))
    assert f"{path}:3: published.m.{statistic}: " in str(caught.value)
    with pytest.raises(ConfigError, match=words):
        parse(EvaluateConfig, read_source({}, [f"published.m.{statistic}={value}", "published.m.source=s"]))
    with pytest.raises(ValidationError):
        entry(True)


class Plugin:
    """A plug-in with options of every kind."""

    def __init__(self, *, rate: float, many: list[float], free: Any, table: dict[str, Any]) -> None:
        self.given = (rate, many, free, table)


def test_numbers_elsewhere_are_plain(tmp_path: Path) -> None:
    """Options of plug-ins go into checkpoints and to other processes: these hold no types of ours."""
    path = tmp_path / "c.yaml"
    path.write_text("method: {name: m, rate: 0.50, many: [1.0, 2.50], free: 0.10, table: {a: 0.20}}\n")
    source = read_source(path, ["method.free=0.30"])
    options = {key: value for key, value in source.values["method"].items() if key != "name"}
    found = check_options(Plugin, options, source, ("method",))
    assert found == {"rate": 0.5, "many": [1.0, 2.5], "free": 0.3, "table": {"a": 0.2}}
    for number in (found["rate"], *found["many"], found["free"], found["table"]["a"]):
        assert type(number) is float


def test_evaluate_prints_and_compares_as_written_and_report_repeats_it(
    tmp_path: Path, shared: Callable[[str], Path]
) -> None:
    """Measured .828, .843 and .635 (SciPy): 0.83 and 0.828 agree, 0.830 does not."""
    table = str(shared("cases/base.csv"))
    out = tmp_path / "out"
    options = [f"published.psnr.{key}" for key in ("srcc=0.830", "plcc=.843", "krcc=0.6", "rmse=9.90", "source=Paper")]
    arguments = ["evaluate", table, "--mos", "mos", "--methods", "psnr,lpips", "--output", str(out)]
    small = ["report.plots=[]", "statistics.replicates=50", "published.lpips.srcc=0.9000", "published.lpips.source=P"]
    assert main([*arguments, *(part for item in [*options, *small] for part in ("--set", item))]) == 0
    before = {path.name: path.read_bytes() for path in (out / "tables").iterdir()}
    printed = pd.read_csv(out / "tables" / "comparison.csv", dtype=str)
    row = printed[printed["reported"] == "true"].iloc[0]
    assert row[["srcc", "plcc", "krcc", "rmse"]].tolist() == ["0.830", ".843", "0.6", "9.90"]
    assert "SRCC differs (0.828), PLCC equal at 3 digits, KRCC equal at 1 digit" in row["notes"]
    for name in ("comparison.md", "comparison.tex"):
        text = before[name].decode()
        assert all(
            re.search(rf" {re.escape(value)}[ \\]", text) for value in ("0.830", ".843", "0.6", "9.90", "0.9000")
        )
    assert '<span class="value">0.830</span>' in (out / "report.html").read_text(encoding="utf-8")
    recorded = json.loads((out / "run.json").read_text(encoding="utf-8"))["published"]
    assert recorded["psnr"]["srcc"] == "0.830"
    assert main(["report", str(out), "--output", str(tmp_path / "again")]) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "again" / "tables").iterdir()} == before
    other = tmp_path / "other"
    found = benchmark.evaluate(table, mos="mos", methods=["psnr"], published={"psnr": entry("0.8280")})
    found.save(other)
    both = stored_runs.together([out, other])
    assert [str(srcc(both.data.published[name])) for name in ("psnr", "lpips")] == ["0.830", "0.9000"]
