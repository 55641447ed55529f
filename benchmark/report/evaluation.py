"""A finished evaluation: computes the statistics of scores, writes a run's folder and reads it back. Pandas.

``run``, ``evaluate`` and ``report`` share this last part, which needs no method any more.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from benchmark.config.models import StatisticsConfig
from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.config.source import home_of, parse, source_of
from benchmark.core import atomic, places, provenance
from benchmark.core.announce import Announce, silent
from benchmark.core.choice_columns import CHOICE_KEYS
from benchmark.core.errors import UserError
from benchmark.evaluation import reference_quality, robustness
from benchmark.evaluation.summarise import COMPARISON_COLUMNS, SUMMARY_COLUMNS, evaluate_scores
from benchmark.report import attachments, freshness
from benchmark.report.content import ReportData, no_choices
from benchmark.report.spec import spelled_out
from benchmark.results import belongings, claims, csv_files, run_json
from benchmark.results.belongings import Holding
from benchmark.results.claims import Claim
from benchmark.results.run_record import RunRecord
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.vocabulary import OBSERVERS

Recorded = TypeVar("Recorded", ReportConfig, PublishedEntry)


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
        if self.data.reference_quality is not None:
            tables[places.REFERENCE_QUALITY] = self.data.reference_quality
        if self.data.robustness is not None:
            tables[places.ROBUSTNESS] = self.data.robustness
        own = place.exists() and self.directory.exists() and place.samefile(self.directory)
        copied = {} if own else attachments.contents(self.data, self.directory)
        left = holding.files & set(attachments.names(self.data)) if own else set()
        kept = [*tables, run_json.NAME, *copied, *left]
        holding.admit(kept)
        for name, table in tables.items():
            csv_files.write_table(place / name, table)
        run_json.write(place / run_json.NAME, self.data.record)
        for name, content in copied.items():
            atomic.write_bytes(place / name, content)
        data = self.data if own or not self.data.pages else self.linked(place)
        write_report(data, place, redo=redo, admit=holding.admit)
        holding.settle([*kept, *freshness.names(place), freshness.NAME])
        return place / "report.html"


class Run(Evaluation):
    """What ``run`` returns: an evaluation whose scores were computed."""


@dataclass(frozen=True, slots=True)
class Requested:
    """The parts of a configuration that apply after scoring.

    Attributes:
        statistics: how correlations are resampled and compared.
        report: which tables and plots are made.
        published: values that papers print, by method.
    """

    statistics: StatisticsConfig
    report: ReportConfig
    published: Mapping[str, PublishedEntry]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report states beside its numbers.

    Attributes:
        title: the page's title.
        notes: sentences that readers must know, except those that follow from the statistics.
        lower_mos_better: whether lower labels mean better quality.
        simulated: whether the labels are simulated.
        record: ``run.json`` without what is added here.
        hints: computes further notes from ``summary.csv``.
        disturbed: scores of the same pairs with enhanced images changed a little, by disturbance.
        lost: sentences on scores that are missing there.
    """

    title: str
    notes: Sequence[str]
    lower_mos_better: bool
    simulated: bool
    record: RunRecord
    hints: Callable[[pd.DataFrame], Sequence[str]] = lambda _: ()
    disturbed: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    lost: Sequence[str] = ()


def complete(
    scores: pd.DataFrame,
    methods: Sequence[ScoredMethod],
    failures: pd.DataFrame,
    requested: Requested,
    facts: Facts,
    directory: Path,
    announce: Announce = silent,
    *,
    choices: pd.DataFrame | None = None,
) -> Run:
    """Compute the statistics of a table of scores and collect everything that a report needs.

    Args:
        scores: one row per pair, one column per method.
        methods: the methods of the columns.
        failures: pairs without a score.
        requested: what the configuration says about statistics and report.
        facts: what is known beside the scores.
        directory: the folder for the results.
        announce: receives what is being done.
        choices: observers' choices between two images, where there are any.
    """
    statistics = requested.statistics
    settings = StatisticsSettings(**statistics.model_dump())
    chosen = no_choices() if choices is None else choices
    report = spelled_out(requested.report, choices=len(chosen) > 0)
    summarised = evaluate_scores(
        scores, methods, settings, lower_mos_better=facts.lower_mos_better, choices=chosen, announce=announce
    )
    analysed = _by_reference(scores, methods, report, facts, statistics.confidence)
    moved = None
    if facts.disturbed:
        lower, confidence = facts.lower_mos_better, statistics.confidence
        single = [one for method in methods for one in method.single]
        moved = robustness.moved(scores, facts.disturbed, single, lower_mos_better=lower, confidence=confidence)
    notes = [*facts.notes, *facts.hints(summarised.summary), *(summarised.notes if methods else ())]
    record: RunRecord = {
        "format": 1,
        "tool": {"name": "efid-bench", "version": provenance.version("efid-bench"), "commit": provenance.commit()},
        **facts.record,
        "statistics": statistics.model_dump(mode="json"),
        "report": report.model_dump(mode="json"),
        "published": {name: entry.model_dump(mode="json") for name, entry in requested.published.items()},
        "title": facts.title,
        "notes": notes,
        "lower_mos_better": facts.lower_mos_better,
        "simulated": facts.simulated,
        "methods": [method.record() for method in methods],
        "rows": {
            "summary.csv": len(summarised.summary),
            "comparisons.csv": len(summarised.comparisons),
            "failures.csv": len(failures),
        }
        | ({csv_files.CHOICES: len(chosen)} if len(chosen) else {})
        | ({places.REFERENCE_QUALITY: len(analysed.table)} if analysed is not None else {})
        | ({places.ROBUSTNESS: len(moved)} if moved is not None else {}),
    }
    if analysed is not None:
        record["reference_quality"] = {"notes": list(analysed.notes)}
    if moved is not None:
        record["robustness"] = {"notes": list(facts.lost)}
    data = ReportData(
        title=facts.title,
        scores=scores,
        summary=summarised.summary,
        comparisons=summarised.comparisons,
        failures=failures,
        methods=tuple(methods),
        choices=chosen,
        notes=tuple(notes),
        config=report,
        published=dict(requested.published),
        confidence=statistics.confidence,
        lower_mos_better=facts.lower_mos_better,
        simulated=facts.simulated,
        record=record,
        reference_quality=None if analysed is None else analysed.table,
        robustness=moved,
    )
    return Run(data, directory)


def _by_reference(
    scores: pd.DataFrame, methods: Sequence[ScoredMethod], report: ReportConfig, facts: Facts, confidence: float
) -> reference_quality.Analysed | None:
    """The analysis by the reference's own quality, where it is wanted."""
    wanted = report.reference_quality
    if wanted is None:
        return None
    usable = [method for method in methods if method.status in ("scored", "partial") and not method.by_partition]
    present = [one for method in usable for one in method.single if one.label in scores.columns]
    asked = reference_quality.WantedAnalysis(wanted.by, wanted.parts, wanted.statistics, wanted.pristine)
    return reference_quality.analyse(
        scores, present, asked, lower_mos_better=facts.lower_mos_better, confidence=confidence
    )


def read(directory: str | Path) -> Evaluation:
    """Read a finished run from its files; nothing is computed.

    Raises:
        benchmark.core.errors.UserError: the folder is not the output of a run.
    """
    directory = Path(directory)
    content = run_json.read_finished(directory / run_json.NAME)
    methods = tuple(ScoredMethod.from_record(item) for item in content["methods"])
    columns = [one.label for method in methods for one in method.single]
    study = content.get("study", {})
    data = ReportData(
        title=content["title"],
        scores=csv_files.read_table(directory / "scores.csv", csv_files.KEYS, columns),
        summary=_of_run(directory, content, "summary", SUMMARY_COLUMNS, ("method",)),
        comparisons=_of_run(directory, content, "comparisons", COMPARISON_COLUMNS, ("method_a", "method_b")),
        failures=_of_run(directory, content, "failures", csv_files.FAILURE_COLUMNS, ("method",)),
        methods=methods,
        choices=_choices(directory, content),
        notes=tuple(content["notes"]),
        config=_recorded(ReportConfig, content["report"], directory, "report"),
        published={
            name: _recorded(PublishedEntry, item, directory, f"published.{name}")
            for name, item in content["published"].items()
        },
        confidence=float(content["statistics"]["confidence"]),
        lower_mos_better=bool(content["lower_mos_better"]),
        lower_mos_better_in=frozenset(content["lower_mos_better_in"]) if "lower_mos_better_in" in content else None,
        simulated=bool(content["simulated"]),
        record=content,
        pages={label: f"{part['folder']}/report.html" for label, part in study.items() if not part["reason"]},
        failed_data={label: part["reason"] for label, part in study.items() if part["reason"]},
        reference_quality=_analysis(directory, content, places.REFERENCE_QUALITY, reference_quality.COLUMNS),
        robustness=_analysis(directory, content, places.ROBUSTNESS, robustness.COLUMNS),
        seen={label: part["seen"] for label, part in study.items() if isinstance(part.get("seen"), dict)},
    )
    claim = belongings.claimed(directory) or claims.of_record(content) or Claim("run", f"run in {directory}")
    return Evaluation(attachments.read(data, directory), directory, claim)


def _of_run(
    directory: Path, content: RunRecord, name: str, columns: Sequence[str], naming: Sequence[str]
) -> pd.DataFrame:
    """Read a table of a run, and check its methods and its length against the run's record.

    Raises:
        UserError: the table is another run's, or truncated.
    """
    path = directory / f"{name}.csv"
    table = csv_files.read_table(path, columns)
    labels = {name for item in content["methods"] for name in (item["label"], *item.get("columns", ()))} | set(
        OBSERVERS
    )
    unknown = [str(label) for column in naming for label in table[column].unique() if str(label) not in labels]
    if unknown:
        raise UserError(f"{path}: it names a method {unknown[0]!r:.60} that {run_json.NAME} does not: of another run?")
    rows = content.get("rows")
    stated = rows.get(path.name) if isinstance(rows, dict) else None
    if stated is not None and stated != len(table):
        raise UserError(
            f"{path}: {len(table)} rows, where {run_json.NAME} says {stated!r:.40}: cut short, or of another run"
        )
    return table


def _choices(directory: Path, content: RunRecord) -> pd.DataFrame:
    """The choices of a run; without rows where it has none."""
    if csv_files.CHOICES not in (content.get("rows") or {}):
        return no_choices()
    return _of_run(directory, content, csv_files.CHOICES.removesuffix(".csv"), CHOICE_KEYS, ())


def _analysis(directory: Path, content: RunRecord, file: str, columns: Sequence[str]) -> pd.DataFrame | None:
    """A further analysis of a run; ``None`` where it was not asked for."""
    if file not in (content.get("rows") or {}):
        return None
    return _of_run(directory, content, file.removesuffix(".csv"), columns, ("method",))


def _recorded(kind: type[Recorded], content: Any, directory: Path, key: str) -> Recorded:
    """A part of a record as its model; the error names what does not fit."""
    place = directory / run_json.NAME
    if not isinstance(content, Mapping):
        raise UserError(f"{place}: {key}: expected a mapping")
    return parse(kind, source_of(content, f"{place}: {key}"))


def together(directories: str | Path | Sequence[str | Path]) -> Evaluation:
    """Combine several finished runs, by the names of their folders.

    Raises:
        benchmark.core.errors.UserError: a folder is not the output of a run, or two have the same name.
    """
    from benchmark.report.combine import side_by_side  # noqa: PLC0415

    folders = [Path(item) for item in ([directories] if isinstance(directories, (str, Path)) else directories)]
    if not folders:
        raise UserError("together: name the output folder of at least one run")
    names = [folder.absolute().name for folder in folders]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UserError(f"report: two folders are named {twice[0]!r}; rename one of them")
    directory = Path("results", "+".join(names))
    finished = {name: read(folder) for name, folder in zip(names, folders, strict=True)}
    studied = any(item.data.of_study for item in finished.values())
    data = side_by_side({name: item.linked(directory) if studied else item.data for name, item in finished.items()})
    listed = "\n".join(os.path.realpath(folder) for folder in folders)
    digest = hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()
    claim = claims.of_content("report", f"report of {', '.join(names)}", digest)
    inputs = tuple(folder / run_json.NAME for folder in folders)
    return Evaluation(data, directory, claim, inputs)
