"""What ablations cost: the page's table is what the script prints, and the numbers are those of the layers."""

from typing import Any

import pytest

from benchmark.plugins.methods.sdmp_net import SDMPNet, SDMPNetTiny
from benchmark.plugins.methods.sdmp_net.operations import costs
from tests import ablation_costs

pytestmark = pytest.mark.heavy


@pytest.mark.long
def test_the_page_has_the_table_that_the_script_prints(capsys: pytest.CaptureFixture[str]) -> None:
    page = ablation_costs.PAGE.read_text(encoding="utf-8")
    ablation_costs.main([])
    printed = capsys.readouterr().out
    assert printed in page, "docs/sdmp_net.md: run python -m tests.ablation_costs --write"
    assert ablation_costs.filled(page, printed) == page
    assert printed.count("\n") == len(ablation_costs.ABLATIONS) + 2


@pytest.mark.long
def test_a_missing_part_saves_the_operations_of_its_layers() -> None:
    """Worked out by hand at 224 px: two operations a weight and position; the reference's share is a sixth."""

    whole: float = costs(SDMPNet().architecture, 224).exact

    def saved(**options: Any) -> float:
        less: float = costs(SDMPNet(**options).architecture, 224).exact
        return whole - less

    offsets = 2 * 3840 * 18 * 9 * 56**2 / 6  # of the reference alone
    assert saved(offsets="none") * 1e9 == pytest.approx(offsets, abs=1)
    assert saved(offsets="zero") * 1e9 == pytest.approx(offsets, abs=1)
    assert saved(difference=False) * 1e9 == pytest.approx(2 * 256 * 1024 * 9 * 28**2, abs=1)
    assert saved(weighting=False) * 1e9 == pytest.approx(2 * 256 * 28**2, abs=1)


def test_an_efficiency_table_counts_the_same() -> None:
    method = SDMPNetTiny(branches="vit", weighting=False, crops=3)
    assert method.gflops() == pytest.approx(3 * costs(method.architecture, 224).folded)
    assert (method.gflops() or 0) < (SDMPNetTiny(crops=3).gflops() or 0)
