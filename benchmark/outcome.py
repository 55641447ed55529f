"""From a table of scores to statistics, tables, plots, report and their files: the part of a run that needs no model.

``run`` ends here, ``evaluate`` and ``report`` are nothing else. Pandas; never torch.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from benchmark import (
    atomic,
    attachments,
    belongings,
    claims,
    contract_check,
    directions,
    evaluate_keywords,
    files,
    foresight,
    keywords,
    provenance,
    record,
    registry,
    table_input,
    table_sources,
)
from benchmark.belongings import Holding
from benchmark.claims import Claim
from benchmark.config import EvaluateConfig, PublishedEntry, ReportConfig, StatisticsConfig
from benchmark.config_file import home_of, parse, source_of
from benchmark.contracts import ScoreSource
from benchmark.decimals import Mark
from benchmark.errors import ConfigError, UserError
from benchmark.evaluation import COMPARISON_COLUMNS, SUMMARY_COLUMNS, evaluate_scores
from benchmark.report import freshness
from benchmark.report.data import ReportData
from benchmark.results import ScoredMethod, Status
from benchmark.statistics.settings import StatisticsSettings
from benchmark.told import Told, unheard

if TYPE_CHECKING:
    from rich.console import Console

Recorded = TypeVar("Recorded", ReportConfig, PublishedEntry)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores with their statistics.

    Attributes:
        data: everything that tables, plots and report are made of.
        directory: where ``save`` writes unless told otherwise.
        claim: what the results are of; others' are not replaced.
        inputs: files that were read and must not be replaced.
    """

    data: ReportData
    directory: Path
    claim: Claim = claims.UNKNOWN
    inputs: tuple[Path, ...] = ()

    @property
    def scores(self) -> pd.DataFrame:
        """One row a pair, a column a method (``scores.csv``)."""
        return self.data.scores

    @property
    def summary(self) -> pd.DataFrame:
        """One number a row (``summary.csv``)."""
        return self.data.summary

    @property
    def comparisons(self) -> pd.DataFrame:
        """One pair of methods a row (``comparisons.csv``)."""
        return self.data.comparisons

    @property
    def failures(self) -> pd.DataFrame:
        """One failed pair of a method a row (``failures.csv``)."""
        return self.data.failures

    @property
    def exit_status(self) -> int:
        """0 when all that was asked was done, 3 when a method failed, is unavailable, or missed pairs."""
        return 0 if all(method.status == "scored" for method in self.data.methods) else 3

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
            redo: whether to make tables, plots and page anew even where they lie there already, unchanged.
            overwrite: whether to replace results of another configuration, table or run.

        Raises:
            UserError: the folder holds somebody's files or other results, or somebody works there.
        """
        place = self.directory if directory is None else home_of(Path(directory))
        with belongings.possession(place, self.claim, inputs=self.inputs, overwrite=overwrite) as holding:
            return self.write(holding, redo=redo)

    def write(self, holding: Holding, *, redo: bool = True) -> Path:
        """What ``save`` does, into a folder that is held already."""
        from benchmark.report import write_report  # noqa: PLC0415 - matplotlib is slow to import

        place = holding.folder
        tables = {
            "scores.csv": self.data.scores,
            "summary.csv": self.data.summary,
            "comparisons.csv": self.data.comparisons,
            "failures.csv": self.data.failures,
        }
        own = place.exists() and self.directory.exists() and place.samefile(self.directory)
        copied = {} if own else attachments.contents(self.data, self.directory)
        left = holding.files & set(attachments.names(self.data)) if own else set()
        kept = [*tables, record.NAME, *copied, *left]
        holding.admit(kept)
        for name, table in tables.items():
            files.write_table(place / name, table)
        record.write(place / record.NAME, self.data.record)
        for name, content in copied.items():
            atomic.write_bytes(place / name, content)
        write_report(self.data, place, redo=redo, admit=holding.admit)
        holding.settle([*kept, *freshness.names(place), freshness.NAME])
        return place / "report.html"


class Run(Evaluation):
    """What ``run`` returns: an evaluation whose scores were computed."""


def complete(
    scores: pd.DataFrame,
    methods: Sequence[ScoredMethod],
    *,
    failures: pd.DataFrame,
    statistics: StatisticsConfig,
    report: ReportConfig,
    published: Mapping[str, PublishedEntry],
    title: str,
    notes: Sequence[str],
    lower_mos_better: bool,
    simulated: bool,
    record: Mapping[str, Any],
    directory: Path,
    hints: Callable[[pd.DataFrame], Sequence[str]] = lambda _: (),
    told: Told = unheard,
) -> Run:
    """Compute the statistics of a table of scores and put everything together that a report needs.

    ``hints`` are notes that follow from the summary; ``told`` hears what is being done.
    """
    settings = StatisticsSettings(**statistics.model_dump())
    found = evaluate_scores(scores, methods, settings, lower_mos_better=lower_mos_better, told=told)
    notes = [*notes, *hints(found.summary), *found.notes]
    content = {
        "format": 1,
        "tool": {"name": "efid-bench", "version": provenance.version("efid-bench"), "commit": provenance.commit()},
        **record,
        "statistics": statistics.model_dump(mode="json"),
        "report": report.model_dump(mode="json"),
        "published": {name: entry.model_dump(mode="json") for name, entry in published.items()},
        "title": title,
        "notes": notes,
        "lower_mos_better": lower_mos_better,
        "simulated": simulated,
        "methods": [method.record() for method in methods],
        "rows": {
            "summary.csv": len(found.summary),
            "comparisons.csv": len(found.comparisons),
            "failures.csv": len(failures),
        },
    }
    data = ReportData(
        title=title,
        scores=scores,
        summary=found.summary,
        comparisons=found.comparisons,
        failures=failures,
        methods=tuple(methods),
        notes=tuple(notes),
        config=report,
        published=dict(published),
        confidence=statistics.confidence,
        lower_mos_better=lower_mos_better,
        simulated=simulated,
        record=content,
    )
    return Run(data, directory)


def read(directory: str | Path) -> Evaluation:
    """A finished run from its files; nothing is computed.

    Raises:
        benchmark.errors.UserError: the folder is not the output of a run.
    """
    directory = Path(directory)
    content = record.read_finished(directory / record.NAME)
    labels = [item["label"] for item in content["methods"]]
    data = ReportData(
        title=content["title"],
        scores=files.read_table(directory / "scores.csv", files.KEYS, labels),
        summary=_of_run(directory, content, "summary", SUMMARY_COLUMNS, ("method",)),
        comparisons=_of_run(directory, content, "comparisons", COMPARISON_COLUMNS, ("method_a", "method_b")),
        failures=_of_run(directory, content, "failures", files.FAILURE_COLUMNS, ("method",)),
        methods=tuple(ScoredMethod.from_record(item) for item in content["methods"]),
        notes=tuple(content["notes"]),
        config=_recorded(ReportConfig, content["report"], directory, "report"),
        published={
            name: _recorded(PublishedEntry, item, directory, f"published.{name}")
            for name, item in content["published"].items()
        },
        confidence=float(content["statistics"]["confidence"]),
        lower_mos_better=bool(content["lower_mos_better"]),
        simulated=bool(content["simulated"]),
        record=content,
    )
    claim = belongings.claimed(directory) or claims.of_record(content) or Claim("run", f"run in {directory}")
    return Evaluation(attachments.read(data, directory), directory, claim)


def _of_run(
    directory: Path, content: Mapping[str, Any], name: str, columns: Sequence[str], naming: Sequence[str]
) -> pd.DataFrame:
    """A table of a run, which speaks of the run's methods and is as long as its record says.

    Raises:
        UserError: it is another run's, or cut short.
    """
    path = directory / f"{name}.csv"
    table = files.read_table(path, columns)
    labels = {item["label"] for item in content["methods"]}
    unknown = [str(label) for column in naming for label in table[column].unique() if str(label) not in labels]
    if unknown:
        raise UserError(f"{path}: it names a method {unknown[0]!r:.60} that {record.NAME} does not: of another run?")
    rows = content.get("rows")
    stated = rows.get(path.name) if isinstance(rows, dict) else None
    if stated is not None and stated != len(table):
        raise UserError(
            f"{path}: {len(table)} rows, where {record.NAME} says {stated!r:.40}: cut short, or of another run"
        )
    return table


def _recorded(kind: type[Recorded], content: Any, directory: Path, key: str) -> Recorded:
    """A part of a record as its model; names what does not fit."""
    place = directory / record.NAME
    if not isinstance(content, Mapping):
        raise UserError(f"{place}: {key}: expected a mapping")
    return parse(kind, source_of(content, f"{place}: {key}"))


def together(directories: str | Path | Sequence[str | Path]) -> Evaluation:
    """Several finished runs side by side, by the names of their folders.

    Raises:
        benchmark.errors.UserError: a folder is not the output of a run, or two have the same name.
    """
    from benchmark.report.combine import side_by_side  # noqa: PLC0415

    folders = [Path(item) for item in ([directories] if isinstance(directories, (str, Path)) else directories)]
    if not folders:
        raise UserError("together: name the output folder of at least one run")
    names = [folder.absolute().name for folder in folders]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UserError(f"report: two folders are named {twice[0]!r}; rename one of them")
    data = side_by_side({name: read(folder).data for name, folder in zip(names, folders, strict=True)})
    listed = "\n".join(os.path.realpath(folder) for folder in folders)
    digest = hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()
    claim = claims.of_content("report", f"report of {', '.join(names)}", digest)
    inputs = tuple(folder / record.NAME for folder in folders)
    return Evaluation(data, Path("results", "+".join(names)), claim, inputs)


@keywords.exact
def evaluate(
    table: str | Path | pd.DataFrame,
    *,
    mos: str,
    methods: str | Sequence[str],
    lower_better: str | Sequence[str] = (),
    lower_mos_better: bool = False,
    reference: str | None = None,
    cluster: str | None = None,
    condition: str | None = None,
    mos_sd: str | None = None,
    observers: str | None = None,
    decimal: str | None = None,
    duplicates: str = "refuse",
    statistics: StatisticsConfig | Mapping[str, Any] | None = None,
    report: ReportConfig | Mapping[str, Any] | None = None,
    published: Mapping[str, PublishedEntry | Mapping[str, Any]] | None = None,
    output: str | Path | None = None,
    console: Console | None = None,
) -> Evaluation:
    """Statistics, tables and plots of any table of scores; no images needed.

    Args:
        table: a CSV file or a DataFrame, one row a pair.
        mos: column of labels.
        methods: columns of scores; ``enhancer-mean`` adds the floor where ``condition`` is given.
        lower_better: those of them in which lower means better.
        lower_mos_better: whether lower labels mean better quality.
        reference: column that names each pair's reference (found by itself under the usual names).
        cluster: column of what is resampled, when it is not the reference (the patient, say).
        condition: column of the enhancement algorithm or distortion.
        mos_sd: column of the opinions' standard deviation.
        observers: column of their number.
        decimal: the decimal mark of the file's numbers, ``","`` or ``"."``; found where nothing else can be meant.
        duplicates: ``refuse`` rows that stand twice, or ``drop-identical``: keep the first of those that are identical.
        statistics: how correlations are resampled and compared, as in a configuration: ``{"replicates": 2000}``.
        report: which tables and plots ``save`` writes: ``{"tables": [{"columns": ["srcc"]}]}``.
        published: values that papers print, by method: ``{"SSIM": {"srcc": 0.7, "source": "…"}}``.
        output: where ``save`` writes; default ``results/<table's name>``.
        console: where progress goes; silent by default.

    Raises:
        benchmark.errors.UserError: the table can't be used; the message names file, row or column.
    """
    from benchmark.evaluation_progress import EvaluationProgress  # noqa: PLC0415 - rich is slow to import

    with EvaluationProgress(console) as told:
        return _evaluate(
            table,
            {"mos": mos, "methods": methods, "lower_better": lower_better, "lower_mos_better": lower_mos_better}
            | {"reference": reference, "cluster": cluster, "condition": condition}
            | {"mos_sd": mos_sd, "observers": observers, "output": output},
            {"statistics": statistics, "report": report, "published": published},
            decimal,
            duplicates,
            told,
        )


def _evaluate(
    table: str | Path | pd.DataFrame,
    columns_given: Mapping[str, Any],
    given: Mapping[str, Any],
    decimal: str | None,
    duplicates: str,
    told: Told,
) -> Evaluation:
    """What ``evaluate`` does, and tells."""
    said = evaluate_keywords.checked(columns_given)
    keys = source_of({key: item for key, item in given.items() if item is not None}, "evaluate")
    asked = parse(EvaluateConfig, keys)
    mark, drop_identical = _reading(decimal, duplicates)
    told("reading the table" if isinstance(table, pd.DataFrame) else f"reading {table}")
    read_in = table_sources.take(table, said.headings)
    sources = _score_sources(said.methods, read_in.headings)
    columns = table_input.Columns(
        mos=said.mos,
        methods=tuple(name for name in said.methods if name not in sources),
        reference=table_input.guess(read_in, said.reference, table_input.REFERENCE_NAMES),
        cluster=said.cluster,
        condition=said.condition,
        mos_sd=said.mos_sd,
        observers=said.observers,
    )
    _check_methods(columns, said.lower_better)
    scores, notes = table_input.from_table(read_in, columns, decimal=mark, drop_identical=drop_identical)
    foresight.refuse_tables(asked.report, scores, said.methods, asked.published, keys)
    foresight.refuse_published(asked.published, scores, (), keys)
    foresight.refuse_tests(asked.statistics, scores, said.methods)
    for label, source in sources.items():
        scores[label] = list(source.scores(scores.copy(), scores.copy()))
    listed = [
        _method_of_source(label, sources[label], said.lower_mos_better)
        if label in sources
        else _method_of_column(label, scores[label], label in said.lower_better)
        for label in said.methods
    ]
    notes.append(f"{len(scores)} pairs of {scores['reference'].nunique()} references.")
    if said.lower_mos_better:
        notes.append("Lower labels mean better quality; correlations are turned so that positive means agreement.")
    options = {key: value for key, value in asdict(columns).items() if value is not None}
    options |= {"decimal": mark} if mark else {}
    options |= {"duplicates": duplicates} if drop_identical else {}
    found = complete(
        scores,
        listed,
        failures=_missing_scores(scores, said.methods),
        statistics=asked.statistics,
        report=asked.report,
        published=asked.published,
        title=asked.report.title or Path(read_in.name).stem,
        notes=notes,
        lower_mos_better=said.lower_mos_better,
        simulated=False,
        record={
            "configuration": {"evaluate": read_in.name, **options, "lower_better": list(said.lower_better)},
            "dataset": {
                "name": Path(read_in.name).stem,
                "pairs": len(scores),
                "references": int(scores["reference"].nunique()),
            },
            "versions": provenance.versions({"numpy", "scipy", "pandas", "numba"}),
            "machine": provenance.machine(),
        },
        directory=output_of_table(Path(read_in.name), said.output),
        hints=functools.partial(
            directions.of_table,
            methods=[method for method in listed if method.label not in sources],
            lower_better=said.lower_better,
            lower_mos_better=said.lower_mos_better,
        ),
        told=told,
    )
    if isinstance(table, pd.DataFrame):
        return replace(found, claim=claims.of_content("evaluate", "evaluate of a DataFrame", _sha256(scores)))
    return replace(found, claim=claims.of_file("evaluate", Path(table)), inputs=(Path(table),))


def output_of_table(table: Path, output: str | Path | None) -> Path:
    """Where ``evaluate`` writes: without ``output``, ``results/`` and the table's name."""
    return home_of(Path(output)) if output is not None else Path("results", table.stem)


def refuse_output_of_table(table: Path, output: Path | None, *, overwrite: bool) -> None:
    """What ``save`` would find out after computing, found before it.

    Raises:
        UserError: the folder can't be written to, holds something else, or the table itself.
    """
    place = output_of_table(table, output)
    foresight.refuse_output(place, source_of({}, "evaluate"))
    belongings.refuse(place, claims.of_file("evaluate", table), inputs=(table,), overwrite=overwrite)


def _sha256(scores: pd.DataFrame) -> str:
    rows = pd.util.hash_pandas_object(scores, index=False)
    return hashlib.sha256(",".join(scores.columns).encode() + rows.to_numpy().tobytes()).hexdigest()


def _reading(decimal: str | None, duplicates: str) -> tuple[Mark | None, bool]:
    """How the table is to be read: the decimal mark, and whether identical rows are dropped."""
    marks: dict[str | None, Mark | None] = {None: None, ",": ",", ".": "."}
    if decimal not in marks:
        raise ConfigError(f"--decimal: {decimal!r} is no decimal mark; it must be ',' or '.'")
    if duplicates not in ("refuse", "drop-identical"):
        raise ConfigError(f"--duplicates: {duplicates!r} is unknown; it must be 'refuse' or 'drop-identical'")
    return marks[decimal], duplicates == "drop-identical"


def _score_sources(methods: Sequence[str], headings: Sequence[str]) -> dict[str, ScoreSource]:
    """Those of the wanted methods that are no columns but answer from labels, such as the floor."""
    known = registry.methods()
    wanted = [name for name in dict.fromkeys(methods) if name not in headings and name in known.names()]
    found = {name: known.load(name) for name in wanted}
    return {name: kind() for name, kind in found.items() if issubclass(kind, ScoreSource) and kind.predicts_label}


def _method_of_source(label: str, source: ScoreSource, lower_mos_better: bool) -> ScoredMethod:
    return ScoredMethod(
        label=label,
        name=label,
        title=source.info.title,
        higher_is_better=not lower_mos_better,
        group=source.info.group,
        trained_on=source.info.trained_on,
        citation=source.info.citation,
        settings=contract_check.settings_of(source),
    )


def _check_methods(columns: table_input.Columns, lower_better: Sequence[str]) -> None:
    if not columns.methods:
        raise ConfigError("--methods: name at least one column of scores")
    twice = [name for name in columns.methods if columns.methods.count(name) > 1]
    if twice:
        raise ConfigError(f"--methods: {twice[0]!r} stands twice")
    unknown = [name for name in lower_better if name not in columns.methods]
    if unknown:
        raise ConfigError(f"--lower-better: {unknown[0]!r} is not among --methods ({', '.join(columns.methods)})")
    taken = [name for name in columns.methods if name in files.KEYS]
    if taken:
        raise ConfigError(f"--methods: {taken[0]!r} is the name of a column of scores.csv; rename it in the table")


def _method_of_column(label: str, values: pd.Series[float], lower: bool) -> ScoredMethod:
    missing = int(values.isna().sum())
    status: Status = "scored" if missing == 0 else "failed" if missing == len(values) else "partial"
    reason = f"the table has no finite score for {missing} of {len(values)} pairs" if missing else ""
    return ScoredMethod(
        label=label, name=label, title=label, higher_is_better=not lower, trained_on="", status=status, reason=reason
    )


def _missing_scores(scores: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    rows = [
        (pair, label, "the table has no finite score")
        for label in methods
        for pair in scores.loc[scores[label].isna(), "pair"]
    ]
    return pd.DataFrame(rows, columns=list(files.FAILURE_COLUMNS), dtype=str)
