"""Workers end as a whole: whatever a method starts, closes or leaves behind, nothing hangs and nothing survives."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from benchmark.core import children
from benchmark.scoring import messages
from tests.long import with_long
from tests.scoring.test_engine import HEAD, MAE, method, score, values

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="orphans are looked for in Linux's /proc"),
]

FORK = "pid = os.fork()\nif pid == 0:\n    time.sleep(600)\n"
START = "import subprocess\nsubprocess.Popen(['sleep', '654.321'], start_new_session={own})\n"


@pytest.fixture
def images(tiny_set: Path) -> Path:
    return tiny_set.parent


def sleepers(plugin_folder: Path) -> list[int]:
    """Living workers of this test, and the programs that its methods started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words, state = (place / "cmdline").read_bytes(), (place / "stat").read_text().rpartition(")")[2].split()[0]
            mine = f"EFID_TEST={plugin_folder}".encode() in (place / "environ").read_bytes()
        except OSError:
            continue
        if mine and state not in "ZX" and (b"654.321" in words or b"benchmark.scoring.worker" in words):
            found.append(int(place.name))
    return found


def assert_nobody_is_left(plugin_folder: Path) -> None:
    end = time.monotonic() + 20
    while (left := sleepers(plugin_folder)) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


CASES = {
    "forks a child that holds the pipe, and dies": FORK + "os.kill(os.getpid(), 9)",
    "closes all its descriptors and sleeps": "os.closerange(0, 256)\ntime.sleep(600)",
    "starts a program and hangs": START.format(own=False) + "time.sleep(600)",
    "starts a program in a session of its own and hangs": START.format(own=True) + "time.sleep(600)",
    "starts a program in a session of its own and dies": START.format(own=True) + "os._exit(7)",
    "forks a child and ends": FORK + "os._exit(3)",
}


@pytest.mark.parametrize("body", with_long(CASES.values(), list(CASES.values())[1:-2]), ids=CASES)
def test_what_a_method_starts_ends_with_it(
    body: str, plugin_folder: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EFID_TEST", str(plugin_folder))
    bad = "def score(self, enhanced, reference):\n" + textwrap.indent(body + "\nreturn None", "    ")
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("mae", MAE) + method("bad", bad))
    begin = time.monotonic()
    outcome, _ = score(plugin_folder, images, ["mae", "bad"], time_limit=3.0)
    assert time.monotonic() - begin < 120
    assert None not in values(outcome, "mae")
    assert values(outcome, "bad") == [None] * 4
    assert_nobody_is_left(plugin_folder)


def test_a_program_left_behind_by_a_good_method_ends_with_the_run(
    plugin_folder: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EFID_TEST", str(plugin_folder))
    good = "def score(self, enhanced, reference):\n" + textwrap.indent(START.format(own=True), "    ")
    good += "    return (enhanced - reference).abs().mean(dim=(1, 2, 3))"
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("good", good))
    outcome, _ = score(plugin_folder, images, ["good"])
    assert None not in values(outcome, "good")
    assert_nobody_is_left(plugin_folder)


@pytest.mark.long
def test_a_pause_of_the_whole_run_is_no_hang(plugin_folder: Path, images: Path) -> None:
    """A container or job that is stopped for longer than the limit loses no method."""
    slow = "def score(self, enhanced, reference):\n    time.sleep(0.7)\n    return enhanced.mean(dim=(1, 2, 3))"
    (plugin_folder / "methods" / "m.py").write_text(HEAD + method("slow", slow))
    script = plugin_folder / "go.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom tests.scoring.test_engine import score, values\n"
        f"outcome, _ = score(Path({str(plugin_folder)!r}), Path({str(images)!r}), ['slow'], time_limit=4.0)\n"
        "print(outcome.failures)\nassert None not in values(outcome, 'slow')\n"
    )
    run = subprocess.Popen(
        [sys.executable, str(script)], env=children.environment(), cwd=Path.cwd(), stderr=subprocess.PIPE
    )
    store = plugin_folder / "store"
    group: list[int] = []
    while run.poll() is None and not group:
        time.sleep(0.2)
        group = [pid for pid in _children(run.pid) if _cpu_seconds(pid) > 0]
    time.sleep(3.0)
    for pid in (run.pid, *group):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(7.0)
    for pid in (*group, run.pid):
        os.kill(pid, signal.SIGCONT)
    _, errors = run.communicate(timeout=120)
    assert run.returncode == 0, errors.decode()
    assert list(store.glob("part-*"))


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "score"},
        {"kind": "score", "label": "a", "pair": "p", "value": "1", "seconds": 1.0, "images": ["ab" * 32] * 2},
        {"kind": "score", "label": "a", "pair": "p", "value": float("nan"), "seconds": 1.0, "images": ["ab" * 32] * 2},
        {"kind": "score", "label": "a", "pair": "p", "value": 0.5, "seconds": 1.0, "images": ["ab" * 32, "none"]},
        {"kind": "failure", "label": "a", "pair": ["p"], "reason": "x"},
        {"kind": "cost", "label": "a", "costs": {"bytes": "many"}},
        {"kind": "nonsense"},
        {"kind": ["ready"]},
    ],
)
def test_what_a_plug_in_writes_into_the_pipe_is_no_message(line: dict[str, object]) -> None:
    assert not messages.is_sound(line)


def test_what_a_worker_tells_is_a_message() -> None:
    score = {"kind": "score", "label": "a", "pair": "p", "value": 0.5, "seconds": 1, "images": ["ab" * 32] * 2}
    assert messages.is_sound({**score, "reading": False})
    assert messages.is_sound({"kind": "ready", "reading": False})
