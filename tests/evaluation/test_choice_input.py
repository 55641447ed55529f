"""Tables of choices: what ``evaluate --choices`` reads, and a line for each wrong input that says what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.cli import main
from benchmark.core.errors import ConfigError, UserError

TABLE = pd.DataFrame(
    {
        "photo": list("aabbcc"),
        "a_p0": [20.0, 22, 30, 31, 28, 28],
        "a_p1": [25.0, 21, 25, 35, 29, 27],
        "b_p0": [0.5, 0.6, 0.9, 0.8, 0.7, 0.7],
        "b_p1": [0.6, 0.7, 0.8, 0.9, 0.6, 0.8],
        "share": [0.8, 0.4, 0.2, 1, 0.6, 0.2],
        "n": [5] * 6,
        "kind": list("xyxyxy"),
    }
)
OPTIONS: dict[str, Any] = {
    "choices": True,
    "methods": ["a", "b"],
    "first": "{}_p0",
    "second": "{}_p1",
    "preference": "share",
    "reference": "photo",
    "statistics": {"replicates": 50},
}
Change = Callable[[pd.DataFrame], pd.DataFrame]


def evaluated(table: pd.DataFrame = TABLE, **changes: Any) -> benchmark.Evaluation:
    options = {key: value for key, value in {**OPTIONS, **changes}.items() if value is not None}
    return benchmark.evaluate(table, **options)


def scores(result: benchmark.Evaluation) -> dict[tuple[str, str], float]:
    table = result.summary[result.summary["statistic"] == "score_2afc"]
    return {(row.method, row.condition): row.value for row in table.itertuples()}  # type: ignore[misc]


def test_a_frame_gives_the_share_that_agrees() -> None:
    found = scores(evaluated(votes="n", condition="kind"))
    assert found["a", ""] == pytest.approx(np.mean([0.8, 0.6, 0.8, 1, 0.6, 0.8]))
    assert found["b", ""] == pytest.approx(np.mean([0.8, 0.4, 0.8, 1, 0.4, 0.2]))
    assert found["a", "x"] == pytest.approx(np.mean([0.8, 0.8, 0.6]))
    assert found["ceiling", ""] == pytest.approx(np.mean([0.8, 0.6, 0.8, 1, 0.6, 0.8]))


def test_votes_for_each_image_give_the_same() -> None:
    counted = TABLE.assign(left=[1, 3, 4, 0, 2, 4], right=[4, 2, 1, 5, 3, 1])
    result = evaluated(counted, preference=None, votes_first="left", votes_second="right")
    assert scores(result) == pytest.approx(scores(evaluated()))
    assert result.data.choices["votes"].tolist() == [5] * 6


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "choices.csv"
    TABLE.to_csv(file, sep=";", decimal=",", index=False)
    words = ["evaluate", str(file), "--choices", "--methods", "a,b", "--first", "{}_p0", "--second", "{}_p1"]
    words += ["--preference", "share", "--reference", "photo", "--output", str(tmp_path / "out")]
    assert main([*words, "--set", "statistics.replicates=50", "--set", "report.plots=[]"]) == 0
    assert "Decimal commas were read in choices.csv" in capsys.readouterr().out
    found = pd.read_csv(tmp_path / "out" / "choices.csv")
    assert found["preference"].tolist() == TABLE["share"].tolist()
    assert main([*words[:-1], str(tmp_path)]) == 2  # its own choices.csv is read, never written over
    assert "would replace it" in capsys.readouterr().err


def test_without_references_every_choice_stands_alone() -> None:
    result = evaluated(TABLE.drop(columns="photo"), reference=None)
    assert any("every choice counts as a reference of its own" in note for note in result.data.notes)


def test_a_score_that_is_missing_or_infinite_leaves_its_choice_out() -> None:
    for gap in (np.nan, np.inf):
        result = evaluated(TABLE.assign(a_p0=[gap, *TABLE["a_p0"][1:]]))
        table = result.summary[result.summary["statistic"] == "score_2afc"].set_index("method")
        assert table.loc["a", "n"] == 5
        assert table.loc["a", "value"] == pytest.approx(np.mean([0.6, 0.8, 1, 0.6, 0.8]))
        assert table.loc["b", "n"] == 6


WRONG_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "no place": ({"first": "p0"}, "--first: 'p0' has no {} in place of the method's name, as in '{}_p0'"),
    "two places": ({"second": "{}_{}"}, "--second: '{}_{}' has {} more than once"),
    "a name in the place": ({"first": "{m}_p0"}, "--first: '{m}_p0' has no {}"),
    "no text": ({"first": 3}, "--first: '3' has no {}"),
    "one pattern": ({"second": "{}_p0"}, "are the same pattern '{}_p0': name the columns of both images"),
    "no pattern": ({"first": None}, "name the two columns of scores of each method, as in --first '{}_p0'"),
    "no labels": ({"preference": None}, "name the column of the share that prefers the second image"),
    "opinions": ({"mos": "n"}, "--mos: choices have no opinions of single pairs; leave it out, or --choices"),
    "not asked for": ({"choices": None}, "it goes with --choices (Python: choices=True)"),
    "one of two": ({"votes_first": "n"}, "--votes-first and --votes-second go together"),
    "one column": (
        {"preference": None, "votes_first": "n", "votes_second": "n"},
        "--votes-first and --votes-second are the same column 'n': name one for each image",
    ),
    "too much": ({"votes_first": "n", "votes_second": "kind"}, "leave out --preference and --votes"),
    "no such column": ({"preference": "shar"}, "no column 'shar'; did you mean 'share'?"),
    "no such method": ({"methods": ["a", "c"]}, "no column 'c_p0'; did you mean 'b_p0'?"),
    "no such reference": ({"reference": "foto"}, "no column 'foto'; did you mean 'photo'?"),
}


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_wrong_options_are_named(name: str) -> None:
    changes, words = WRONG_OPTIONS[name]
    with pytest.raises(UserError) as raised:
        evaluated(**changes)
    message = str(raised.value)
    assert words in message.replace("'a_p0'", "'b_p0'")
    assert "\n" not in message


def shares(*values: Any) -> Change:
    return lambda table: table.assign(share=[*values, *table["share"][len(values) :]])


def votes(*values: Any) -> Change:
    return lambda table: table.assign(n=[*values, *table["n"][len(values) :]])


WRONG_CELLS: dict[str, tuple[Change, dict[str, Any], str]] = {
    "per cent": (lambda table: table.assign(share=table["share"] * 100), {}, "; divide per cent by 100"),
    "-1 to 1": (
        lambda table: table.assign(share=table["share"] * 2 - 1),
        {},
        "; from a scale of -1 to 1, it is (x + 1) / 2",
    ),
    "1 or 2": (
        lambda table: table.assign(share=[1, 2, 1, 1, 2, 2]),
        {},
        "; from 1 (the first) and 2 (the second), subtract 1",
    ),
    "above 1": (shares(1.5), {}, "row 1: 'share' is 1.5: a preference is the share of the votes for the second image"),
    "missing": (shares(np.nan), {}, "'share' is missing: a preference is the share of the votes"),
    "what to do": (shares(None, None), {}, "and 1 more are wrong (next table, row 2)"),
    "nobody": (shares(None), {}, "leave choices that nobody made out"),
    "text": (shares("second"), {}, "row 1: 'second' in column 'share' is not a number: a preference is the share"),
    "texts": (shares("second", "first", "first"), {}, "is not a number; and 2 more rows (2, 3): a preference is the"),
    "signs of per cent": (shares(*["80 %"] * 6), {}, "from 0 to 1; write 50 % as 0.5"),
    "true or false": (lambda table: table.assign(share=table["share"] > 0.5), {}, "write 1 for true and 0 for false"),
    "a score in per cent": (lambda table: table.assign(a_p0="80 %"), {}, "(2, 3, 4, 5, 6); leave out the sign %"),
    "no votes": (votes(0), {"votes": "n"}, "'n' is 0: votes are counted: a whole number from 1 on, empty where"),
    "half a vote": (votes(2.5), {"votes": "n"}, "'n' is 2.5: votes are counted"),
    "text votes": (votes("many"), {"votes": "n"}, "'many' in column 'n' is not a number"),
    "nobody voted": (
        lambda table: table.assign(left=0, right=0),
        {"preference": None, "votes_first": "left", "votes_second": "right"},
        "nobody voted for either image",
    ),
    "negative": (
        lambda table: table.assign(left=-1, right=2),
        {"preference": None, "votes_first": "left", "votes_second": "right"},
        "the number of votes in column 'left' is -1; votes are counted: a whole number from 0 on",
    ),
    "texts for votes": (
        lambda table: table.assign(left=["many", "some", 1, 2, 3, 4], right=2),
        {"preference": None, "votes_first": "left", "votes_second": "right"},
        "row 1: 'many' in column 'left' is not a number; and 1 more row (2)",
    ),
    "no rows": (lambda table: table.iloc[:0], {}, "the table has no rows"),
    "no reference": (lambda table: table.assign(photo=["", *table["photo"][1:]]), {}, "row 1: "),
    "ceiling": (
        lambda table: table.rename(columns={"a_p0": "ceiling_p0", "a_p1": "ceiling_p1"}),
        {"methods": ["ceiling"]},
        "'ceiling' is the row of what observers reach; give the method another label",
    ),
    "twice": (
        lambda table: pd.concat([table, table.iloc[:1]], ignore_index=True),
        {},
        'duplicates="drop-identical") keeps one of each; if people were asked twice, add a column that tells the rows apart',
    ),
    "a column twice": (lambda table: pd.concat([table, table[["a_p0"]]], axis=1), {}, "'a_p0' stands more than once"),
}


@pytest.mark.parametrize("name", WRONG_CELLS)
def test_wrong_cells_are_named(name: str) -> None:
    change, changes, words = WRONG_CELLS[name]
    with pytest.raises(UserError) as raised:
        evaluated(change(TABLE), **changes)
    message = str(raised.value)
    assert words in message
    assert message.count("\n") == 0, "one problem is said once"


def test_the_same_choice_may_be_made_again(tmp_path: Path) -> None:
    twice = pd.concat([TABLE, TABLE], ignore_index=True)
    with pytest.raises(UserError, match="identical"):
        evaluated(twice)
    assert len(evaluated(twice, duplicates="drop-identical").data.choices) == 6
    sessions = twice.assign(session=[1] * 6 + [2] * 6)
    assert len(evaluated(sessions).data.choices) == 12


def test_the_order_of_the_images_does_not_matter() -> None:
    turned = TABLE.rename(columns={"a_p0": "a_p1", "a_p1": "a_p0", "b_p0": "b_p1", "b_p1": "b_p0"})
    turned["share"] = 1 - turned["share"]
    assert scores(evaluated(turned)) == pytest.approx(scores(evaluated()))


def test_choices_are_refused_where_tables_of_scores_are_meant(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--first"):
        benchmark.evaluate(TABLE, methods=["a_p0"], mos="share", first="{}_p0")
