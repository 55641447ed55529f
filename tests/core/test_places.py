"""Mistakes are named where they were made: file and line, or the setting of the command line, whoever finds them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.cli import main
from benchmark.commands.steps.prepare import prepare
from benchmark.config.kinds import fit
from benchmark.config.models import EvaluateConfig, RunConfig
from benchmark.config.overrides import Overrides
from benchmark.config.source import parse, read_source
from benchmark.core.errors import ConfigError
from benchmark.data.pairs import choose_splits
from benchmark.scoring.lineup import scored_method


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a refused command prints: nothing but its error."""
    status = main(list(arguments))
    printed = capsys.readouterr()
    assert status == 2, printed
    assert len(printed.err.splitlines()) <= 2, printed.err
    return printed.out + printed.err


@pytest.fixture
def config(tiny_set: Path, tmp_path: Path) -> Path:
    file = tmp_path / "c.yaml"
    file.write_text(f"dataset: {{name: table, file: {tiny_set}, condition: condition}}\nmethods: [psnr]\noutput: out\n")
    return file


def scores(folder: Path) -> str:
    """A table of scores without conditions, splits, or opinions."""
    values = np.random.default_rng(3).random((12, 2))
    rows = [f"r{number % 4},{mos:.4f},{score:.4f}" for number, (mos, score) in enumerate(values)]
    (folder / "t.csv").write_text("\n".join(["reference,mos,psnr", *rows]) + "\n")
    return str(folder / "t.csv")


MISTAKES = [
    ("report.tables={rows: {My rows: [psnrr]}}", "report.tables.rows.My rows: no method 'psnrr'", "psnr"),
    ("report.tables={level: pair, columns: pairs_ordered}", "report.tables.columns: pairs_ordered is not computed", ""),
    ("report.tables={level: system, columns: [srcc, rmse]}", "report.tables.", ""),
    ("report.tables={level: reference, columns: plcc}", "report.tables.columns: plcc is not computed at level", ""),
    ("report.tables={columns: auc_ds}", "report.tables.columns: auc_ds needs labels with their SD", ""),
    ("report.tables={columns: []}", "report.tables.columns: expected a list", "an empty list"),
    ("report.tables={rows: {A: []}}", "report.tables.rows.A: expected a list", "an empty list"),
    ("report.tables={rows: {}}", "report.tables.rows: expected a mapping", "an empty mapping"),
    ("published={psnr: {srcc: 0.5, source: x, split: tset}}", "published.psnr.split: no split 'tset'", ""),
    ("published={psnr: {srcc: 0.5, source: x, dataset: tt}}", "published.psnr.dataset: no data set 'tt'", ""),
]


@pytest.mark.parametrize(("setting", "refused", "hint"), MISTAKES)
def test_tables_and_published_values_of_what_is_not_there_are_refused_before_anything_is_computed(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, refused: str, hint: str
) -> None:
    evaluate = ("evaluate", scores(tmp_path), "--mos", "mos", "--methods", "psnr", "--output", str(tmp_path / "o"))
    for command in (("run", str(config)), evaluate):
        told = said(capsys, *command, "--set", setting)
        assert f"error: --set {setting}" in told
        assert refused in told.replace("tables.0.", "tables.")
        assert hint in told
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "o").exists()


def test_published_values_may_speak_of_splits_that_are_not_scored_and_of_other_data_sets(config: Path) -> None:
    entry = "{srcc: 0.5, source: x, dataset: efid, split: anything}"
    assert prepare(config, [f"published={{psnr: {entry}}}"], Overrides()).config.published["psnr"].split == "anything"


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("dataset.splits=nope", "dataset.splits: no split 'nope'"),
        ("dataset.splits=[]", "dataset.splits: it names no split"),
        ("dataset.test_fold=1", "dataset.test_fold: this data set has no folds"),
        ("dataset.condition_pattern=x", "the data set 'table' takes no 'condition_pattern'"),
        ("statistics={multiplicity: holm, interval: percentile, replicates: 5}", ""),
        ("limit=1e308", "limit: expected a whole number"),
        ("limit=9e99", "(given: 9e99)"),
    ],
)
def test_what_the_data_set_lacks_is_named_with_the_place_that_asked_for_it(
    config: Path, capsys: pytest.CaptureFixture[str], setting: str, key: str
) -> None:
    methods = "methods=[psnr, ssim, gmsd]"
    told = said(capsys, "run", str(config), "--set", methods, "--set", setting)
    assert f"error: --set {setting}: " in told or f"(with --set {setting})" in told
    assert key in told
    section, _, value = setting.partition("=")
    if section == "dataset.splits":
        config.write_text(config.read_text().replace("name: table", f"splits: {value}, name: table"))
        assert f"error: {config}:1: {key}" in said(capsys, "run", str(config))


def test_all_among_splits_is_every_one_and_several_in_one_word_are_told_to_be_a_list() -> None:
    table = pd.DataFrame({"split": ["train", "val", "test"]})
    assert list(choose_splits(table, ["test", "all"])["split"]) == ["train", "val", "test"]
    with pytest.raises(ConfigError, match=r"several are a list: \[val, test\]"):
        choose_splits(table, ["val, test"])


@pytest.mark.parametrize("resize", ["[-5, 0]", "[1, 1]", "[7, 64]", "7", "100000", "[20000, 20000]", "99999999999999"])
def test_sizes_that_no_image_can_have_are_refused_before_an_image_is_read(
    config: Path, capsys: pytest.CaptureFixture[str], resize: str
) -> None:
    told = said(capsys, "run", str(config), "--set", f"dataset.resize={resize}")
    assert "resize" in told
    assert "scoring" not in told
    assert prepare(config, ["dataset.resize=[8, 9]"], Overrides()).data.sizes.resize == (8, 9)


def test_an_option_that_names_nothing_is_no_option_that_is_absent(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for empty in ("", ",", " "):
        assert "--methods: it names no method (this configuration has psnr)" in said(
            capsys, "run", str(config), "--methods", empty
        )
    assert "did you mean 'psnr'?" in said(capsys, "run", str(config), "--methods", "psnrr")
    for path in ("output", "weights_dir", "dataset.file"):
        assert f"{path}: expected a path (given: '')" in said(capsys, "run", str(config), "--set", f'{path}=""')


def test_what_may_be_a_path_or_a_truth_value_is_a_truth_value_only_where_the_word_is_one() -> None:
    annotation = bool | Path
    for word in ("n", "t", "0", "1", "f", "weights"):
        assert fit(annotation, word) == Path(word)
    assert fit(annotation, 0) == Path("0")
    assert (fit(annotation, "no"), fit(annotation, True)) == (False, True)


def test_two_methods_never_have_one_name_in_tables(config: Path) -> None:
    entrants = prepare(config, ["methods=[psnr, {name: ssim, label: PSNR}, gmsd]"], Overrides()).entrants
    assert [scored_method(entrant, 0, 4, "").title for entrant in entrants] == ["psnr", "PSNR", "GMSD"]


def test_a_folder_of_weights_that_is_not_there_is_said_where_weights_are_needed(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    weights = ("--set", f"weights_dir={tmp_path / 'nowhere'}")
    assert "nowhere is no folder" in said(capsys, "run", str(config), "--set", "methods=[lpips]", *weights)
    assert prepare(config, [weights[1]], Overrides()).entrants[0].name == "psnr", "and is no matter to others"


def test_check_says_what_a_run_would_refuse(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for setting in ("dataset.splits=nope", "report.tables={rows: {A: [psnrr]}}", "device=cuda:99"):
        status = main(["check", str(config), "--set", setting])
        printed = capsys.readouterr()
        assert (status, f"error: --set {setting}: " in printed.out) == (2, True), printed


YAML = [
    ("offline: !!bool maybe", "3: not valid YAML: no truth value"),
    ("seed: !!timestamp 2026-11-28", "3: not valid YAML: the tag !!timestamp is not read here"),
    ("seed: !!binary aGk=", "3: not valid YAML: the tag !!binary is not read here"),
    ("seed: !!python/object/apply:os.system [x]", "3: not valid YAML: the tag !!python/object/apply:os.system"),
    ("seed: !mine 5", "3: not valid YAML: the tag !mine is not read here"),
    ("report: {title: a\0b}", "3: not valid YAML: a character that no text holds (0x00)"),
    ("seed:5", "3: not valid YAML: a key needs a colon and a blank after it"),
    ("report:\n\tplots: png", "4: not valid YAML: a tab stands where blanks are needed"),
    ('published: {"\\ud800": {source: x}}', " the key '\\ud800' holds what no file can"),
    ('"": 5', "3: unknown key ''"),
]


@pytest.mark.parametrize(("line", "refused"), YAML)
def test_what_yaml_can_say_and_a_configuration_cannot_is_refused_with_its_line(
    tmp_path: Path, line: str, refused: str
) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(f"dataset: demo\nmethods: psnr\n{line}\nthreads: 1\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        parse(RunConfig, read_source(file))
    assert f"{file}:{refused}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_key_that_stands_twice_in_a_setting_is_named_with_the_setting() -> None:
    setting = "statistics={seed: 1, seed: 2}"
    with pytest.raises(ConfigError) as caught:
        parse(EvaluateConfig, read_source({}, [setting]))
    assert str(caught.value) == f"--set {setting}: the key 'seed' stands twice"
