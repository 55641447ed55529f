"""``list datasets`` and ``list methods``: what was published of each, and what may be used, for people and for programs."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmark import UserError
from benchmark.commands import list as listing
from benchmark.commands.steps import listed_methods
from tests.datasets.small_copies import COPIES


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """What the command prints in a terminal of 100 columns, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def show(root: Path | None = None) -> str:
        console = Console(width=100, file=StringIO(), record=True)
        assert listing.print_datasets(console, root) == 0
        return console.export_text()

    return show


def row(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


def test_each_set_says_its_size_labels_direction_and_where_it_is(shown: Callable[..., str], tmp_path: Path) -> None:
    COPIES["kadid10k"](tmp_path / "iqa" / "KADID")
    COPIES["mdid2013"](tmp_path / "iqa")
    COPIES["csiq"](tmp_path / "iqa" / "old" / "CSIQ")
    COPIES["csiq"](tmp_path / "iqa" / "CSIQ")
    text = shown(tmp_path / "iqa")
    assert row(text, "kadid10k")[:7] == ["kadid10k", "10,125", "81", "DMOS", "1", "to", "4.93"]
    assert row(text, "kadid10k")[7:] == ["higher", "see", "the", "authors'", "page", "KADID"]
    assert row(text, "mdid2013")[3:] == [
        "DMOS",
        "0.32",
        "to",
        "0.553",
        "lower",
        "see",
        "the",
        "authors'",
        "page",
        "MDID2013",
    ]
    assert row(text, "csiq")[-1] == "CSIQ"
    assert text.splitlines()[[line.split()[:1] for line in text.splitlines()].index(["csiq"]) + 1].split() == [
        "old/CSIQ"
    ]
    assert row(text, "live")[-1] == "no"
    assert row(text, "table")[-1] == "higher", "a file of one's own is not looked for"
    assert "simulated MOS" in text
    assert max(map(len, text.splitlines())) <= 100
    assert f"here: below {tmp_path / 'iqa'}, without simulated copies." in " ".join(text.split())


def test_without_a_root_the_folder_data_is_searched_if_it_is_there(shown: Callable[..., str], tmp_path: Path) -> None:
    text = shown()
    assert "here: not looked for: name a folder that holds data sets by --root" in text
    assert row(text, "live")[-1] == "page"
    COPIES["pipal"](tmp_path / "data" / "PIPAL")
    text = shown()
    assert row(text, "pipal")[-1] == "PIPAL"
    assert "here: below data, without simulated copies." in text


def test_programs_get_the_whole_of_it(shown: Callable[..., str], tmp_path: Path) -> None:
    COPIES["aic4"](tmp_path / "iqa" / "aic4")
    items: dict[str, dict[str, Any]] = {
        item["name"]: item for item in json.loads(json.dumps(listing.datasets_as_json(tmp_path / "iqa")))
    }
    aic4 = items["aic4"]
    assert (aic4["pairs"], aic4["references"], aic4["label_name"], aic4["lower_mos_better"]) == (300, 5, "JND", True)
    assert aic4["here"] == [str(tmp_path / "iqa" / "aic4")]
    assert (items["live"]["here"], items["table"]["here"], items["efid"]["pairs"]) == ([], None, None)
    assert {item["here"] for item in listing.datasets_as_json() if item["name"] != "x"} == {None}


def test_a_root_that_is_no_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere: no such folder; --root is a folder that holds data sets") as raised:
        listing.datasets_as_json(tmp_path / "nowhere")
    assert "\n" not in str(raised.value)


def test_one_set_says_where_to_get_it_and_what_it_must_look_like() -> None:
    from benchmark.plugins import registry

    console = Console(width=400, file=StringIO(), record=True)
    listing.print_options(console, registry.datasets().load("csiq"))
    text = console.export_text()
    for line in (
        "published: 866 pairs, 30 references",
        "labels: DMOS 0 to 1, lower is better",
        "opinions: SD",
        "layout: src_imgs/1600.png, dst_imgs/AWGN/1600.AWGN.1.png, csiq.DMOS.xlsx",
        "get it: https://s2.smu.edu/~eclarson/csiq.html",
        "licence: see the authors' page",
    ):
        assert f"\n{line}\n" in text
    assert "variants: csiq_label.txt" in text
    console = Console(width=100, file=StringIO(), record=True)
    listing.print_options(console, registry.datasets().load("table"))
    assert "published:" not in console.export_text()


PLUGINS = {
    "free": 'licence="MIT", source="mine"',
    "bound": 'licence="mine: CC-BY-NC-4.0", source="mine"',
    "mixed": 'licence="MIT; weights: as their authors say", source="mine"',
    "silent": "",
}


@pytest.fixture
def methods(plugin_folder: Path) -> str:
    """What ``list methods`` prints in a terminal of 120 columns, with four more methods."""
    for name, about in PLUGINS.items():
        (plugin_folder / "methods" / f"{name}.py").write_text(
            "from benchmark import Method, MethodInfo\n\n\n"
            f"class Mine(Method):\n    info = MethodInfo(name={name!r}, title='T', higher_is_better=True, {about})\n\n"
            "    def score(self, enhanced, reference):\n        return (enhanced - reference).mean(dim=(1, 2, 3))\n"
        )
    console = Console(width=120, file=StringIO(), record=True)
    assert listed_methods.print_methods(console) == 0
    return console.export_text()


def cells(text: str, name: str) -> list[str]:
    """The first line of a method's row, cut where the headings of its group begin."""
    lines = text.splitlines()
    number = next(number for number, line in enumerate(lines) if line.split()[:1] == [name])
    heading = next(line for line in reversed(lines[:number]) if line.split()[:1] == ["name"])
    named = ("name", "better", "commercial", "trained", "source", "licence", "why")
    starts = [heading.index(word) for word in named if word in heading]
    return [lines[number][begin:end].strip() for begin, end in zip(starts, [*starts[1:], None], strict=True)]


@pytest.mark.heavy  # as below
@pytest.mark.parametrize("width", [50, 80, 200])
def test_the_list_fits_the_terminal_in_groups_and_says_what_it_leaves_out(width: int) -> None:
    console = Console(width=width, file=StringIO(), record=True)
    assert listed_methods.print_methods(console) == 0
    text = console.export_text()
    tables = [
        line for line in text.splitlines() if not line.startswith(("Usable", "Can't", "Not shown", "commercial:"))
    ]
    assert max(map(len, tables)) <= width
    groups = [line.split(" (")[0] for line in text.splitlines() if line.startswith(("Usable", "Can't"))]
    assert groups[:2] == ["Usable now", "Usable once their weights are here: downloaded on first use, or by `weights`"]
    said = [line for line in text.splitlines() if line.startswith("Not shown")]
    assert bool(said) == (width < 200)
    if width == 80:
        assert said[0].startswith(
            "Not shown in 80 columns: licence, source and trained on (all in `list methods --json`;"
        )
        assert "trained on" in text.split("Can't be used")[0], "what can be used has room for what it was trained on"
    assert cells(text, "psnr")[:3] == ["psnr", "higher", "no"]


@pytest.mark.heavy  # a plug-in from elsewhere is first tried in a process of its own
def test_the_methods_say_what_may_be_used_commercially(methods: str) -> None:
    answers = {name: cells(methods, name)[2] for name in PLUGINS}
    assert answers == {"free": "yes", "bound": "no", "mixed": "?", "silent": "?"}
    free, bound = ("haarpsi", "haarpsi-med", "mdsi", "sr_sim", "dss", "iw_ssim", "ms_gmsd", "cvvdp"), ("psnr", "lpips")
    assert {cells(methods, name)[2] for name in free} == {"yes"}
    assert {cells(methods, name)[2] for name in bound} == {"no"}
    assert cells(methods, "mdsi")[1:6] == ["lower", "yes", "nothing", "piq", "Apache-2.0"]
    assert max(map(len, methods.splitlines())) <= 120
    assert "? is not known" in methods


@pytest.mark.heavy  # as before
def test_programs_get_the_methods_too(methods: str, plugin_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from benchmark.cli import main

    (plugin_folder / "methods" / "broken.py").write_text("class (")
    assert main(["list", "methods", "--json"]) == 0
    items = {item["name"]: item for item in json.loads(capsys.readouterr().out)}
    assert {name: items[name]["commercial_use"] for name in PLUGINS} == {
        "free": "yes",
        "bound": "no",
        "mixed": "unknown",
        "silent": "unknown",
    }
    assert (items["mdsi"]["higher_is_better"], items["mdsi"]["score_range"]) == (False, [0.0, None])
    assert (items["free"]["usable"], items["free"]["group"]) == ("yes", "usable")
    assert [items[name]["group"] for name in ("lpips", "sdmp-net", "gain")] == ["weights", "checkpoint", "options"]
    assert items["sdmp-net"]["usable"].startswith("no: needs a checkpoint")
    assert sum("error" in item for item in items.values()) == 1
    assert main(["list", "methods", "HaarPSI_med", "--json"]) == 0
    assert [item["name"] for item in json.loads(capsys.readouterr().out)] == ["haarpsi-med"]


@pytest.mark.heavy  # as before
def test_a_method_of_another_has_its_direction_and_licence(methods: str, capsys: pytest.CaptureFixture[str]) -> None:
    from benchmark.cli import main
    from benchmark.plugins import registry

    assert cells(methods, "gain")[1] == "as of"
    assert cells(methods, "gain")[2] == "?"
    assert "must be" in cells(methods, "gain")[-1]
    assert main(["list", "methods", "gain", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)
    assert (item["higher_is_better"], item["score_range"], item["commercial_use"]) == (None, None, "unknown")
    console = Console(width=120, file=StringIO(), record=True)
    listing.print_options(console, registry.methods().load("gain"))
    text = console.export_text()
    assert "Direction and range are those of `of`." in text
    assert [line.split() for line in text.splitlines() if line.startswith(" of ")] == [
        ["of", "NoReference", "must", "be", "given"]
    ]


def test_one_method_says_its_licence() -> None:
    from benchmark.plugins import registry

    for name, said in (
        ("mdsi", "licence: piq: Apache-2.0 (commercial use allowed)"),
        ("psnr", "licence: pyiqa: PolyForm Noncommercial 1.0.0 (no commercial use)"),
        ("scores-file", "licence: not stated (commercial use not known)"),
    ):
        console = Console(width=200, file=StringIO(), record=True)
        listing.print_options(console, registry.methods().load(name))
        assert f"\n{said}\n" in console.export_text()
