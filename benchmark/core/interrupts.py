"""Ctrl-C in a command's process: never lost, and without effect once all is done. Standard library only."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

AGAIN_AFTER_S = 0.01


def never_swallow() -> None:
    """Repeat an interruption that came where Python can only drop it: in ``__del__`` or a library's callback."""
    usual = sys.unraisablehook

    def hook(dropped: Any) -> None:
        if dropped.exc_type is KeyboardInterrupt:
            threading.Timer(AGAIN_AFTER_S, os.kill, (os.getpid(), signal.SIGINT)).start()
        else:
            usual(dropped)

    sys.unraisablehook = hook


def ignore() -> None:
    """Ignore Ctrl-C once all is done: while the interpreter shuts down it would only spoil the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
