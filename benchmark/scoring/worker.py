"""A worker process: ``python -m benchmark.scoring.worker``, driven by messages on its standard input.

The supervisor starts it; ``messages`` defines the messages, ``score_group`` does the work.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from benchmark.core import children
from benchmark.scoring import process

if TYPE_CHECKING:
    from benchmark.scoring.messages import Setup


def main() -> None:
    """Serve groups until the supervisor closes the pipe."""
    children.die_with_parent()
    process.tune_allocator()
    incoming, outgoing = process.take_pipes()

    from benchmark.scoring.messages import decode, decode_setup  # noqa: PLC0415

    setup: Setup | None = decode_setup(decode(incoming.readline()))

    import torch  # noqa: PLC0415 - after the allocator is tuned

    torch.set_num_interop_threads(1)

    from benchmark.statistics import compiled  # noqa: PLC0415

    compiled.settle()
    while setup is not None:
        torch.set_num_threads(setup.threads)
        setup = serve(setup, incoming, outgoing)


def serve(setup: Setup, incoming: Iterable[bytes], outgoing: BinaryIO) -> Setup | None:
    """Score each group that comes in, until no more can come.

    Args:
        setup: what a worker needs to know.
        incoming: a message of a group each; or of another setup.
        outgoing: where messages to the supervisor are written.

    Returns:
        The other setup, with which the worker is to begin anew; ``None`` where no more can come.
    """
    from benchmark.images.sizes import SizePolicy  # noqa: PLC0415
    from benchmark.scoring.measure_cost import CostMeter  # noqa: PLC0415
    from benchmark.scoring.messages import decode, decode_group, decode_setup, encode  # noqa: PLC0415
    from benchmark.scoring.read_ahead import worker_reader  # noqa: PLC0415
    from benchmark.scoring.score_group import Terms, score_group  # noqa: PLC0415

    sizes = SizePolicy(**_tuples(setup.sizes))
    terms = Terms(setup.device, setup.seed, setup.autocast)
    reader = worker_reader(setup.threads, sizes, on_cuda=terms.on_cuda, measured=bool(setup.measure))

    def emit(kind: str, **content: Any) -> None:
        outgoing.write(encode(kind, reading=reader.busy, **content))
        outgoing.flush()

    shelf, meter = MethodShelf(setup, emit), CostMeter(setup.measure, emit)
    emit("ready")
    for line in incoming:
        message = decode(line)
        if message["kind"] == "setup":
            return decode_setup(message)
        group = decode_group(message)
        methods = shelf.get(list(group.wanted))
        score_group(group, methods, terms, sizes, emit, meter, reader)
        emit("done", number=group.number)
    return None


def _tuples(values: Any) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


class MethodShelf:
    """The worker's methods, each built and loaded at its first use; one that can't be is reported once."""

    def __init__(self, setup: Any, emit: Any) -> None:
        from benchmark import plugins  # noqa: PLC0415

        for folder in setup.plugin_folders:
            plugins.add_folder(Path(folder))
        self._setup = setup
        self._emit = emit
        self._tasks = {task.label: task for task in setup.methods}
        self._loaded: dict[str, Any] = {}
        self._broken: set[str] = set()

    def get(self, labels: list[str]) -> dict[str, Any]:
        """The loaded methods among ``labels``."""
        for label in labels:
            if label not in self._loaded and label not in self._broken:
                self._load(label)
        return {label: self._loaded[label] for label in labels if label in self._loaded}

    def _load(self, label: str) -> None:
        from benchmark.core.errors import UserError, WeightsUnavailableError, in_words  # noqa: PLC0415
        from benchmark.scoring.guard import undisturbed  # noqa: PLC0415
        from benchmark.scoring.method_building import CHANGED, Loading, build  # noqa: PLC0415

        self._emit("loading", label=label)
        loading = Loading(self._tasks[label])
        try:
            with undisturbed("0" * 64):
                method = build(self._tasks[label])
                method.load(self._setup.device)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a plug-in does, only its own row fails
            self._broken.add(label)
            if changed := loading.changed():
                self._emit("broken", label=label, status=CHANGED, reason=changed)
                return
            status = "unavailable" if isinstance(error, WeightsUnavailableError) else "failed"
            reason = str(error) if isinstance(error, UserError) else in_words(error)
            self._emit("broken", label=label, status=status, reason=f"can't be loaded: {reason}")
        else:
            if changed := loading.changed():
                self._broken.add(label)
                self._emit("broken", label=label, status=CHANGED, reason=changed)
                return
            self._loaded[label] = method
            self._emit("loaded", label=label)


if __name__ == "__main__":
    main()
