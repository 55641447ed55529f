"""``evaluate``: statistics, tables and plots of any table of scores; no images, no models. Pandas."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from benchmark.commands import front
from benchmark.config.models import EvaluateConfig, PublishedEntry, ReportConfig, StatisticsConfig
from benchmark.config.source import home_of, parse, read_source, source_of
from benchmark.core import keywords, provenance
from benchmark.core.announce import Announce
from benchmark.core.errors import ConfigError
from benchmark.data.decimals import Mark
from benchmark.evaluation import arguments, directions, foresight, table_input, table_sources
from benchmark.evaluation.announcer import EvaluationProgress
from benchmark.plugins import contract_check, registry
from benchmark.plugins.contracts import ScoreSource
from benchmark.report.evaluation import Choices, Evaluation, Facts, complete
from benchmark.results import belongings, claims, csv_files
from benchmark.results.scored import ScoredMethod, Status


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
        table: a CSV file or a DataFrame, one row per pair.
        mos: column of labels.
        methods: columns of scores; ``enhancer-mean`` adds the floor where ``condition`` is given.
        lower_better: those of them in which lower means better.
        lower_mos_better: whether lower labels mean better quality.
        reference: column that names each pair's reference; by default the first with one of the usual names.
        cluster: column of what is resampled, when it is not the reference (for instance the patient).
        condition: column of the enhancement algorithm or distortion.
        mos_sd: column of the opinions' standard deviation.
        observers: column of their number.
        decimal: the decimal mark of the file's numbers, ``","`` or ``"."``; by default detected where it is unambiguous.
        duplicates: ``refuse`` repeated rows, or ``drop-identical``: keep the first of identical ones.
        statistics: how correlations are resampled and compared, as in a configuration: ``{"replicates": 2000}``.
        report: which tables and plots ``save`` writes: ``{"tables": [{"columns": ["srcc"]}]}``.
        published: values that papers print, by method: ``{"SSIM": {"srcc": 0.7, "source": "…"}}``.
        output: where ``save`` writes; default ``results/<table's name>``.
        console: where progress goes; silent by default.

    Raises:
        benchmark.core.errors.UserError: the table can't be used; the message names file, row or column.
    """
    with EvaluationProgress(console) as announce:
        return _evaluate(
            table,
            {"mos": mos, "methods": methods, "lower_better": lower_better, "lower_mos_better": lower_mos_better}
            | {"reference": reference, "cluster": cluster, "condition": condition}
            | {"mos_sd": mos_sd, "observers": observers, "output": output},
            {"statistics": statistics, "report": report, "published": published},
            decimal,
            duplicates,
            announce,
        )


def _evaluate(
    table: str | Path | pd.DataFrame,
    columns_given: Mapping[str, Any],
    given: Mapping[str, Any],
    decimal: str | None,
    duplicates: str,
    announce: Announce,
) -> Evaluation:
    """Evaluate a table, announcing each step."""
    keywords = arguments.checked(columns_given)
    keys = source_of({key: item for key, item in given.items() if item is not None}, "evaluate")
    asked = parse(EvaluateConfig, keys)
    mark, drop_identical = _reading(decimal, duplicates)
    announce("reading the table" if isinstance(table, pd.DataFrame) else f"reading {table}")
    read_in = table_sources.take(table, keywords.headings)
    sources = _score_sources(keywords.methods, read_in.headings)
    columns = table_input.Columns(
        mos=keywords.mos,
        methods=tuple(name for name in keywords.methods if name not in sources),
        reference=table_input.guess(read_in, keywords.reference, table_input.REFERENCE_NAMES),
        cluster=keywords.cluster,
        condition=keywords.condition,
        mos_sd=keywords.mos_sd,
        observers=keywords.observers,
    )
    _check_methods(columns, keywords.lower_better)
    scores, notes = table_input.from_table(read_in, columns, decimal=mark, drop_identical=drop_identical)
    foresight.refuse_tables(asked.report, scores, keywords.methods, asked.published, keys)
    foresight.refuse_published(asked.published, scores, (), keys)
    foresight.refuse_tests(asked.statistics, scores, keywords.methods)
    for label, source in sources.items():
        scores[label] = list(source.scores(scores.copy(), scores.copy()))
    listed = [
        _method_of_source(label, sources[label], keywords.lower_mos_better)
        if label in sources
        else _method_of_column(label, scores[label], label in keywords.lower_better)
        for label in keywords.methods
    ]
    notes.append(f"{len(scores)} pairs of {scores['reference'].nunique()} references.")
    if keywords.lower_mos_better:
        notes.append("Lower labels mean better quality; correlations are turned so that positive means agreement.")
    options = {key: value for key, value in asdict(columns).items() if value is not None}
    options |= {"decimal": mark} if mark else {}
    options |= {"duplicates": duplicates} if drop_identical else {}
    facts = Facts(
        title=asked.report.title or Path(read_in.name).stem,
        notes=notes,
        lower_mos_better=keywords.lower_mos_better,
        simulated=False,
        record={
            "configuration": {"evaluate": read_in.name, **options, "lower_better": list(keywords.lower_better)},
            "dataset": {
                "name": Path(read_in.name).stem,
                "pairs": len(scores),
                "references": int(scores["reference"].nunique()),
            },
            "versions": provenance.versions({"numpy", "scipy", "pandas", "numba"}),
            "machine": provenance.machine(),
        },
        hints=functools.partial(
            directions.of_table,
            methods=[method for method in listed if method.label not in sources],
            lower_better=keywords.lower_better,
            lower_mos_better=keywords.lower_mos_better,
        ),
    )
    choices = Choices(asked.statistics, asked.report, asked.published)
    place = output_of_table(Path(read_in.name), keywords.output)
    evaluation = complete(scores, listed, _missing_scores(scores, keywords.methods), choices, facts, place, announce)
    if isinstance(table, pd.DataFrame):
        return replace(evaluation, claim=claims.of_content("evaluate", "evaluate of a DataFrame", _sha256(scores)))
    return replace(evaluation, claim=claims.of_file("evaluate", Path(table)), inputs=(Path(table),))


def output_of_table(table: Path, output: str | Path | None) -> Path:
    """The folder that ``evaluate`` writes to; without ``output``, ``results/`` and the table's name."""
    return home_of(Path(output)) if output is not None else Path("results", table.stem)


def refuse_output_of_table(table: Path, output: Path | None, *, overwrite: bool) -> None:
    """Refuse a folder that ``save`` would refuse after computing.

    Raises:
        UserError: the folder can't be written to, or holds other files or the table itself.
    """
    place = output_of_table(table, output)
    foresight.refuse_output(place, source_of({}, "evaluate"))
    belongings.refuse(place, claims.of_file("evaluate", table), inputs=(table,), overwrite=overwrite)


def _sha256(scores: pd.DataFrame) -> str:
    rows = pd.util.hash_pandas_object(scores, index=False)
    return hashlib.sha256(",".join(scores.columns).encode() + rows.to_numpy().tobytes()).hexdigest()


def _reading(decimal: str | None, duplicates: str) -> tuple[Mark | None, bool]:
    """How to read the table: the decimal mark, and whether identical rows are dropped."""
    marks: dict[str | None, Mark | None] = {None: None, ",": ",", ".": "."}
    if decimal not in marks:
        raise ConfigError(f"--decimal: {decimal!r} is no decimal mark; it must be ',' or '.'")
    if duplicates not in ("refuse", "drop-identical"):
        raise ConfigError(f"--duplicates: {duplicates!r} is unknown; it must be 'refuse' or 'drop-identical'")
    return marks[decimal], duplicates == "drop-identical"


def _score_sources(methods: Sequence[str], headings: Sequence[str]) -> dict[str, ScoreSource]:
    """The wanted methods that are not columns but predict scores from labels, such as the floor."""
    known = registry.methods()
    wanted = [name for name in dict.fromkeys(methods) if name not in headings and name in known.names()]
    method_types = {name: known.load(name) for name in wanted}
    return {
        name: kind() for name, kind in method_types.items() if issubclass(kind, ScoreSource) and kind.predicts_label
    }


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
    taken = [name for name in columns.methods if name in csv_files.KEYS]
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
    return pd.DataFrame(rows, columns=list(csv_files.FAILURE_COLUMNS), dtype=str)


@front.guarded
def command(
    table: Annotated[Path, typer.Argument(metavar="TABLE.csv", help="One row a pair, a column a method.")],
    mos: Annotated[str, typer.Option(metavar="COL", help="Column of labels.")],
    methods: Annotated[str, typer.Option(metavar="A,B", help="Columns of scores; enhancer-mean adds the floor.")],
    lower_better: Annotated[str | None, typer.Option(metavar="A,B", help="Those in which lower means better.")] = None,
    lower_mos_better: Annotated[
        bool, typer.Option("--lower-mos-better", help="Lower labels mean better quality.")
    ] = False,
    reference: Annotated[str | None, typer.Option(metavar="COL", help="Column of references.")] = None,
    cluster: Annotated[str | None, typer.Option(metavar="COL", help="Column of what is resampled (patient).")] = None,
    condition: Annotated[str | None, typer.Option(metavar="COL", help="Column of the enhancement algorithm.")] = None,
    mos_sd: Annotated[str | None, typer.Option(metavar="COL", help="Column of the labels' standard deviation.")] = None,
    observers: Annotated[str | None, typer.Option(metavar="COL", help="Column of the number of observers.")] = None,
    decimal: Annotated[str | None, typer.Option(metavar=", OR .", help="Decimal mark of the table's numbers.")] = None,
    duplicates: Annotated[
        str, typer.Option(metavar="HOW", help="Rows that stand twice: refuse, or drop-identical.")
    ] = "refuse",
    output: front.Output = None,
    set_: front.Settings = None,
    overwrite: front.Overwrite = False,
) -> int:
    """Compute the same statistics, tables and plots from any table of scores; no images needed."""
    out, err = front.consoles()
    source = read_source({}, set_ or ())
    config = parse(EvaluateConfig, source)
    refuse_output_of_table(table, output, overwrite=overwrite)
    with source.placing():
        result = evaluate(
            table,
            mos=mos,
            methods=front.names(methods) or [],
            lower_better=front.names(lower_better) or [],
            lower_mos_better=lower_mos_better,
            reference=reference,
            cluster=cluster,
            condition=condition,
            mos_sd=mos_sd,
            observers=observers,
            decimal=decimal,
            duplicates=duplicates,
            statistics=config.statistics,
            report=config.report,
            published=config.published,
            output=output,
            console=err,
        )
    EvaluationProgress(err)(f"writing {result.directory}")
    result.save(overwrite=overwrite)
    front.show(result, out)
    return int(result.exit_status)
