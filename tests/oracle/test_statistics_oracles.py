"""Known answers that this project did not compute: ../shared/oracles (see its README for sources)."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmark import evaluate
from benchmark.config import StatisticsConfig
from benchmark.statistics import fit, krcc, mapped_plcc, srcc

METHODS = ["DSSIM", "SSIMULACRA", "Butteraugli"]
PUBLISHED = {  # PLCC, SRCC, KRCC of the raw distances: negative
    "TID2013": (3000, 25, [(-0.773, -0.861, -0.678), (-0.663, -0.673, -0.485), (-0.648, -0.760, -0.572)]),
    "IVC": (185, 10, [(-0.758, -0.916, -0.748), (-0.789, -0.834, -0.640), (-0.607, -0.792, -0.595)]),
    "JPEGXR": (180, 6, [(-0.833, -0.904, -0.725), (-0.849, -0.840, -0.656), (-0.836, -0.878, -0.696)]),
}


@pytest.mark.parametrize("lower_is_better", [True, False])
@pytest.mark.parametrize("database", PUBLISHED)
def test_published_correlations_to_three_decimals_with_their_sign(
    shared: Callable[[str], Path], database: str, lower_is_better: bool
) -> None:
    n, references, rows = PUBLISHED[database]
    result = evaluate(
        shared(f"oracles/score_tables/{database}.csv"),
        mos="mos",
        methods=METHODS,
        lower_better=METHODS if lower_is_better else (),
        reference="ref_img",
        statistics=StatisticsConfig(replicates=50),
    )
    turned = -1 if lower_is_better else 1
    table = result.summary[result.summary["level"] == "pair"].set_index(["method", "statistic"])
    for method, published in zip(METHODS, rows, strict=True):
        for statistic, value in zip(("plcc", "srcc", "krcc"), published, strict=True):
            assert table.loc[(method, statistic), "value"] == pytest.approx(turned * value, abs=0.0005)
            assert table.loc[(method, statistic), "n"] == n
            assert table.loc[(method, statistic), "n_clusters"] == references
    merged = [note for note in result.data.notes if "differing only in case" in note]
    assert len(merged) == (1 if database == "TID2013" else 0)


def test_toyama(shared: Callable[[str], Path]) -> None:
    from scipy.io import loadmat

    content = loadmat(str(shared("oracles/toyama/toyama.mat")))
    names = {key.lower(): key for key in content}
    psnr, ssim, mos = (np.asarray(content[names[name]], dtype=float).ravel() for name in ("psnr", "ssim", "mos"))
    assert (srcc(psnr, mos), krcc(psnr, mos)) == pytest.approx((0.6132, 0.4443), abs=5e-5)
    assert (srcc(ssim, mos), krcc(ssim, mos)) == pytest.approx((0.8794, 0.6939), abs=5e-5)
    five, four = fit(ssim, mos, 5), fit(psnr, mos, 4)
    assert five is not None
    assert (mapped_plcc(five, ssim, mos), five.rmse) == pytest.approx((0.8887, 0.5738), abs=5e-5)
    assert mapped_plcc(four, psnr, mos) == pytest.approx(0.6355, abs=5e-5)
