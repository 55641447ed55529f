"""A report that lies there unchanged is not drawn again; anything else is: other data, a file gone, a file touched."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.report import ReportData, write_report
from benchmark.report.freshness import fingerprint
from benchmark.results.run_record import RunRecord

Maker = Callable[..., ReportData]


@pytest.fixture
def data(make_report: Maker) -> ReportData:
    return make_report({"psnr": 0.5, "ssim": 0.7})


@pytest.mark.long
@pytest.mark.heavy
def test_a_current_report_is_left_alone(data: ReportData, tmp_path: Path) -> None:
    assert write_report(data, tmp_path, redo=False)
    assert not write_report(data, tmp_path, redo=False)
    assert write_report(data, tmp_path, redo=True)
    for damage in ("plots/intervals.png", "tables/comparison.tex", "report.html"):
        path = tmp_path / damage
        whole = path.read_bytes()
        path.write_bytes(whole + b"x")
        assert write_report(data, tmp_path, redo=False)
        assert path.read_bytes() == whole
        path.unlink()
        assert write_report(data, tmp_path, redo=False)
        assert path.read_bytes() == whole


def test_whatever_a_report_shows_is_part_of_its_fingerprint(data: ReportData) -> None:
    scores = data.scores.assign(psnr=data.scores["psnr"] + 1e-12)
    record: RunRecord = {**data.record, "device": "another"}
    others = [
        replace(data, scores=scores),
        replace(data, notes=(*data.notes, "one more")),
        replace(data, record=record),
        replace(data, histories={"psnr": pd.DataFrame({"epoch": [1], "loss": [0.5]})}),
        replace(data, methods=(replace(data.methods[0], marks=("marked",)), *data.methods[1:])),
        replace(data, thumbnails=replace(data.thumbnails, enhanced={"a": b"1"})),
        replace(data, title="another"),
    ]
    assert len({fingerprint(item) for item in [data, *others]}) == len(others) + 1
    assert fingerprint(
        replace(data, record={**data.record, "times": {"started": "", "seconds": 1.0, "computed": 0}})
    ) == fingerprint(data)
