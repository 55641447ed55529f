"""The page's ranking as data: its cells are the numbers of ``summary.csv``, printed as tables print them."""

from collections.abc import Callable

from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers
from benchmark.report.content import ReportData
from benchmark.report.page_ranking import PageNotes, RankedTable, ranked_tables
from benchmark.report.ranking import standings

Maker = Callable[..., ReportData]


def tables_of(data: ReportData) -> list[RankedTable]:
    numbers, block = Numbers(data), Block("efid", "test")
    return ranked_tables(data, numbers, block, standings(data, numbers, block), PageNotes())


def printed(value: float) -> str:
    return naming.number(value, 3, minus=naming.MINUS)


def test_every_cell_is_the_stored_number_with_its_interval(make_report: Maker) -> None:
    data = make_report({"a": 0.9, "b": 0.2, "c": -0.7})
    stored = data.summary.set_index(["level", "condition", "statistic", "method"])
    tables = tables_of(data)
    seen = 0
    for table in tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                scope = column.scope
                key = (scope.level, scope.condition, column.statistic, row.standing.method.label)
                one = stored.loc[[key]].iloc[0]
                assert cell.value == printed(one["value"])
                ends = (one["ci_low"], one["ci_high"])
                assert (cell.low, cell.high) == tuple("" if end != end else printed(end) for end in ends)  # noqa: PLR0124
                seen += cell.low != ""
    assert [table.level for table in tables][:2] == ["All pairs", "By condition"]
    assert seen >= 9


def test_words_find_a_method_and_lower_statistics_begin_with_the_lowest(make_report: Maker) -> None:
    first, *_ = tables_of(make_report({"a": 0.9, "b": 0.2}, methods={"a": {"title": "Große Methode"}}))
    order = {column.statistic: column.first for column in first.columns}
    assert (order["srcc"], order["rmse"]) == ("descending", "ascending")
    assert "grosse methode" in first.rows[0].words or "große methode" in first.rows[0].words
