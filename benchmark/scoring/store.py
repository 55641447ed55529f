"""Stores the score of each pair on disk, keyed by what produced it; everything else is derived from these scores.

Standard library only; knows neither images nor methods. A part is a file of JSON lines that is either whole or not there;
scoring adds parts as it goes, and ``compact`` joins them.

A part has a line for each producer (``{"producer": key, "components": {…}}``), a line for each score
(``{"p": producer, "e": enhanced's SHA-256, "r": reference's, "m": label, "pair": …, "v": value, "s": seconds}``, with
``"f": true`` where one of the images is of one colour, ``"i": true`` where both are the same, and in a study ``"d"``, the
data set), and a last line ``{"end": number of scores, "sha256": of all lines before}``. Parts of earlier versions lack the
checksum. A part that is not exactly so is damaged and ignored altogether.
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmark.core import atomic
from benchmark.core.hashes import is_sha256

FORMAT = "scores-1"
DAMAGED = ".damaged"
"""The end of the name of a damaged part that was set aside."""
_TEXTS, _NUMBERS, _FLAGS, _DATA = ("p", "e", "r", "m", "pair"), ("v", "s"), ("f", "i"), "d"
_KEYS = {*_TEXTS, *_NUMBERS, *_FLAGS, _DATA}


@dataclass(frozen=True, slots=True)
class Producer:
    """What produced a score, apart from the two images.

    Attributes:
        components: flat names and values: method, version, source hash, options, weights' hashes, size policy, device
            type, precision, threads, library versions, seed.
        key: leading 128 bits of the SHA-256 of the components; computed once, since every pair is looked up by it.
    """

    components: Mapping[str, str]
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        text = json.dumps(dict(self.components), sort_keys=True, ensure_ascii=False)
        object.__setattr__(self, "key", hashlib.sha256(f"{FORMAT}\n{text}".encode()).hexdigest()[:32])


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A score with what it belongs to.

    Attributes:
        producer: the producer's key.
        enhanced: SHA-256 of the enhanced image's file.
        reference: SHA-256 of the reference's file.
        label: the method's label in the run that made it.
        pair: the pair's identifier in that run.
        value: the finite score.
        seconds: time it took, including its share of the work on the reference.
        flat: whether one of the images is of one colour.
        same: whether the enhanced image is its reference, pixel by pixel.
        data: the data set of a study, of which another may have pairs of the same names; else empty.
    """

    producer: str
    enhanced: str
    reference: str
    label: str
    pair: str
    value: float
    seconds: float
    flat: bool = False
    same: bool = False
    data: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Two scores with equal keys are the same fact."""
        return (self.producer, self.enhanced, self.reference)


@dataclass(slots=True)
class Store:
    """The scores of one output folder.

    Args:
        directory: the folder of parts; created at the first write.
        data: the data set of a study whose pairs are asked for; else empty.
    """

    directory: Path
    data: str = ""
    _scores: dict[tuple[str, str, str], StoredScore] = field(default_factory=dict)
    _components: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _latest: dict[tuple[str, str, str], StoredScore] = field(default_factory=dict)
    _parts: list[Path] = field(default_factory=list)
    unreadable: list[Path] = field(default_factory=list)

    def read(self, *, mend: bool = True) -> None:
        """Read every whole part; the others are listed in ``unreadable``, and set aside where they are damaged.

        Args:
            mend: whether damaged parts are set aside; where not, nothing is changed.
        """
        self._scores.clear()
        self._components.clear()
        self._latest.clear()
        self._parts.clear()
        self.unreadable.clear()
        for path in sorted(self.directory.glob("part-*.jsonl")) if self.directory.is_dir() else []:
            try:
                components, scores = parse_part(path.read_text(encoding="utf-8"))
            except FileNotFoundError:  # joined by another run in the meantime; its scores are in a later part
                continue
            except OSError:
                self.unreadable.append(path)
                continue
            except (ValueError, RecursionError):
                self.unreadable.append(_set_aside(path) if mend else path)
                continue
            self._take(components, scores)
            self._parts.append(path)

    def _take(self, components: Mapping[str, Mapping[str, str]], scores: Iterable[StoredScore]) -> None:
        self._components.update(components)
        for score in scores:
            self._scores.pop(score.key, None)  # so that the dictionary is in the order in which scores were made
            self._scores[score.key] = score
            self._latest[score.data, score.label, score.pair] = score

    def get(self, producer: Producer, enhanced: str, reference: str) -> StoredScore | None:
        """The score of these two images by this producer, if it is known."""
        return self._scores.get((producer.key, enhanced, reference))

    def mean_seconds(self) -> dict[str, float]:
        """Mean seconds per pair of each producer's scores, by its key."""
        times: dict[str, list[float]] = {}
        for score in self._scores.values():
            times.setdefault(score.producer, []).append(score.seconds)
        return {key: math.fsum(values) / len(values) for key, values in times.items()}

    def add(self, producers: Iterable[Producer], scores: Iterable[StoredScore]) -> Path | None:
        """Write scores as one new part, atomically; returns its path, or ``None`` when there are no scores.

        Raises:
            OSError: the part can't be written; nothing half-written is left.
        """
        rows = list(scores)
        if not rows:
            return None
        used = {score.producer for score in rows}
        components = {item.key: item.components for item in producers if item.key in used}
        path = self.directory / f"part-{self._next_number():06d}-{secrets.token_hex(4)}.jsonl"
        atomic.write_text(path, format_part(components, rows))
        self._take(components, rows)
        self._parts.append(path)
        return path

    def _next_number(self) -> int:
        numbers = [int(path.name.split("-")[1]) for path in self._parts if path.name.split("-")[1].isdigit()]
        return max(numbers, default=0) + 1

    def compact(self) -> None:
        """Join all parts that were read or written into one, then delete them."""
        if len(self._parts) < 2:
            return
        old = list(self._parts)
        self.add([Producer(components) for components in self._components.values()], self._scores.values())
        self._parts = self._parts[-1:]
        for path in old:
            path.unlink(missing_ok=True)

    def why(self, producer: Producer, label: str, pair: str, enhanced: str, reference: str) -> str:
        """Why a score has to be computed: ``new``, or what changed since this method last scored this pair."""
        last = self._latest.get((self.data, label, pair))
        if last is None:
            return "new"
        if last.enhanced != enhanced:
            return "the enhanced image changed"
        if last.reference != reference:
            return "the reference changed"
        before, now = self._components.get(last.producer, {}), producer.components
        changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
        return f"changed: {', '.join(_in_words(name, before, now) for name in changed)}" if changed else "new"


def _set_aside(path: Path) -> Path:
    """Rename a damaged part so that it is not read again; returns its new path, or the old if it can't be renamed."""
    place = path.with_name(path.name + DAMAGED)
    while place.exists():
        place = place.with_name(f"{path.name}.{secrets.token_hex(2)}{DAMAGED}")
    try:
        return path.rename(place)
    except OSError:
        return path


def _in_words(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> str:
    if name.endswith("sha256"):
        return name.removesuffix("sha256").strip()
    return f"{name} ({before.get(name, 'none')} → {now.get(name, 'none')})"


def format_part(components: Mapping[str, Mapping[str, str]], scores: Iterable[StoredScore]) -> str:
    """The text of a part; floats are written so that they read back bit for bit."""
    lines = [json.dumps({"producer": key, "components": dict(components[key])}) for key in sorted(components)]
    count = 0
    for score in scores:
        count += 1
        lines.append(
            json.dumps(
                {
                    "p": score.producer,
                    "e": score.enhanced,
                    "r": score.reference,
                    "m": score.label,
                    "pair": score.pair,
                    "v": score.value,
                    "s": score.seconds,
                    **({"f": True} if score.flat else {}),
                    **({"i": True} if score.same else {}),
                    **({_DATA: score.data} if score.data else {}),
                },
                allow_nan=False,
            )
        )
    text = "".join(f"{line}\n" for line in lines)
    return text + json.dumps({"end": count, "sha256": _sha256(text)}) + "\n"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def parse_part(text: str) -> tuple[dict[str, Mapping[str, str]], list[StoredScore]]:
    """The producers and scores of a part.

    Raises:
        ValueError: the part is not whole, not what was written, or not of this format.
        RecursionError: a line is nested too deeply.
    """
    components: dict[str, Mapping[str, str]] = {}
    scores: list[StoredScore] = []
    body, _, last = text.removesuffix("\n").rpartition("\n")
    body += "\n" if body else ""
    end = _object(last)
    if not text.endswith("\n") or set(end) - {"sha256"} != {"end"} or end.get("sha256", _sha256(body)) != _sha256(body):
        raise ValueError("the part has no end, or another checksum than it says")
    twins = _without_twins if "sha256" not in end else None
    for line in body.split("\n")[:-1]:
        item = _object(line, twins)
        if "producer" in item:
            producer = _producer(item)
            components[producer.key] = producer.components
        else:
            scores.append(_score(item, components))
    if type(end["end"]) is not int or end["end"] != len(scores):
        raise ValueError("the part has another number of scores than it says")
    return components, scores


def _object(line: str, hook: Callable[[list[tuple[str, Any]]], Any] | None = None) -> dict[str, Any]:
    item = json.loads(line, object_pairs_hook=hook)
    if not isinstance(item, dict):
        raise ValueError("a line is no object")
    return item


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    item = dict(pairs)
    if len(item) < len(pairs):
        raise ValueError("a key stands twice")
    return item


def _producer(item: Mapping[str, Any]) -> Producer:
    components = item.get("components")
    if not isinstance(components, dict) or not all(isinstance(value, str) for value in components.values()):
        raise ValueError("a producer's components are no texts")
    producer = Producer(components)
    if set(item) != {"producer", "components"} or item["producer"] != producer.key:
        raise ValueError("a producer's key is not that of its components")
    return producer


def _score(item: Mapping[str, Any], components: Mapping[str, Any]) -> StoredScore:
    if not item.keys() <= _KEYS or not all(isinstance(item.get(key), str) for key in _TEXTS):
        raise ValueError("a score lacks a key, or has one that is not known")
    data = item.get(_DATA, "")
    if not isinstance(data, str):
        raise ValueError("a score's data set is no text")
    if item["p"] not in components or not is_sha256(item["e"]) or not is_sha256(item["r"]):
        raise ValueError("a score is of an unknown producer or image")
    value, seconds = (_number(item.get(key)) for key in _NUMBERS)
    if seconds < 0 or not all(item.get(key, True) is True for key in _FLAGS):
        raise ValueError("a score took less than no time, or has a flag that is none")
    flags = ("f" in item, "i" in item)
    return StoredScore(item["p"], item["e"], item["r"], item["m"], item["pair"], value, seconds, *flags, data)


def _number(value: object) -> float:
    try:
        number = float(value) if type(value) in (int, float) else math.nan  # type: ignore[arg-type]
    except OverflowError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{value!r:.40} is no score")
    return number
