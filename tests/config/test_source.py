"""The configuration: errors name file, line, key and the nearest right word; paths; ``--set``."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.config.models import EvaluateConfig, RunConfig
from benchmark.config.source import parse, read_source
from benchmark.config.training import TrainConfig
from benchmark.core.errors import ConfigError
from benchmark.core.pair_columns import SCORE_KEYS

GOOD = """\
dataset: {name: efid, root: ../data/EFID, splits: [test]}
methods:
  - psnr
  - {name: lpips, net: vgg, label: lpips-vgg}
statistics: {replicates: 500}
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "c.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_names_and_mappings_are_both_methods(tmp_path: Path) -> None:
    config = parse(RunConfig, read_source(write(tmp_path, GOOD)))
    assert [entry.name for entry in config.methods] == ["psnr", "lpips"]
    assert config.methods[1].options == {"net": "vgg"}
    assert config.methods[1].label == "lpips-vgg"
    assert config.statistics.replicates == 500
    assert config.statistics.resample == "cluster"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD + "statistcs: {}\n", 6, ["'statistcs'", "did you mean 'statistics'"]),
        (GOOD.replace("replicates", "replicate"), 5, ["'statistics.replicate'", "did you mean 'replicates'"]),
        (GOOD.replace("500", "many"), 5, ["statistics.replicates", "'many'"]),
        (GOOD.replace("500", "0"), 5, ["statistics.replicates", "a whole number of at least 1", "(given: 0)"]),
        (GOOD + "device: gpu\n", 6, ["device", "'gpu'"]),
        (GOOD.replace("label: lpips-vgg", "label: psnr"), None, ["'psnr' stands twice"]),
        (GOOD.replace("label: lpips-vgg", "label: mos"), None, ["'mos'", "column of scores.csv"]),
        (GOOD + "statistics: {seed: 1}\n", 6, ["'statistics' stands twice", "line 5"]),
        (GOOD + "fov: circle\n", 6, ["fov", "circle"]),
        ("methods: [psnr]\n", None, ["'dataset' is missing"]),
        ("- psnr\n", None, ["mapping"]),
        ("a: [1\n", 2, ["not valid YAML"]),
    ],
)
def test_a_wrong_configuration_is_explained(tmp_path: Path, text: str, line: int | None, words: list[str]) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        parse(RunConfig, read_source(file))
    message = str(caught.value)
    assert message.startswith(str(file) if line is None else f"{file}:{line}:")
    for word in words:
        assert word in message


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    with pytest.raises(ConfigError, match=r"did you mean .*c\.yaml"):
        read_source(file.with_name("c.yml"))


def test_settings_override_and_their_errors_name_them(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    config = parse(RunConfig, read_source(file, ["statistics.replicates=7", "methods.1.net=squeeze", "offline=true"]))
    assert (config.statistics.replicates, config.offline) == (7, True)
    assert config.methods[1].options["net"] == "squeeze"
    said = r"^--set statistics.replicatez=7: unknown key 'statistics.replicatez'; did you mean 'replicates'"
    with pytest.raises(ConfigError, match=said):
        parse(RunConfig, read_source(file, ["statistics.replicatez=7"]))
    with pytest.raises(ConfigError, match="key=value"):
        read_source(file, ["statistics.replicates"])


def test_paths_are_relative_to_the_file_and_settings_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    source = read_source(write(tmp_path, GOOD), ["output=here"])
    assert source.folder(("dataset", "root")) == tmp_path
    assert source.folder(("output",)) == elsewhere


@pytest.mark.parametrize("key", ["size_mismatch: crop", "resize: 256", "fov: blank", "lower_mos_better: true"])
def test_data_keys_may_stand_at_the_top_or_under_dataset_but_not_both(tmp_path: Path, key: str) -> None:
    name, _, value = key.partition(": ")
    top = parse(RunConfig, read_source(write(tmp_path, f"{GOOD}{key}\n")))
    inside = parse(RunConfig, read_source(write(tmp_path, GOOD.replace("splits:", f"{key}, splits:"))))
    assert getattr(top.dataset, name) == getattr(inside.dataset, name)
    assert str(getattr(top.dataset, name)).lower() == value
    with pytest.raises(ConfigError, match="both at the top and under dataset"):
        parse(RunConfig, read_source(write(tmp_path, GOOD.replace("splits:", f"{key}, splits:") + f"{key}\n")))


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates()
KEYS = st.sampled_from([*RunConfig.model_fields, *TrainConfig.model_fields, "name", "label", "rows"]) | st.text(
    max_size=9
)
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=4) | st.dictionaries(KEYS, below, max_size=4), max_leaves=12
)
WORDS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=20)
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+", re.ASCII)  # PyYAML writes `0E0` without quotes, as text
SOUND = st.fixed_dictionaries(
    {
        "dataset": st.fixed_dictionaries(
            {"name": WORDS, "root": WORDS.filter(lambda word: not NUMBER.fullmatch(word))}
        ),
        "methods": st.lists(WORDS.filter(lambda word: word not in SCORE_KEYS), min_size=1, max_size=4, unique=True),
    },
    optional={
        "seed": st.integers(0, 2**40),
        "time_limit": st.floats(0.1, 1e6),
        "limit": st.integers(1, 9),
        "autocast": st.sampled_from(["bfloat16", "float16"]),
        "statistics": st.fixed_dictionaries({"replicates": st.integers(1, 10**6), "confidence": st.floats(0.6, 0.99)}),
    },
)
ONCE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(
    values=st.dictionaries(KEYS, VALUES, max_size=6), model=st.sampled_from([RunConfig, TrainConfig, EvaluateConfig])
)
@ONCE
def test_whatever_stands_in_a_file_is_read_or_refused_in_words(
    tmp_path: Path, values: dict[str, object], model: type[RunConfig]
) -> None:
    file = write(tmp_path, yaml.safe_dump(values, allow_unicode=True))
    try:
        parse(model, read_source(file))
    except ConfigError as error:
        lines = str(error).splitlines()
        assert 1 <= len(lines) <= 4
        assert all(len(line) < 300 for line in lines)
        assert str(file) in lines[0]


@given(values=SOUND)
@ONCE
def test_a_sound_configuration_is_read_as_it_was_meant(tmp_path: Path, values: dict[str, Any]) -> None:
    config = parse(RunConfig, read_source(write(tmp_path, yaml.safe_dump(values, allow_unicode=True))))
    assert [entry.name for entry in config.methods] == values["methods"]
    assert config.dataset.name == values["dataset"]["name"]
    assert config.dataset.options == {"root": values["dataset"]["root"]}
    for key in ("seed", "time_limit", "limit", "autocast"):
        assert getattr(config, key) == values.get(key, RunConfig.model_fields[key].default)
    again = parse(RunConfig, read_source(config.model_dump(mode="json", exclude_defaults=True)))
    assert again == config
    for key, value in values.get("statistics", {}).items():
        assert getattr(config.statistics, key) == value
        assert getattr(parse(EvaluateConfig, read_source({}, [f"statistics.{key}={value}"])).statistics, key) == value


def test_aliases_to_aliases_are_refused_at_once(tmp_path: Path) -> None:
    """A few lines that would stand for ten to the ninth values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(ConfigError, match=r"c\.yaml: more than 100,000 keys and values"):
        read_source(write(tmp_path, "\n".join(lines)))
    nested = "{" + ", ".join(lines).replace("a0: &a0", "a0: &a0") + "}"
    with pytest.raises(ConfigError, match="more than 100,000 keys and values"):
        read_source({}, [f"title={nested}"])


def test_a_long_value_is_shortened_where_it_is_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(RunConfig, read_source(write(tmp_path, GOOD + f"device: {'x' * 3000}\n")))
    assert len(str(refused.value)) < 300
