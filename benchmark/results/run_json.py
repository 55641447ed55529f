"""Writes and reads ``run.json``, which says what made a run and how to repeat it. Standard library only.

Values that differ from call to call are under ``times``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from benchmark.core import atomic, regular
from benchmark.core.errors import UserError
from benchmark.results import scored
from benchmark.results.run_record import RunRecord

NAME = "run.json"
FORMAT = 1
DEEPEST, LONGEST = 60, 40
"""Most levels of a record, and most digits of a whole number in it."""
_FINISHED: Mapping[str, type] = {
    "title": str,
    "notes": list,
    "methods": list,
    "report": dict,
    "published": dict,
    "statistics": dict,
    "lower_mos_better": bool,
    "simulated": bool,
}
_IN_WORDS = {str: "text", list: "list", dict: "mapping", bool: "true or false"}


def write(path: Path, content: RunRecord) -> None:
    """Write a record; keys keep their order, numbers that are not finite become ``null``."""
    text = json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False)
    atomic.write_text(path, text + "\n")


def read(path: Path) -> RunRecord:
    """Read a record.

    Raises:
        UserError: it is missing or not a record of this tool.
    """
    try:
        content = json.loads(regular.read_bytes(path).decode("utf-8"), parse_int=_whole, parse_constant=_no_number)
        _check_depth(content)
    except FileNotFoundError:
        raise UserError(f"{path}: not there; is this the output folder of a run?") from None
    except NotADirectoryError:
        raise UserError(f"{path.parent}: not the output folder of a run") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not a readable record of a run ({error})") from None
    if not isinstance(content, dict) or not isinstance(content.get("configuration"), dict):
        raise UserError(f"{path}: not the record of a run (it has no key 'configuration')")
    if type(content.get("format")) is not int or content["format"] != FORMAT:
        raise UserError(f"{path}: format {content.get('format')!r:.40}; this version reads format {FORMAT}")
    return cast(RunRecord, content)


def read_finished(path: Path) -> RunRecord:
    """Read the record of a finished run, with all that a report needs.

    Raises:
        UserError: it is missing, not a record of this tool, or lacks a key or has one of another type; names the key.
    """
    content = read(path)
    _check_keys(path, content)
    if not all(isinstance(note, str) for note in content["notes"]):
        raise UserError(f"{path}: notes: not a list of texts")
    confidence = content["statistics"].get("confidence")
    if type(confidence) is not float or not 0.5 < confidence < 1:
        raise UserError(f"{path}: statistics.confidence: {confidence!r:.40} does not lie between 0.5 and 1")
    labels: set[str] = set()
    for number, method in enumerate(content["methods"]):
        fault = scored.record_fault(method)
        if not fault and method["label"] in labels:
            fault = f"a second {method['label']!r:.40}"
        if fault:
            raise UserError(f"{path}: methods.{number}: {fault}")
        labels.add(method["label"])
    return content


def _check_keys(path: Path, content: Mapping[str, Any]) -> None:
    for key, kind in _FINISHED.items():
        if key not in content:
            raise UserError(f"{path}: it has no key {key!r}: not the record of a finished run")
        if not isinstance(content[key], kind):
            raise UserError(f"{path}: {key}: {content[key]!r:.40} is no {_IN_WORDS[kind]}")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _check_depth(content: Any) -> None:
    """Refuse content that is nested more deeply than any record: later code recurses as deeply."""
    level = [content]
    for _ in range(DEEPEST):
        inside = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, (dict, list))]
        level = [item for items in inside for item in items]
        if not level:
            return
    raise ValueError(f"nested more than {DEEPEST} levels deep")


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
