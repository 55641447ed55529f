"""Scores from files as tools write them: formats, names, and each way to get it wrong, with file and line."""

import hashlib
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark import UserError
from benchmark.data.pairs import complete
from benchmark.plugins.methods.scores_file import ScoresFile


@pytest.fixture
def pairs() -> pd.DataFrame:
    """Names with dots and spaces; ``1.png`` stands in two splits; two conditions share a reference."""
    enhanced = ["a_clahe.png", "a_gamma.png", "b v1.5.png", "1.png", "1.png"]
    split = ["test", "test", "test", "test", "train"]
    return complete(
        pd.DataFrame(
            {
                "split": split,
                "reference": ["a", "a", "b", "c", "d"],
                "enhanced": enhanced,
                "mos": [1.0, 2.0, 3.0, 4.0, 5.0],
                "reference_path": "r.png",
                "enhanced_path": [f"/data/{part}/eha/{name}" for part, name in zip(split, enhanced, strict=True)],
            }
        )
    )


def scores(tmp_path: Path, pairs: pd.DataFrame, text: str, column: str | None = None) -> list[float]:
    file = tmp_path / "metric.txt"
    file.write_bytes(text.encode())
    method = ScoresFile(file=file, higher_is_better=True, column=column)
    return [float(value) for value in method.scores(pairs, pairs.iloc[:3])]


@pytest.mark.parametrize(
    "text",
    [
        "a_clahe.png,0.5\na_gamma.png,0.25\nb v1.5.png,-1e-3\n",
        "a_clahe.png,0.5\na_gamma.png,0.25\nb v1.5.png,-1e-3",
        "\ufeffname,score\r\na_clahe.png,0.5\r\na_gamma.png,0.25\r\nb v1.5.png,-1e-3\r\n",
        "\ufeffa_clahe.png,0.5\na_gamma.png,0.25\nb v1.5.png,-1e-3\n",
        "a_clahe.png\t0.5\na_gamma.png\t0.25\nb v1.5.png\t-1e-3\n",
        "a_clahe.png;0.5\na_gamma.png;0.25\n\nb v1.5.png;-1e-3\n",
        "a_clahe.png;0,5\na_gamma.png;0,25\nb v1.5.png;-1e-3\n",
        "name;score\na_clahe.png;0,5\na_gamma.png;0,25\nb v1.5.png;-0,001\n",
        "a_clahe.png\t0,5\na_gamma.png\t0,25\nb v1.5.png\t-0,001\n",
        "# made by another tool\na_clahe.png 0.5\na_gamma.png   0.25\nb v1.5.png -1e-3\n",
        "name score\na_clahe.png 0.5\na_gamma.png 0.25\nb v1.5.png -1e-3\n",
        'id,dist_img,score,mos\n1,a_clahe.png,0.5,9\n2,a_gamma.png,0.25,8\n3,"b v1.5.png",-1e-3,7\n',
        "score,image\n0.5,a_clahe.png\n0.25,a_gamma.png\n-1e-3,b v1.5.png\n",
        "a_clahe,0.5\na_gamma,0.25\nb v1.5,-1e-3\n",
        "a_clahe.BMP,0.5\na_gamma.jpg,0.25\nb v1.5.tif,-1e-3\n",
        "out\\a_clahe.png,0.5\nout\\a_gamma.png,0.25\nout\\b v1.5.png,-1e-3\n",
        "test/a_clahe.png,0.5\ntest/a_gamma.png,0.25\ntest/b v1.5.png,-1e-3\n",
        "/data/test/eha/a_clahe.png,0.5\n./a_gamma.png,0.25\nb v1.5.png,-1e-3\n",
    ],
)
def test_formats_and_names(tmp_path: Path, pairs: pd.DataFrame, text: str) -> None:
    assert scores(tmp_path, pairs, text) == [0.5, 0.25, -1e-3]


def test_a_column_among_several(tmp_path: Path, pairs: pd.DataFrame) -> None:
    text = "enhanced,PSNR,SSIM\na_clahe.png,20,0.5\na_gamma.png,30,0.25\nb v1.5.png,40,0.75\n"
    assert scores(tmp_path, pairs, text, "ssim") == [0.5, 0.25, 0.75]
    with pytest.raises(UserError, match=r"metric\.txt:1: which column .* enhanced, PSNR, SSIM"):
        scores(tmp_path, pairs, text)
    with pytest.raises(UserError, match=r"metric\.txt:1: no column 'vif'"):
        scores(tmp_path, pairs, text, "vif")


def test_its_own_scores_csv_is_matched_by_pair(tmp_path: Path, pairs: pd.DataFrame) -> None:
    text = "pair,enhanced,psnr\ntest/1.png,1.png,7\ntrain/1.png,1.png,8\n"
    file = tmp_path / "scores.csv"
    file.write_text(text)
    found = ScoresFile(file=file, higher_is_better=True, column="psnr").scores(pairs, pairs)
    np.testing.assert_array_equal(found, [np.nan, np.nan, np.nan, 7.0, 8.0])


def test_folders_tell_equal_names_apart(tmp_path: Path, pairs: pd.DataFrame) -> None:
    file = tmp_path / "scores.csv"
    file.write_text("train/eha/1.png,8\n")
    found = ScoresFile(file=file, higher_is_better=True).scores(pairs, pairs)
    assert [math.isnan(value) for value in found] == [True, True, True, True, False]
    assert found[4] == 8.0


def test_no_score_is_nan_and_infinity_stays(tmp_path: Path, pairs: pd.DataFrame) -> None:
    found = scores(tmp_path, pairs, "a_clahe.png,\na_gamma.png,NaN\nb v1.5.png,Inf\n")
    assert math.isnan(found[0])
    assert math.isnan(found[1])
    assert found[2] == math.inf


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a_clahe.png,0.5\na_gamma.png,abc\n", r"metric\.txt:2: 'abc' is not a number"),
        ("a_clahe.png;1,234\na_gamma.png;2,345\n", r"metric\.txt:1: '1,234' .*--decimal ,"),
        (
            'a_clahe.png,"0,5"\na_gamma.png,"0,25"\n',
            r"metric\.txt:1: '0,5' in column 'score' is no number.*decimal: \",",
        ),
        ("name,score\na_clahe.png,0,5\na_gamma.png,0,25\n", r"metric\.txt:2: 3 columns.*Decimal commas\?"),
        ("a_clahe.png;0,5\na_gamma.png;0.25\n", r"metric\.txt:1: .* has a comma.*has a point|a point"),
        ("name,score,Score\na_clahe.png,0.5,0.6\n", r"metric\.txt:1: the column 'score' stands more than once"),
        ("a_clahe.png,abc\na_gamma.png,1\n", r"metric\.txt:1: 'abc' is not a number"),
        ("picture,metric\na_gamma.png,1\n", r"metric\.txt:1: 'metric' is not a number"),
        ("a_clahe.png,0.5\n\na_gamma.png,1,2\n", r"metric\.txt:3: 3 columns, the first row has 2"),
        ("a_clahe.png,0.5,1\na_gamma.png,1,2\n", r"metric\.txt:1: 3 columns and no header"),
        ("a_clahe.png,0.5\n,1\n", r"metric\.txt:2: the image's name is empty"),
        (
            "a_clahe.png,0.5\na_clahe.bmp,0.5\n",
            r"metric\.txt:2: the pair test/a_clahe\.png already has .*metric\.txt:1",
        ),
        ("a_clahe.png,0.5\n1.png,3\n", r"metric\.txt:2: '1\.png' fits 2 pairs \(test/1\.png, train/1\.png\)"),
        ("x.png,0.5\ny.png,1\n", r"metric\.txt: none of its 2 names"),
        ("", r"metric\.txt: is empty"),
        ('a_clahe.png,"0.5\n', r"metric\.txt:1: can't be split"),
        ("model,psnr,ssim\nq,1,2\n", r"metric\.txt:1: 3 columns and no header"),
        ("score,other,third\n1,2,3\n", r"metric\.txt:1: no column of image names"),
    ],
)
def test_what_is_refused(tmp_path: Path, pairs: pd.DataFrame, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        scores(tmp_path, pairs, text)


def test_unreadable_files(tmp_path: Path, pairs: pd.DataFrame) -> None:
    with pytest.raises(UserError, match=r"absent\.csv: no such file"):
        ScoresFile(file=tmp_path / "absent.csv", higher_is_better=True).scores(pairs, pairs)
    latin = tmp_path / "latin.csv"
    latin.write_bytes("é.png,1\n".encode("latin-1"))
    with pytest.raises(UserError, match="UTF-8"):
        ScoresFile(file=latin, higher_is_better=True).scores(pairs, pairs)


def test_how_the_file_was_read_is_said_and_decimal_commas_are_read_on_request(
    tmp_path: Path, pairs: pd.DataFrame
) -> None:
    file = tmp_path / "metric.csv"
    file.write_text("name;score\na_clahe.png;0,5\n")
    method = ScoresFile(file=file, higher_is_better=True)
    method.scores(pairs, pairs)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    how = f"(SHA-256 {digest}, columns separated by semicolons, decimal commas)"
    assert method.settings()["scores"] == f"read from metric.csv {how}"
    file.write_text('name,score\na_clahe.png,"1,234"\n')
    method = ScoresFile(file=file, higher_is_better=True, decimal=",")
    assert method.scores(pairs, pairs)[0] == 1.234


def test_names_that_match_no_pair_are_counted(tmp_path: Path, pairs: pd.DataFrame) -> None:
    file = tmp_path / "metric.csv"
    file.write_text("a_clahe.png,0.5\nelsewhere.png,1\n")
    method = ScoresFile(file=file, higher_is_better=False, title="Metric")
    method.scores(pairs, pairs)
    assert method.settings()["unused"] == "1 names that match no pair"
    assert method.files() == {"scores": str(file)}


def test_direction_and_title_belong_to_the_file(tmp_path: Path) -> None:
    first = ScoresFile(file=tmp_path / "butteraugli.csv", higher_is_better=False)
    second = ScoresFile(file=tmp_path / "x.csv", higher_is_better=True, title="X")
    assert (first.info.title, first.info.higher_is_better) == ("butteraugli", False)
    assert (second.info.title, second.info.higher_is_better) == ("X", True)
    assert ScoresFile.info.title == "Scores from a file"
