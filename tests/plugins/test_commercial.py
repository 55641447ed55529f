"""Whether a licence allows commercial use: ``no`` where a part forbids it, ``yes`` only where all are known to allow it."""

import pytest

from benchmark.plugins.commercial import commercial_use


@pytest.mark.parametrize(
    "licence",
    [
        *("Apache-2.0", "piq: Apache-2.0", "MIT", "cvvdp: MIT", "The MIT License", "BSD 3-Clause License", "ISC"),
        *(
            "Apache License, Version 2.0",
            "CC0-1.0",
            "CC BY 4.0",
            "CC-BY-SA-4.0",
            "GPLv3",
            "GPL-3.0-or-later",
            "MPL-2.0",
        ),
        "lpips: BSD-2-Clause; torchvision's network: BSD-3-Clause",
    ],
)
def test_free_licences(licence: str) -> None:
    assert commercial_use(licence) == "yes"


@pytest.mark.parametrize(
    "licence",
    [
        *(
            "pyiqa: PolyForm Noncommercial 1.0.0",
            "CC BY-NC-SA 4.0",
            "CC-BY-NC-4.0",
            "non-commercial use",
            "non commercial",
        ),
        *(
            "for research only",
            "academic use",
            "proprietary",
            "MIT; weights: CC-BY-NC-4.0",
            "code: MIT; weights: research",
        ),
    ],
)
def test_licences_that_forbid_it(licence: str) -> None:
    assert commercial_use(licence) == "no"


@pytest.mark.parametrize(
    "licence",
    ["", "see the authors' page", "MIT; weights", "MIT; weights: unknown", "mitigated", "MIT, see the page", ";"],
)
def test_what_is_not_known_is_not_allowed(licence: str) -> None:
    assert commercial_use(licence) == "unknown"
