"""What ``evaluate`` and its neighbours take from Python: a keyword of another kind is refused by name, never guessed at."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmark
from benchmark.core.errors import ConfigError, DataError, UserError

FEW = {"replicates": 50}


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    made = pd.DataFrame({"reference": [f"r{i // 4}" for i in range(24)], "mos": rng.normal(size=24)})
    return made.assign(m=made["mos"] + rng.normal(size=24))


def srcc(table: Any, **options: Any) -> Any:
    asked = {"mos": "mos", "methods": "m", "statistics": FEW, **options}
    rows = benchmark.evaluate(table, **asked).summary
    row = rows[(rows["level"] == "pair") & (rows["statistic"] == "srcc")].iloc[0]
    return float(row["value"]), int(row["n_clusters"])


def truth() -> float:
    return float(stats.spearmanr(frame()["m"], frame()["mos"]).statistic)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"lower_mos_better": "maybe"}, "lower_mos_better: expected true or false"),
        ({"lower_mos_better": 1}, "lower_mos_better: expected true or false"),
        ({"lower_better": True}, "lower_better.*expected text"),
        ({"mos": None}, "--mos: name the column of labels"),
        ({"mos": ["mos"]}, "mos: expected text"),
        ({"methods": 3}, "no column '3'"),
        ({"reference": 5}, "no column '5'"),
        ({"condition": True}, "condition: expected text"),
        ({"output": True}, "output: expected a path"),
    ],
)
def test_a_keyword_of_another_kind_is_refused_by_name(options: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        srcc(frame(), **options)


def test_a_word_for_no_does_not_turn_the_labels() -> None:
    assert srcc(frame(), lower_mos_better="no")[0] == pytest.approx(truth())
    assert srcc(frame(), lower_mos_better=np.bool_(True))[0] == pytest.approx(-truth())


@pytest.mark.parametrize("table", [[1], 3, None, np.zeros((3, 2))], ids=lambda item: type(item).__name__)
def test_a_table_of_another_kind_is_refused(table: object) -> None:
    with pytest.raises(ConfigError, match="table: expected a file's path or a DataFrame"):
        srcc(table)


def test_a_mapping_is_a_study_which_names_columns_itself() -> None:
    with pytest.raises(ConfigError, match="the study names the columns of its tables itself"):
        srcc({"mos": [1]})


@pytest.mark.parametrize(("mos", "method"), [(0, 1), (0.5, 2), (("a", "mos"), ("a", "m")), (" mos ", "m ")])
def test_headings_that_are_no_text_or_have_blanks_around_them_are_found(mos: Any, method: Any) -> None:
    table = frame().set_axis(pd.Index(["reference", mos, method], tupleize_cols=False), axis=1)
    assert srcc(table, mos=mos, methods=[method]) == (pytest.approx(truth()), 6)


@pytest.mark.parametrize("levels", [["reference"], ["reference", "image"]])
def test_index_levels_with_a_name_are_columns(levels: list[str]) -> None:
    table = frame().assign(image=[f"i{i}" for i in range(24)]).set_index(levels)
    assert srcc(table) == (pytest.approx(truth()), 6)
    assert srcc(table, reference="reference") == (pytest.approx(truth()), 6)
    assert srcc(frame().set_index("reference", drop=False)) == (pytest.approx(truth()), 6)


def test_complex_scores_are_refused_instead_of_losing_a_part() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DataError, match=r"row 1: .*j\)?' in column 'm' is not a number"):
            srcc(frame().assign(m=frame()["m"] * 1j))


def test_decimal_commas_are_said_only_where_there_were_some() -> None:
    def notes(table: pd.DataFrame) -> str:
        result = benchmark.evaluate(table, mos="mos", methods="m", decimal=",", statistics=FEW)
        return "\n".join(result.data.notes)

    assert "Decimal commas" not in notes(frame())
    assert "Decimal commas" in notes(frame().assign(m=[f"{value:.3f}".replace(".", ",") for value in frame()["m"]]))


def test_together_takes_paths_as_text_and_refuses_none(tmp_path: Path) -> None:
    for name in ("a", "b"):
        benchmark.evaluate(frame(), mos="mos", methods="m", statistics=FEW, report={"plots": []}).save(tmp_path / name)
    both = benchmark.together([str(tmp_path / "a"), tmp_path / "b"])
    assert both.scores["dataset"].nunique() == 2
    with pytest.raises(UserError, match="at least one run"):
        benchmark.together([])


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: benchmark.StatisticsConfig(replicatez=3), "unknown key 'replicatez'; did you mean 'replicates'"),  # type: ignore[call-arg]
        (lambda: benchmark.ReportConfig(tables={"columns": "sroc"}), "did you mean 'srcc'"),  # type: ignore[arg-type]
        (lambda: benchmark.PublishedEntry(srcc="0.9"), "the key 'source' is missing"),  # type: ignore[call-arg]
        (lambda: benchmark.RunConfig(dataset="efid", methods=3), "methods.*expected"),  # type: ignore[arg-type]
    ],
)
def test_models_built_by_their_class_say_what_is_wrong_in_our_words(build: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        build()
    assert "pydantic" not in str(caught.value)


def test_what_the_commands_note_is_seen_where_a_result_is_printed() -> None:
    result = benchmark.evaluate(frame().assign(m=-frame()["m"]), mos="mos", methods="m", statistics=FEW)
    assert "--lower-better" in repr(result).replace("\n", " ")
