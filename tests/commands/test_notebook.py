"""From Python: plain mappings, single names, misspelt keywords, and results that fit on a screen."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.core.errors import ConfigError
from benchmark.report.blocks import Numbers, blocks
from benchmark.report.ranking import standings

pytestmark = pytest.mark.heavy

FEW = {"replicates": 50}


def table(methods: int = 3, pairs: int = 36) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"mos": rng.normal(size=pairs), "reference": [f"r{i // 3}" for i in range(pairs)]})
    for number in range(methods):
        frame[f"m{number}"] = frame["mos"] + rng.normal(size=pairs) * (1 + number / 10)
    return frame


def evaluated(frame: pd.DataFrame, **options: Any) -> benchmark.Evaluation:
    names = [str(name) for name in frame if name not in ("mos", "reference")]
    return benchmark.evaluate(frame, mos="mos", methods=names, **{"statistics": FEW, **options})


def test_plain_mappings_are_checked_like_a_configuration(tmp_path: Path) -> None:
    result = evaluated(
        table(),
        statistics={"replicates": 50, "confidence": 0.9},
        report={"title": "Mine", "plots": [], "tables": {"columns": "srcc"}},
        published={"m0": {"srcc": 0.9, "source": "A paper"}},
    )
    assert (result.data.confidence, result.data.title) == (0.9, "Mine")
    result.save(tmp_path)
    header = (tmp_path / "tables" / "comparison.csv").read_text().splitlines()[0]
    assert "srcc" in header
    assert "plcc" not in header
    assert "A paper" in (tmp_path / "tables" / "comparison.md").read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"statistics": {"replicatez": 9}}, "unknown key 'statistics.replicatez'; did you mean 'replicates'"),
        ({"statistics": {"replicates": True}}, "statistics.replicates: expected a whole number"),
        ({"statistics": 3}, "statistics: expected a mapping"),
        ({"report": {"plots": "jpg"}}, "report.plots: expected one of png, pdf"),
        ({"report": {"tables": {"rows": {"A": "m9"}}}}, "report.tables.0.rows.A|report.tables.rows.A"),
        ({"published": {"m0": 0.9}}, "published.m0: expected a mapping with `source`"),
        ({"published": {"m0": {"srcc": 0.9}}}, "the key 'published.m0.source' is missing"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_named_by_its_key(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        evaluated(table(), **options)


@pytest.mark.usefixtures("near")
def test_models_are_taken_as_well(tiny_set: Path, tmp_path: Path) -> None:
    settings = {"dataset": {"name": "table", "file": str(tiny_set)}, "methods": "psnr", "statistics": FEW, "workers": 1}
    by_mapping = benchmark.run({**settings, "report": {"plots": "png"}}, output=tmp_path / "a")
    model = benchmark.RunConfig.model_validate({**settings, "report": benchmark.ReportConfig(plots=("png",))})
    by_model = benchmark.run(model, output=tmp_path / "b")
    pd.testing.assert_frame_equal(by_mapping.summary, by_model.summary)
    assert benchmark.StatisticsConfig(replicates=7).replicates == 7


def test_a_misspelt_keyword_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"run\(\) takes no 'limt'; did you mean 'limit'"):
        benchmark.run({}, limt=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"evaluate\(\) takes no 'methds'; did you mean 'methods'"):
        benchmark.evaluate(table(), mos="mos", methds="m0")  # type: ignore[call-arg]
    with pytest.raises(ConfigError, match="psnr: unknown key 'test_y_chanel'; did you mean 'test_y_channel'"):
        benchmark.create_method("psnr", test_y_chanel=True)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("limit", 0), ("limit", True), ("limit", "all"), ("device", "gpu"), ("device", 0), ("plugins", 3)],
)
def test_keywords_of_another_kind_are_refused_by_name(tiny_set: Path, keyword: str, value: object) -> None:
    settings = {"dataset": {"name": "table", "file": str(tiny_set)}, "methods": ["psnr"]}
    with pytest.raises(ConfigError, match=f"{keyword}|{value}") as caught:
        benchmark.run(settings, **{keyword: value})  # type: ignore[arg-type]
    assert "Input should" not in str(caught.value)


def test_one_name_is_one_method() -> None:
    frame = table(1).rename(columns={"m0": "DSSIM"})
    result = benchmark.evaluate(frame, mos="mos", methods="DSSIM", lower_better="DSSIM", statistics=FEW)
    assert [(method.label, method.higher_is_better) for method in result.data.methods] == [("DSSIM", False)]


class Cells(HTMLParser):
    """The texts of a table's cells, row by row, and every tag."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("td", "th") and self.rows:
            self.rows[-1][-1] += data.strip("\n")


@pytest.mark.parametrize("methods", [1, 60])
def test_a_result_is_one_screen(methods: int) -> None:
    result = evaluated(table(methods, 600))
    for shown in (repr(result), repr(result.data)):
        lines = shown.splitlines()
        assert len(lines) <= 30
        assert max(len(line) for line in lines) <= 400
    assert "SRCC" in repr(result)
    assert "m0" in repr(result)


def test_a_notebook_shows_the_ranked_table_with_every_text_escaped() -> None:
    frame = table().rename(columns={"m1": "<script>alert(1)</script>", "m2": "a & b"})
    result = evaluated(frame, report={"title": "<img src=x>"})
    parser = Cells()
    parser.feed(result._repr_html_())
    assert set(parser.tags) <= {"p", "table", "thead", "tbody", "tr", "th", "td", "b", "small"}
    assert not re.search(r"https?://|<link|src=['\"]", result._repr_html_())
    numbers = Numbers(result.data)
    order = [item.method.label for item in standings(result.data, numbers, blocks(result.data)[0])]
    named = [row[1].rpartition(" ")[0] for row in parser.rows[1:]]
    assert named == order


def test_what_a_notebook_needs_is_there_by_name(tmp_path: Path) -> None:
    result = evaluated(table())
    result.save(tmp_path / "a")
    again = benchmark.read(str(tmp_path / "a"))
    assert [method.label for method in again.data.methods] == ["m0", "m1", "m2"]
    assert "psnr" in benchmark.list_methods()
    assert "efid" in benchmark.list_datasets()
    assert issubclass(benchmark.ConfigError, benchmark.UserError)
    for name in benchmark.__all__:
        assert getattr(benchmark, name) is not None
