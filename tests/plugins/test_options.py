"""Plug-in options: unknown names, wrong types, paths."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from benchmark.config.source import Source
from benchmark.core.errors import ConfigError
from benchmark.plugins.options import check_options, plain_options, takes_path


class Example:
    def __init__(
        self, *, net: Literal["alex", "vgg"] = "alex", crops: int = 20, checkpoint: Path | None = None
    ) -> None:
        self.options = (net, crops, checkpoint)


class Open:
    def __init__(self, *, crops: int = 20, **others: object) -> None:
        self.options = {"crops": crops, **others}


SOURCE = Source(values={}, name="c.yaml", base=Path("/home/ann"), lines={("methods", 0): 3})


def test_right_options_come_back_typed_and_only_those_given() -> None:
    checked = check_options(Example, {"crops": "5", "checkpoint": "best.pt"}, SOURCE, ("methods", 0))
    assert checked == {"crops": 5, "checkpoint": Path("/home/ann/best.pt")}
    assert plain_options(checked) == {"checkpoint": "/home/ann/best.pt", "crops": 5}
    assert takes_path(Example, "checkpoint")
    assert not takes_path(Example, "net")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nett": "vgg"}, "c.yaml:3: unknown key 'methods.0.nett'; did you mean 'net'?"),
        ({"net": "vg"}, "did you mean 'vgg'?"),
        ({"crops": "many"}, "methods.0.crops"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_options(Example, options, SOURCE, ("methods", 0))
    assert words in str(caught.value)


def test_a_plugin_that_takes_any_options_gets_them_and_typed_ones_are_checked_all_the_same() -> None:
    assert check_options(Open, {"crops": "5", "sigma": 2}, SOURCE, ("methods", 0)) == {"crops": 5, "sigma": 2}
    with pytest.raises(ConfigError, match=r"methods\.0\.crops"):
        check_options(Open, {"crops": "many"}, SOURCE, ("methods", 0))


class Placed:
    def __init__(self, *, folder: Path = Path(), place: Path = Path("/fixed"), count: Annotated[int, Field(ge=1)] = 2):
        self.options = (folder, place, count)


def test_a_path_that_is_relative_by_default_is_the_configurations_too() -> None:
    """What a worker builds, and what a record repeats, is then the same path from any folder."""
    checked = check_options(Placed, {"count": 3}, SOURCE, ("methods", 0))
    assert checked == {"folder": Path("/home/ann"), "place": Path("/fixed"), "count": 3}
    assert check_options(Placed, {"folder": "b"}, SOURCE, ("methods", 0))["folder"] == Path("/home/ann/b")


def test_limits_of_an_annotation_hold() -> None:
    with pytest.raises(ConfigError, match=r"c\.yaml:3: methods\.0\.count: "):
        check_options(Placed, {"count": 0}, SOURCE, ("methods", 0))
