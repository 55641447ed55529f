"""Makes the report page, one self-contained HTML file. jinja2 escapes every text; the page loads nothing.

``page_ranking`` makes the ranking's tables, ``page_data`` the script's data; ``templates`` hold markup, style and script.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jinja2

from benchmark.report import naming, thumbnails
from benchmark.report.blocks import Block, Numbers, blocks, pairs_of
from benchmark.report.content import ReportData
from benchmark.report.disagreement import Disputed, disputed
from benchmark.report.grid import Grid
from benchmark.report.matrix import sets_matrix
from benchmark.report.page_data import jpeg_uri, payload, script_json
from benchmark.report.page_ranking import PageNotes, ranked_tables
from benchmark.report.paragraph import Paragraph, paragraph
from benchmark.report.plots import Plot
from benchmark.report.plots.kind import Clouds
from benchmark.report.printed import ComparisonTable
from benchmark.report.ranking import Standing, block_notes, noun_of, ranked_blocks
from benchmark.report.text import one_line

FAILURES_SHOWN = 200
LARGEST_PAGE, MOST_PICTURES = 5_500_000, 3_000_000  # bytes; a page of 1,800 pairs stays under 6 MB


def render_page(
    data: ReportData,
    numbers: Numbers,
    tables: Sequence[ComparisonTable],
    plots: Sequence[Plot],
    clouds: Clouds,
    grids: Sequence[Grid] = (),
    said: Paragraph | None = None,
) -> str:
    """The HTML of the page; ``said`` is the paragraph of methods where it was made already."""
    standings = ranked_blocks(data, numbers)
    explored = [item for item in standings if pairs_of(data, item[0])["mos"].notna().any() and not data.pages]
    galleries = [
        (block, item, disputed(data, block, item.method)) for block, order in explored for item in order if item.ranked
    ]
    order = [entry.pair for _, _, entries in galleries for entry in entries] + [
        str(pair) for pair in data.scores["pair"]
    ]
    figures = {plot.name: _picture(plot) for plot in plots}
    pictures = thumbnails.within(
        data.thumbnails, list(dict.fromkeys(order)), _room_for_pictures(figures.values(), 12 * data.scores.size)
    )
    notes = PageNotes()
    ranked = {block: ranked_tables(data, numbers, block, order, notes) for block, order in standings}
    curves = {key: cloud.curve for key, cloud in clouds.items()}
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            data=data,
            names=naming,
            numbers=numbers,
            headlines={block: numbers.headline(block) for block, _ in standings},
            nouns={block: noun_of(numbers.headline(block)[0]) for block, _ in standings},
            observers={block: numbers.observers(block) for block, _ in standings},
            standings=standings,
            ranking_notes={block: block_notes(data, numbers, block) for block, _ in standings},
            every_block=blocks(data),
            ranked=ranked,
            page_notes=notes.listed,
            tables=[(table, _latex(table)) for table in tables],
            grids=grids,
            plots=plots,
            figures=figures,
            galleries=_with_pictures(galleries, pictures),
            explored=explored,
            matrix=sets_matrix(data, numbers),
            payload=script_json(payload(data, numbers, explored, curves, pictures)),
            gaps=_gaps(numbers, standings),
            failures=data.failures.head(FAILURES_SHOWN).to_dict("records"),
            failures_left_out=max(0, len(data.failures) - FAILURES_SHOWN),
            facts=_facts(data),
            record=json.dumps(without_times(data.record), indent=2, ensure_ascii=False, default=str),
            paragraph=said or paragraph(data),
        )
    )


def _room_for_pictures(figures: Iterable[str], scores: int) -> int:
    """How many bytes of thumbnails, before base64, fit on the page within its limit; some are on it twice."""
    taken = scores + sum(map(len, figures))
    return min(MOST_PICTURES, max(0, (LARGEST_PAGE - taken) // 3))


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("benchmark.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": _number, "one_line": one_line, "headline": naming.title}
    return environment


def without_times(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without what differs between two equal runs."""
    return {
        key: without_times(value) if isinstance(value, Mapping) else value
        for key, value in record.items()
        if key != "times"
    }


def _latex(table: ComparisonTable) -> str:
    from benchmark.report.formats.latex import to_latex  # noqa: PLC0415 - Styler is slow to import

    return to_latex(table)


def _number(value: float, digits: int = 3) -> str:
    return naming.number(value, digits, minus=naming.MINUS)


def _picture(plot: Plot) -> str:
    """Compressed SVG in base64: a third of the bytes of a picture, and sharp."""
    return base64.b64encode(gzip.compress(plot.save("svg"), mtime=0)).decode()


Gallery = tuple[Block, Standing, list[Disputed]]


def _with_pictures(galleries: Sequence[Gallery], pictures: Mapping[str, tuple[bytes, bytes]]) -> list[dict[str, Any]]:
    """Each method's most disputed pairs, with their images as data URIs where there are any."""
    return [
        {
            "block": block,
            "method": item.method,
            "entries": [
                (entry, [jpeg_uri(content) for content in pictures[entry.pair]] if entry.pair in pictures else [])
                for entry in entries
            ],
        }
        for block, item, entries in galleries
        if entries
    ]


def _gaps(
    numbers: Numbers, standings: Sequence[tuple[Block, Sequence[Standing]]]
) -> list[tuple[Block, Standing, int, int]]:
    """The ranked methods that lack some scores: how many, and of how many pairs."""
    coverages = [
        (block, item, *numbers.coverage(numbers.headline(block)[0], item.method.label))
        for block, order in standings
        for item in order
        if item.ranked
    ]
    return [(block, item, total - scored, total) for block, item, scored, total in coverages if scored < total]


def _facts(data: ReportData) -> list[tuple[str, str]]:
    """A short form of the record: data set, device, versions, hashes."""
    record: Mapping[str, Any] = data.record
    facts = []
    for key, title in (("tool", "Tool"), ("dataset", "Data set"), ("device", "Device"), ("machine", "Machine")):
        if record.get(key):
            facts.append((title, _flat(record[key])))
    for key, title in (("statistics", "Statistics"), ("versions", "Versions"), ("weights", "Weights (SHA-256)")):
        if record.get(key):
            facts.append((title, _flat(record[key])))
    return facts


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (f"{key}: {_flat(item)}" for key, item in value.items() if item not in (None, "", {}, []))
        return "; ".join(parts)
    if isinstance(value, (list, tuple)):
        return ", ".join(_flat(item) for item in value)
    return str(value)
