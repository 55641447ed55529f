"""Protocols of every kind are found: tables made by SciPy from random scores, told nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from benchmark.audit import conduct, read_printed, scores
from benchmark.audit.meanings import Wishes
from benchmark.statistics.settings import StatisticsSettings
from tests.audit.spoiling import _frame

METHODS = ("alpha", "beta", "gamma", "delta", "epsilon")
Compute = Callable[[pd.Series, pd.Series], float]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return _frame(np.random.default_rng(11), METHODS, 12).assign(stars=lambda table: table["mos"].round(0))


def audited(folder: Path, table: str, *frames: pd.DataFrame, suffix: str = ".md", **asked: Any) -> conduct.Audit:
    """Write table and scores, and audit them."""
    (folder / f"table{suffix}").write_text(table, encoding="utf-8")
    for number, frame in enumerate(frames, 1):
        frame.to_csv(folder / f"set{number}.csv", index=False)
    files = scores.read([str(folder / f"set{number}.csv") for number in range(1, len(frames) + 1)])
    settings = StatisticsSettings(replicates=20)
    return conduct.conduct(
        read_printed.read(folder / f"table{suffix}"), files, conduct.AuditRequest(statistics=settings, **asked)
    )


def table_of(frame: pd.DataFrame, columns: dict[str, Compute], label: str = "mos", show: str = "{:.4f}") -> str:
    """A Markdown table of methods and statistics."""
    lines = ["| Method | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for method in METHODS:
        values = [show.format(compute(frame[method], frame[label])) for compute in columns.values()]
        lines.append(f"| {method} | " + " | ".join(values) + " |")
    return "\n".join(lines) + "\n"


def srcc(x: pd.Series, y: pd.Series) -> float:
    return float(stats.spearmanr(x, y).statistic)


def plcc(x: pd.Series, y: pd.Series) -> float:
    return float(stats.pearsonr(x, y).statistic)


def krcc(x: pd.Series, y: pd.Series) -> float:
    return float(stats.kendalltau(x, y).statistic)


def test_a_label_among_many_is_found(frame: pd.DataFrame, tmp_path: Path) -> None:
    result = audited(tmp_path, table_of(frame, {"SRCC": srcc, "PLCC": plcc, "KRCC": krcc}, "rating"), frame)
    assert result.answer == "reproduced"
    assert result.protocol is not None
    assert {basis.label for basis in result.protocol.bases.values()} == {"rating"}
    assert {choice.sign for choice in result.protocol.choices.values()} == {"signed"}


def test_truncated_and_percent(frame: pd.DataFrame, tmp_path: Path) -> None:
    columns: dict[str, Compute] = {
        "SROCC (%)": lambda x, y: np.floor(abs(srcc(x, y)) * 1000) / 10,
        "PLCC (%)": lambda x, y: np.floor(abs(plcc(x, y)) * 1000) / 10,
        "KRCC (%)": lambda x, y: np.floor(abs(krcc(x, y)) * 1000) / 10,
    }
    result = audited(tmp_path, table_of(frame, columns, show="{:.1f}"), frame)
    assert (result.counts["follows"], result.computable) == (15, 15)
    assert result.protocol is not None
    assert result.protocol.cut == "truncated"
    assert {choice.scale for choice in result.protocol.choices.values()} == {100}


def curve4(x: np.ndarray, a: float, b: float, c: float, d: float) -> np.ndarray:
    return np.asarray(b + (a - b) / (1 + np.exp(-(x - c) / np.abs(d))))


def mapped4(x: pd.Series, y: pd.Series) -> np.ndarray:
    standard = ((x - x.mean()) / x.std()).to_numpy()
    starts = [(y.max(), y.min(), 0, 0.5), (y.min(), y.max(), 0, 0.5)]
    fits = [optimize.curve_fit(curve4, standard, y, start, maxfev=20000)[0] for start in starts]
    best = min(fits, key=lambda fit: float(((curve4(standard, *fit) - y) ** 2).sum()))
    return curve4(standard, *best)


@pytest.mark.parametrize(
    ("variant", "of_scores"),
    [
        ("logistic4", mapped4),
        ("cubic", lambda x, y: np.polyval(np.polyfit((x - x.mean()) / x.std(), y, 3), (x - x.mean()) / x.std())),
    ],
)
def test_mapped_correlations_and_errors(
    frame: pd.DataFrame, tmp_path: Path, variant: str, of_scores: Callable[[pd.Series, pd.Series], np.ndarray]
) -> None:
    columns: dict[str, Compute] = {
        "SRCC": srcc,
        "PLCC": lambda x, y: plcc(pd.Series(of_scores(x, y)), y),
        "RMSE": lambda x, y: float(np.sqrt(np.mean((of_scores(x, y) - y) ** 2))),
    }
    result = audited(tmp_path, table_of(frame, columns), frame)
    assert (result.counts["follows"], result.answer) == (15, "reproduced")
    assert result.protocol is not None
    assert result.protocol.choices["plcc"].variant == variant
    assert result.protocol.choices["rmse"].variant == f"{variant}, label"


@pytest.mark.parametrize(
    ("variant", "compute"),
    [
        ("tau-c", lambda x, y: float(stats.kendalltau(x, y, variant="c").statistic)),
        (
            "tau-a",
            lambda x, y: float(
                np.sign(np.subtract.outer(x.values, x.values) * np.subtract.outer(y.values, y.values)).sum()
                / (len(x) * (len(x) - 1))
            ),
        ),
    ],
)
def test_taus_are_told_apart_where_labels_tie(
    frame: pd.DataFrame, tmp_path: Path, variant: str, compute: Compute
) -> None:
    result = audited(tmp_path, table_of(frame, {"SRCC": srcc, "KRCC": compute}, "stars"), frame)
    assert result.counts["follows"] == 10
    assert result.protocol is not None
    assert result.protocol.choices["krcc"].variant == variant


def test_averaged_by_reference_first_and_within_references(frame: pd.DataFrame, tmp_path: Path) -> None:
    means = frame.groupby("reference")[[*METHODS, "mos"]].mean()
    first = audited(tmp_path, table_of(means, {"SRCC": srcc, "PLCC": plcc}), frame)
    assert (first.counts["follows"], str(first.protocol and first.protocol.bases[""])) == (
        10,
        "label mos, mean by reference",
    )
    groups = [part for _, part in frame.groupby("reference")]
    lines = ["| Method | SRCC | PLCC |", "|---|---|---|"]
    for method in METHODS:
        values = [np.mean([f(part[method], part["mos"]) for part in groups]) for f in (srcc, plcc)]
        lines.append(f"| {method} | {values[0]:.4f} | {values[1]:.4f} |")
    second = audited(tmp_path, "\n".join(lines) + "\n", frame)
    assert (second.counts["follows"], str(second.protocol and second.protocol.bases[""])) == (
        10,
        "label mos, within reference",
    )


def test_labels_and_directions_of_two_data_sets_and_their_averages(frame: pd.DataFrame, tmp_path: Path) -> None:
    other = _frame(np.random.default_rng(12), METHODS, 10).rename(columns={"mos": "dmos"})
    other["dmos"] = 100 - other["dmos"]
    lines = ["| Method | set1 SRCC | set2 SRCC | Average SRCC | Weighted average SRCC |", "|---|---|---|---|---|"]
    for method in METHODS:
        one, two = srcc(frame[method], frame["mos"]), srcc(other[method], 100 - other["dmos"])
        weighted = (one * len(frame) + two * len(other)) / (len(frame) + len(other))
        lines.append(f"| {method} | {one:.4f} | {two:.4f} | {(one + two) / 2:.4f} | {weighted:.4f} |")
    result = audited(tmp_path, "\n".join(lines) + "\n", frame, other)
    assert (result.counts["follows"], result.answer) == (20, "reproduced")
    assert result.protocol is not None
    bases = {name: str(basis) for name, basis in result.protocol.bases.items()}
    assert bases["set1"] == "label mos"
    assert bases["set2"] == "label dmos, label reversed"
    assert (bases["Average"], bases["Weighted average"]) == ("direct average", "weighted average")


def test_fewer_digits_and_dropped_zeros(frame: pd.DataFrame, tmp_path: Path) -> None:
    text = table_of(frame, {"SRCC": srcc, "PLCC": plcc, "KRCC": krcc})
    value = f"{srcc(frame['beta'], frame['mos']):.4f}"
    rough = f"{srcc(frame['beta'], frame['mos']):.3f}0"
    result = audited(tmp_path, text.replace(value, rough), frame)
    wanted = "follows" if rough == value else "fewer-digits"
    assert [item.verdict for item in result.judged if item.cell.name == "beta / SRCC"] == [wanted]


def test_a_number_with_a_digit_less_than_its_table_follows_at_fewer_digits(frame: pd.DataFrame, tmp_path: Path) -> None:
    text = table_of(frame, {"SRCC": srcc, "PLCC": plcc})
    exact = {name: f"{plcc(frame[name], frame['mos']):.4f}" for name in METHODS}
    name = next(name for name, value in exact.items() if value[-1] not in "05")
    short = f"{plcc(frame[name], frame['mos']):.3f}"
    (item,) = [
        item
        for item in audited(tmp_path, text.replace(exact[name], short), frame).judged
        if item.cell.name == f"{name} / PLCC"
    ]
    assert (item.verdict, item.reason, item.right) == ("fewer-digits", "follows at 3 digits", exact[name])


def test_a_fit_that_ended_early_is_told_from_a_slip(frame: pd.DataFrame, tmp_path: Path) -> None:
    columns: dict[str, Compute] = {
        "SRCC": srcc,
        "PLCC": lambda x, y: plcc(pd.Series(mapped4(x, y)), y),
    }
    text = table_of(frame, columns)
    right = f"{columns['PLCC'](frame['beta'], frame['mos']):.4f}"
    result = audited(tmp_path, text.replace(right, f"{float(right) - 0.0002:.4f}"), frame)
    (wrong,) = [item for item in result.judged if item.verdict == "differs"]
    assert str(wrong.explanations[0]) == "a fit (logistic4) that ended before the best one"


def test_a_single_number_reproduces_nothing(frame: pd.DataFrame, tmp_path: Path) -> None:
    lone = f"| Method | SRCC |\n|---|---|\n| alpha | {srcc(frame['alpha'], frame['mos']):.2f} |\n"
    result = audited(tmp_path, lone, frame)
    assert result.counts["follows"] == 1
    assert result.answer == "not reproduced"


def test_a_statistic_that_only_the_caption_names(frame: pd.DataFrame, tmp_path: Path) -> None:
    rows = "".join(f"{method} & {srcc(frame[method], frame['mos']):.4f} \\\\\n" for method in METHODS)
    body = f"\\begin{{tabular}}{{lc}}\nMethod & set1 \\\\\n\\hline\n{rows}\\end{{tabular}}"
    table = f"\\begin{{table}}\\caption{{SRCC on our data}}\n{body}\n\\end{{table}}\n"
    assert audited(tmp_path, table, frame, suffix=".tex").answer == "reproduced"
    bare = table.replace("\\caption{SRCC on our data}", "")
    result = audited(tmp_path, bare, frame, suffix=".tex")
    assert {item.reason for item in result.judged} == {"the table names no statistic: give --statistic SRCC"}
    assert result.status == 2
    assert audited(tmp_path, bare, frame, suffix=".tex", wishes=Wishes(statistic="srcc")).answer == "reproduced"
