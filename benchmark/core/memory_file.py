"""Small JSON files in which a run remembers facts, each with its own checksum. Standard library only.

A file that is damaged, edited or of another shape counts as missing: its facts are then computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.core import atomic

CHECKSUM = "sha256 of all else"


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write the content, atomically: an object with sorted keys.

    Raises:
        OSError: the place can't be written to.
    """
    atomic.write_text(path, _text({**content, CHECKSUM: _sha256(_text(content))}) + "\n")


def read(path: Path, *, unsigned: bool = False) -> dict[str, Any]:
    """The remembered content; empty where there is none, or none that can be trusted.

    Args:
        path: the file.
        unsigned: whether a file without a checksum, as earlier versions wrote it, is trusted.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            return {}
        stated = content.pop(CHECKSUM, None)
        believed = unsigned if stated is None else stated == _sha256(_text(content))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if believed else {}


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=0, sort_keys=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
