"""Makers of small reports.

``make_report``: scores of known strength, statistics by scipy, intervals and tests by a rule of thumb. ``make_evaluated``:
everything that a table may claim falsely (ties, opposite signs, reversed fits, gaps), with the real statistics.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.evaluation.summarise import evaluate_scores
from benchmark.report.content import ReportData
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.settings import StatisticsSettings
from tests.makers import score_keys

Frame = pd.DataFrame
Maker = Callable[..., ReportData]
_COLUMNS = (
    "dataset split level condition statistic method_a method_b difference ci_low ci_high p_value p_adjusted significant "
    "test n n_clusters"
)
_NO_COMPARISONS = pd.DataFrame([], columns=_COLUMNS.split())


@pytest.fixture(scope="session")
def make_report() -> Maker:
    """Build a ``ReportData`` from methods and their strength (share of the label in the score)."""
    return build


@pytest.fixture(scope="session")
def make_scores() -> Callable[..., Frame]:
    """Scores of methods that a careless table would rank wrongly."""
    return adversarial_scores


@pytest.fixture(scope="session")
def make_evaluated() -> Maker:
    """Build a ``ReportData`` from such scores with their real statistics."""
    return evaluated


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
    made = [_statistics(block, listed, intervals, statistics) for block in blocks]
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
    table: Frame, methods: Sequence[ScoredMethod], intervals: bool, statistics: Sequence[str]
) -> tuple[Frame, Frame]:
    dataset, split = table["dataset"].iloc[0], table["split"].iloc[0]
    rows: list[list[Any]] = []
    scopes = [("pair", "", table)] + [("condition", str(name), part) for name, part in table.groupby("condition")]
    for method in methods:
        for level, condition, part in scopes:
            known = part[part[method.label].notna()]
            for statistic in statistics:
                value = statistic_of(statistic, known, method)
                low = high = np.nan
                if intervals and level == "pair":
                    low, high = value - 2 * error_of(value, len(known)), value + 1.8 * error_of(value, len(known))
                n = [len(known), known["reference"].nunique()]
                how = "percentile" if np.isfinite(low) else ""
                rows.append([dataset, split, level, condition, method.label, statistic, value, low, high, *n, how, ""])
    columns = ["dataset", "split", "level", "condition", "method", "statistic", "value", "ci_low", "ci_high"]
    summary = pd.DataFrame(rows, columns=[*columns, "n", "n_clusters", "interval", "note"])
    return summary, _comparisons(dataset, split, methods, summary) if intervals else _NO_COMPARISONS


def error_of(value: float, n: int) -> float:
    """A plausible standard error of a correlation."""
    return float((1 - min(abs(value), 0.9) ** 2) / np.sqrt(max(n, 2)))


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


def _comparisons(dataset: str, split: str, methods: Sequence[ScoredMethod], summary: Frame) -> Frame:
    rows: list[list[Any]] = []
    whole = summary[summary["level"] == "pair"].set_index(["method", "statistic"])
    for i, first in enumerate(methods):
        for second in methods[i + 1 :]:
            for statistic in summary["statistic"].unique():
                one, other = whole.loc[(first.label, statistic)], whole.loc[(second.label, statistic)]
                difference = float(one["value"]) - float(other["value"])
                if not np.isfinite(difference):
                    continue
                n = int(min(one["n"], other["n"]))
                error = np.hypot(error_of(float(one["value"]), n), error_of(float(other["value"]), n))
                p_value = float(2 * stats.norm.sf(abs(difference) / error))
                names = [statistic, first.label, second.label]
                ends = [difference - 2 * error, difference + 2 * error]
                tested = [p_value, p_value, p_value < 0.05, "normal", n, 12]
                rows.append([dataset, split, "pair", "", *names, difference, *ends, *tested])
    return pd.DataFrame(rows, columns=_NO_COMPARISONS.columns)


def adversarial_scores(references: int, conditions: int = 6, *, seed: int = 0) -> Frame:
    """Labels, and scores of methods that a careless table would rank wrongly."""
    rng = np.random.default_rng(seed)
    n = references * conditions
    mos = 3 + rng.normal(size=n) + 0.3 * (np.arange(n) % conditions)
    standard = (mos - mos.mean()) / mos.std()

    def agreeing(strength: float) -> np.ndarray:
        return np.asarray(strength * standard + np.sqrt(1 - strength**2) * rng.normal(size=n))

    strong = agreeing(0.9)
    swapped = strong.copy()
    order, places = np.argsort(strong), np.argsort(np.argsort(mos))
    least = np.argmin(np.abs(np.diff(places[order])))  # neighbours whose exchange changes the correlation least
    first, second = order[least : least + 2]
    swapped[[first, second]] = swapped[[second, first]]
    gaps = agreeing(0.995)
    gaps[: max(1, int(np.ceil(0.02 * n)))] = np.nan
    return score_keys(references, conditions, mos).assign(
        strong=strong,
        swapped=swapped,
        opposite=-agreeing(0.95),
        weak=agreeing(0.4),
        gaps=gaps,
        flat=0.1,
        absent=np.nan,
    )


def evaluated(
    scores: pd.DataFrame,
    labels: Sequence[str] = ("weak", "opposite", "swapped", "strong", "gaps", "flat", "absent"),
    *,
    tables: Sequence[Mapping[str, Any]] = ({},),
    **settings: Any,
) -> ReportData:
    """The scores with their real statistics; ``absent`` is unavailable, ``paper`` is published only."""
    methods = [
        ScoredMethod(label=label, name=label, title=label.capitalize(), higher_is_better=True) for label in labels
    ]
    methods = [
        replace(item, status="unavailable", reason="no weights") if item.label == "absent" else item for item in methods
    ]
    found = evaluate_scores(scores, methods, StatisticsSettings(**{"replicates": 400, **settings}))
    return ReportData(
        title="A trial",
        scores=scores,
        summary=found.summary,
        comparisons=found.comparisons,
        failures=pd.DataFrame(columns=["pair", "method", "reason"], dtype=str),
        methods=tuple(methods),
        notes=found.notes,
        config=ReportConfig.model_validate({"tables": list(tables)}),
        published={"paper": PublishedEntry.model_validate({"srcc": 0.999, "source": "A paper"})},
    )
