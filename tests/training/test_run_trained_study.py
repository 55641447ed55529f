"""``run STUDY.yaml`` with trained methods: each test part by its own checkpoints, and never what these have seen."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy import stats

from benchmark import run, train
from benchmark.cli import main
from benchmark.core.errors import ConfigError
from benchmark.plugins import checkpoints
from tests.training.study_workshop import STUDY, TRAIN, plant, write

pytestmark = pytest.mark.heavy

Command = Callable[..., tuple[int, str]]
LONG = {**TRAIN, "n_epoch": 12}


def quick(**keys: Any) -> dict[str, Any]:
    return {"name": "quick", "train_on": "own", "train": LONG, **keys}


@pytest.fixture
def place(tmp_path: Path, plugin_folder: Path, near: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    plant(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(place: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """A command on the study in this process: exit status, and what it said on one line."""

    def call(name: str, *options: str) -> tuple[int, str]:
        capsys.readouterr()
        status = main([name, "study.yaml", *options])
        said = capsys.readouterr()
        return status, said.out + said.err

    return call


def plain(said: str) -> str:
    """What was said, as one line, wherever the console broke it."""
    return " ".join(said.split())


def predicted(checkpoint: Path, enhanced: Path, reference: Path) -> float:
    """What the method ``quick`` computes, in NumPy: a linear function of mean differences."""
    state = checkpoints.read(checkpoint)["state"]
    one, other = (np.asarray(Image.open(path).convert("RGB"), dtype=np.float64) / 255 for path in (enhanced, reference))
    difference = one - other
    features = 10 * np.concatenate([difference.mean((0, 1)), np.abs(difference).mean((0, 1))])
    return float(state["weight"].numpy()[0] @ features + state["bias"].numpy()[0])


def test_each_test_part_is_scored_by_its_own_checkpoints(place: Path, command: Command) -> None:
    write(place, methods=["psnr", quick(seeds=[0, 1])])
    train("study.yaml")
    status, said = command("run")
    assert status == 0, said
    summary = pd.read_csv("out/summary.csv").query("level == 'pair' and statistic == 'srcc' and method == 'quick'")
    for label, folder in (("A", place / "a"), ("B", place / "b")):
        made = pd.read_csv(f"out/{label}/partitions.csv")
        assert list(made.columns) == ["dataset", "partition", "seed", "pair", "method", "score"]
        assert set(made["dataset"]) == {label}
        table = pd.read_csv(f"out/{label}/scores.csv").set_index("pair")
        values = []
        for partition in json.loads(Path(f"out/{label}/splits.json").read_text())["partitions"]:
            number, of_seeds = partition["number"], []
            for seed in (0, 1):
                rows = made[(made["partition"] == number) & (made["seed"] == seed)]
                about = table.loc[rows["pair"]]
                assert set(about["cluster"]) == set(partition["test"])
                assert len(rows) == 6, "two references with three enhanced images each"
                best = place / f"checkpoints/{label}/{number}/quick/{seed}/best.pt"
                expected = [
                    predicted(best, folder / str(row.enhanced), folder / str(row.reference))
                    for row in about.itertuples()
                ]
                assert rows["score"].to_numpy() == pytest.approx(np.array(expected), abs=1e-5)
                of_seeds.append(stats.spearmanr(rows["score"], about["mos"]).statistic)
            own = summary[(summary["dataset"] == label) & (summary["partition"] == number)]
            assert float(own["value"].item()) == pytest.approx(np.mean(of_seeds), abs=1e-9)
            values.append(np.mean(of_seeds))
        own = summary[(summary["dataset"] == label) & (summary["aggregate"] == "median")]
        assert float(own["value"].item()) == pytest.approx(np.median(values), abs=1e-9)
    medians = pd.read_csv("out/tables/medians.csv")
    assert medians.loc[medians["method"] == "Quick", "A: srcc"].notna().all()


@pytest.mark.long
def test_nothing_is_scored_twice_and_a_record_repeats_the_study(place: Path, command: Command) -> None:
    write(place, methods=["psnr", quick()])
    train("study.yaml")
    assert command("run")[0] == 0
    before = {file: file.read_bytes() for file in Path("out").rglob("*.csv")}
    status, said = command("run")
    assert (status, "0 to compute, 6 known" in said) == (0, True), said
    assert {file: file.read_bytes() for file in before} == before
    assert main(["run", "out/run.json"]) == 0
    assert {file: file.read_bytes() for file in before} == before
    status, said = command("run", "--methods", "quick", "--output", "part")
    assert status == 0, said
    assert Path("part/A/partitions.csv").read_bytes() == Path("out/A/partitions.csv").read_bytes()
    assert (
        "'psn' is not in this configuration (it has psnr, quick); did you mean" in command("run", "--methods", "psn")[1]
    )


def test_a_checkpoint_that_is_missing_is_named_with_the_command_that_makes_it(place: Path, command: Command) -> None:
    write(place, methods=["psnr", quick()], datasets=STUDY["datasets"][:1])
    status, said = command("run")
    assert status == 3
    missing = "A/1/quick/0 is not trained: `efid-bench train study.yaml` trains it (and 2 more of 3 trainings)"
    assert missing in plain(said)
    assert not Path("out/A/partitions.csv").exists()
    train("study.yaml")
    shutil.rmtree("checkpoints/A/2/quick/0")
    write(place, methods=["psnr", quick(train={**LONG, "n_epoch": 15})], datasets=STUDY["datasets"][:1])
    train("study.yaml", only=(1, 3))
    status, said = command("run")
    assert status == 3
    said = plain(said)
    assert "A/2/quick/0 is not trained" in said
    assert set(pd.read_csv("out/A/partitions.csv")["partition"]) == {1}
    assert "2 checkpoints are missing; the first: A/2/quick/0 is not trained" in command("run", "--dry-run")[1]
    train("study.yaml", only=(2, 3))
    halfway = "A/3/quick/0: 12 of 15 epochs are trained: `efid-bench train study.yaml` goes on"
    assert halfway in plain(command("run")[1])


@pytest.mark.long
def test_a_dry_run_counts_the_test_parts_that_checkpoints_of_their_own_score(place: Path, command: Command) -> None:
    """Two seeds of three partitions of six pairs each, of both data sets; nothing is written."""
    write(place, methods=["psnr", quick(seeds=[0, 1], train=TRAIN)])
    train("study.yaml")

    def told() -> tuple[int, list[list[str]]]:
        status, said = command("run", "--dry-run")
        return status, [line.split()[:7] for line in said.splitlines() if line.startswith(("A ", "B ", "total"))]

    status, rows = told()
    assert (status, rows) == (0, [["A", "18", "6", "2", "0", "54", "3"], ["B", "18", "6", "2", "0", "54", "3"], TOTAL])
    assert not Path("out").exists()
    Path("checkpoints/B/2/quick/1/last.pt").rename("last.pt")
    status, rows = told()
    assert (status, rows[1]) == (3, ["B", "18", "6", "2", "0", "48", "3"])
    Path("last.pt").rename("checkpoints/B/2/quick/1/last.pt")
    assert command("run")[0] == 0
    before = {file: file.stat().st_mtime_ns for file in Path("out").rglob("*")}
    status, rows = told()
    assert (status, rows[-1]) == (0, ["total", "36", "12", "2", "108", "0", "6"])
    assert {file: file.stat().st_mtime_ns for file in Path("out").rglob("*")} == before
    image = np.asarray(Image.open("a/0_1.png"))
    Image.fromarray(255 - image).save("a/0_1.png")
    tested = sum("0.png" in part["test"] for part in json.loads(Path("out/A/splits.json").read_text())["partitions"])
    assert told()[1][0][4:6] == [str(54 - 1 - 2 * tested), str(1 + 2 * tested)]


TOTAL = ["total", "36", "12", "2", "0", "108", "6"]


@pytest.mark.long
def test_trained_on_whole_data_sets_it_is_tested_on_the_others(place: Path, command: Command) -> None:
    shutil.copytree("b", "c")
    shutil.copytree("a", "d")
    for name, shift in (("c", 7), ("d", 9)):  # other photographs
        for file in Path(name).glob("*.png"):
            pixels = np.asarray(Image.open(file)).astype(int) + shift
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file)
    data = [{"name": "table", "file": f"{name}/pairs.csv", "label": name.upper()} for name in "abcd"]
    tables = [{"name": "comparison", "columns": ["srcc"]}, {"name": "cross", "kind": "cross"}]
    write(
        place,
        datasets=data,
        protocol="published",
        report={"plots": [], "tables": tables},
        methods=[quick(label="both", train_on=["A", "B"]), quick(label="one", train_on=["A"], seeds=[3, 4])],
    )
    status, said = command("train")
    assert status == 0, said
    assert Path("checkpoints/A+B/all/both/0/best.pt").is_file()
    assert Path("checkpoints/A/all/one/4/best.pt").is_file()
    status, said = command("run")
    assert status == 0, said
    table = pd.read_csv("out/tables/comparison.csv").set_index("method")
    srcc = table[[f"{name}: srcc" for name in "BCD"]]
    assert "A: srcc" not in table, "both were trained on it"
    there = {label: [name[0] for name in srcc.columns[srcc.loc[label].notna()]] for label in table.index}
    assert there == {"both": ["C", "D"], "one": ["B", "C", "D"]}
    across = pd.read_csv("out/tables/cross.csv").set_index("method")
    assert list(across["trained_on"]) == ["A", "A + B"]
    assert across[list(srcc.columns)].fillna(0).equals(srcc.loc[across.index].fillna(0)), "the same values"
    seen = across[["A: srcc_mark", "B: srcc_mark"]] == "a"
    assert seen.to_numpy().tolist() == [[True, False], [True, True]]
    scores = pd.read_csv("out/C/scores.csv")
    assert set(scores["split"]) == {"test"}
    best = place / "checkpoints/A+B/all/both/0/best.pt"
    expected = [
        predicted(best, place / "c" / str(row.enhanced), place / "c" / str(row.reference))
        for row in scores.itertuples()
    ]
    assert scores["both"].to_numpy() == pytest.approx(np.array(expected), abs=1e-5)
    assert "both was trained on A, so that it has no score there." in said


def test_a_photograph_that_was_trained_on_in_another_data_set_is_never_scored(place: Path, command: Command) -> None:
    image = Image.open("a/2.png")
    image.save("b/5.bmp")
    table = Path("b/pairs.csv")
    table.write_text(table.read_text().replace("5.png", "5.bmp"))
    write(place, methods=["psnr", quick(label="on A", train_on=["A"], train={**LONG, "validate": 0})])
    train("study.yaml")
    status, said = command("run")
    assert status == 2
    said = plain(said)
    assert f"{place}/b/5.bmp is to be scored and has the same pixels as {place}/a/2.png" in said
    assert not list(Path("out").rglob("scores.csv")), "refused before anything is scored"
    table.write_text("".join(line for line in table.read_text().splitlines(keepends=True) if "5.bmp" not in line))
    assert command("run")[0] == 0


def test_a_partition_is_refused_whose_test_part_was_trained_on_since_it_was_divided(
    place: Path, command: Command
) -> None:
    write(place, methods=["psnr", quick()], datasets=STUDY["datasets"][:1])
    train("study.yaml")
    part = json.loads(main_splits(place))["partitions"][0]
    seen, tested = part["train"][0], part["test"][0]
    shutil.copy(place / "a" / seen, place / "a" / tested)  # the file has other pixels now, under the tested name
    with pytest.raises(ConfigError, match=rf"{tested} is to be scored and has the same pixels as .*/{seen}"):
        run("study.yaml")


def main_splits(place: Path) -> str:
    assert main(["split", "study.yaml", "--dataset", "A", "--to", str(place / "splits.json")]) == 0
    return (place / "splits.json").read_text()


@pytest.mark.long
def test_epochs_that_are_selected_on_the_test_part_are_marked_beside_those_that_are_not(
    place: Path, command: Command
) -> None:
    method = quick(select="test", train={**LONG, "learning_rate": 0.3})
    write(place, methods=["psnr", method], datasets=STUDY["datasets"][:1])
    train("study.yaml")
    status, said = command("run")
    assert status == 0, said
    made = pd.read_csv("out/A/partitions.csv")
    assert set(made["method"]) == {"quick", "quick, not selected on test"}
    table = pd.read_csv("out/A/scores.csv").set_index("pair")
    differences = []
    for number in (1, 2, 3):
        folder = place / f"checkpoints/A/{number}/quick/0"
        last = checkpoints.read(folder / "last.pt")
        assert len(last["tested"]) == 12
        best = int(np.argmax(last["tested"])) + 1
        assert checkpoints.read(folder / "best_test.pt")["epoch"] == best
        rows = made[made["partition"] == number]
        srcc = {
            str(label): stats.spearmanr(part["score"], table.loc[part["pair"], "mos"]).statistic
            for label, part in rows.groupby("method")
        }
        differences.append(srcc["quick"] - srcc["quick, not selected on test"])
    note = f"SRCC is {np.mean(differences):+.4f} from that of quick, not selected on test, on average over 3 trainings."
    assert note in plain(said)
    text = Path("out/tables/medians.md").read_text()
    assert "Quick <sup>‡" in text or "‡" in next(line for line in text.splitlines() if line.startswith("| Quick"))
    assert "‡" not in next(line for line in text.splitlines() if "not selected on test" in line and "|" in line)
    before = (place / "checkpoints/A/1/quick/0/last.pt").read_bytes()
    usual = quick(train={**LONG, "learning_rate": 0.3})
    write(place, methods=["psnr", {**usual, "label": "plain"}, {**usual, "label": "last", "select": "last"}])
    train("study.yaml")
    for label in ("plain", "last"):
        one, other = (checkpoints.read(place / f"checkpoints/A/1/{name}/0/last.pt") for name in ("quick", label))
        assert all((one["state"][key] == other["state"][key]).all() for key in one["state"]), "looking changes nothing"
    assert (place / "checkpoints/A/1/quick/0/last.pt").read_bytes() == before


@pytest.mark.long
def test_one_condition_left_out_may_share_references_and_says_so(place: Path, command: Command) -> None:
    protocol = {"leave_out": "condition"}
    tables = [{"name": "medians", "columns": ["srcc"], "aggregate": "median"}, {"name": "cross", "kind": "cross"}]
    write(place, methods=[quick(select="last")], protocol=protocol, report={"plots": [], "tables": tables})
    train("study.yaml")
    status, said = command("run")
    assert status == 0, said
    (row,) = pd.read_csv("out/tables/cross.csv").to_dict("records")
    assert np.isnan([row["A: srcc"], row["B: srcc"]]).all(), "what was seen is no cell of a matrix"
    assert "trained on pairs of the same references, which its partitions do not keep apart" in row["notes"]
    assert "One condition left out: the same reference is on both sides" in plain(said)
    assert len(pd.read_csv("out/A/partitions.csv")) == 18


@pytest.mark.long
def test_published_splits_make_one_training_and_one_column(place: Path, command: Command) -> None:
    tables = [{"name": "comparison", "columns": ["srcc"]}]
    file = write(place, methods=["psnr", quick()], protocol="published", report={"plots": [], "tables": tables})
    file.write_text(file.read_text())
    train("study.yaml")
    assert [str(path) for path in sorted(Path("checkpoints").rglob("best.pt"))] == [
        "checkpoints/A/1/quick/0/best.pt",
        "checkpoints/B/1/quick/0/best.pt",
    ]
    made = checkpoints.read(place / "checkpoints/A/1/quick/0/best.pt")
    assert len(made["selected_on"]["references"]) == 1, "without a split that validates, a share of the training split"
    status, said = command("run")
    assert status == 0, said
    scores = pd.read_csv("out/A/scores.csv")
    assert scores["quick"].notna().all()
    assert len(scores) == 6


def test_other_partitions_than_trained_are_not_scored(place: Path, command: Command) -> None:
    write(place, methods=["psnr", quick()], datasets=STUDY["datasets"][:1])
    train("study.yaml")
    status, said = command("run", "--limit", "3")
    assert status == 3
    assert "was made otherwise: pairs or labels are others" in plain(said)


def test_pairs_of_another_data_set_are_no_reason_to_compute_anew(place: Path, command: Command) -> None:
    """Pairs of both data sets have the same names, and a third one is the first in another size."""
    small = {**STUDY["datasets"][0], "label": "small", "resize": 24}
    write(place, methods=["psnr"], datasets=[*STUDY["datasets"], small])
    status, said = command("run")
    assert (status, "anew" in said) == (0, False), said
    image = np.asarray(Image.open("b/0_1.png"))
    Image.fromarray(255 - image).save("b/0_1.png")
    status, said = command("run")
    assert status == 0, said
    assert [line for line in said.splitlines() if "anew" in line] == [
        "psnr: 1 pairs to compute anew: the enhanced image changed"
    ]


def test_the_small_sdmp_net_is_trained_and_scored_by_partition(place: Path, command: Command) -> None:
    options = {"name": "sdmp-net-tiny", "pretrained": False, "crop_size": 32, "train_on": "own", "seeds": [0]}
    method = {**options, "train": {"n_epoch": 1, "batch_size": 4, "num_workers": 0}}
    write(
        place, methods=[method], datasets=STUDY["datasets"][:1], protocol={"repeat": 1, "test": 0.34, "validate": 0.2}
    )
    train("study.yaml")
    status, said = command("run")
    assert status == 0, said
    made = pd.read_csv("out/A/partitions.csv")
    assert len(made) == 6
    assert np.isfinite(made["score"]).all()
    assert made["score"].nunique() > 1
    assert "its backbones are untrained" in said + Path("out/tables/medians.md").read_text()
