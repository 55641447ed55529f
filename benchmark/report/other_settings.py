"""Changes what the report of a finished run prints, without computing: tables, plots, title, values of papers. Pandas.

A key of the configuration counts instead of the stored one, and is checked as ``run`` and ``evaluate`` check it. What would
need new numbers is refused. ``run.json`` takes what was changed, so that a later report of the folder does not undo it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any, cast

from benchmark.config.models import EvaluateConfig, StatisticsConfig
from benchmark.config.printing import OF_ANALYSES, ReportConfig, TableConfig
from benchmark.config.source import Source, parse
from benchmark.config.study import refuse_needless
from benchmark.core.errors import ConfigError
from benchmark.evaluation import foresight
from benchmark.report.blocks import Numbers
from benchmark.report.content import ReportData
from benchmark.report.spec import spell_out, spelled_out, written_out
from benchmark.results.run_record import RunRecord, statistics_settings, subsets_of

SECTIONS = ("report", "published")
ANEW = "`report` computes nothing: call `run` or `evaluate` again with it"


def stored_settings(data: ReportData) -> dict[str, Any]:
    """What the stored run says of its report, as a configuration; what tables have by default is left out."""
    report = data.config.model_dump(mode="json")
    report["tables"] = [
        {key: item for key, item in table.items() if (key, item) != ("level", "pair")}
        for table in written_out(report["tables"])
    ]
    published = {name: entry.model_dump(mode="json") for name, entry in data.published.items()}
    return {"report": report, "published": published}


def overlaid(data: ReportData, given: Source, *, whole: bool) -> Source:
    """The stored settings with the given ones over them.

    Args:
        data: the finished run.
        given: a configuration as read.
        whole: whether it is one of ``run`` or ``evaluate``, of which only ``report`` and ``published`` are taken.

    Raises:
        ConfigError: it has other keys.
    """
    other = next((key for key in given.values if key not in SECTIONS), None)
    if other is not None and not whole:
        raise ConfigError(f"{given.named((other,))}: {ANEW}")
    values = stored_settings(data)
    for section in SECTIONS:
        one = given.values.get(section)
        if isinstance(one, Mapping):
            values[section] = {**values[section], **one}
        elif one is not None:
            values[section] = one
    return replace(given, values=values)


def with_settings(data: ReportData, source: Source) -> ReportData:
    """The data with other settings.

    Raises:
        ConfigError: a key is wrong, or needs numbers that were not computed; names place and key.
    """
    other = next((key for key in source.values if key not in SECTIONS), None)
    if other is not None:
        raise ConfigError(f"{source.named((other,))}: {ANEW}")
    asked = parse(EvaluateConfig, _older_give_way(data, source))
    for key in OF_ANALYSES:
        if getattr(asked.report, key) != getattr(data.config, key):
            raise ConfigError(f"{source.named(('report', key))}: {ANEW}")
    report = asked.report if data.of_study else spelled_out(asked.report, choices=len(data.choices) > 0)
    changed = replace(data, config=report, published=dict(asked.published), title=asked.report.title or data.title)
    _refuse(data, asked.report, changed, source)
    return replace(changed, record=_record(data.record, changed))


def _older_give_way(data: ReportData, source: Source) -> Source:
    """Without stored keys in whose place another key now says the same: ``plots`` and ``interval`` as they were."""
    report, stored = source.values.get("report"), stored_settings(data)["report"]
    if not isinstance(report, Mapping):
        return source
    report, figures, tables = dict(report), report.get("figures"), report.get("tables")
    if isinstance(figures, Mapping) and "formats" in figures:
        if report.get("plots") == stored.get("plots"):
            report.pop("plots", None)
        elif figures == stored.get("figures"):
            report["figures"] = {key: item for key, item in figures.items() if key != "formats"}
    if isinstance(tables, list):
        report["tables"] = [
            _table_given_way(new, old) for new, old in zip_longest(tables, stored["tables"][: len(tables)])
        ]
    return replace(source, values={**source.values, "report": report})


def _table_given_way(new: Any, old: Any) -> Any:
    """The settings of a table without a stored place of its intervals, where they have a new one."""
    if not (isinstance(new, Mapping) and isinstance(old, Mapping)):
        return new
    for key, other in (("interval", "ci"), ("ci", "interval")):
        if other in new and new[other] != old.get(other) and new.get(key) == old.get(key):
            return {name: item for name, item in new.items() if name != key}
    return new


def _refuse(data: ReportData, asked: ReportConfig, changed: ReportData, source: Source) -> None:
    """Refuse changed tables, and values of papers, that the stored numbers can't fill."""
    known = data.config.tables
    tables = tuple(
        TableConfig(name=table.name) if new in known else table
        for table, new in zip(asked.tables, changed.config.tables, strict=True)
    )
    statistics = StatisticsConfig(ranges=_ranges(data), subsets=subsets_of(data.record))
    single = [one.label for method in data.methods for one in (method, *method.single)]
    only_new = asked.model_copy(update={"tables": tables})
    divided = "aggregate" in data.summary.columns
    refuse_needless(only_new, source, data.scores["dataset"].nunique(), divided=divided)
    try:
        foresight.refuse_tables(
            only_new,
            data.scores,
            dict.fromkeys(single),
            changed.published,
            source,
            choices=data.choices if len(data.choices) else None,
            statistics=statistics,
        )
    except ConfigError as error:
        needs = f" ({ANEW})" if "set `statistics." in str(error) else ""
        raise ConfigError(f"{error}{needs}") from None
    new = {name: entry for name, entry in changed.published.items() if data.published.get(name) != entry}
    foresight.refuse_published(new, data.scores, data.failed_data, source)
    numbers = Numbers(data)
    for index, table in enumerate(tables):
        there = {column.statistic for column in spell_out(changed, numbers, table)} if table.columns else set()
        missing = next((name for name in table.columns or () if name not in there), None)
        if missing is not None and table.kind != "cross":
            where = source.named(("report", "tables", index, "columns"))
            raise ConfigError(f"{where}: {missing} was not computed for this table; {ANEW}")


def _ranges(data: ReportData) -> Any:
    """The number of ranges of labels that correlations were computed in."""
    return max((one.get("ranges", 0) for one in statistics_settings(data.record)), default=0)


def _record(record: RunRecord, changed: ReportData) -> RunRecord:
    """``run.json`` with the changed settings, also in the configuration that repeats the run."""
    report = changed.config.model_dump(mode="json")
    published = {name: entry.model_dump(mode="json") for name, entry in changed.published.items()}
    own: dict[str, Any] = {**record, "report": report, "published": published, "title": changed.title}
    configuration = record.get("configuration")
    if configuration is not None and "evaluate" not in configuration:
        repeated = stored_settings(changed)
        own["configuration"] = {**configuration, **{key: item for key, item in repeated.items() if item}}
    return cast(RunRecord, own)
