"""Standard output and error that may be closed, full, or gone: progress that nobody reads never ends a run.

``2>&1 | head -1`` closes the pipe after a line; a full disk or a closed descriptor refuses every write. The run's results
are kept nevertheless. Standard library only.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO


class Steady(io.TextIOBase):
    """A text stream that accepts everything: text that the real one refuses is dropped.

    Args:
        stream: the real one; ``None`` where the process has none.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Pass text on, as long as the stream accepts any."""
        if self._stream is not None:
            try:
                self._stream.write(text)
            except (OSError, ValueError):  # a pipe without a reader, a full disk, a closed stream
                self._stream = None
        return len(text)

    def flush(self) -> None:
        """Pass on what is buffered."""
        if self._stream is not None:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._stream = None

    def isatty(self) -> bool:
        """Whether a person watches."""
        with contextlib.suppress(OSError, ValueError):
            return self._stream is not None and self._stream.isatty()
        return False

    def fileno(self) -> int:
        """The real stream's descriptor; raises where there is none, as a stream in memory does."""
        if self._stream is None:
            raise io.UnsupportedOperation("no file")
        return self._stream.fileno()


def fill_gaps() -> None:
    """Give the process the standard streams that its parent closed, so that no file it opens takes their place."""
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            if getattr(sys, name) is None:
                setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))


def let_go() -> bool:
    """Flush the standard streams, so that Python has nothing to complain about at exit.

    Returns:
        Whether the output could be written; a reader that left (``| head``) counts as written.
    """
    whole = True
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except BrokenPipeError:
            _to_nowhere(stream)
        except (OSError, ValueError):
            whole = whole and stream is sys.stderr
            _to_nowhere(stream)
    return whole


def _to_nowhere(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
