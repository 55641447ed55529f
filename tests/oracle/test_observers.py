"""Votes, limits and spreads of published tables: observers drawn beside a plain loop over SciPy, and noise ceilings."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import io, stats

from benchmark import evaluate
from benchmark.statistics.vocabulary import NOISE_CEILING

Shared = Callable[[str], Path]
METHODS = ["DISTS", "PSNRq", "VIF"]


def number(rows: pd.DataFrame, method: str, statistic: str, column: str = "value") -> float:
    """A number over all pairs."""
    own = rows[(rows["level"] == "pair") & (rows["method"] == method) & (rows["statistic"] == statistic)]
    return float(own[column].iloc[0])


def nerfqa(shared: Shared, folder: Path) -> pd.DataFrame:
    """NeRF-QA's 56 videos with the votes of 47 observers; both files call some videos by other names."""
    scores, votes = (pd.read_csv(shared(f"oracles/nerfqa/{name}")) for name in ("test2_scores.csv", "participants.csv"))
    spelt = (name.replace("tensoRF", "tensorf").replace("materails", "materials") for name in votes["distorted_folder"])
    names = [re.sub(r"^(plenoxel_(?:chair|hotdog|materials|mic)_SH)_1$", r"\1_dim_1", name) for name in spelt]
    votes = votes.assign(distorted_folder=names)
    votes.to_csv(folder / "participants.csv", index=False)
    scores.to_csv(folder / "scores.csv", index=False)
    joined = scores.merge(votes, on="distorted_folder", validate="1:1", suffixes=("", "_votes"))
    assert len(joined) == 56
    return joined


def test_nerfqas_published_mos_is_the_mean_of_its_47_observers_votes(shared: Shared, tmp_path: Path) -> None:
    joined = nerfqa(shared, tmp_path)
    result = evaluate(
        tmp_path / "scores.csv",
        methods=METHODS,
        lower_better=["DISTS"],
        reference="reference_folder",
        opinions={"file": tmp_path / "participants.csv", "columns": ["Subject *"], "names": "distorted_folder"},
        statistics={"replicates": 20},
    )
    np.testing.assert_allclose(result.scores["mos"], joined["MOS_votes"], atol=1e-4)
    assert "2,015 votes of 47 observers, 26 to 44 on a pair." in result.data.notes


def test_nerfqas_observers_drawn_beside_a_loop_over_scipy(shared: Shared, tmp_path: Path) -> None:
    """Observers' means removed first; both jackknives of SRCC, on Fisher's z."""
    joined = nerfqa(shared, tmp_path)
    opinions = {"file": tmp_path / "participants.csv", "columns": "Subject *", "names": "distorted_folder"}
    result = evaluate(
        tmp_path / "scores.csv",
        methods=METHODS,
        lower_better=["DISTS"],
        reference="reference_folder",
        opinions={**opinions, "centre": "observer"},
        statistics={"replicates": 200, "resample": "cluster+observer"},
    )
    votes = joined.filter(regex=r"^Subject \d+$")
    centred = (votes - votes.mean()).to_numpy()
    references = joined["reference_folder"].to_numpy()

    def srcc(rows: np.ndarray, observers: np.ndarray) -> float:
        labels = np.round(np.asarray(np.nanmean(centred[np.ix_(rows, observers)], axis=1), dtype=float), 9)
        return float(stats.spearmanr(-joined["DISTS"].to_numpy()[rows], labels)[0])

    rows, people = np.arange(56), np.arange(47)
    row = result.summary.query("level == 'pair' and method == 'DISTS' and statistic == 'srcc'").iloc[0]
    assert row["value"] == pytest.approx(srcc(rows, people), abs=1e-9)
    left = np.arctanh([srcc(rows[references != name], people) for name in dict.fromkeys(references)])
    without = np.arctanh([srcc(rows, np.delete(people, one)) for one in people])
    variances = [(len(some) - 1) / len(some) * ((some - some.mean()) ** 2).sum() for some in (left, without)]
    u = left - left.mean()
    carried = np.clip(1.5 * (u**2).sum() ** 2 / (u**4).sum(), 1, 7)
    freedom = sum(variances) ** 2 / (variances[0] ** 2 / carried + variances[1] ** 2 / 46)
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(sum(variances))
    centre = np.arctanh(row["value"])
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(
        (np.tanh(centre - reach), np.tanh(centre + reach)), abs=1e-9
    )


def test_nerfqas_published_labels_stay_and_its_votes_move_them(shared: Shared, tmp_path: Path) -> None:
    """BT-500 removes observers and is no mean of all votes; the note says how far it is from that."""
    nerfqa(shared, tmp_path)
    result = evaluate(
        tmp_path / "scores.csv",
        mos="BT-500",
        methods=METHODS,
        lower_better=["DISTS"],
        reference="reference_folder",
        opinions={"file": tmp_path / "participants.csv", "columns": "Subject *", "names": "distorted_folder"},
        statistics={"replicates": 100, "resample": "cluster+observer"},
    )
    scores = pd.read_csv(tmp_path / "scores.csv")
    row = result.summary.query("level == 'pair' and method == 'DISTS' and statistic == 'srcc'").iloc[0]
    assert row["value"] == pytest.approx(stats.spearmanr(-scores["DISTS"], scores["BT-500"])[0])
    assert row["ci_low"] < row["value"] < row["ci_high"]
    assert any(
        "The table's labels are used; they differ from the means of the votes" in note for note in result.data.notes
    )


def test_aic4s_ceiling_follows_from_its_limits(shared: Shared) -> None:
    labels = pd.read_csv(shared("oracles/aic4/JPEG_AIC_reconstructed_jnd_scores.csv"))
    scores = pd.read_csv(shared("oracles/aic4/JPEG-AIC_metric_scores.csv"))
    table = labels.merge(scores[["img_distorted", "CVVDP"]], on="img_distorted", validate="1:1")
    result = evaluate(
        table.rename(columns={"img_distorted": "enhanced"}),
        mos="distortion",
        methods=["CVVDP"],
        lower_mos_better=True,
        reference="img_source",
        mos_low="CI_min",
        mos_high="CI_max",
        statistics={"replicates": 20, "noise_ceiling": True},
    )
    error = ((table["CI_max"] - table["CI_min"]) / (2 * stats.norm.ppf(0.975))) ** 2
    share = np.sqrt(1 - error.mean() / table["distortion"].var())
    assert number(result.summary, NOISE_CEILING, "plcc") == pytest.approx(share, abs=1e-12)
    rng = np.random.default_rng(0)
    y = table["distortion"].to_numpy()
    true = y.mean() + share * (y - y.mean())
    drawn = [stats.spearmanr(true, true + np.sqrt(error) * rng.normal(size=len(y)))[0] for _ in range(200)]
    assert number(result.summary, NOISE_CEILING, "srcc") == pytest.approx(np.mean(drawn), abs=3e-4)
    best = result.summary.query("level == 'pair' and method == 'CVVDP' and statistic == 'srcc'").iloc[0]
    assert round(best["value"], 4) == 0.9609
    assert best["value"] < number(result.summary, NOISE_CEILING, "srcc", "ci_low")


def test_toyamas_ceiling_follows_from_its_spread(shared: Shared) -> None:
    content = io.loadmat(shared("oracles/toyama/toyama.mat"))
    columns = {key: np.ravel(content[key]).astype(float) for key in ("MOS", "SD", "num_obs", "psnr", "ssim")}
    table = pd.DataFrame({key: values for key, values in columns.items() if len(values) == 168})
    assert (table["SD"] == 0).sum() == 5  # all observers agreed: left empty, since 0 would make the label certain
    table["SD"] = table["SD"].where(table["SD"] > 0)
    result = evaluate(
        table,
        mos="MOS",
        mos_sd="SD",
        observers="num_obs",
        methods=["psnr", "ssim"],
        statistics={"replicates": 20, "noise_ceiling": True},
    )
    known = table[table["SD"].notna()]
    error = known["SD"] ** 2 / known["num_obs"]
    assert number(result.summary, NOISE_CEILING, "plcc") == pytest.approx(
        np.sqrt(1 - error.mean() / known["MOS"].var()), abs=1e-12
    )
    assert number(result.summary, NOISE_CEILING, "plcc", "n") == len(known) == 163
    assert any("5 of 168 pairs without them are left out" in note for note in result.data.notes)
    assert number(result.summary, NOISE_CEILING, "plcc", "ci_low") > 0.9
    assert result.summary.query("method == 'ssim' and statistic == 'srcc' and level == 'pair'")["value"].iloc[0] < 0.9
