"""``run.json``: enough to know what made a run and to repeat it. Standard library only.

What differs from call to call stands under ``times``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark import atomic, regular
from benchmark.errors import UserError

NAME = "run.json"
FORMAT = 1


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a record; keys keep their order, numbers that are not finite become ``null``."""
    text = json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False)
    atomic.write_text(path, text + "\n")


def read(path: Path) -> dict[str, Any]:
    """Read a record.

    Raises:
        UserError: it is missing or no record of this tool.
    """
    try:
        content = json.loads(regular.read_bytes(path).decode("utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: not there; is this the output folder of a run?") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not a readable record of a run ({error})") from None
    if not isinstance(content, dict) or "configuration" not in content:
        raise UserError(f"{path}: not the record of a run (it has no key 'configuration')")
    if content.get("format") != FORMAT:
        raise UserError(f"{path}: format {content.get('format')!r}; this version reads format {FORMAT}")
    return content


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
