"""What tables of numbers share: a cell's estimate as it is printed, the caption, the footnote on equal methods. Pandas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmark.config.printing import TableConfig
from benchmark.report import naming
from benchmark.report.blocks import Numbers, Scope, TableEstimate
from benchmark.report.content import ReportData
from benchmark.report.footnotes import INDISTINCT, Footnotes
from benchmark.report.printed import RowGroup
from benchmark.report.ranking import Contest


def estimate_of(numbers: Numbers, spec: TableConfig, scope: Scope, label: str, statistic: str) -> TableEstimate:
    """A method's value in a table, with the spread or without the sign that the table asks for; NaN where there is none."""
    estimate = numbers.get(scope, label, statistic) or TableEstimate(float("nan"))
    if not spec.with_interval:
        low, high = ("minimum", "maximum") if spec.spread == "range" else ("quartile 1", "quartile 3")

        def other(aggregate: str) -> float:
            return numbers.value(replace(scope, aggregate=aggregate), label, statistic)

        estimate = replace(estimate, low=other(low), high=other(high), sd=other("sd"))
    return estimate.magnitude() if spec.magnitude and naming.is_correlation(statistic) else estimate


def explain_indistinct(
    footnotes: Footnotes, groups: Sequence[RowGroup], contests: Sequence[Contest], confidence: float
) -> None:
    """Explain the mark of methods that can't be told from the best, where a cell has it."""
    if any(INDISTINCT in cell.marks for group in groups for row in group.rows for cell in row.cells):
        kind = "adjusted p" if all(item.corrected for item in contests) else "p, not corrected,"
        level = naming.percent(1 - confidence)
        footnotes.fixed(INDISTINCT, f"not distinguishable from the best of its column ({kind} above {level})")


def caption_of(data: ReportData, spec: TableConfig, usual: str, statistics: Sequence[str]) -> str:
    """The full caption: the table's own or the usual one, and what must stand in it."""
    caption = spec.caption.strip() or usual
    sentences = [caption if caption.endswith((".", "!", "?")) else f"{caption}."]
    if data.simulated and "simulated" not in caption.casefold():
        sentences.append("Simulated labels.")
    if spec.magnitude and any(map(naming.is_correlation, statistics)):
        sentences.append("Correlations are absolute values.")
    return " ".join(sentences)
