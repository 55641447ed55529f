"""A method that was trained several times has one row; what needs one score a pair shows each training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.config.models import StatisticsConfig
from benchmark.evaluation.summarise import evaluate_scores
from benchmark.report.blocks import Block, Numbers, Scope, blocks
from benchmark.report.combine import side_by_side
from benchmark.report.completion import Facts, Requested, complete
from benchmark.report.content import ReportData
from benchmark.report.disagreement import disputed
from benchmark.report.efficiency import efficiency_table
from benchmark.report.plots import all_plots
from benchmark.report.ranking import standings
from benchmark.report.stored_runs import read
from benchmark.report.write import render
from benchmark.results.scored import ScoredMethod, record_fault
from benchmark.results.study_columns import StudyColumns, rows
from benchmark.statistics.settings import StatisticsSettings
from tests.makers import score_keys

SEEDS = ("net, seed 0", "net, seed 1")
NET = ScoredMethod(label="net", name="net", title="Net", higher_is_better=True, columns=SEEDS, train_on=("A",))
PLAIN = ScoredMethod(label="plain", name="plain", title="Plain", higher_is_better=True)


@pytest.fixture
def data() -> ReportData:
    rng = np.random.default_rng(0)
    mos = rng.normal(size=40)
    made = score_keys(10, 4, mos).assign(plain=mos + rng.normal(size=40))
    made = made.assign(
        **{name: 10 + scale * (mos + rng.normal(size=40)) for name, scale in zip(SEEDS, (1, 50), strict=True)}
    )
    found = evaluate_scores(made, [NET, PLAIN], StatisticsSettings(replicates=50))
    record = {"efficiency": {SEEDS[0]: {"milliseconds": 2.0}, "plain": {"milliseconds": 1.0}}}
    return ReportData(
        title="T",
        scores=made,
        summary=found.summary,
        comparisons=found.comparisons,
        failures=pd.DataFrame(columns=["pair", "method", "reason"], dtype=str),
        methods=(NET, PLAIN),
        record=record,  # type: ignore[arg-type]
    )


def test_it_is_ranked_once_and_drawn_by_training(data: ReportData) -> None:
    numbers = Numbers(data)
    (block,) = blocks(data)
    assert {item.method.label: item.ranked for item in standings(data, numbers, block)} == {"net": True, "plain": True}
    names = [plot.name for plot in all_plots(data, numbers)]
    assert {name for name in names if name.startswith("scatter")} == {
        "scatter_net-seed-0",
        "scatter_net-seed-1",
        "scatter_plain",
    }
    page = render(replace(data, config=data.config.model_copy(update={"plots": ()})))["report.html"].decode()
    assert '"title":"Net, seed 1"' in page
    table = efficiency_table(data)
    assert table is not None
    assert [row[0] for row in table.rows] == ["Plain", "Net"]


def test_it_has_scored_what_all_its_trainings_have(data: ReportData) -> None:
    scores = data.scores.copy()
    scores.loc[:3, SEEDS[0]] = np.nan
    scores.loc[4:5, SEEDS[1]] = np.nan
    assert Numbers(replace(data, scores=scores)).coverage(Scope(Block("set", "test")), "net") == (34, 40)
    scores[SEEDS[1]] = np.nan
    assert Numbers(replace(data, scores=scores)).coverage(Scope(Block("set", "test")), "net") == (36, 40)
    scores[SEEDS[0]] = np.nan
    assert Numbers(replace(data, scores=scores)).coverage(Scope(Block("set", "test")), "net") == (0, 40)


def test_places_are_averaged_not_scores_of_different_scales(data: ReportData) -> None:
    (block,) = blocks(data)
    scores = data.scores
    places = scores[list(SEEDS)].rank().sub(1).div(39).mean(axis=1)
    gap = places - scores["mos"].rank().sub(1).div(39)
    worst = disputed(data, block, NET, 1)
    most, least = (int(np.argmax(gap)), int(np.argmin(gap)))
    assert [entry.pair for entry in worst] == [f"p{most}", f"p{least}"]
    assert worst[0].score_place == pytest.approx(places.to_numpy()[most])


def test_runs_side_by_side_have_all_their_trainings(data: ReportData) -> None:
    other = replace(NET, columns=(SEEDS[1], "net, seed 2"))
    scores = data.scores.rename(columns={SEEDS[0]: "net, seed 2"}).assign(dataset="other")
    both = side_by_side({"one": data, "two": replace(data, scores=scores, methods=(other, PLAIN))})
    assert both.methods[0].columns == (*SEEDS, "net, seed 2")
    assert both.methods[1].columns == ()
    alone = replace(data, scores=scores.rename(columns={SEEDS[1]: "net"}), methods=(replace(NET, columns=()), PLAIN))
    mixed = side_by_side({"one": data, "two": alone})
    assert mixed.methods[0].columns == (*SEEDS, "net")
    assert Numbers(mixed).coverage(Scope(Block("other", "test")), "net") == (40, 40)


def test_a_record_has_its_trainings_and_an_older_one_none() -> None:
    record = NET.record()
    assert (record["columns"], record["train_on"]) == (list(SEEDS), ["A"])
    assert record_fault(record) == ""
    assert ScoredMethod.from_record(record) == NET
    assert not {"columns", "train_on", "recipe"} & set(PLAIN.record())
    assert record_fault({**record, "columns": "net"}) == "columns: 'net' is none"
    assert record_fault({**record, "recipe": {"a": 1}}) == "recipe: {'a': 1} is none"


def test_the_row_has_what_its_trainings_share() -> None:
    one = ScoredMethod(
        label=SEEDS[0],
        name="net",
        title=SEEDS[0],
        higher_is_better=False,
        settings={"crops": "3", "checkpoint": "a.pt"},
        training={"train.seed": "0", "train.loss": "mse"},
        marks=("first",),
    )
    two = replace(one, label=SEEDS[1], settings={"crops": "3", "checkpoint": "b.pt"}, training={"train.seed": "1"})
    two = replace(two, marks=("first", "second"), status="partial", reason="no image")
    lacking = ("seed 2 is not trained",)
    made = rows([PLAIN, one, two], [StudyColumns("net", SEEDS, ("A",), {"a": "b"}, lacking)], {SEEDS[0]: "Net"})
    assert [item.label for item in made] == ["plain", "net"]
    net = made[1]
    assert (net.title, net.higher_is_better, net.columns, net.train_on) == ("Net", False, SEEDS, ("A",))
    assert (net.settings, net.training, net.marks) == ({"crops": "3"}, {}, ("first", "second"))
    assert (net.status, net.reason) == ("partial", "no image (and 1 more of 3 trainings)")
    single = rows([replace(one, label="net")], [StudyColumns("net", ("net",), ("A",))], {})[0]
    assert (single.columns, single.train_on, single.settings["checkpoint"]) == ((), ("A",), "a.pt")
    failed = [replace(item, status="failed", reason="broken") for item in (one, two)]
    assert rows(failed, [StudyColumns("net", SEEDS, ("A",))], {})[0].status == "failed"


def test_the_files_of_a_failed_training_are_known(tmp_path: Path, data: ReportData) -> None:
    """``failures.csv`` names columns, which ``read`` knows as the method's."""
    failures = pd.DataFrame({"pair": ["p0"], "method": [SEEDS[1]], "reason": ["why"]})
    facts = Facts("T", (), lower_mos_better=False, simulated=False, record={"configuration": {}})
    requested = Requested(StatisticsConfig(replicates=20), data.config.model_copy(update={"plots": ()}), {})
    made = complete(data.scores, [NET, PLAIN], failures, requested, facts, tmp_path / "out")
    made.save()
    again = read(tmp_path / "out")
    assert again.data.methods[0].columns == SEEDS
    assert list(again.failures["method"]) == [SEEDS[1]]
