"""The contracts as types: what the base classes do by default, and what is abstract, optional or declared."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
import torch

import benchmark
from benchmark import (
    Dataset,
    DatasetInfo,
    DescribesReference,
    Method,
    MethodInfo,
    NoReference,
    StatesLabels,
    Trainable,
    UserError,
)
from benchmark.core.errors import PluginError
from benchmark.plugins import checkpoints, contracts, data_set_check, registry
from benchmark.plugins.contracts import takes_rng

pytestmark = pytest.mark.heavy


class Line(Trainable):
    """Everything that a method that learns must define, and nothing else."""

    info = MethodInfo(name="line", title="Line", higher_is_better=True)

    def __init__(self, *, checkpoint: Path | None = None, width: int = 3) -> None:
        self.checkpoint, self.width = checkpoint, width

    def files(self) -> Mapping[str, str]:
        return {"checkpoint": str(self.checkpoint)} if self.checkpoint else {}

    def build(self, device: str) -> torch.nn.Module:
        self.network = torch.nn.Linear(self.width, 1)
        return self.network

    def views(
        self, enhanced: torch.Tensor, reference: torch.Tensor, *, rng: np.random.Generator, training: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return enhanced[None], reference[None]

    def predict(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        predicted: torch.Tensor = self.network((enhanced - reference).mean(dim=(2, 3)))[:, 0]
        return predicted

    def identity(self) -> Mapping[str, str]:
        return {"width": str(self.width)}

    def state(self) -> Mapping[str, torch.Tensor]:
        return self.network.state_dict()

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        self.network.load_state_dict(dict(state))

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        return self.predict(enhanced, reference)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """What a training of ``Line`` leaves, as far as scoring reads it."""
    trained = Line()
    trained.build("cpu")
    trained.restore({"weight": torch.tensor([[1.0, 2.0, 3.0]]), "bias": torch.tensor([0.5])})
    checkpoints.write(tmp_path / "best.pt", {"state": trained.state(), "identity": trained.identity()})
    return tmp_path / "best.pt"


def test_the_engine_package_offers_every_contract() -> None:
    for name in (
        "Dataset",
        "DatasetInfo",
        "DescribesReference",
        "Method",
        "MethodInfo",
        "NoReference",
        "ScoreSource",
        "StatesLabels",
    ):
        assert getattr(benchmark, name) is getattr(contracts, name)
    assert benchmark.Trainable is contracts.Trainable
    assert set(contracts.__all__) - {"NOT_DECLARED", "Group", "LabelKind", "takes_rng"} <= set(benchmark.__all__)


def test_a_trained_method_is_loaded_from_the_checkpoint_that_it_names(checkpoint: Path) -> None:
    method = Line(checkpoint=checkpoint)
    assert method.unavailable() is None
    method.load("cpu")
    images = torch.full((2, 3, 4, 4), 0.5), torch.zeros(2, 3, 4, 4)
    torch.testing.assert_close(method.score(*images), torch.full((2,), 3.5))
    assert not method.network.training
    assert not any(parameter.requires_grad for parameter in method.network.parameters())


def test_a_checkpoint_of_another_network_is_refused_with_each_difference(checkpoint: Path) -> None:
    with pytest.raises(UserError, match=r"best\.pt was trained as another network: width is '3', not '5'"):
        Line(checkpoint=checkpoint, width=5).load("cpu")


def test_a_trained_method_without_a_checkpoint_is_unavailable() -> None:
    assert "needs a checkpoint" in str(Line().unavailable())
    with pytest.raises(UserError, match="line: needs a checkpoint"):
        Line().load("cpu")


def test_a_method_that_loads_by_itself_decides_whether_it_is_available() -> None:
    class Untrained(Line):
        def load(self, device: str) -> None:
            self.build(device)

    assert Untrained().unavailable() is None


@pytest.mark.usefixtures("near")
def test_a_trainable_method_that_lacks_functions_is_refused_with_their_names(plugin_folder: Path) -> None:
    (plugin_folder / "methods" / "half.py").write_text(
        "from benchmark import MethodInfo, Trainable\n\n\n"
        "class Half(Trainable):\n"
        "    info = MethodInfo(name='half', title='Half', higher_is_better=True)\n\n"
        "    def score(self, enhanced, reference):\n        return enhanced.mean((1, 2, 3))\n\n"
        "    def predict(self, enhanced, reference):\n        return enhanced.mean((1, 2, 3))\n"
    )
    with pytest.raises(PluginError, match="Half defines no `build`, `identity`, `restore`, `state`, `views`"):
        registry.methods().load("half")


def test_describe_and_compare_make_a_method_that_describes_its_reference() -> None:
    """Which methods have this form is seen from their functions; none names the protocol."""
    found = {
        name for name in registry.methods().names() if issubclass(registry.methods().load(name), DescribesReference)
    }
    assert {"ssim", "vif", "lpips", "sdmp-net"} <= found
    assert not {"psnr", "enhancer-mean", "scores-file"} & found


def test_every_shipped_method_that_takes_random_numbers_declares_what_the_seed_does() -> None:
    taking = []
    for name in registry.methods().names():
        kind = registry.methods().load(name)
        function: Any = kind.describe if issubclass(kind, DescribesReference) else kind.score
        function = kind.quality if issubclass(kind, NoReference) else function
        if takes_rng(function):
            taking.append(name)
            assert kind.info.random is not None or kind.depends_on_seed is not Method.depends_on_seed, name
    assert taking


def test_what_pyiqa_computes_states_its_licence_once(root: Path) -> None:
    infos = [registry.methods().load(name).info for name in registry.methods().names()]
    computed = [info for info in infos if info.source == "pyiqa"]
    assert len(computed) > 25
    assert {info.licence for info in computed} == {"pyiqa: PolyForm Noncommercial 1.0.0"}
    assert {info.libraries[0] for info in computed} == {"pyiqa"}
    text = "".join(file.read_text() for file in (root / "methods").glob("*.py"))
    assert text.count("PolyForm") == text.count('"source": "pyiqa"') == 1


class Lab(Dataset):
    info = DatasetInfo(name="lab", title="Lab")

    def pairs(self) -> pd.DataFrame:
        return pd.DataFrame({"mos": [1.0]})


def test_a_data_set_that_defines_no_examine_is_examined_through_its_pairs() -> None:
    table, problems = Lab().examine()
    assert (list(table["mos"]), problems) == ([1.0], [])
    assert data_set_check.examined(Lab())[1] == []


def test_an_examine_that_an_instance_brings_is_asked() -> None:
    lab = Lab()
    found = benchmark.Problem("error", "one is wrong")
    vars(lab)["examine"] = lambda: (lab.pairs(), [found])
    assert data_set_check.examined(lab)[1] == [found]


def test_labels_that_a_data_set_states_go_before_its_info() -> None:
    class Card(Lab):
        @property
        def labels(self) -> Literal["simulated"]:
            return "simulated"

    class Attribute(Lab):
        def __init__(self) -> None:
            self.labels = "simulated"

    assert not isinstance(Lab(), StatesLabels)
    assert [data_set_check.labels_of(dataset) for dataset in (Lab(), Card(), Attribute())] == [
        "opinions",
        "simulated",
        "simulated",
    ]
