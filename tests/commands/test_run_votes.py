"""Votes beside a data set of `run`: they give SD and number, are drawn, and are recorded."""

from pathlib import Path
from typing import Any

import pytest

import benchmark
from benchmark.core.errors import UserError
from tests.commands.test_run import MAE, config, run

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("near")]
VOTES = """Bild,Ann,Bob,Cid
0_soft.png,5,6,4
0_hard.png,4,5,
1_soft.png,5,5,4.7
1_hard.png,4,4,4
"""


def test_a_data_set_takes_votes_from_a_file_beside_the_configuration(
    plugin_folder: Path, tiny_set: Path, tmp_path: Path
) -> None:
    (plugin_folder / "methods" / "mae.py").write_text(MAE)
    (tmp_path / "votes.csv").write_text(VOTES)
    text = (
        "dataset: {name: table, file: pairs.csv, opinions: {file: votes.csv, columns: [Ann, Bob, Cid], names: Bild}}\n"
        "methods: [mae]\nstatistics: {replicates: 20, resample: cluster+observer, noise_ceiling: true}\n"
        "report: {plots: []}\nworkers: 1\n"
    )
    (tmp_path / "c.yaml").write_text(text)
    result = benchmark.run(tmp_path / "c.yaml", output=tmp_path / "out", plugins=[plugin_folder])
    scores = result.scores.set_index("enhanced")
    assert scores.loc["0_soft.png", "mos"] == 5
    assert scores.loc["0_soft.png", "mos_sd"] == 1.0
    assert scores.loc["0_hard.png", "observers"] == 2
    assert scores["mos_sd"].isna().tolist() == [False, False, False, True]
    notes = "\n".join(result.data.notes)
    assert "11 votes of 3 observers, 2 to 3 on a pair." in notes
    assert "they differ from the means of the votes by up to 0.5" in notes
    assert "and, independently of them, 3 observers" in notes
    record = result.data.record
    assert set(record["dataset"]["label_files"]) == {"pairs.csv", "votes.csv"}
    assert Path(record["configuration"]["dataset"]["opinions"]["file"]) == tmp_path / "votes.csv"
    again = benchmark.run(tmp_path / "out" / "run.json", output=tmp_path / "again", plugins=[plugin_folder])
    assert again.summary.equals(result.summary)


def test_what_votes_lack_is_said_before_anything_is_scored(plugin_folder: Path, tiny_set: Path, tmp_path: Path) -> None:
    (plugin_folder / "methods" / "mae.py").write_text(MAE)
    crossed = {"replicates": 20, "resample": "cluster+observer"}
    with pytest.raises(UserError, match="needs their single votes: name them under `opinions`"):
        run(config(tiny_set, statistics=crossed), tmp_path / "out", plugins=[plugin_folder])
    (tmp_path / "votes.csv").write_text(VOTES.replace("4,5,\n", ",,\n"))
    data: dict[str, Any] = {"name": "table", "file": str(tiny_set)}
    data["opinions"] = {"file": str(tmp_path / "votes.csv"), "columns": ["Ann", "Bob", "Cid"], "names": "Bild"}
    with pytest.raises(UserError, match=r"1 of 4 pairs have no vote \(the first is '0_hard.png'\)"):
        run(config(tiny_set, dataset=data, statistics=crossed), tmp_path / "out", plugins=[plugin_folder])
    data["opinions"] = {"columns": ["Ann"]}
    with pytest.raises(UserError, match="name the `file` of the votes: a data set has no columns of its own"):
        run(config(tiny_set, dataset=data), tmp_path / "out", plugins=[plugin_folder])
    assert not (tmp_path / "out" / "scores.csv").exists()
