"""Plug-ins that break their contract cost their own row, with a sentence, in `run`, `check` and `list`; no traceback."""

import json
import textwrap
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import benchmark
from benchmark.cli import main
from benchmark.commands import check, score
from benchmark.commands import list as listing
from benchmark.commands.steps import listed_methods
from benchmark.config.models import MethodEntry
from benchmark.config.source import Source
from benchmark.core.errors import PluginError, UserError
from benchmark.plugins import registry
from benchmark.scoring.lineup import line_up

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("near")]

METHOD = """
from benchmark import Method, MethodInfo, WeightFile


class Odd(Method):
    info = MethodInfo(name="odd", title="Odd", higher_is_better=False)

    def score(self, enhanced, reference):
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""
INFO = 'info = MethodInfo(name="odd", title="Odd", higher_is_better=False)'
RANGE = "two numbers in order"


def init(line: str) -> str:
    return METHOD + f"\n    def __init__(self):\n        {line}\n"


def defines(line: str) -> str:
    return METHOD + f"\n    def {line}\n"


BROKEN = {
    "an attribute hides weights": (init("self.weights = [1.0, 2.0]"), "its attribute `weights` (a list) hides"),
    "an attribute hides files": (init("self.files = None"), "its attribute `files` (None) hides"),
    "an attribute hides settings": (init("self.settings = {}"), "rename it, for example to `_settings`"),
    "an attribute hides load": (init("self.load = True"), "hides the function `load()`"),
    "an attribute hides score": (init("self.score = 0.5"), "hides the function `score()`"),
    "an attribute hides gflops": (init("self.gflops = 3.5"), "hides the function `gflops()`"),
    "a class attribute hides weights": (METHOD + "\n    weights = ()\n", "its attribute `weights` (a tuple) hides"),
    "a property hides files": (
        METHOD + "\n    @property\n    def files(self):\n        return {}\n",
        "its attribute `files` (a dict) hides",
    ),
    "a property exits": (
        METHOD + "\n    @property\n    def weights(self):\n        raise SystemExit(4)\n",
        "its `weights` is a property that fails (it called sys.exit(4))",
    ),
    "a network hides weights": (
        init("import torch; self.weights = torch.nn.Linear(1, 1)"),
        "its attribute `weights` (a Linear) hides",
    ),
    "a network hides load": (
        init("import torch; self.load = torch.nn.Linear(1, 1)"),
        "its attribute `load` (a Linear) hides",
    ),
    "a class hides settings": (
        METHOD + "\n    class settings:\n        pass\n",
        "its attribute `settings` (a type) hides",
    ),
    "an attribute hides depends_on_seed": (
        init("self.depends_on_seed = True"),
        "hides the function `depends_on_seed()`",
    ),
    "depends_on_seed raises": (defines("depends_on_seed(self): return {}['x']"), "its `depends_on_seed()` failed: "),
    "depends_on_seed returns a number": (defines("depends_on_seed(self): return 1"), "`depends_on_seed()` returned 1"),
    "rng is taken and nothing declared": (
        METHOD.replace("reference):", "reference, *, rng):"),
        "its `score()` takes `rng`, but nothing declares whether scores depend on the run's seed: write random=True",
    ),
    "files returns a list": (
        defines("files(self): return ['a.pt']"),
        "`files()` returned a list; it must return a mapping",
    ),
    "files returns no paths": (defines("files(self): return {'a': 3}"), "`files()` returned {'a': 3}"),
    "settings returns a list": (defines("settings(self): return ['RGB']"), "`settings()` returned a list"),
    "settings returns a string": (defines("settings(self): return 'RGB'"), "`settings()` returned a str"),
    "settings returns None": (defines("settings(self): return None"), "`settings()` returned None"),
    "settings holds a list": (defines("settings(self): return {'crops': [1]}"), "{'crops': [1]}"),
    "weights returns strings": (defines("weights(self): return ['a.pth']"), "it must return a tuple of WeightFile"),
    "weights returns one file": (
        defines("weights(self): return WeightFile(name='a', url='https://a')"),
        "`weights()` returned a WeightFile",
    ),
    "weights raises": (defines("weights(self): return self.none.x"), "its `weights()` failed: "),
    "unavailable returns a bool": (defines("unavailable(self): return False"), "`unavailable()` returned False"),
    "unavailable raises": (defines("unavailable(self): return 1 / 0"), "ZeroDivisionError: division by zero"),
    "unavailable exits": (defines("unavailable(self): raise SystemExit(4)"), "it called sys.exit(4)"),
    "programs returns text": (defines("programs(self): return 'a {reference}'"), "`programs()` returned a str"),
    "programs hides": (init("self.programs = ('a',)"), "its `programs()` failed: TypeError"),
    "no program runs at once": (
        METHOD.replace("WeightFile", "Programs") + "\n    def programs(self): return Programs(('a',), 0, 1.0)\n",
        "`programs()` has at_once=0; it must be a whole number from 1 on, or None",
    ),
    "programs take no time": (
        METHOD.replace("WeightFile", "Programs") + "\n    def programs(self): return Programs(('a',), None, 0)\n",
        "`programs()` has time_limit=0; it must be a number of seconds above 0",
    ),
    "programs have no command lines": (
        METHOD.replace("WeightFile", "Programs") + "\n    def programs(self): return Programs('a', None, 1)\n",
        "`programs()` has lines='a'; it must be a tuple of command lines",
    ),
    "indifferent options are text": (
        METHOD + "\n    indifferent_options = 'title'\n",
        "its `indifferent_options` is a str; it must be a frozenset of names",
    ),
    "the constructor raises": (init("raise KeyError('x')"), "can't be built: KeyError: 'x'"),
    "the instance's info is a dict": (init("self.info = {}"), "its `info` is a dict; it must be MethodInfo("),
    "info is a dict": (METHOD.replace(INFO, 'info = {"name": "odd", "title": "Odd"}'), "its `info` is a dict"),
    "info is text": (METHOD.replace(INFO, 'info = "odd"'), "its `info` is a str; it must be MethodInfo("),
    "info is missing": (METHOD.replace(INFO, ""), "its `info` is None; it must be MethodInfo("),
    "info lacks the direction": (METHOD.replace(", higher_is_better=False", ""), "higher_is_better"),
    "info has another name": (
        METHOD + '\n    info = MethodInfo(**{**dict(name="x"), "title": "O", "higher_is_better": True})\n',
        "has the name 'x'",
    ),
    "the direction is text": (
        METHOD.replace("=False", "='lower'"),
        "has higher_is_better='lower'; it must be True or False",
    ),
    "the title is a number": (METHOD.replace('"Odd"', "3"), "has title=3; it must be text"),
    "the group is a number": (METHOD.replace("=False", "=False, group=3"), "has group=3; it must be text"),
    "the range is one number": (METHOD.replace("=False", "=False, score_range=1.0"), RANGE),
    "the range is turned": (METHOD.replace("=False", "=False, score_range=(1, 0)"), RANGE),
    "the range is text": (METHOD.replace("=False", "=False, score_range=('0', '1')"), RANGE),
    "the range is not a number": (METHOD.replace("=False", "=False, score_range=(0, float('nan'))"), RANGE),
    "random is text": (METHOD.replace("=False", "=False, random='no'"), "has random='no'"),
    "libraries are text": (METHOD.replace("=False", "=False, libraries='numpy'"), "it must be a tuple of names"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_method_that_breaks_its_contract_costs_its_own_row_with_a_sentence(kind: str, plugin_folder: Path) -> None:
    text, sentence = BROKEN[kind]
    (plugin_folder / "methods" / "odd.py").write_text(text)
    odd, psnr = line_up([MethodEntry(name="odd"), MethodEntry(name="psnr")], Source({}, "here", Path()))
    assert (odd.status, psnr.status) == ("failed", "scored")
    assert sentence in odd.reason
    assert odd.task().name == "odd"
    problem = check.method_problem(odd, None, offline=True)
    assert problem.severity == "error"
    assert sentence in problem.message
    with pytest.raises(UserError) as caught:
        score.check_method("odd", {}, Source({}, "here", Path()))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    try:
        usable = listed_methods.usable(registry.methods().load("odd"))
    except PluginError as error:  # it is no plug-in even as a class; its row says so
        usable = f"no: {error}"
    assert usable.startswith("no: ")
    assert sentence in usable


def test_what_computes_scores_may_be_any_callable(plugin_folder: Path) -> None:
    """A compiled function or an object that is called, and functions with arguments filled in, hide nothing."""
    lines = "import functools; self.score = Far(); self.settings = functools.partial(dict, a='b')"
    far = "\n\nclass Far:\n    def __call__(self, one, other):\n        return (one - other).sum((1, 2, 3))\n"
    (plugin_folder / "methods" / "odd.py").write_text(init(lines) + far)
    (odd,) = line_up([MethodEntry(name="odd")], Source({}, "here", Path()))
    assert (odd.status, odd.reason) == ("scored", "")


def test_list_and_run_go_on_beside_broken_plugins(plugin_folder: Path, tiny_set: Path, tmp_path: Path) -> None:
    names = []
    for number, kind in enumerate(
        ("an attribute hides weights", "files returns a list", "info is a dict", "settings returns None")
    ):
        name = f"odd{number}"
        text = BROKEN[kind][0].replace('"odd"', f'"{name}"')
        (plugin_folder / "methods" / f"{name}.py").write_text(text)
        names.append(name)
    console = Console(record=True, width=400, file=StringIO())
    assert listed_methods.print_methods(console) == 0
    text = console.export_text()
    assert all(f"{name} " in text for name in [*names, "psnr"])
    settings = {
        "dataset": {"name": "table", "file": str(tiny_set)},
        "methods": [*names, "psnr"],
        "statistics": {"replicates": 10},
        "report": {"plots": []},
        "workers": 1,
    }
    result = benchmark.run(settings, output=tmp_path / "out", plugins=[plugin_folder])
    assert [method.status for method in result.data.methods] == [*["failed"] * 4, "scored"]
    assert result.exit_status == 3
    assert result.scores["psnr"].notna().all()
    console = Console(record=True, width=400, file=StringIO())
    config = tmp_path / "c.yaml"
    config.write_text(f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [{', '.join([*names, 'psnr'])}]\n")
    assert check.check(config, (), [plugin_folder], console) == 3
    assert "4 of 5 methods can't be used" in console.export_text()


SOURCE = """
import numpy as np
import pandas as pd
from benchmark import MethodInfo, ScoreSource


class Odd(ScoreSource):
    info = MethodInfo(name="odd", title="Odd", higher_is_better=False)

    def scores(self, pairs, rows):
        return ANSWER
"""


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("None", "`scores()` returned None; it must return 4 numbers"),
        ("[1.0]", "it gave 1 scores for 4 pairs"),
        ("['1', '2', '3', '4']", "`scores()` returned '1'"),
        ("[True, False, True, False]", "`scores()` returned True"),
        ("dict.fromkeys(range(4), 1.0)", "`scores()` returned a dict"),
        ("1.0", "`scores()` returned a float"),
        ("np.zeros((4, 1))", "`scores()` returned array([0.])"),
        ("rows['mos'].iloc[::-1]", "a Series in another order than the rows"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_score_source_that_breaks_its_contract_costs_its_own_row(
    answer: str, sentence: str, plugin_folder: Path, tiny_set: Path, tmp_path: Path
) -> None:
    (plugin_folder / "methods" / "odd.py").write_text(SOURCE.replace("ANSWER", answer))
    settings = {
        "dataset": {"name": "table", "file": str(tiny_set)},
        "methods": ["odd", "enhancer-mean"],
        "statistics": {"replicates": 10},
        "report": {"plots": []},
    }
    result = benchmark.run(settings, output=tmp_path / "out", plugins=[plugin_folder])
    odd, mean = result.data.methods
    assert (odd.status, mean.status) == ("failed", "scored")
    assert sentence in odd.reason


DATASET = """
import pandas as pd
from benchmark import Dataset, DatasetInfo


class Lab(Dataset):
    info = DatasetInfo(name="lab", title="Lab")

    def pairs(self):
        return pd.read_csv(FILE).assign(
            reference_path=lambda t: [FOLDER + "/" + name for name in t["reference"]],
            enhanced_path=lambda t: [FOLDER + "/" + name for name in t["enhanced"]],
        )
"""
LAB = 'info = DatasetInfo(name="lab", title="Lab")'


def replaced(line: str) -> str:
    return DATASET.partition("    def pairs")[0] + f"    def pairs(self):\n        {line}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            DATASET + "\n    def notes(self):\n        return 'One sentence.'\n",
            "`notes()` returned a str; it must return a tuple",
        ),
        (DATASET + "\n    def notes(self):\n        return [3]\n", "`notes()` returned a list"),
        (DATASET + "\n    def __init__(self):\n        self.notes = ['x']\n", "its attribute `notes` (a list) hides"),
        (DATASET + "\n    def __init__(self):\n        self.pairs = []\n", "its attribute `pairs` (a list) hides"),
        (DATASET + "\n    def __init__(self):\n        raise KeyError('x')\n", "lab can't be built: KeyError: 'x'"),
        (replaced("return [('a', 'b')]"), "`pairs()` returned a list; it must return a pandas DataFrame"),
        (replaced("return None"), "`pairs()` returned None"),
        (replaced("return {}['labels']"), "lab.py:10: KeyError: 'labels'"),
        (DATASET.replace(LAB, 'info = {"name": "lab"}'), "its `info` is a dict; it must be DatasetInfo("),
        (DATASET.replace(LAB, ""), "its `info` is None; it must be DatasetInfo("),
        (
            DATASET.replace('title="Lab"', 'title="Lab", lower_mos_better="no"'),
            "lower_mos_better='no'; it must be True or",
        ),
        (
            DATASET.replace('title="Lab"', 'title="Lab", pairs=0'),
            "pairs=0; it must be a whole number from 1 on, or None",
        ),
        (DATASET.replace('title="Lab"', 'title="Lab", references="9"'), "references='9'; it must be a whole number"),
        (DATASET.replace('title="Lab"', 'title="Lab", label_range=(9, 0)'), "label_range=(9, 0); it must be (lowest, "),
        (DATASET.replace('title="Lab"', 'title="Lab", splits="test"'), "splits='test'; it must be a tuple of names"),
        (
            DATASET.replace('title="Lab"', 'title="Lab", labels="simulation"'),
            "labels='simulation'; it must be 'opinions' or 'simulated'",
        ),
    ],
)
def test_a_data_set_that_breaks_its_contract_is_an_error_in_one_sentence(
    text: str, sentence: str, plugin_folder: Path, tiny_set: Path, tmp_path: Path
) -> None:
    places = {"FILE": repr(str(tiny_set)), "FOLDER": repr(str(tiny_set.parent))}
    for name, value in places.items():
        text = text.replace(name, value)
    (plugin_folder / "datasets" / "lab.py").write_text(textwrap.dedent(text))
    settings: dict[str, Any] = {"dataset": {"name": "lab"}, "methods": ["psnr"]}
    with pytest.raises(UserError) as caught:
        benchmark.run(settings, output=tmp_path / "out", plugins=[plugin_folder])
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    console = Console(record=True, width=400, file=StringIO())
    assert listing.print_datasets(console) == 0
    assert "lab " in console.export_text()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            "def examine(self): return 3",
            "`examine()` returned an int; it must return a DataFrame and a list of Problem",
        ),
        ("def examine(self): return self.pairs(), ['wrong']", "`examine()` returned a tuple"),
        ("def examine(self): return {}['x']", "its `examine()` failed: "),
        ("examine = True", "its attribute `examine` (a bool) hides"),
        ("labels = 'simulation'", "its `labels` is 'simulation'; it must be 'opinions' or 'simulated'"),
        ("def labels(self): return 'simulated'", "it must be 'opinions' or 'simulated'"),
    ],
)
def test_check_says_what_a_data_set_must_answer(
    lines: str, sentence: str, plugin_folder: Path, tiny_set: Path, tmp_path: Path
) -> None:
    text = DATASET.replace("FILE", repr(str(tiny_set))).replace("FOLDER", repr(str(tiny_set.parent)))
    (plugin_folder / "datasets" / "lab.py").write_text(f"{text}\n    {lines}\n")
    config = tmp_path / "c.yaml"
    config.write_text("dataset: lab\nmethods: [psnr]\n")
    console = Console(record=True, width=400, file=StringIO())
    try:
        status, said = check.check(config, (), [plugin_folder], console), console.export_text()
    except UserError as error:  # before the data are looked at
        status, said = 2, str(error)
    assert status == 2
    assert sentence in said


def test_commands_print_the_sentence_and_no_traceback(
    plugin_folder: Path, tiny_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (plugin_folder / "methods" / "odd.py").write_text(defines("load(self, device): raise OSError('no such model')"))
    enhanced, reference = (str(tiny_set.parent / name) for name in ("0_soft.png", "0.png"))
    assert main(["score", "odd", enhanced, reference, "--plugins", str(plugin_folder)]) == 2
    assert capsys.readouterr().err == "error: odd can't be loaded: OSError: no such model\n"


def test_what_a_plugin_prints_is_no_part_of_the_result_of_score(
    plugin_folder: Path, tiny_set: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    noisy = (
        METHOD.replace("return (", 'print("scoring")\n        return (')
        + "\n    def load(self, device): print('loading')\n"
    )
    (plugin_folder / "methods" / "odd.py").write_text(noisy)
    enhanced, reference = (str(tiny_set.parent / name) for name in ("0_soft.png", "0.png"))
    assert main(["score", "odd", enhanced, reference, "--json"]) == 0
    said = capfd.readouterr()
    assert json.loads(said.out)["method"] == "odd"
    assert said.err == "loading\nscoring\n"
