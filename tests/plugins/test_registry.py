"""The registry: names without imports, clear errors for typos, doubles, broken files and broken contracts."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from benchmark.core.errors import PluginError
from benchmark.plugins import registry

TEN_LINES = """
from benchmark import Method, MethodInfo


class MeanAbsoluteError(Method):
    info = MethodInfo(name="mae", title="MAE", higher_is_better=False)

    def score(self, enhanced, reference):
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / "methods" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


@pytest.mark.heavy
def test_the_smallest_method_is_found_and_loaded(plugin_folder: Path) -> None:
    put(plugin_folder, "mae.py", TEN_LINES)
    methods = registry.methods()
    assert "mae" in methods.names()
    assert methods.load("MAE").info.title == "MAE"


@pytest.mark.heavy
def test_listing_imports_no_plugin(plugin_folder: Path) -> None:
    put(plugin_folder, "loud.py", TEN_LINES + "\nraise RuntimeError('imported')\n")
    assert "mae" in registry.methods().names()
    with pytest.raises(PluginError, match=r"mae: can't be imported: .*loud\.py:\d+: RuntimeError: imported"):
        registry.methods().load("mae")


def test_dash_and_underscore_are_equal(plugin_folder: Path) -> None:
    put(plugin_folder, "a.py", TEN_LINES.replace('"mae"', '"mean_abs-error"'))
    assert registry.methods().find("mean-abs_error").name == "mean_abs-error"


def test_a_typo_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(PluginError, match=r"^no method 'pnsr'; did you mean 'psnr'\?$"):
        registry.methods().find("pnsr")
    with pytest.raises(PluginError, match="no data set 'zzzzzz'"):
        registry.datasets().find("zzzzzz")


def test_a_double_name_names_both_places(plugin_folder: Path) -> None:
    put(plugin_folder, "one.py", TEN_LINES)
    put(plugin_folder, "two.py", TEN_LINES)
    with pytest.raises(PluginError, match=r"'mae' is taken twice: .*one\.py and .*two\.py"):
        registry.methods().find("mae")


def test_a_plugin_cannot_replace_a_shipped_file(plugin_folder: Path) -> None:
    put(plugin_folder, "psnr.py", TEN_LINES)
    _, broken = registry.methods().listings()
    assert [Path(item.place).parent for item in broken] == [plugin_folder / "methods"]
    assert "already taken" in broken[0].reason
    assert registry.methods().load("psnr").info.title == "PSNR"


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("(Method)", "(Methd)"), "NameError: name 'Methd' is not defined"),
        (("import Method,", "import Methd,"), "ImportError"),
        (("(Method)", "(object)"), "MeanAbsoluteError is no subclass of Method"),
        (("def score", "def scores"), "defines no `score"),
        (("class Mean", "import sys\nsys.exit(3)\n\n\nclass Mean"), "sys.exit"),
        (('title="MAE", ', ""), "title"),
    ],
)
def test_a_broken_plugin_says_what_is_wrong(plugin_folder: Path, change: tuple[str, str], reason: str) -> None:
    put(plugin_folder, "mae.py", TEN_LINES.replace(*change))
    with pytest.raises(PluginError) as caught:
        registry.methods().load("mae")
    assert reason in str(caught.value)
    assert "mae.py" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_syntax_error_is_listed_and_hinted_at(plugin_folder: Path) -> None:
    put(plugin_folder, "bad.py", TEN_LINES + "\ndef f(:\n")
    _, broken = registry.methods().listings()
    assert [item.reason.split(":")[0] for item in broken] == ["line 11"]
    with pytest.raises(PluginError, match=r"not read: .*bad\.py: line 11"):
        registry.methods().find("mae")


@pytest.mark.usefixtures("near")
@pytest.mark.heavy
def test_packages_and_relative_imports_work_and_count_as_source(plugin_folder: Path) -> None:
    put(plugin_folder, "family/__init__.py", TEN_LINES.replace("import Method,", "import Method,"))
    put(plugin_folder, "family/part.py", "X = 1\n")
    put(plugin_folder, "_shared.py", "Y = 1\n")
    put(plugin_folder, "user.py", "from ._shared import Y\n" + TEN_LINES.replace('"mae"', '"user"'))
    methods = registry.methods()
    family, user = methods.load("mae"), methods.load("user")
    assert [file.name for file in registry.source_files(family)] == ["__init__.py", "part.py"]
    before = registry.source_sha256(user), registry.source_sha256(family)
    put(plugin_folder, "_shared.py", "Y = 2\n")
    after = registry.source_sha256(user), registry.source_sha256(family)
    assert before[0] != after[0]
    assert before[1] == after[1]


@pytest.mark.heavy
def test_an_installed_package_offers_methods_by_entry_point(tmp_path: Path, root: Path) -> None:
    (tmp_path / "otherlab.py").write_text(TEN_LINES.replace('"mae"', '"other-lab"'))
    info = tmp_path / "otherlab-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: otherlab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[efid_bench.methods]\nother-lab = otherlab:MeanAbsoluteError\n")
    code = "from benchmark.plugins import registry; print(registry.methods().load('other_lab').info.title)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{root}:{tmp_path}", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "MAE\n"
