"""Detects folders that can't be written to before anything is computed. Standard library only.

Permissions are no proof on a read-only disk, for root, or in a network folder. So a file is created and removed at once.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

FOLDERS = ("store", "tables", "plots")
RECORD = "run.json"
CHOICES = "choices.csv"
REFERENCE_QUALITY, ROBUSTNESS, CALIBRATION = "reference_quality", "robustness", "calibration"
GROUPS, SORTING, POOLING = "groups", "sorting_accuracy", "pooling"
ANALYSES = (REFERENCE_QUALITY, ROBUSTNESS, CALIBRATION, GROUPS, SORTING, POOLING)
"""Further analyses; the file of each is called like it."""
OPTIONAL = (CHOICES, *(f"{name}.csv" for name in ANALYSES), "splits.json", "partitions.csv")
"""Written only where observers chose between images, where these analyses were asked for, and by studies."""
PARAGRAPH = ("methods.txt", "methods.tex", "references.bib")
"""The paragraph of methods, and what it cites."""
FILES = ("scores.csv", "summary.csv", "comparisons.csv", "failures.csv", RECORD, "report.html", *PARAGRAPH)


def why_not_writable(folder: Path) -> str:
    """Why no file can be created in a folder, or in the nearest existing one above it; empty where one can."""
    place = folder
    while not os.path.lexists(place) and place.parent != place:
        place = place.parent
    if not place.is_dir():
        return f"{place} is not a folder"
    try:
        with tempfile.TemporaryFile(dir=place):
            return ""
    except OSError as error:
        return f"{place} can't be written to ({error.strerror or error})"


def why_no_temporary() -> str:
    """Why there is no place for temporary files: neither the usual folders nor the working directory can be written to."""
    try:
        tempfile.gettempdir()
    except OSError:
        return "no folder for temporary files can be written to; set TMPDIR to one that can"
    return ""


def why_no_output(output: Path, folders: Iterable[str] = FOLDERS, files: Iterable[str] = (*FILES, *OPTIONAL)) -> str:
    """Why a run's files can't be written into a folder; empty where they can."""
    for folder in (output, *(output / name for name in folders)):
        reason = why_not_writable(folder)
        if reason:
            return reason
    return next(
        (
            f"{output / name} is a folder, but a file of that name is to be written"
            for name in files
            if (output / name).is_dir()
        ),
        "",
    )
