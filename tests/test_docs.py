"""The how-to pages and the README say what works: their code and commands are run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
import yaml

from benchmark.config.models import MethodEntry, as_entry
from benchmark.config.source import read_source
from benchmark.core.errors import DataError
from benchmark.scoring import lineup

pytestmark = pytest.mark.heavy


def blocks(file: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", file.read_text(encoding="utf-8"), flags=re.S | re.M)


@pytest.fixture
def place(root: Path, tmp_path: Path) -> Path:
    """A folder with the checkout's configurations, and `efid-bench` and `python run_benchmark.py` at hand."""
    for name in ("configs", "benchmark", "methods", "datasets", "run_benchmark.py"):
        (tmp_path / name).symlink_to(root / name)
    return tmp_path


def run(commands: str, place: Path, *, ends_well: bool = True) -> str:
    """Run shell commands in order; `efid-bench` and `python` are this interpreter's."""
    output = ""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    for line in commands.replace("\\\n", " ").splitlines():
        command = line.split("  #")[0].strip()
        if not command or command.startswith("#"):
            continue
        done = subprocess.run(
            shlex.split(command), cwd=place, env=environment, capture_output=True, text=True, timeout=280
        )
        assert (done.returncode in (0, 3)) == ends_well, (command, done.stdout, done.stderr)
        output += done.stdout
    return output


def write(block: str, place: Path) -> Path:
    """Write a block of a page under the name that its first line gives."""
    file = place / block.splitlines()[0].removeprefix("# ")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block)
    return file


def test_add_a_method(root: Path, place: Path) -> None:
    page = root / "docs" / "add_a_method.md"
    code, *_ = blocks(page, "python")
    write(code, place)
    commands, *_ = blocks(page, "sh")
    output = run(
        commands.replace("configs/demo.yaml", "configs/demo.yaml --set statistics.replicates=50 --limit 3"), place
    )
    assert "mae" in output
    assert "MAE" in output


def test_add_a_method_that_learns(root: Path, place: Path) -> None:
    """Trained, gone on with, scored, and marked in the table because the scored split selected its checkpoint."""
    page = root / "docs" / "add_a_method.md"
    _, code, _ = blocks(page, "python")
    assert len(code.splitlines()) < 60
    for block in (code, *blocks(page, "yaml")):
        write(block, place)
    _, commands, _ = blocks(page, "sh")
    run(
        commands.replace("score_head.yaml", "score_head.yaml --set statistics.replicates=50 --set report.plots=[]"),
        place,
    )
    history = (place / "checkpoints" / "head" / "history.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in history] == ["epoch", *map(str, range(1, 9))]
    table = (place / "results" / "score_head" / "tables" / "comparison.md").read_text()
    (row,) = [line for line in table.splitlines() if line.startswith("| Linear head")]
    assert "‡" in row
    assert "its checkpoint was selected on the scored split" in table
    assert "Linear head: crops in training 64 px" in table


def test_programs(root: Path, place: Path) -> None:
    """The page's C++ is compiled and its Python run, both with the numbers that they must print."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    page = root / "docs" / "programs.md"
    (cpp,), (python,) = blocks(page, "cpp"), blocks(page, "python")
    (place / "rmse.cpp").write_text(cpp)
    for block in (python, *(block for block in blocks(page, "yaml") if block.startswith("# programs.yaml"))):
        write(block, place)
    commands, _ = blocks(page, "sh")
    short = "programs.yaml --set statistics.replicates=50 --set report.plots=[]"
    output = run(commands.replace("programs.yaml", short), place)
    assert f"RMSE (C++) starts {place}/rmse {{reference}} {{enhanced}}" in output
    scores = pd.read_csv(place / "results" / "programs" / "scores.csv")
    assert len(scores) == 12
    np.testing.assert_allclose(20 * np.log10(255 / scores["RMSE (C++)"]), scores["psnr"], atol=1e-3)
    assert (scores["MAE (Python)"] < scores["RMSE (C++)"]).all()


def test_the_programs_of_the_pages_configurations(root: Path, place: Path) -> None:
    """Each entry can be built; the command for a single pair gives the number of the formula where ImageMagick is."""
    from benchmark.plugins.methods.command import Command

    page = root / "docs" / "programs.md"
    entries = [entry for block in blocks(page, "yaml") for entry in yaml.safe_load(block)["methods"] if entry != "psnr"]
    assert len(entries) == 6
    for entry in entries:
        options = {key: value for key, value in entry.items() if key not in ("name", "label")}
        options |= {key: tuple(options[key]) for key in ("score_range", "exit_codes") if key in options}
        method = Command(**options, folder=place)
        assert method.info.higher_is_better == entry["higher_is_better"]
    (pair,) = [block for block in blocks(page, "sh") if "ENHANCED" in block]
    if shutil.which("compare"):
        for number in range(2):
            cv2.imwrite(str(place / f"{number}.png"), np.full((8, 8, 3), 100 + number, np.uint8))
        output = run(pair.replace("ENHANCED", "0.png").replace("REFERENCE", "1.png"), place)
        assert float(output) == pytest.approx(20 * np.log10(255), abs=1e-4)


def labs(root: Path, place: Path) -> None:
    """The two tables of the page on studies."""
    for name, block in zip(("lab_a", "lab_b"), blocks(root / "docs" / "studies.md", "csv"), strict=True):
        (place / f"{name}.csv").write_text(block)


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


def test_add_a_method_that_learns_from_columns(root: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.cli import main

    page = root / "docs" / "add_a_method.md"
    _, _, code = blocks(page, "python")
    assert len(code.splitlines()) < 40
    labs(root, place)
    for block in (code, *(block for block in blocks(page, "yaml") if block.startswith("# ridge.yaml"))):
        write(block, place)
    monkeypatch.chdir(place)
    assert main(["evaluate", "ridge.yaml", "--set", "statistics.replicates=50", "--set", "report.plots=[]"]) == 0
    table = (place / "results" / "ridge" / "tables" / "comparison.md").read_text()
    (row,) = [line for line in table.splitlines() if line.startswith("| Ridge ↑")]
    assert row.count(" to ") == 4
    assert "Ridge: features psnr, ssim" in table
    scored = (place / "results" / "ridge" / "Lab-B" / "partitions.csv").read_text().splitlines()
    assert len(scored) == 1 + 12
    assert scored[0] == "dataset,partition,seed,pair,method,score"


def test_add_a_dataset(root: Path, tmp_path: Path, plugin_folder: Path) -> None:
    import numpy as np

    from benchmark.data import pairs
    from benchmark.plugins import registry

    code, _ = blocks(root / "docs" / "add_a_dataset.md", "python")
    (plugin_folder / "datasets" / "my_lab.py").write_text(code)
    (tmp_path / "opinions.csv").write_text("image,source,method,mos\n1_a.png,1.png,a,3.5\n")
    found = registry.datasets().load("my_lab")
    table = pairs.complete(found(root=tmp_path).pairs())  # type: ignore[call-arg]
    np.testing.assert_array_equal(table["mos"], [3.5])
    assert table["enhanced_path"][0] == str(tmp_path / "images" / "1_a.png")


def test_a_data_set_that_examines_its_files_and_states_its_labels(
    root: Path, tmp_path: Path, plugin_folder: Path
) -> None:
    from benchmark.data import check_table, folds, pairs
    from benchmark.plugins import data_set_check, registry

    _, code = blocks(root / "docs" / "add_a_dataset.md", "python")
    write(code.replace("my_plugins", "plugins", 1), tmp_path)
    (tmp_path / "opinions.csv").write_text(
        "image,source,patient,fold,mos\n1_a.png,1.png,p1,1,3.5\n2_a.png,2.png,p2,2,4\n3_a.png,3.png,p3,2,2\n"
    )
    for name in ("1_a.png", "2_a.png"):
        (tmp_path / name).touch()
    study = registry.datasets().load("my_study")(root=tmp_path)  # type: ignore[call-arg]
    table, problems = check_table.read(study)
    assert [str(problem) for problem in problems] == ["opinions.csv:4: no image '3_a.png'"]
    assert table is not None
    assert list(folds.leave_out(table, 1)["split"]) == ["test", "train"]
    assert list(table["cluster"]) == ["p1", "p2"]
    with pytest.raises(DataError, match="no image"):
        data_set_check.pairs_of(study)
    (tmp_path / "3_a.png").touch()
    assert len(pairs.complete(data_set_check.pairs_of(study))) == 3
    assert data_set_check.labels_of(study) == "opinions"
    (tmp_path / "SIMULATED").touch()
    assert data_set_check.labels_of(study) == "simulated"


def test_the_notebook_page(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code runs, and its table names everything that is exported for notebooks."""
    import benchmark

    page = root / "docs" / "notebook.md"
    (code,) = blocks(page, "python")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(code, names)
    assert [method.label for method in names["again"].data.methods] == ["SSIM", "DSSIM"]
    assert (tmp_path / "results" / "ours" / "report.html").is_file()
    assert len(names["result"].scores) == 36
    plugins = {
        "Dataset",
        "DatasetInfo",
        "DescribesReference",
        "KeepsFeatures",
        "NoReference",
        "Programs",
        "StartsPrograms",
        "UsesScores",
        "LearnsFromColumns",
        "MayDownload",
        "Method",
        "MethodInfo",
        "Problem",
        "ScoreSource",
        "Several",
        "StandsForSeveral",
        "StatesLabels",
        "Trainable",
        "WeightFile",
        "Evaluation",
        "Run",
    }
    told = set(
        re.findall(r"[`(, ](\w+)", "\n".join(line for line in page.read_text().splitlines() if line.startswith("|")))
    )
    assert set(benchmark.__all__) - plugins <= told


def test_the_pages_commands(root: Path, place: Path) -> None:
    """Every command of docs/commands.md, on a small set; then the README's, on that set in EFID's layout and its scores."""
    (commands,) = blocks(root / "docs" / "commands.md", "sh")
    output = run(commands.replace("--limit 4", "--limit 4 --set statistics.replicates=50"), place)
    for words in ("psnr", '"score"', "SRCC", "report: results/small/report.html", metadata.version("efid-bench")):
        assert words in output
    two, reproduce, *_ = blocks(root / "README.md", "sh")
    assert [line.split()[:2] for line in two.splitlines()] == [["make", "demo"], ["make", "test"]]
    faster = " --set offline=true --set statistics.replicates=50 --set report.plots=[png]"
    efid = [f"{line.replace('../data/EFID', 'data/small')}{faster}" for line in reproduce.splitlines()]
    output = run("\n".join(efid), place)
    assert "0 errors" in output
    assert "Simulated labels" in output
    assert (place / "results" / "efid" / "tables" / "comparison.tex").is_file()


def test_measures_without_a_reference(root: Path, place: Path) -> None:
    """The page's own measure runs beside its gain; the methods that it lists are built, or say what they lack."""
    page = root / "docs" / "no_reference.md"
    (code,) = blocks(page, "python")
    write(code, place)
    (commands,) = blocks(page, "sh")
    output = run(commands.replace("--set 'methods", "--set statistics.replicates=50 --set 'methods"), place)
    assert "Gain in Red share" in output
    (listed,) = blocks(page, "yaml")
    entrants = lineup.line_up(
        [MethodEntry.model_validate(as_entry(entry)) for entry in yaml.safe_load(listed)["methods"]], read_source({})
    )
    assert [entrant.title for entrant in entrants] == ["PSNR", "PIQE", "NIQE", "Gain in PIQE", "NIQE gain", "caption"]
    assert {entrant.status for entrant in entrants} == {"scored"}


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
    import numpy as np
    import pandas as pd
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

    (table,) = blocks(root / "docs" / "evaluate_scores.md", "csv")
    _, command = blocks(root / "docs" / "evaluate_scores.md", "sh")
    (place / "choices.csv").write_text(table)
    monkeypatch.chdir(place)
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:2] == ["python", "run_benchmark.py"]
    assert main([*words[2:], "--set", "statistics.replicates=50", "--set", "report.plots=[]"]) == 0
    assert "Ceiling (majority)" in capsys.readouterr().out


def study(folder: Path, headings: str, row: str) -> Path:
    """A list as Excel exports it, of eight photographs and their images in two folders."""
    import cv2
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
