"""Kills a process with everything that it started, whatever groups and sessions these have made. Standard library only.

They are known by their group, by their session and by a mark in their environment, which they inherit even when whoever
started them is gone. Sessions and marks are looked for in Linux's ``/proc``; elsewhere only the group is killed.
"""

from __future__ import annotations

import contextlib
import os
import signal

WORKER = "EFID_BENCH_WORKER"
"""Environment variable that identifies the processes that a worker started, even in sessions of their own."""
PROGRAM = "EFID_BENCH_PROGRAM"
"""The same of somebody else's program that a method runs."""
KILLS = 3


def kill(leader: int, mark: str) -> None:
    """Kill a process group, its session, and all processes with a mark.

    Args:
        leader: number of the process that leads the group and its session; 0 for none.
        mark: how an entry of their environment begins (``NAME=value``).
    """
    for _ in range(KILLS):  # a process forked meanwhile is seen the next time
        if leader:
            with contextlib.suppress(OSError):
                os.killpg(leader, signal.SIGKILL)
        members = _living(leader, mark)
        for pid in members:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not members:
            return


def _living(leader: int, mark: str) -> list[int]:
    """The living processes of a session or with the mark, but not this one; none where there is no ``/proc``."""
    found: list[int] = []
    user, sign = os.getuid(), b"\0" + mark.encode()
    with contextlib.suppress(FileNotFoundError), os.scandir("/proc") as places:
        for place in places:
            with contextlib.suppress(OSError, ValueError, IndexError):
                if not place.name.isdecimal() or int(place.name) == os.getpid():
                    continue
                if user and place.stat().st_uid != user:  # nobody but root can start another user's process
                    continue
                state, _, _, session = _read(place.path, "stat").rpartition(b")")[2].split()[:4]
                mine = bool(leader) and int(session) == leader
                if state not in b"ZX" and (mine or sign in b"\0" + _read(place.path, "environ")):
                    found.append(int(place.name))
    return found


def _read(place: str, name: str) -> bytes:
    with open(f"{place}/{name}", "rb") as file:
        return file.read()
