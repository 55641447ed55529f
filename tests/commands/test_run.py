"""Whole runs on small real image files: nothing computed twice, exactly what changed recomputed, signs kept, exit 3."""

import json
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import benchmark
from benchmark.core.errors import ConfigError, DataError

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("near")]

MAE = """
from benchmark import Method, MethodInfo


class MeanAbsoluteError(Method):
    info = MethodInfo(name="mae", title="MAE", higher_is_better=False)

    def score(self, enhanced, reference):
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""
FLIPPED = MAE.replace('"mae"', '"flipped"').replace("(enhanced -", "-(enhanced -")
RAISES = MAE.replace('"mae"', '"raises"').replace("return", "raise ValueError('odd')\n        return")
NAN_ONCE = (
    MAE.replace('"mae"', '"nan-once"').replace(
        "return (enhanced",
        "import torch\n        if enhanced.mean() == enhanced.mean() and self.first():\n"
        "            return torch.full((1,), float('nan'))\n        return (enhanced",
    )
    + "\n    def first(self):\n        self.calls = getattr(self, 'calls', 0) + 1\n        return self.calls == 1\n"
)
MISSPELT = MAE.replace('"mae"', '"misspelt"').replace("(Method)", "(Methd)")


def config(table: Path, **changes: Any) -> dict[str, Any]:
    return {
        "dataset": {"name": "table", "file": str(table)},
        "methods": ["mae"],
        "statistics": {"replicates": 30},
        "report": {"plots": ["png"]},
        "workers": 1,
        **changes,
    }


def run(settings: dict[str, Any], output: Path, **overrides: Any) -> tuple[benchmark.Run, str]:
    console = Console(record=True, width=300, file=StringIO())
    result = benchmark.run(settings, output=output, console=console, **overrides)
    return result, console.export_text()


def test_plugins_good_and_bad_side_by_side(plugin_folder: Path, tiny_set: Path, tmp_path: Path) -> None:
    for stem, text in {"mae": MAE, "f": FLIPPED, "r": RAISES, "n": NAN_ONCE, "m": MISSPELT}.items():
        (plugin_folder / "methods" / f"{stem}.py").write_text(text)
    names = ["raises", "mae", "flipped", "nan-once", "misspelt"]
    result, _ = run(config(tiny_set, methods=names), tmp_path / "out", plugins=[plugin_folder])
    assert result.exit_status == 3
    by_label = {method.label: method for method in result.data.methods}
    assert {label: method.status for label, method in by_label.items()} == {
        "raises": "failed",
        "mae": "scored",
        "flipped": "scored",
        "nan-once": "partial",
        "misspelt": "failed",
    }
    assert "ValueError: odd" in by_label["raises"].reason
    assert "not a finite number" in by_label["nan-once"].reason
    assert "'Methd'" in by_label["misspelt"].reason
    assert result.scores["nan-once"].isna().sum() == 1
    table = result.summary[result.summary["level"] == "pair"].set_index(["method", "statistic"])["value"]
    for statistic in ("srcc", "plcc", "krcc"):
        assert np.isfinite(table["mae", statistic])
        assert table["flipped", statistic] == pytest.approx(-table["mae", statistic], abs=1e-12)
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_second_run_computes_nothing_and_writes_the_same_bytes(
    plugin_folder: Path, tiny_set: Path, tmp_path: Path
) -> None:
    (plugin_folder / "methods" / "mae.py").write_text(MAE)
    settings = config(tiny_set)
    first, _ = run(settings, tmp_path / "out", plugins=[plugin_folder])
    shutil.copytree(tmp_path / "out", tmp_path / "before")
    second, text = run(settings, tmp_path / "out", plugins=[plugin_folder])
    assert first.data.record["times"]["computed"] == 4
    assert second.data.record["times"]["computed"] == 0
    assert "0 to compute, 4 known" in text
    files = sorted(path.relative_to(tmp_path / "before") for path in (tmp_path / "before").rglob("*") if path.is_file())
    assert len(files) > 10
    for file in files:
        old, new = (tmp_path / name / file for name in ("before", "out"))
        if file.name == "run.json":
            records = [json.loads(path.read_text()) for path in (old, new)]
            for record in records:
                record.pop("times")
            assert records[0] == records[1]
        else:
            assert old.read_bytes() == new.read_bytes(), file


def test_autocast_is_said_beside_the_tables_and_kept_apart_in_the_store(
    plugin_folder: Path, tiny_set: Path, tmp_path: Path
) -> None:
    product = MAE.replace("(enhanced - reference).abs()", "(enhanced @ reference.transpose(2, 3))")
    (plugin_folder / "methods" / "mae.py").write_text(product)
    exact, _ = run(config(tiny_set), tmp_path / "out", plugins=[plugin_folder])
    roughly = config(tiny_set, autocast="bfloat16")
    rough, text = run(roughly, tmp_path / "out", plugins=[plugin_folder], overwrite=True)
    assert "precision" in text
    assert rough.data.record["times"]["computed"] == 4
    assert (exact.scores["mae"] != rough.scores["mae"]).any()
    np.testing.assert_allclose(rough.scores["mae"], exact.scores["mae"], rtol=2e-2)
    note = "Scores computed under torch.autocast to bfloat16"
    assert any(note in line for line in rough.data.notes)
    assert not any(note in line for line in exact.data.notes)
    assert note in (tmp_path / "out" / "tables" / "comparison.md").read_text()
    again, _ = run(config(tiny_set), tmp_path / "out", plugins=[plugin_folder], overwrite=True)
    assert again.data.record["times"]["computed"] == 0
    assert again.scores["mae"].equals(exact.scores["mae"])


def test_what_changed_is_recomputed_and_the_reason_said(plugin_folder: Path, tiny_set: Path, tmp_path: Path) -> None:
    import cv2

    methods = plugin_folder / "methods"
    (methods / "mae.py").write_text(MAE)
    (methods / "flipped.py").write_text(FLIPPED)
    settings = config(tiny_set, methods=["mae", "flipped"])

    def again() -> tuple[int, str]:
        result, text = run(settings, tmp_path / "out", plugins=[plugin_folder], overwrite=True)
        return result.data.record["times"]["computed"], text

    assert again()[0] == 8
    (methods / "mae.py").write_text(MAE + "# edited\n")
    computed, text = again()
    assert computed == 4
    assert "mae: 4 pairs to compute anew: changed: plug-in file" in text
    assert "flipped:" not in text
    image = tiny_set.parent / "1_soft.png"
    cv2.imwrite(str(image), 255 - np.asarray(cv2.imread(str(image))))
    computed, text = again()
    assert computed == 2
    assert "mae: 1 pairs to compute anew: the enhanced image changed" in text
    tiny_set.write_text(tiny_set.read_text().replace(",5.0,", ",4.5,"))
    assert again()[0] == 0, "a label is no part of a score"
    settings["fov"] = "crop"
    computed, text = again()
    assert computed == 8
    assert "size policy" in text


def test_the_record_repeats_the_run(plugin_folder: Path, tiny_set: Path, tmp_path: Path) -> None:
    (plugin_folder / "methods" / "mae.py").write_text(MAE)
    first, _ = run(config(tiny_set, limit=1), tmp_path / "out", plugins=[plugin_folder])
    repeated = benchmark.run(tmp_path / "out" / "run.json", output=tmp_path / "again")
    pd.testing.assert_frame_equal(first.scores, repeated.scores)
    pd.testing.assert_frame_equal(first.summary, repeated.summary)


def test_enhancer_mean_and_lower_labels(tiny_set: Path, tmp_path: Path) -> None:
    settings = config(tiny_set, methods=["enhancer-mean"])
    up, _ = run(settings, tmp_path / "up")
    down, _ = run({**settings, "lower_mos_better": True}, tmp_path / "down")
    np.testing.assert_allclose(up.scores["enhancer-mean"], [4.9, 3.9, 5.0, 4.0])
    values = [result.summary.query("level == 'pair' and statistic == 'srcc'")["value"].item() for result in (up, down)]
    assert values[0] == pytest.approx(values[1])
    assert values[0] > 0


def test_two_kinds_of_one_method_have_labels(tiny_set: Path, tmp_path: Path) -> None:
    methods = ["psnr", {"name": "psnr", "test_y_channel": True, "label": "psnr-y"}]
    result, _ = run(config(tiny_set, methods=methods), tmp_path / "out")
    assert (result.scores["psnr"] != result.scores["psnr-y"]).all()
    kept, _ = run(config(tiny_set, methods=methods), tmp_path / "out", methods=["psnr-y"])
    assert list(kept.scores.columns)[-1] == "psnr-y"
    assert kept.data.record["times"]["computed"] == 0
    with pytest.raises(ConfigError, match="'lpips' is not in this configuration"):
        run(config(tiny_set, methods=methods), tmp_path / "out", methods=["lpips"])


def test_sizes_that_differ_are_said_and_settled_on_request(tiny_set: Path, tmp_path: Path) -> None:
    import cv2

    image = tiny_set.parent / "0_soft.png"
    cv2.imwrite(str(image), np.asarray(cv2.imread(str(image)))[:24])
    result, _ = run(config(tiny_set, methods=["psnr"]), tmp_path / "out")
    assert result.exit_status == 3
    (reason,) = result.failures["reason"]
    assert "32×24" in reason
    assert "32×32" in reason
    assert "size_mismatch" in reason
    for policy in ("resize-reference", "resize-enhanced", "crop"):
        settled, _ = run(config(tiny_set, methods=["psnr"], size_mismatch=policy), tmp_path / policy)
        assert settled.exit_status == 0
        assert any("Where sizes differ" in note for note in settled.data.notes)


def test_data_and_names_that_cannot_be_used_are_errors(tiny_set: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no method 'psrn'; did you mean 'psnr'"):
        run(config(tiny_set, methods=["psrn"]), tmp_path / "out")
    with pytest.raises(ConfigError, match="no data set 'tabel'; did you mean 'table'"):
        run(config(tiny_set, methods=["psnr"], dataset={"name": "tabel"}), tmp_path / "out")
    data = {"name": "table", "file": str(tiny_set), "splits": ["test"]}
    with pytest.raises(ConfigError, match="no split 'test'"):
        run(config(tiny_set, methods=["psnr"], dataset=data), tmp_path / "out")
    tiny_set.write_text(tiny_set.read_text().replace(",5.0,", ",nan,"))
    with pytest.raises(DataError, match=r"pairs\.csv:2"):
        run(config(tiny_set, methods=["psnr"]), tmp_path / "out")


def test_evaluate_adds_the_floor_on_request(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [(f"r{i // 3}", "abc"[i % 3], i % 3 + rng.normal() / 4, rng.normal()) for i in range(30)]
    frame = pd.DataFrame(rows, columns=["reference", "condition", "mos", "a"])
    result = benchmark.evaluate(
        frame, mos="mos", methods=["a", "enhancer-mean"], condition="condition", output=tmp_path
    )
    floor = result.scores["enhancer-mean"]
    others = frame[(frame["condition"] == "a") & (frame["reference"] != "r0")]["mos"].mean()
    assert floor[0] == pytest.approx(others)
    value = result.summary.query("level == 'pair' and statistic == 'srcc' and method == 'enhancer-mean'")[
        "value"
    ].item()
    assert value > 0.7
    with pytest.raises(ConfigError, match="no column 'psnr'"):
        benchmark.evaluate(frame, mos="mos", methods=["psnr"])


def test_report_redoes_every_file_elsewhere_byte_for_byte_and_without_torch(
    root: Path, plugin_folder: Path, tiny_set: Path, tmp_path: Path
) -> None:
    """Thumbnails included; and what it wrote can be redone in its turn."""
    (plugin_folder / "methods" / "mae.py").write_text(MAE)
    settings = config(tiny_set, report={"plots": ["png", "pdf"]}, methods=["mae", {"name": "mae", "label": "again"}])
    run(settings, tmp_path / "first", plugins=[plugin_folder])
    for source, target in (("first", "second"), ("second", "third")):
        command = [sys.executable, "-X", "importtime", str(root / "run_benchmark.py"), "report", source]
        done = subprocess.run([*command, "--output", target], cwd=tmp_path, capture_output=True, text=True, check=True)
        imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert "matplotlib" in imported
        assert not imported & {"torch", "pyiqa", "timm"}
    written = {path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file()}
    written = {path for path in written if path.parts[0] != "store"}
    assert len([path for path in written if path.parts[0] == "thumbnails"]) == 9
    assert len([path for path in written if path.parts[0] == "plots"]) > 4
    for copy in ("second", "third"):
        found = {path.relative_to(tmp_path / copy) for path in (tmp_path / copy).rglob("*") if path.is_file()}
        assert found == written
        differing = [p for p in written if (tmp_path / copy / p).read_bytes() != (tmp_path / "first" / p).read_bytes()]
        assert not differing
