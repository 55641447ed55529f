"""Per-pair scores on disk, keyed by what produced them; the ground truth that everything else is derived from.

Standard library only. A part is a file of JSON lines that is either whole or not there; scoring adds parts as it goes, and
``compact`` joins them. Nothing in here knows images or methods; ``scoring`` writes, ``pipeline`` reads.

Layout of a part: a line for each producer (``{"producer": key, "components": {…}}``), a line for each score
(``{"p": producer, "e": enhanced's SHA-256, "r": reference's, "m": label, "pair": …, "v": value, "s": seconds}``, with
``"f": true`` where one of the images is of one colour), and a last line ``{"end": number of scores}``.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmark import atomic

FORMAT = "scores-1"


@dataclass(frozen=True, slots=True)
class Producer:
    """What produced a score, beside the two images.

    Attributes:
        components: flat names and values: method, version, source hash, options, weights' hashes, size policy, device
            type, precision, threads, library versions, seed.
        key: leading 128 bits of the SHA-256 of the components, made once: every pair is looked up by it.
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
        seconds: time it took, its share of the work on the reference included.
        flat: whether one of the images is of one colour.
        same: whether the enhanced image is its reference, pixel by pixel.
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

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two scores the same fact."""
        return (self.producer, self.enhanced, self.reference)


@dataclass(slots=True)
class Store:
    """The scores of one output folder.

    Args:
        directory: the folder of parts; made when first written to.
    """

    directory: Path
    _scores: dict[tuple[str, str, str], StoredScore] = field(default_factory=dict)
    _components: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _latest: dict[tuple[str, str], StoredScore] = field(default_factory=dict)
    _parts: list[Path] = field(default_factory=list)
    unreadable: list[Path] = field(default_factory=list)

    def read(self) -> None:
        """Read every whole part; what is damaged is listed in ``unreadable`` and left where it is."""
        self._scores.clear()
        self._components.clear()
        self._latest.clear()
        self._parts.clear()
        self.unreadable.clear()
        for path in sorted(self.directory.glob("part-*.jsonl")) if self.directory.is_dir() else []:
            try:
                components, scores = parse_part(path.read_text(encoding="utf-8"))
            except FileNotFoundError:  # joined by another run in the meantime; its scores stand in a later part
                continue
            except (OSError, ValueError, KeyError, TypeError):
                self.unreadable.append(path)
                continue
            self._take(components, scores)
            self._parts.append(path)

    def _take(self, components: Mapping[str, Mapping[str, str]], scores: Iterable[StoredScore]) -> None:
        self._components.update(components)
        for score in scores:
            self._scores.pop(score.key, None)  # so that the order of the dictionary is the order of making
            self._scores[score.key] = score
            self._latest[score.label, score.pair] = score

    def get(self, producer: Producer, enhanced: str, reference: str) -> StoredScore | None:
        """The score of these two images by this producer, if it is known."""
        return self._scores.get((producer.key, enhanced, reference))

    def add(self, producers: Iterable[Producer], scores: Iterable[StoredScore]) -> Path | None:
        """Write scores as one new part, atomically; returns its path, or ``None`` when there are none.

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
        last = self._latest.get((label, pair))
        if last is None:
            return "new"
        if last.enhanced != enhanced:
            return "the enhanced image changed"
        if last.reference != reference:
            return "the reference changed"
        before, now = self._components.get(last.producer, {}), producer.components
        changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
        return f"changed: {', '.join(_in_words(name, before, now) for name in changed)}" if changed else "new"


def _in_words(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> str:
    if name.endswith("sha256"):
        return name.removesuffix("sha256").strip()
    return f"{name} ({before.get(name, 'none')} → {now.get(name, 'none')})"


def format_part(components: Mapping[str, Mapping[str, str]], scores: Iterable[StoredScore]) -> str:
    """A part's text; floats are written so that they read back bit for bit."""
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
                },
                allow_nan=False,
            )
        )
    return "\n".join([*lines, json.dumps({"end": count})]) + "\n"


def parse_part(text: str) -> tuple[dict[str, Mapping[str, str]], list[StoredScore]]:
    """Producers and scores of a part.

    Raises:
        ValueError: the part is not whole.
    """
    components: dict[str, Mapping[str, str]] = {}
    scores: list[StoredScore] = []
    ended: int | None = None
    for line in text.splitlines():
        if ended is not None:
            raise ValueError("lines after the end")
        item = json.loads(line)
        if "producer" in item:
            components[item["producer"]] = item["components"]
        elif "end" in item:
            ended = item["end"]
        else:
            producer, enhanced, reference, label, pair = (item[key] for key in ("p", "e", "r", "m", "pair"))
            measured, seen = (float(item["v"]), float(item["s"])), (bool(item.get("f")), bool(item.get("i")))
            scores.append(StoredScore(producer, enhanced, reference, label, pair, *measured, *seen))
    if ended != len(scores):
        raise ValueError("the part has no end or another number of scores than it says")
    return components, scores
