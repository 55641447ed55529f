"""Audits of printed tables that others published, against scores that others computed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark.cli import main

Shared = Callable[[str], Path]
NERF = ("--group", "Real=scene:fortress,horns,trex,room", "--group", "Synthetic=scene:chair,hotdog,materials,mic")
NAMES = {"Ours(full-size)": "NeRF-DISTS-full", "SSIM": "SSIMq", "PSNR": "PSNRq", "ST-LPIPS": "ST-LPIPS-vgg"}
OTHERS = """
| database | n | references | method | PLCC | SRCC | KRCC |
| --- | --- | --- | --- | --- | --- | --- |
| TID2013 | 3000 | 25 | DSSIM | -0.773 | -0.861 | -0.678 |
| | | | SSIMULACRA | -0.663 | -0.673 | -0.485 |
| | | | Butteraugli | -0.648 | -0.760 | -0.572 |
| IVC | 185 | 10 | DSSIM | -0.758 | -0.916 | -0.748 |
| | | | SSIMULACRA | -0.789 | -0.834 | -0.640 |
| | | | Butteraugli | -0.607 | -0.792 | -0.595 |
| JPEGXR | 180 | 6 | DSSIM | -0.833 | -0.904 | -0.725 |
| | | | SSIMULACRA | -0.849 | -0.840 | -0.656 |
| | | | Butteraugli | -0.836 | -0.878 | -0.696 |
"""


def audited(folder: Path, *arguments: str | Path) -> tuple[int, dict[str, Any], pd.DataFrame]:
    """Exit status, record and rows of an audit by the command."""
    status = main(["audit", *map(str, arguments), "--output", str(folder)])
    record = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    return status, record, pd.read_csv(folder / "audit.csv", dtype=str, keep_default_na=False)


def test_a_table_that_names_the_wrong_label_follows_from_another(shared: Shared, tmp_path: Path) -> None:
    table, scores = shared("oracles/nerfqa/results_table_test2.tex"), shared("oracles/nerfqa/test2_scores.csv")
    maps = [part for name, column in NAMES.items() for part in ("--map", f"{name}={column}")]
    status, record, rows = audited(tmp_path / "all", table, "--scores", scores, *NERF, *maps)
    assert (status, record["follow"], record["cells"], record["answer"]) == (0, 153, 153, "reproduced")
    assert (record["label"], record["sign"], record["mapping"], record["digits"]) == ("BT-500", "magnitude", "raw", 4)
    assert set(rows["verdict"]) == {"follows"}
    assert record["marks"] == {"macro:goldmedal": "best", "macro:silvermedal": "second", "macro:bronzemedal": "third"}
    assert record["mark_faults"] == []
    assert (tmp_path / "all" / "corrected.tex").read_bytes() == table.read_bytes()
    status, record, rows = audited(tmp_path / "mos", table, "--scores", scores, *NERF, *maps, "--label", "MOS")
    assert (status, record["follow"], record["answer"]) == (3, 0, "not reproduced")


def test_names_without_a_match_are_asked_for_and_found_by_their_numbers(shared: Shared, tmp_path: Path) -> None:
    table, scores = shared("oracles/nerfqa/results_table_test2.tex"), shared("oracles/nerfqa/test2_scores.csv")
    status, record, rows = audited(tmp_path / "a", table, "--scores", scores, *NERF)
    assert (status, record["follow"], record["not_computable"]) == (0, 117, 36)
    for name, column in NAMES.items():
        assert any(f'--map "{name}={column}"' in hint for hint in record["hints"]), name
        assert set(rows.loc[rows["method"] == name, "verdict"]) == {"not-computable"}


def test_a_value_that_does_not_occur_is_refused(
    shared: Shared, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, scores = shared("oracles/nerfqa/results_table_test2.tex"), shared("oracles/nerfqa/test2_scores.csv")
    arguments = ["audit", str(table), "--scores", str(scores), "--output", str(tmp_path / "a")]
    assert main([*arguments, "--group", "Real=scene:fortress,horn"]) == 2
    assert "'horn' does not occur in column 'scene'" in capsys.readouterr().err
    assert main([*arguments, *NERF, "--map", "SSIM=SSIMx"]) == 2
    assert "did you mean 'SSIMq'" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


def test_signs_of_three_data_sets_follow(shared: Shared, tmp_path: Path) -> None:
    (tmp_path / "table.md").write_text(OTHERS)
    files = [shared(f"oracles/score_tables/{name}.csv") for name in ("TID2013", "IVC", "JPEGXR")]
    status, record, _ = audited(tmp_path / "a", tmp_path / "table.md", "--scores", *files)
    assert (status, record["follow"], record["cells"]) == (0, 27, 27)
    assert (record["label"], record["sign"], record["digits"]) == ("mos", "signed", 3)


def test_other_weights_are_not_explained_away(shared: Shared, tmp_path: Path) -> None:
    scores = [part for name in ("live", "tid2013") for part in ("--scores", shared(f"oracles/zsiqa/{name}.csv"))]
    status, record, rows = audited(tmp_path / "a", shared("oracles/zsiqa/published_pyiqa.csv"), *scores)
    assert (status, record["answer"]) == (3, "in part")
    own = rows[rows["method"].isin(["psnr", "fsim", "ms_ssim", "dists"]) & rows["group"].isin(["live", "tid2013"])]
    assert len(own) == 24
    assert set(own["verdict"]) == {"follows"}
    lpips = rows[(rows["method"] == "lpips") & rows["group"].isin(["live", "tid2013"])]
    assert set(lpips["verdict"]) == {"differs"}
    assert all(text.startswith("most numbers of this method differ: other scores") for text in lpips["explanation"])
    assert not lpips["explanation"].str.contains(";").any()
    first = lpips[(lpips["group"] == "live") & (lpips["statistic"] == "srcc")].iloc[0]
    assert (first["printed"], round(float(first["computed"]), 4)) == ("0.9235", 0.9220)
    missing = rows[rows["group"].isin(["csiq", "tid2008"])]
    assert set(missing["verdict"]) == {"not-computable"}
    assert missing["explanation"].str.contains("no scores of '(?:csiq|tid2008)' are given").all()


def test_choices_follow_by_their_votes(shared: Shared, tmp_path: Path) -> None:
    """The shares of agreeing votes that docs of the data give: VIFp .6590, PSNR-Y .5984, VMAF .6565."""
    (tmp_path / "t.csv").write_text("Method,2AFC\nVIFp,0.6590\nPSNR-Y,0.5984\nVMAF,0.6565\n")
    choices = (
        "--first",
        "{}_base",
        "--second",
        "{}_ours",
        "--votes-first",
        "num_vote_base",
        "--votes-second",
        "num_vote_ours",
    )
    scores = shared("oracles/resize2afc/study_results.csv")
    status, record, _ = audited(tmp_path / "a", tmp_path / "t.csv", "--scores", scores, *choices)
    assert (status, record["follow"], record["label"]) == (0, 3, "votes")
