"""Small studies of score tables, and a method that writes down what it is shown."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from benchmark import Evaluation

QUICK: dict[str, Any] = {"statistics": {"replicates": 20}, "report": {"plots": []}}
SPY = """
from benchmark import LearnsFromColumns, MethodInfo

SEEN = []


class Spy(LearnsFromColumns):
    info = MethodInfo(name="spy", title="Spy", higher_is_better=True, group="learned")

    def __init__(self, *, fail: str = "", option: int = 1):
        self.fail, self.fitted = fail, False

    def fit(self, features, labels, about):
        assert not self.fitted, "built once for two partitions"
        self.fitted = True
        self.sign = 1 if (features.iloc[:, 0].corr(about["pair"].map(dict(zip(about["pair"], labels)))) > 0) else -1
        SEEN.append((features, labels, about))
        if self.fail and self.fail in set(about["reference"]):
            raise RuntimeError("I can't stand it")

    def predict(self, features, about):
        SEEN.append((features, about))
        return self.sign * features.iloc[:, 0]
"""


def table(references: int, each: int = 4, seed: int = 0) -> pd.DataFrame:
    """Scores of which ``a`` follows the labels better than ``b``."""
    rng = np.random.default_rng(seed)
    label = rng.normal(size=references * each)
    return pd.DataFrame(
        {
            "image": [f"{r}_{i}" for r in range(references) for i in range(each)],
            "ref": [f"r{r:02}" for r in range(references) for _ in range(each)],
            "kind": [f"k{i % 2}" for _ in range(references) for i in range(each)],
            "mos": label,
            "a": label + rng.normal(size=len(label)) * 0.5,
            "b": -label + rng.normal(size=len(label)),
            "f": label + rng.normal(size=len(label)) * 0.2,
        }
    )


def plant(folder: Path) -> None:
    """Two tables in a folder of their own."""
    (folder / "tables").mkdir()
    table(6).to_csv(folder / "tables" / "one.csv", index=False)
    table(5, seed=1).rename(columns={"mos": "dmos"}).to_csv(folder / "tables" / "two.csv", index=False)


def one_and_two(**more: Any) -> dict[str, Any]:
    tables = [
        {"file": "one.csv", "label": "One", "mos": "mos", "condition": "kind"},
        {"file": "two.csv", "label": "Two", "mos": "dmos"},
    ]
    return {"tables": tables, "methods": ["a", "b"], "lower_better": ["b"], **QUICK, **more}


def written(place: Path, study: dict[str, Any]) -> Path:
    """A study's file, beside its tables."""
    file = place / "tables" / "study.yaml"
    file.write_text(yaml.safe_dump(study, sort_keys=False))
    return file


def values(result: Evaluation, aggregate: str = "", statistic: str = "srcc") -> "pd.Series[float]":
    rows = result.summary
    chosen = (rows["aggregate"] == aggregate) & (rows["statistic"] == statistic) & (rows["level"] == "pair")
    kept = rows[chosen]
    return pd.Series(kept["value"].to_numpy(), index=list(zip(kept["dataset"], kept["method"], strict=True)))


def spied() -> list[Any]:
    """What the plug-in was given."""
    from importlib import import_module

    seen: list[Any] = import_module("benchmark.plugins.methods.spy").SEEN
    return seen
