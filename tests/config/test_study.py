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
        (
            TWO + table("kind: crosses"),
            "c.yaml:5: report.tables.0.kind: expected one of comparison, ablation, cross (given",
        ),
        (
            TWO + table("kind: cross"),
            "c.yaml:5: report.tables.0.kind: a cross table shows methods that the study trains",
        ),
        (TWO + table("statistic: plcc"), "c.yaml:5: report.tables.0: `statistic` goes with `kind: cross`"),
    ],
)
def test_a_wrong_study_is_refused_by_its_line(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        study_of(read_source(file))
    assert says in str(refused.value).replace(f"{tmp_path}/", "")


LEARNED = TWO + "checkpoints_dir: k\nmethods:\n  - psnr\n"
NET = LEARNED + "  - {name: sdmp-net, train_on: [live]}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: cross, statistc: plcc", "c.yaml:8: unknown key 'report.tables.0.statistc'; did you mean 'statistic'"),
        ("kind: cross, statistic: srrc", "(given: 'srrc'); did you mean 'srcc'"),
        ("kind: cross, columns: [plcc]", "a cross table has no `columns`: it prints one `statistic`"),
        ("kind: cross, average: [direct]", "a cross table has no `average`: each of its rows lacks the data sets that"),
        ("kind: cross, by: rows", "a cross table has no `by`: its columns are the data sets"),
        ("kind: cross, conditions: all", "a cross table has no `conditions`: its columns are the data sets"),
        (
            "kind: cross, level: system, statistic: rmse",
            "rmse is not computed at level system (there: srcc, plcc, krcc)",
        ),
        ("kind: cross, aggregate: mean", "report.tables.0.aggregate: a mean over partitions needs a `protocol:`"),
        (
            "kind: cross, rows: [sdmpnet]",
            "report.tables.0.rows: no method of this study is called 'sdmpnet'; did you mean",
        ),
        (
            "kind: cross, rows: {X: [fsim]}",
            "report.tables.0.rows.X: no method of this study is called 'fsim' (they are",
        ),
        (
            "kind: cross, rows: [psnr]",
            "report.tables.0.rows: `rows` are all rows of the table, and none of these is trained",
        ),
        ("kind: cross, datasets: [Live]", "report.tables.0.datasets: no data set of this study is called 'Live'"),
    ],
)
def test_a_wrong_cross_table_is_refused_by_its_key(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(f"{NET}report: {{tables: [{{name: a, {text}}}]}}\n")
    with pytest.raises(ConfigError) as refused:
        study_of(read_source(file))
    assert says in str(refused.value).replace(f"{tmp_path}/", "")


def test_a_cross_table_needs_several_data_sets(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(NET.replace("  - {name: csiq, root: b}\n", "") + "report: {tables: [{kind: cross}]}\n")
    with pytest.raises(ConfigError, match=r"tables\.0\.kind: a cross table needs several data sets"):
        study_of(read_source(file))


def test_a_cross_table_is_the_study_s_own(tmp_path: Path) -> None:
    """Its data sets' pages have the other tables, or the usual one; a record may lack methods that it names."""
    file = tmp_path / "c.yaml"
    file.write_text(NET + "report: {tables: [{name: a, kind: cross, rows: [sdmp-net, psnr]}]}\n")
    study = study_of(read_source(file))
    assert [table.kind for table in study.report.tables] == ["cross"]
    assert [[table.kind for table in part.config.report.tables] for part in study.parts] == [["comparison"]] * 2
    record = tmp_path / "run.json"
    record.write_text(file.read_text().replace("  - psnr\n", ""))
    assert study_of(read_source(record)).report.tables[0].rows == {"": ["sdmp-net", "psnr"]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            TWO + "methods:\n  - {name: x, train_on: own}\n",
            "c.yaml: no `checkpoints_dir`: where the checkpoints",
        ),
        (LEARNED + "  - {name: x, seeds: [1]}\n", "c.yaml:7: methods.1.seeds: means nothing without `train_on`"),
        (
            LEARNED + "  - {name: x, train_on: [liv]}\n",
            "c.yaml:7: methods.1.train_on: no data set of this study is called",
        ),
        (LEARNED + "  - {name: x, train_on: [own, live]}\n", "c.yaml:7: method: train_on: `own` stands alone"),
        (LEARNED + "  - {name: x, train_on: own, seeds: [1, 1]}\n", "c.yaml:7: method.seeds: 1 is named twice"),
        (LEARNED + "  - {name: x, train_on: own, seeds: []}\n", "c.yaml:7: method.seeds: expected a list"),
        (LEARNED + "  - {name: x, train_on: own, train: {seed: 1}}\n", "`seeds` stands beside `train`"),
        (LEARNED + "  - {name: x, train_on: own, train: {split: test}}\n", "`protocol` says which pairs"),
        (LEARNED + "  - {name: x, train_on: own, train: {epochs: 1}}\n", "c.yaml:7: unknown key 'method.train.epochs'"),
        (LEARNED + "  - {name: x, train_on: own, select: tests}\n", "did you mean 'test'?"),
        (LEARNED + "  - {name: x, train_on: [live], select: test}\n", "needs a test part"),
        (LEARNED + "  - {name: x, train_on: own, checkpoint: a.pt}\n", "the study finds its own"),
        (LEARNED + "  - {name: psnr, train_on: own}\n", "c.yaml:7: methods.1: 'psnr' stands twice"),
        (LEARNED + "  - {name: x, label: mos, train_on: own}\n", "is the name of a column"),
    ],
)
def test_a_wrong_method_that_is_trained_is_refused_by_its_line(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        study_of(read_source(file))
    assert says in str(refused.value).replace(f"{tmp_path}/", "")


def test_methods_that_are_trained_stand_among_others(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(LEARNED + "  - {name: x, train_on: own, seeds: 3, train: {n_epoch: 2}, width: 4}\n  - {nam: a}\n")
    with pytest.raises(ConfigError, match=r"c\.yaml:8: the key .methods\.1\.name. is missing"):
        study_of(read_source(file))
    file.write_text(file.read_text().replace("{nam: a}", "ssim"))
    study = study_of(read_source(file))
    assert [[entry.name for entry in part.config.methods] for part in study.parts] == [["psnr", "ssim"]] * 2
    (trained,) = study.trained
    assert (trained.entry.own, trained.entry.seeds, trained.entry.train.n_epoch) == (True, (3,), 2)
    assert trained.plain.options == {"width": 4}


def test_labels_become_names_of_folders(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(labelled("LIVE/new") + REST)
    assert [part.folder for part in study_of(read_source(file)).parts] == ["LIVE-new", "csiq"]
    file.write_text("datasets: {name: live, root: a}\n" + REST)
    assert [part.label for part in study_of(read_source(file)).parts] == ["live"], "a single one is a list of one"
