"""A study's configuration is refused before anything is read, by file, line and key."""

from pathlib import Path

import pytest

from benchmark.config.source import read_source
from benchmark.config.study import study_of
from benchmark.core.errors import ConfigError

TWO = "datasets:\n  - {name: live, root: a}\n  - {name: csiq, root: b}\n"
REST = "methods: [psnr]\n"


def labelled(label: str) -> str:
    return TWO.replace("root: a", f"root: a, label: {label!r}")


def table(text: str) -> str:
    return f"{REST}report: {{tables: [{{name: a, {text}}}]}}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            TWO.replace("csiq", "live") + REST,
            "c.yaml:3: datasets.1: two data sets are called 'live': give one of them a",
        ),
        ("dataset: live\n" + TWO + REST, "c.yaml:1: dataset: stands beside `datasets`"),
        ("protocol: {folds: 3}\n" + REST, "c.yaml: no data set: name them under `datasets`"),
        ("datasets: []\n" + REST, "c.yaml:1: datasets: expected a list"),
        (labelled("..") + REST, "c.yaml:2: datasets.0: a data set can't be called '..', without a letter"),
        (labelled("Tables") + REST, "'Tables', like a file or folder of results"),
        (labelled("store/") + REST, "'store/', like a file or folder of results"),
        (labelled("run.json") + REST, "'run.json', like a file or folder of results"),
        (labelled("average") + REST, "'average', like an average"),
        (
            TWO + table("datasets: [LIVE]"),
            "c.yaml:5: report.tables.0.datasets: no data set of this study is called 'LIVE'",
        ),
        (
            "datasets: [{name: live, root: a}]\n" + table("average: [direct]"),
            "report.tables.0.average: an average needs",
        ),
        (TWO + table("aggregate: median"), "report.tables.0.aggregate: a median over partitions needs a `protocol:`"),
        (TWO + table("spread: sd"), "`spread` needs `aggregate`"),
        (TWO + "protocol: {fold: 3}\n" + REST, "c.yaml:4: unknown key 'protocol.fold'; did you mean 'folds'"),
    ],
)
def test_a_wrong_study_is_refused_by_its_line(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        study_of(read_source(file))
    assert says in str(refused.value).replace(f"{tmp_path}/", "")


def test_labels_become_names_of_folders(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(labelled("LIVE/new") + REST)
    assert [part.folder for part in study_of(read_source(file)).parts] == ["LIVE-new", "csiq"]
    file.write_text("datasets: {name: live, root: a}\n" + REST)
    assert [part.label for part in study_of(read_source(file)).parts] == ["live"], "a single one is a list of one"
