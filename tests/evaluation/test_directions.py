"""A forgotten direction is said, with the options that mend it, and nothing is ever turned."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

import benchmark
from benchmark.config.models import StatisticsConfig
from benchmark.report.evaluation import Evaluation


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    quality = np.repeat(rng.normal(size=12), 5) + rng.normal(size=60)
    return pd.DataFrame(
        {
            "reference": [f"r{row // 5}" for row in range(60)],
            "mos": quality,
            "dmos": -quality,
            "up": quality + rng.normal(size=60) / 2,
            "also_up": quality + rng.normal(size=60) / 2,
            "distance": -quality + rng.normal(size=60) / 2,
            "another_distance": -quality + rng.normal(size=60) / 2,
            "noise": rng.normal(size=60),
        }
    )


def evaluate(mos: str, methods: list[str], **options: Any) -> Evaluation:
    return benchmark.evaluate(table(), mos=mos, methods=methods, statistics=StatisticsConfig(replicates=50), **options)


def hint(result: Evaluation) -> str:
    return next((note for note in result.data.notes if "--lower-better" in note and "--lower-mos-better" in note), "")


@pytest.mark.parametrize(
    ("mos", "methods", "options", "words"),
    [
        ("mos", ["distance", "another_distance"], {}, "2 of 2 methods"),
        ("dmos", ["up", "also_up", "noise"], {}, "methods have a negative SRCC"),
        ("mos", ["distance"], {}, "1 of 1 methods"),
        ("mos", ["up", "also_up", "distance"], {}, "1 of 3 methods"),
        ("mos", ["up", "distance", "another_distance"], {"lower_better": ["distance"]}, "(given: distance)"),
        ("dmos", ["up", "distance"], {"lower_better": ["distance"]}, "2 of 2 methods"),
        (
            "mos",
            ["up", "distance"],
            {"lower_better": ["distance"], "lower_mos_better": True},
            "--lower-mos-better (given)",
        ),
        ("mos", ["up", "also_up"], {"lower_better": ["up", "also_up"]}, "(given: up, also_up)"),
    ],
)
def test_signs_that_disagree_with_the_declared_directions_are_said_and_the_options_named(
    mos: str, methods: list[str], options: dict[str, Any], words: str
) -> None:
    assert words in hint(evaluate(mos, methods, **options))


@pytest.mark.parametrize(
    ("mos", "methods", "options"),
    [
        ("mos", ["up", "also_up"], {}),
        ("mos", ["up", "distance"], {"lower_better": ["distance"]}),
        ("dmos", ["up", "distance"], {"lower_better": ["distance"], "lower_mos_better": True}),
        ("mos", ["up", "also_up", "noise"], {}),
    ],
)
def test_nothing_is_said_where_directions_agree(mos: str, methods: list[str], options: dict[str, Any]) -> None:
    assert hint(evaluate(mos, methods, **options)) == ""


def test_nothing_is_turned() -> None:
    result = evaluate("mos", ["distance"])
    frame = table()
    found = result.summary.query("level == 'pair' and statistic == 'srcc'")["value"].item()
    assert found == pytest.approx(spearmanr(frame["mos"], frame["distance"]).statistic)


@pytest.mark.parametrize(
    ("stated", "said"), [({}, True), ({"lower_mos_better": False}, False), ({"lower_mos_better": True}, False)]
)
def test_a_run_on_labels_that_the_methods_contradict_says_so_until_their_direction_is_stated(
    tmp_path: Path, tiny_set: Path, stated: dict[str, bool], said: bool
) -> None:
    rows = pd.read_csv(tiny_set)
    scores = tmp_path / "scores.csv"
    rows.assign(name=rows["enhanced"], score=-rows["mos"])[["name", "score"]].to_csv(scores, index=False)
    config = {
        "dataset": {"name": "table", "file": str(tiny_set), **stated},
        "methods": [{"name": "scores-file", "file": str(scores), "higher_is_better": True}],
        "statistics": {"replicates": 50},
        "report": {"plots": []},
        "output": str(tmp_path / "out"),
    }
    result = benchmark.run(config)
    assert any("`lower_mos_better: true`" in note for note in result.data.notes) is said
