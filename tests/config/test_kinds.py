"""Values of another kind than their key wants: YAML's surprises, single values for lists, wrong types of every key."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from benchmark.config.kinds import kinds
from benchmark.config.models import EvaluateConfig, RunConfig
from benchmark.config.source import Source, parse, read_source
from benchmark.config.training import TrainConfig
from benchmark.config.yaml_text import WrittenFloat, load
from benchmark.core.errors import ConfigError
from benchmark.plugins import registry
from benchmark.plugins.options import check_options, options_model

RUN = "dataset: {name: demo, root: x}\nmethods: [psnr]\n"
PYDANTIC = re.compile(
    r"Input should|valid (string|integer|number|boolean|tuple|list|dict)|unable to parse|\[key\]|tuple\[|dict\[|literal\["
    r"|function-|constrained-|pydantic|Misfit|\^\(|type=|Field required|\(\?|NoneType"
)


def configuration(folder: Path, text: str) -> Path:
    file = folder / "c.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def parsed(folder: Path, text: str) -> RunConfig:
    return parse(RunConfig, read_source(configuration(folder, RUN + text)))


def refusal(folder: Path, text: str, settings: tuple[str, ...] = ()) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(RunConfig, read_source(configuration(folder, text), settings))
    return str(caught.value)


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "y", "010", "1:00:00", "2026-11-28", "=", "0o10", "0b1", "1.5.2"]
)
def test_words_that_yaml_1_1_takes_for_something_else_keep_their_text_as_key_and_as_value(word: str) -> None:
    assert load(f"{word}: {word}") == {word: word}


@pytest.mark.parametrize("key", ["1", "0x10", "1e3", "true", "null", "~", "0.900", ".5"])
def test_keys_are_text_whatever_they_look_like(key: str) -> None:
    assert list(load(f"{key}: 1")) == [key]


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-3", -3), ("1_000", 1000), ("0x10", 16), ("1e3", 1000.0), (".5", 0.5), ("1e-4", 0.0001)],
)
def test_plain_numbers_are_numbers_and_remember_their_text(text: str, value: float) -> None:
    found = load(text)
    assert found == value
    assert found.text == text


def test_the_digits_of_a_published_number_are_kept() -> None:
    found = load("{srcc: 0.900}")["srcc"]
    assert isinstance(found, WrittenFloat)
    assert (found, found.text) == (0.9, "0.900")


def test_merge_keys_work_and_what_stands_in_the_mapping_wins() -> None:
    assert load("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}")["b"] == {"x": 3, "y": 2}


@pytest.mark.parametrize("key", ["limit", "seed", "time_limit", "threads"])
@pytest.mark.parametrize("word", ["yes", "no", "on", "010", "1:00:00", "true", "2026-11-28"])
def test_a_word_or_truth_value_is_no_number_and_the_message_says_quote_it(tmp_path: Path, key: str, word: str) -> None:
    message = refusal(tmp_path, f"{RUN}{key}: {word}\n")
    assert f"c.yaml:3: {key}: expected a" in message
    assert "quote it" in message
    assert word in message


def test_a_truth_value_is_no_text_and_the_message_says_quote_it(tmp_path: Path) -> None:
    message = refusal(tmp_path, "dataset: demo\nmethods: [{name: psnr, label: true}]\n")
    assert 'c.yaml:2: methods.0.label: expected text (given: true); quote it where the word is meant: "true"' in message


@pytest.mark.parametrize(
    ("word", "meant"), [("yes", True), ("on", True), ("true", True), ("no", False), ("Off", False)]
)
def test_yes_and_no_are_truth_values_where_one_is_wanted(tmp_path: Path, word: str, meant: bool) -> None:
    config = parsed(tmp_path, f"offline: {word}\nreport: {{tables: [{{interval: {word}}}]}}\n")
    assert config.offline is meant
    assert config.report.tables[0].interval is meant


def test_numbers_are_no_truth_values(tmp_path: Path) -> None:
    assert "offline: expected true or false (given: 1)" in refusal(tmp_path, f"{RUN}offline: 1\n")


def test_where_text_is_wanted_a_number_is_the_text_that_stands_there(tmp_path: Path) -> None:
    text = "dataset: {name: demo, root: x, splits: [010, 1]}\n"
    text += "methods: [{name: psnr, label: 010}, {name: ssim, label: 1_0}, 7]\n"
    config = parse(RunConfig, read_source(configuration(tmp_path, text)))
    assert config.dataset.splits == ("010", "1")
    assert [entry.label or entry.name for entry in config.methods] == ["010", "1_0", "7"]
    table = parsed(
        tmp_path, "report: {tables: [{conditions: [1, 2.50, on], rows: {No: [1], on: psnr}}]}\n"
    ).report.tables[0]
    assert table.conditions == ("1", "2.50", "on")
    assert table.rows == {"No": ["1"], "on": ["psnr"]}


def test_a_single_value_is_a_list_of_one_in_every_section(tmp_path: Path) -> None:
    text = "dataset: {name: demo, root: x, splits: all}\nmethods: {name: psnr, label: a}\n"
    text += "plugins: DIR\nstatistics: {tests: steiger}\n"
    text += "report: {plots: png, tables: {columns: srcc, conditions: clahe, splits: test, rows: {A: a}}}\n"
    config = parse(RunConfig, read_source(configuration(tmp_path, text)))
    table = config.report.tables[0]
    assert (config.dataset.splits, config.plugins, config.statistics.tests) == (("all",), (Path("DIR"),), ("steiger",))
    assert (config.report.plots, table.columns, table.conditions, table.splits) == (
        ("png",),
        ("srcc",),
        ("clahe",),
        ("test",),
    )
    assert [entry.label for entry in config.methods] == ["a"]
    assert table.rows == {"A": ["a"]}
    for setting in (
        "methods=psnr",
        "plugins=DIR",
        "report.plots=png",
        "report.tables.0.columns=srcc",
        "dataset.splits=all",
    ):
        parse(RunConfig, read_source(configuration(tmp_path, RUN), [setting]))


@pytest.mark.parametrize(
    "setting",
    [
        "statistics.replicates=x",
        "report.tables.0.columns=x",
        "report.tables=[{columns: x}]",
        "report.tables.0.colums=srcc",
        "dataset.test_fold=[1,2]",
        "dataset.folds=3",
        "dataset={nam: demo}",
        "published.psnr.srcc=0.9",
        "methods=[psnr, psnr]",
        "limit=yes",
        "fov=x",
    ],
)
def test_errors_of_settings_name_the_setting_and_no_line_of_the_file(tmp_path: Path, setting: str) -> None:
    message = refusal(tmp_path, RUN, (setting,))
    assert message.startswith(f"--set {setting}: ")
    assert "c.yaml" not in message


def test_a_setting_overrides_a_data_key_wherever_it_stands(tmp_path: Path) -> None:
    top = configuration(tmp_path, f"{RUN}fov: crop\n")
    assert parse(RunConfig, read_source(top, ["dataset.fov=blank"])).dataset.fov == "blank"
    inside = configuration(tmp_path, "dataset: {name: demo, fov: crop}\nmethods: psnr\n")
    assert parse(RunConfig, read_source(inside, ["fov=blank"])).dataset.fov == "blank"


WRONG: tuple[Any, ...] = (
    True,
    -7,
    2.5,
    float("nan"),
    "?!",
    None,
    [[]],
    ["?!", 3],
    [{}],
    {"?!": 1},
    b"x",
    object(),
    10**30,
)


def keys_of(model: type[BaseModel], path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key of a model and of the models in it, lists entered at their first item."""
    for name, info in model.model_fields.items():
        key = (*path, info.alias or name)
        yield key
        for kind in kinds(info):
            inner = [kind.type, *kind_arguments(kind.type)]
            for found in (item for item in inner if isinstance(item, type) and issubclass(item, BaseModel)):
                item: tuple[str | int, ...] = () if found is kind.type else (0,) if kind.origin is tuple else ("a",)
                yield from keys_of(found, (*key, *item))


def kind_arguments(annotation: Any) -> list[Any]:
    return [kind.type for part in getattr(annotation, "__args__", ()) if part is not Ellipsis for kind in kinds(part)]


def sound(model: type[BaseModel]) -> dict[str, Any]:
    method = {"name": "psnr"}
    values: dict[type[BaseModel], dict[str, Any]] = {
        RunConfig: {"dataset": {"name": "demo"}, "methods": [method]},
        TrainConfig: {"dataset": {"name": "demo"}, "method": method, "checkpoints_dir": "y"},
        EvaluateConfig: {},
    }
    more = (
        {}
        if model is TrainConfig
        else {"report": {"tables": [{}], "groups": [{"by": "grade"}]}, "published": {"a": {"source": "s"}}}
    )
    return values[model] | more


def put(values: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(path[0], int):
        return [put(values[0] if values else {}, path[1:], value)]
    return {**(values or {}), path[0]: put((values or {}).get(path[0]), path[1:], value)}


def refused_with(function: Callable[[], Any]) -> str:
    """What a user is told; empty where the value is taken."""
    try:
        function()
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("model", [RunConfig, TrainConfig, EvaluateConfig])
def test_a_wrong_value_of_any_key_is_refused_by_name_in_words_of_our_own(model: type[BaseModel]) -> None:
    refused = 0
    for path in keys_of(model):
        for value in WRONG:
            said = refused_with(partial(parse, model, read_source(put(sound(model), path, value))))
            refused += bool(said)
            assert not said or str(path[-1]) in said, (path, value, said)
            assert not PYDANTIC.search(said), (path, value, said)
    assert refused > 5 * len(list(keys_of(model)))


def test_a_wrong_value_of_any_option_of_a_plugin_is_refused_by_name_in_words_of_our_own() -> None:
    source, refused = Source(values={}, name="c.yaml", base=Path("/home/ann")), 0
    for known in (registry.methods(), registry.datasets()):
        for listing in known.listings()[0]:
            plugin: Any = known.import_listing(listing)
            for name in options_model(plugin).model_fields:
                for value in WRONG:
                    given = {name: value}
                    said = refused_with(partial(check_options, plugin, given, source, ()))
                    refused += bool(said)
                    assert not said or re.search(rf"{name}\b", said) or "is missing" in said, said
                    assert not PYDANTIC.search(said), said
    assert refused > 100


class Options:
    def __init__(
        self,
        *,
        names: list[str] | None = None,
        size: tuple[int, int] = (1, 1),
        share: float = 0.5,
        net: Literal["0.1"] = "0.1",
        free: Any = None,
    ) -> None:
        self.options = (names, size, share, net, free)


def test_options_of_plugins_follow_the_same_rules() -> None:
    source = Source(values={}, name="c.yaml", base=Path("/home/ann"))
    given = load("{names: 010, size: [3, 4], share: 1, net: 0.1}")
    assert check_options(Options, given, source, ()) == {"names": ["010"], "size": (3, 4), "share": 1.0, "net": "0.1"}
    free = check_options(Options, load("{free: [1, {a: 0.50}]}"), source, ())["free"]
    assert [type(free[0]), type(free[1]["a"])] == [int, float]
    for key, value, words in (
        ("names", True, "expected text"),
        ("size", [1], "a list of 2"),
        ("share", "yes", "expected a number"),
        ("net", "0.2", "expected 0.1"),
    ):
        with pytest.raises(ConfigError, match=f"c.yaml: {key}: .*{words}"):
            check_options(Options, {key: value}, replace(source, values={key: value}), ())


@pytest.mark.parametrize("key", ["calibration", "pooling", "reference_quality"])
@pytest.mark.parametrize(
    ("word", "wanted"), [("true", True), ("yes", True), ("On", True), ("no", False), ("false", False)]
)
def test_an_analysis_is_asked_for_by_any_word_for_a_truth_value(
    tmp_path: Path, key: str, word: str, wanted: bool
) -> None:
    report = parsed(tmp_path, f"report: {{{key}: {word}}}\n").report
    assert (getattr(report, key) is not None) is wanted
    if key == "reference_quality":
        assert not wanted or report.reference_quality.by == ""  # type: ignore[union-attr]
