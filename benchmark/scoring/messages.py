"""The messages between the supervisor and its workers: one JSON object per line. Standard library only.

They are JSON rather than pickle: a plug-in that writes into the pipe can spoil its worker, but never run code in the
supervisor.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmark.core.hashes import Entry, is_sha256


@dataclass(frozen=True, slots=True)
class MethodTask:
    """A method as a worker builds it.

    Attributes:
        label: its label in this run.
        name: its registered name.
        options: its checked options, as JSON values.
        reads: the files that decide what it computes, as they were when its scores were planned (``hashes.Entry``).
    """

    label: str
    name: str
    options: Mapping[str, Any]
    reads: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker needs to know before its first group.

    Attributes:
        methods: the methods of the run.
        plugin_folders: further plug-in folders.
        sizes: keyword arguments of ``benchmark.images.sizes.SizePolicy``.
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        threads: threads of each worker.
        seed: the run's seed.
        environment: additional environment variables, set before the worker imports anything.
        measure: labels of methods whose cost the first worker measures.
        autocast: ``bfloat16``, ``float16``, or empty for single precision.
    """

    methods: tuple[MethodTask, ...]
    plugin_folders: tuple[str, ...]
    sizes: Mapping[str, Any]
    device: str
    threads: int
    seed: int
    environment: Mapping[str, str] = field(default_factory=dict)
    measure: tuple[str, ...] = ()
    autocast: str = ""


@dataclass(frozen=True, slots=True)
class PairTask:
    """One enhanced image of a group: the pair's identifier, the file, and its SHA-256."""

    pair: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReferenceGroup:
    """The unit of work: one reference, its enhanced images, and which of them each method still has to score.

    Attributes:
        number: identifies the group within the run.
        reference: file of the reference.
        reference_sha256: its SHA-256.
        pairs: the enhanced images that any method needs.
        wanted: for each label, the identifiers of the pairs that it still has to score.
        next_files: files that the same worker will probably need after these.
    """

    number: int
    reference: str
    reference_sha256: str
    pairs: tuple[PairTask, ...]
    wanted: Mapping[str, tuple[str, ...]]
    next_files: tuple[str, ...] = ()

    def files(self) -> tuple[str, ...]:
        """The reference's file, then those of the enhanced images."""
        return (self.reference, *(task.path for task in self.pairs))


def encode(kind: str, **content: Any) -> bytes:
    """Encode a message as one line."""
    return json.dumps({"kind": kind, **content}).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Decode a message from one line.

    Raises:
        ValueError: the line is not a message.
    """
    message = json.loads(line)
    if not isinstance(message, dict) or "kind" not in message:
        raise ValueError("not a message")
    return message


WORKER_MESSAGES: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "ready": {},
    "done": {},
    "loading": {"label": str},
    "loaded": {"label": str},
    "broken": {"label": str, "status": str, "reason": str},
    "cost": {"label": str, "costs": dict},
    "started": {"label": str, "pair": str},
    "score": {"label": str, "pair": str, "value": float, "seconds": (int, float), "images": list},
    "failure": {"label": str, "pair": str, "reason": str},
}
"""The messages of workers by kind, with the type of each field."""


def is_sound(message: Mapping[str, Any]) -> bool:
    """Whether a message is one that a worker sends; a plug-in may have written into the worker's pipe."""
    wanted = WORKER_MESSAGES.get(str(message["kind"]))
    if wanted is None or not all(isinstance(message.get(key), kind) for key, kind in wanted.items()):
        return False
    if message["kind"] == "score" and not (len(message["images"]) == 2 and all(map(is_sha256, message["images"]))):
        return False
    numbers = message["costs"].values() if message["kind"] == "cost" else ()
    numbers = (message["value"], message["seconds"]) if message["kind"] == "score" else numbers
    return all(isinstance(number, (int, float)) and math.isfinite(number) for number in numbers)


def encode_setup(setup: Setup) -> bytes:
    """Encode a setup as one line."""
    return encode("setup", setup=asdict(setup))


def decode_setup(message: Mapping[str, Any]) -> Setup:
    """Decode a setup from its message."""
    content = dict(message["setup"])
    methods = tuple(MethodTask(**item) for item in content.pop("methods"))
    folders, measure = tuple(content.pop("plugin_folders")), tuple(content.pop("measure"))
    return Setup(methods=methods, plugin_folders=folders, measure=measure, **content)


def encode_group(group: ReferenceGroup) -> bytes:
    """Encode a group as one line."""
    return encode("group", group=asdict(group))


def decode_group(message: Mapping[str, Any]) -> ReferenceGroup:
    """Decode a group from its message."""
    content = dict(message["group"])
    pairs = tuple(PairTask(**item) for item in content.pop("pairs"))
    wanted = {label: tuple(names) for label, names in content.pop("wanted").items()}
    return ReferenceGroup(pairs=pairs, wanted=wanted, next_files=tuple(content.pop("next_files")), **content)
