"""Other people's programs with real processes: however one ends, hangs, floods or hides its children, it is over."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from benchmark.core import children, leftovers, programs, warden
from benchmark.core.programs import Ended

pytestmark = pytest.mark.heavy

LINUX = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looked for in Linux's /proc")
MARK = f"test-of-programs-{secrets.token_hex(4)}."


@pytest.fixture
def nap() -> str:
    """A time to sleep for which no other process sleeps: by it this test's are known."""
    return f"{1000 + secrets.randbelow(10**8)}.5"


def run(tmp_path: Path, script: str, *, limit: float = 30.0, read: tuple[str, ...] = ("stdout",)) -> Ended:
    arguments = ["sh", "-c", script]
    return programs.run(arguments, folder=tmp_path, environment=dict(os.environ), mark=MARK, limit=limit, read=read)


def sleepers(seconds: str) -> list[int]:
    """Living processes that sleep for a time which only this test uses; none where there is no ``/proc``."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (place / "cmdline").read_bytes() == f"sleep\0{seconds}\0".encode():
                found.append(int(place.name))
    return found


def is_gone(seconds: str) -> bool:
    end = time.monotonic() + 10
    while (left := sleepers(seconds)) and time.monotonic() < end:
        time.sleep(0.02)
    return not left


def test_what_a_program_writes_and_how_it_ends(tmp_path: Path) -> None:
    ended = run(tmp_path, "printf 0.5; echo words >&2; exit 3", read=("stdout", "stderr"))
    assert (ended.code, ended.out, ended.err, ended.hung, ended.flooded) == (3, b"0.5", b"words\n", False, "")
    assert run(tmp_path, "pwd").out.decode().strip() == str(tmp_path.resolve())


def test_it_has_no_input(tmp_path: Path) -> None:
    """Whatever this process would read: here a pipe into which nobody writes."""
    (reader, writer), before = os.pipe(), os.dup(0)
    os.dup2(reader, 0)
    try:
        assert run(tmp_path, "cat; echo over", limit=5.0).out == b"over\n"
    finally:
        os.dup2(before, 0)
        for descriptor in (reader, writer, before):
            os.close(descriptor)


@pytest.mark.parametrize("trap", ["", "trap '' TERM INT HUP; ", "exec >&- 2>&-; "], ids=["plain", "deaf", "mute"])
def test_one_that_hangs_is_killed_in_time(tmp_path: Path, nap: str, trap: str) -> None:
    begin = time.monotonic()
    ended = run(tmp_path, f"{trap}printf soon; sleep {nap}", limit=0.4)
    assert ended.hung
    assert ended.code == -signal.SIGKILL
    assert time.monotonic() - begin < 10
    assert is_gone(nap)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_without_end_ends_it(tmp_path: Path, stream: str) -> None:
    redirected = ">&2" if stream == "stderr" else ""
    ended = run(tmp_path, f"yes 0.5 {redirected}", read=(stream,), limit=2.0)
    assert ended.flooded == {"stdout": "standard output", "stderr": "standard error"}[stream]
    assert len(ended.out) + len(ended.err) < 2 * programs.MOST_BYTES


def test_of_a_stream_that_is_not_read_the_end_is_kept(tmp_path: Path) -> None:
    ended = run(tmp_path, "yes | head -c 5000000 >&2; echo last >&2; echo 0.5")
    assert (ended.out, ended.flooded, len(ended.err)) == (b"0.5\n", "", programs.LAST_BYTES)
    assert ended.err.endswith(b"last\n")


@LINUX
@pytest.mark.parametrize("how", ["", "setsid ", "nohup setsid "])
def test_children_that_outlive_it_and_hold_its_pipe_end_with_it(tmp_path: Path, nap: str, how: str) -> None:
    begin = time.monotonic()
    ended = run(tmp_path, f"{how}sleep {nap} & echo 0.5")
    assert ended.out.endswith(b"0.5\n")
    assert time.monotonic() - begin < 10
    assert is_gone(nap)


def test_words_for_its_death() -> None:
    assert programs.death(1) == "exit status 1"
    assert programs.death(-signal.SIGSEGV) == "killed by SIGSEGV"
    assert programs.death(139) == "exit status 139 (as shells say SIGSEGV)"
    assert programs.death(255) == "exit status 255"


def test_one_that_is_killed(tmp_path: Path) -> None:
    assert run(tmp_path, "kill -SEGV $$").code == -signal.SIGSEGV


def test_one_that_cant_be_started(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("no first line\n")
    script.chmod(0o755)
    for arguments, kind in (([str(script)], OSError), ([str(tmp_path / "none")], FileNotFoundError)):
        with pytest.raises(kind):
            programs.run(arguments, folder=tmp_path, environment={}, mark=MARK, limit=5.0)


@LINUX
def test_other_processes_are_left_alone(tmp_path: Path) -> None:
    """A mark is known by its whole beginning, and this process has no place among those to be killed."""
    other = subprocess.Popen(["sleep", "600"], env={**os.environ, leftovers.PROGRAM: "another"})
    try:
        run(tmp_path, "true")
        leftovers.kill(0, f"{leftovers.PROGRAM}=anot.")
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


PARENT = """
    import os, sys
    from pathlib import Path
    from benchmark.core import leftovers, programs, warden

    folder, nap, mark = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    guard = warden.Warden(f"{leftovers.PROGRAM}={mark}", folder)
    print("ready", flush=True)
    script = f"setsid sleep {nap} & env -i sleep {nap} & sleep {nap}"
    programs.run(
        ["sh", "-c", script],
        folder=folder,
        environment=dict(os.environ),
        mark=mark,
        limit=600.0,
        leads=guard.note,
    )
"""


@LINUX
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_of_a_process_that_is_killed_while_it_runs_one(
    tmp_path: Path, nap: str, end: signal.Signals
) -> None:
    """Neither the program, nor its child in a session of its own, nor the folder, nor the warden."""
    script, folder = tmp_path / "parent.py", tmp_path / "guarded"
    script.write_text(textwrap.dedent(PARENT))
    (folder / "deep").mkdir(parents=True)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(folder), nap, f"{nap}-{MARK}"],
        env=children.environment(),
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        wait = time.monotonic() + 20
        while len(sleepers(nap)) < 3 and time.monotonic() < wait:
            time.sleep(0.02)
        running = len(sleepers(nap))
        parent.send_signal(end)
    assert running == 3
    assert is_gone(nap)
    limit = time.monotonic() + 10
    while folder.exists() and time.monotonic() < limit:
        time.sleep(0.02)
    assert not folder.exists()


def test_a_warden_goes_with_its_object(tmp_path: Path) -> None:
    folder = tmp_path / "guarded"
    folder.mkdir()
    guard = warden.Warden(f"{leftovers.PROGRAM}=nobody.", folder)
    del guard
    assert not folder.exists()


def test_programs_get_the_users_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the path by which this engine's own children find it: another Python would import the wrong packages."""
    for given in ("/of/the/user", ""):
        monkeypatch.setenv("PYTHONPATH", given)
        monkeypatch.delenv("EFID_BENCH_GIVEN_PYTHONPATH", raising=False)
        with pytest.MonkeyPatch.context() as patch:
            for _ in range(2):  # a child's child
                for name, value in children.environment().items():
                    patch.setenv(name, value)
            assert os.environ["PYTHONPATH"] != given
            found = children.users_environment()
        assert found.get("PYTHONPATH", "") == given
        assert not [name for name in found if name.startswith("EFID_BENCH_GIVEN") or name == "EFID_BENCH_PARENT"]
