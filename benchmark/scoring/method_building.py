"""Builds a method from the name and options sent to a worker, and checks that it is the one that was planned.

No torch.
"""

from __future__ import annotations

from benchmark import plugins
from benchmark.core.hashes import Watch
from benchmark.plugins import registry
from benchmark.plugins.contracts import Method
from benchmark.plugins.options import construct
from benchmark.scoring.messages import MethodTask

CHANGED = "changed"
"""Status of a method that changed since it was planned, so that its scores can't be stored."""


def changed_in_words(path: str) -> str:
    """The reason for giving up a method whose file has changed."""
    return f"{path}: changed while it was being scored: run again"


class Loading:
    """Watches the files that a method is loaded from, starting before it is loaded.

    Args:
        task: the method, with its files as they were when its scores were planned.
    """

    def __init__(self, task: MethodTask) -> None:
        self._reads = task.reads
        self._watch = Watch(task.reads, closely=True)

    def changed(self) -> str:
        """Why what was loaded is not what was planned; empty where it is.

        Sources are known by what was imported, other files by whether they have been touched.
        """
        imported = {path: digest for path, digest in plugins.loaded_sources().items() if path in self._reads}
        for path, digest in imported.items():
            if digest != self._reads[path][4]:
                return changed_in_words(path)
        path = self._watch.changed(path for path in self._reads if path not in imported)
        return changed_in_words(path) if path else ""


def build(task: MethodTask) -> Method:
    """Instantiate a method.

    Raises:
        benchmark.core.errors.PluginError: the method can't be imported or breaks the contract.
    """
    method_type = registry.methods().load(task.name, tried=True)  # the supervisor watches this process
    return construct(method_type, task.options, tried=True)[0]
