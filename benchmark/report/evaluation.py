"""A finished evaluation in memory: its data, and writing its files into a run's folder. Pandas.

``completion`` makes one of scores, ``stored_runs`` reads one back. ``run``, ``evaluate`` and ``report`` share these, which
need no method any more.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from benchmark.config.source import home_of
from benchmark.core import atomic
from benchmark.report import attachments, freshness
from benchmark.report.content import ReportData
from benchmark.results import belongings, claims, csv_files, run_json
from benchmark.results.belongings import Holding
from benchmark.results.claims import Claim


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores with their statistics.

    Attributes:
        data: everything that tables, plots and report are made of.
        directory: where ``save`` writes by default.
        claim: what the results are of; results of anything else are not replaced.
        inputs: files that were read and must not be replaced.
    """

    data: ReportData
    directory: Path
    claim: Claim = claims.UNKNOWN
    inputs: tuple[Path, ...] = ()

    @property
    def scores(self) -> pd.DataFrame:
        """One row per pair, one column per method (``scores.csv``)."""
        return self.data.scores

    @property
    def summary(self) -> pd.DataFrame:
        """One number per row (``summary.csv``)."""
        return self.data.summary

    @property
    def comparisons(self) -> pd.DataFrame:
        """One pair of methods per row (``comparisons.csv``)."""
        return self.data.comparisons

    @property
    def choices(self) -> pd.DataFrame:
        """One choice between two images per row (``choices.csv``); empty where labels are opinions of pairs."""
        return self.data.choices

    @property
    def failures(self) -> pd.DataFrame:
        """One failed pair of a method per row (``failures.csv``)."""
        return self.data.failures

    @property
    def exit_status(self) -> int:
        """0 if everything was done, 3 if a data set or method failed or is unavailable, or missed pairs."""
        done = all(method.status == "scored" for method in self.data.methods)
        return 0 if done and not self.data.failed_data else 3

    def __repr__(self) -> str:
        """One screen: the ranked table as the commands print it."""
        from benchmark.report.terminal import as_text  # noqa: PLC0415

        return f"folder: {self.directory}\n{as_text(self.data)}"

    def _repr_html_(self) -> str:
        """The ranked table, for notebooks."""
        from benchmark.report.terminal import as_html  # noqa: PLC0415

        return as_html(self.data)

    def save(self, directory: str | Path | None = None, *, redo: bool = True, overwrite: bool = False) -> Path:
        """Write all files of a run and return the path of the report page.

        Args:
            directory: where to; default: the run's own folder.
            redo: whether to make tables, plots and page again even where the folder holds them already, unchanged.
            overwrite: whether to replace results of another configuration, table or run.

        Raises:
            UserError: the folder holds other files or results, or another process is using it.
        """
        place = self.directory if directory is None else home_of(Path(directory))
        with belongings.possession(place, self.claim, inputs=self.inputs, overwrite=overwrite) as holding:
            return self.write(holding, redo=redo)

    def linked(self, place: Path) -> ReportData:
        """Its data for a report in another folder, whose links to data sets' pages lead back to where they are."""
        pages = self.data.pages or {str(name): "report.html" for name in self.data.scores["dataset"].unique()}
        links = {name: Path(os.path.relpath(self.directory / page, place)).as_posix() for name, page in pages.items()}
        return replace(self.data, pages=links)

    def write(self, holding: Holding, *, redo: bool = True) -> Path:
        """Write the same as ``save`` into a folder that is held already."""
        from benchmark.report import write_report  # noqa: PLC0415 - matplotlib is slow to import

        place = holding.folder
        tables = {
            "scores.csv": self.data.scores,
            "summary.csv": self.data.summary,
            "comparisons.csv": self.data.comparisons,
            "failures.csv": self.data.failures,
        } | ({csv_files.CHOICES: self.data.choices} if len(self.data.choices) else {})
        tables |= {f"{name}.csv": analysis.table for name, analysis in self.data.analyses.items()}
        own = place.exists() and self.directory.exists() and place.samefile(self.directory)
        copied = {} if own else attachments.contents(self.data, self.directory)
        left = holding.files & set(attachments.names(self.data)) if own else set()
        kept = [*tables, run_json.NAME, *copied, *left]
        holding.admit(kept)
        labels = [one.label for method in self.data.methods for one in method.single]
        for name, table in tables.items():
            csv_files.write_table(place / name, table, labels if name == "scores.csv" else ())
        run_json.write(place / run_json.NAME, self.data.record)
        for name, content in copied.items():
            atomic.write_bytes(place / name, content)
        data = self.data if own or not self.data.pages else self.linked(place)
        write_report(data, place, redo=redo, admit=holding.admit)
        holding.settle([*kept, *freshness.names(place), freshness.NAME])
        return place / "report.html"


class Run(Evaluation):
    """What ``run`` returns: an evaluation whose scores were computed."""
