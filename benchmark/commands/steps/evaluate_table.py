"""Reads a table of scores as its options say, and evaluates it: the work of ``evaluate``, step by step. Pandas."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark.config.grouping import OWN
from benchmark.config.models import EvaluateConfig
from benchmark.config.source import Source, home_of, parse, source_of
from benchmark.config.study import refuse_needless
from benchmark.core import provenance
from benchmark.core.announce import Announce
from benchmark.core.errors import ConfigError
from benchmark.core.pair_columns import LIMITS
from benchmark.data.decimals import Mark
from benchmark.evaluation import (
    arguments,
    choice_input,
    directions,
    foresight,
    group_columns,
    joined_scores,
    table_input,
    table_sources,
    votes_input,
)
from benchmark.evaluation.arguments import EvaluateKeywords
from benchmark.evaluation.joined_scores import Joined
from benchmark.evaluation.table_sources import TableSource
from benchmark.plugins import contract_check, registry
from benchmark.plugins.contracts import ScoreSource, UsesScores
from benchmark.report.completion import Facts, Requested, complete
from benchmark.report.evaluation import Evaluation
from benchmark.results import claims, csv_files
from benchmark.results.scored import ScoredMethod, Status


@dataclass(frozen=True, slots=True)
class ReadIn:
    """A table in the form of a run's files.

    Attributes:
        scores: one row per pair (``scores.csv``).
        choices: one row per choice (``choices.csv``); ``None`` where labels are opinions of pairs.
        notes: what readers must know.
        options: which columns were read, for ``run.json``.
        sources: the methods that predict labels instead of being columns.
        features: columns for methods that learn, row by row as ``scores``.
        joined: methods whose scores are in other files.
        further: further columns of text, row by row as ``scores``.
        headings: of the table.
        votes: single votes, row by row as ``scores``, an observer a column; ``None`` where there are none.
        votes_sha256: of the file of votes, where there is one.
    """

    scores: pd.DataFrame
    choices: pd.DataFrame | None
    notes: list[str]
    options: dict[str, Any]
    sources: Mapping[str, ScoreSource] = field(default_factory=dict)
    features: pd.DataFrame = field(default_factory=pd.DataFrame)
    joined: Joined = field(default_factory=lambda: Joined({}, [], [], {}))
    further: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headings: Sequence[str] = ()
    votes: pd.DataFrame | None = None
    votes_sha256: Mapping[str, str] = field(default_factory=dict)


def evaluate_table(
    table: str | Path | pd.DataFrame,
    columns_given: Mapping[str, Any],
    given: Mapping[str, Any],
    announce: Announce,
) -> Evaluation:
    """Evaluate a table, announcing each step.

    Args:
        table: a file's path or a DataFrame.
        columns_given: keywords that name columns, directions, how the table is read, and the output.
        given: the sections of a configuration, as far as they are given.
        announce: receives what is being done.
    """
    return evaluate_columns(table, columns_given, given, announce)[0]


def evaluate_columns(
    table: str | Path | pd.DataFrame,
    columns_given: Mapping[str, Any],
    given: Mapping[str, Any],
    announce: Announce,
    *,
    features: Sequence[str] = (),
    title: str = "",
    scores_named: str = "--scores",
) -> tuple[Evaluation, pd.DataFrame]:
    """Evaluate a table as ``evaluate_table`` does, and read columns for methods that learn from them.

    Args:
        table, columns_given, given, announce: as there.
        features: the columns; then there may be no methods.
        title: what the table is called; empty for its name.
        scores_named: how the key of further files of scores is written.

    Returns:
        The evaluation, and the columns, row by row as its scores.
    """
    keywords = arguments.checked(columns_given)
    mark, drop_identical = _reading(keywords.decimal, keywords.duplicates)
    keys = source_of({key: item for key, item in given.items() if item is not None}, "evaluate")
    asked = parse(EvaluateConfig, keys)
    announce("reading the table" if isinstance(table, pd.DataFrame) else f"reading {table}")
    if keywords.choices:
        content, name = _choices(table, keywords, mark, drop_identical=drop_identical)
    else:
        further = [grouping.by for grouping in asked.report.groups if grouping.file is None and grouping.by not in OWN]
        content, name = _pairs(table, keywords, mark, features, scores_named, further, drop_identical=drop_identical)
    scores = content.scores
    own = keywords.methods
    keywords = keywords.model_copy(update={"methods": (*own, *content.joined.columns)})
    _refuse(asked, content, keywords, keys)
    report = group_columns.with_paths(asked.report, keys)
    groups = group_columns.resolve(
        scores, report.groups, content.further, (), keys, strict=not title, headings=content.headings
    )
    if not title:  # of a study's tables only some have a condition
        refuse_needless(asked.report, keys, 1, divided=False)
        foresight.refuse_subsets(asked.statistics, scores, keys)
    columns = [label for label in keywords.methods if label not in content.sources]
    for label, source in content.sources.items():
        if isinstance(source, UsesScores):
            source.use(scores[columns].copy())
        scores[label] = list(source.scores(scores.copy(), scores.copy()))
    listed = [
        _method_of_source(label, content.sources[label], keywords.lower_mos_better)
        if label in content.sources
        else _method_of_column(label, scores[label], label in keywords.lower_better)
        for label in own
    ] + content.joined.methods
    options = {key: value for key, value in content.options.items() if value is not None}
    options |= {"decimal": mark} if mark else {}
    options |= {"duplicates": keywords.duplicates} if drop_identical else {}
    if keywords.scores:
        options["scores"] = [entry.model_dump(mode="json", exclude_defaults=True) for entry in keywords.scores]
    facts = Facts(
        groups=groups,
        title=title or asked.report.title or Path(name).stem,
        notes=[*content.notes, *_counts(content, keywords)],
        lower_mos_better=keywords.lower_mos_better,
        simulated=False,
        record={
            "configuration": {"evaluate": name, **options, "lower_better": list(keywords.lower_better)},
            **({"scores": content.joined.sha256} if keywords.scores else {}),
            **({"opinions": dict(content.votes_sha256)} if content.votes_sha256 else {}),
            "dataset": {
                "name": Path(name).stem,
                "pairs": len(scores),
                "references": int(scores["reference"].nunique()),
            },
            "versions": provenance.versions({"numpy", "scipy", "pandas", "numba"}),
            "machine": provenance.machine(),
        },
        hints=functools.partial(
            directions.of_table,
            methods=[method for method in listed if method.label not in content.sources],
            lower_better=[method.label for method in listed if not method.higher_is_better],
            lower_mos_better=keywords.lower_mos_better,
        ),
        votes=content.votes,
    )
    requested = Requested(asked.statistics, report, asked.published)
    place = output_of_table(Path(name), keywords.output)
    failures = _missing_scores(scores, keywords.methods)
    evaluation = complete(scores, listed, failures, requested, facts, place, announce, choices=content.choices)
    files = (*(entry.file for entry in keywords.scores), *map(Path, content.votes_sha256))
    if isinstance(table, pd.DataFrame):
        claim = claims.of_content("evaluate", "evaluate of a DataFrame", _sha256(scores))
        return replace(evaluation, claim=claim, inputs=files), content.features
    claim = claims.of_file("evaluate", Path(table))
    return replace(evaluation, claim=claim, inputs=(Path(table), *files)), content.features


def _pairs(
    table: str | Path | pd.DataFrame,
    keywords: EvaluateKeywords,
    mark: Mark | None,
    features: Sequence[str],
    scores_named: str,
    further: Sequence[str],
    *,
    drop_identical: bool,
) -> tuple[ReadIn, str]:
    """A table of labelled pairs, and its name; ``further`` columns are taken along where it has them."""
    read_in = table_sources.take(table, [*keywords.headings, *features], keywords.sheet)
    sources = _score_sources(keywords.methods, read_in.headings)
    columns = table_input.Columns(
        mos=keywords.mos,
        methods=tuple(name for name in keywords.methods if name not in sources),
        reference=table_input.guess(read_in, keywords.reference, table_input.REFERENCE_NAMES),
        cluster=keywords.cluster,
        condition=keywords.condition,
        mos_sd=keywords.mos_sd,
        observers=keywords.observers,
        mos_low=keywords.mos_low,
        mos_high=keywords.mos_high,
        enhanced=votes_input.column_of_names(read_in, keywords.opinions),
    )
    if columns.methods or not (features or keywords.scores):
        _check_methods(columns.methods, () if keywords.scores else keywords.lower_better)
    votes = votes_input.columns_of_votes(read_in, keywords.opinions, columns.methods)
    wanted = replace(columns, methods=tuple(dict.fromkeys((*columns.methods, *features, *votes))))
    along = [name for name in further if name in read_in.headings]
    scores, notes = table_input.from_table(read_in, wanted, decimal=mark, drop_identical=drop_identical, further=along)
    further_cells = {name: list(scores.pop(table_input.FURTHER + name)) for name in along}
    learned_from, own_votes = scores[list(features)], scores[list(votes)]
    scores = scores.drop(columns=[name for name in wanted.methods if name not in columns.methods])
    joined = joined_scores.join(scores, keywords.scores, keywords.methods, keywords.lower_better, scores_named)
    scores, options = scores.assign(**joined.columns), asdict(columns)
    content = ReadIn(scores, None, [*notes, *joined.notes], options, sources, learned_from, joined)
    content = replace(content, further=further_cells, headings=read_in.headings)
    if keywords.opinions is None:
        return content, read_in.name
    voted = votes_input.with_votes(scores, own_votes, keywords.opinions)
    options |= {"opinions": keywords.opinions.model_dump(mode="json", exclude_defaults=True)}
    content = replace(content, scores=voted.scores, votes=voted.votes, votes_sha256=voted.sha256)
    return replace(content, notes=[*content.notes, *voted.notes]), read_in.name


def _choices(
    table: str | Path | pd.DataFrame, keywords: EvaluateKeywords, mark: Mark | None, *, drop_identical: bool
) -> tuple[ReadIn, str]:
    """A table of choices, and its name."""
    columns = choice_input.ChoiceColumns(
        methods=keywords.methods,
        first=keywords.first or "",
        second=keywords.second or "",
        preference=keywords.preference,
        votes=keywords.votes,
        votes_first=keywords.votes_first,
        votes_second=keywords.votes_second,
        reference=keywords.reference,
        cluster=keywords.cluster,
        condition=keywords.condition,
    )
    choice_input.check_columns(columns)
    _check_methods(columns.methods, keywords.lower_better)
    read_in: TableSource = table_sources.take(table, columns.headings, keywords.sheet)
    columns = replace(columns, reference=table_input.guess(read_in, columns.reference, table_input.REFERENCE_NAMES))
    scores, choices, notes = choice_input.from_table(read_in, columns, decimal=mark, drop_identical=drop_identical)
    return ReadIn(scores, choices, notes, {"choices": True, **asdict(columns)}), read_in.name


def _refuse(asked: EvaluateConfig, content: ReadIn, keywords: EvaluateKeywords, keys: Source) -> None:
    """Refuse before the statistics what tables and tests ask for and these scores don't have."""
    scores, methods = content.scores, keywords.methods
    foresight.refuse_tables(
        asked.report, scores, methods, asked.published, keys, choices=content.choices, statistics=asked.statistics
    )
    foresight.refuse_observers(methods, content.choices, keys, noise_ceiling=asked.statistics.noise_ceiling)
    foresight.refuse_published(asked.published, scores, (), keys)
    foresight.refuse_tests(asked.statistics, scores, methods)


def _counts(content: ReadIn, keywords: EvaluateKeywords) -> list[str]:
    references = content.scores["reference"].nunique()
    if content.choices is not None:
        return [f"{len(content.choices)} choices of {references} references."]
    notes = [f"{len(content.scores)} pairs of {references} references."]
    if keywords.lower_mos_better:
        notes.append("Lower labels mean better quality; correlations are turned so that positive means agreement.")
    return notes


def output_of_table(table: Path, output: str | Path | None) -> Path:
    """The folder that ``evaluate`` writes to; without ``output``, ``results/`` and the table's name."""
    return home_of(Path(output)) if output is not None else Path("results", table.stem)


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
        source=source.info.source,
        libraries=source.info.libraries,
    )


def _check_methods(methods: Sequence[str], lower_better: Sequence[str]) -> None:
    if not methods:
        raise ConfigError("--methods: name at least one column of scores")
    twice = [name for name in methods if methods.count(name) > 1]
    if twice:
        raise ConfigError(f"--methods: {twice[0]!r} stands twice")
    unknown = [name for name in lower_better if name not in methods]
    if unknown:
        raise ConfigError(f"--lower-better: {unknown[0]!r} is not among --methods ({', '.join(methods)})")
    taken = [name for name in methods if name in (*csv_files.KEYS, *LIMITS)]
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
