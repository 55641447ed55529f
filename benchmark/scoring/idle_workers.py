"""Keeps worker processes without work, so that the next scoring of the same kind need not start its own. Standard library.

A worker takes some seconds to start, nearly all of it to import torch and the networks' libraries. A study scores each
partition with checkpoints of its own, a few at a time: its workers go on from one to the next with another setup.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.scoring.worker_process import WorkerProcess


class IdleWorkers:
    """Workers that have ended their work and may be given another setup; a context, at whose end they end, too.

    Only workers that never met code from elsewhere belong here: what a plug-in does to its process must change no other
    method's scores.
    """

    def __init__(self) -> None:
        self._environment: Mapping[str, str] = {}
        self._kept: list[WorkerProcess] = []

    def __enter__(self) -> IdleWorkers:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End them all."""
        self._let_go()

    def put(self, process: WorkerProcess, environment: Mapping[str, str]) -> None:
        """Keep a worker that has no work; or let it end, where it can't take another setup.

        Args:
            process: the worker.
            environment: what it was started with.
        """
        if self._environment != environment:
            self._let_go()
        if process.has_ended() or not process.rest():
            process.release()
            return
        self._environment = environment
        self._kept.append(process)

    def take(self, environment: Mapping[str, str]) -> WorkerProcess | None:
        """A living worker that was started in the same environment; ``None`` if there is none."""
        if self._environment != environment:
            self._let_go()
        while self._kept:
            process = self._kept.pop()
            if not process.has_ended():
                return process
            process.release()
        return None

    def _let_go(self) -> None:
        while self._kept:
            self._kept.pop().release()
