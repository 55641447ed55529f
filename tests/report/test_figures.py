"""`report.figures`: what is drawn and printed follows from it; names are whole, characters found, files reproducible."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from PIL import Image

from benchmark.config.figures import FigureConfig
from benchmark.config.printing import ReportConfig
from benchmark.core.errors import UserError
from benchmark.report.blocks import Comparison, Numbers
from benchmark.report.content import ReportData
from benchmark.report.group_tables import InGroups
from benchmark.report.plots import Plot, all_plots, font_notes
from benchmark.report.plots.kinds import difference_matrix, forest
from benchmark.report.plots.kinds.by_group import draw_groups
from benchmark.report.plots.lettering import fitted, measured
from benchmark.report.plots.look import PAPER, look_of
from benchmark.report.plots.style import style
from tests.long import with_long

Maker = Callable[..., ReportData]
TYPES = [  # of TID2013, by Ponomarenko et al. 2015
    "Image color quantization with dither",
    "Additive noise in color components",
    "Sparse sampling and reconstruction",
    "Lossy compression of noisy images",
    "JPEG2000 transmission errors",
    *(f"Distortion {number}" for number in range(6, 25)),
]
ALIKE = ["SDMP-Net (small, reference variant)", "SDMP-Net (small, enhanced variant)"]


def configured(**keys: Any) -> ReportConfig:
    return ReportConfig(**keys)


def plots_of(data: ReportData, **figures: Any) -> dict[str, Plot]:
    config = configured(figures=figures) if figures else ReportConfig()
    data = replace(data, config=config)
    return {plot.name: plot for plot in all_plots(data, Numbers(data))}


def whole(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_without_the_key_a_record_is_what_it_was() -> None:
    assert "figures" not in ReportConfig().model_dump(mode="json")
    assert ReportConfig().file_types == ("png", "pdf")
    assert configured(plots=["pdf"], figures={"font": "serif"}).file_types == ("pdf",)


def test_file_types_have_one_place_and_are_read_back() -> None:
    config = configured(figures={"formats": ["svg", "pdf"]})
    record = config.model_dump(mode="json")
    assert record["figures"] == {"formats": ["svg", "pdf"]}
    assert configured(**record) == config
    assert config.file_types == ("svg", "pdf")
    with pytest.raises(UserError, match=r"figures\.formats"):
        configured(plots=["png"], figures={"formats": ["svg"]})


@pytest.mark.parametrize(
    ("key", "value"), [("style", "slides"), ("width", 0.5), ("width", "page"), ("palette", "jet"), ("formats", ["jpg"])]
)
def test_what_there_is_not_is_refused(key: str, value: object) -> None:
    with pytest.raises(UserError, match=f"figures.{key}"):
        configured(figures={key: value})


@pytest.mark.parametrize(
    ("figures", "inches"),
    [
        ({"width": "column"}, 3.4),
        ({"width": "text"}, 7.0),
        ({"width": 5.5}, 5.5),
        ({"width": "column", "style": "screen"}, 5.1),
        ({"width": 12, "style": "poster"}, 12),
    ],
)
def test_every_file_is_as_wide_as_it_was_asked_for(make_report: Maker, figures: dict[str, Any], inches: float) -> None:
    plots = plots_of(make_report({"a": 0.8, "b": 0.2, "c": 0.5}), **figures)
    for name in ("intervals", "multiples", "significance", "conditions"):
        plot = plots[name]
        svg = re.search(rb'width="([0-9.]+)pt"', plot.save("svg"))
        box = re.search(rb"/MediaBox \[ 0 0 ([0-9.]+) ", plot.save("pdf"))
        assert svg is not None
        assert box is not None
        picture = Image.open(io.BytesIO(plot.save("png")))
        assert float(svg[1]) / 72 == pytest.approx(inches, abs=0.01)
        assert float(box[1]) / 72 == pytest.approx(inches, abs=0.01)
        assert picture.width / picture.info["dpi"][0] == pytest.approx(inches, abs=0.02)


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
@pytest.mark.parametrize("named", ["paper", "poster"])
def test_files_are_the_same_again(make_report: Maker, kind: Any, named: str) -> None:
    data = make_report({"a": 0.8, "b": 0.2})
    one, two = (plots_of(data, style=named)["intervals"].save(kind) for _ in range(2))
    assert one == two
    assert b"2026" not in one


def test_pdfs_have_their_fonts_as_truetype(make_report: Maker) -> None:
    pdf = plots_of(make_report({"a": 0.8, "b": 0.2}), font="serif")["intervals"].save("pdf")
    assert b"STIXGeneral" in pdf
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


def test_all_24_distortions_have_their_names_in_families(make_report: Maker) -> None:
    figure = plots_of(make_report({"a": 0.8}, conditions=TYPES, references=4))["scatter_a"].figure
    (legend,) = figure.legends
    assert sorted(whole(text.get_text()) for text in legend.get_texts()) == sorted(map(whole, TYPES))
    looks = [(str(line.get_color()), str(line.get_marker())) for line in legend.legend_handles]  # type: ignore[union-attr]
    assert len(set(looks)) == 24
    colours = [colour for colour, _ in looks]
    assert len(set(colours)) == 6
    assert colours == sorted(colours, key=colours.index)  # a family's entries follow each other


def test_names_are_wrapped_and_never_cut_in_the_middle(make_report: Maker) -> None:
    titles = {"a": {"title": ALIKE[0]}, "b": {"title": ALIKE[1]}}
    plots = plots_of(make_report({"a": 0.8, "b": 0.2}, methods=titles))
    for name in ("intervals", "ranks", "significance"):
        figure = plots[name].figure
        texts = [whole(text.get_text()) for text in figure.axes[0].get_yticklabels()]
        assert texts == list(map(whole, ALIKE)), name


def test_what_is_cut_keeps_its_beginning_or_what_distinguishes() -> None:
    (alone,) = fitted(["A name that is much too long for its place"], 0.9, 6.5, PAPER, lines=1)
    assert alone.startswith("A name")
    assert alone.endswith("…")
    one, two = fitted(
        ["openclip_convnext_laion_tecoa4_cos", "openclip_convnext_laion_tecoa4_l2"], 0.9, 6.5, PAPER, lines=1
    )
    assert (one, two) == ("…cos", "…l2")
    for text in (alone, one, two):
        assert measured(text, 6.5, PAPER) <= 0.9


def texts_overlap(boxes: Sequence[Any]) -> bool:
    return any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[:place])


@pytest.mark.parametrize("count", with_long([3, 45], {45}))
def test_names_of_rows_do_not_touch(make_report: Maker, count: int) -> None:
    strengths = {f"embed_openclip_convnext_laion_tecoa{index}_cos": 0.9 - 0.02 * index for index in range(count)}
    for name in ("intervals", "ranks", "significance"):
        with style():
            figure = plots_of(make_report(strengths))[name].figure
            figure.draw_without_rendering()
        assert not texts_overlap([text.get_window_extent() for text in figure.axes[0].get_yticklabels()]), name


def test_the_axis_of_intervals_fits_them() -> None:
    lines = [forest.Line("a", 0.86, 0.83, 0.88), forest.Line("b", 0.67, 0.65, 0.70)]
    with style():
        low, high = forest.draw(lines, "srcc", 0.95).axes[0].get_xlim()
    assert 0.65 - 0.05 < low < 0.65
    assert 0.88 < high < 0.88 + 0.05


@pytest.mark.parametrize("count", [3, 14, 45])
def test_the_matrix_fills_its_canvas(make_report: Maker, count: int) -> None:
    strengths = {f"m{index}": 0.9 - 0.02 * index for index in range(count)}
    with style():
        figure = plots_of(make_report(strengths))["significance"].figure
        figure.draw_without_rendering()
    box = figure.axes[0].get_position()
    assert box.width > 0.75
    assert box.height > 0.6


def test_numbers_are_those_of_the_table_and_zero_has_no_sign() -> None:
    table = [[None, Comparison(0.0004, 0.9, False)], [Comparison(-0.0004, 0.9, False), None]]
    with style():
        axes = difference_matrix.draw(["A", "B"], "srcc", table).axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.000", "0.000"]


def test_a_character_that_no_font_has_is_named(make_report: Maker) -> None:
    data = make_report(
        {"a": 0.8, "b": 0.2}, methods={"a": {"title": "A \U000e0fff\u0378x"}, "b": {"title": "B \U0001f9ff"}}
    )
    has = any("U+1F9FF NAZAR AMULET" in note and "▯" in note for note in font_notes(data))
    drawn = plots_of(data)["intervals"].figure.axes[0].get_yticklabels()[1].get_text()
    assert has == ("▯" in drawn)
    assert font_notes(make_report({"a": 0.8, "b": 0.2})) == ()


def test_a_font_that_is_not_installed_is_said(make_report: Maker) -> None:
    data = replace(make_report({"a": 0.8, "b": 0.2}), config=configured(figures={"font": "No Such Font"}))
    (note,) = font_notes(data)
    assert "'No Such Font' is not installed" in note


def test_chinese_names_are_drawn_with_a_font_that_has_them(make_report: Maker) -> None:
    if not any("CJK" in str(path) for path in font_manager.findSystemFonts()):
        pytest.skip("no Noto CJK is installed here")
    data = make_report(
        {"a": 0.8, "b": 0.2}, methods={"a": {"title": "结构相似性"}}, conditions=("低照度", "模糊", "压缩")
    )
    plot = plots_of(data)["intervals"]
    assert font_notes(data) == ()
    assert plot.look.fonts.families[-1].endswith("CJK SC")
    assert b"CJK" in plot.save("pdf")
    assert "结构相似性" in {text.get_text() for text in plot.figure.axes[0].get_yticklabels()}


def colours_in(figure: Figure) -> int:
    """How far apart the red, green and blue of any pixel are."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    return int(np.ptp(np.asarray(Image.open(file).convert("RGB")).astype(int), axis=2).max())


def test_grey_has_no_colour_in_any_figure(make_report: Maker) -> None:
    data = make_report({"a": 0.8, "b": 0.2, "c": -0.4}, conditions=("one", "two", "three"))
    drawn = {name: plot.figure for name, plot in plots_of(data, palette="grey").items()}
    assert {"conditions", "ranks", "significance", "intervals", "scatter_a", "multiples"} <= set(drawn)
    row = pd.Series({"value": 0.5, "ci_low": 0.4, "ci_high": 0.6})
    values = {("group", name, ""): row for name in "abc"} | {("pooled", "", ""): row}
    part = InGroups("by_camera", "EFID", "camera", "srcc", tuple("abc"), (("A", values),))
    drawn["by_camera"] = draw_groups(part, 0.95, look_of(FigureConfig(palette="grey")))
    assert {name: colours_in(figure) for name, figure in drawn.items() if colours_in(figure) > 2} == {}
    assert colours_in(draw_groups(part, 0.95)) > 50
