"""A maker of small reports: scores with known strength, statistics by scipy, comparisons from a plain bootstrap."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.config import PublishedEntry, ReportConfig
from benchmark.report.data import ReportData
from benchmark.results import ScoredMethod

Frame = pd.DataFrame
Maker = Callable[..., ReportData]


@pytest.fixture(scope="session")
def make_report() -> Maker:
    """Build a ``ReportData`` from methods and their strength (share of the label in the score)."""
    return build


def build(
    strengths: Mapping[str, float] | None = None,
    *,
    references: int = 12,
    conditions: Sequence[str] = ("clahe", "gamma", "retinex"),
    datasets: Sequence[str] = ("efid",),
    splits: Sequence[str] = ("test",),
    methods: Mapping[str, Mapping[str, Any]] | None = None,
    missing: Mapping[str, int] | None = None,
    intervals: bool = True,
    statistics: Sequence[str] = ("srcc", "plcc", "krcc", "rmse"),
    tables: Sequence[Mapping[str, Any]] = ({},),
    published: Mapping[str, Mapping[str, Any]] | None = None,
    replicates: int = 60,
    **fields: Any,
) -> ReportData:
    """See ``make_report``; ``missing`` says how many pairs of a method have no score, ``methods`` further fields."""
    strengths = {"psnr": 0.4, "ssim": 0.7, "lpips": -0.8} if strengths is None else strengths
    rng = np.random.default_rng(1)
    blocks = [
        _scores(rng, strengths, references, conditions, dataset, split, missing or {})
        for dataset in datasets
        for split in splits
    ]
    listed = tuple(
        ScoredMethod(
            **{
                "label": label,
                "name": label,
                "title": label.upper(),
                "higher_is_better": True,
                "status": "partial" if (missing or {}).get(label) else "scored",
                **(methods or {}).get(label, {}),
            }
        )
        for label in strengths
    )
    made = [_statistics(rng, block, listed, intervals, statistics, replicates) for block in blocks]
    return ReportData(
        title=fields.pop("title", "A test set"),
        scores=pd.concat(blocks, ignore_index=True),
        summary=pd.concat([summary for summary, _ in made], ignore_index=True),
        comparisons=pd.concat([comparisons for _, comparisons in made], ignore_index=True),
        failures=fields.pop("failures", pd.DataFrame(columns=["pair", "method", "reason"], dtype=str)),
        methods=listed,
        config=ReportConfig.model_validate({"tables": list(tables)}),
        published={name: PublishedEntry.model_validate(entry) for name, entry in (published or {}).items()},
        **fields,
    )


def _scores(
    rng: np.random.Generator,
    strengths: Mapping[str, float],
    references: int,
    conditions: Sequence[str],
    dataset: str,
    split: str,
    missing: Mapping[str, int],
) -> Frame:
    rows = [(f"{index:04d}", condition) for index in range(references) for condition in conditions]
    label = rng.normal(size=len(rows)) + np.tile(np.linspace(-1, 1, len(conditions)), references)
    table = pd.DataFrame(
        {
            "dataset": dataset,
            "split": split,
            "fold": np.nan,
            "pair": [f"{split}/{name}_{condition}.png" for name, condition in rows],
            "reference": [name for name, _ in rows],
            "cluster": [name for name, _ in rows],
            "enhanced": [f"{name}_{condition}.png" for name, condition in rows],
            "condition": [condition for _, condition in rows],
            "mos": 3 + label,
            "mos_sd": np.nan,
            "observers": np.nan,
        }
    )
    for name, strength in strengths.items():
        noise = rng.normal(size=len(rows))
        values = 20 + 5 * (strength * label + np.sqrt(1 - strength**2) * noise)
        values[: missing.get(name, 0)] = np.nan
        table[name] = values
    return table


def _statistics(
    rng: np.random.Generator,
    table: Frame,
    methods: Sequence[ScoredMethod],
    intervals: bool,
    statistics: Sequence[str],
    replicates: int,
) -> tuple[Frame, Frame]:
    dataset, split = table["dataset"].iloc[0], table["split"].iloc[0]
    rows, resamples = [], {}
    groups = [indices.to_numpy() for _, indices in table.groupby("reference").groups.items()]
    first = table.index[0]
    counts = [
        np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))]) for _ in range(replicates)
    ]
    scopes = [("pair", "", table)] + [("condition", str(name), part) for name, part in table.groupby("condition")]
    for method in methods:
        for level, condition, part in scopes:
            known = part[part[method.label].notna()]
            for statistic in statistics:
                value = statistic_of(statistic, known, method)
                low = high = np.nan
                if intervals and level == "pair" and np.isfinite(value):
                    draws = [
                        statistic_of(statistic, table.iloc[index - first].dropna(subset=[method.label]), method)
                        for index in counts
                    ]
                    resamples[method.label, statistic] = np.array(draws)
                    low, high = np.nanpercentile(draws, [2.5, 97.5])
                n = [len(known), known["reference"].nunique()]
                how = "percentile" if np.isfinite(low) else ""
                rows.append([dataset, split, level, condition, method.label, statistic, value, low, high, *n, how, ""])
    columns = ["dataset", "split", "level", "condition", "method", "statistic", "value", "ci_low", "ci_high"]
    summary = pd.DataFrame(rows, columns=[*columns, "n", "n_clusters", "interval", "note"])
    return summary, _comparisons(dataset, split, methods, resamples, statistics, summary)


def statistic_of(statistic: str, part: Frame, method: ScoredMethod) -> float:
    """A statistic by scipy, oriented by the method's direction."""
    scores, labels = part[method.label].to_numpy(dtype=float), part["mos"].to_numpy(dtype=float)
    if len(scores) < 3 or np.ptp(scores) == 0:
        return float("nan")
    sign = 1 if method.higher_is_better else -1
    if statistic == "rmse":
        return float(np.std(labels - np.polyval(np.polyfit(scores, labels, 1), scores)))
    functions: dict[str, Any] = {"srcc": stats.spearmanr, "plcc": stats.pearsonr, "krcc": stats.kendalltau}
    function = functions.get(statistic, stats.pearsonr)
    return sign * float(function(scores, labels)[0])


def _comparisons(
    dataset: str,
    split: str,
    methods: Sequence[ScoredMethod],
    resamples: Mapping[tuple[str, str], Any],
    statistics: Sequence[str],
    summary: Frame,
) -> Frame:
    rows = []
    whole = summary[summary["level"] == "pair"].set_index(["method", "statistic"])["value"]
    for i, first in enumerate(methods):
        for second in methods[i + 1 :]:
            for statistic in statistics:
                if (first.label, statistic) not in resamples or (second.label, statistic) not in resamples:
                    continue
                draws = resamples[first.label, statistic] - resamples[second.label, statistic]
                p_value = min(1.0, 2 * (1 + min((draws <= 0).sum(), (draws >= 0).sum())) / (1 + len(draws)))
                difference = float(whole[first.label, statistic]) - float(whole[second.label, statistic])
                ends = np.percentile(draws, [2.5, 97.5])
                names = [statistic, first.label, second.label]
                tested = [p_value, p_value, p_value < 0.05, "bootstrap", 36, 12]
                rows.append([dataset, split, "pair", "", *names, difference, *ends, *tested])
    columns = ["dataset", "split", "level", "condition", "statistic", "method_a", "method_b", "difference", "ci_low"]
    columns += ["ci_high", "p_value", "p_adjusted", "significant", "test", "n", "n_clusters"]
    return pd.DataFrame(rows, columns=columns)
