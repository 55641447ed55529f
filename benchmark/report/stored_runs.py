"""Reads finished runs back from their folders, one or several side by side; nothing is computed. Pandas."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.config.source import parse, source_of
from benchmark.core import places
from benchmark.core.choice_columns import CHOICE_KEYS
from benchmark.core.errors import UserError
from benchmark.evaluation import calibration, pooling, reference_quality, robustness, sorted_images, subgroups
from benchmark.evaluation.summarise import COMPARISON_COLUMNS, SUMMARY_COLUMNS
from benchmark.report import attachments
from benchmark.report.content import Analysis, ReportData, no_choices
from benchmark.report.evaluation import Evaluation
from benchmark.results import belongings, claims, csv_files, run_json
from benchmark.results.claims import Claim
from benchmark.results.run_record import RunRecord
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.vocabulary import NOT_METHODS

ANALYSES = {
    places.REFERENCE_QUALITY: reference_quality.COLUMNS,
    places.ROBUSTNESS: robustness.COLUMNS,
    places.GROUPS: subgroups.COLUMNS,
    places.SORTING: sorted_images.COLUMNS,
    places.CALIBRATION: calibration.COLUMNS,
    places.POOLING: pooling.COLUMNS,
}
"""The columns of each further analysis."""
Settings = Mapping[str, Any] | ReportConfig
Recorded = TypeVar("Recorded", ReportConfig, PublishedEntry)


def read(
    directory: str | Path, *, report: Settings | None = None, published: Mapping[str, Any] | None = None
) -> Evaluation:
    """Read a finished run from its files; nothing is computed.

    Args:
        directory: the output folder of a run.
        report: keys of the configuration's section ``report`` that count instead of the stored ones: tables, figures, title.
        published: values that papers print, by method's label, beside the stored ones.

    Raises:
        benchmark.core.errors.UserError: the folder is not the output of a run, or a key is wrong or needs new numbers.
    """
    return _changed(_stored(Path(directory)), report, published, "read")


def _changed(found: Evaluation, report: Settings | None, published: Mapping[str, Any] | None, name: str) -> Evaluation:
    """An evaluation whose tables, figures and values of papers are as asked."""
    from benchmark.report.other_settings import overlaid, with_settings  # noqa: PLC0415 - slow only where it is wanted

    given = {key: item for key, item in (("report", report), ("published", published)) if item is not None}
    if not given:
        return found
    source = overlaid(found.data, source_of(given, name), whole=False)
    return replace(found, data=with_settings(found.data, source))


def _stored(directory: Path) -> Evaluation:
    """A finished run as it is stored."""
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
        analyses=_analyses(directory, content),
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
        NOT_METHODS
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


def _analyses(directory: Path, content: RunRecord) -> dict[str, Analysis]:
    """The further analyses of a run, by the names of their files."""
    rows, notes = content.get("rows") or {}, content.get("analyses") or {}
    return {
        name: Analysis(_of_run(directory, content, name, columns, ("method",)), tuple(notes.get(name, ())))
        for name, columns in ANALYSES.items()
        if f"{name}.csv" in rows
    }


def _recorded(kind: type[Recorded], content: Any, directory: Path, key: str) -> Recorded:
    """A part of a record as its model; the error names what does not fit."""
    place = directory / run_json.NAME
    if not isinstance(content, Mapping):
        raise UserError(f"{place}: {key}: expected a mapping")
    return parse(kind, source_of(content, f"{place}: {key}"))


def together(
    directories: str | Path | Sequence[str | Path],
    *,
    report: Settings | None = None,
    published: Mapping[str, Any] | None = None,
) -> Evaluation:
    """Combine several finished runs, by the names of their folders.

    Args:
        directories: their output folders; tables are those of the first, unless ``report`` has others.
        report: other settings of the report, as for ``read``.
        published: other values of papers, as for ``read``.

    Raises:
        benchmark.core.errors.UserError: a folder is not the output of a run, two have the same name, or a key is wrong.
    """
    from benchmark.report.combine import side_by_side  # noqa: PLC0415
    from benchmark.report.over_sets import pooled_anew  # noqa: PLC0415

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
    if len(finished) > 1:
        data = pooled_anew(data, [item.data for item in finished.values()])
    listed = "\n".join(os.path.realpath(folder) for folder in folders)
    digest = hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()
    claim = claims.of_content("report", f"report of {', '.join(names)}", digest)
    inputs = tuple(folder / run_json.NAME for folder in folders)
    return _changed(Evaluation(data, directory, claim, inputs), report, published, "together")
