"""``report --set`` and ``--config``: a report is changed as if it had been made so, and what needs numbers is refused."""

from pathlib import Path

import pytest

import benchmark
from benchmark.cli import main
from benchmark.config.source import read_source, with_set
from benchmark.report.content import ReportData
from benchmark.report.other_settings import overlaid, with_settings

TABLES = "report.tables=[{columns: [srcc, krcc], digits: 4}]"


def _evaluated(folder: Path, name: str, *settings: str) -> Path:
    table = folder / "t.csv"
    rows = [f"i{n},r{n // 4},c{n % 4},{n * 7 % 40},{n * 11 % 40 + n},{n * 7 % 13}" for n in range(40)]
    table.write_text("\n".join(["image,photo,cond,mos,a,b", *rows]) + "\n")
    columns = ["--mos", "mos", "--methods", "a,b", "--reference", "photo", "--condition", "cond"]
    given = [part for one in ("statistics.replicates=50", "report.plots=[]", *settings) for part in ("--set", one)]
    assert main(["evaluate", str(table), *columns, "--output", str(folder / name), *given]) == 0
    return folder / name


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_changed_tables_are_those_of_a_new_evaluation_and_stay(tmp_path: Path) -> None:
    one, other = _evaluated(tmp_path, "one"), _evaluated(tmp_path, "other", TABLES, "report.title=T")
    before = _files(one)
    assert main(["report", str(one)]) == 0
    assert _files(one) == before
    assert main(["report", str(one), "--set", TABLES, "--set", "report.title=T"]) == 0
    assert _files(one) == _files(other) != before
    assert main(["report", str(one)]) == 0
    assert _files(one) == _files(other)


def test_python_changes_them_by_keyword(tmp_path: Path) -> None:
    one, other = _evaluated(tmp_path, "one"), _evaluated(tmp_path, "other", TABLES, "report.title=T")
    report = {"tables": [{"columns": ["srcc", "krcc"], "digits": 4}], "title": "T"}
    benchmark.read(one, report=report).save()
    assert _files(one) == _files(other)
    both = benchmark.together([one, other], report={"tables": [{"columns": ["plcc"]}]})
    assert [table.columns for table in both.data.config.tables] == [("plcc",)]
    with pytest.raises(benchmark.UserError, match=r"report\.calibration: `report` computes nothing"):
        benchmark.read(one, report={"calibration": True})


def test_a_configurations_statistics_are_said_not_to_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = _evaluated(tmp_path, "one")
    (tmp_path / "c.yaml").write_text("statistics: {seed: 7}\nreport: {title: Mine}\n")
    assert main(["report", str(one), "--config", str(tmp_path / "c.yaml")]) == 0
    assert "c.yaml:1: statistics: not used, since report computes nothing" in capsys.readouterr().err
    assert "Mine" in (one / "report.html").read_text()


def test_what_needs_new_numbers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = _evaluated(tmp_path, "one")
    before = _files(one)
    for setting, said in (
        ("statistics.seed=1", "statistics: `report` computes nothing"),
        ("report.calibration=true", "report.calibration: `report` computes nothing"),
        ("report.tables=[{level: range}]", "report.tables.0.level: no ranges of labels"),
        ("report.tables=[{columns: [scrr]}]", "did you mean 'srcc'?"),
        ("report.tables=[{rows: [zz]}]", "no method 'zz' is scored here"),
    ):
        assert main(["report", str(one), "--set", setting]) == 2
        assert said in capsys.readouterr().err
    assert _files(one) == before


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> ReportData:
    return benchmark.read(_evaluated(tmp_path_factory.mktemp("finished"), "one")).data


def _with(data: ReportData, setting: str) -> ReportData:
    return with_settings(data, with_set(overlaid(data, read_source({}), whole=False), setting))


@pytest.mark.parametrize(
    ("stored", "given", "found"),
    [
        ("report.plots=[png]", "report.figures={formats: [svg], style: screen}", ("svg",)),
        ("report.figures={formats: [svg], style: screen}", "report.plots=[png]", ("png",)),
        ("report.tables=[{interval: below}]", "report.tables.0.ci=beside", "beside"),
        ("report.tables=[{interval: false}]", "report.tables.0.ci=below", "below"),
        ("report.tables=[{ci: none}]", "report.tables.0.interval=below", "below"),
    ],
)
def test_a_stored_key_gives_way_to_another_one_for_the_same(
    finished: ReportData, stored: str, given: str, found: object
) -> None:
    changed = _with(_with(finished, stored), given)
    (table,) = changed.config.tables
    assert found == (table.ci or table.interval if isinstance(found, str) else changed.config.file_types)
    again = _with(changed, "report.title=T").config
    assert (again.tables, again.file_types) == (changed.config.tables, changed.config.file_types), "it stays"


def test_two_new_keys_for_the_same_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = _evaluated(tmp_path, "one")
    both = ["--set", "report.plots=[png]", "--set", "report.figures={formats: [svg]}"]
    assert main(["report", str(one), *both]) != 0
    assert "keep `figures.formats`" in capsys.readouterr().err
