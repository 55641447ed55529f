"""PieAPP's choices on small trees in the published layout: direction, votes, what is left out, damaged copies."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark.core.errors import ConfigError
from benchmark.data import choices, pairs
from tests.datasets.published_files import refused, remarks
from tests.datasets.trees import load, plant

HEADS = {
    "train": "ref. image, distorted image A, distorted image B, raw preference for A, processed preference for A\n",
    "val": "ref. image, distorted image A, distorted image B, raw preference for A, processed preference for A\n",
    "test": "ref. image, distorted image A, distorted image B, preference for A\n",
}
REFERENCE = {"train": 1, "val": 101, "test": 161}


def image(split: str, kind: str, number: int) -> str:
    return f"distort_{REFERENCE[split]}_{kind}_inter_{number}.png"


def row(split: str, first: str, second: str, *numbers: str) -> str:
    return f"ref_{REFERENCE[split]}.png, {first}, {second}, {', '.join(numbers)}\n"


@pytest.fixture
def pieapp(tmp_path: Path) -> Path:
    """One photograph a split, three images of two distortions each; the test part also compares with the reference."""
    for split, number in REFERENCE.items():
        names = [image(split, "blur", 1), image(split, "blur", 2), image(split, "noise", 1)]
        plant(tmp_path, [f"reference_images/{split}/ref_{number}.png"])
        plant(tmp_path, [f"distorted_images/{split}/ref_{number}/{name}" for name in names])
        file = tmp_path / f"labels/{split}/ref_{number}_pairwise_labels.csv"
        file.parent.mkdir(parents=True)
        if split == "test":
            rows = [row(split, names[0], names[1], "0.825"), row(split, names[2], names[0], "0.3")]
            rows.append(row(split, f"ref_{number}.png", names[0], "0.95"))
        else:
            rows = [row(split, names[0], names[1], "0.825", "0.8"), row(split, names[0], names[2], "", "0.4")]
        file.write_text(HEADS[split] + "".join(rows))
    return tmp_path


def tables(root: Path, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    dataset = load("pieapp", root=root, choices=True, **options)
    table = pairs.complete(dataset.pairs(), labelled=False)
    given = dataset.choices()
    assert given is not None
    return table, choices.complete(given, table), " ".join(dataset.notes())


def test_the_second_image_is_the_one_that_the_preference_is_for(pieapp: Path) -> None:
    table, chosen, notes = tables(pieapp)
    assert chosen["split"].tolist() == ["train", "val", "test", "test"]
    assert chosen["second"].tolist() == [
        *(f"{split}/ref_{REFERENCE[split]}/{image(split, 'blur', 1)}" for split in ("train", "val", "test")),
        f"test/ref_161/{image('test', 'noise', 1)}",
    ]
    assert chosen["first"].tolist()[-1] == f"test/ref_161/{image('test', 'blur', 1)}"
    assert chosen["preference"].tolist() == [0.825, 0.825, 0.825, 0.3]
    assert chosen["votes"].tolist() == [40] * 4
    assert chosen["condition"].tolist() == ["intra", "intra", "intra", "inter"]
    assert chosen["reference"].tolist() == ["ref_1.png", "ref_101.png", "ref_161.png", "ref_161.png"]
    assert len(table) == 7
    assert set(table["condition"]) == {"blur", "noise"}
    assert "test: 1 choices between an image and its own reference are left out." in notes
    assert "train: 1 pairs that nobody voted on are left out (`preference: processed` has estimates)." in notes
    assert "Votes of each choice as documented, 40" in notes


def test_processed_preferences_are_estimates_without_votes(pieapp: Path) -> None:
    _, chosen, notes = tables(pieapp, preference="processed")
    assert chosen["preference"].tolist() == [0.8, 0.4, 0.8, 0.4, 0.825, 0.3]
    assert chosen["votes"].isna().tolist() == [True] * 4 + [False] * 2
    assert "are the authors' estimates from the votes" in notes
    assert "4 choices of the training and validation parts; 77,280 are published" in notes


def test_shares_of_another_number_of_votes_leave_it_open(pieapp: Path) -> None:
    file = pieapp / "labels/test/ref_161_pairwise_labels.csv"
    file.write_text(file.read_text().replace("0.825", "0.81"))
    _, chosen, notes = tables(pieapp)
    assert chosen["votes"].isna().all()
    assert "not of the documented 40 votes" in notes


def test_parts_may_be_absent(pieapp: Path) -> None:
    (pieapp / "labels/train/ref_1_pairwise_labels.csv").unlink()
    dataset = load("pieapp", root=pieapp, choices=True)
    table = pairs.complete(dataset.pairs(), labelled=False)
    assert set(table["split"]) == {"val", "test"}
    with pytest.raises(ConfigError, match="no files such as labels/train/ref_1_pairwise_labels"):
        pairs.choose_splits(table, ["train"])
    for split in ("val", "test"):
        for file in (pieapp / "labels" / split).iterdir():
            file.unlink()
    assert "looked for them in labels/train/, labels/val/, labels/test/" in refused(dataset)


def test_damaged_trees_and_wrong_rows_are_named(pieapp: Path) -> None:
    def asked() -> Any:
        return load("pieapp", root=pieapp, choices=True)

    found = remarks(asked())
    assert found == [
        f"warning: {pieapp}/labels/test/ref_161_pairwise_labels.csv: 2 choices, each reference of the test part has 105: "
        "unpack the archive again"
    ]
    file = pieapp / "labels/train/ref_1_pairwise_labels.csv"
    good, other = image("train", "blur", 1), image("train", "noise", 1)
    rows = (
        row("train", good, other, "1.2", "1"),
        row("train", good, other, "x", "1"),
        row("train", good, good, "1", "1"),
        row("train", good, "../b.png", "1", "1"),
        row("val", good, other, "1", "1"),
    )
    file.write_text(HEADS["train"] + "".join(rows))
    found = remarks(asked())
    for line, words in enumerate(
        (
            "the raw preference for A is 1.2; a preference is the share of the votes for image A",
            "the raw preference for A is not a number ('x')",
            "and itself",
            "leaves the data folder",
            "the reference is 'ref_101.png'; this file is about ref_1.png",
        ),
        2,
    ):
        assert any(f"csv:{line}: " in text and words in text for text in found), words
    file.write_text(HEADS["test"].replace("preference for A", "score") + row("train", good, other, "1"))
    assert "no column 'raw preference for A' or 'preference for A'; there are" in " ".join(remarks(asked()))
    file.write_text(HEADS["train"] + row("train", good, other, "1", "1"))
    folder = pieapp / "distorted_images/train/ref_1"
    (folder / other).rename(folder / other.upper())
    assert f"there is {other.upper()!r}: names must be equal in case" in refused(asked())
    (pieapp / "reference_images/val/ref_101.png").unlink()
    assert "no image 'ref_101.png'" in " ".join(remarks(asked()))
