"""What the plots draw, compared as data, not as pixels."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy import stats

from benchmark.report.blocks import Numbers
from benchmark.report.content import ReportData
from benchmark.report.plots import Plot, all_plots, style
from benchmark.report.plots.curve import fitted_curve
from benchmark.report.plots.kinds import history, ranks
from benchmark.report.plots.kinds.conditions import places
from benchmark.report.plots.look import PAPER
from tests.long import with_long

Maker = Callable[..., ReportData]


def plots_of(data: ReportData) -> dict[str, Plot]:
    return {plot.name: plot for plot in all_plots(data, Numbers(data))}


def texts_of(figure: Figure) -> list[str]:
    return [text.get_text() for axis in figure.axes for text in axis.texts]


def fits_in(figure: Figure) -> bool:
    """Whether nothing of the figure lies outside of its page (half a pixel allowed)."""
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    slack = 1.0 / figure.dpi
    return bool(box.x0 >= -slack and box.y0 >= -slack and box.x1 <= width + slack and box.y1 <= height + slack)


def test_scatter_draws_every_pair_in_its_conditions_colour(make_report: Maker) -> None:
    data = make_report({"psnr": 0.5, "lpips": -0.7}, methods={"lpips": {"higher_is_better": False}})
    axes = plots_of(data)["scatter_lpips"].figure.axes[0]
    clouds = [item for item in axes.collections if isinstance(item, PathCollection)]
    drawn = np.vstack([np.asarray(cloud.get_offsets()) for cloud in clouds])
    expected = data.scores[["lpips", "mos"]].to_numpy()
    assert sorted(map(tuple, drawn)) == sorted(map(tuple, expected))
    assert len(clouds) == 3
    assert len({tuple(np.asarray(cloud.get_facecolor())[0].tolist()) for cloud in clouds}) == 3
    assert axes.get_xlabel() == "Score (lower is better)"
    srcc = Numbers(data).value(next(iter(Numbers(data).scopes("pair"))), "lpips", "srcc")
    assert f"SRCC {srcc:.3f}" in texts_of(plots_of(data)["scatter_lpips"].figure)[0]


def test_curve_and_band_follow_a_known_logistic() -> None:
    rng = np.random.default_rng(3)
    scores = rng.uniform(-3, 3, size=600)
    truth = 1 + 4 / (1 + np.exp(-2 * scores))
    labels = truth + 0.2 * rng.normal(size=600)
    curve = fitted_curve(scores, labels, [str(index // 6) for index in range(600)], 0.95)
    assert curve is not None
    assert curve.low is not None
    assert curve.high is not None
    known = 1 + 4 / (1 + np.exp(-2 * curve.x))
    assert np.abs(curve.y - known).max() < 0.12
    assert np.all(curve.low <= curve.y)
    assert np.all(curve.y <= curve.high)
    inside = (curve.low <= known) & (known <= curve.high)
    assert inside.mean() > 0.8
    assert np.median(curve.high - curve.low) < 0.15


def test_band_agrees_with_refits_one_by_one() -> None:
    from benchmark.statistics.mapping import fit

    rng = np.random.default_rng(5)
    labels = rng.normal(size=240)
    scores = np.tanh(labels) + 0.3 * rng.normal(size=240)
    clusters = np.repeat(np.arange(40), 6)
    curve = fitted_curve(scores, labels, [str(name) for name in clusters], 0.9)
    assert curve is not None
    assert curve.low is not None
    assert curve.high is not None
    refits = []
    for _ in range(60):
        chosen = np.concatenate([np.flatnonzero(clusters == name) for name in rng.integers(40, size=40)])
        found = fit(scores[chosen], labels[chosen], 4)
        assert found is not None
        refits.append(found.predict(curve.x))
    low, high = np.quantile(refits, [0.05, 0.95], axis=0)
    middle = slice(15, 65)
    width = high[middle] - low[middle]
    assert np.median(np.abs(curve.low - low)[middle] / width) < 0.3
    assert np.median(np.abs(curve.high - high)[middle] / width) < 0.3


def test_curve_is_left_out_where_it_cannot_be() -> None:
    assert fitted_curve(np.ones(10), np.arange(10.0), list("abcdefghij"), 0.95) is None
    few = fitted_curve(np.arange(30.0), np.tanh(np.arange(30.0) / 10), ["a"] * 30, 0.95)
    assert few is not None
    assert few.low is None


def test_forest_shows_values_intervals_and_reported(make_report: Maker) -> None:
    data = make_report({"a": 0.8, "b": 0.2}, published={"a": {"srcc": 0.75, "source": "x"}})
    axes = plots_of(data)["intervals"].figure.axes[0]
    lines = [np.asarray(line.get_xdata()).tolist() for line in axes.lines]
    table = data.summary[(data.summary["level"] == "pair") & (data.summary["statistic"] == "srcc")]
    for low, high, value in table[["ci_low", "ci_high", "value"]].to_numpy(dtype=float).tolist():
        assert [low, high] in lines
        assert [value] in lines
    assert [0.75] in lines
    assert [text.get_text() for text in axes.get_yticklabels()] == ["A", "B"]


def test_matrix_writes_signed_differences(make_report: Maker) -> None:
    data = make_report({"a": 0.9, "b": 0.1})
    written = texts_of(plots_of(data)["significance"].figure)
    row = data.comparisons[data.comparisons["statistic"] == "srcc"].iloc[0]
    text = f"{float(row['difference']):.3f}"
    assert written == [text, f"−{text}"]


def test_groups_that_cannot_be_told_apart() -> None:
    def apart(pairs: set[tuple[int, int]]) -> Callable[[int, int], bool]:
        return lambda i, j: (i, j) in pairs

    everything = {(i, j) for i in range(5) for j in range(i + 1, 5)}
    assert ranks.joined(5, apart(everything)) == []
    assert ranks.joined(5, apart(set())) == [(0, 1, 2, 3, 4)]
    assert ranks.joined(4, apart({(0, 2), (0, 3), (1, 3)})) == [(0, 1), (1, 2), (2, 3)]
    assert ranks.joined(3, apart({(0, 1), (1, 2)})) == [(0, 2)]


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_the_maximal_cliques(seed: int) -> None:
    rng = np.random.default_rng(seed)
    apart = {pair for pair in combinations(range(6), 2) if rng.random() < 0.5}
    cliques = [
        set(group)
        for size in range(2, 7)
        for group in combinations(range(6), size)
        if not any(pair in apart for pair in combinations(group, 2))
    ]
    maximal = sorted(tuple(sorted(group)) for group in cliques if not any(group < other for other in cliques))
    assert ranks.joined(6, lambda i, j: (i, j) in apart) == maximal


def test_places_equal_scipys_ranks() -> None:
    means = np.array([3.0, 1.0, 2.0, 3.0])
    assert places(means).tolist() == stats.rankdata(-means, method="min").astype(int).tolist()


def test_conditions_are_oriented_by_direction(make_report: Maker) -> None:
    data = make_report({"up": 0.95, "down": -0.95}, methods={"down": {"higher_is_better": False}}, references=40)
    written = texts_of(plots_of(data)["conditions"].figure)
    assert written == ["1", "2", "3"] * 3
    turned = replace(data, lower_mos_better=True)
    assert texts_of(plots_of(turned)["conditions"].figure)[:6] == ["1", "2", "3", "3", "2", "1"]


def test_chances_are_drawn_where_they_are_known(make_report: Maker) -> None:
    data = make_report({"a": 0.9, "b": 0.1})
    assert "best" not in plots_of(data)
    extra = data.summary[(data.summary["level"] == "pair") & (data.summary["statistic"] == "srcc")].copy()
    rank = extra.assign(statistic="rank_srcc", value=[1.0, 2.0], ci_low=[1.0, 1.0], ci_high=[1.0, 2.0])
    best = extra.assign(statistic="p_best_srcc", value=[0.97, 0.03])
    figure = plots_of(replace(data, summary=pd.concat([data.summary, best, rank])))["best"].figure
    assert [patch.get_width() for patch in figure.axes[0].patches if isinstance(patch, Rectangle)] == [0.97, 0.03]
    assert {"97 %", "3 %"} <= set(texts_of(figure))


def test_history_draws_losses_and_agreement() -> None:
    table = pd.DataFrame({"epoch": [1, 2, 3], "train_loss": [3.0, 2.0, 1.0], "val_srcc": [np.nan, 0.9, 0.5]})
    with style.style():
        figure = history.draw(table, "Net")
    loss, agreement = figure.axes
    assert np.asarray(loss.lines[0].get_ydata()).tolist() == [3.0, 2.0, 1.0]
    assert np.asarray(agreement.lines[0].get_ydata()).tolist() == [0.9, 0.5]
    assert texts_of(figure) == ["best: 2"]


def test_unknown_glyphs_and_dollar_signs_are_no_trouble(make_report: Maker, recwarn: pytest.WarningsRecorder) -> None:
    data = make_report(
        {"a": 0.5, "b": 0.4}, methods={"a": {"title": "$x_{$ 中文 😀"}}, conditions=("$\\frac$", "中", "c")
    )
    for plot in plots_of(data).values():
        plot.save("png")
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]


def test_only_conditions_that_can_be_told_apart_are_coloured(make_report: Maker) -> None:
    many = make_report({"a": 0.5}, conditions=tuple(f"c{index}" for index in range(50)), references=2)
    assert not plots_of(many)["scatter_a"].figure.legends
    for count in (7, 10, 24, 49):
        assert len({PAPER.of(index, count) for index in range(count)}) == count


@pytest.mark.parametrize("count", with_long([1, 2, 9, 30], {30}))
def test_nothing_lies_outside_of_the_page(make_report: Maker, count: int) -> None:
    strengths = {f"a method with quite a long name {index}": 0.9 - 0.06 * index for index in range(count)}
    data = make_report(strengths, statistics=("srcc", "plcc"), conditions=tuple(f"condition {i}" for i in range(8)))
    with style.style():
        outside = [name for name, plot in plots_of(data).items() if not fits_in(plot.figure)]
    assert not outside


@pytest.mark.parametrize("conditions", [3, 24])
@pytest.mark.parametrize("name", ["scatter_psnr", "multiples"])
def test_no_text_lies_over_a_point(make_report: Maker, name: str, conditions: int) -> None:
    plot = plots_of(make_report(conditions=[f"condition with a name {index}" for index in range(conditions)]))[name]
    with style.style():
        figure = plot.figure
        figure.draw_without_rendering()
    for axes in figure.axes:
        points = [item for item in axes.collections if isinstance(item, PathCollection)]
        places = np.vstack([item.get_offset_transform().transform(np.asarray(item.get_offsets())) for item in points])
        for text in (*axes.texts, axes.title, *figure.legends):
            box = text.get_window_extent()
            assert not box.count_contains(places), text
        boxes = [text.get_window_extent() for text in (axes.title, *axes.texts)]
        assert all(not one.overlaps(other) for one, other in combinations(boxes, 2))


def test_number_of_points_in_small_multiples(make_report: Maker) -> None:
    data = make_report()
    axes = [axis for axis in plots_of(data)["multiples"].figure.axes if axis.get_visible()]
    assert len(axes) == 3
    for axis in axes:
        drawn = sum(
            len(np.asarray(item.get_offsets())) for item in axis.collections if isinstance(item, PathCollection)
        )
        assert drawn == 36
    assert math.isclose(axes[0].get_ylim()[0], axes[2].get_ylim()[0])
