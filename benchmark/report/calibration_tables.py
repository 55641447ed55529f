"""Tables of calibration: the mean error of each method's mapped scores, by decile of the label and of the mapped score."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from benchmark.core.places import CALIBRATION
from benchmark.evaluation.calibration import ALL, BY_FIT, LABEL, SCORE, UNDEFINED
from benchmark.report import naming
from benchmark.report.analysis_blocks import analysis_blocks
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid

DIVIDED_BY = {LABEL: "label", SCORE: "mapped score"}


@dataclass(frozen=True, slots=True)
class MethodErrors:
    """The errors of one method.

    Attributes:
        title: what tables call it.
        whole: the row of all pairs; ``None`` where there is none.
        parts: the rows of the parts, from the lowest on, by what divides the pairs.
        undefined: why there are none; empty if there are.
    """

    title: str
    whole: pd.Series | None
    parts: dict[str, tuple[pd.Series, ...]]
    undefined: str = ""


@dataclass(frozen=True, slots=True)
class CalibrationBlock:
    """Calibration in one data set and split.

    Attributes:
        name: of its files.
        place: the data set and split, or the report's title.
        digits: decimals of errors, by the labels' range.
        methods: their errors, the least RMSE first, those without last.
    """

    name: str
    place: str
    digits: int
    methods: tuple[MethodErrors, ...]

    @property
    def ways(self) -> tuple[str, ...]:
        """What divides the pairs."""
        return tuple(by for by in (LABEL, SCORE) if any(by in method.parts for method in self.methods))


def calibration_blocks(data: ReportData) -> Iterator[CalibrationBlock]:
    """The analysis, taken apart by data set and split."""
    titles = {method.label: method.title for whole in data.methods for method in whole.single}
    for block in analysis_blocks(data, CALIBRATION):
        methods = [
            _method(titles.get(str(label), str(label)), own)
            for label, own in block.rows.groupby("method", sort=False, dropna=False)
        ]
        methods.sort(key=_order)
        spread = float((block.rows["high"].max() - block.rows["low"].min()) or math.nan)
        yield CalibrationBlock(block.name, block.title, _digits(spread), tuple(methods))


def calibration_tables(data: ReportData) -> list[Grid]:
    """A table for each data set, split, and what divides the pairs; one of reasons where no method could be mapped."""
    return [_table(data, block, by) for block in calibration_blocks(data) for by in (block.ways or (LABEL,))]


def _table(data: ReportData, block: CalibrationBlock, by: str) -> Grid:
    count = max((len(method.parts.get(by, ())) for method in block.methods), default=0)
    biased = any(method.whole is not None and method.whole["note"] != BY_FIT for method in block.methods)
    header = ("Method", *_headings(count), *(("All pairs",) if biased else ()), "MAE", naming.title("rmse"))
    lines = []
    for method in block.methods:
        cells = [_cell(row, block.digits) for row in method.parts.get(by, ())]
        cells += [""] * (count - len(cells))
        whole = method.whole
        cells += ["" if whole is None else _cell(whole, block.digits)] * biased
        sizes = ("mean_absolute_error", "rmse")
        cells += ["" if whole is None else _number(whole[name], block.digits) for name in sizes]
        lines.append((method.title, *cells))
    undefined = [f"{method.title}: {method.undefined}." for method in block.methods if method.undefined]
    level = naming.percent(data.confidence)
    how = (
        f"Mean error ± half of its {level} interval (jackknife by reference with Student's t), in parts by "
        f"{DIVIDED_BY[by]} from the lowest (1) to the highest. MAE: mean absolute error, all pairs. "
        f"Least {naming.title('rmse')} first."
    )
    caption = f"Calibration by {DIVIDED_BY[by]}: {block.place}."
    return Grid(
        f"{block.name}_by_{by}", caption, header, tuple(lines), (*data.analyses[CALIBRATION].notes, how, *undefined)
    )


def _headings(count: int) -> list[str]:
    ends = {1: "1 (lowest)", count: f"{count} (highest)"} if count > 1 else {1: "all"}
    return [ends.get(number, str(number)) for number in range(1, count + 1)]


def _method(title: str, rows: pd.DataFrame) -> MethodErrors:
    notes = [str(note) for note in rows["note"] if str(note).startswith(UNDEFINED)]
    if notes:
        return MethodErrors(title, None, {}, notes[0].removeprefix(UNDEFINED))
    parts: dict[str, tuple[pd.Series, ...]] = {}
    for by in (LABEL, SCORE):
        own = [row for _, row in rows[rows["divided_by"] == by].iterrows()]
        if own:
            parts[by] = tuple(sorted(own, key=lambda row: _place(str(row["part"]))))
    whole = [row for _, row in rows[rows["divided_by"] == ALL].iterrows()]
    return MethodErrors(title, whole[0] if whole else None, parts)


def _place(part: str) -> int:
    return int(part) if part.isdecimal() else 0


def _order(method: MethodErrors) -> float:
    value = float(method.whole["rmse"]) if method.whole is not None else math.inf
    return value if math.isfinite(value) else math.inf


def _digits(spread: float) -> int:
    """Decimals of errors: three figures of half the labels' range."""
    if not math.isfinite(spread) or spread <= 0:
        return 3
    return min(max(2 - math.floor(math.log10(spread / 2)), 0), 6)


def _number(value: float, digits: int) -> str:
    return naming.number(float(value), digits, minus=naming.MINUS)


def _cell(row: pd.Series, digits: int) -> str:
    """The mean error, and half of its interval."""
    value = _number(row["mean_error"], digits)
    reach = (float(row["ci_high"]) - float(row["ci_low"])) / 2
    return f"{value} ± {_number(reach, digits)}" if value and math.isfinite(reach) else value
