"""Stores scores as they come in, under the images that were read and the method as planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from benchmark.core.hashes import Watch
from benchmark.scoring.messages import MethodTask
from benchmark.scoring.store import Producer, Store, StoredScore


class Keeper:
    """Writes scores, unless a file that decides what their method computes has changed since it was planned.

    A score is written only after all files of its method were seen to be unchanged, so that what was read for it, at
    whatever time, is what its key states.

    Args:
        store: where scores go.
        producers: what produces each method's scores, by label.
        tasks: the methods, with the files that decide what they compute.
    """

    def __init__(self, store: Store, producers: Mapping[str, Producer], tasks: Iterable[MethodTask]) -> None:
        self._store = store
        self._producers = producers
        self._reads = {task.label: tuple(task.reads) for task in tasks}
        self._watch = Watch({path: entry for task in tasks for path, entry in task.reads.items()})
        self._seen: set[str] = set()
        self.changed: dict[str, str] = {}

    def write(self, scores: Sequence[StoredScore]) -> None:
        """Write what can be written; ``changed`` then names the methods whose scores can't, each with the file.

        Raises:
            OSError: scores can't be written.
        """
        self.look({score.label for score in scores})
        sound = [replace(score, data=self._store.data) for score in scores if score.label not in self.changed]
        if sound:
            self._store.add(self._producers.values(), sound)

    def look(self, labels: Iterable[str] | None = None) -> None:
        """Check whether files have changed: those of some methods, or of all whose scores were written."""
        if labels is not None:
            labels = set(labels)
            self._seen |= labels
        for label in sorted(self._seen if labels is None else labels):
            path = "" if label in self.changed else self._watch.changed(self._reads.get(label, ()))
            if path:
                self.changed[label] = path
