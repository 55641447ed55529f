"""Tables say what a checkpoint saw: its data set, split and fold; and its backbones, crops and preparation are its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark import run
from benchmark.commands.steps import one_training
from benchmark.commands.steps.prepare import prepare
from benchmark.config.models import MethodEntry
from benchmark.config.overrides import Overrides
from benchmark.config.source import read_source
from benchmark.core.errors import WeightsUnavailableError
from benchmark.core.hashes import FileHashes, sha256_file
from benchmark.images.read import pixel_sha256, read_image
from benchmark.plugins import checkpoints, contracts, weights
from benchmark.plugins.methods.sdmp_net import SDMPNetTiny
from benchmark.results import lineage
from benchmark.scoring.lineup import Entrant, find_weights, line_up, scored_method
from benchmark.scoring.stated_training import judge_checkpoints

from .conftest import write_pairs

pytestmark = pytest.mark.heavy

Train = Callable[..., str]


def told(workshop: Path, checkpoint: str = "one/last.pt", **dataset: Any) -> str:
    """What a table would print of a checkpoint when a data set is scored."""
    config = {
        "dataset": {"name": "table", "file": str(workshop / "pairs.csv"), **dataset},
        "methods": [{"name": "quick", "checkpoint": str(workshop / checkpoint)}],
    }
    prepared = prepare(config, (), Overrides())
    said = checkpoints.summary(workshop / checkpoint)
    return lineage.trained_on(said, prepared.data.name, prepared.data.table, sha256_file)


def test_this_data_sets_training_split_is_said_of_these_pairs_alone(train: Train, workshop: Path) -> None:
    train("train.n_epoch=1")
    assert told(workshop) == "this data set's training split"
    other = workshop / "other"
    other.mkdir()
    write_pairs(other, seed=1)
    title = checkpoints.summary(workshop / "one" / "last.pt")["data"]["title"]
    assert told(workshop, file=str(other / "pairs.csv")) == f"{title}, training split (other files or labels than here)"
    table = (workshop / "pairs.csv").read_text()
    (workshop / "pairs.csv").write_text(table.replace("1_1.png,", "1_1.png,1"))
    assert told(workshop).endswith("(other files or labels than here)")


def test_another_data_set_is_named_with_its_split_and_fold(train: Train, workshop: Path) -> None:
    train("train.n_epoch=1", "dataset.folds=3", "dataset.test_fold=2")
    said = checkpoints.summary(workshop / "one" / "last.pt")
    assert said["data"]["folds"] == {"count": 3, "left_out": 2, "seed": 0}
    assert told(workshop, folds=3, test_fold=2) == "this data set's training split (fold 2 of 3 left out)"
    named = lineage.trained_on({**said, "data": {**said["data"], "name": "kadid10k", "title": "KADID-10k"}}, "table",
                               pd.DataFrame({"pair": []}), sha256_file)  # fmt: skip
    assert named == "KADID-10k, training split (fold 2 of 3 left out)"


def test_a_checkpoint_without_a_record_is_not_guessed_about(train: Train, workshop: Path) -> None:
    train("train.n_epoch=1")
    content = checkpoints.read(workshop / "one" / "last.pt")
    checkpoints.write(workshop / "old.pt", {key: value for key, value in content.items() if key != "data"})
    assert told(workshop, "old.pt") == "not recorded in its checkpoint"
    assert lineage.training(checkpoints.summary(workshop / "old.pt")) == {}


def test_a_checkpoint_records_what_it_saw(train: Train, workshop: Path) -> None:
    train("train.n_epoch=1", "train.seed=7")
    said = checkpoints.summary(workshop / "one" / "best.pt")
    pixels = {**said["training_pixels"], **said["selected_on"]["pixels"]}
    assert pixels == {name: pixel_sha256(read_image(workshop / f"{name.removesuffix('.png')}.png")) for name in pixels}
    assert len(pixels) == 4
    assert said["training_pixels"].keys() == said["training_references"].keys()
    assert said["settings"]["train.seed"] == 7
    assert said["settings"]["method.dropout"] == 0.0, "defaults are recorded too"
    assert len(said["images"]) == 12


def test_tables_name_what_was_trained_on_and_a_plug_in_that_says_nothing_declares_nothing(
    train: Train, workshop: Path, plugin_folder: Path
) -> None:
    train("train.n_epoch=1")
    (plugin_folder / "methods" / "silent.py").write_text(
        "from benchmark import Method, MethodInfo\n\n\nclass Silent(Method):\n"
        '    info = MethodInfo(name="silent", title="Silent", higher_is_better=True)\n\n'
        "    def score(self, enhanced, reference):\n        return (enhanced - reference).mean((1, 2, 3))\n"
    )
    found = run(
        {
            "dataset": {"name": "table", "file": str(workshop / "pairs.csv"), "resize": 40},
            "methods": [{"name": "quick", "checkpoint": str(workshop / "one" / "last.pt")}, "silent", "psnr"],
            "plugins": [str(plugin_folder)],
            "statistics": {"replicates": 20},
            "report": {"plots": []},
            "output": str(workshop / "out"),
            "workers": 1,
        }
    )
    table = (workshop / "out" / "tables" / "comparison.md").read_text()
    assert "this data set's training split" in table
    assert "not declared" in table
    assert "prepared otherwise (resize: none; here resize: 40)" in table
    record = json.loads((workshop / "out" / "run.json").read_text())
    assert "train.seed" in json.dumps(record)
    assert [method.trained_on for method in found.data.methods][2] == "nothing"


def test_hand_crafted_methods_were_trained_on_nothing_and_others_must_say_so() -> None:
    declared = {
        group: contracts.MethodInfo(name="x", title="X", higher_is_better=True, group=group).trained_on
        for group in ("hand-crafted", "learned", "other")
    }
    assert declared == {"hand-crafted": "nothing", "learned": "not declared", "other": "not declared"}


# backbones


def write_checkpoint(path: Path, **content: Any) -> Path:
    """What training would write of the small variant with published backbones, without its tensors."""
    identity = dict(SDMPNetTiny(crop_size=content.pop("crop_size", 224)).identity())
    scaling = {"low": 0.0, "high": 1.0, "lower_mos_better": False}
    checkpoints.write(path, {"identity": identity, "state": {}, "label_scaling": scaling, **content})
    return path


@pytest.fixture
def backbones(tmp_path: Path) -> dict[str, Path]:
    """Files in the places of both published backbones, below ``weights``."""
    places = {file.full_name: weights.place_in(tmp_path / "weights", file) for file in SDMPNetTiny().weights()}
    for number, place in enumerate(places.values()):
        place.parent.mkdir(parents=True)
        place.write_bytes(bytes([number]) * 10)
    return places


def find(checkpoint: Path, weights_dir: Path, unpublished: str = "mark") -> Entrant:
    entry = {"name": "sdmp-net-tiny", "checkpoint": str(checkpoint)}
    entrants = line_up([MethodEntry.model_validate(entry)], read_source({}))
    memory = FileHashes(weights_dir / "files.json", fresh=True)
    find_weights(entrants, memory, weights_dir, offline=True, unpublished=unpublished)
    return entrants[0]


@pytest.mark.parametrize("unpublished", ["refuse", "mark"])
@pytest.mark.parametrize("swapped", [0, 1])
def test_other_backbones_than_a_checkpoint_was_trained_with_are_refused(
    tmp_path: Path, backbones: dict[str, Path], unpublished: str, swapped: int
) -> None:
    hashes = {name: sha256_file(place) for name, place in backbones.items()}
    checkpoint = write_checkpoint(tmp_path / "best.pt", weights=hashes)
    entrant = find(checkpoint, tmp_path / "weights", unpublished)
    assert (entrant.status, entrant.weights) == ("scored", {**hashes, "checkpoint": sha256_file(checkpoint)})
    place = list(backbones.values())[swapped]
    place.write_bytes(b"another backbone")
    refused = find(checkpoint, tmp_path / "weights", unpublished)
    assert refused.status == "unavailable"
    assert str(place) in refused.reason
    assert f"SHA-256 {sha256_file(place)[:12]}…, not {list(hashes.values())[swapped][:12]}…" in refused.reason


def test_backbones_that_are_not_recorded_are_said(tmp_path: Path, backbones: dict[str, Path]) -> None:
    entrant = find(write_checkpoint(tmp_path / "best.pt"), tmp_path / "weights")
    assert "its checkpoint does not record which backbones it was trained with" in entrant.marks
    assert len(entrant.weights) == 3, "each backbone is part of what scores are kept by"


def test_a_download_is_pinned_by_what_the_checkpoint_was_trained_with(tmp_path: Path) -> None:
    names = [file.full_name for file in SDMPNetTiny().weights()]
    checkpoint = write_checkpoint(tmp_path / "best.pt", weights={names[0]: "ab" * 32})
    wanted = lineage.pinned(SDMPNetTiny(checkpoint=checkpoint), lambda _: None)
    assert [file.sha256 for file in wanted] == ["ab" * 32, ""]


def test_one_pair_is_not_scored_on_other_backbones_either(tmp_path: Path, backbones: dict[str, Path]) -> None:
    method = SDMPNetTiny(checkpoint=write_checkpoint(tmp_path / "b.pt", weights=dict.fromkeys(backbones, "ab" * 32)))
    with pytest.raises(WeightsUnavailableError, match=r"is not the timm/resnet18\.a1_in1k/model\.safetensors that"):
        lineage.check_weights(method, list(zip(method.weights(), backbones.values(), strict=True)), sha256_file)


def test_own_files_of_the_backbones_are_known_too(tmp_path: Path) -> None:
    (tmp_path / "resnet18.pth").write_bytes(b"one")
    (tmp_path / "vit_tiny_patch16_224.bin").write_bytes(b"other")
    method = SDMPNetTiny(pretrained=tmp_path)
    found = one_training.weight_hashes(method, [])
    assert found == {
        "resnet18": sha256_file(tmp_path / "resnet18.pth"),
        "vit_tiny_patch16_224": sha256_file(tmp_path / "vit_tiny_patch16_224.bin"),
    }


# crops


def test_a_checkpoint_is_scored_with_its_own_crop_size_and_another_is_refused(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "best.pt", crop_size=128)
    own = SDMPNetTiny(checkpoint=checkpoint)
    assert own.crop_size == 128
    assert own.unavailable() is None
    assert "128 px" in own.settings()["crops"]
    assert "crop_size is '128', not '96'" in str(SDMPNetTiny(checkpoint=checkpoint, crop_size=96).unavailable())
    assert SDMPNetTiny().crop_size == 224


def test_crops_chosen_otherwise_than_in_training_are_said(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "best.pt", settings={"method.fov_crops": False})
    assert SDMPNetTiny(checkpoint=checkpoint).settings()["field of view"] == (
        "at least half of each crop (in training: not looked at)"
    )
    assert SDMPNetTiny(checkpoint=checkpoint, fov_crops=False).settings()["field of view"] == "not looked at"


def test_a_trained_method_without_a_checkpoint_claims_no_data_set() -> None:
    (entrant,) = line_up([MethodEntry(name="sdmp-net-tiny")], read_source({}))
    assert scored_method(entrant, 0, 0, "").trained_on == "what its checkpoint was trained on"


def test_trainings_of_another_length_or_epoch_do_not_pass_for_other_seeds(train: Train, workshop: Path) -> None:
    train("train.seed=0", "train.n_epoch=3", f"checkpoints_dir={workshop / 'a'}")
    train("train.seed=1", "train.n_epoch=3", f"checkpoints_dir={workshop / 'b'}")
    train("train.seed=1", "train.n_epoch=2", f"checkpoints_dir={workshop / 'c'}")

    def stated(place: str) -> dict[str, str]:
        return lineage.training(checkpoints.summary(workshop / place))

    def differing(one: str, other: str) -> set[str]:
        return {key for key in stated(one) if stated(one)[key] != stated(other)[key]}

    assert differing("a/best.pt", "b/best.pt") == {"train.seed"}, "whatever epoch is their best"
    assert differing("a/best.pt", "c/best.pt") == {"train.seed", "train.n_epoch"}
    content = checkpoints.read(workshop / "b" / "last.pt")
    history = [{**epoch, "val_srcc": 1 - epoch["epoch"] / 10} for epoch in content["history"]]
    checkpoints.write(workshop / "b" / "late.pt", {**content, "history": history})
    assert differing("a/best.pt", "b/late.pt") == {"train.seed", "epoch"}


def test_a_checkpoint_that_names_no_training_references_is_marked(train: Train, workshop: Path) -> None:
    train("train.n_epoch=1")
    content = checkpoints.read(workshop / "one" / "last.pt")
    kept = {key: content[key] for key in ("method", "identity", "state", "label_scaling")}
    checkpoints.write(workshop / "bare.pt", kept)
    for name, marked in (("bare.pt", True), ("one/last.pt", False)):
        config = {
            "dataset": {"name": "table", "file": str(workshop / "pairs.csv")},
            "methods": [{"name": "quick", "checkpoint": str(workshop / name)}],
        }
        prepared = prepare(config, (), Overrides())
        judge_checkpoints(prepared.entrants, {}, dict)
        assert any("may have seen those scored" in mark for mark in prepared.entrants[0].marks) is marked
