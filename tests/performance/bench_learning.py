"""Whether SDMP-Net's small variant learns: four folds by reference of twelve real photographs, beside PSNR and SSIM.

Photographs of ``../shared/fundus``, simulated enhancement and labels, untrained backbones. Each fold trains on nine
references and scores the other three; the test scores of the four folds are put together. The same network before
training (one epoch at a learning rate of nothing) stands beside it.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark import evaluate, run
from benchmark.commands.train import train
from benchmark.config.models import StatisticsConfig

PHOTOGRAPHS = Path(__file__).resolve().parents[3] / "shared" / "fundus"
FOLDS = 4
METHOD = {"name": "sdmp-net-tiny", "pretrained": False, "crop_size": 128, "dropout": 0.2}
EPOCHS = {"trained": (40, 1e-3), "untrained": (1, 1e-12)}
METHODS = ["trained", "untrained", "psnr", "ssim"]


def dataset(root: Path, fold: int) -> dict[str, Any]:
    """The data of one fold, as a configuration names them."""
    made = {"references": 12, "size": 256, "photos": str(PHOTOGRAPHS)}
    return {"name": "demo", "root": str(root), **made, "folds": FOLDS, "test_fold": fold}


def scores_of(root: Path, place: Path, fold: int) -> pd.DataFrame:
    """Train on the other folds, score this one."""
    entries: list[Any] = ["psnr", "ssim"]
    for kind, (epochs, rate) in EPOCHS.items():
        section = {"n_epoch": epochs, "T_max": epochs, "scheduler_step": "epoch", "learning_rate": rate, "validate": 0}
        section |= {"num_workers": 0, "save_interval": epochs}
        folder = place / f"{kind}_{fold}"
        config = {"dataset": dataset(root, fold), "method": METHOD, "train": section, "checkpoints_dir": str(folder)}
        train({**config, "threads": 2, "device": "cpu"})
        scored = {"name": METHOD["name"], "crop_size": METHOD["crop_size"], "label": kind}
        entries.append({**scored, "checkpoint": str(folder / "last.pt"), "crops": 5})
    found = run(
        {
            "dataset": dataset(root, fold),
            "methods": entries,
            "statistics": {"replicates": 100},
            "report": {"plots": []},
            "output": str(place / f"run_{fold}"),
        }
    )
    return found.scores


def main() -> dict[str, Any]:
    """Train and score the four folds; print and return correlations with intervals, and the differences."""
    if not PHOTOGRAPHS.is_dir():
        print(f"not run: {PHOTOGRAPHS} is not there")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        table = pd.concat([scores_of(place / "data", place, fold) for fold in range(1, FOLDS + 1)], ignore_index=True)
    found = evaluate(table, mos="mos", methods=METHODS, condition="condition", statistics=StatisticsConfig())
    pairs = found.summary[found.summary["level"] == "pair"]
    values: dict[str, Any] = {"pairs": len(table)}
    for method in METHODS:
        for statistic in ("srcc", "plcc", "krcc"):
            row = pairs[(pairs["method"] == method) & (pairs["statistic"] == statistic)].iloc[0]
            values[f"{method} {statistic}"] = [round(float(row[key]), 3) for key in ("value", "ci_low", "ci_high")]
    compared = found.comparisons[(found.comparisons["level"] == "pair") & (found.comparisons["method_a"] == "trained")]
    compared = compared[compared["method_b"] == "untrained"].set_index("statistic")
    for statistic in ("srcc", "plcc", "krcc"):
        difference = compared.loc[statistic, ["difference", "ci_low", "ci_high", "p_adjusted"]].to_numpy(dtype=float)
        values[f"trained - untrained {statistic}"] = difference.round(4).tolist()
    for name, value in values.items():
        print(f"  {name}: {json.dumps(value)}")
    return values


if __name__ == "__main__":
    sys.exit(0 if main() is not None else 1)
