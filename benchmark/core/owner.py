"""One owner per folder at a time: a lock that names who works in a folder, and that a dead owner does not keep.

The lock is a file, so that it works on network file systems too. There the owner's process can't be seen, so the lock's age
decides, since a living owner touches it again and again. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmark.core.errors import UserError

NAME = ".lock"
TOUCH_EVERY_S = 20.0
STALE_AFTER_S = 300.0
NO_JOB = ("", "none")


class InUseError(UserError):
    """Somebody else works in the folder."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who works in a folder.

    Attributes:
        what: what it does, in words (``run of configs/efid.yaml``).
        host: its machine.
        place: where its process number is valid: this boot of this machine, this container.
        pid: number of its process.
        born: start of its process, in the machine's own count; it tells apart processes that reuse a number.
        job: identifier of the torchrun job, whose processes follow one another in a folder; empty for none.
        since: when it began, UTC.
        token: a unique mark of this owner.
    """

    what: str
    host: str
    place: str
    pid: int
    born: str
    job: str
    since: str
    token: str


@dataclass(frozen=True, slots=True)
class Ownership:
    """A folder owned by this process."""

    folder: Path
    owner: Owner

    def confirm(self) -> None:
        """Make sure that the folder is still owned: to another machine, an owner that paused long enough seems dead.

        Raises:
            UserError: it was taken over.
        """
        other = _read(self.folder / NAME)
        if other is not None and other.token != self.owner.token:
            raise UserError(
                f"{self.folder}: was taken over by {other.what} (process {other.pid} on {other.host}) while this process "
                "stood still; nothing more is written there"
            )


@contextmanager
def sole_owner(folder: Path, what: str, *, remedy: str) -> Iterator[Ownership]:
    """Own a folder, created if missing, while the body runs.

    Args:
        folder: what is owned.
        what: what is done there, in words.
        remedy: what a user can do who finds the folder taken.

    Raises:
        InUseError: somebody else works there.
        OSError: the folder can't be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / NAME
    own = _myself(what)
    _take(lock, own, remedy)
    over = threading.Event()
    threading.Thread(target=_keep_alive, args=(lock, over), daemon=True).start()
    try:
        yield Ownership(folder, own)
    finally:
        over.set()
        other = _read(lock)
        if other is not None and other.token == own.token:
            lock.unlink(missing_ok=True)


def _take(lock: Path, own: Owner, remedy: str) -> None:
    for _ in range(5):
        if _write_new(lock, own):
            return
        other = _read(lock)
        if other is not None and not _is_gone(lock, other, own):
            raise InUseError(
                f"{lock.parent}: in use by {other.what} (process {other.pid} on {other.host}, since {other.since}); "
                f"wait for it, or {remedy}; if it does not run any more, delete {lock}"
            )
        if other is None and lock.exists() and _age(lock) < STALE_AFTER_S:
            raise UserError(f"{lock}: names no owner that can be read; if nothing runs in that folder, delete it")
        if _succeed(lock, other, own, remedy):
            return
    raise InUseError(f"{lock.parent}: several processes try to work there at once; start one at a time, or {remedy}")


def _succeed(lock: Path, gone: Owner | None, own: Owner, remedy: str) -> bool:
    """Take over from a dead owner, unless somebody else did so first; returns whether it succeeded.

    Each dead owner has one heir at a time: the right to succeed it is a lock itself, named after it. While that is held,
    nobody else changes a lock that still has the dead owner's name, and the change is one step of the file system.
    """
    dead = "unreadable" if gone is None else gone.token
    right = lock.with_name(f"{NAME}.heir-of-{dead}")
    _take(right, own, remedy)
    try:
        now = _read(lock)
        if not lock.exists() or (now.token if now is not None else "unreadable") != dead:
            return False
        os.replace(_beside(lock, own), lock)
        return True
    finally:
        right.unlink(missing_ok=True)


def _beside(lock: Path, own: Owner) -> Path:
    """A complete lock in a file of its own, beside the real one."""
    beside = lock.with_name(f"{NAME}.{own.token}.new")
    beside.write_text(json.dumps(asdict(own)) + "\n", encoding="utf-8")
    return beside


def _write_new(lock: Path, own: Owner) -> bool:
    """Create the lock, complete from the start, unless there is one."""
    beside = _beside(lock, own)
    try:
        os.link(beside, lock)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        try:
            with open(lock, "x", encoding="utf-8") as file:
                file.write(json.dumps(asdict(own)) + "\n")
        except FileExistsError:
            return False
    finally:
        beside.unlink(missing_ok=True)
    return True


def _read(lock: Path) -> Owner | None:
    try:
        content = json.loads(lock.read_text(encoding="utf-8"))
        return Owner(**content)
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _is_gone(lock: Path, other: Owner, own: Owner) -> bool:
    """Whether the owner is dead, as far as can be known from here."""
    if other.job not in NO_JOB and other.job == own.job:
        return True  # torchrun ends all processes of a round before it starts the next
    if (other.host, other.place) == (own.host, own.place):
        return _born(other.pid) != other.born
    return _age(lock) > STALE_AFTER_S


def _age(lock: Path) -> float:
    """Seconds since the lock was touched, by the clock of the file system, which may not be that of this machine."""
    probe = lock.with_name(f"{NAME}.{secrets.token_hex(4)}.now")
    try:
        probe.touch()
        return probe.stat().st_mtime - lock.stat().st_mtime
    except OSError:
        return 0.0
    finally:
        probe.unlink(missing_ok=True)


def _keep_alive(lock: Path, over: threading.Event) -> None:
    while not over.wait(TOUCH_EVERY_S):
        with contextlib.suppress(OSError):
            os.utime(lock)


def _myself(what: str) -> Owner:
    return Owner(
        what=what,
        host=socket.gethostname(),
        place=_place(),
        pid=os.getpid(),
        born=_born(os.getpid()),
        job=os.environ.get("TORCHELASTIC_RUN_ID", ""),
        since=time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        token=secrets.token_hex(8),
    )


def here() -> str:
    """Where process numbers are valid: this machine since its boot, in this container."""
    return f"{socket.gethostname()} {_place()}"


def is_alive(pid: int) -> bool:
    """Whether a process with this number runs here."""
    return bool(_born(pid))


def _place() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _born(pid: int) -> str:
    """When a process was started, in clock ticks (Linux); ``alive`` on other systems; empty if there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        pass
    if Path("/proc/self/stat").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "alive"
