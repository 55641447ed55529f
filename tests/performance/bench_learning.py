"""Whether SDMP-Net's small variant learns: four folds by reference of twelve real photographs, beside PSNR and SSIM.

Photographs of ``../shared/fundus``, simulated enhancement and labels, untrained backbones. Each fold trains on nine
references, with three seeds, and scores the other three; the same network before training (one epoch at a learning rate of
nothing) stands beside it. The folds are evaluated as a study: correlations within folds, and pooled with each training's
scores in the labels' units.
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
from benchmark.data.split_files import FORMAT
from benchmark.evaluation.trained_scores import PARTITION_COLUMNS, SCALING
from benchmark.plugins import checkpoints

PHOTOGRAPHS = Path(__file__).resolve().parents[3] / "shared" / "fundus"
FOLDS = 4
SEEDS = (0, 1, 2)
METHOD = {"name": "sdmp-net-tiny", "pretrained": False, "crop_size": 128, "dropout": 0.2}
EPOCHS = {"trained": (40, 1e-3), "untrained": (1, 1e-12)}
METHODS = ["trained", "untrained", "psnr", "ssim"]
NAME = "demo"


def dataset(root: Path, fold: int) -> dict[str, Any]:
    """The data of one fold, as a configuration names them."""
    made = {"references": 12, "size": 256, "photos": str(PHOTOGRAPHS)}
    return {"name": "demo", "root": str(root), **made, "folds": FOLDS, "test_fold": fold}


def scores_of(root: Path, place: Path, fold: int, seed: int) -> tuple[pd.DataFrame, dict[str, tuple[float, float]]]:
    """Train on the other folds and score this one; also the labels that each training scaled to 0 and to 1."""
    entries: list[Any] = ["psnr", "ssim"]
    scaled = {}
    for kind, (epochs, rate) in EPOCHS.items():
        section = {"n_epoch": epochs, "T_max": epochs, "scheduler_step": "epoch", "learning_rate": rate, "validate": 0}
        section |= {"num_workers": 0, "save_interval": epochs, "seed": seed}
        folder = place / f"{kind}_{fold}_{seed}"
        config = {"dataset": dataset(root, fold), "method": METHOD, "train": section, "checkpoints_dir": str(folder)}
        train({**config, "threads": 2, "device": "cpu"})
        stated = checkpoints.summary(folder / "last.pt")["label_scaling"]
        scaled[kind] = (float(stated["low"]), float(stated["high"]))
        scored = {"name": METHOD["name"], "crop_size": METHOD["crop_size"], "label": kind}
        entries.append({**scored, "checkpoint": str(folder / "last.pt"), "crops": 5})
    found = run(
        {
            "dataset": dataset(root, fold),
            "methods": entries,
            "statistics": {"replicates": 100},
            "report": {"plots": []},
            "output": str(place / f"run_{fold}_{seed}"),
        }
    )
    return found.scores, scaled


def study_of(place: Path) -> Path:
    """Train and score every fold with every seed; the table of pairs, the folds and the scores by fold as a study."""
    tables: list[pd.DataFrame] = []
    partitions: list[dict[str, Any]] = []
    trained: list[pd.DataFrame] = []
    for fold in range(1, FOLDS + 1):
        for seed in SEEDS:
            scores, scaled = scores_of(place / "data", place, fold, seed)
            for kind, ends in scaled.items():
                own = scores.assign(dataset=NAME, partition=fold, seed=seed, method=kind, score=scores[kind])
                trained.append(own[list(PARTITION_COLUMNS)].assign(**dict(zip(SCALING, ends, strict=True))))
        tables.append(scores.drop(columns=list(EPOCHS)))
        partitions.append({"number": fold, "test": sorted(set(scores["cluster"]))})
    every = sorted(name for part in partitions for name in part["test"])
    for part in partitions:
        part["train"] = [name for name in every if name not in part["test"]]
    table = pd.concat(tables, ignore_index=True)[["pair", "reference", "condition", "mos", "psnr", "ssim"]]
    table.to_csv(place / "scores.csv", index=False)
    pd.concat(trained, ignore_index=True).to_csv(place / "partitions.csv", index=False)
    (place / "splits.json").write_text(json.dumps({"format": FORMAT, "partitions": partitions}))
    entry = {
        "file": "scores.csv",
        "label": NAME,
        "mos": "mos",
        "condition": "condition",
        "partitions": "partitions.csv",
    }
    study = {"tables": [entry], "methods": ["psnr", "ssim"], "protocol": {"file": "splits.json"}}
    study |= {"statistics": StatisticsConfig().model_dump(mode="json"), "report": {"plots": [], "tables": []}}
    (place / "study.yaml").write_text(json.dumps(study))
    return place / "study.yaml"


def main() -> dict[str, Any]:
    """Print and return the values within folds and pooled, the differences, and the parts of the variance."""
    if not PHOTOGRAPHS.is_dir():
        print(f"not run: {PHOTOGRAPHS} is not there")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        found = evaluate(study_of(Path(folder)))
    values: dict[str, Any] = {}
    summary = found.summary.set_index(["aggregate", "method", "statistic"])
    for aggregate in ("within", "pooled"):
        for method in METHODS:
            for statistic in ("srcc", "plcc", "krcc"):
                row = summary.loc[(aggregate, method, statistic), ["value", "ci_low", "ci_high"]]
                values[f"{aggregate} {method} {statistic}"] = [
                    round(float(value), 3) for value in row.to_numpy().ravel()
                ]
    for part in found.summary[found.summary["aggregate"].str.startswith("variance")].to_dict("records"):
        values[f"{part['aggregate']} {part['method']} {part['statistic']}"] = part["note"]
    compared = found.comparisons[found.comparisons["test"].str.contains("corrected")]
    for pair in compared.to_dict("records"):
        numbers = [round(float(pair[key]), 4) for key in ("difference", "ci_low", "ci_high", "p_adjusted")]
        values[f"{pair['method_a']} - {pair['method_b']} {pair['statistic']}"] = numbers
    for name, value in values.items():
        print(f"  {name}: {json.dumps(value)}")
    return values


if __name__ == "__main__":
    sys.exit(0 if main() is not None else 1)
