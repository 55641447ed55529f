"""The command: files, exit statuses, and what a user can get wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.cli import main
from benchmark.data import split_files
from tests.audit import spoiling


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spoilt table and its scores, which is the working directory."""
    rng = np.random.default_rng(4)
    made = spoiling.study(rng)
    made.groups = {"All": made.groups["All"]}
    (tmp_path / "true.tex").write_text(spoiling.latex(made))
    spoiling.spoil(made, rng)
    (tmp_path / "table.tex").write_text(spoiling.latex(made))
    made.frames["first"].to_csv(tmp_path / "first.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_and_exit_statuses(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "true.tex", "--scores", "first.csv"]) == 0
    assert "reproduced:" in capsys.readouterr().out
    folder = place / "results" / "audit_true"
    assert sorted(path.name for path in folder.iterdir()) == ["audit.csv", "audit.html", "audit.json", "corrected.tex"]
    header = "row,column,group,statistic,printed,computed,verdict,protocol,explanation,points_to"
    assert (folder / "audit.csv").read_text().startswith(header)
    assert main(["audit", "table.tex", "--scores", "first.csv", "--output", "out"]) == 3
    assert "differs: " in capsys.readouterr().out
    assert (place / "out" / "corrected.tex").read_bytes() == (place / "true.tex").read_bytes()
    assert main(["audit", "table.tex", "--scores", "first.csv", "--output", "out"]) == 3  # its own folder again
    pd.DataFrame({"image": ["a", "b", "c"], "mos": [1, 2, 3], "other": [1, 3, 2]}).to_csv("none.csv", index=False)
    assert main(["audit", "table.tex", "--scores", "none.csv", "--output", "none"]) == 2
    assert "nothing can be computed" in capsys.readouterr().out


def test_the_page_shows_each_number_with_its_verdict(place: Path) -> None:
    main(["audit", "table.tex", "--scores", "first.csv", "--output", "out"])
    page, rows = (place / "out" / "audit.html").read_text(), pd.read_csv(place / "out" / "audit.csv")
    for verdict in ("follows", "differs"):
        assert page.count(f'<span class="n {verdict}" tabindex') == (rows["verdict"] == verdict).sum()
    assert "http" not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the scores that the table should follow from: --scores FILE"),
        (["--scores", "absent.csv"], "absent.csv"),
        (["--scores", "first.csv", "--label", "moss"], "did you mean 'mos'"),
        (["--scores", "first.csv", "--group", "A=kind"], "expected NAME=COLUMN:VALUE"),
        (["--scores", "first.csv", "--group", "A=kinds:blur"], "did you mean 'kind'"),
        (["--scores", "first.csv", "--group", "A=kind:blue"], "did you mean 'blur'"),
        (["--scores", "first.csv", "--map", "M00"], "expected NAME=COLUMN"),
        (["--scores", "first.csv", "--map", "M00=M0"], "no file of scores has a column 'M0'"),
        (["--scores", "first.csv", "--map", "Q=mos"], "the table has no such label"),
        (["--scores", "first.csv", "--statistic", "F1"], "expected SRCC"),
        (["--scores", "first.csv", "--table", "2"], "--table 2"),
        (["--scores", "first.csv", "--reference", "scene"], "--reference 'scene'"),
        (["--scores", "first.csv", "--lower-better", "X"], "--lower-better 'X'"),
        (["--scores", "first.csv", "--output", "first.csv"], "is a file"),
        (["--scores", "first.csv", "--output", "."], "holds other files"),
        (["--scores", "first.csv", "--scores", "first.csv"], "the file is given twice"),
        (["--scores", "A=first.csv", "A=first.csv"], "the file is given twice"),
    ],
)
def test_what_is_wrong_is_said(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["audit", "table.tex", *arguments]) == 2
    said = capsys.readouterr().err.strip()
    assert message in said
    assert said.count("\n") <= 1


def test_files_of_one_name_are_joined(place: Path) -> None:
    frame = pd.read_csv("first.csv")
    frame[["image", "M00"]].sample(frac=1, random_state=0).to_csv("own.csv", index=False)
    frame.drop(columns="M00").to_csv("others.csv", index=False)
    assert main(["audit", "true.tex", "--scores", "set=others.csv", "--scores", "set=own.csv", "--output", "out"]) == 0
    frame[["image", "M00"]].assign(image="x").to_csv("own.csv", index=False)
    assert main(["audit", "true.tex", "--scores", "set=others.csv", "--scores", "set=own.csv", "--output", "out"]) == 2


def test_splits_give_medians(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.read_csv("first.csv")
    names = sorted(set(frame["reference"]))
    entries = [
        {
            "number": number,
            "train": names[:number] + names[number + 3 :],
            "validation": [],
            "test": names[number : number + 3],
        }
        for number in range(1, 6)
    ]
    content = {"format": split_files.FORMAT, "dataset": "first", "by": "cluster", "partitions": entries}
    (place / "splits.json").write_text(json.dumps(content))
    methods = [str(name) for name in frame if str(name).startswith("M")][:5]
    rows = []
    for method in methods:
        values = [
            stats.spearmanr(part[method], part["mos"]).statistic
            for number in range(1, 6)
            for part in [frame[frame["reference"].isin(names[number : number + 3])]]
        ]
        rows.append(f"| {method} | {np.median(values):.4f} |")
    (place / "median.md").write_text("| Method | SRCC |\n|---|---|\n" + "\n".join(rows) + "\n")
    assert main(["audit", "median.md", "--scores", "first.csv", "--splits", "splits.json", "--output", "m"]) == 0
    assert "median of splits" in capsys.readouterr().out
