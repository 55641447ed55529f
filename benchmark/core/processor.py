"""What this machine's processor can do in hardware, where that decides whether an option pays. Standard library only."""

from __future__ import annotations

import platform
import re
from pathlib import Path

BF16_UNITS = ("amx_bf16", "avx512_bf16", "bf16", "svebf16")
"""Names by which Linux lists units that multiply bfloat16: Intel's and AMD's, then Arm's."""
_LISTED = re.compile(r"^(?:flags|Features)\s*:(.*)$", re.MULTILINE)


def bf16_units(listing: Path = Path("/proc/cpuinfo")) -> tuple[str, ...] | None:
    """The units of this processor that multiply bfloat16; none where it has none, ``None`` where that can't be found out.

    Args:
        listing: where Linux describes its processors.
    """
    if platform.system() != "Linux":
        return None
    try:
        found = _LISTED.search(listing.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    if found is None:
        return None
    words = set(found[1].split())
    return tuple(unit for unit in BF16_UNITS if unit in words)


def why_slow_in_bf16(units: tuple[str, ...] | None) -> str:
    """Why bfloat16 may take longer than single precision on this processor; empty where nothing says so."""
    if units or units is None:
        return ""
    return (
        "autocast: bfloat16 on a processor without units for it (amx_bf16, avx512_bf16): it is computed in detours and may "
        "take several times as long as single precision; measure it (python -m tests.performance bf16), or leave it out"
    )
