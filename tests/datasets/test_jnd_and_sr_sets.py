"""AIC-3, AIC-4, SRIQA-Bench and QualiSR on trees of placeholders: names, references, labels; damage is named."""

import csv
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark.core.errors import DataError
from benchmark.data import choices, pairs
from benchmark.plugins import registry
from benchmark.plugins.contracts import Dataset
from tests.datasets.trees import listed, plant

Shared = Callable[[str], Path]
CODECS = ("AVIF", "HM", "JPEG-1", "JPEG-2000", "JPEGXL", "VVC")


def load(name: str, **options: Any) -> Dataset:
    return registry.datasets().load(name)(**options)


def below(top: Path, paths: Sequence[str]) -> list[str]:
    return [str(Path(path).relative_to(top)) for path in paths]


def errors(name: str, **options: Any) -> list[str]:
    with pytest.raises(DataError) as raised:
        load(name, **options).pairs()
    return [str(problem) for problem in raised.value.problems if problem.severity == "error"]


@pytest.fixture
def aic4(shared: Shared, tmp_path: Path) -> tuple[Path, list[dict[str, str]]]:
    file = shared("oracles/aic4/JPEG_AIC_reconstructed_jnd_scores.csv")
    rows = listed(file)
    names = [row[column] for row in rows for column in ("img_distorted", "img_source")]
    plant(tmp_path, dict.fromkeys(f"PTC_images/{name[4:9]}/{name}" for name in names))
    shutil.copyfile(file, tmp_path / file.name)
    return tmp_path, rows


def test_aic4_gives_exactly_its_list(aic4: tuple[Path, list[dict[str, str]]]) -> None:
    root, rows = aic4
    dataset = load("aic4", root=root)
    table, problems = dataset.examine()
    assert problems == []
    table = pairs.complete(table)
    assert below(root, table["enhanced_path"].tolist()) == [
        f"PTC_images/{int(row['img_num']):05d}/{row['img_distorted']}" for row in rows
    ]
    assert below(root, table["reference_path"].tolist()) == [
        f"PTC_images/{int(row['img_num']):05d}/{row['img_source']}" for row in rows
    ]
    assert table["mos"].tolist() == [float(row["distortion"]) for row in rows]
    assert (len(table), table["reference"].nunique()) == (300, 5)
    assert (table["mos"].min(), table["mos"].max()) == (0.000115403, 3.784019178)
    together = set(zip(table["condition"], (row["codec"] for row in rows), strict=True))
    assert len(together) == table["condition"].nunique() == 6
    assert dataset.info.lower_mos_better
    assert table["mos_sd"].isna().all()
    assert table["mos_low"].tolist() == [float(row["CI_min"]) for row in rows]
    assert table["mos_high"].tolist() == [float(row["CI_max"]) for row in rows]
    assert "The outlier ratio takes the list's 95 % limits of labels." in dataset.notes()


def test_damage_to_aic4_is_named(aic4: tuple[Path, list[dict[str, str]]]) -> None:
    root, _ = aic4
    shutil.rmtree(root / "PTC_images" / "00002")
    (message,) = errors("aic4", root=root)
    assert message.startswith(f"{root / 'PTC_images' / '00002'}: no such folder")
    assert "60 labels need images in it" in message
    file = root / "JPEG_AIC_reconstructed_jnd_scores.csv"
    file.rename(root / file.name.lower())
    (message,) = errors("aic4", root=root)
    assert f"no list of labels; looked for {file.name}; there is {file.name.lower()!r}" in message


@pytest.fixture
def aic3(tmp_path: Path) -> Path:
    """The published size and names, whose labels are their number; its list ends in rows of separators alone."""
    lines = ["score.jnd,codec,img.number,img.name,quality,quality.selected,method"]
    for photo in range(1, 11):
        name = f"{photo:05d}_1192x832"
        plant(tmp_path / f"part{photo}", [f"original/{name}.png"])
        for codec in CODECS:
            images = [f"decoded/{name}/{codec}_{name}_{level}.png" for level in range(1, 11)]
            plant(tmp_path / f"part{photo}" / codec, images)
            lines += [
                f"-{len(lines) + level}e-3,{codec},{photo},{name},{level + 1},20,estimated" for level in range(10)
            ]
    root = tmp_path / "aic3"
    for part in sorted(tmp_path.glob("part*")):
        for tree in (part, *(part / codec for codec in CODECS)):
            for folder in ("original", "decoded"):
                if (tree / folder).is_dir():
                    shutil.copytree(tree / folder, root / folder, dirs_exist_ok=True)
        shutil.rmtree(part)
    (root / "decoded" / "info.csv").write_text("\n".join([*lines, ",,,,,,", ",,,,,,"]))
    return root


def test_aic3_gives_its_list(aic3: Path) -> None:
    dataset = load("aic3", root=aic3)
    table, problems = dataset.examine()
    assert problems == []
    assert (len(table), table["reference"].nunique()) == (600, 10)
    assert table["mos"].tolist() == [-number / 1000 for number in range(1, 601)]
    assert not dataset.info.lower_mos_better
    assert below(aic3, table["enhanced_path"].tolist())[11] == "decoded/00001_1192x832/HM_00001_1192x832_2.png"
    assert below(aic3, table["reference_path"].tolist())[599] == "original/00010_1192x832.png"
    assert table["condition"].value_counts().to_dict() == dict.fromkeys(CODECS, 100)


def test_damage_to_aic3_is_named(aic3: Path) -> None:
    gone = aic3 / "decoded" / "00001_1192x832" / "HM_00001_1192x832_2.png"
    gone.rename(gone.with_name("hm_00001_1192x832_2.png"))
    (message,) = errors("aic3", root=aic3)
    assert message.startswith(f"{aic3 / 'decoded' / 'info.csv'}:13: no image")
    assert "there is 'hm_00001_1192x832_2.png'" in message
    (aic3 / "original").rename(aic3 / "Original")
    assert any("no such folder; there is 'Original'" in item for item in errors("aic3", root=aic3))
    (aic3 / "decoded" / "info.csv").write_text("score.jnd,codec,img.name,quality\nx,HM,../a,1\n")
    messages = errors("aic3", root=aic3)
    assert "no such folder" in messages[0]
    assert [item.startswith(f"{aic3 / 'decoded' / 'info.csv'}:2: ") for item in messages] == [False, True, True]


ALGORITHMS = ("SwinIR", "RealESRNet")


@pytest.fixture
def sriqa(tmp_path: Path) -> Path:
    """Two photographs with two algorithms; the suffix of names is not that of folders, lists hold the original too."""
    names = [f"images/{folder}/x{photo}_{folder}x4.png" for folder in ALGORITHMS for photo in (1, 2)]
    names += [f"{folder}/x{photo}_Original.png" for folder in ("images/Original", "LRImages") for photo in (1, 2)]
    plant(tmp_path, names)
    (tmp_path / "MOS").mkdir()
    for photo in (1, 2):
        lines = [f"x{photo}_Original.png,100.0", f"x{photo}_SwinIRx4.png,6{photo}.5", f"x{photo}_RealESRNetx4.png,0.0"]
        (tmp_path / "MOS" / f"x{photo}.txt").write_text("\n".join(lines))
    return tmp_path


@pytest.mark.parametrize(("reference", "folder"), [("original", "images/Original"), ("input", "LRImages")])
def test_sriqa_bench_leaves_originals_out(sriqa: Path, reference: str, folder: str) -> None:
    dataset = load("sriqa-bench", root=sriqa, reference=reference)
    table = pairs.complete(dataset.pairs())
    assert below(sriqa, table["enhanced_path"].tolist()) == [
        f"images/{algorithm}/x{photo}_{algorithm}x4.png" for photo in (1, 2) for algorithm in ALGORITHMS
    ]
    assert below(sriqa, table["reference_path"].tolist()) == [
        f"{folder}/x{photo}_Original.png" for photo in (1, 1, 2, 2)
    ]
    assert table["mos"].tolist() == [61.5, 0, 62.5, 0]
    assert table["condition"].tolist() == [*ALGORITHMS, *ALGORITHMS]
    notes = " ".join(dataset.notes())
    for words in (
        f"{folder}/ (option `reference`)",
        "within each photograph",
        "has 4 labelled pairs, 1,000 are published",
    ):
        assert words in notes
    assert not any("no label" in problem.message for problem in dataset.examine()[1])


def test_damage_to_sriqa_bench_is_named(sriqa: Path) -> None:
    (sriqa / "images" / "SwinIR" / "x1_SwinIRx4.png").unlink()
    (message,) = errors("sriqa-bench", root=sriqa)
    assert message.startswith(f"{sriqa / 'MOS' / 'x1.txt'}:2: no image 'x1_SwinIRx4.png'")
    shutil.copytree(sriqa / "images" / "SwinIR", sriqa / "images" / "SwinIR copy")
    (message,) = errors("sriqa-bench", root=sriqa)
    assert "two copies of 'x2_SwinIRx4.png', in SwinIR/ and SwinIR copy/" in message
    (sriqa / "LRImages").rename(sriqa / "lrimages")
    (message,) = errors("sriqa-bench", root=sriqa, reference="input")
    assert "no folder LRImages/ here; there is 'lrimages'" in message
    shutil.rmtree(sriqa / "MOS")
    assert "no folder MOS/ here" in errors("sriqa-bench", root=sriqa)[0]


FOLDERS = {"bicubic": "ref/bicubic", "rlfn": "ref/RLFN", "span": "ref/SPAN", "gt": "hr", "lr": "lr"}


@pytest.fixture
def qualisr(shared: Shared, tmp_path: Path) -> tuple[Path, list[dict[str, str]]]:
    file = shared("oracles/qualisr/labels.csv")
    rows = listed(file)
    cases = dict.fromkeys(row["test_case"] for row in rows)
    plant(tmp_path, [row["image"] for row in rows])
    plant(tmp_path, [f"{folder}/{case}.png" for folder in FOLDERS.values() for case in cases])
    shutil.copyfile(file, tmp_path / "labels.csv")
    return tmp_path, rows


@pytest.mark.parametrize("reference", FOLDERS)
def test_qualisr_gives_exactly_its_list(qualisr: tuple[Path, list[dict[str, str]]], reference: str) -> None:
    root, rows = qualisr
    dataset = load("qualisr", root=root, reference=reference)
    table, problems = dataset.examine()
    assert problems == []
    table = pairs.complete(table)
    assert below(root, table["enhanced_path"].tolist()) == [row["image"] for row in rows]
    assert below(root, table["reference_path"].tolist()) == [
        f"{FOLDERS[reference]}/{row['test_case']}.png" for row in rows
    ]
    assert table["mos"].tolist() == [float(row["score"]) for row in rows]
    assert table["condition"].tolist() == [row["method"] for row in rows]
    assert (len(table), table["reference"].nunique()) == (120, 40)
    assert 0 <= table["mos"].min() < table["mos"].max() <= 1
    assert "(option `reference`)" in dataset.notes()[1]


def test_qualisr_takes_the_degraded_input_by_default_and_the_published_names(
    qualisr: tuple[Path, list[dict[str, str]]], shared: Shared
) -> None:
    root, _ = qualisr
    table: pd.DataFrame = load("qualisr", root=root).pairs()
    assert {Path(path).parent.name for path in table["reference_path"]} == {"bicubic"}
    pristine = load("qualisr", root=root, reference="gt").pairs()
    scores = {row["sr_path"]: row["gt_path"] for row in listed(shared("oracles/qualisr/fr.csv"))}
    found = {
        f"dataset/{name}": f"dataset/hr/{Path(path).name}"
        for name, path in zip(pristine["enhanced"], pristine["reference_path"], strict=True)
    }
    assert found == scores


def test_damage_to_qualisr_is_named(tmp_path: Path) -> None:
    plant(tmp_path, ["sr/PASD/a.png", "ref/bicubic/a.png", "ref/Bicubic/a.png", "ref/RLFN/A.png"])
    with (tmp_path / "labels.csv").open("w", newline="") as lines:
        rows = [["test_case", "method", "score", "image"], ["a", "pasd", "0.5", "sr/PASD/a.png"]]
        csv.writer(lines).writerows(rows)
    (message,) = errors("qualisr", root=tmp_path)
    assert message == f"{tmp_path / 'ref'}: two copies of the references, Bicubic/ and bicubic/; remove one"
    (message,) = errors("qualisr", root=tmp_path, reference="span")
    assert "no folder of the references span; there are Bicubic, RLFN, bicubic" in message
    (message,) = errors("qualisr", root=tmp_path, reference="gt")
    assert "no folder hr/ here" in message
    (message,) = errors("qualisr", root=tmp_path, reference="rlfn")
    assert "labels.csv:2: no image 'a.png'" in message
    assert "there is 'A.png'" in message
    (tmp_path / "labels.csv").write_text("test_case,method,score,image\nb,pasd,0.5,sr/PASD/a.png\n")
    assert "is not one of the test case 'b'" in errors("qualisr", root=tmp_path, reference="rlfn")[0]


def test_sriqa_bench_as_choices_counts_all_pairs_of_all_photographs(tmp_path: Path) -> None:
    labels = {"x1": [10, 40, 40, 90], "x2": [5, 1, 60, 30]}
    algorithms = ("SwinIR", "RealESRNet", "SPAN", "HAT")
    for photo, values in labels.items():
        plant(tmp_path, [f"images/Original/{photo}_Original.png"])
        plant(tmp_path, [f"images/{name}/{photo}_{name}.png" for name in algorithms])
        lines = [f"{photo}_{name}.png,{value}" for name, value in zip(algorithms, values, strict=True)]
        (tmp_path / "MOS").mkdir(exist_ok=True)
        (tmp_path / "MOS" / f"{photo}.txt").write_text("\n".join([*lines, f"{photo}_Original.png,100"]))
    assert load("sriqa-bench", root=tmp_path).choices() is None
    dataset = load("sriqa-bench", root=tmp_path, choices=True)
    table = pairs.complete(dataset.pairs(), labelled=False)
    given = dataset.choices()
    assert given is not None
    chosen = choices.complete(given, table)
    mos = table.set_index("pair")["mos"]
    assert mos.notna().all()
    assert len(chosen) == 2 * 6
    for row in chosen.itertuples():
        first, second = mos[str(row.first)], mos[str(row.second)]
        assert row.preference == (0.5 if first == second else float(second > first))
    assert (chosen["preference"] == 0.5).sum() == 1
