"""The history of a training: loss and agreement with the validation labels, by epoch. ``train`` uses it, too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from benchmark.core.file_names import file_stems
from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.plots.kind import PlotKind
from benchmark.report.plots.lettering import wrap
from benchmark.report.plots.look import COLUMN, PAPER, Appearance
from benchmark.report.plots.style import MUTED, Plot, figure

DASHES = ("-", (0, (4, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
AGREEMENT = ("srcc", "plcc", "krcc")


def draw(history: pd.DataFrame, title: str, look: Appearance = PAPER) -> Figure:
    """Draw curves of ``history.csv`` by ``epoch``: columns with ``loss`` in their name above, SRCC, PLCC and KRCC below.

    Args:
        history: one row per epoch; validation may be missing in some epochs.
        title: the method's title.
        look: the figure's fonts, width and colours.
    """
    epochs = (
        history["epoch"].to_numpy(dtype=float) if "epoch" in history else np.arange(1, len(history) + 1, dtype=float)
    )
    losses = [str(name) for name in history.columns if "loss" in str(name)]
    agreement = [str(name) for name in history.columns if str(name).split("_")[-1] in AGREEMENT]
    panels = [columns for columns in (losses, agreement) if columns]
    drawn = figure(look.wide(COLUMN), 0.6 + 1.5 * max(len(panels), 1))
    axes = drawn.subplots(max(len(panels), 1), 1, sharex=True, squeeze=False)[:, 0]
    for axis, columns in zip(axes, panels, strict=False):
        _panel(axis, history, epochs, columns, look)
    if agreement:
        _mark_best(axes[len(panels) - 1], history, epochs, agreement)
    drawn.suptitle("\n".join(wrap(look.text(f"Training of {title}"), look.wide(COLUMN) - 0.2, 8, look)), fontsize=8)
    axes[-1].set_xlabel("Epoch")
    axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    return drawn


def _panel(axis: Axes, history: pd.DataFrame, epochs: np.ndarray, columns: list[str], look: Appearance) -> None:
    for index, column in enumerate(columns):
        values = history[column].to_numpy(dtype=float)
        known = np.isfinite(values)
        style = DASHES[index % len(DASHES)]
        marker = "o" if known.sum() <= 30 else None
        label = _label(column)
        axis.plot(
            epochs[known],
            values[known],
            color=look.of(index)[0],
            linestyle=style,
            marker=marker,
            markersize=2.2,
            label=label,
        )
    axis.set_ylabel("Loss" if "loss" in columns[0] else "Validation")
    axis.legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0)


def _label(column: str) -> str:
    """The name of a column in legends: ``val_srcc`` → ``SRCC``; ``train_loss`` → ``train loss``."""
    last = column.rsplit("_", maxsplit=1)[-1]
    return naming.title(last) if last in AGREEMENT else column.replace("_", " ")


def _mark_best(axis: Axes, history: pd.DataFrame, epochs: np.ndarray, agreement: list[str]) -> None:
    """Draw a line at the epoch of the highest SRCC, which ``best.pt`` comes from."""
    column = next((name for name in agreement if name.endswith("srcc")), None)
    if column is None or not np.isfinite(history[column].to_numpy(dtype=float)).any():
        return
    best = epochs[int(np.nanargmax(history[column].to_numpy(dtype=float)))]
    axis.axvline(best, color=MUTED, linewidth=0.7, zorder=0)
    axis.annotate(
        f"best: {best:.0f}",
        (best, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 1.5),
        textcoords="offset points",
        horizontalalignment="center",
        verticalalignment="bottom",
        fontsize=6,
        color=MUTED,
    )


def _plots(data: ReportData, look: Appearance) -> Iterator[Plot]:
    titles = {one.label: one.title for method in data.methods for one in method.single}
    stems = file_stems(data.histories)
    for label, table in data.histories.items():
        if len(table):
            title = titles.get(label, label)
            text = "Loss, and agreement with the validation labels, by epoch."
            yield Plot(f"history_{stems[label]}", f"Training of {title}", text, partial(draw, table, title, look=look))


PLOT = PlotKind(place=80, of_run=_plots)
