"""Decides whether a folder's report is up to date, so that a repeated run need not draw it again.

``.report.json`` holds a fingerprint of everything that a report is a function of, and the hashes of the resulting files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmark.core import atomic, regular
from benchmark.core.errors import UserError
from benchmark.report.content import ReportData
from benchmark.results import belongings

NAME = belongings.REPORT_NOTE
DRAWS = ("matplotlib", "numpy", "pandas", "scipy", "jinja2")


def fingerprint(data: ReportData) -> str:
    """SHA-256 of everything that tables, plots and page are functions of, including this package's code."""
    digest = hashlib.sha256()

    def take(*parts: str | bytes) -> None:
        for part in parts:
            content = part.encode() if isinstance(part, str) else part
            digest.update(len(content).to_bytes(8, "big") + content)

    for table in (data.scores, data.summary, data.comparisons, data.failures):
        take(table.to_csv(index=False))
    for name, analysis in data.analyses.items():
        take(name, analysis.table.to_csv(index=False), *analysis.notes)
    for label, table in data.histories.items():
        take(label, table.to_csv(index=False))
    for pictures in (data.thumbnails.enhanced, data.thumbnails.reference):
        for pair, content in pictures.items():
            take(pair, content)
    record = {key: value for key, value in data.record.items() if key != "times"}
    published = {name: entry.model_dump(mode="json") for name, entry in data.published.items()}
    rest = [
        data.title,
        data.notes,
        data.confidence,
        data.lower_mos_better,
        sorted(data.lower_mos_better_in or ()),
        data.simulated,
        dict(data.pages),
        dict(data.failed_data),
        dict(data.seen),
        published,
        record,
    ]
    methods = [method.record() for method in data.methods]
    take(json.dumps([rest, methods, data.config.model_dump(mode="json")], sort_keys=True, default=str))
    take(_code(), *(f"{name} {_version(name)}" for name in DRAWS))
    return digest.hexdigest()


def is_current(directory: Path, key: str) -> bool:
    """Whether the folder holds the report of this fingerprint, with every file unchanged."""
    fingerprint, files = _noted(directory)
    try:
        return fingerprint == key and all(_sha256(directory / name) == files[name] for name in files)
    except (OSError, UserError):
        return False


def names(directory: Path) -> set[str]:
    """The noted files of the folder's report, relative to it."""
    return set(_noted(directory)[1])


def _noted(directory: Path) -> tuple[str, dict[str, str]]:
    """The noted fingerprint and hashes of files; empty where there is no valid note."""
    try:
        noted = json.loads(regular.read_bytes(directory / NAME))
        files = {str(name): str(digest) for name, digest in dict(noted["files"]).items()}
        return str(noted["fingerprint"]), {name: files[name] for name in files if belongings.is_ours(name)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError, UserError):
        return "", {}


def note(directory: Path, key: str, content: Mapping[str, bytes]) -> None:
    """Note which files resulted from a fingerprint."""
    files = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(content.items())}
    text = json.dumps({"fingerprint": key, "files": files}, indent=0)
    atomic.write_text(directory / NAME, text + "\n")


def _sha256(path: Path) -> str:
    return hashlib.sha256(regular.read_bytes(path, regular.MOST_TABLE)).hexdigest()


def _code() -> bytes:
    """SHA-256 of this package's modules and templates."""
    home = Path(__file__).parent
    digest = hashlib.sha256()
    for path in _sources(home):
        digest.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.digest()


def _sources(home: Path) -> Iterable[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
