"""Writes a report's files: tables, plots, page. The same data give the same bytes on any platform, locale and day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from benchmark.config.printing import TableConfig
from benchmark.core import atomic
from benchmark.report import freshness
from benchmark.report.blocks import Numbers
from benchmark.report.calibration_tables import calibration_tables
from benchmark.report.content import ReportData
from benchmark.report.efficiency import efficiency_table
from benchmark.report.formats import formats
from benchmark.report.grid_latex import grid_latex, grid_notes
from benchmark.report.group_tables import group_tables
from benchmark.report.paragraph import paragraph
from benchmark.report.pooling_tables import pooling_tables
from benchmark.report.printed import ComparisonTable
from benchmark.report.reference_tables import reference_tables
from benchmark.report.robustness_table import robustness_table
from benchmark.report.sorting_table import sorting_tables
from benchmark.report.table import comparison_table
from benchmark.report.verdicts import verdict_tables
from benchmark.results import belongings


def write_report(
    data: ReportData,
    directory: str | Path,
    *,
    redo: bool = True,
    admit: Callable[[Collection[str]], None] = lambda names: None,
) -> Mapping[str, Path]:
    """Write ``tables/``, ``plots/`` and ``report.html``.

    Args:
        data: the report's data.
        directory: where the files go.
        redo: whether to make them again even where the folder holds them already, unchanged.
        admit: called with the names of all files before the first is written; may raise to refuse.

    Returns:
        The path of each written file by its name relative to the directory (``tables/comparison.csv`` …).

    Raises:
        OSError: the directory can't be written to.
    """
    place, key = Path(directory), freshness.fingerprint(data)
    if not redo and freshness.is_current(place, key):
        return {}
    before, content = freshness.names(place), render(data)
    admit([*content, freshness.NAME])
    for name, file in content.items():
        atomic.write_bytes(place / name, file)
    belongings.remove(place, before - set(content))  # plots of an earlier report would show outdated results
    freshness.note(place, key, content)
    return {name: place / name for name in content}


def render(data: ReportData) -> dict[str, bytes]:
    """Every file of a report: its name relative to the run's folder (``tables/comparison.csv`` …) and its bytes."""
    from benchmark.report.page import render_page  # noqa: PLC0415 - jinja2 only where a page is made
    from benchmark.report.plots import all_clouds, all_plots, font_notes, save_all  # noqa: PLC0415 - matplotlib is slow

    numbers = Numbers(data)
    tables = [comparison_table(data, config, numbers) for config in data.config.tables]
    clouds = {} if data.pages else all_clouds(data, numbers)
    plots = all_plots(data, numbers, clouds)
    save_all(plots, list(dict.fromkeys(["svg", *data.config.file_types])))
    made = (
        *verdict_tables(data, numbers),
        *reference_tables(data),
        *robustness_table(data),
        *calibration_tables(data),
        *group_tables(data),
        *sorting_tables(data),
        *pooling_tables(data),
        efficiency_table(data),
    )
    grids = [grid for grid in made if grid is not None]
    setting = data.config.tables[0] if data.config.tables else TableConfig()
    content: dict[str, bytes] = {}
    for table in tables:
        content |= {name: text.encode() for name, text in table_files(table).items()}
    for grid in grids:
        written = {"tex": grid_latex(grid, setting), "notes.tex": grid_notes(grid)}
        texts = {"csv": grid.to_csv(), "md": grid.to_markdown(), **written}
        content |= {f"tables/{grid.name}.{kind}": text.encode() for kind, text in texts.items()}
    for plot in plots:
        content |= {f"plots/{plot.name}.{kind}": plot.save(kind) for kind in data.config.file_types}
    said = paragraph(data)
    content |= {name: text.encode() for name, text in said.files().items()}
    noted = replace(data, notes=(*data.notes, *font_notes(data)))
    content["report.html"] = render_page(noted, numbers, tables, plots, clouds, grids, said).encode()
    return content


def table_files(table: ComparisonTable) -> dict[str, str]:
    """The files of a table, one per format, as text by name."""
    return {f"tables/{table.spec.name}.{kind.suffix}": kind.render(table) for kind in formats()}
