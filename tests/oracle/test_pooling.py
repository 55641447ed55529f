"""Pooling and equivalence on real tables (../shared/oracles), against SciPy in plain loops."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from benchmark import evaluate
from benchmark.config.pooling_analysis import PoolingAnalysis
from benchmark.evaluation.pooling import RANKS, pool_sets
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.coverage_pooling import coverage, read
from benchmark.statistics.settings import StatisticsSettings

pytestmark = pytest.mark.heavy
Shared = Callable[[str], Path]
ENDS = ("value", "ci_low", "ci_high")
DISTANCES = ["DSSIM", "SSIMULACRA", "Butteraugli"]


def z(rows: pd.DataFrame, *names: str) -> float:
    """Fisher's z of a distance, or of the first less the second."""
    values = [np.arctanh(-stats.spearmanr(rows[name], rows["mos"]).statistic) for name in names]
    return float(values[0] - sum(values[1:]))


def effect(frame: pd.DataFrame, *names: str) -> tuple[float, float]:
    """z with its variance by leaving out each reference."""
    references = frame["ref_img"].str.casefold()
    left = np.array([z(frame[references != name], *names) for name in references.unique()])
    return z(frame, *names), float((len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum())


def random_effects(effects: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Mean and 95 % interval."""
    y, v = np.array(effects).T
    k = len(y)

    def squares(between: float) -> float:
        w = 1 / (v + between)
        return float((w * (y - np.average(y, weights=w)) ** 2).sum())

    between = 0.0 if squares(0) <= k - 1 else optimize.brentq(lambda one: squares(one) - (k - 1), 0, 100, xtol=1e-15)
    w = 1 / (v + between)
    reach = stats.t.ppf(0.975, k - 1) * np.sqrt(max(1.0, squares(between) / (k - 1)) / w.sum())
    mean = np.average(y, weights=w)
    return mean, mean - reach, mean + reach


def test_three_public_databases(shared: Shared) -> None:
    """TID2013, IVC and JPEGXR, whose distances were published; few data sets, and said so."""
    files = {name: shared(f"oracles/score_tables/{name}.csv") for name in ("TID2013", "IVC", "JPEGXR")}
    tables = []
    for name, file in files.items():
        entry = {"file": str(file), "label": name, "mos": "mos", "reference": "ref_img"}
        tables.append({**entry, "lower_mos_better": False})
    frames = {name: pd.read_csv(file) for name, file in files.items()}
    result = evaluate(
        {"tables": tables, "methods": DISTANCES, "lower_better": DISTANCES},
        statistics={"replicates": 20, "mapping_resamples": "once"},
        report={"plots": [], "pooling": True},
    )
    analysis = result.data.analyses["pooling"]
    rows = analysis.table.to_dict("records")
    found = {(str(row["part"]), str(row["method"]), str(row["method_b"])): row for row in rows}
    for name in DISTANCES:
        mean, low, high = random_effects([effect(frame, name) for frame in frames.values()])
        row = found["all", name, ""]
        assert [row[key] for key in ENDS] == pytest.approx(np.tanh([mean, low, high]).tolist(), abs=1e-7)
    mean, low, high = random_effects([effect(frame, "DSSIM", "Butteraugli") for frame in frames.values()])
    row = found["all", "DSSIM", "Butteraugli"]
    assert [row[key] for key in ENDS] == pytest.approx([mean, low, high], abs=1e-7)
    without = [effect(frame, "DSSIM") for name, frame in frames.items() if name != "IVC"]
    assert found["without IVC", "DSSIM", ""]["z"] == pytest.approx(random_effects(without)[0], abs=1e-7)
    assert any(note.startswith("Unreliable: fewer than five data sets (3)") for note in analysis.notes)
    assert any("needs at least 10" in note for note in analysis.notes)


def test_ranks_over_the_kinds_of_distortion_of_tid2013(shared: Shared) -> None:
    """Each of the 24 as a data set of its own; they have their photographs in common, which is asked about."""
    frame = pd.read_csv(shared("oracles/score_tables/TID2013.csv"))
    references = frame["ref_img"].str.casefold()
    scores = frame.assign(
        dataset=frame["dst_type"].astype(str),
        split="",
        pair=frame["dist_img"],
        reference=references,
        cluster=references,
        condition="",
        mos_sd=np.nan,
        observers=np.nan,
    )
    methods = [ScoredMethod(label=name, name=name, title=name, higher_is_better=False) for name in DISTANCES]
    asked = PoolingAnalysis(without_each=False)
    found = pool_sets(scores, methods, asked, StatisticsSettings(), lower_mos_better=lambda _: False)
    values = np.array([[z(own, name) for name in DISTANCES] for _, own in frame.groupby("dst_type", sort=False)])
    ranks = found.table[found.table["part"] == RANKS].set_index("method")["value"]
    assert ranks[DISTANCES].to_numpy() == pytest.approx(stats.rankdata(-values, axis=1).mean(axis=0))
    known = stats.friedmanchisquare(*values.T)
    assert any(f"Friedman's chi² = {known.statistic:.2f}" in note for note in found.notes)
    assert any("have 25 references of the same name" in note for note in found.notes)


@pytest.mark.parametrize("sets", [5, 10])
def test_pooled_intervals_hold_on_data_sets_drawn_from_real_ones(shared: Shared, sets: int) -> None:
    """TID2013's kinds of distortion, which differ far more than their references explain; see docs/protocol.md."""
    collection = read(shared("oracles/score_tables/TID2013.csv"), "ref_img", "mos", "DSSIM,Butteraugli", "dst_type")
    found = coverage(collection, sets, 100, seed=4)
    lowest = stats.binom.ppf(0.001, 100, 0.92) / 100
    assert found.pooled >= lowest
    assert found.difference >= lowest
    assert found.plain < 0.6


def test_equivalence_of_distances_on_live(shared: Shared) -> None:
    """Two one-sided t tests by leaving out references, with the error that the difference has at the margin of 0.02."""
    file = shared("oracles/zsiqa/live.csv")
    frame = pd.read_csv(file)
    for first, second, said in (
        ("clip_vitb32_l2", "clip_vitb32_cos", "equivalent"),
        ("clip_vitb32_l2", "deep_jsd_eff", "better"),
    ):
        result = evaluate(
            file,
            mos="mos",
            methods=[first, second],
            lower_better=[first, second],
            reference="ref",
            lower_mos_better=True,
            statistics={"replicates": 999, "mapping_resamples": "once", "equivalence": 0.02},
        )
        rows = result.comparisons
        row = rows[(rows["level"] == "pair") & (rows["statistic"] == "srcc")].iloc[0]

        def of(some: pd.DataFrame, one: str = first, other: str = second) -> list[float]:
            return [-float(stats.spearmanr(some[name], -some["mos"]).statistic) for name in (one, other)]

        values = np.array(of(frame))
        left = np.array([of(frame[frame["ref"] != name]) for name in frame["ref"].unique()])
        k, apart = len(left), np.array([1, -1])
        covariance = (k - 1) ** 2 / k * np.cov(left.T)
        difference, error = apart @ values, np.sqrt(apart @ covariance @ apart)
        assert row["difference"] == pytest.approx(difference, abs=1e-12)
        # the nearest two values that differ by the margin, where Fisher's z has the same errors
        gap = np.sign(difference) * max(0, 0.02 - abs(difference))
        there = values + covariance @ apart / error**2 * gap
        slopes = apart * (1 - there**2) / (1 - values**2)
        reach = stats.t.ppf(0.95, k - 1) * max(error, np.sqrt(slopes @ covariance @ slopes))
        assert row["equivalence_high"] - row["difference"] == pytest.approx(reach, rel=0.02)
        assert (abs(difference) + reach < 0.02) == (said == "equivalent")
        assert row["verdict"] == said
