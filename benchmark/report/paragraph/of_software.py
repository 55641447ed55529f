"""Sentences on software and machine: the tool and its commit, versions of what scored and computed, the kind of device."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from benchmark.report.content import ReportData
from benchmark.report.paragraph.bibliography import Bibliography
from benchmark.report.paragraph.bibtex_entry import BibEntry
from benchmark.report.paragraph.origins import Origin, mapping, word
from benchmark.report.paragraph.procedures import SOFTWARE, TITLES
from benchmark.report.paragraph.wording import listed, where_it_holds
from benchmark.report.text import latex

TOOL = "efid-bench"
STATISTICS = ("numpy", "scipy", "pandas", "numba")
IMAGES = ("torch", "pillow", "opencv-python-headless")
PRECISION = {"bfloat16": "bfloat16", "float16": "float16"}
_COMMIT = re.compile(r"[0-9a-f]{7,64}\+?")
_VERSION = re.compile(r"[0-9A-Za-z.+!_-]{1,40}")


def of_software(data: ReportData, found: Sequence[Origin], sources: Bibliography) -> Iterator[str]:
    """What computed scores and statistics."""
    yield from where_it_holds({item.title: _tool(item, sources) for item in found})
    scored = [method for method in data.methods if method.status in ("scored", "partial")]
    needed = {name for method in scored for name in method.libraries} - {method.source for method in scored}
    yield from where_it_holds({item.title: _versions(item, needed, sources) for item in found})
    yield from where_it_holds({item.title: _device(item) for item in found})


def _tool(item: Origin, sources: Bibliography) -> str:
    about = mapping(item.whole.get("tool"))
    version = _matched(_VERSION, about.get("version"))
    commit = _matched(_COMMIT, about.get("commit"))
    if not version:
        return ""
    note = f"Version {version}" + (f", commit {commit.rstrip('+')}" if commit else "")
    entry = BibEntry(
        "misc",
        "efidbench",
        {"author": "{The efid-bench maintainers}", "title": "{efid-bench}", "note": latex(note)},
    )
    changed = " with local changes" if commit.endswith("+") else ""
    at = f" (commit {commit.rstrip('+')[:12]}{changed})" if commit else ""
    return f"Everything was computed with {TOOL} {version}{at}{sources.add(entry)}."


def _versions(item: Origin, needed: set[str], sources: Bibliography) -> str:
    """Versions of Python, of what images and methods need where scores were computed, and of what statistics need.

    Those of packages that compute methods stand beside these.
    """
    versions = mapping(item.record.get("versions"))
    computed = bool(mapping(item.record.get("efficiency")))
    names = [*(IMAGES if computed else ()), *sorted(needed - {TOOL}), *STATISTICS]
    python = _matched(_VERSION, mapping(item.record.get("machine")).get("python"))
    shown = [f"Python {python}"] if python else []
    for name in dict.fromkeys(names):
        version = _matched(_VERSION, versions.get(name))
        if version and version != "none":
            shown.append(f"{TITLES.get(name, name)} {version}{sources.of_software(name) if name in SOFTWARE else ''}")
    return f"Software: {listed(shown)}." if shown else ""


def _device(item: Origin) -> str:
    if not mapping(item.record.get("efficiency")):
        return ""
    device = word(item.record.get("device"))
    kind = "a CUDA device" if device.startswith("cuda") else "a CPU" if device == "cpu" else ""
    precision = PRECISION.get(word(mapping(item.record.get("configuration")).get("autocast")), "")
    under = f", under autocast to {precision}" if precision else ""
    return f"Scores were computed on {kind}{under}." if kind else ""


def _matched(pattern: re.Pattern[str], value: Any) -> str:
    text = word(value)
    return text if pattern.fullmatch(text) else ""
