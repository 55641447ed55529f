"""The report page: one self-contained HTML file. jinja2 escapes every text; nothing is loaded from anywhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import jinja2

from benchmark.report import names
from benchmark.report.blocks import Numbers
from benchmark.report.data import ReportData
from benchmark.report.plots import Plot
from benchmark.report.ranking import ranked_blocks
from benchmark.report.table import ComparisonTable
from benchmark.report.text import one_line

FAILURES_SHOWN = 200


def render_page(data: ReportData, numbers: Numbers, tables: Sequence[ComparisonTable], plots: Sequence[Plot]) -> str:
    """The page's HTML."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("benchmark.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": _number, "picture": _picture, "one_line": one_line}
    return environment.get_template("report.html.j2").render(
        data=data,
        names=names,
        standings=ranked_blocks(data, numbers),
        tables=tables,
        plots=plots,
        failures=data.failures.head(FAILURES_SHOWN).to_dict("records"),
        failures_left_out=max(0, len(data.failures) - FAILURES_SHOWN),
        record=json.dumps(without_times(data.record), indent=2, ensure_ascii=False, default=str),
    )


def without_times(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without what differs between two equal runs."""
    return {key: value for key, value in record.items() if key != "times"}


def _number(value: float, digits: int = 3) -> str:
    return names.number(value, digits, minus=names.MINUS)


def _picture(plot: Plot) -> str:
    return "data:image/png;base64," + base64.b64encode(plot.save("png")).decode()
