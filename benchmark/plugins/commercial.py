"""Whether a licence allows commercial use, told from its name. No other imports.

``list methods`` shows it. It reads what a plug-in states of its code and weights, knows no contracts, and is no legal
advice.
"""

from __future__ import annotations

import re
from typing import Literal

Answer = Literal["yes", "no", "unknown"]

FREE = (
    *("apache", "mit", "bsd", "isc", "zlib", "unlicense", "cc0", "cc-by", "cc by"),
    *("mpl", "lgpl", "gpl", "agpl", "python", "psf"),
)
"""How the names of licences begin that allow any use; some ask something in return of those who pass the code on."""
_FREE = re.compile(
    rf"(the )?({'|'.join(FREE)})([-\s,]*(licen[cs]e|version|v?\d[\w.+-]*|clause|only|or|later|sa|nd))*", re.IGNORECASE
)
RESTRICTING = re.compile(r"non-?\s?commercial|\bby-nc\b|\bby nc\b|\bresearch\b|\bacademic\b|proprietary", re.IGNORECASE)


def commercial_use(licence: str) -> Answer:
    """Whether everything that a licence's text names may be used commercially.

    Args:
        licence: one licence, or several parts divided by semicolons, each perhaps with what it is for before a colon:
            ``lpips: BSD-2-Clause; torchvision's network: BSD-3-Clause``.

    Returns:
        ``no`` where any part forbids it, ``yes`` where each is known to allow it, else ``unknown``.
    """
    if RESTRICTING.search(licence):
        return "no"
    names = [part.rpartition(":")[2].strip() for part in licence.split(";")]
    return "yes" if all(_FREE.fullmatch(name) for name in names) else "unknown"
