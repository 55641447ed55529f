"""SDMP-Net as the engine uses it: views, scores that depend on nothing but the pair, options, the checkpoint it reads."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from benchmark import UserError
from benchmark.core.errors import WeightsUnavailableError
from benchmark.core.randomness import reference_rng
from benchmark.plugins import checkpoints
from benchmark.plugins.methods.sdmp_net import SDMPNetB16, SDMPNetTiny
from benchmark.plugins.methods.sdmp_net.architecture import RESNET_18, VIT_TI16

pytestmark = pytest.mark.heavy

SCALING = {"low": 1.0, "high": 5.0, "lower_mos_better": False}


def content(method: SDMPNetTiny, **changes: Any) -> dict[str, Any]:
    """What training would write for a built method."""
    return {"identity": dict(method.identity()), "state": dict(method.state()), "label_scaling": SCALING, **changes}


@pytest.fixture(scope="module")
def trained(plain: ModuleType) -> Mapping[str, Any]:
    """The checkpoint of a small variant whose every layer matters, backbones included."""
    method = SDMPNetTiny(pretrained=False)
    network = method.build("cpu")
    plain.enliven(network)
    return content(method)


@pytest.fixture
def checkpoint(trained: Mapping[str, Any], tmp_path: Path) -> Path:
    """It, as a file."""
    checkpoints.write(tmp_path / "best.pt", trained)
    return tmp_path / "best.pt"


def loaded(checkpoint: Path, **options: Any) -> SDMPNetTiny:
    method = SDMPNetTiny(checkpoint=checkpoint, **options)
    method.load("cpu")
    return method


def scores(method: SDMPNetTiny, enhanced: torch.Tensor, reference: torch.Tensor, seed: int = 0) -> torch.Tensor:
    described = method.describe(reference[None], rng=reference_rng(seed, reference.numpy()))
    found: torch.Tensor = method.compare(enhanced, described)
    return found


def test_a_score_depends_on_its_pair_alone(plain: ModuleType, checkpoint: Path) -> None:
    """Not on order, nor on what is compared beside it, nor on the global generators: the same bytes."""
    reference, *enhanced = plain.photographs(4, 300)
    method = loaded(checkpoint, crops=3)
    together = scores(method, torch.stack(enhanced), reference)
    torch.manual_seed(7)
    np.random.seed(7)
    backwards = scores(loaded(checkpoint, crops=3), torch.stack(enhanced[::-1]), reference)
    assert torch.equal(together.flip(0), backwards)
    alone = torch.cat([scores(method, image[None], reference) for image in enhanced])
    assert torch.equal(together, alone)
    assert len(set(together.tolist())) == 3
    assert not torch.equal(together, scores(method, torch.stack(enhanced), reference, seed=1))


def test_exact_and_folded_scores_agree(plain: ModuleType, checkpoint: Path) -> None:
    reference, *enhanced = plain.photographs(3, 260)
    options = {"crops": 2, "fov_crops": False}
    exact = scores(loaded(checkpoint, exact=True, **options), torch.stack(enhanced), reference)
    folded = scores(loaded(checkpoint, **options), torch.stack(enhanced), reference)
    torch.testing.assert_close(folded, exact, rtol=1e-5, atol=1e-5)


def test_batches_of_1_and_16_agree(plain: ModuleType, checkpoint: Path) -> None:
    enhanced, reference = plain.photographs(32, 224).split(16)
    method = loaded(checkpoint)
    with torch.inference_mode():
        batch = method.predict(enhanced, reference)
        single = torch.cat([method.predict(enhanced[i : i + 1], reference[i : i + 1]) for i in range(16)])
    torch.testing.assert_close(batch, single, rtol=1e-5, atol=1e-5)


def test_a_score_is_the_mean_over_the_crops(plain: ModuleType, checkpoint: Path) -> None:
    reference, enhanced = plain.photographs(2, 300)
    method = loaded(checkpoint, crops=5, fov_crops=False)
    corners = [(38, 38), (0, 0), (0, 76), (76, 0), (76, 76)]
    crops = [torch.stack([image[:, y : y + 224, x : x + 224] for y, x in corners]) for image in (enhanced, reference)]
    with torch.inference_mode():
        wanted = method.predict(*crops).mean()
    torch.testing.assert_close(scores(method, enhanced[None], reference)[0], wanted, rtol=1e-5, atol=1e-5)


def test_views_are_the_same_places_of_both_images(plain: ModuleType) -> None:
    method = SDMPNetTiny()
    reference = plain.photographs(1, 300)[0]
    flips = set()
    for seed in range(12):
        views = method.views(1 - reference, reference, rng=np.random.default_rng(seed), training=True)
        assert views[0].shape == views[1].shape == (1, 3, 224, 224)
        assert torch.equal(views[0], 1 - views[1])
        plainly = SDMPNetTiny(flip=False).views(reference, reference, rng=np.random.default_rng(seed), training=True)
        flips.add(torch.equal(views[1], plainly[0].flip(3)))
        assert torch.equal(views[1], plainly[0].flip(3)) or torch.equal(views[1], plainly[0])
    assert flips == {True, False}
    five, _ = method.views(reference, reference, rng=np.random.default_rng(0), training=False)
    assert five.shape == (5, 3, 224, 224)


def test_small_images_are_an_error(plain: ModuleType, checkpoint: Path) -> None:
    small = plain.photographs(1, 200)[0]
    with pytest.raises(UserError, match="smaller than SDMP-Net's crops"):
        scores(loaded(checkpoint), small[None], small)
    with pytest.raises(UserError, match="set `resize`"):
        SDMPNetTiny().views(small, small, rng=np.random.default_rng(0), training=True)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"crops": 0}, "`crops` is 0; it must be at least 1"),
        ({"crop_size": 200}, "multiple of 32"),
        ({"dropout": 1.0}, "below 1"),
        ({"validation_crops": 0}, "at least 1"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], rule: str) -> None:
    with pytest.raises(UserError, match=rule):
        SDMPNetTiny(**options)


def test_other_crop_sizes_work(plain: ModuleType) -> None:
    method = SDMPNetTiny(pretrained=False, crop_size=160)
    method.build("cpu").eval()
    crops = plain.photographs(2, 160)
    with torch.inference_mode():
        assert method.predict(crops, crops.flip(0)).shape == (2,)


def test_without_a_checkpoint_it_says_how_to_get_one() -> None:
    reason = SDMPNetTiny().unavailable()
    assert reason is not None
    assert "efid-bench train" in reason
    with pytest.raises(UserError, match="needs a checkpoint"):
        SDMPNetTiny().load("cpu")


# what a checkpoint holds decides which published files are needed


def test_a_checkpoint_with_backbones_needs_no_published_files(checkpoint: Path) -> None:
    method = SDMPNetTiny(checkpoint=checkpoint)
    assert method.weights() == ()
    assert method.files() == {"checkpoint": str(checkpoint)}
    assert method.settings()["backbones"] == "untrained"
    assert method.unavailable() is None


def test_otherwise_the_published_files_are_needed(trained: Mapping[str, Any], tmp_path: Path) -> None:
    without = {key: value for key, value in trained["state"].items() if not key.startswith(("cnn.", "vit."))}
    checkpoints.write(tmp_path / "best.pt", {**trained, "state": without})
    method = SDMPNetTiny(checkpoint=tmp_path / "best.pt")
    assert [file.repository for file in method.weights()] == [RESNET_18.repository, VIT_TI16.repository]
    assert SDMPNetTiny().weights() == method.weights()


# checkpoints that don't fit


def refusal(checkpoint: Mapping[str, Any], method: Any = None) -> str:
    method = method or SDMPNetTiny()
    with pytest.raises(UserError) as refused:
        method.use(checkpoint, "cpu")
    return str(refused.value)


def test_another_preset_or_crop_size_is_refused_with_what_differs(trained: Mapping[str, Any]) -> None:
    said = refusal(trained, SDMPNetB16())
    assert "preset is 'sdmp-net-tiny', not 'sdmp-net-b16'" in said
    assert "vit is 'vit_tiny_patch16_224'" in said
    assert "crop_size is '224', not '256'" in refusal(trained, SDMPNetTiny(crop_size=256))


def test_published_backbones_are_not_replaced_by_untrained_ones(trained: Mapping[str, Any]) -> None:
    without = {key: value for key, value in trained["state"].items() if not key.startswith(("cnn.", "vit."))}
    identity = {**trained["identity"], "backbones": SDMPNetTiny().identity()["backbones"]}
    said = refusal({**trained, "state": without, "identity": identity}, SDMPNetTiny(pretrained=False))
    assert "backbones is 'timm/resnet18.a1_in1k, timm/vit_tiny" in said
    assert "not 'untrained'" in said


@pytest.mark.parametrize("scaling", [{}, {"low": 5.0, "high": 1.0, "lower_mos_better": False}, {"low": 1.0}])
def test_a_checkpoint_without_label_scaling_is_refused(trained: Mapping[str, Any], scaling: dict[str, Any]) -> None:
    assert "label scaling" in refusal({**trained, "label_scaling": scaling})


def test_tensors_that_are_missing_unknown_or_of_another_shape_are_named(trained: Mapping[str, Any]) -> None:
    state = dict(trained["state"])
    del state["head.score.bias"]
    state["head.extra"] = torch.zeros(1)
    state["head.weight.bias"] = torch.zeros(7)
    said = refusal({**trained, "state": state})
    assert "head.score.bias is missing" in said
    assert "head.extra is not known" in said
    assert "head.weight.bias has shape (7,), not (1,)" in said


# state out and in


def test_state_in_and_out_is_the_same_network(plain: ModuleType, trained: Mapping[str, Any]) -> None:
    method = SDMPNetTiny(pretrained=False)
    method.build("cpu").eval()
    crops = plain.photographs(2, 224)
    with torch.inference_mode():
        before = method.predict(crops, crops.flip(0))
        method.restore(trained["state"])
        after = method.predict(crops, crops.flip(0))
    assert not torch.equal(before, after)
    assert all(torch.equal(value, trained["state"][key]) for key, value in method.state().items())


# ImageNet weights


def test_weights_from_a_folder(plain: ModuleType, tmp_path: Path) -> None:
    whole = plain.tiny()
    torch.save(whole.resnet.state_dict(), tmp_path / "resnet18.pth")
    torch.save(whole.transformer.state_dict(), tmp_path / "vit_tiny_patch16_224.bin")
    method = SDMPNetTiny(pretrained=tmp_path)
    state = method.build("cpu").state_dict()
    assert torch.equal(state["cnn.layer1.1.conv2.weight"], whole.resnet.layer1[1].conv2.weight)
    assert torch.equal(state["vit.vit.blocks.4.mlp.fc2.bias"], whole.transformer.blocks[4].mlp.fc2.bias)
    assert method.identity()["backbones"] == "own files"
    assert "cnn.conv1.weight" in method.state(), "a checkpoint carries what is not published"


def test_weights_from_the_hub_cache(plain: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants
    from safetensors.torch import save_file

    whole = plain.tiny()
    for backbone, network in ((RESNET_18, whole.resnet), (VIT_TI16, whole.transformer)):
        storage = tmp_path / f"models--{backbone.repository.replace('/', '--')}"
        (storage / "snapshots" / "c0ffee").mkdir(parents=True)
        (storage / "refs").mkdir()
        (storage / "refs" / "main").write_text("c0ffee")
        save_file(network.state_dict(), storage / "snapshots" / "c0ffee" / "model.safetensors")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    method = SDMPNetTiny()
    state = method.build("cpu").state_dict()
    assert torch.equal(state["vit.vit.cls_token"], whole.transformer.cls_token)
    assert torch.equal(state["cnn.bn1.weight"], whole.resnet.bn1.weight)
    assert not [key for key in method.state() if key.startswith(("cnn.", "vit."))]


def test_missing_weights_are_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        WeightsUnavailableError, match=r"timm/resnet18.a1_in1k are not on this machine; `efid-bench weights"
    ):
        SDMPNetTiny().build("cpu")
    with pytest.raises(WeightsUnavailableError, match=r"expected resnet18\.safetensors there"):
        SDMPNetTiny(pretrained=tmp_path).build("cpu")


def test_files_that_are_no_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / "resnet18.pth").write_bytes(b"not a file of tensors")
    with pytest.raises(UserError, match=r"resnet18.pth can't be read as a file of weights"):
        SDMPNetTiny(pretrained=tmp_path).build("cpu")
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "resnet18.pth")
    with pytest.raises(UserError, match=r"resnet18.pth is no file of resnet18: .* tensors needed are missing"):
        SDMPNetTiny(pretrained=tmp_path).build("cpu")
