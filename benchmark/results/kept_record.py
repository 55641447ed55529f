"""What a study keeps of the record of each of its data sets, so that its own folder says how the scores were made.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEPT = ("dataset", "weights", "device", "versions")
OF_CONFIGURATION = ("evaluate", "limit", "autocast")
PREPARING = ("size_mismatch", "resize", "orientation", "bit_depth", "fov")
"""Keys of a data set's entry that say how its images are prepared."""


def kept(record: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a data set's record that says what was scored, how images were read, and by which versions."""
    found = {key: record[key] for key in KEPT if key in record}
    scored = list(record.get("efficiency") or {})
    if scored:
        found["efficiency"] = {label: {} for label in scored}
    if "python" in (record.get("machine") or {}):
        found["machine"] = {"python": record["machine"]["python"]}
    configuration = record.get("configuration") or {}
    own = {key: configuration[key] for key in OF_CONFIGURATION if key in configuration}
    prepared = {key: item for key, item in (configuration.get("dataset") or {}).items() if key in PREPARING}
    found["configuration"] = {**own, **({"dataset": prepared} if prepared else {})}
    return found
