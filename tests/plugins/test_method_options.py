"""Options that name another method: checked at their own keys, built with their own options, part of the key."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.models import MethodEntry
from benchmark.config.source import Source
from benchmark.core.errors import ConfigError
from benchmark.plugins import registry
from benchmark.plugins.options import check_options, construct, method_options, plain_options
from benchmark.scoring import lineup
from benchmark.scoring.lineup import producer

BRIGHT = """
from pathlib import Path

from benchmark import Method, MethodInfo, NoReference


class Bright(NoReference):
    info = MethodInfo(name="bright", title="Bright", higher_is_better=True, libraries=("rich",), version="7")

    def __init__(self, *, level: Path | None = None, scale: float = 1.0, kind: str = "mean"):
        self.level, self.scale, self.kind = level, scale, kind

    def quality(self, images):
        return images.mean(dim=(1, 2, 3)) * self.scale


class Twice(NoReference):
    info = MethodInfo(name="twice", title="Twice", higher_is_better=True)

    def __init__(self, *, of: NoReference, other: NoReference | None = None):
        self.of, self.other = of, other

    def quality(self, images):
        return 2 * self.of.quality(images)
"""
SOURCE = Source(values={}, name="c.yaml", base=Path("/home/ann"), lines={("methods", 0): 3, ("methods", 0, "of"): 4})


@pytest.fixture(autouse=True)
def bright(plugin_folder: Path, near: None) -> Path:
    file = plugin_folder / "methods" / "bright.py"
    file.write_text(BRIGHT)
    return file


def kind(name: str) -> type[Any]:
    return registry.methods().load(name)


def checked(of: object) -> dict[str, Any]:
    return check_options(kind("gain"), {"of": of}, SOURCE, ("methods", 0))


def test_which_options_name_methods() -> None:
    assert list(method_options(kind("gain"))) == ["of"]
    assert list(method_options(kind("twice"))) == ["of", "other"]
    assert method_options(kind("psnr")) == {}


def test_a_name_or_a_mapping_names_a_method() -> None:
    assert checked("bright") == checked({"name": "bright"}) == {"of": {"name": "bright"}}
    given = checked({"name": "Bright", "scale": "2", "level": "levels/a.json"})
    assert given == {"of": {"name": "bright", "scale": 2.0, "level": Path("/home/ann/levels/a.json")}}
    plain = plain_options(given)
    assert plain == json.loads(json.dumps(plain))
    method, parts = construct(kind("gain"), plain)
    assert parts == (method.of,)
    assert (method.of.level, method.of.scale) == (Path("/home/ann/levels/a.json"), 2.0)


def test_methods_are_named_at_any_depth() -> None:
    given = checked({"name": "twice", "of": {"name": "bright", "scale": 3}})
    method, parts = construct(kind("gain"), plain_options(given))
    assert [part.info.name for part in parts] == ["twice", "bright"]
    assert method.of.of.scale == 3
    assert method.of.other is None


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ("psnr", r"c\.yaml:4: methods\.0\.of: psnr is not a measure without reference"),
        ("gain", r"gain is not a measure without reference"),
        ("enhancer-mean", r"enhancer-mean is not a measure without reference"),
        ("brihgt", r"c\.yaml:4: methods\.0\.of: no method 'brihgt'; did you mean 'bright'\?"),
        ({"name": "bright", "scal": 1}, r"unknown key 'methods\.0\.of\.scal'; did you mean 'scale'\?"),
        ({"name": "bright", "scale": "big"}, r"methods\.0\.of\.scale"),
        ({"name": "twice"}, r"methods\.0\.of\.of"),
        ({"name": "twice", "of": "psnr"}, r"methods\.0\.of\.of: psnr is not a measure without reference"),
        ({"scale": 1}, r"'methods\.0\.of\.name' is missing"),
        (["bright"], r"expected a name, or a mapping with `name`"),
        (None, r"methods\.0\.of"),
    ],
    ids=repr,
)
def test_wrong_ones_are_explained_at_their_key(of: object, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        checked(of)


def test_a_method_that_learns_cannot_hide_in_another(plugin_folder: Path) -> None:
    """The engine asks an entry what it was trained on, and refuses one that has seen what is scored."""
    (plugin_folder / "methods" / "learns.py").write_text(
        "from benchmark import MethodInfo, NoReference, Trainable\n\n\n"
        "class Learns(Trainable, NoReference):\n"
        "    info = MethodInfo(name='learns', title='Learns', higher_is_better=True)\n\n"
        + "".join(
            f"    def {name}(self, *given, **options):\n        return {{}}\n\n"
            for name in ("build", "views", "predict", "identity", "state", "restore", "quality")
        )
    )
    with pytest.raises(ConfigError, match=r"methods\.0\.of: learns is trained here; such a method stands for itself"):
        checked("learns")


def keyed(of: object, name: str = "gain") -> dict[str, str]:
    entry = MethodEntry.model_validate({"name": name, "of": of})
    (entrant,) = lineup.line_up([entry], SOURCE)
    assert entrant.status == "scored", entrant.reason
    return dict(producer(entrant, device="cpu", threads=1, seed=0, sizes={}).components)


def test_the_key_has_the_named_methods_options_source_version_and_libraries(bright: Path) -> None:
    first = keyed("bright")
    assert first["version of bright"] == "7"
    assert "library rich" in keyed("bright", "twice")
    assert keyed({"name": "bright", "scale": 2})["option of"] != first["option of"]
    bright.write_text(BRIGHT + "\n# edited\n")
    after = keyed("bright")
    assert {key for key in after if after[key] != first.get(key)} == {"plug-in file of bright sha256"}


def test_the_order_of_a_named_methods_options_is_no_part_of_the_key() -> None:
    """pydantic keeps the keys that were given in a set, whose order is another in each process."""
    texts = {
        json.dumps(plain_options({"of": dict(sorted(given.items(), reverse=turned))}))
        for given in ({"name": "bright", "scale": 2.0, "kind": "mean"},)
        for turned in (False, True)
    }
    assert len(texts) == 1
