"""The commands of the README and the pages, on their own data and configurations, are run."""

import shlex
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
import yaml

from tests.doc_pages import blocks, labs, link_checkout, run, write

pytestmark = pytest.mark.heavy


@pytest.fixture
def place(root: Path, tmp_path: Path) -> Path:
    """A folder with the checkout's configurations, and `efid-bench` and `python run_benchmark.py` at hand."""
    link_checkout(root, tmp_path)
    return tmp_path


def test_a_study_of_score_tables(root: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.cli import main

    page = root / "docs" / "studies.md"
    labs(root, place)
    (study,) = [block for block in blocks(page, "yaml") if block.startswith("# labs.yaml")]
    write(study, place)
    monkeypatch.chdir(place)
    assert "efid-bench evaluate labs.yaml\n" in blocks(page, "sh")
    assert main(["evaluate", "labs.yaml", "--set", "statistics.replicates=50", "--set", "report.plots=[]"]) == 0
    folder = place / "results" / "labs"
    assert {item.name for item in folder.iterdir() if item.is_dir()} == {"Lab-A", "Lab-B", "tables"}
    assert (folder / "Lab-A" / "splits.json").is_file()
    assert "Weighted average" in (folder / "tables" / "comparison.md").read_text()
    assert "±" in (folder / "tables" / "medians.md").read_text()


@pytest.mark.long
def test_what_referees_ask(root: Path, place: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"reference": np.repeat(range(24), 4), "condition": np.tile(list("abcd"), 24)})
    table = table.assign(mos=rng.normal(50, 10, 96), sd=rng.uniform(5, 15, 96), n=15)
    table = table.assign(grade=np.repeat([["mild", "severe"][number % 2] for number in range(24)], 4))
    table = table.assign(psnr=table["mos"] + rng.normal(0, 20, 96), net=table["mos"] + rng.normal(0, 5, 96))
    table.to_csv(place / "scores.csv", index=False)
    faster = " --set statistics.replicates=50 --set report.plots=[png]"
    commands = [line + faster for block in blocks(root / "docs" / "referees.md", "sh") for line in block.splitlines()]
    run("\n".join(commands), place)
    results = place / "results"
    assert (
        "| Method | All pairs | Within one grade | mild | severe |"
        in (results / "groups/tables/groups_grade.md").read_text()
    )
    assert (results / "groups/plots/groups_condition.png").is_file()
    assert "middle third" in (results / "ranges/tables/comparison.md").read_text()
    assert "Z-RMSE" in (results / "aic/tables/comparison.md").read_text()
    assert "srcc_meng" in (results / "aic/comparisons.csv").read_text()
    assert "PWRC" in (results / "aic/tables/sorting_accuracy.md").read_text()


@pytest.mark.long
def test_tables_pooled(root: Path, place: Path) -> None:
    """The small tables of docs/studies.md by their own configuration, which says that two data sets are too few."""
    page = root / "docs" / "studies.md"
    labs(root, place)
    (study,) = [block for block in blocks(page, "yaml") if block.startswith("# pooled_labs.yaml")]
    write(study, place)
    (command,) = [block for block in blocks(page, "sh") if "pooled_labs" in block]
    output = run(f"{command.strip()} --set report.plots=[]", place)
    assert "note: pooling: Unreliable: fewer than five data sets (2)" in output
    tables = place / "results" / "pooled_labs" / "tables"
    assert "Pooled SRCC" in (tables / "pooling.md").read_text(encoding="utf-8")
    assert (place / "results" / "pooled_labs" / "pooling.csv").is_file()


def test_methods_that_are_equivalent(root: Path, place: Path) -> None:
    """The command of docs/results.md, on a table of docs/studies.md."""
    labs(root, place)
    (command,) = [block for block in blocks(root / "docs" / "results.md", "sh") if "equivalence" in block]
    output = run(f"{command.strip()} --set report.plots=[]", place)
    assert "SRCC: undecided: ssim and psnr" in output
    words = pd.read_csv(place / "results" / "lab_b" / "comparisons.csv")
    (word,) = words.loc[(words["level"] == "pair") & (words["statistic"] == "srcc"), "verdict"]
    assert word == "undecided"


@pytest.mark.long
@pytest.mark.timeout(900)  # a dozen programs, one after the other
def test_the_pages_commands(root: Path, place: Path) -> None:
    """Every command of docs/commands.md, on a small set; then calibration's, beside its results."""
    (commands,) = blocks(root / "docs" / "commands.md", "sh")
    output = run(commands.replace("--limit 4", "--limit 4 --set statistics.replicates=50"), place)
    for words in ("psnr", '"score"', "SRCC", "report: results/small/report.html", metadata.version("efid-bench")):
        assert words in output
    _the_results_page(root / "docs" / "results.md", place)


def test_the_readmes_commands(root: Path, place: Path) -> None:
    """Those for EFID, on a small simulated set in its layout."""
    run("python run_benchmark.py demo-data data/small --references 4 --size 128", place)
    two, reproduce, *_ = blocks(root / "README.md", "sh")
    assert [line.split()[:2] for line in two.splitlines()] == [["make", "demo"], ["make", "test"]]
    faster = " --set offline=true --set statistics.replicates=50 --set report.plots=[png]"
    efid = [f"{line.replace('../data/EFID', 'data/small')}{faster}" for line in reproduce.splitlines()]
    output = run("\n".join(efid), place)
    assert "0 errors" in output
    assert "Simulated labels" in output
    assert (place / "results" / "efid" / "tables" / "comparison.tex").is_file()


def _the_results_page(page: Path, place: Path) -> None:
    """Calibration by the page's command, and its LaTeX's files, beside the results of the page on commands."""
    (calibrated,) = [block for block in blocks(page, "sh") if "calibration" in block]
    run(f"{calibrated.rstrip()} --set statistics.replicates=50 --set report.plots=[]", place)
    table = (place / "results" / "calibrated" / "tables" / "calibration_by_score.md").read_text(encoding="utf-8")
    assert "±" in table
    text = (place / "results" / "calibrated" / "methods.txt").read_text(encoding="utf-8")
    assert "Calibration is the mean error of scores after mapping by the four-parameter logistic curve" in text
    (latex,) = blocks(page, "latex")
    assert r"\input{results/small/methods}" in latex
    assert (place / "results" / "small" / "methods.tex").is_file()
    assert (place / "results" / "small" / "references.bib").is_file()


@pytest.mark.long
def test_the_small_study(root: Path, place: Path) -> None:
    """The page's own commands: two layouts of the demo's photographs, foretold, run and reported."""
    commands, *_ = blocks(root / "docs" / "studies.md", "sh")
    faster = "configs/study_demo.yaml --set statistics.replicates=20 --set report.plots=[]"
    output = run(
        commands.replace("run configs/study_demo.yaml", f"run {faster}").replace("--references 6", "--references 3"),
        place,
    )
    assert "0 errors" in output
    assert "nothing was written (--dry-run)" in output
    assert output.count("CSIQ's layout · TID2013's layout: SRCC [95 %]") == 2
    assert (place / "results" / "study_demo" / "tables" / "comparison.tex").is_file()


@pytest.mark.long
def test_the_small_paper(root: Path, place: Path) -> None:
    """Rivals, an ablation and floors: trained by partition and put into three tables, by the page's own commands."""
    (commands,) = [block for block in blocks(root / "docs" / "studies.md", "sh") if "paper_demo" in block]
    output = run(commands, place)
    assert "18 of 18 trainings are done (18 now)" in output
    tables = place / "results" / "paper_demo" / "tables"
    assert "SDMP-Net (small variant)" in (tables / "comparison.md").read_text(encoding="utf-8")
    header = (tables / "ablation.csv").read_text(encoding="utf-8").splitlines()[0]
    assert "offsets" in header


def test_the_readmes_own_scores(root: Path, place: Path) -> None:
    """The table that it shows, with more rows of the kind, is evaluated by the command that it shows."""
    _, shown = blocks(root / "README.md", "csv")
    header, *rows = shown.splitlines()
    assert all(len(row.split(",")) == len(header.split(",")) for row in rows)
    more = [
        f"{eye}_{name}.png,{eye},{eye + step / 2},{eye / 10},{step / 9}"
        for eye in range(1, 9)
        for step, name in enumerate(("clahe", "gamma", "histeq"))
    ]
    (place / "my_scores.csv").write_text("\n".join([header, *more]) + "\n")
    *_, command, _ = blocks(root / "README.md", "sh")
    output = run(f"{command.strip()} --set statistics.replicates=50", place)
    assert "SRCC" in output
    assert (place / "results" / "my_scores" / "tables" / "comparison.tex").is_file()


def test_the_readmes_audit(root: Path, place: Path) -> None:
    """A table of two data sets, made from their scores by SciPy, follows by the README's command."""
    from scipy import stats

    rng = np.random.default_rng(0)
    rows = {name: [name] for name in ("SSIM", "PSNR", "DSSIM")}
    for dataset in ("live", "tid2013"):
        mos = rng.normal(size=60)
        scores = {name: mos + noise * rng.normal(size=60) for name, noise in zip(rows, (0.3, 0.8, 2), strict=True)}
        pd.DataFrame({"image": [f"{at}.bmp" for at in range(60)], "mos": mos, **scores}).to_csv(
            place / f"{dataset}.csv", index=False
        )
        for name, values in scores.items():
            rows[name] += [f"{compute(values, mos).statistic:.3f}" for compute in (stats.spearmanr, stats.pearsonr)]
    body = "".join(" & ".join(row) + " \\\\\n" for row in rows.values())
    head = "& \\multicolumn{2}{c}{LIVE} & \\multicolumn{2}{c}{TID2013} \\\\\n"
    head += "Method & SROCC & LCC & SROCC & LCC \\\\\n\\midrule\n"
    (place / "table.tex").write_text(f"\\begin{{tabular}}{{lcccc}}\n{head}{body}\\end{{tabular}}\n")
    *_, command = blocks(root / "README.md", "sh")
    assert "reproduced: 12 of 12 numbers follow" in run(command, place)


def test_the_pages_choices(
    root: Path, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table of choices that docs/evaluate_scores.md shows is evaluated by the command below it."""
    from benchmark.cli import main

    table, _ = blocks(root / "docs" / "evaluate_scores.md", "csv")
    _, command, _ = blocks(root / "docs" / "evaluate_scores.md", "sh")
    (place / "choices.csv").write_text(table)
    monkeypatch.chdir(place)
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:2] == ["python", "run_benchmark.py"]
    assert main([*words[2:], "--set", "statistics.replicates=50", "--set", "report.plots=[]"]) == 0
    assert "Ceiling (majority)" in capsys.readouterr().out


def test_the_pages_votes(
    root: Path, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The votes that docs/evaluate_scores.md shows, with more of their kind, give the page's command its labels."""
    from benchmark.cli import main

    _, votes = blocks(root / "docs" / "evaluate_scores.md", "csv")
    _, _, command = blocks(root / "docs" / "evaluate_scores.md", "sh")
    header, *shown = votes.splitlines()
    images = [f"{photo}_{name}.png" for photo in range(1, 9) for name in ("clahe", "gamma")]
    given = {tuple(row.split(",")[:2]) for row in shown}
    more = [
        f"{image},{observer},{1 + (3 * at + 7 * number) % 5}"
        for at, image in enumerate(images)
        for number, observer in enumerate(("Ann", "Bob", "Cid"))
        if (image, observer) not in given
    ]
    (place / "votes.csv").write_text("\n".join([header, *shown, *more]) + "\n")
    rows = [f"{image},{image[0]},{at % 7},{at % 5}" for at, image in enumerate(images)]
    (place / "voted.csv").write_text("\n".join(["image,photograph,SSIM,PSNR", *rows]) + "\n")
    monkeypatch.chdir(place)
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:2] == ["python", "run_benchmark.py"]
    assert main([*words[2:], "--set", "statistics.replicates=50", "--set", "report.plots=[]"]) == 0
    printed = capsys.readouterr().out
    assert "Noise ceiling: the correlation that a perfect method would have" in printed
    assert "and, independently of them, 3 observers" in printed


def study(folder: Path, headings: str, row: str) -> Path:
    """A list as Excel exports it, of eight photographs and their images in two folders."""
    import numpy as np

    rows = [headings]
    for photo in range(1, 9):
        picture = cv2.GaussianBlur(np.random.default_rng(photo).integers(0, 256, (64, 64), dtype=np.uint8), (9, 9), 2)
        images = {f"original/{photo:02}": picture}
        for kind, level in ((1, 1), (1, 2), (2, 1), (2, 2)):
            label = f"{10 * kind * level + photo / 4}".replace(".", ",")
            rows.append(row.format(f"{photo:02}_{kind}_{level}", photo, kind, label))
            noise = np.random.default_rng(9 * photo + kind).integers(0, 20 * kind * level, (64, 64), dtype=np.uint8)
            images[f"bild/{photo:02}_{kind}_{level}"] = picture // 2 + noise
        for name, pixels in images.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(folder / f"{name}.png"), pixels)
    file = folder / "bewertung.csv"
    file.write_text("\r\n".join([*rows, ";" * headings.count(";"), ""]), encoding="utf-8-sig", newline="")
    return file


def test_data_of_ones_own(
    root: Path, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The README's list and configuration, and the page's, with more rows of the kind: as Excel writes them."""
    from benchmark.cli import main
    from benchmark.data import pairs
    from benchmark.plugins import registry

    monkeypatch.chdir(place)
    page, readme = root / "docs" / "own_data.md", root / "README.md"
    for source, row in ((readme, "{0};{1};{3}"), (page, "{0};{1};{2};{3};5,53;20")):
        headings, *shown = blocks(source, "csv")[0].splitlines()
        assert all(line.count(";") == row.count(";") and "," in line for line in shown)
        file = study(place / "study", headings, row)
        for block in blocks(source, "yaml"):
            write(block.replace("[psnr, ssim]", "[psnr]"), place)
        for line in next(block for block in blocks(source, "sh") if "study/" in block).splitlines():
            _, _, *command = shlex.split(line)
            assert main([*command, "--set", "statistics.replicates=50", "--set", "report.plots=[]"]) == 0
        output = capsys.readouterr().out
        assert "Decimal commas were read in bewertung.csv." in output
        assert "32 pairs of 8 references" in output
    summary = (place / "results" / "own" / "summary.csv").read_text().splitlines()
    assert {"Gaussian noise", "JPEG"} <= {line.split(",")[3] for line in summary}
    options = yaml.safe_load((place / "study" / "own.yaml").read_text())["dataset"]
    named = {key: options[key] for key in ("enhanced", "reference", "label")}
    build: Any = registry.datasets().load("table")
    table = pairs.complete(build(file=file, split_file=place / "study" / "splits.yaml", **named).pairs())
    assert table["split"].value_counts().to_dict() == {"train": 24, "test": 8}
