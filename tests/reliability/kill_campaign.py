"""Kills a study's `train` or `run` at random moments of its course, and compares what it ends in with an undisturbed study.

Linux: the ranks of ``torchrun`` are looked for in ``/proc``.
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.study_results import other_results, other_weights

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "study.yaml"
LONGEST_S = 1800.0
LOOK_EVERY_S = 0.01
MOST = 100
"""Most restarts by torchrun, where it starts ranks again."""


@dataclass(frozen=True)
class Course:
    """How an undisturbed command went on.

    Attributes:
        seen: when each of its files was there, in seconds from its start.
        seconds: its length.
    """

    seen: Mapping[str, float]
    seconds: float

    def place(self, moment: float) -> tuple[int, float]:
        """The number of files that are there at a moment, and the seconds since the last of them."""
        before = [time for time in self.seen.values() if time <= moment]
        return len(before), moment - max(before, default=0.0)


@dataclass(frozen=True)
class Command:
    """``train`` or ``run`` of the study in a folder, as one process or as two ranks."""

    name: str
    folder: Path
    ranks: int = 1

    @property
    def place(self) -> Path:
        """Where it writes."""
        return self.folder / {"train": "checkpoints", "run": "out"}[self.name]

    def start(self, *, again: bool = False) -> subprocess.Popen[bytes]:
        """Start it in a process group of its own; ``again``: torchrun starts ranks again that die."""
        torchrun = [
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc-per-node=2",
            f"--max-restarts={MOST * again}",
        ]
        program = [*(torchrun if self.ranks > 1 else []), str(ROOT / "run_benchmark.py")]
        with open(self.folder / "said.log", "ab") as log:  # a pipe would be held by whatever outlives a kill
            return subprocess.Popen(
                [sys.executable, *program, self.name, CONFIG],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
                start_new_session=True,
            )

    def files(self) -> set[str]:
        """The names of the files that it has written; not those of parts of the store, which are random."""
        found: set[str] = set()
        _gather(self.place, "", found)
        return found

    def undisturbed(self) -> Course:
        """Let it run to its good end.

        Raises:
            AssertionError: it ends otherwise; with the end of what it said.
        """
        process, begin, seen = self.start(), time.monotonic(), dict.fromkeys(self.files(), 0.0)
        with ended(process):
            while process.poll() is None:
                now = time.monotonic() - begin
                seen = {**dict.fromkeys(self.files(), now), **seen}
                time.sleep(LOOK_EVERY_S)
        assert process.returncode == 0, self.said()
        seconds = time.monotonic() - begin
        return Course({name: seen.get(name, seconds) for name in self.files()}, seconds)

    def said(self) -> str:
        """The end of what it wrote to its output."""
        return (self.folder / "said.log").read_text(errors="replace")[-4000:]


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """No process outlives the body: it leads a group of its own, which Ctrl-C does not reach."""
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _gather(folder: Path, above: str, found: set[str]) -> None:
    with contextlib.suppress(OSError), os.scandir(folder) as places:
        for place in places:
            if place.is_dir(follow_symlinks=False):
                _gather(Path(place.path), f"{above}{place.name}/", found)
            elif not place.name.startswith((".", "part-")):
                found.add(above + place.name)


@dataclass(frozen=True)
class Kill:
    """One kill.

    Attributes:
        command: the name of the command, and over how many ranks.
        what: what is killed.
        moment: when, in seconds of the undisturbed course.
        course: that.
        lived: how long the process had lived, in seconds.
    """

    command: Command
    what: str
    moment: float
    course: Course
    lived: float

    def __str__(self) -> str:
        count, _ = self.course.place(self.moment)
        when = f"at {self.moment:.1f} of {self.course.seconds:.1f} s, {count} of {len(self.course.seen)} files"
        return f"{self.command.name}: {self.what}, {when}; it had lived for {self.lived:.1f} s"


@dataclass
class Campaign:
    """Kills of a command, and what they spoilt.

    Attributes:
        command: in a folder where it has done nothing yet.
        whole: the folder of the undisturbed study.
        course: the command's course there. A moment of it comes, also in a slower process, when as many files are there and
            as many seconds have passed since.
        rng: chooses what is killed, and when.
        files: those at whose appearance it is killed, one chosen each time; empty for any moment.
        faults: what differed from the undisturbed study, whenever the command came to its end.
    """

    command: Command
    whole: Path
    course: Course
    rng: random.Random
    files: Sequence[str] = ()
    faults: list[str] = field(default_factory=list)

    def kills(self, count: int) -> Iterator[Kill]:
        """Kill the command at random moments, each time where the last kill left it; then let it end.

        Where it ends before it is killed, it is compared and begins anew in an empty folder.
        """
        done = 0
        while done < count:
            moments = sorted(self._moment() for _ in range(count - done))
            while moments:
                again, begin = self.command.ranks > 1 and self.rng.random() < 0.5, time.monotonic()
                process = self.command.start(again=again)
                with ended(process):
                    for what, moment in self._until_it_ends(process, moments, again=again):
                        done += 1
                        yield Kill(self.command, what, moment, self.course, time.monotonic() - begin)
                    if process.wait(LONGEST_S) == 0:
                        self._compare()
                        if moments:
                            shutil.rmtree(self.command.place)
                            moments.clear()
        self.command.undisturbed()
        self._compare()

    def _until_it_ends(
        self, process: subprocess.Popen[bytes], moments: list[tuple[float, str]], *, again: bool
    ) -> Iterator[tuple[str, float]]:
        """Kill a process at each of some moments, which are taken away, until it has ended; say what and when."""
        while moments and process.poll() is None:
            rank = self.command.ranks > 1 and self.rng.random() < 0.7
            if not self._comes(process, *moments[0], rank=rank):
                return
            moment, _ = moments.pop(0)
            yield _kill(process, self.rng if rank else None, again=again), moment

    def _moment(self) -> tuple[float, str]:
        """A moment of the course, and the file at whose appearance it comes, if any."""
        file = self.rng.choice(self.files) if self.files else ""
        return (self.course.seen[file], file) if file else (self.rng.uniform(0, self.course.seconds), "")

    def _comes(self, process: subprocess.Popen[bytes], moment: float, file: str, *, rank: bool) -> bool:
        """Wait for a moment, and for a rank where one is to be killed; whether they come before the command ends."""
        count, since = (1, 0.0) if file else self.course.place(moment)
        names = {file} if file else self.course.seen.keys()
        while process.poll() is None and len(self.command.files() & names) < count:
            time.sleep(LOOK_EVERY_S)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(since)
        while process.poll() is None and rank and not ranks_of(process):
            time.sleep(LOOK_EVERY_S)
        assert process.poll() in (None, 0), self.command.said()
        return process.poll() is None

    def _compare(self) -> None:
        compare = {"train": other_weights, "run": other_results}[self.command.name]
        self.faults += [line for line in compare(self.whole, self.command.folder) if line not in self.faults]


def _kill(process: subprocess.Popen[bytes], rank: random.Random | None, *, again: bool) -> str:
    """Kill all; or a rank, after which torchrun ends the other and itself, or starts both again; say which."""
    victims = ranks_of(process) if rank is not None else []
    if rank is None or not victims:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "the process group"
    os.kill(rank.choice(victims), signal.SIGKILL)
    if again:
        return "one of two ranks, which torchrun starts again"
    process.wait(LONGEST_S)
    return "one of two ranks"


def ranks_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The ranks that torchrun has started and that live (Linux)."""
    try:
        words = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    except OSError:
        return []
    return [int(word) for word in words if b"run_benchmark.py" in _words(word)]


def _words(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
