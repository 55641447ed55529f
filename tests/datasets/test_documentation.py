"""What the data sets say of themselves: the page of the documentation has it, and the label files at hand agree with it."""

from pathlib import Path
from typing import Any

import pytest

from benchmark.plugins import registry
from tests import dataset_reference
from tests.datasets.trees import Shared, listed

FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "A57": ("a57", {}),
    "CIDIQ_MOS100": ("cidiq", {"distance": 100}),
    "CIDIQ_MOS50": ("cidiq", {"distance": 50}),
    "CSIQ": ("csiq", {}),
    "KADID-10k": ("kadid10k", {}),
    "LIVE": ("live", {}),
    "LIVE_MD": ("live-md", {}),
    "MDID2013": ("mdid2013", {}),
    "MDID2016": ("mdid", {}),
    "MDIVL": ("mdivl", {}),
    "PIPAL": ("pipal", {}),
    "SDIVL": ("sdivl", {}),
    "TID2008": ("tid2008", {}),
    "TID2013": ("tid2013", {}),
    "Toyama": ("toyama", {}),
    "VCLFER": ("vclfer", {}),
}


def test_the_page_of_data_sets_is_what_they_say() -> None:
    """`python -m tests.dataset_reference` writes it anew."""
    page = dataset_reference.PAGE.read_text(encoding="utf-8")
    assert dataset_reference.filled(page) == page
    assert page.count("<!-- end -->") == 3
    assert "| `pipal` | PIPAL | 23,200 | 200 | Elo 917 to 1836 | higher |" in page


def test_every_set_with_published_numbers_is_on_the_page_with_what_to_cite() -> None:
    for info in dataset_reference.infos():
        assert info.source
        assert info.citation, info.name
        assert info.licence, info.name


@pytest.mark.parametrize("file", FILES)
def test_published_numbers_are_those_of_the_label_file(file: str, shared: Shared) -> None:
    """Sixteen label files that others made: n, references and range, as each loader states them and checks copies by."""
    name, options = FILES[file]
    rows = [row for row in listed(shared(f"oracles/labels/{file}.txt")) if row["dis_type"] != "Reference"]
    labels = [float(row["score"]) for row in rows]
    references = {row["ref_img_path"].casefold() for row in rows}
    info = registry.datasets().load(name)(root=Path("nowhere"), **options).expected()  # type: ignore[call-arg, attr-defined]
    assert (info.pairs, info.references) == (len(rows), len(references))
    assert info.range_reached
    assert info.label_range == pytest.approx((min(labels), max(labels)), abs=1e-4 * (max(labels) - min(labels)))
    print(f"{file}: {len(rows):,} pairs, {len(references)} references, {min(labels):g} to {max(labels):g}")
