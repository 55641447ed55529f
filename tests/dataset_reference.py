"""The tables of data sets in ``docs/datasets.md``, made from what each set says of itself, so that they can't fall behind.

``python -m tests.dataset_reference`` writes them anew; a test fails where the page is not what would be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchmark.commands.list import better, scale_of
from benchmark.plugins import registry
from benchmark.plugins.contracts import DatasetInfo

PAGE = Path(__file__).parents[1] / "docs" / "datasets.md"
MARKED = re.compile(r"(<!-- (facts|layouts|citations) of data sets -->\n).*?(<!-- end -->)", flags=re.S)


def infos() -> Iterator[DatasetInfo]:
    """What every data set with a layout of its own says of itself, by name."""
    datasets = registry.datasets()
    for listing in datasets.listings()[0]:
        info = datasets.import_listing(listing).info
        if info.layout:
            yield info


def facts() -> Iterator[tuple[str, ...]]:
    """Size, labels, opinions, splits and terms."""
    yield ("name", "set", "pairs", "references", "labels", "better", "opinions", "official split", "licence")
    for info in infos():
        counts = ("" if count is None else f"{count:,}" for count in (info.pairs, info.references))
        own = (scale_of(info), better(info), info.opinions, ", ".join(info.splits), info.licence)
        yield (f"`{info.name}`", info.title, *counts, *own)


def layouts() -> Iterator[tuple[str, ...]]:
    """What a copy must look like, and where to get it."""
    yield ("name", "below `root`", "recognised as well", "get it")
    for info in infos():
        yield (f"`{info.name}`", info.layout, info.variants, info.source)


def citations() -> Iterator[tuple[str, ...]]:
    """What to cite."""
    yield ("name", "citation")
    for info in infos():
        yield (f"`{info.name}`", info.citation)


def table(kind: str) -> str:
    """One of the tables in Markdown."""
    header, *rows = {"facts": facts, "layouts": layouts, "citations": citations}[kind]()
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n" for cells in lines)


def filled(page: str) -> str:
    """The page with its tables as the data sets have them."""
    return MARKED.sub(lambda found: f"{found[1]}\n{table(found[2])}\n{found[3]}", page)


def main() -> None:
    """Write the tables of the page."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
