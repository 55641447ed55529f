"""``evaluate``: statistics, tables and plots of any table of scores; no images, no models. Pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from benchmark.commands import front
from benchmark.commands.steps.evaluate_study import PreparedStudy, evaluate_study, prepare, refuse_output_of_study
from benchmark.commands.steps.evaluate_table import evaluate_table, output_of_table
from benchmark.config.models import EvaluateConfig, StatisticsConfig
from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.config.source import home_of, parse, read_source, source_of
from benchmark.core import keywords
from benchmark.core.errors import ConfigError, UserError
from benchmark.evaluation import foresight
from benchmark.evaluation.announcer import EvaluationProgress
from benchmark.report.evaluation import Evaluation
from benchmark.results import belongings, claims
from benchmark.scoring import destinations


@keywords.exact
def evaluate(
    table: str | Path | pd.DataFrame | Mapping[str, Any],
    *,
    methods: str | Sequence[str] = (),
    mos: str | None = None,
    scores: str | Path | Mapping[str, Any] | Sequence[str | Path | Mapping[str, Any]] = (),
    lower_better: str | Sequence[str] = (),
    lower_mos_better: bool = False,
    reference: str | None = None,
    cluster: str | None = None,
    condition: str | None = None,
    mos_sd: str | None = None,
    observers: str | None = None,
    mos_low: str | None = None,
    mos_high: str | None = None,
    opinions: str | Path | Mapping[str, Any] | None = None,
    choices: bool = False,
    preference: str | None = None,
    votes: str | None = None,
    votes_first: str | None = None,
    votes_second: str | None = None,
    first: str | None = None,
    second: str | None = None,
    sheet: str = "",
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
        table: a CSV file, an Excel workbook, a Parquet file or a DataFrame, one row per pair; with ``choices`` one row per
            choice between two images. Or a study of several such tables: a YAML file or a mapping (``tables: …``, see
            docs/studies.md), which names their columns itself.
        methods: columns of scores; ``enhancer-mean`` adds the floor where ``condition`` is given. With ``choices`` names,
            each of which has two columns (``first``, ``second``).
        mos: column of labels; required without ``choices`` or ``opinions``.
        scores: files of scores of the same images, joined by the images' names, whose columns are methods too: a path, or
            ``{"file": …, "columns": "all", "lower_better": […]}`` with the keys of ``scores-file``; or several of these.
        lower_better: those of them in which lower means better.
        lower_mos_better: whether lower labels mean better quality.
        reference: column that names each pair's reference; by default the first with one of the usual names.
        cluster: column of what is resampled, when it is not the reference (for instance the patient).
        condition: column of the enhancement algorithm or distortion.
        mos_sd: column of the opinions' standard deviation.
        observers: column of their number.
        mos_low: column of the labels' lower 95 % limits.
        mos_high: column of their upper limits.
        opinions: single votes of observers: a file, joined by the images' names, or ``{"columns": "Subject *"}`` for columns
            of the table (all keys: docs/evaluate_scores.md). Labels, their SD and number follow where no column has them.
        choices: whether observers chose between two images (2AFC) instead of giving opinions.
        preference: column of the share of the votes for the second image, from 0 to 1.
        votes: column of their number.
        votes_first: column of the votes for the first image; with ``votes_second`` instead of both.
        votes_second: column of the votes for the second image.
        first: heading of a method's column of the first image's scores, with ``{}`` in place of its name: ``"{}_p0"``.
        second: likewise of the second image's: ``"{}_p1"``.
        sheet: which sheet of a workbook; by default the one that has the columns.
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
    columns: dict[str, Any] = {
        **{"mos": mos, "methods": methods, "lower_better": lower_better, "lower_mos_better": lower_mos_better},
        **{"reference": reference, "cluster": cluster, "condition": condition},
        **{"mos_sd": mos_sd, "observers": observers},
        **{"choices": choices, "preference": preference, "votes": votes, "first": first, "second": second},
        **{"votes_first": votes_first, "votes_second": votes_second, "mos_low": mos_low, "mos_high": mos_high},
        **{"sheet": sheet, "decimal": decimal, "duplicates": duplicates, "scores": scores, "opinions": opinions},
    }
    sections = {"statistics": statistics, "report": report, "published": published}
    with EvaluationProgress(console) as announce:
        if isinstance(table, pd.DataFrame) or not is_study(table):
            assert not isinstance(table, Mapping)
            return evaluate_table(table, {**columns, "output": output}, sections, announce)
        refuse_columns(columns, table, lambda key: f"{key}=")
        prepared = prepared_of(table, sections, output)
        with prepared.source.placing():
            return evaluate_study(prepared, announce)


def is_study(table: object) -> bool:
    """Whether ``evaluate`` is given a study's configuration instead of a table."""
    if isinstance(table, Mapping):
        return True
    return isinstance(table, (str, Path)) and Path(table).suffix.lower() in (".yaml", ".yml")


def refuse_columns(
    given: Mapping[str, Any], study: str | Path | Mapping[str, Any], named: Callable[[str], str]
) -> None:
    """Refuse what names columns of one table beside a study, which names them itself.

    Args:
        given: what was given, by key; defaults count as nothing.
        study: the study.
        named: how a key is written.

    Raises:
        ConfigError: names the first one.
    """
    unused: tuple[Any, ...] = (None, False, "", "refuse", (), [])
    one = next((key for key, value in given.items() if value not in unused), None)
    if one is not None:
        where = "the study" if isinstance(study, Mapping) else str(study)
        raise ConfigError(f"{named(one)}: {where} names the columns of its tables itself: write {one} there")


def prepared_of(
    study: str | Path | Mapping[str, Any], sections: Mapping[str, Any], output: str | Path | None
) -> PreparedStudy:
    """A study as a function's arguments give it; its sections there count instead of its own.

    Raises:
        UserError: it can't be used.
    """
    source = read_source(study)
    given = {key: value for key, value in sections.items() if value is not None}
    source = source.overridden(given, {}) if given else source
    sha256 = destinations.sha256_of(source) if isinstance(study, Mapping) else ""
    return prepare(source, sha256, None if output is None else home_of(Path(output)))


def refuse_output_of_table(table: Path, output: Path | None, *, overwrite: bool) -> None:
    """Refuse a folder that ``save`` would refuse after computing.

    Raises:
        UserError: the folder can't be written to, or holds other files or the table itself.
    """
    place = output_of_table(table, output)
    foresight.refuse_output(place, source_of({}, "evaluate"))
    belongings.refuse(place, claims.of_file("evaluate", table), inputs=(table,), overwrite=overwrite)


@front.guarded
def command(
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE.csv", help="One row a pair, a column a method; or STUDY.yaml, which names several tables."
        ),
    ],
    methods: Annotated[
        str | None, typer.Option(metavar="A,B", help="Columns of scores; enhancer-mean adds the floor.")
    ] = None,
    mos: Annotated[str | None, typer.Option(metavar="COL", help="Column of labels.")] = None,
    scores: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Scores of the same images by other methods, joined by the images' names."),
    ] = None,
    lower_better: Annotated[str | None, typer.Option(metavar="A,B", help="Those in which lower means better.")] = None,
    lower_mos_better: Annotated[
        bool, typer.Option("--lower-mos-better", help="Lower labels mean better quality.")
    ] = False,
    reference: Annotated[str | None, typer.Option(metavar="COL", help="Column of references.")] = None,
    cluster: Annotated[str | None, typer.Option(metavar="COL", help="Column of what is resampled (patient).")] = None,
    condition: Annotated[str | None, typer.Option(metavar="COL", help="Column of the enhancement algorithm.")] = None,
    mos_sd: Annotated[str | None, typer.Option(metavar="COL", help="Column of the labels' standard deviation.")] = None,
    observers: Annotated[str | None, typer.Option(metavar="COL", help="Column of the number of observers.")] = None,
    mos_low: Annotated[str | None, typer.Option(metavar="COL", help="Column of the labels' lower 95 % limits.")] = None,
    mos_high: Annotated[str | None, typer.Option(metavar="COL", help="Column of the labels' upper limits.")] = None,
    opinions: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Single votes: a table; or columns of this one, '{columns: Subject *}'."),
    ] = None,
    choices: Annotated[bool, typer.Option("--choices", help="A row is a choice between two images (2AFC).")] = False,
    preference: Annotated[
        str | None, typer.Option(metavar="COL", help="Choices: share of the votes for the second image.")
    ] = None,
    votes: Annotated[str | None, typer.Option(metavar="COL", help="Choices: number of votes.")] = None,
    votes_first: Annotated[
        str | None, typer.Option(metavar="COL", help="Choices, instead of both: votes for the first image.")
    ] = None,
    votes_second: Annotated[
        str | None, typer.Option(metavar="COL", help="Choices, instead of both: votes for the second image.")
    ] = None,
    first: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Choices: columns of the first image's scores, as '{}_p0'.")
    ] = None,
    second: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Choices: columns of the second image's scores.")
    ] = None,
    sheet: Annotated[str, typer.Option(metavar="NAME", help="Sheet of a workbook.")] = "",
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
    columns: dict[str, Any] = {
        **{"mos": mos, "methods": methods, "lower_better": lower_better, "lower_mos_better": lower_mos_better},
        **{"reference": reference, "cluster": cluster, "condition": condition},
        **{"mos_sd": mos_sd, "observers": observers, "mos_low": mos_low, "mos_high": mos_high},
        **{"choices": choices, "preference": preference, "votes": votes, "votes_first": votes_first},
        **{"votes_second": votes_second, "first": first, "second": second},
        **{"sheet": sheet, "decimal": decimal, "duplicates": duplicates, "scores": scores, "opinions": opinions},
    }
    if is_study(table):
        refuse_columns(columns, table, lambda key: f"--{key.replace('_', '-')}")
        result: Evaluation = _study(table, set_ or (), output, err, overwrite=overwrite)
    else:
        result = _one_table(table, columns, set_ or (), output, err, overwrite=overwrite)
    EvaluationProgress(err)(f"writing {result.directory}")
    result.save(overwrite=overwrite)
    front.show(result, out)
    return int(result.exit_status)


def _study(
    table: Path, settings: Sequence[str], output: Path | None, console: Console, *, overwrite: bool
) -> Evaluation:
    """The evaluation of a study of tables."""
    prepared = prepare(read_source(table, settings), "", output)
    refuse_output_of_study(prepared, overwrite=overwrite)
    with EvaluationProgress(console) as announce, prepared.source.placing():
        return evaluate_study(prepared, announce)


def _one_table(
    table: Path,
    columns: Mapping[str, Any],
    settings: Sequence[str],
    output: Path | None,
    console: Console,
    *,
    overwrite: bool,
) -> Evaluation:
    """The evaluation of one table."""
    if columns["methods"] is None and not columns["scores"]:
        raise UserError("--methods: name at least one column of scores")
    source = read_source({}, settings)
    config = parse(EvaluateConfig, source)
    refuse_output_of_table(table, output, overwrite=overwrite)
    lists = {key: front.names(columns[key]) or [] for key in ("methods", "lower_better")}
    lists["scores"] = columns["scores"] or []
    given: dict[str, Any] = {**columns, **lists, "output": output, "console": console}
    with source.placing():
        return evaluate(table, statistics=config.statistics, report=config.report, published=config.published, **given)
