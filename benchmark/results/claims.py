"""Records which configuration, table or runs a folder's results come from, so that others' results are not replaced.

Standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

By = Literal["path", "content", "unknown"]


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder that results come from: its path, and where it may be after everything was moved together."""

    path: str
    also: str = ""

    def is_same(self, other: Place) -> bool:
        """Whether both may be the same place."""
        return bool({self.path, self.also} & {other.path, other.also} - {""})

    def record(self, folder: Path) -> dict[str, str]:
        """The place as stored in a folder: the relative path stays right if folder and place are moved together."""
        try:
            return {"path": self.path, "relative": os.path.relpath(self.path, os.path.realpath(folder))}
        except ValueError:  # another drive
            return {"path": self.path}

    @classmethod
    def from_record(cls, content: Mapping[str, Any], folder: Path) -> Place:
        """Read back; if only the relative path exists, everything was moved."""
        path, relative = str(content["path"]), content.get("relative")
        if relative is None:
            return cls(path)
        moved = os.path.normpath(os.path.join(os.path.realpath(folder), str(relative)))
        return cls(moved, path) if os.path.exists(moved) and not os.path.exists(path) else cls(path, moved)


@dataclass(frozen=True, slots=True)
class Claim:
    """Where the results of a folder come from.

    Attributes:
        kind: the command: ``run``, ``evaluate``, ``report``.
        words: the claim in messages (``run of configs/efid.yaml``).
        by: what identifies it: a file's ``path``, the ``content`` of a configuration from Python, or ``unknown``.
        file: the configuration's or table's path.
        content: SHA-256.
        data: name of the data set.
        roots: the data set's folders and files, by option.
        narrowed: whether only some methods or references of the configuration were requested.
    """

    kind: str
    words: str
    by: By = "unknown"
    file: Place = Place("")
    content: str = ""
    data: str = ""
    roots: Mapping[str, Place] = field(default_factory=dict)
    narrowed: bool = False

    def is_same(self, other: Claim) -> bool:
        """Whether results of one may replace the other's: an edited configuration is still the same."""
        if self.kind != other.kind or (self.data and other.data and self.data != other.data):
            return False
        if any(not place.is_same(other.roots[key]) for key, place in self.roots.items() if key in other.roots):
            return False
        if "unknown" in (self.by, other.by):
            return True
        same = self.file.is_same(other.file) if self.by == "path" else self.content == other.content
        return self.by == other.by and same

    def differently(self, **changes: Any) -> Claim:
        """The same with some fields changed."""
        return replace(self, **changes)

    def record(self, folder: Path) -> dict[str, Any]:
        """The claim as stored in a folder."""
        return {
            "kind": self.kind,
            "of": self.words,
            "by": self.by,
            "file": self.file.record(folder) if self.by == "path" else None,
            "content": self.content,
            "data": self.data,
            "roots": {key: place.record(folder) for key, place in sorted(self.roots.items())},
            "narrowed": self.narrowed,
        }

    @classmethod
    def from_record(cls, content: Mapping[str, Any], folder: Path) -> Claim:
        """Read back.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is not such a record.
        """
        by: By = {"path": "path", "content": "content"}.get(content["by"], "unknown")  # type: ignore[assignment]
        return cls(
            kind=str(content["kind"]),
            words=str(content["of"]),
            by=by,
            file=Place.from_record(content["file"], folder) if by == "path" else Place(""),
            content=str(content["content"]),
            data=str(content["data"]),
            roots={str(key): Place.from_record(item, folder) for key, item in content["roots"].items()},
            narrowed=bool(content["narrowed"]),
        )


UNKNOWN = Claim("evaluate", "an evaluation")


def of_file(kind: str, file: Path, **more: Any) -> Claim:
    """The claim of results that come from a file."""
    return Claim(kind, f"{kind} of {file}", "path", Place(os.path.realpath(file)), **more)


def of_content(kind: str, words: str, sha256: str, **more: Any) -> Claim:
    """The claim of results that come from a Python object."""
    return Claim(kind, words, "content", content=sha256, **more)


def of_record(record: Mapping[str, Any]) -> Claim | None:
    """The claim that follows from the ``run.json`` of an earlier version; ``None`` if it is not one."""
    runs = record.get("runs")
    if isinstance(runs, Mapping) and runs and all(_is_ours(item) for item in runs.values()):
        return Claim("report", f"report of {', '.join(map(str, runs))}")
    configuration = record.get("configuration")
    if not _is_ours(record) or not isinstance(configuration, Mapping):
        return None
    if "evaluate" in configuration:
        return Claim("evaluate", f"evaluate of {configuration['evaluate']}")
    dataset = configuration.get("dataset")
    if not isinstance(dataset, Mapping):
        return None
    paths = {str(key): value for key, value in dataset.items() if isinstance(value, str) and os.path.isabs(value)}
    about = record.get("dataset")
    name = str(about.get("name", "") if isinstance(about, Mapping) else "")
    return Claim("run", f"run on {name}", data=name, roots={key: Place(path) for key, path in paths.items()})


def _is_ours(record: Any) -> bool:
    tool = record.get("tool") if isinstance(record, Mapping) else None
    return isinstance(tool, Mapping) and tool.get("name") == "efid-bench"
