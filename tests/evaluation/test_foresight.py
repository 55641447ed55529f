"""Paths of configurations: variables and ``~`` are expanded, what is not set is named; tables that would be one file."""

from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.config.models import RunConfig
from benchmark.config.printing import ReportConfig
from benchmark.config.source import absolute, parse, read_source
from benchmark.core.errors import ConfigError
from benchmark.plugins.options import check_options


class Plugin:
    def __init__(self, *, file: Path, more: tuple[Path, ...] = (), named: dict[str, Path] | None = None) -> None:
        """Options of paths, alone, in a list, in a mapping."""


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``$HOME`` and ``$DATA`` are known, ``$NOWHERE`` is not."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    monkeypatch.delenv("NOWHERE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$HOME/x", "home/x"),
        ("${HOME}/x", "home/x"),
        ("~/x", "home/x"),
        ("~", "home"),
        ("${DATA}set/y", "dataset/y"),
        ("sub/$DATA/y", "{base}/sub{data}/y"),
        ("a$/b$5/$$", "conf/a$/b$5/$$"),
    ],
)
def test_variables_and_home_are_expanded_everywhere(tmp_path: Path, written: str, meant: str) -> None:
    (tmp_path / "conf").mkdir()
    file = tmp_path / "conf" / "c.yaml"
    file.write_text(f"dataset: table\nmethods: [psnr]\noutput: '{written}'\nfile: '{written}'\n")
    wanted = tmp_path / meant.format(base="conf", data=tmp_path / "data")
    source = read_source(file)
    assert absolute(Path(written), source, ("output",)) == wanted
    options = {"file": written, "more": [written], "named": {"a": written}}
    assert check_options(Plugin, options, source, ()) == {"file": wanted, "more": (wanted,), "named": {"a": wanted}}
    if not written.startswith(("sub", "a$")):  # relative ones refer to the working directory there
        assert absolute(Path(written), read_source(file, [f"output={written}"]), ("output",)) == wanted


@pytest.mark.parametrize("written", ["$NOWHERE/x", "${NOWHERE}", "a/${NOWHERE}/x"])
def test_a_variable_that_is_not_set_is_named_and_no_folder_is_made(
    tmp_path: Path, tiny_set: Path, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.yaml").write_text(
        f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [psnr]\noutput: {written}\n"
    )
    before = set(tmp_path.iterdir())
    assert main(["run", "c.yaml"]) == 2
    said = capsys.readouterr().err
    assert "c.yaml:3: output" in said
    assert "the environment variable NOWHERE is not set" in said
    assert main(["run", "c.yaml", "--output", "out", "--set", f"dataset.file={written}"]) == 2
    assert "dataset.file" in (said := capsys.readouterr().err)
    assert "NOWHERE is not set" in said
    assert set(tmp_path.iterdir()) == before


def test_an_unknown_user_is_named(tmp_path: Path) -> None:
    source = read_source({"output": "~nobody-of-this-name/x"})
    with pytest.raises(ConfigError, match=r"output: .*no user 'nobody-of-this-name'"):
        absolute(Path("~nobody-of-this-name/x"), source, ("output",))


def test_home_is_expanded_where_shells_leave_it_and_variables_are_their_business(tmp_path: Path) -> None:
    rows = [f"r{i},{i % 5 + i / 10},{i}" for i in range(8)]
    (tmp_path / "t.csv").write_text("\n".join(["reference,mos,m", *rows]) + "\n")
    quick = ("--mos", "mos", "--methods", "m", "--set", "statistics.replicates=20", "--set", "report.plots=[]")
    assert main(["evaluate", "t.csv", "--output=~/out", *quick]) == 0
    assert (tmp_path / "home" / "out" / "report.html").exists()
    assert main(["report", str(tmp_path / "home" / "out"), "--output=~/again"]) == 0
    assert (tmp_path / "home" / "again" / "report.html").exists()
    assert not (tmp_path / "~").exists()
    source = read_source({"dataset": "table"}).overridden({"output": "$DATA/x"}, {"output": "--output"})
    assert absolute(Path("$DATA/x"), source, ("output",)) == tmp_path / "$DATA" / "x"


@pytest.mark.parametrize("names", [("main", "Main"), ("a", "b", "A"), ("Efficiency",)])
def test_tables_that_would_be_one_file_are_refused(names: tuple[str, ...]) -> None:
    source = read_source({"tables": [{"name": name} for name in names]})
    with pytest.raises(ConfigError, match=f"{names[-1]}"):
        parse(ReportConfig, source)
    run = {"dataset": "table", "methods": ["psnr"], "report": {"tables": [{"name": name} for name in names]}}
    with pytest.raises(ConfigError, match="report"):
        parse(RunConfig, read_source(run))
