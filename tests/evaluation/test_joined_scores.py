"""Files of other methods' scores beside a table of one's own: joined by the names of images, folders included."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmark
from benchmark import UserError
from benchmark.cli import main

QUICK: dict[str, Any] = {"statistics": {"replicates": 20}, "report": {"plots": []}}


@pytest.fixture
def own() -> pd.DataFrame:
    """Two images of each of three photographs, one a folder; a label and a method of one's own."""
    rows = [(f"{number}.png", condition) for condition in ("soft", "hard") for number in range(3)]
    frame = pd.DataFrame(rows, columns=["reference", "condition"])
    frame["enhanced"] = frame["condition"] + "/" + frame["reference"]
    return frame.assign(mos=[5.0, 4.5, 4.0, 2.0, 1.5, 1.0], mine=[1.0, 3.0, 2.0, 6.0, 5.0, 4.0])


@pytest.fixture
def published(tmp_path: Path, own: pd.DataFrame) -> Path:
    """The same images in another order, named by folder and file, with labels of another direction."""
    frame = pd.DataFrame({"type": own["condition"], "dis": own["reference"], "dmos": 100 - own["mos"]})
    frame = frame.assign(fsim=10 - own["mos"], psnr=own["mos"] ** 2)
    file = tmp_path / "published.csv"
    frame.iloc[::-1].to_csv(file, index=False)
    return file


def evaluate(own: pd.DataFrame, scores: Any, **given: Any) -> benchmark.Evaluation:
    keys = {"mos": "mos", "methods": "mine", "condition": "condition", **QUICK, **given}
    return benchmark.evaluate(own, scores=scores, **keys)


def test_columns_of_another_file_are_methods_with_their_source(own: pd.DataFrame, published: Path) -> None:
    entry = {"file": published, "folder": "type", "higher_better": ["psnr"], "label": "ZS", "source": "abhijay9/ZS-IQA"}
    result = evaluate(own, entry)
    assert [method.label for method in result.data.methods] == ["mine", "ZS fsim", "ZS psnr"]
    assert [method.higher_is_better for method in result.data.methods] == [True, False, True]
    np.testing.assert_array_equal(result.scores["ZS fsim"], 10 - own["mos"])
    digest = hashlib.sha256(published.read_bytes()).hexdigest()
    said = {"scores": f"read from published.csv of abhijay9/ZS-IQA (SHA-256 {digest[:12]})"}
    assert [dict(method.settings) for method in result.data.methods] == [{}, said, said]
    assert result.data.record["scores"] == {str(published): digest}
    left = "type (folders), dis (names of images), dmos (labels)"
    assert f"Of the 5 columns of published.csv 2 are taken as scores, all but {left}." in result.data.notes
    assert result.inputs == (published,)


def test_a_condition_says_the_folder_where_names_of_the_table_do_not(own: pd.DataFrame, published: Path) -> None:
    bare = own.assign(enhanced=own["reference"])
    found = evaluate(bare, {"file": published, "folder": "type"}).scores["fsim"]
    np.testing.assert_array_equal(found, 10 - own["mos"])


def test_names_that_repeat_are_said_to_be_ambiguous(own: pd.DataFrame, published: Path) -> None:
    with pytest.raises(
        UserError, match=r"--scores: .*published\.csv:2: '2\.png' fits 2 pairs .*`folder:` names a column"
    ):
        evaluate(own, published)


def test_missing_pairs_are_missing_scores_and_further_names_are_counted(own: pd.DataFrame, published: Path) -> None:
    lines = published.read_text().splitlines()
    published.write_text("\n".join([*lines[:-1], "soft,7.png,1,2,3"]) + "\n")
    result = evaluate(own, {"file": published, "folder": "type", "columns": ["fsim"]})
    method = result.data.methods[1]
    assert (method.status, method.reason) == ("partial", "published.csv has no finite score for 1 of 6 pairs")
    assert method.settings["unused"] == "1 names that match no pair"
    assert list(result.scores["fsim"].isna()) == [True, False, False, False, False, False]


def test_the_command_and_its_directions(
    tmp_path: Path,
    own: pd.DataFrame,
    published: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    own.to_csv("own.csv", index=False)
    quick = ["--set", "statistics.replicates=20", "--set", "report.plots=[]"]
    begin = ["evaluate", "own.csv", "--mos", "mos", *quick]
    plain = pd.read_csv(published).assign(enhanced=lambda table: table["type"] + "/" + table["dis"])
    plain.drop(columns=["type", "dis"]).to_csv("plain.csv", index=False)
    assert main([*begin, "--methods", "mine", "--scores", "plain.csv", "--lower-better", "mine,fsim"]) == 0
    printed = capsys.readouterr().out
    assert "fsim ↓" in printed
    assert "psnr ↑" in printed
    more = ["--scores", "{file: published.csv, folder: type, columns: [psnr], label: ZS}"]
    assert main([*begin, "--scores", "plain.csv", *more, "--lower-better", "fsim", "--overwrite"]) == 0
    summary = pd.read_csv("results/own/summary.csv")
    assert set(summary["method"]) == {"fsim", "psnr", "ZS psnr"}, "a table of labels alone is enough"
    assert main(["report", "results/own"]) == 0
    capsys.readouterr()
    assert main([*begin, "--methods", "mine", "--scores", "plain.csv", "--lower-better", "fsin"]) == 2
    assert "--lower-better: 'fsin' is not among the methods (mine, fsim, psnr); did you mean 'fsim'?" in (
        capsys.readouterr().err
    )
    assert main([*begin, "--scores", "{file: plain.csv"]) == 2
    assert "scores.0: '{file: plain.csv' is no mapping" in capsys.readouterr().err
    assert main([*begin]) == 2
    assert "--methods: name at least one column" in capsys.readouterr().err
    Path("study.yaml").write_text("tables: []\n")
    assert main(["evaluate", "study.yaml", "--scores", "plain.csv"]) == 2
    assert "--scores: study.yaml names the columns of its tables itself" in capsys.readouterr().err
    again = "{file: results/own/scores.csv, label: again}"
    assert main([*begin, "--scores", again, "--overwrite"]) == 2
    assert "scores.csv: is read, and results in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": ["fsin"]}, r"--scores: .*no column 'fsin'.*did you mean 'fsim'\?"),
        ({"lower_better": ["fsin"]}, r"--scores: lower_better: 'fsin' is not among .*did you mean 'fsim'\?"),
        ({"columns": ["dmos"], "label": None, "file": "mos.csv"}, "'mos' would be called like a column of scores.csv"),
        ({"file": "mine.csv", "label": None}, "'mine' would be called like another method; put a label before"),
        ({"colums": 1}, r"unknown key 'scores\.0\.colums'; did you mean 'columns'"),
        ({"file": "absent.csv"}, r"absent\.csv: no such file"),
        (
            {"file": "others.csv"},
            r"others\.csv: none of its 1 names matches an image of the table \(its column enhanced",
        ),
        ({"file": "twice.csv"}, r"twice\.csv:3: the pair soft/0\.png already has a score in .*twice\.csv:2"),
        ({"file": "damaged.csv", "columns": ["fsim"]}, r"damaged\.csv:2: 'x' is not a number"),
    ],
)
def test_what_is_refused(
    tmp_path: Path,
    own: pd.DataFrame,
    published: Path,
    change: dict[str, Any],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text("enhanced,mine\nsoft/0.png,1\n")
    Path("mos.csv").write_text("enhanced,mos\nsoft/0.png,1\n")
    Path("others.csv").write_text("enhanced,fsim\nother.png,1\n")
    Path("twice.csv").write_text("enhanced,fsim\nsoft/0.png,1\nsoft/0.bmp,1\n")
    Path("damaged.csv").write_text("enhanced,fsim\nsoft/0.png,x\n")
    entry = {"file": published, "folder": "type", **change}
    if isinstance(entry["file"], str):
        entry.pop("folder")
    if change.get("file") == "mos.csv":
        entry["columns"] = ["mos"]
    with pytest.raises(UserError, match=message):
        evaluate(own, entry)


def test_choices_have_no_scores_of_single_images(own: pd.DataFrame, published: Path) -> None:
    keys: dict[str, Any] = {"mos": None, "choices": True, "first": "{}_a", "second": "{}_b", "preference": "p"}
    with pytest.raises(UserError, match="--scores: scores of single images"):
        evaluate(own, published, **keys)


def test_forty_two_published_methods_beside_one_s_own(shared: Callable[[str], Path], tmp_path: Path) -> None:
    """TID2013's scores of ZS-IQA beside those of VQMTCrossVal; both spell some names with a capital and some without."""
    own = pd.read_csv(shared("oracles/score_tables/TID2013.csv"))
    file = shared("oracles/zsiqa/tid2013.csv")
    result = benchmark.evaluate(
        own,
        mos="mos",
        methods="DSSIM",
        lower_better="DSSIM",
        scores={"file": file, "higher_better": ["psnr"], "label": "ZS"},
        statistics={"replicates": 20, "comparisons": "best"},
        report={"plots": []},
    )
    assert len(result.data.methods) == 43
    theirs = pd.read_csv(file)
    known = dict(zip(theirs["dis"], theirs["dists"], strict=True))
    wanted = [known.get(name, np.nan) for name in own["dist_img"]]
    np.testing.assert_array_equal(result.scores["ZS dists"], wanted)
    kept = np.isfinite(wanted)
    assert kept.all()
    summary = result.summary.query("statistic == 'srcc' and level == 'pair' and condition == ''").set_index("method")
    for label, column in (("ZS fsim", "fsim"), ("ZS psnr", "psnr")):
        sign = 1 if column == "psnr" else -1
        expected = sign * stats.spearmanr(theirs[column], 100 - theirs["mos"]).statistic
        assert summary.loc[label, "value"] == pytest.approx(expected, abs=2e-4)
    assert summary.loc["DSSIM", "value"] == pytest.approx(0.861, abs=5e-4), "score_tables: published, three decimals"
