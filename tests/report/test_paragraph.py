"""The paragraph of methods: what a run did and nothing else, safe to paste, the same bytes again."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.report import write_report
from benchmark.report.combine import side_by_side
from benchmark.report.content import ReportData
from benchmark.report.paragraph import Paragraph, paragraph
from benchmark.report.paragraph.wording import private, where_it_holds
from benchmark.results.scored import NOT_RECORDED

Maker = Callable[..., ReportData]
KADID = "Lin, Hosu, Saupe 2019, KADID-10k: A large-scale artificially distorted IQA database, QoMEX"
SSIM = "@article{wang2004image, author={Wang, Zhou and Bovik, Alan C. and others}, title={SSIM}, year={2004}}"
RECORD: dict[str, Any] = {
    "tool": {"name": "efid-bench", "version": "0.2.0", "commit": "0123456789abcdef0123+"},
    "configuration": {
        "dataset": {"name": "kadid10k", "root": "/home/anna/data", "resize": 512, "fov": "crop", "bit_depth": 12},
        "methods": [
            {"name": "ssim", "label": "ssim", "downsample": True, "file": "/home/anna/x.csv"},
            {"name": "psnr", "label": "psnr"},
        ],
        "autocast": "bfloat16",
    },
    "dataset": {"name": "efid", "title": "KADID-10k", "labels": "opinions", "label_name": "DMOS", "citation": KADID},
    "weights": {"lpips": {"alexnet.pth": "00"}, "ssim": {}},
    "efficiency": {"ssim": {}, "psnr": {}, "lpips": {}},
    "device": "cuda:1",
    "versions": {"torch": "2.5.0", "piq": "0.8.0", "numpy": "2.0.0", "scipy": "none", "pyiqa": "9.9"},
    "machine": {"python": "3.11.7", "system": "Linux-host-anna"},
    "statistics": {
        "replicates": 10_000, "seed": 3, "resample": "cluster", "multiplicity": "max-t", "family": ["srcc", "plcc"],
        "tests": ["steiger", "williams"], "comparisons": "all",
    },
}  # fmt: skip
METHODS = {
    "ssim": {
        "citation": SSIM, "source": "piq", "libraries": ("piq",), "settings": {"channels": "RGB", "checkpoint": "/a/b.pt"},
    },
    "psnr": {"source": "piq", "trained_on": "nothing"},
    "lpips": {
        "title": "LPIPS_α & 100 %", "trained_on": "BAPPS", "marks": ("its checkpoint was selected on the scored split",),
    },
    "gone": {"status": "unavailable", "reason": "no file /home/anna/weights.pth"},
}  # fmt: skip


@pytest.fixture(scope="module")
def data(make_report: Maker) -> ReportData:
    return make_report(
        {"psnr": 0.4, "ssim": 0.7, "lpips": 0.8, "gone": 0.1},
        methods=METHODS, missing={"gone": 36}, record=RECORD, lower_mos_better=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(data: ReportData) -> Paragraph:
    return paragraph(data)


@pytest.mark.parametrize(
    "sentence",
    [
        "Methods were evaluated on the data set KADID-10k (Lin et al. 2019) (36 pairs of 12 references under 3 conditions, "
        "split test).",
        "Labels are opinions of observers (DMOS); lower labels mean better quality.",
        "Images were read as RGB in [0, 1], values of 16-bit files as of 12 bits; their EXIF orientation was ignored; they "
        "were cropped to the round field of view; all were resized to a shorter side of 512 pixels.",
        "Three methods were evaluated.",
        "PSNR and SSIM (Wang et al. 2004) were computed by means of PyTorch Image Quality (piq) 0.8.0 "
        "(Kastryulin et al. 2022).",
        "Options were set for SSIM (downsample: on).",
        "Settings: channels: RGB (SSIM).",
        "Published weights, identified by their SHA-256, were used for LPIPS_α & 100 %.",
        "Stated training data: BAPPS (LPIPS_α & 100 %).",
        "To be noted: its checkpoint was selected on the scored split (LPIPS_α & 100 %).",
        "No scores could be obtained for GONE.",
        "references, with all their pairs, were resampled (10,000 times, seed 3).",
        "over the pairs of methods of SRCC and PLCC together, and of each other statistic; further tests, which take pairs "
        "as independent, are Steiger's test (Steiger 1980) and Williams' test (Williams 1959).",
        "Everything was computed with efid-bench 0.2.0 (commit 0123456789ab with local changes).",
        "Software: Python 3.11.7, PyTorch 2.5.0 (Paszke et al. 2019) and NumPy 2.0.0 (Harris et al. 2020).",
        "Scores were computed on a CUDA device, under autocast to bfloat16.",
    ],
)
def test_sentences(made: Paragraph, sentence: str) -> None:
    assert sentence in made.text


def test_nothing_that_was_not_done_is_in_it(made: Paragraph) -> None:
    for word in (
        "calibration",
        "Calibration",
        "Robustness",
        "pyiqa",
        "SciPy",
        "simulated",
        "partition",
        "Holm",
        "choices",
    ):
        assert word not in made.text


def test_no_path_host_or_user_is_in_it(made: Paragraph) -> None:
    for text in made.files().values():
        assert not re.search(r"anna|host|/home|/a/b|\.pt\b|\.csv", text)


def test_every_key_that_is_cited_is_in_the_bibliography_and_no_other(made: Paragraph) -> None:
    cited = {key for group in re.findall(r"\\cite\{([^}]*)\}", made.latex) for key in group.split(",")}
    entries = set(re.findall(r"^@\w+\{([^,]+),$", made.bibtex, flags=re.M))
    assert cited == entries
    assert {"wang2004image", "efidbench", "romano2005exact"} <= cited
    assert "% No BibTeX entry" not in made.bibtex, "PSNR states no citation: nothing to name"


def test_latex_is_escaped_and_has_a_sentence_a_line(made: Paragraph) -> None:
    assert r"LPIPS\_$\alpha$ \& 100 \%" in made.latex
    body = made.latex.split("\n", 1)[1]
    assert "\n\n" not in body, "one paragraph"
    assert not re.search(r"(?<!\\)[&%#_]", re.sub(r"\\cite\{[^}]*\}", "", body))
    assert "~\\cite{" in body
    assert made.text.count("\n") == 1


def test_one_method_and_one_pair_are_singular(make_report: Maker) -> None:
    one = make_report({"a": 0.5}, references=1, conditions=("x",), record={})
    text = paragraph(one).text
    assert "(1 pair of 1 reference under 1 condition, split test)" in text
    assert "One method was evaluated." in text


def test_a_record_of_an_earlier_version_or_a_damaged_one_says_less_and_raises_nothing(make_report: Maker) -> None:
    for record in ({}, dict.fromkeys(RECORD, "text"), {key: ["list"] for key in RECORD}, {"study": {"efid": 3}}):
        text = paragraph(make_report(record=record)).text
        assert text.startswith("Methods were evaluated on the data set efid (36 pairs")
    nested = {
        **RECORD,
        "configuration": {"methods": [3, {"name": 4}], "dataset": {"resize": "x"}},
        "weights": {"ssim": 1},
    }
    assert "left as they are" in paragraph(make_report(record=nested)).text


def test_simulated_labels_are_said(make_report: Maker) -> None:
    record = {"dataset": {"name": "efid", "labels": "simulated", "label_name": "MOS"}}
    assert (
        "Labels are simulated and no opinions of people;" in paragraph(make_report(record=record, simulated=True)).text
    )


def test_the_files_are_written_and_the_same_again(data: ReportData, tmp_path: Path) -> None:
    plain = replace(data, config=data.config.model_copy(update={"plots": ()}))
    first, again = (write_report(plain, tmp_path / name) for name in "ab")
    for name in ("methods.txt", "methods.tex", "references.bib"):
        assert first[name].read_bytes() == again[name].read_bytes()
    page = first["report.html"].read_text(encoding="utf-8")
    for place in ("methods-text", "methods-latex", "references"):  # where the buttons copy from
        assert f'id="{place}"' in page
        assert f'data-copy="{place}"' in page
    assert "LPIPS_α &amp; 100 %" in page


def test_what_several_runs_share_is_said_once_and_what_differs_of_each(make_report: Maker) -> None:
    other = {
        **RECORD,
        "dataset": {**RECORD["dataset"], "name": "live", "title": "LIVE", "label_name": "MOS"},
        "device": "cpu",
    }
    one = make_report({"psnr": 0.4, "ssim": 0.7}, record=RECORD)
    two = make_report({"psnr": 0.4, "ssim": 0.7}, record=other, datasets=("live",))
    text = paragraph(side_by_side({"a": one, "b": two})).text
    assert "Methods were evaluated on two data sets: KADID-10k (Lin et al. 2019) (36 pairs" in text
    assert "For KADID-10k, labels are opinions of observers (DMOS)" in text
    assert "For LIVE, labels are opinions of observers (MOS)" in text
    assert text.count("Images were read") == 1
    assert "For LIVE, scores were computed on a CPU" in text
    assert text.count("Everything was computed with") == 1


@pytest.mark.parametrize(
    ("protocol", "sentence"),
    [
        ({"folds": 4, "seed": 2}, "by 4 folds of references (or clusters), drawn with seed 2."),
        (
            {"repeat": 10, "test": 0.2, "validate": 0.1},
            "by 10 random divisions with 0.2 of the references (or clusters) tested, a share of 0.1 of them for "
            "validation and drawn with seed 0.",
        ),
        ({"leave_out": "condition"}, "by leaving out each condition once (10 partitions)."),
        ({"file": "/home/anna/splits.json"}, "by a file of splits (10 partitions)."),
        ("published", ""),
    ],
)
def test_a_study_tells_its_partitions_and_trainings(make_report: Maker, protocol: Any, sentence: str) -> None:
    count = 4 if "folds" in protocol else 10
    record = {
        **{key: RECORD[key] for key in ("tool", "statistics")},
        "configuration": {"protocol": protocol},
        "study": {"efid": {"folder": "efid", "reason": "", "partitions": count, "made": RECORD}},
    }
    recipe = {"method.crops": "1", "train.n_epoch": "3", "train.batch_size": "4", "select": "last"}
    methods = {
        "psnr": {},
        "net": {"train_on": ("own",), "recipe": recipe, "by_partition": True, "trained_on": "in each partition"},
        "far": {"train_on": ("live", "csiq"), "columns": ("far", "far, seed 1"), "trained_on": "x"},
    }
    text = paragraph(make_report(dict.fromkeys(methods, 0.5), methods=methods, record=record, pages={"efid": "x"})).text
    assert "KADID-10k (Lin et al. 2019) (36 pairs" in text
    assert ("Pairs were divided into training and test parts" in text) == bool(sentence)
    assert sentence in text
    assert "Training: n epoch: 3, batch size: 4, reported epoch: last (NET)." in text
    assert "NET was trained anew in each partition, on its training part." in text
    assert "FAR was trained on live and csiq." in text
    assert "Statistics are means over the trainings of FAR (2 trainings)." in text
    assert "anna" not in text


def test_a_data_set_that_a_study_calls_otherwise_is_named_as_well(make_report: Maker) -> None:
    record = {"configuration": {}, "study": {"Mine": {"folder": "m", "reason": "", "partitions": 0, "made": RECORD}}}
    text = paragraph(make_report({"psnr": 0.5}, datasets=("Mine",), record=record)).text
    assert "the data set Mine (Lin et al. 2019) (KADID-10k, 36 pairs" in text


def test_a_table_of_scores_from_evaluate_to_report(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    mos = rng.normal(size=24)
    frame = pd.DataFrame({"ref": np.repeat(list("abcd"), 6), "mos": mos, "x_1": mos + rng.normal(size=24)})
    frame.to_csv(tmp_path / "my scores.csv", index=False)
    found = benchmark.evaluate(
        tmp_path / "my scores.csv", mos="mos", methods=["x_1"], reference="ref", statistics={"replicates": 20},
        report={"plots": [], "calibration": {"parts": 3}}, output=tmp_path / "out",
    )  # fmt: skip
    found.save()
    names = ("methods.txt", "methods.tex", "references.bib", "report.html")
    before = {name: (tmp_path / "out" / name).read_bytes() for name in names}
    text = before["methods.txt"].decode()
    assert "Scores and labels were read from the table my scores (24 pairs of 4 references)." in text
    assert "Higher labels mean better quality." in text
    assert "Scores of x_1 were read from the table." in text
    assert (
        "Calibration is the mean error of scores after mapping by the four-parameter logistic curve in 3 equally"
        in text
    )
    assert str(tmp_path) not in text
    assert "PyTorch" not in text
    for name in names:
        (tmp_path / "out" / name).unlink()
    benchmark.read(tmp_path / "out").save()
    assert {name: (tmp_path / "out" / name).read_bytes() for name in names} == before


def test_the_users_own_files_of_these_names_are_not_replaced(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ref": list("abcd") * 3, "mos": np.arange(12.0), "x": np.arange(12.0) ** 2})
    found = benchmark.evaluate(
        frame, mos="mos", methods=["x"], reference="ref", statistics={"replicates": 20}, report={"plots": []},
        output=tmp_path / "out",
    )  # fmt: skip
    found.save()
    found.save()
    note = tmp_path / "out" / ".efid-bench.json"
    note.write_text(note.read_text().replace('"references.bib",', ""), encoding="utf-8")
    (tmp_path / "out" / ".report.json").unlink()
    (tmp_path / "out" / "references.bib").write_text("mine", encoding="utf-8")
    with pytest.raises(benchmark.UserError, match=r"references\.bib: was not written by this tool"):
        found.save()
    assert (tmp_path / "out" / "references.bib").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/anna/data/x.csv", "x.csv"),
        ("its file (/home/anna/x.pt) is old", "its file (x.pt) is old"),
        (r"C:\Users\anna\x.csv", "x.csv"),
        ("~/data/set", "set"),
        ("../results/x", "x"),
        ("checkpoints/run/best.pt", "best.pt"),
        ("and/or PSNR/SSIM 1/2", "and/or PSNR/SSIM 1/2"),
        ("folder=/home/anna", "folder=anna"),
    ],
)
def test_files_are_named_without_their_folders(text: str, shown: str) -> None:
    assert private(text) == shown


def test_sentences_by_data_set() -> None:
    assert where_it_holds({"A": "One.", "B": "One."}) == ["One."]
    assert where_it_holds({"A": "One.", "B": "Two.", "C": "One."}) == ["For A and C, one.", "For B, two."]
    assert where_it_holds({"A": "", "B": "Two."}) == ["For B, two."]
    assert NOT_RECORDED not in where_it_holds({"A": ""})


def test_a_source_that_is_no_package_is_quoted_as_it_is_stated(make_report: Maker) -> None:
    methods = {"psnr": {"source": "piq"}, "mine": {"source": "own implementation of the published description"}}
    text = paragraph(make_report({"psnr": 0.5, "mine": 0.4}, methods=methods)).text
    assert (
        "MINE was computed by code whose source is stated as: own implementation of the published description." in text
    )
    assert "PSNR was computed by means of PyTorch Image Quality (piq)" in text
