"""The table of what SDMP-Net's ablations cost, made from the networks themselves, so that ``docs/sdmp_net.md`` can't lag.

``python -m tests.ablation_costs`` prints it, and puts it with ``--write`` into the page, between the comments
``costs of ablations`` and ``end of costs``; ``tests/methods/sdmp_net/test_costs.py`` fails where the page holds another.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.plugins.methods.sdmp_net import SDMPNet, SDMPNetMethod
from benchmark.plugins.methods.sdmp_net.operations import costs

PAGE = Path(__file__).parents[1] / "docs" / "sdmp_net.md"
MARKED = re.compile(r"(<!-- costs of ablations -->\n).*?(<!-- end of costs -->)", flags=re.S)
ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "as published": {},
    "`offsets: zero`": {"offsets": "zero"},
    "`offsets: none`": {"offsets": "none"},
    "`branches: cnn`, `offsets: none`": {"branches": "cnn", "offsets": "none"},
    "`branches: vit`": {"branches": "vit"},
    "`difference: false`": {"difference": False},
    "`weighting: false`": {"weighting": False},
    "`scales: [2]`": {"scales": (2,)},
    "`scales: [1, 2]`": {"scales": (1, 2)},
    "`scales: [1, 2, 3, 4]`": {"scales": (1, 2, 3, 4)},
    "`vit_layers: [0]`": {"vit_layers": (0,)},
    "`vit_layers: [4]`": {"vit_layers": (4,)},
    "`vit_layers: [0, 1, 2]`": {"vit_layers": (0, 1, 2)},
    "`vit_layers: [2, 5, 8, 11]`": {"vit_layers": (2, 5, 8, 11)},
}


def table(preset: type[SDMPNetMethod], crop_size: int) -> str:
    """Parameters and operations of each ablation of a preset, as a table in Markdown."""
    rows = [
        "| network | trained parameters (M) | frozen parameters (M) | GFLOP a pair, exact | GFLOP a pair, default |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, options in ABLATIONS.items():
        found = costs(preset(**options).architecture, crop_size)
        millions = (f"{count / 1e6:.2f}" for count in (found.trained, found.frozen))
        operations = (f"{count:.1f}" for count in (found.exact, found.folded))
        rows.append(f"| {' | '.join([name, *millions, *operations])} |")
    return "\n".join(rows) + "\n"


def filled(page: str, content: str) -> str:
    """A page with the table between its marks."""
    return MARKED.sub(lambda found: f"{found[1]}\n{content}\n{found[2]}", page)


def main(arguments: Sequence[str]) -> None:
    """Print the table of the published network; with ``--write``, put it into the page."""
    content = table(SDMPNet, 224)
    print(content, end="")
    if "--write" in arguments:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), content), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
