"""A small process beside one that runs programs: when that one is gone, it kills what is left and removes their folder.

A process that is killed by force can't do this itself, and the programs' own children don't learn that it died.
Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

from benchmark.core import children, leftovers

LOOK_EVERY_S = 1.0
END_S = 5.0


class Warden:
    """Guards a folder, and the programs that bear a mark, until this object or this whole process is gone.

    Args:
        mark: how an entry of the programs' environment begins (``NAME=value``).
        folder: removed in the end, with all that is in it.

    Raises:
        OSError: it can't be started.
    """

    def __init__(self, mark: str, folder: Path) -> None:
        process = subprocess.Popen(
            children.command(__name__, mark, str(folder), str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={name: value for name, value in children.environment().items() if name != leftovers.WORKER},
            start_new_session=True,
        )
        self._pipe = process.stdin
        self.dismiss = weakref.finalize(self, _end, process, folder)
        """Ends it, which kills and removes what it guards."""

    def note(self, leader: int) -> None:
        """Name the process that leads the running program's group; 0 for none."""
        assert self._pipe is not None
        with contextlib.suppress(OSError, ValueError):  # it was killed: then it guards nothing any more
            self._pipe.write(f"{leader}\n".encode())
            self._pipe.flush()


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # something was left to be written, and nobody reads it
        process.stdin.close()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Wait until the parent's end of the pipe closes, or the parent is gone while a child of its own holds the pipe."""
    mark, folder, parent = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    heard, leader = b"", 0
    while True:
        lives = os.getppid() == parent
        ready, _, _ = select.select([sys.stdin], [], [], LOOK_EVERY_S if lives else 0)
        data = os.read(sys.stdin.fileno(), 4096) if ready else b""
        if not data and (ready or not lives):
            break
        *lines, heard = (heard + data).split(b"\n")
        leader = int(lines[-1]) if lines else leader
    leftovers.kill(leader, mark)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
