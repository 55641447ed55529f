"""``weights --to``: files gathered with a manifest, found again by ``weights_dir``; what can't be had is said, exit 3."""

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from benchmark.commands.weights import fetch_all

METHOD = """
from benchmark import Method, MethodInfo, WeightFile


class Needy(Method):
    info = MethodInfo(
        name="needy", title="Needy", higher_is_better=True,
        weights=(WeightFile(name="w.pth", url="http://127.0.0.1:9/w.pth"),),
    )

    def score(self, enhanced, reference):
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""


@pytest.mark.usefixtures("near")
@pytest.mark.heavy
def test_gathers_what_is_in_the_cache_and_says_what_is_missing(
    plugin_folder: Path, tiny_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (plugin_folder / "methods" / "needy.py").write_text(METHOD)
    config = tmp_path / "c.yaml"
    config.write_text(f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [psnr, needy]\n")
    said = StringIO()
    assert fetch_all(config, (), tmp_path / "to", Console(file=said, width=200)) == 3
    assert "needy: w.pth can't be downloaded" in said.getvalue()
    assert not (tmp_path / "to" / "manifest.json").exists()
    config.write_text(
        f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [psnr, {{name: gain, of: niqe}}, qrealign-lite]\n"
    )
    said = StringIO()
    assert fetch_all(config, (), None, Console(file=said, width=200)) == 3
    assert "gain: niqe_modelparameters.mat can't be downloaded" in said.getvalue()
    assert "qrealign-lite: its weights, about 8 GB, are not on this machine: `hf download" in said.getvalue()
    config.write_text(f"dataset: {{name: table, file: {tiny_set}}}\nmethods: [psnr, needy]\n")
    cached = tmp_path / "torch" / "hub" / "checkpoints" / "w.pth"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"weights")
    assert fetch_all(config, (), tmp_path / "to", Console(file=StringIO())) == 0
    manifest = json.loads((tmp_path / "to" / "manifest.json").read_text())
    assert manifest == {"checkpoints/w.pth": hashlib.sha256(b"weights").hexdigest()}
    assert (tmp_path / "to" / "checkpoints" / "w.pth").read_bytes() == b"weights"
